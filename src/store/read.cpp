// Commands, orders and returns, as the engine asks for them while it works on a command.
#include <bylaw/trade/amounts.hpp>
#include <bylaw/wire/commands.hpp>

#include "store/stored_json.hpp"

namespace bylaw::inline v0::store {

using namespace trade;  // NOLINT

namespace {

std::vector<Attribute> attributes_of(std::string const& json) {
  std::vector<Attribute> out;
  auto const read = wire::parse_json(json);
  for (std::size_t i = 0; read && i < read->keys.size(); ++i) out.push_back({read->keys[i], read->items[i].text});
  return out;
}

}  // namespace

Result<std::optional<StoredCommand>> Store::find_command(std::string_view id) {
  auto& q = impl_->find_command.reset().bind(id);
  if (!q.step()) {
    if (q.failed()) return impl_->fail();
    return std::optional<StoredCommand>{};
  }
  StoredCommand found;
  found.body_hash = q.text();
  found.outcome.command_id = std::string(id);
  found.outcome.status = static_cast<Status>(q.number());
  found.outcome.code = q.text();
  found.outcome.message = q.text();
  found.outcome.remedy = q.text();
  found.outcome.subject = q.text();
  found.outcome.state = q.text();
  found.outcome.duplicate = true;
  q.reset();
  return std::optional<StoredCommand>(std::move(found));
}

Result<std::optional<StoredOrder>> Store::imported_order(std::string_view id) {
  constexpr std::size_t cached_max = 32;
  std::string key(id);
  auto const cached = impl_->orders.find(key);
  if (cached == impl_->orders.end()) {
    auto read = read_order(id);
    if (!read || !*read) return read;
    if (impl_->orders.size() >= cached_max) impl_->orders.clear();
    impl_->orders.emplace(std::move(key), **read);
    return read;
  }
  auto stored = cached->second;
  auto const instance = load_instance(id);
  if (!instance) return Unexpected{instance.error()};
  if (*instance) stored.state = (*instance)->state;
  return std::optional<StoredOrder>(std::move(stored));
}

Result<std::optional<StoredOrder>> Store::read_order(std::string_view id) {
  auto& q = impl_->find_order.reset().bind(id);
  if (!q.step()) {
    if (q.failed()) return impl_->fail();
    return std::optional<StoredOrder>{};
  }
  auto const seq = q.number();
  auto const command_seq = q.number();
  Timestamp const imported(q.number());
  auto header = parse_body<Order>(q, wire::parse_order, impl_->path);
  if (!header) return Unexpected{header.error()};
  StoredOrder stored;
  stored.imported = imported;
  stored.order = std::move(**header);
  q.reset();
  stored.order.total = Money(0, stored.order.currency);
  auto& lines = impl_->order_lines.reset().bind(seq);
  while (lines.step()) {
    Line line;
    line.number = static_cast<std::int32_t>(lines.number());
    line.item = lines.text();
    line.title = lines.text();
    line.quantity = lines.number();
    line.unit_price = Decimal::parse(lines.text()).value_or(Decimal{});
    line.net = Money(lines.number(), stored.order.currency);
    line.service = lines.number() != 0;
    line.tax = Money(lines.number(), stored.order.currency);
    line.shipping = lines.number() != 0;
    line.bundle = lines.text();
    stored.order.lines.push_back(std::move(line));
  }
  if (lines.failed()) return impl_->fail();
  lines.reset();
  if (auto const total = trade::total_of(stored.order)) stored.order.total = *total;
  auto const instance = load_instance(id);
  if (!instance) return Unexpected{instance.error()};
  if (!*instance) return failure("store_corrupt", "the order `" + std::string(id) + "` has no state", impl_->path, "run `bylaw verify`");
  stored.state = (*instance)->state;
  if (!impl_->restore_personal(stored.order, command_seq)) return impl_->fail();
  return std::optional<StoredOrder>(std::move(stored));
}

Result<std::vector<Attribute>> Store::facts_of(std::string_view order) {
  std::vector<Attribute> out;
  auto& facts = impl_->facts.reset().bind(order);
  while (facts.step()) {
    auto path = facts.text();
    out.push_back({std::move(path), facts.text()});
  }
  if (facts.failed()) return impl_->fail();
  facts.reset();
  return out;
}

Result<std::optional<StoredOrder>> Store::load_order(std::string_view id) {
  auto stored = imported_order(id);
  if (!stored || !*stored) return stored;
  auto const facts = facts_of(id);
  if (!facts) return Unexpected{facts.error()};
  // What became known later stands in the place of what was imported.
  auto& attributes = (*stored)->order.attributes;
  for (auto const& fact : *facts) {
    std::erase_if(attributes, [&](Attribute const& a) { return a.path == fact.path; });
    attributes.push_back(fact);
  }
  if (!impl_->restore_personal((*stored)->order, 0)) return impl_->fail();
  return stored;
}

Result<std::optional<StoredReturn>> Store::load_return(std::string_view id) {
  auto& q = impl_->find_return.reset().bind(id);
  if (!q.step()) {
    if (q.failed()) return impl_->fail();
    return std::optional<StoredReturn>{};
  }
  StoredReturn stored;
  auto& request = stored.request;
  request.id = std::string(id);
  request.source = q.text();
  request.customer = q.text();
  request.requested = Timestamp(q.number());
  request.currency = Currency::find(q.text());
  request.tender = q.text();
  q.reset();
  auto& lines = impl_->return_lines.reset().bind(id);
  while (lines.step()) {
    ReturnLineRow row;
    row.return_id = request.id;
    auto& line = row.line;
    line.number = static_cast<std::int32_t>(lines.number());
    line.order = lines.text();
    line.order_line = static_cast<std::int32_t>(lines.number());
    line.item = lines.text();
    line.quantity = lines.number();
    line.claimed_net = Money(lines.number(), request.currency);
    line.reason = lines.text();
    line.claimed_condition = lines.text();
    line.service = lines.number() != 0;
    row.verdict = lines.text();
    row.reasons = lines.text();
    row.refund_minor = lines.number();
    row.fee_minor = lines.number();
    row.sold = Timestamp(lines.number());
    row.rule = lines.text();
    line.serial = lines.text();
    if (auto const facts = lines.text(); !facts.empty()) line.facts = attributes_of(facts);
    request.lines.push_back(line);
    stored.lines.push_back(std::move(row));
  }
  if (lines.failed()) return impl_->fail();
  lines.reset();
  auto const instance = load_instance(id);
  if (!instance) return Unexpected{instance.error()};
  if (*instance) stored.state = (*instance)->state;
  return std::optional<StoredReturn>(std::move(stored));
}

}  // namespace bylaw::inline v0::store
