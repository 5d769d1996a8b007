// What the engine asks of the store while it works on a command.
#include <bylaw/store/reader.hpp>
#include <bylaw/trade/amounts.hpp>
#include <bylaw/wire/commands.hpp>
#include <bylaw/wire/json.hpp>

#include "store/store_impl.hpp"

namespace bylaw::inline v0::store {

using namespace trade;  // NOLINT

namespace {

std::vector<Attribute> attributes_of(std::string const& json) {
  std::vector<Attribute> out;
  auto const read = wire::parse_json(json);
  for (std::size_t i = 0; read && i < read->keys.size(); ++i) out.push_back({read->keys[i], read->items[i].text});
  return out;
}

template <class Record>
Result<std::optional<Record>> parse_body(Statement& statement, Result<Record> (*parse)(wire::Json const&), std::string const& path) {
  auto const json = wire::parse_json(statement.text());
  if (!json) return failure("store_corrupt", "a stored record is not readable", path, "run `bylaw verify`");
  auto record = parse(*json);
  if (!record) return failure("store_corrupt", "a stored record is not readable: " + record.error().message, path, "run `bylaw verify`");
  return std::optional<Record>(std::move(*record));
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

namespace {

/// The last row of every (rule, line) of an order.
Result<std::vector<HoldRow>> last_holds(Store::Impl& s, std::string_view order) {
  std::vector<HoldRow> rows;
  auto& q = s.holds.reset().bind(order);
  while (q.step()) {
    HoldRow row;
    row.order = std::string(order);
    row.rule = q.text();
    row.line = static_cast<std::int32_t>(q.number());
    row.action = static_cast<HoldAction>(q.number());
    row.reason = q.text();
    row.text = q.text();
    row.queue = q.text();
    row.blocks = q.text();
    row.reads = q.text();
    row.scope = q.text();
    row.owner = q.text();
    row.late = q.text();
    row.due = Timestamp(q.number());
    row.release_by = q.text();
    row.at = Timestamp(q.number());
    std::erase_if(rows, [&](HoldRow const& r) { return r.rule == row.rule && r.line == row.line; });
    rows.push_back(std::move(row));
  }
  if (q.failed()) return s.fail();
  q.reset();
  return rows;
}

bool is_open(HoldRow const& row) { return trade::is_open(row.action); }

}  // namespace

Result<std::vector<HoldRow>> Store::open_holds(std::string_view order) {
  auto rows = last_holds(*impl_, order);
  if (rows) std::erase_if(*rows, [](HoldRow const& r) { return !is_open(r); });
  return rows;
}

Result<std::vector<HoldRow>> Store::closed_holds(std::string_view order) {
  auto rows = last_holds(*impl_, order);
  if (rows) std::erase_if(*rows, is_open);
  return rows;
}

Result<bool> Store::has_returns(std::string_view order) {
  Statement q(impl_->db.get(), "SELECT 1 FROM return_line WHERE order_id=? LIMIT 1");
  bool const found = q.reset().bind(order).step();
  if (q.failed()) return impl_->fail();
  return found;
}

/// What the steps of an order alone say: those that came since it was asked before are read.
Result<OrderTimes> Store::step_times(StoredInstance const& instance) {
  constexpr std::size_t cached_max = 32;
  if (impl_->times.size() >= cached_max && impl_->times.count(instance.number) == 0) impl_->times.clear();
  auto& [through, times] = impl_->times[instance.number];
  auto const history = history_of(instance, through);
  if (!history) return Unexpected{history.error()};
  auto const rising = std::vector<StoredTransition>(history->rbegin(), history->rend());
  for (auto const& step : rising) {
    if (times.shipped == 0 && (step.event == "ship" || step.to == "shipped")) times.shipped = step.at.value;
    if (step.event == "deliver") times.delivered = step.at.value;  // the last one counts
    if (step.event == "pay") times.paid = true;                    // stores of the first versions have no fact of it
  }
  through = instance.last;
  return times;
}

Result<OrderTimes> Store::order_times(std::string_view order) {
  auto const instance = load_instance(order);
  if (!instance) return Unexpected{instance.error()};
  if (!*instance) return OrderTimes{};
  auto const stepped = step_times(**instance);
  if (!stepped) return stepped;
  auto times = *stepped;
  auto const facts = facts_of(order);
  if (!facts) return Unexpected{facts.error()};
  for (auto const& fact : *facts) {
    if (fact.path == "order.paid_in_full") times.paid = fact.value == "true";
  }
  auto const children = children_of((*instance)->number);
  if (!children) return Unexpected{children.error()};
  // Where there are parcels it is delivered with the last of them, and not before.
  std::int64_t last = 0;
  bool all = true;
  bool any = false;
  for (auto const& child : *children) {
    if (child.workflow != "shipment" || child.state == "cancelled" || child.state == "lost") continue;
    any = true;
    times.any_out = times.any_out || child.state == "shipped" || child.state == "delivered";
    all = all && child.state == "delivered";
    last = std::max(last, child.since.value);
  }
  if (any && times.delivered == 0 && all) times.delivered = last;
  times.any_out = times.any_out || times.shipped != 0;
  return times;
}

Result<std::int64_t> Store::orders_of_customer(std::string_view customer, std::string_view except) {
  auto& q = impl_->customer_orders.reset().bind(customer).bind(except);
  if (!q.step()) return impl_->fail();
  auto const count = q.number();
  q.reset();
  return count;
}

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

struct Reader::Impl {
  std::string path;
  Database db;
};

Result<Reader> Reader::open(std::string const& path) {
  auto db = open_to_read(path);
  if (!db) return Unexpected{db.error()};
  auto impl = std::make_unique<Impl>();
  impl->path = path;
  impl->db = std::move(*db);
  return Reader(impl.release());
}

Reader::Reader(Reader&& other) noexcept : impl_(std::exchange(other.impl_, nullptr)) {}
Reader& Reader::operator=(Reader&& other) noexcept {
  std::swap(impl_, other.impl_);
  return *this;
}
Reader::~Reader() { delete impl_; }

Result<Table> Reader::query(char const* sql, std::vector<std::string> const& parameters) {
  Statement statement(impl_->db.get(), sql);
  if (statement.failed()) return Unexpected{describe(statement.code(), impl_->db.get(), impl_->path)};
  for (auto const& parameter : parameters) statement.bind(parameter);
  Table table;
  auto const count = sqlite3_column_count(statement.raw());
  for (int i = 0; i < count; ++i) table.columns.emplace_back(sqlite3_column_name(statement.raw(), i));
  table.numeric.assign(table.columns.size(), true);
  while (statement.step()) {
    auto& row = table.rows.emplace_back();
    for (int i = 0; i < count; ++i) {
      auto const type = sqlite3_column_type(statement.raw(), i);
      if (type != SQLITE_INTEGER && type != SQLITE_FLOAT && type != SQLITE_NULL) table.numeric[static_cast<std::size_t>(i)] = false;
      row.push_back(statement.text());
    }
  }
  if (statement.failed()) return Unexpected{describe(statement.code(), impl_->db.get(), impl_->path)};
  return table;
}

}  // namespace bylaw::inline v0::store
