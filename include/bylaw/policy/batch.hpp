#pragma once
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <bylaw/policy/decision.hpp>
#include <bylaw/values/export.hpp>
#include <bylaw/values/result.hpp>

namespace bylaw::inline v0::policy {

/// One hold rule that applies to one order of a batch. Who wants to know why asks Policy::decide_holds
/// or explain about that order.
class BatchHit {
 public:
  constexpr BatchHit() noexcept = default;
  /// `line`: up to 2^29.
  constexpr BatchHit(std::uint32_t rule, std::int32_t line, HoldState state) noexcept
      : rule_(rule), place_(static_cast<std::uint32_t>(line + 1) << 2 | static_cast<std::uint32_t>(state)) {}

  /// Index into Policy::holds().
  [[nodiscard]] constexpr std::uint32_t rule() const noexcept { return rule_; }
  /// Index of the line for `scope line`, otherwise -1.
  [[nodiscard]] constexpr std::int32_t line() const noexcept { return static_cast<std::int32_t>(place_ >> 2) - 1; }
  [[nodiscard]] constexpr HoldState state() const noexcept { return static_cast<HoldState>(place_ & 3); }
  friend constexpr bool operator==(BatchHit const&, BatchHit const&) noexcept = default;

 private:
  std::uint32_t rule_ = 0;
  std::uint32_t place_ = 0;
};
static_assert(sizeof(BatchHit) == 8);

/// An order of a batch whose facts could not be read where a rule in force needed them; nothing was decided about it.
struct BatchError {
  std::size_t row = 0;
  Error error;  ///< `wrong_type`, with the path of the fact
};

/// What the hold rules say of many orders. It belongs to one caller, who fills it again and again: its
/// memory is kept, so that deciding allocates nothing once batches of this size have been decided.
/// Not thread safe.
class BYLAW_EXPORT HoldBatch {
 public:
  HoldBatch();
  HoldBatch(HoldBatch&& other) noexcept;
  HoldBatch& operator=(HoldBatch&& other) noexcept;
  ~HoldBatch();

  /// How many orders were decided.
  [[nodiscard]] std::size_t size() const noexcept { return ends_.size(); }
  /// The hits of one order: by rule, then by line.
  [[nodiscard]] BatchHit const* begin(std::size_t row) const noexcept { return hits_.data() + (row == 0 ? 0 : ends_[row - 1]); }
  [[nodiscard]] BatchHit const* end(std::size_t row) const noexcept { return hits_.data() + ends_[row]; }
  /// Of all orders; their hits stand one order after the other.
  [[nodiscard]] std::size_t hit_count() const noexcept { return ends_.empty() ? 0 : ends_.back(); }
  /// By row, rising; empty when every order could be read.
  [[nodiscard]] std::vector<BatchError> const& errors() const noexcept { return errors_; }

  struct Scratch;

 private:
  friend class BatchWriter;
  std::vector<std::size_t> ends_;
  std::vector<BatchHit> hits_;  ///< more than are used
  std::vector<BatchError> errors_;
  Scratch* scratch_ = nullptr;
};

}  // namespace bylaw::inline v0::policy
