// Engines.
#include <memory>

#include <bylaw/config/files.hpp>
#include <bylaw/engine/engine.hpp>
#include <bylaw/trade/command.hpp>
#include <bylaw/wire/commands.hpp>
#include <bylaw/wire/json.hpp>

#include "call.hpp"

struct bylaw_engine {
  std::unique_ptr<bylaw_engine_options> options;
  bylaw::engine::Engine engine;
};

using namespace bylaw_c;

namespace {

bylaw::Timestamp now(void* context) {
  auto const& options = *static_cast<bylaw_engine_options const*>(context);
  return bylaw::Timestamp(options.now_ms(options.now_context));
}

void write(bylaw::engine::Returnable const& line, bylaw::wire::JsonWriter& json) {
  json.begin_object();
  json.member("line", std::int64_t{line.line});
  json.member("item", line.item);
  json.member("quantity", line.quantity);
  json.member("verdict", line.verdict);
  json.key("reasons").begin_array();
  for (auto const& reason : line.reasons) json.text(reason);
  json.end_array();
  json.member("rule", line.rule);
  json.member("refund", to_string(line.refund));
  json.member("fee", to_string(line.fee));
  json.end_object();
}

}  // namespace

extern "C" {

bylaw_status bylaw_engine_open(char const* store_path, bylaw_policy const* policy, bylaw_engine_options const* options, bylaw_engine** out, bylaw_text* error) {
  return call(error, [&] {
    if (out == nullptr) return missing("engine", error);
    *out = nullptr;
    if (store_path == nullptr) return missing("store_path", error);
    if (options != nullptr && options->size < sizeof(bylaw_engine_options)) return missing("options", error);
    // Where the clock finds its context has to stay where it is as long as the engine lives.
    auto kept = std::make_unique<bylaw_engine_options>(options == nullptr ? bylaw_engine_options{} : *options);
    bylaw::engine::Options opening;
    opening.store_path = store_path;
    opening.create = kept->must_exist == 0;
    opening.clocks_by_commands = kept->clocks_by_commands != 0;
    if (policy != nullptr) {
      opening.rulebook = policy->book;
      opening.zones = policy->zones;
    } else {
      auto zones = bylaw::config::load_zones();
      if (!zones) return fail(zones.error(), error);
      opening.zones = std::move(*zones);
    }
    if (kept->now_ms != nullptr) opening.clock = {now, kept.get()};
    auto engine = bylaw::engine::Engine::open(std::move(opening));
    if (!engine) return fail(engine.error(), error);
    *out = new bylaw_engine{std::move(kept), std::move(*engine)};
    return BYLAW_OK;
  });
}

bylaw_status bylaw_engine_close(bylaw_engine* engine, bylaw_text* error) {
  return call(error, [&] {
    if (engine == nullptr) return BYLAW_OK;
    std::unique_ptr<bylaw_engine> const owned(engine);
    auto const closed = owned->engine.close();
    return closed ? BYLAW_OK : fail(closed.error(), error);
  });
}

bylaw_status bylaw_engine_submit(bylaw_engine* engine, char const* commands, bylaw_text* out, bylaw_text* error) {
  return call(error, [&] {
    if (engine == nullptr) return missing("engine", error);
    if (commands == nullptr) return missing("commands", error);
    if (out == nullptr) return missing("out", error);
    auto const batch = bylaw::wire::parse_batch(commands);
    if (!batch) return fail(batch.error(), error);
    auto const outcomes = batch->together ? engine->engine.submit_together(batch->commands) : engine->engine.submit(batch->commands);
    if (!outcomes) return fail(outcomes.error(), error);
    if (!batch->together) return give(bylaw::wire::to_json(outcomes->front()), out);
    std::string text = "[";
    for (auto const& outcome : *outcomes) text += (text.size() > 1 ? "," : "") + bylaw::wire::to_json(outcome);
    return give(text + "]", out);
  });
}

bylaw_status bylaw_engine_run_due(bylaw_engine* engine, int64_t now_ms, size_t count_max, size_t* fired, int64_t* next_ms, bylaw_text* error) {
  return call(error, [&] {
    if (engine == nullptr) return missing("engine", error);
    if (count_max == 0) return missing("count_max", error);
    auto const run = engine->engine.run_due(bylaw::Timestamp(now_ms), count_max);
    if (!run) return fail(run.error(), error);
    if (fired != nullptr) *fired = run->outcomes.size();
    if (next_ms != nullptr) *next_ms = run->next ? run->next->value : INT64_MAX;
    return BYLAW_OK;
  });
}

bylaw_status bylaw_engine_returnable(bylaw_engine* engine, char const* order, char const* reason, char const* condition, int64_t at_ms, bylaw_text* out,
                                     bylaw_text* error) {
  return call(error, [&] {
    if (engine == nullptr) return missing("engine", error);
    if (order == nullptr) return missing("order", error);
    if (out == nullptr) return missing("out", error);
    auto const found = engine->engine.returnable(order, reason == nullptr ? "" : reason, condition == nullptr ? "" : condition, bylaw::Timestamp(at_ms));
    if (!found) return fail(found.error(), error);
    bylaw::wire::JsonWriter json;
    json.begin_array();
    for (auto const& line : *found) write(line, json);
    json.end_array();
    return give(json.view(), out);
  });
}
}
