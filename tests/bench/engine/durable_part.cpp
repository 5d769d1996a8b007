// Events of instances through Engine::submit, beside the twin, in groups and one by one.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include <bylaw/config/files.hpp>

#include "bench/engine/parts.hpp"
#include "bench/engine/twin.hpp"
#include "bench/rounds.hpp"

using namespace bylaw;

void remove_store(std::string const& path) {
  for (auto const* end : {"", "-wal", "-shm", "-writer"}) std::filesystem::remove(path + end);
}

engine::Engine open_fresh(std::string const& path, std::string const& policy) {
  remove_store(path);
  auto const zones = config::load_zones();
  auto const loaded = config::load_policy({policy}, *zones);
  if (!loaded || !loaded->ok()) {
    std::fprintf(stderr, "%s\n", loaded ? render(loaded->diagnostics, loaded->sources).c_str() : loaded.error().message.c_str());
    std::exit(2);
  }
  auto engine = engine::Engine::open({path, true, loaded->rulebook, {}});
  if (!engine) {
    std::fprintf(stderr, "%s\n", engine.error().message.c_str());
    std::exit(2);
  }
  return std::move(*engine);
}

std::vector<trade::Outcome> send(engine::Engine& engine, std::vector<trade::Command> const& commands) {
  auto outcomes = engine.submit(commands);
  if (!outcomes) {
    std::fprintf(stderr, "%s: %s\n", outcomes.error().code.c_str(), outcomes.error().message.c_str());
    std::exit(2);
  }
  return std::move(*outcomes);
}

namespace {

/// Message ids of a channel: no order in them.
std::string key_of(std::uint64_t order, int k) {
  char text[40];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(mix(order * 8 + static_cast<std::uint64_t>(k))));
  return text;
}

std::vector<Ctx> contexts(std::uint64_t count) {
  std::vector<Ctx> out(count);
  for (std::uint64_t i = 0; i < count; ++i) init_ctx(out[i], i);
  return out;
}

struct Counts {
  std::int64_t accepted = 0;
  std::int64_t rejected = 0;
  std::int64_t in_state[N_ST] = {};
  bool operator==(Counts const&) const = default;
};

double run_twin(std::string const& path, std::uint64_t orders, std::size_t batch, Counts& counts) {
  remove_store(path);
  EngineTwin twin(path);
  auto c = contexts(orders);
  twin.fill(c);
  std::vector<St> s(orders, imported);
  std::vector<std::int64_t> version(orders, 0);
  auto const started = seconds_now();
  std::size_t open = 0;
  std::int64_t n = 0;
  for (int k = 0; k < 8; ++k) {
    for (std::uint64_t i = 0; i < orders; ++i) {
      if (open == 0) twin.begin();
      auto const from = s[i];
      auto const e = ev_of(c[i], k);
      bool const accepted = step(s[i], c[i], e, payload_of(c[i], k));
      counts.accepted += accepted;
      counts.rejected += !accepted;
      if (!twin.event(key_of(i, k), static_cast<std::int64_t>(i), ++version[i], e, from, accepted, s[i], c[i], 1700000000 + n++)) std::exit(2);
      if (++open == batch) twin.commit(), open = 0;
    }
  }
  if (open > 0) twin.commit();
  auto const took = seconds_now() - started;
  for (auto const state : s) ++counts.in_state[state];
  remove_store(path);
  return took;
}

/// The state of the model that a state of the policy stands for.
int model_state(std::string const& state) {
  if (state == "mended") return imported;
  if (state == "cleared") return validated;
  if (state == "on_hold_twice") return on_hold;
  if (state == "half_paid" || state == "paid") return invoiced;
  for (int i = 0; i < N_ST; ++i) {
    if (state == state_names[i]) return i;
  }
  return N_ST;
}

double run_own(std::string const& path, std::uint64_t orders, std::size_t batch, Counts& counts) {
  auto engine = open_fresh(path, BYLAW_BENCH_ENGINE "/policy.bylaw");
  auto const c = contexts(orders);
  std::vector<trade::Command> group;
  auto const truth = [](bool value) { return std::string(value ? "true" : "false"); };
  for (std::uint64_t i = 0; i < orders; ++i) {
    std::vector<trade::Attribute> facts = {
        {"refund.address_ok", truth(c[i].address_ok != 0)}, {"refund.suspicious", truth(c[i].fraud >= 80)}, {"refund.short", truth(c[i].shortq != 0)}};
    group.push_back({"start-" + std::to_string(i),
                     Timestamp(1700000000000),
                     {"shop", "system"},
                     trade::StartInstance{"refund", "O-" + std::to_string(i), "", std::move(facts)},
                     {}});
    if (group.size() == 10'000 || i + 1 == orders) {
      for (auto const& outcome : send(engine, group)) {
        if (outcome.status != trade::Status::accepted) std::fprintf(stderr, "%s\n", outcome.message.c_str()), std::exit(2);
      }
      group.clear();
    }
  }
  std::vector<std::string> s(orders, "imported");
  std::vector<std::uint64_t> who;
  auto const started = seconds_now();
  std::int64_t n = 0;
  auto const flush = [&] {
    auto const outcomes = send(engine, group);
    for (std::size_t j = 0; j < outcomes.size(); ++j) {
      bool const accepted = outcomes[j].status == trade::Status::accepted;
      counts.accepted += accepted;
      counts.rejected += !accepted;
      s[who[j]] = outcomes[j].state;
    }
    group.clear();
    who.clear();
  };
  for (int k = 0; k < 8; ++k) {
    for (std::uint64_t i = 0; i < orders; ++i) {
      group.push_back({key_of(i, k),
                       Timestamp(1700000000000 + n++),
                       {"api:shop", "system"},
                       trade::InstanceEvent{"O-" + std::to_string(i), event_names[ev_of(c[i], k)], ""},
                       {}});
      who.push_back(i);
      if (group.size() == batch) flush();
    }
  }
  if (!group.empty()) flush();
  auto const took = seconds_now() - started;
  for (auto const& state : s) {
    auto const model = model_state(state);
    if (model == N_ST) std::exit(2);
    ++counts.in_state[model];
  }
  (void)engine.close();
  remove_store(path);
  return took;
}

bool compare(std::string const& folder, char const* name, std::uint64_t orders, std::size_t batch, int rounds, double target) {
  return compare_rounds("engine", "engine", name, 8 * orders, rounds, target, [&] {
    Counts twin;
    Counts own;
    auto const twin_s = run_twin(folder + "/twin.db", orders, batch, twin);
    auto const own_s = run_own(folder + "/own.db", orders, batch, own);
    return Round{twin_s, own_s, twin == own};
  });
}

}  // namespace

bool durable_part(std::string const& folder) {
  auto const orders = bench_orders();
  bool const groups = compare(folder, "groups of 1,000", orders, 1000, 3, 0.6);
  return compare(folder, "one by one", 500, 1, 5, 0.8) && groups;
}
