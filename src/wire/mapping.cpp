#include <bylaw/wire/mapping.hpp>

#include <algorithm>
#include <deque>
#include <functional>
#include <set>

#include <bylaw/values/integer.hpp>

namespace bylaw::inline v0::wire {

Result<LocalTime> parse_time(std::string_view text, std::string_view format) {
  auto const bad = [&] {
    return failure("bad_row", "`" + std::string(text.substr(0, 40)) + "` is not a time that exists", {}, "the mapping expects " + std::string(format));
  };
  int fields[6] = {0, 1, 1, 0, 0, 0};
  std::size_t at = 0;
  for (std::size_t f = 0; f < format.size();) {
    constexpr std::string_view letters = "YMDhms";
    auto const which = letters.find(format[f]);
    if (which == std::string_view::npos) {
      if (at >= text.size() || text[at++] != format[f++]) return bad();
      continue;
    }
    std::size_t width = 0;
    while (f + width < format.size() && format[f + width] == format[f]) ++width;
    f += width;
    // One letter takes one or two digits, more letters take exactly as many.
    std::size_t digits = 0;
    auto const most = width == 1 ? std::size_t{2} : width;
    while (digits < most && at + digits < text.size() && text[at + digits] >= '0' && text[at + digits] <= '9') ++digits;
    if (digits == 0 || (width > 1 && digits != width)) return bad();
    fields[which] = detail::digits(text, at, digits);
    at += digits;
  }
  auto const [y, m, d, h, min, s] = fields;
  if (at != text.size() || m < 1 || m > 12 || d < 1 || d > days_in_month(y, m) || h > 23 || min > 59 || s > 59) return bad();
  return LocalTime(at_midnight(to_date({y, m, d})).value + h * hour_ms + min * minute_ms + s * second_ms);
}

namespace {

std::string const* find(WordTable const& table, std::string const& word) {
  for (auto const& [theirs, ours] : table) {
    if (theirs == word) return &ours;
  }
  return nullptr;
}

}  // namespace

struct RowAssembler::Impl {
  Mapping const& mapping;
  std::string file;
  Sink sink;
  ImportTotals totals;
  enum Column { order, item, title, quantity, placed, price, customer, country, city, postal_code, column_count };
  std::int64_t columns[column_count];
  std::vector<std::int64_t> attribute_columns;

  /// Rows of one number that have been read and not yet handed out.
  struct Open {
    bool is_return = false;
    trade::Order order;
    trade::Return back;
    std::set<std::size_t> seen;  ///< hashes of whole rows, to find exact duplicates
  };
  std::deque<Open> open;

