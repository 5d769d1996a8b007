#pragma once
#include "engine/flow.hpp"

namespace bylaw::inline v0::engine {

/// The clock that ends a reservation by itself.
inline constexpr char const* expiry_clock = "reservation/expire";

/// A promise that is no order yet, in its workflow.
class ReservationSubject : public Subject {
 public:
  [[nodiscard]] Result<void> load(Context& context, store::StoredInstance stored);
  [[nodiscard]] Result<void> reload(Context& context) override;
  [[nodiscard]] Result<bool> fire(Context& context, store::StoredTimer const& timer) override;

 private:
  [[nodiscard]] Result<Frames> frames(Context& context) override;
  [[nodiscard]] Result<void> act(Context&, std::string const&) override { return {}; }
  [[nodiscard]] Result<void> arrived(Context& context) override;
};

struct Buyer;
/// Promises a reservation so many units of an item anew, from stock or from supply. Errors: those of `source`, `not_enough_stock`.
[[nodiscard]] Result<void> reserve_again(Context& context, Buyer const& buyer, std::string const& item, std::int64_t units);

}  // namespace bylaw::inline v0::engine
