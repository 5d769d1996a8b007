#include <algorithm>
#include <map>

#include <bylaw/ledger/stock.hpp>
#include <bylaw/values/integer.hpp>

namespace bylaw::inline v0::ledger {

std::int64_t kit_availability(Ledger const& ledger, std::vector<KitPart> const& parts, StockFilter filter) {
  std::map<std::string, std::int64_t> needs;
  for (auto const& part : parts) {
    auto& need = needs[part.item];
    if (add_overflows(need, part.quantity, need)) return 0;
  }
  std::int64_t kits = needs.empty() ? 0 : INT64_MAX;
  for (auto const& [item, need] : needs) {
    filter.item = item;
    if (need > 0) kits = std::min(kits, std::max<std::int64_t>(availability(ledger, filter).available, 0) / need);
  }
  return kits == INT64_MAX ? 0 : kits;
}

std::vector<Transfer> assembly(Ledger& ledger, std::string const& kit, std::vector<KitPart> const& parts, std::string const& place, std::int64_t count,
                               std::string const& reference, Timestamp effective) {
  std::vector<Transfer> legs;
  auto const add = [&](std::string const& item, std::int64_t quantity, bool consumed) {
    auto const stock = ledger.open({AccountKind::quantity, item, place, "available", {}, {}, {}}, physical);
    auto const work = ledger.open({AccountKind::quantity, item, "kit", "virtual", {}, {}, {}}, unbounded);
    Transfer leg;
    leg.debit = consumed ? stock : work;
    leg.credit = consumed ? work : stock;
    leg.amount = quantity;
    leg.reference = reference;
    leg.effective = effective;
    legs.push_back(std::move(leg));
  };
  auto const made = count == INT64_MIN ? INT64_MAX : count < 0 ? -count : count;
  for (auto const& part : parts) {
    std::int64_t units = 0;
    if (multiply_overflows(part.quantity, made, units)) units = -1;  // refused as `not_positive`
    add(part.item, units, count > 0);
  }
  add(kit, made, count < 0);
  return legs;
}

}  // namespace bylaw::inline v0::ledger
