#pragma once
#include <cstdint>
#include <string>

#include <bylaw/ledger/account.hpp>
#include <bylaw/values/time.hpp>

namespace bylaw::inline v0::ledger {

/// How the cost of what leaves is found.
enum class CostMethod : std::uint8_t { fifo, lifo, average };

using CostPoolIndex = Strong<struct CostPoolIndexTag, std::uint32_t>;
inline constexpr CostPoolIndex no_pool{UINT32_MAX};
/// Gap-free order of all cost moves, from 1. A receipt's sequence is the name of the layer it makes.
using CostSequence = Strong<struct CostSequenceTag, std::int64_t>;

/// Stock that is valued together: an item at a place, kept on one inventory account of the books.
struct CostPoolKey {
  std::string item;
  std::string place;  ///< location or cost centre
  CostMethod method = CostMethod::fifo;
  AccountIndex inventory;

  friend bool operator==(CostPoolKey const&, CostPoolKey const&) = default;
};

/// What happens to the value of a pool. Each move becomes money transfers between the pool's inventory account
/// and `contra`, with amounts that the ledger finds.
/// Values are stored: do not renumber.
enum class CostMoveKind : std::uint8_t {
  receive,    ///< `quantity` comes in at `value` in all: debit inventory, credit contra
  issue,      ///< `quantity` leaves at the cost the method finds: debit contra, credit inventory
  late_cost,  ///< `value` more (or less) for goods received before: the share that is still here goes to inventory, the rest to `variance`
  transfer    ///< `quantity` goes to the pool `to` at the cost it has here: debit its inventory, credit ours
};

/// Source of the rules: domain notes, traps 17, 26 and 27.
struct CostMove {
  CostMoveKind kind = CostMoveKind::receive;
  CostPoolIndex pool = no_pool;
  CostPoolIndex to = no_pool;        ///< transfer: where the goods go
  std::int64_t quantity = 0;         ///< base units; late_cost on an average pool: how many units the cost is for
  std::int64_t value = 0;            ///< minor units; receive: >= 0, late_cost: not 0, issue: ignored
  CostSequence layer;                ///< issue: of this receipt only (a return to the supplier), not on an average pool; late_cost: for this receipt; 0: none
  AccountIndex contra = no_account;  ///< goods received, cost of goods sold ...; transfer: none
  AccountIndex variance =
      no_account;  ///< `contra` when not given; where a debt that was priced wrongly, sold shares of late costs, and rounding go; a transfer needs one
  std::int32_t code = 0;
  Timestamp effective;    ///< of the money transfers; 0: when it is recorded
  bool fact = false;      ///< of a closed period: books in the next one rather than be refused
  std::string reference;  ///< of the money transfers
};

/// An applied cost move: what it did to the pool.
struct CostEntry {
  CostSequence sequence;
  CostMove move;
  std::int64_t value_change = 0;  ///< of the pool
  std::int64_t rounding = 0;      ///< issue that empties an average pool: beyond quantity times the shown unit cost
};

/// What is left of one receipt.
struct CostLayer {
  std::int64_t sequence = 0;
  std::int64_t received = 0;  ///< base units that came in
  std::int64_t quantity = 0;
  std::int64_t value = 0;
};

/// A pool as it stands. INVARIANT: quantity 0 means value 0; below zero is a debt that later receipts cover.
struct CostState {
  std::int64_t quantity = 0;
  std::int64_t value = 0;  ///< minor units
  std::int64_t layers = 0;

  friend bool operator==(CostState const&, CostState const&) = default;
};

/// What units of a pool cost when that was last known: so many, so much. 0 of 0: never.
struct CostRate {
  std::int64_t quantity = 0;
  std::int64_t value = 0;
};

}  // namespace bylaw::inline v0::ledger