  std::string const& field(CsvReader::Row const& row, Column column) const {
    static std::string const none;
    auto const at = columns[column];
    return at < 0 ? none : row.fields[static_cast<std::size_t>(at)];
  }
  Unexpected<Error> bad(CsvReader::Row const& row, std::string const& column, Error error) const {
    error.code = "bad_row";
    error.place = file + ":" + std::to_string(row.line) + " (" + column + ")";
    return Unexpected{std::move(error)};
  }
  Result<void> hand_out(Open& group) {
    if (group.is_return) {
      ++totals.returns;
      return sink.back(sink.context, group.back);
    }
    ++totals.orders;
    return sink.order(sink.context, group.order);
  }
  Result<Open*> group_of(std::string const& id, CsvReader::Row const& row);
  Result<std::int64_t> whole(CsvReader::Row const& row, Column column, std::string const& name) const;
  Result<void> add_line(Open& group, CsvReader::Row const& row);
  void issue(CsvReader::Row const& row, std::string code, std::string message) const {
    if (sink.issue != nullptr) sink.issue(sink.context, {row.line, std::move(code), std::move(message)});
  }
};

RowAssembler::RowAssembler(Mapping const& mapping, std::string file_name, Sink sink) : impl_(new Impl{mapping, std::move(file_name), sink, {}, {}, {}, {}}) {}
RowAssembler::~RowAssembler() { delete impl_; }
ImportTotals const& RowAssembler::totals() const noexcept { return impl_->totals; }

Result<void> RowAssembler::header(std::vector<std::string> const& columns) {
  auto const& m = impl_->mapping;
  auto const locate = [&](std::string const& name, std::int64_t& out) -> Result<void> {
    out = -1;
    if (name.empty()) return {};
    auto const found = std::find(columns.begin(), columns.end(), name);
    if (found == columns.end()) {
      std::string have;
      for (auto const& column : columns) have += (have.empty() ? "" : ", ") + column.substr(0, 40);
      return failure("missing_column", "the column `" + name + "` is missing", impl_->file + ":1", "the file has " + have.substr(0, 400));
    }
    out = found - columns.begin();
    return {};
  };
  std::string const* const names[] = {&m.order_column, &m.item_column,     &m.title_column,   &m.quantity_column, &m.placed_column,
                                      &m.price_column, &m.customer_column, &m.country_column, &m.city_column,     &m.postal_code_column};
  for (std::size_t i = 0; i < Impl::column_count; ++i) {
    if (auto const found = locate(*names[i], impl_->columns[i]); !found) return found;
  }
  for (auto const& attribute : m.attributes) {
    if (auto const found = locate(attribute.column, impl_->attribute_columns.emplace_back()); !found) return found;
  }
  return {};
}

Result<RowAssembler::Impl::Open*> RowAssembler::Impl::group_of(std::string const& id, CsvReader::Row const& row) {
  auto const local = parse_time(field(row, placed), mapping.time_format);
  if (!local) return bad(row, mapping.placed_column, local.error());
  for (auto group = open.rbegin(); group != open.rend(); ++group) {
    if ((group->is_return ? group->back.id : group->order.id) == id) return &*group;
  }
  auto const time = from_local(*local, mapping.zone).time;
  auto customer_id = field(row, customer);
  auto const& suffix = mapping.strip_customer_suffix;
  if (!suffix.empty() && customer_id.size() > suffix.size() && customer_id.ends_with(suffix)) customer_id.resize(customer_id.size() - suffix.size());
  auto& group = open.emplace_back();
  group.is_return = !mapping.return_prefix.empty() && id.compare(0, mapping.return_prefix.size(), mapping.return_prefix) == 0;
  if (group.is_return) {
    group.back.id = id;
    group.back.source = mapping.source;
    group.back.customer = customer_id;
    group.back.requested = time;
    group.back.currency = mapping.currency;
    return &group;
  }
  auto& o = group.order;
  o.id = id;
  o.source = mapping.source;
  o.channel = mapping.channel;
  o.placed = time;
  o.currency = mapping.currency;
  o.total = Money(0, mapping.currency);
  o.customer.id = customer_id;
  o.customer.segment = customer_id.empty() ? "guest" : "retail";
  auto const& word = field(row, country);
  auto const* const mapped = find(mapping.countries, word);
  o.ship_to.country = mapped != nullptr ? *mapped : word.size() == 2 ? word : "";
  o.ship_to.region = word;
  o.ship_to.city = field(row, city);
  o.ship_to.postal_code = field(row, postal_code);
  for (std::size_t i = 0; i < attribute_columns.size(); ++i) {
    auto const& attribute = mapping.attributes[i];
    auto value = row.fields[static_cast<std::size_t>(attribute_columns[i])];
    if (!attribute.values.empty()) {
      auto const* const known = find(attribute.values, value);
      if (known == nullptr) {
        return bad(row, attribute.column, {"", "`" + value + "` is not mapped to a value of " + attribute.path, "", "add it under `values` of the mapping"});
      }
      value = *known;
    }
    o.attributes.push_back({attribute.path, std::move(value)});
  }
  return &group;
}

Result<std::int64_t> RowAssembler::Impl::whole(CsvReader::Row const& row, Column column, std::string const& name) const {
  auto const number = Decimal::parse(field(row, column));
  if (!number) return bad(row, name, number.error());
  if (number->scale() != 0) return bad(row, name, {"", "`" + field(row, column) + "` is not a whole number", "", "write whole units"});
  return number->coefficient();
}

Result<void> RowAssembler::Impl::add_line(Open& group, CsvReader::Row const& row) {
  auto quantity_of = whole(row, quantity, mapping.quantity_column);
  if (!quantity_of) return Unexpected{quantity_of.error()};
  auto units = group.is_return ? -*quantity_of : *quantity_of;
  auto const unit_price = Decimal::parse(field(row, price));
  if (!unit_price) return bad(row, mapping.price_column, unit_price.error());
  auto const exact = Int128{units} * unit_price->coefficient();
  auto const minor = divide_rounded(exact * power_of_ten(mapping.currency.exponent()), power_of_ten(unit_price->scale()), Rounding::half_even);
  if (!fits_int64(minor)) return bad(row, mapping.price_column, {"", "this line is worth too much", "", "check price and quantity"});
  auto const nano = exact * power_of_ten(9 - unit_price->scale());
  Money const net(static_cast<std::int64_t>(minor), mapping.currency);
  auto const& sku = field(row, item);
  bool const five = sku.size() >= 5 && detail::digits(sku, 0, 5) >= 0;
  bool const service = (mapping.service_unless_five_digits && !five) ||
                       std::find(mapping.service_items.begin(), mapping.service_items.end(), sku) != mapping.service_items.end();
  if (group.is_return) {
    trade::ReturnLine line;
    line.number = static_cast<std::int32_t>(group.back.lines.size() + 1);
    line.item = sku;
    line.quantity = units;
    line.claimed_net = net;
    line.service = service;
    group.back.lines.push_back(std::move(line));
    ++totals.return_lines;
    totals.returned_nano += nano;
    totals.returned_minor += net.amount_minor();
    return {};
  }
  trade::Line line;
  line.number = static_cast<std::int32_t>(group.order.lines.size() + 1);
  line.item = sku;
  line.title = field(row, title);
  line.quantity = units;
  line.unit_price = *unit_price;
  line.net = net;
  line.service = service;
  group.order.total = Money(group.order.total.amount_minor() + net.amount_minor(), mapping.currency);
  group.order.lines.push_back(std::move(line));
  ++totals.order_lines;
  totals.sold_nano += nano;
  totals.sold_minor += net.amount_minor();
  return {};
}

Result<void> RowAssembler::row(CsvReader::Row const& row) {
  auto& s = *impl_;
  auto const& m = s.mapping;
  ++s.totals.rows;
  auto const& id = s.field(row, Impl::order);
  if (id.empty()) return s.bad(row, m.order_column, {"", "a row needs an order number", "", "fill it in"});
  bool const is_return = !m.return_prefix.empty() && id.compare(0, m.return_prefix.size(), m.return_prefix) == 0;
  if (s.columns[Impl::item] >= 0) {
    auto const price = Decimal::parse(s.field(row, Impl::price));
    if (!price) return s.bad(row, m.price_column, price.error());
    auto const units = s.whole(row, Impl::quantity, m.quantity_column);
    if (!units) return Unexpected{units.error()};
    char const* refused = m.refuse_zero_price && price->coefficient() == 0 ? "price is zero: not a sale"
                          : price->coefficient() < 0                       ? "price is negative"
                          : s.field(row, Impl::item).empty()               ? "no item"
                          : is_return && *units >= 0                       ? "a return needs a negative quantity"
                          : !is_return && *units <= 0                      ? "quantity is not above zero"
                                                                           : nullptr;
    if (refused != nullptr) {
      ++s.totals.refused_rows;
      s.issue(row, "refused", refused);
      return {};
    }
  }
  auto const group = s.group_of(id, row);
  if (!group) return Unexpected{group.error()};
  std::string whole_row;
  for (auto const& field : row.fields) whole_row += field + '\x1f';
  if (!(*group)->seen.insert(std::hash<std::string>{}(whole_row)).second) {
    ++s.totals.duplicate_rows;
    s.issue(row, "duplicate", "an exact copy of an earlier row of `" + id + "`; kept");
  }
  if (s.columns[Impl::item] >= 0) {
    if (auto const added = s.add_line(**group, row); !added) return added;
  }
  while (s.open.size() > static_cast<std::size_t>(m.lookback_orders)) {
    if (auto const done = s.hand_out(s.open.front()); !done) return done;
    s.open.pop_front();
  }
  return {};
}

Result<void> RowAssembler::finish() {
  while (!impl_->open.empty()) {
    if (auto const done = impl_->hand_out(impl_->open.front()); !done) return done;
    impl_->open.pop_front();
  }
  return {};
}

}  // namespace bylaw::inline v0::wire
