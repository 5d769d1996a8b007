#pragma once
#include <string>

#include <bylaw/ledger/transfer.hpp>

namespace bylaw::inline v0::engine {

/// Units that go from one account to another. `fact`: what was seen cannot be refused.
[[nodiscard]] inline ledger::Transfer movement(ledger::AccountIndex from, ledger::AccountIndex to, std::int64_t units, std::string const& reference,
                                               ledger::Force force = ledger::Force::none) {
  ledger::Transfer out;
  out.force = force;
  out.debit = from;
  out.credit = to;
  out.amount = units;
  out.reference = reference;
  return out;
}

}  // namespace bylaw::inline v0::engine
