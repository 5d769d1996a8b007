#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <bylaw/store/store.hpp>
#include <bylaw/trade/control_rows.hpp>

namespace bylaw::inline v0::store {

/// What the engine asks about supply, channels and who else wants stock. Part of Store, and used as it is: by the writer's thread.
class BYLAW_EXPORT Supplies {
 public:
  explicit Supplies(Store& store) noexcept : impl_(store.impl_) {}

  /// All lines of a supply, closed ones too, in the order in which they were first told.
  [[nodiscard]] Result<std::vector<trade::SupplyRow>> lines_of(std::string_view supply);
  /// Lines of an item of which something is still to come.
  [[nodiscard]] Result<std::vector<trade::SupplyRow>> open_of(std::string_view item);
  /// Items of which something should have come before a moment, and has not.
  [[nodiscard]] Result<std::vector<std::string>> overdue_items(Timestamp now);
  /// Items that are promised from supply or from lots, which may have run out.
  [[nodiscard]] Result<std::vector<std::string>> promised_items();
  /// What a channel was told last of an item, per location.
  [[nodiscard]] Result<std::vector<trade::FeedRow>> told(std::string_view channel, std::string_view item);
  /// The number of what a channel was told last; 0: nothing yet.
  [[nodiscard]] Result<std::int64_t> last_number(std::string_view channel);
  /// What a channel was told after a number, in order.
  [[nodiscard]] Result<std::vector<trade::FeedRow>> feed_after(std::string_view channel, std::int64_t number, std::int64_t count_max);
  /// Orders that are released and wait for stock, the oldest first.
  [[nodiscard]] Result<std::vector<std::string>> waiting_orders(std::int64_t count_max);
  /// What a customer's other orders come to that are not over: not invoiced yet (false), or invoiced and not paid (true).
  [[nodiscard]] Result<std::vector<Money>> open_orders(std::string_view customer, std::string_view except, bool invoiced);
  /// The latest other order of the same total that was placed in the window, by this customer or to a person of this mail address; empty: none.
  [[nodiscard]] Result<std::string> similar_order(trade::Order const& order, Timestamp from);
  /// Another customer with this mail address; empty: none.
  [[nodiscard]] Result<std::string> customer_of_email(std::string_view email, std::string_view except);
  /// Whether the catalog ever had an entry of this kind: what nobody uses is not looked up again and again.
  [[nodiscard]] bool has_entries(std::string_view kind);
  /// Entries of the catalog whose ids begin so, as they are at a time: id and body (JSON), by id.
  [[nodiscard]] Result<std::vector<std::pair<std::string, std::string>>> entries(std::string_view kind, std::string_view prefix, Timestamp at);
  /// Units of a transfer that are on their way, by lot (empty: of none), in the order in which they were sent.
  struct SentLot {
    std::string lot;
    std::int64_t units = 0;
  };
  [[nodiscard]] Result<std::vector<SentLot>> lots_on_the_way(std::string_view promised_as, std::string_view received_as, std::string_view item,
                                                             std::string_view from, std::string_view to);
  /// Orders that were shipped units of a lot.
  [[nodiscard]] Result<std::vector<std::string>> shipped_lot(std::string_view item, std::string_view lot);
  /// Whether all units of an item that left for an order left with a lot or serial.
  [[nodiscard]] Result<bool> shipped_by_lot(std::string_view order, std::string_view item);

 private:
  Store::Impl* impl_;
};

}  // namespace bylaw::inline v0::store
