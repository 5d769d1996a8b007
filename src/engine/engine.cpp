#include <bylaw/engine/engine.hpp>

#include <mutex>
#include <new>
#include <utility>

#include <bylaw/engine/messages.hpp>

#include "engine/activation.hpp"
#include "engine/command_content.hpp"
#include "engine/engine_impl.hpp"
#include "engine/health.hpp"

namespace bylaw::inline v0::engine {

using trade::Command;
using trade::Outcome;

Result<Engine> Engine::open(Options options) {
  auto store = store::Store::open(options.store_path, options.create);
  if (!store) return Unexpected{store.error()};
  auto impl = std::make_unique<Impl>(std::move(options), std::move(*store));
  if (auto const loaded = impl->load(); !loaded) return Unexpected{loaded.error()};
  if (auto const fits = impl->check_policy(); !fits) return Unexpected{fits.error()};
  return Engine(impl.release());
}

Engine::Engine(Engine&& other) noexcept : impl_(std::exchange(other.impl_, nullptr)) {}
Engine& Engine::operator=(Engine&& other) noexcept {
  std::swap(impl_, other.impl_);
  return *this;
}
Engine::~Engine() {
  if (impl_ != nullptr && !impl_->closed) (void)close();
  delete impl_;
}

bool Engine::failed() const noexcept { return impl_->failed; }

Result<std::vector<Outcome>> Engine::submit(std::vector<Command> const& commands) noexcept {
  try {
    Impl::Work work;
    work.commands = &commands;
    if (auto const done = impl_->submit(work); !done) return Unexpected{done.error()};
    return std::move(work.outcomes);
  } catch (...) {
    return Unexpected{out_of_memory()};
  }
}

Result<std::vector<Outcome>> Engine::submit_together(std::vector<Command> const& commands) noexcept {
  try {
    Impl::Work work;
    work.commands = &commands;
    work.together = true;
    if (auto const done = impl_->submit(work); !done) return Unexpected{done.error()};
    return std::move(work.outcomes);
  } catch (...) {
    return Unexpected{out_of_memory()};
  }
}

Result<Outcome> Engine::submit(Command const& command) noexcept {
  try {
    auto outcomes = submit(std::vector<Command>{command});
    if (!outcomes) return Unexpected{outcomes.error()};
    return std::move(outcomes->front());
  } catch (...) {
    return Unexpected{out_of_memory()};
  }
}

Result<DueRun> Engine::run_due(Timestamp now, std::size_t count_max) noexcept {
  DueRun out;
  try {
    std::vector<Command> commands;
    {
      std::lock_guard const lock(impl_->state);
      if (impl_->failed || impl_->closed) return Unexpected{impl_->not_usable()};
      auto const due = impl_->store.due_timers(now, static_cast<std::int64_t>(count_max));
      if (!due) return Unexpected{due.error()};
      for (auto const& timer : *due) {
        commands.push_back(fire(timer, now));
      }
    }
    // Between the two another command may have stopped a clock: it is then refused, and nothing happens.
    if (!commands.empty()) {
      auto outcomes = submit(commands);
      if (!outcomes) return Unexpected{outcomes.error()};
      out.outcomes = std::move(*outcomes);
    }
    std::lock_guard const lock(impl_->state);
    auto const next = impl_->store.next_due();
    if (!next) return Unexpected{next.error()};
    out.next = *next;
    return out;
  } catch (...) {
    return Unexpected{out_of_memory()};
  }
}

Result<std::optional<Timestamp>> Engine::next_due() noexcept {
  try {
    std::lock_guard const lock(impl_->state);
    if (impl_->failed || impl_->closed) return Unexpected{impl_->not_usable()};
    return impl_->store.next_due();
  } catch (...) {
    return Unexpected{out_of_memory()};
  }
}

Result<std::vector<Message>> Engine::lease(DeliveryTerms const& terms, std::size_t count_max) noexcept {
  try {
    std::vector<Message> out;
    auto const done = impl_->run_job([&]() -> Result<void> {
      auto leased = store::Deliveries(impl_->store).lease(terms, impl_->now(), count_max);
      if (!leased) return Unexpected{leased.error()};
      out = std::move(*leased);
      return {};
    });
    return done ? Result<std::vector<Message>>(std::move(out)) : Unexpected{done.error()};
  } catch (...) {
    return Unexpected{out_of_memory()};
  }
}

Result<std::vector<Settled>> Engine::ack(std::string const& consumer, std::vector<Message> const& messages) noexcept {
  try {
    std::vector<store::Receipt> receipts;
    for (auto const& message : messages) receipts.push_back({message.number, message.lease});
    std::vector<Settled> out;
    auto const done = impl_->run_job([&]() -> Result<void> {
      auto settled = store::Deliveries(impl_->store).ack(consumer, receipts, impl_->now());
      if (!settled) return Unexpected{settled.error()};
      out = std::move(*settled);
      return {};
    });
    return done ? Result<std::vector<Settled>>(std::move(out)) : Unexpected{done.error()};
  } catch (...) {
    return Unexpected{out_of_memory()};
  }
}

Result<Settled> Engine::nack(DeliveryTerms const& terms, Message const& message, std::string const& reason, Timestamp not_before) noexcept {
  try {
    Settled out{};
    auto const done = impl_->run_job([&]() -> Result<void> {
      auto const settled = store::Deliveries(impl_->store).nack(terms, {message.number, message.lease}, reason, impl_->now(), not_before);
      if (!settled) return Unexpected{settled.error()};
      out = *settled;
      return {};
    });
    return done ? Result<Settled>(out) : Unexpected{done.error()};
  } catch (...) {
    return Unexpected{out_of_memory()};
  }
}

Result<std::optional<trade::Order>> Engine::order(std::string const& id) noexcept {
  try {
    std::lock_guard const lock(impl_->state);
    if (impl_->failed || impl_->closed) return Unexpected{impl_->not_usable()};
    auto stored = impl_->store.load_order(id);
    if (!stored) return Unexpected{stored.error()};
    return *stored ? std::optional<trade::Order>(std::move((*stored)->order)) : std::optional<trade::Order>{};
  } catch (...) {
    return Unexpected{out_of_memory()};
  }
}

Result<Health> Engine::health() noexcept {
  try {
    std::lock_guard const lock(impl_->state);
    if (impl_->failed || impl_->closed) return Unexpected{impl_->not_usable()};
    auto out = read_health(impl_->store, impl_->now(), impl_->options.health);
    if (out) out->clock_back_ms = impl_->clock_back_ms;
    return out;
  } catch (...) {
    return Unexpected{out_of_memory()};
  }
}

Result<ActivationPlan> Engine::plan_activation(trade::ActivatePolicy const& activation, Timestamp at) noexcept {
  try {
    std::lock_guard const lock(impl_->state);
    if (impl_->failed || impl_->closed) return Unexpected{impl_->not_usable()};
    if (auto const begun = impl_->store.begin(); !begun) return Unexpected{begun.error()};
    Command const command{"plan", at, {}, activation, {}};
    Result<ActivationPlan> out = Unexpected{Error{}};
    if (auto const used = impl_->use_versions(at); !used) {
      out = Unexpected{used.error()};
    } else {
      auto context = impl_->context(command);
      auto const target = target_of(context, activation);
      if (target) out = plan(context, **target, activation);
      else out = Unexpected{target.error()};
    }
    // Nothing of it was meant to stay.
    impl_->drop_trial();
    return out;
  } catch (...) {
    impl_->failed = true;
    return Unexpected{out_of_memory()};
  }
}

Result<void> Engine::close() noexcept {
  try {
    std::lock_guard const lock(impl_->state);
    return impl_->close();
  } catch (...) {
    return Unexpected{out_of_memory()};
  }
}

}  // namespace bylaw::inline v0::engine