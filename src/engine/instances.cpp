// Instances alone: a table in memory, rows in the journal, one commit for everyone who waits.
#include <bylaw/engine/instances.hpp>

#include <mutex>
#include <set>
#include <utility>

#include <bylaw/workflow/instance_table.hpp>

#include "engine/clock.hpp"
#include "engine/writer.hpp"

namespace bylaw::inline v0::engine {

namespace {
constexpr std::size_t data_bytes_max = 64u << 10;
}

struct Instances::Impl final : Writer {
  Impl(InstancesOptions o, store::Store s) : Writer(std::move(s), o.store_path, "instances"), options(std::move(o)) {}

  /// What one caller wants: some to start, or some to move.
  struct Work : Ticket {
    std::vector<NewInstance> const* starts = nullptr;
    std::span<Advance const> events;
    std::vector<std::int64_t> numbers;
    std::vector<Advanced> advanced;
    Error refusal;  ///< nothing of this caller's has happened
  };

  InstancesOptions options;
  std::vector<std::int64_t> definitions;  ///< per machine
  workflow::InstanceTable table;
  std::vector<workflow::InstanceState> undo;  ///< as they were before this commit; `last` 0: was not there
  std::vector<store::StepRow> rows;

  Result<void> prepare();
  Result<void> start(Work& work);
  Result<void> move(Advance const& event, Advanced& out);
  Result<bool> find(std::int64_t number, workflow::InstanceState& out);
  Result<void> write_all(Group const& group) override;
  Result<void> submit(Work& work);
  void put(workflow::InstanceState const& next, workflow::InstanceState const* before, bool finished);
  void take_back() noexcept override;
};

/// Definitions for the machines, and the table of what is open.
Result<void> Instances::Impl::prepare() {
  if (auto const begun = store.begin(); !begun) return begun;
  for (auto const& machine : options.machines) {
    auto const& definition = machine.definition();
    for (auto const& other : options.machines) {
      bool const twin = &other != &machine && other.definition().name == definition.name && other.definition().version == definition.version;
      if (twin)
        return failure("two_machines", "version " + std::to_string(definition.version) + " of `" + definition.name + "` was given twice", definition.name,
                       "give each once");
    }
    if (!machine.timers().empty()) {
      return failure("timers_not_kept", "the workflow `" + definition.name + "` has clocks, which only Engine keeps", definition.name,
                     "take them out, or use Engine");
    }
    auto const number = store.define({definition.name, definition.name, definition.version, workflow::fingerprint(definition)});
    if (!number) return Unexpected{number.error()};
    definitions.push_back(*number);
  }
  if (auto const done = store.commit(read_clock(options.clock), ledger); !done) return done;
  for (std::int64_t after = 0;;) {
    auto const found = store.open_states(after, 10'000);
    if (!found) return Unexpected{found.error()};
    if (found->empty()) return {};
    for (auto const& row : *found) {
      after = row.number;
      std::uint32_t machine = 0;
      while (machine < definitions.size() && definitions[machine] != row.definition) ++machine;
      workflow::Configuration at;
      if (machine == definitions.size() || !options.machines[machine].find(row.state, at)) {
        return failure("machine_missing", "`" + row.subject + "` is in the state `" + row.state + "` of a workflow or version that was not given", row.subject,
                       "open with every version that open instances have");
      }
      table.put({row.number, row.last, at, machine});
    }
  }
}

void Instances::Impl::put(workflow::InstanceState const& next, workflow::InstanceState const* before, bool finished) {
  undo.push_back(before == nullptr ? workflow::InstanceState{next.number, 0, next.at, next.machine} : *before);
  if (finished) table.erase(next.number);
  else table.put(next);
}

void Instances::Impl::take_back() noexcept {
  try {
    for (auto it = undo.rbegin(); it != undo.rend(); ++it) {
      bool const open = it->last != 0 && !options.machines[it->machine].finished(it->at);
      if (open) table.put(*it);
      else table.erase(it->number);
    }
  } catch (...) {
    failed = true;  // the table may have to grow for it
  }
  undo.clear();
}

Result<void> Instances::Impl::start(Work& work) {
  std::set<std::string_view> names;
  for (auto const& instance : *work.starts) {
    auto const refuse = [&](char const* code, std::string message, char const* remedy) {
      work.refusal = {code, std::move(message), instance.subject, remedy};
      return Result<void>{};
    };
    if (instance.machine >= options.machines.size()) return refuse("unknown_machine", "there is no such machine", "name one that was opened with");
    if (instance.data.size() > data_bytes_max) return refuse("too_large", "more than 64 kB are kept with one instance", "keep it elsewhere, and its key here");
    auto const known = store.load_instance(instance.subject);
    if (!known) return Unexpected{known.error()};
    if (*known) return refuse("id_taken", "`" + instance.subject + "` is already known", "give it another name");
    if (!names.insert(instance.subject).second) return refuse("id_taken", "`" + instance.subject + "` stands here twice", "give it another name");
  }
  for (auto const& instance : *work.starts) {
    auto const& machine = options.machines[instance.machine];
    auto const number = store.start_instance(instance.subject, machine.definition().name, machine.definition().version, definitions[instance.machine],
                                             machine.name(machine.start()), instance.at, instance.who, instance.data);
    if (!number) return Unexpected{number.error()};
    work.numbers.push_back(number->instance);
    put({number->instance, number->transition, machine.start(), instance.machine}, nullptr, machine.finished(machine.start()));
  }
  return {};
}

/// One that is finished is not in the table: it is read from the store when somebody still has something to say to it.
Result<bool> Instances::Impl::find(std::int64_t number, workflow::InstanceState& out) {
  if (auto const* found = table.find(number)) {
    out = *found;
    return true;
  }
  // What this commit has finished is not in the store yet.
  for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
    if (row->instance != number) continue;
    for (std::size_t i = undo.size(); i-- > 0;) {
      if (undo[i].number != number) continue;
      out.machine = undo[i].machine;
      break;
    }
    out.number = number;
    out.last = store.next_step(static_cast<std::size_t>(rows.rend() - row) - 1);
    return options.machines[out.machine].find(row->to.empty() ? row->from : row->to, out.at);
  }
  auto const stored = store.load_instance(number);
  if (!stored) return Unexpected{stored.error()};
  if (!*stored) return false;
  out = {number, (*stored)->last, {}, 0};
  while (out.machine < definitions.size() && definitions[out.machine] != (*stored)->definition) ++out.machine;
  return out.machine < definitions.size() && options.machines[out.machine].find((*stored)->state, out.at);
}

Result<void> Instances::Impl::move(Advance const& event, Advanced& out) {
  workflow::InstanceState before;
  auto const found = find(event.instance, before);
  if (!found) return Unexpected{found.error()};
  if (!*found) return {};
  out.last = before.last;
  out.result = AdvanceResult::stale;
  if (event.last != 0 && event.last != before.last) return {};
  auto const& machine = options.machines[before.machine];
  out.step = workflow::step(machine, before.at, event.event, event.roles, event.guards);
  out.result = AdvanceResult::done;
  bool const moved = out.step.reaction == workflow::Reaction::moved;
  bool const closes = machine.finished(out.step.to);
  auto const& events = machine.events();
  store::StepRow row;
  row.instance = event.instance;
  row.previous = before.last;
  row.event = event.event.value < events.size() ? std::string_view(events[event.event.value]) : std::string_view("?");
  row.from = machine.name(before.at);
  row.to = moved ? std::string_view(machine.name(out.step.to)) : std::string_view{};
  row.at = event.at;
  row.who = event.who;
  row.payload = event.payload;
  row.closes = closes;
  row.data = event.data;
  out.last = store.next_step(rows.size());
  put({event.instance, out.last, out.step.to, before.machine}, &before, closes);
  rows.push_back(row);
  return {};
}

Result<void> Instances::Impl::write_all(Group const& group) {
  undo.clear();
  if (auto const begun = store.begin(); !begun) return begun;
  for (auto* ticket : group) {
    auto& work = *static_cast<Work*>(ticket);
    if (work.starts != nullptr) {
      if (auto const done = start(work); !done) return done;
      continue;
    }
    rows.clear();
    rows.reserve(work.events.size());
    work.advanced.resize(work.events.size());
    for (std::size_t i = 0; i < work.events.size(); ++i) {
      if (auto const done = move(work.events[i], work.advanced[i]); !done) return done;
    }
    if (auto const written = store.record_steps({rows.data(), rows.size()}); !written) return written;
  }
  auto const done = store.commit(read_clock(options.clock), ledger);
  if (done) undo.clear();
  return done;
}

Result<void> Instances::Impl::submit(Work& work) {
  if (auto const done = Writer::submit(work); !done) return done;
  if (!work.refusal.code.empty()) return Unexpected{std::move(work.refusal)};
  return {};
}

Result<Instances> Instances::open(InstancesOptions options) noexcept {
  try {
    auto store = store::Store::open(options.store_path, options.create);
    if (!store) return Unexpected{store.error()};
    auto impl = std::make_unique<Impl>(std::move(options), std::move(*store));
    if (auto const loaded = impl->load(); !loaded) return Unexpected{loaded.error()};
    if (auto const prepared = impl->prepare(); !prepared) return Unexpected{prepared.error()};
    return Instances(impl.release());
  } catch (...) {
    return Unexpected{out_of_memory()};
  }
}

Instances::Instances(Instances&& other) noexcept : impl_(std::exchange(other.impl_, nullptr)) {}
Instances& Instances::operator=(Instances&& other) noexcept {
  std::swap(impl_, other.impl_);
  return *this;
}
Instances::~Instances() {
  if (impl_ != nullptr) (void)close();
  delete impl_;
}

Result<std::vector<std::int64_t>> Instances::start(std::vector<NewInstance> const& instances) noexcept {
  try {
    Impl::Work work;
    work.starts = &instances;
    if (auto const done = impl_->submit(work); !done) return Unexpected{done.error()};
    return std::move(work.numbers);
  } catch (...) {
    return Unexpected{out_of_memory()};
  }
}

Result<std::vector<Advanced>> Instances::advance(std::span<Advance const> events) noexcept {
  try {
    for (auto const& event : events) {
      if (event.data.size() > data_bytes_max)
        return failure("too_large", "more than 64 kB are kept with one instance", {}, "keep it elsewhere, and its key here");
    }
    Impl::Work work;
    work.events = events;
    if (auto const done = impl_->submit(work); !done) return Unexpected{done.error()};
    return std::move(work.advanced);
  } catch (...) {
    return Unexpected{out_of_memory()};
  }
}

Result<std::vector<OpenInstance>> Instances::open_after(std::int64_t number, std::size_t count_max) noexcept {
  try {
    std::lock_guard const lock(impl_->state);
    if (impl_->failed || impl_->closed) return Unexpected{impl_->not_usable()};
    auto const found = impl_->store.open_states(number, static_cast<std::int64_t>(count_max));
    if (!found) return Unexpected{found.error()};
    std::vector<OpenInstance> out;
    for (auto const& row : *found) {
      auto const* state = impl_->table.find(row.number);
      if (state != nullptr) out.push_back({row.number, row.subject, state->machine, state->at, state->last, row.data});
    }
    return out;
  } catch (...) {
    return Unexpected{out_of_memory()};
  }
}

std::size_t Instances::open_count() const noexcept {
  std::lock_guard const lock(impl_->state);
  return impl_->table.size();
}
std::size_t Instances::memory_bytes() const noexcept {
  std::lock_guard const lock(impl_->state);
  return impl_->table.memory_bytes();
}

Result<void> Instances::close() noexcept {
  try {
    std::lock_guard const lock(impl_->state);
    return impl_->close();
  } catch (...) {
    return Unexpected{out_of_memory()};
  }
}

bool Instances::failed() const noexcept { return impl_->failed; }

}  // namespace bylaw::inline v0::engine
