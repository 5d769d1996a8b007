#pragma once
#include <string_view>
#include <vector>

#include <bylaw/store/store.hpp>
#include <bylaw/trade/refunds.hpp>

namespace bylaw::inline v0::store {

/// What the engine asks about payments, about units that come back, and about refunds. Part of Store, and used as it is: by the
/// writer's thread.
class BYLAW_EXPORT Refunds {
 public:
  explicit Refunds(Store& store) noexcept : impl_(store.impl_) {}

  /// What came and went for an order, in order.
  [[nodiscard]] Result<std::vector<trade::PaymentRow>> payments_of(std::string_view order);
  /// What became of the units of a return, in order.
  [[nodiscard]] Result<std::vector<trade::ReturnMoveRow>> moves_of(std::string_view return_id);
  /// Parts of all refunds of an order, in order.
  [[nodiscard]] Result<std::vector<trade::RefundRow>> refunds_of(std::string_view order);
  /// So many units, so much in all.
  struct Cost {
    std::int64_t quantity = 0;
    std::int64_t value = 0;  ///< minor units
    Currency currency;
  };
  /// What units of an item cost when they left for an order, by the cost moves of its reference. `lot`: of that one only.
  [[nodiscard]] Result<Cost> issued_for(std::string_view reference, std::string_view item, std::string_view lot);
  /// What units of an item that came back for an order were taken in at. `lot`: of that one only.
  [[nodiscard]] Result<Cost> came_back(std::string_view order, std::string_view item, std::string_view lot);
  /// Whether a cost move is a receipt of this reference.
  [[nodiscard]] Result<bool> is_receipt(std::int64_t cost_move, std::string_view reference);
  /// Whether units ever came into a pool by a receipt of this reference.
  [[nodiscard]] Result<bool> was_received(std::int64_t pool, std::string_view reference);

 private:
  Store::Impl* impl_;
};

}  // namespace bylaw::inline v0::store
