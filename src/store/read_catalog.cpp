// Items and locations as they stood at a time, and what was sold of an item.
#include <bylaw/wire/commands.hpp>

#include "store/stored_json.hpp"

namespace bylaw::inline v0::store {

using namespace trade;  // NOLINT

void Store::Impl::forget_items() {
  for (auto& [sku, cached] : items) {
    if (cached.item) retired_items.push_back(std::move(cached.item));
  }
  items.clear();
}

Result<Item const*> Store::load_item(std::string_view sku, Timestamp at) {
  constexpr std::size_t cached_max = 20'000;
  std::string key(sku);
  auto const cached = impl_->items.find(key);
  if (cached != impl_->items.end() && cached->second.from <= at && at < cached->second.until) return cached->second.item.get();
  auto& q = impl_->find_entry.reset().bind(std::string_view("item")).bind(sku).bind(at.value);
  Impl::CachedItem found{nullptr, Timestamp(INT64_MIN), Timestamp(INT64_MAX)};
  if (q.step()) {
    bool const removed = q.number() != 0;
    found.from = Timestamp(q.number());
    auto item = parse_body<Item>(q, wire::parse_item, impl_->path);
    q.reset();
    if (!item) return Unexpected{item.error()};
    if (!removed && *item) found.item = std::make_unique<Item const>(std::move(**item));
  } else if (q.failed()) {
    return impl_->fail();
  }
  auto& next = impl_->next_entry.reset().bind(std::string_view("item")).bind(sku).bind(at.value);
  if (next.step() && sqlite3_column_type(next.raw(), 0) != SQLITE_NULL) found.until = Timestamp(next.number());
  if (next.failed()) return impl_->fail();
  next.reset();
  if (impl_->items.size() >= cached_max) impl_->forget_items();
  auto& kept = impl_->items[std::move(key)];
  if (kept.item && impl_->open_transaction) impl_->retired_items.push_back(std::move(kept.item));
  kept = std::move(found);
  return kept.item.get();
}

Result<std::vector<Location>> Store::locations(Timestamp at) {
  auto& cached = impl_->locations;
  if (cached && cached->from <= at && at < cached->until) return cached->all;
  std::vector<Location> all;
  auto& q = impl_->all_entries.reset().bind(std::string_view("location")).bind(at.value);
  while (q.step()) {
    auto location = parse_body<Location>(q, wire::parse_location, impl_->path);
    if (!location) return Unexpected{location.error()};
    all.push_back(std::move(**location));
  }
  if (q.failed()) return impl_->fail();
  q.reset();
  Statement next(impl_->db.get(), "SELECT coalesce(min(effective), 9223372036854775807) FROM catalog_entry WHERE kind='location' AND effective>?");
  auto until = at;
  if (next.reset().bind(at.value).step()) until = Timestamp(next.number());
  if (next.failed()) return impl_->fail();
  cached = {all, at, until};
  return all;
}

Result<std::vector<SaleLine>> Store::sales_of(std::string_view customer, std::string_view item, Timestamp before) {
  std::vector<SaleLine> sales;
  auto& q = impl_->find_sale.reset().bind(customer).bind(item).bind(before.value);
  while (q.step()) {
    SaleLine line;
    line.remaining = q.number();
    line.placed = Timestamp(q.number());
    line.number = static_cast<std::int32_t>(q.number());
    line.order = q.text();
    sales.push_back(std::move(line));
  }
  if (q.failed()) return impl_->fail();
  q.reset();
  return sales;
}

Result<std::optional<SaleLine>> Store::sale_line(std::string_view order, std::int32_t number) {
  auto& q = impl_->find_sale_line.reset().bind(order).bind(std::int64_t{number});
  if (!q.step()) {
    if (q.failed()) return impl_->fail();
    return std::optional<SaleLine>{};
  }
  SaleLine line{std::string(order), number, q.number(), {}};
  line.placed = Timestamp(q.number());
  q.reset();
  return std::optional<SaleLine>(std::move(line));
}

Result<std::int64_t> Store::orders_of_customer(std::string_view customer, std::string_view except) {
  auto& q = impl_->customer_orders.reset().bind(customer).bind(except);
  if (!q.step()) return impl_->fail();
  auto const count = q.number();
  q.reset();
  return count;
}

}  // namespace bylaw::inline v0::store
