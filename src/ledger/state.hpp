#pragma once
#include <bylaw/ledger/ledger.hpp>

#include "ledger/account_table.hpp"
#include "ledger/cost_table.hpp"
#include "ledger/lot_table.hpp"
#include "ledger/pending_table.hpp"

namespace bylaw::inline v0::ledger {

/// What one step changed, so that it can be taken back in reverse order. `old` and `account` mean what the kind says.
struct UndoStep {
  enum class Kind : std::uint8_t {
    balance,          ///< account, its balance
    pending_added,    ///< posted: sequence
    pending_removed,  ///< the last of `removed`
    sequences,        ///< posted: last transfer, pending_out: last cost move
    account_opened,
    bounds,       ///< account, posted: number of its bounds
    control,      ///< account
    cost,         ///< posted: mark of the cost table
    id_added,     ///< posted, pending_out: the id
    refusal,      ///< the last of `refusals`
    close_added,  ///< the last of `closes`
    lot           ///< the last of the lots' own undo log
  };
  Kind kind;
  std::uint32_t account;
  Balance old;
};

struct Ledger::Impl {
  AccountTable accounts;
  PendingTable pendings;
  CostTable costs;
  LotTable lots;
  IdTable ids;
  std::vector<Error> refusals;  ///< of recent ids
  std::vector<PeriodClose> closes;
  Timestamp closed_latest{INT64_MIN};  ///< the latest of all closes: nothing later needs a closer look
  Sequence last;
  CostSequence last_cost;
  std::vector<UndoStep> undo;
  std::vector<Pending> removed;
  std::string unread_names;  ///< of a snapshot, until somebody asks for a name

  void need_names() {
    if (!unread_names.empty()) read_names();
  }
  void read_names();
  [[nodiscard]] Timestamp closed_through(AccountKind kind, std::string_view place) const;
  void add_close(PeriodClose const& close);
  void forget_last_close() noexcept;

  void change(AccountIndex account, Balance const& next) {
    auto& balance = accounts[account].balance;
    undo.push_back({UndoStep::Kind::balance, account.value, balance});
    balance = next;
  }
  [[nodiscard]] bool apply(Group const& group, Timestamp now, Applied& out, History const& history, Error& error);
  AccountIndex open(AccountKey const& key, Bounds const& bounds);
  CostPoolIndex add_pool(CostPoolKey const& key);
  void add_pending(Pending const& pending);
  void remove_pending(std::uint32_t slot);
  void take_back(UndoStep const& step) noexcept;
  void undo_to(std::size_t mark) noexcept;
};

/// The discrepancy account that stands beside an account: what facts took that was not there.
[[nodiscard]] AccountKey discrepancy_of(AccountKey key);

}  // namespace bylaw::inline v0::ledger
