#include "bylaw.h"

#include <cstring>
#include <new>
#include <optional>

#include <bylaw/config/files.hpp>
#include <bylaw/engine/engine.hpp>
#include <bylaw/wire/commands.hpp>
#include <bylaw/wire/decisions.hpp>

struct bylaw_handle {
  bylaw::rulebook::Rulebook book;
  std::optional<bylaw::engine::Engine> engine;
  std::string error;
};

namespace {

int set_error(bylaw_handle& handle, bylaw::Error const& error) {
  handle.error = error.code + ": " + to_string(error);
  return 1;
}

int give(bylaw_handle& handle, std::string const& text, char* out, std::size_t capacity, std::size_t* needed) {
  if (needed != nullptr) *needed = text.size() + 1;
  if (out == nullptr || capacity < text.size() + 1) {
    return set_error(handle, {"buffer_too_small", "the answer needs " + std::to_string(text.size() + 1) + " bytes", "", "call again with more room"});
  }
  std::memcpy(out, text.c_str(), text.size() + 1);
  return 0;
}

int open(char const* policy_path, char const* store_path, bylaw_handle& handle) {
  if (policy_path == nullptr) return set_error(handle, {"no_rules", "a policy is needed", "", "name a file or a folder"});
  auto zones = bylaw::config::load_zones();
  if (!zones) return set_error(handle, zones.error());
  auto loaded = bylaw::config::load_policy({policy_path}, *zones);
  if (!loaded) return set_error(handle, loaded.error());
  if (!loaded->ok()) {
    handle.error = render(loaded->diagnostics, loaded->sources);
    return 1;
  }
  handle.book = std::move(loaded->rulebook);
  if (store_path == nullptr) return 0;
  bylaw::engine::Options options;
  options.store_path = store_path;
  options.rulebook = handle.book;
  auto engine = bylaw::engine::Engine::open(std::move(options));
  if (!engine) return set_error(handle, engine.error());
  handle.engine.emplace(std::move(*engine));
  return 0;
}

}  // namespace

extern "C" {

int bylaw_open(char const* policy_path, char const* store_path, bylaw_handle** out) {
  *out = new (std::nothrow) bylaw_handle;
  if (*out == nullptr) return 1;
  try {
    return open(policy_path, store_path, **out);
  } catch (...) {
    return 1;
  }
}

void bylaw_close(bylaw_handle* handle) { delete handle; }

int bylaw_decide(bylaw_handle* handle, char const* facts_json, int64_t now_ms, char* out, size_t capacity, size_t* needed) {
  try {
    handle->error.clear();
    if (handle->book.policy().empty()) return set_error(*handle, {"no_rules", "no policy is loaded", "", "open one without errors first"});
    auto const decision = bylaw::wire::decide_json(handle->book.policy(), facts_json, bylaw::Timestamp(now_ms));
    return decision ? give(*handle, *decision, out, capacity, needed) : set_error(*handle, decision.error());
  } catch (...) {
    return 1;
  }
}

int bylaw_submit(bylaw_handle* handle, char const* command_json, char* out, size_t capacity, size_t* needed) {
  try {
    handle->error.clear();
    if (!handle->engine) return set_error(*handle, {"no_store", "no store is open", "", "name one in bylaw_open"});
    auto const command = bylaw::wire::parse_command(command_json);
    if (!command) return set_error(*handle, command.error());
    auto const outcome = handle->engine->submit(*command);
    return outcome ? give(*handle, bylaw::wire::to_json(*outcome), out, capacity, needed) : set_error(*handle, outcome.error());
  } catch (...) {
    return 1;
  }
}

char const* bylaw_last_error(bylaw_handle const* handle) { return handle == nullptr ? "out_of_memory" : handle->error.c_str(); }
}
