#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include <bylaw/values/money.hpp>
#include <bylaw/values/time.hpp>

namespace bylaw::inline v0::policy {

/// A fact that a decision looked at, as people write it; `missing` when there was none.
struct Read {
  std::string path;
  std::string value;
  friend bool operator==(Read const&, Read const&) = default;
};

/// Why a hold stands: its cause is there, a fact is awaited, or the rule could not be evaluated.
enum class HoldState : std::uint8_t { placed, waiting, failed };

/// One hold rule that applies to one order (or to one of its lines).
struct HoldHit {
  std::uint32_t rule = 0;         ///< index into Policy::holds()
  HoldState state = HoldState::placed;
  std::int32_t line = -1;         ///< index of the line for `scope line`
  Timestamp decide_by{};          ///< waiting only: when the `otherwise` value is used
  std::string error;              ///< failed only: what could not be computed
  std::vector<Read> reads;
};

/// What the hold rules say of one order. A set: the order of rules means nothing.
struct HoldDecision {
  std::vector<HoldHit> hits;
};

/// Candidates of one allocation rule, best first.
struct AllocationDecision {
  std::int32_t rule = -1;                   ///< index into Policy::allocations(); -1: none matched
  std::vector<std::uint32_t> candidates;    ///< indices into the candidates asked about
  std::vector<Read> reads;
  std::string error;
};

enum class Verdict : std::uint8_t { approve, review, deny };

struct Failure {
  std::string reason;
  std::string text;
};
struct Fee {
  std::string name;
  Money amount;
  std::string per = "line";   ///< `return`, `line` or `unit`
  bool deduction = false;     ///< a loss of value instead of a charge
  bool taxed = false;
};

/// What the return rules say of one line of one return.
struct ReturnDecision {
  std::int32_t rule = -1;              ///< index into Policy::returns()
  std::int32_t mandatory_rule = -1;    ///< a `mandatory return` that matched too; -1: none
  Verdict verdict = Verdict::deny;
  std::string review_by;               ///< role, for Verdict::review
  std::vector<Failure> failures;       ///< every clause that failed, not only the first
  std::string window_ends;             ///< last moment of the return window, local; empty without limit
  std::vector<Fee> fees;
  std::vector<std::string> tenders;    ///< refund to these, in order
  std::string pay_at;                  ///< event that the refund waits for
  std::vector<std::string> evidence;
  std::string label;
  bool refund_shipping = false;
  bool keep_item = false;
  bool condition_mismatch = false;     ///< the inspected condition is not an accepted one
  std::string on_mismatch;             ///< `accept`, `deny` or `review by ROLE`, with condition_mismatch
  std::string disposition;             ///< restock, refurbish, return_to_vendor, scrap or quarantine; empty before inspection
  std::vector<Read> reads;
  std::string error;
};

}  // namespace bylaw::inline v0::policy
