#pragma once
#include <unordered_set>

#include "ledger/state.hpp"

namespace bylaw::inline v0::ledger {

/// One group on its way in: each step checks first and changes then. False: refused, and `error` says why; whoever
/// asked takes back what earlier steps did.
class Application {
 public:
  Application(Ledger::Impl& state, Group const& group, Timestamp now, Applied& out, History const& history, Error& error)
      : state_(state), group_(group), now_(now), out_(out), history_(history), error_(error), before_(state.last) {}

  [[nodiscard]] bool run();
  /// One recorded transfer again. Without `strict` bounds are not looked at: they were when it was new.
  [[nodiscard]] bool replay(Entry const& entry, bool strict);

 private:
  /// Does one transfer and records it with what was really done.
  [[nodiscard]] bool step(Transfer const& asked);
  [[nodiscard]] bool dispatch(Transfer& transfer);
  // Each brings `transfer` to what is really done; an amount of 0: nothing, and nothing is recorded.
  [[nodiscard]] bool post(Transfer& transfer);
  [[nodiscard]] bool place(Transfer& transfer);
  [[nodiscard]] bool resolve(Transfer& transfer);
  [[nodiscard]] bool reverse(Transfer& transfer);
  [[nodiscard]] bool move_cost(CostMove const& move);
  [[nodiscard]] bool change_bounds(BoundChange const& change);
  [[nodiscard]] bool close(PeriodClose const& close);

  [[nodiscard]] bool exceed(Transfer& transfer, std::uint32_t slot);
  void note_sequence(std::size_t i);

  [[nodiscard]] bool check_pair(Transfer const& transfer);
  [[nodiscard]] bool check_cost_accounts(CostMove const& move);
  [[nodiscard]] bool knows_company(PeriodClose const& period);
  [[nodiscard]] bool check_period(Transfer& transfer);
  [[nodiscard]] bool check_serial(Transfer const& transfer);
  [[nodiscard]] bool is_serial(AccountIndex account);
  [[nodiscard]] bool is_elsewhere(Transfer const& transfer);
  [[nodiscard]] bool lies_elsewhere(AccountIndex account);
  void bend(Transfer& transfer);
  [[nodiscard]] bool change_both(Transfer const& transfer, Balance const& from, Balance const& to, bool fits);
  [[nodiscard]] bool settle_fact(Transfer& transfer);
  [[nodiscard]] static Transfer part_of(Transfer const& fact, AccountIndex debit, AccountIndex credit, std::int64_t amount);
  [[nodiscard]] bool drop_promises(AccountIndex account, bool incoming, std::int64_t missing);
  [[nodiscard]] bool drop_serial_promises(AccountIndex account);
  [[nodiscard]] bool drop(std::uint32_t slot, std::int64_t missing);

  /// What the account can still give, or take; the largest number when it has no bound.
  [[nodiscard]] std::int64_t room_below(AccountIndex account) const noexcept;
  [[nodiscard]] std::int64_t room_above(AccountIndex account) const noexcept;
  [[nodiscard]] bool refuse(char const* code, std::string message, std::string place = {}, std::string remedy = {});
  [[nodiscard]] bool refuse_unknown(Transfer const& transfer);
  [[nodiscard]] bool refuse_size();
  [[nodiscard]] bool refuse_bound(AccountIndex account, std::int64_t wanted);

  Ledger::Impl& state_;
  Group const& group_;
  Timestamp now_;
  Applied& out_;
  History const& history_;
  Error& error_;
  std::unordered_set<std::int64_t> reversed_;  ///< by this group
  Sequence before_;                            ///< the last transfer when the one asked for began
  bool replaying_ = false;
  bool costing_ = false;
  bool renewing_ = false;  ///< the rest of a promise is promised anew: its bounds held before
  bool strict_ = true;
};

}  // namespace bylaw::inline v0::ledger
