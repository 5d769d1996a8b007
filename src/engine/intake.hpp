#pragma once
#include "engine/order_subject.hpp"

namespace bylaw::inline v0::engine {

/// What a channel calls an item becomes the item, and its units become base units, by the catalog's cross references.
[[nodiscard]] Result<void> map_items(Context& context, trade::Order& order);

/// A part of a kit; `units` in one kit, `weight` is what they cost.
struct KitPart {
  std::string item;
  std::int64_t units = 0;
  std::int64_t weight = 0;
};
/// The parts of a kit down to those that are no kits; empty: it is none. Errors: `bad_kit` (no such part, or a kit within itself).
[[nodiscard]] Result<std::vector<KitPart>> parts_of(Context& context, std::string const& kit, int depth = 0);

/// What the catalog says is a service is sold as one. A kit, which the catalog says the parts of (`item.parts`: `SKU*2,SKU*1`), is sold as lines of its parts, each with its share of the price by
/// what the parts cost, and with the kit as its `bundle`.
[[nodiscard]] Result<void> unpack_kits(Context& context, trade::Order& order);

/// Facts that are looked up when a rule asks for them: orders and customers that look the same, what a customer owes.
[[nodiscard]] Result<void> look_around_customer(Context& context, OrderView& view);

/// The policy's validations: repairs become facts of the order, findings become holds. `rejected` says that one rejects it.
[[nodiscard]] Result<void> validate(Context& context, OrderSubject& subject, bool& rejected);

}  // namespace bylaw::inline v0::engine
