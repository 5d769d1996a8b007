#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <bylaw/engine/engine.hpp>

#include "engine/context.hpp"
#include "engine/writer.hpp"

namespace bylaw::inline v0::engine {

using Outcomes = std::vector<trade::Outcome>;

struct Engine::Impl final : Writer {
  Impl(Options o, store::Store s) : Writer(std::move(s), o.store_path, "engine"), options(std::move(o)), versions(options.rulebook, zones_of(options)) {
    snapshot_transfers = options.snapshot_transfers;
  }

  /// What one caller wants: commands, or something of the outbox.
  struct Work : Ticket {
    std::vector<trade::Command> const* commands = nullptr;
    bool together = false;           ///< all of them, or none
    std::size_t refused = SIZE_MAX;  ///< together: the one that was refused, so that none is done
    trade::Outcome refusal;          ///< of that one
    Outcomes outcomes;
    std::function<Result<void>()> job;
  };

  Options options;
  Versions versions;
  bool measures_kept = false;
  /// Ids are found to be known when they are written; while a feed comes again, looking them up first is cheaper.
  bool expect_duplicates = false;
  std::int64_t clock_back_ms = 0;  ///< the furthest that the clock ever went back

  static ZoneTable zones_of(Options const& options) { return options.rulebook.policy().empty() ? options.zones : options.rulebook.policy().zones(); }

  Result<void> run_one(trade::Command const& command, Outcomes& outcomes);
  Result<void> keep_refusal(trade::Command const& command, trade::Outcome const& outcome, Outcomes& outcomes);
  Result<bool> answer_from_history(trade::Command const& command, std::string const& body_hash, Outcomes& outcomes);
  Result<void> run_together(Work& work, bool& again);
  Result<void> run_work(Work& work, bool& again);
  Result<void> write_all(Group const& group) override;
  void take_back() noexcept override { versions.forget(); }
  /// Everything since `begin` was only tried.
  void drop_trial() noexcept {
    store.rollback(ledger);
    versions.forget();
    measures_kept = false;
    failed = failed || store.outcome_unknown();
  }
  Result<void> use_versions(Timestamp now);
  Result<void> check_policy();
  Result<void> fire_until(Timestamp until);
  Timestamp now();
  /// Something that is no command, in the next commit.
  Result<void> run_job(std::function<Result<void>()> job);
  Context context(trade::Command const& command) {
    Context out{store, ledger, versions, command, &versions.in_force()};
    out.limits = &options.health;
    return out;
  }
};

}  // namespace bylaw::inline v0::engine
