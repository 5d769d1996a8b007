#include "table.hpp"

using namespace bylaw;

namespace {

std::int64_t scaled(Decimal value, std::int32_t scale) {
  std::int64_t out = value.coefficient();
  for (auto at = value.scale(); at < scale; ++at) out *= 10;
  return out;
}

template <class Get>
auto each(std::vector<TestOrder> const& orders, Get get) {
  std::vector<decltype(get(orders[0]))> out;
  for (auto const& order : orders) out.push_back(get(order));
  return out;
}
template <class Get>
auto each_line(std::vector<TestOrder> const& orders, Get get) {
  std::vector<decltype(get(orders[0].lines[0]))> out;
  for (auto const& order : orders) {
    for (auto const& line : order.lines) out.push_back(get(line));
  }
  return out;
}

using Maybe = std::optional<std::int64_t>;
using Word = std::optional<std::string>;

}  // namespace

void Table::add(std::string const& path, std::vector<Maybe> const& values, std::int32_t scale) {
  auto& kept = numbers_.emplace_back();
  kept.valid.resize(values.size() / 8 + 1);
  bool all = true;
  for (std::size_t i = 0; i < values.size(); ++i) {
    kept.values.push_back(values[i].value_or(-77));
    if (values[i]) kept.valid[i / 8] = static_cast<std::uint8_t>(kept.valid[i / 8] | 1 << (i % 8));
    all = all && values[i];
  }
  policy::FieldColumn column;
  column.path = path;
  column.values = kept.values.data();
  column.count = values.size();
  column.scale = scale;
  if (!all) column.valid = kept.valid.data();
  columns.fields.push_back(std::move(column));
}

void Table::add_texts(std::string const& path, std::vector<Word> const& values) {
  auto& codes = codes_.emplace_back();
  std::map<std::string, std::int16_t> known;
  policy::FieldColumn column;
  column.path = path;
  column.form = policy::Memory::Form::i16;
  for (auto const& value : values) {
    if (!value) {
      codes.push_back(-1);
      continue;
    }
    auto const [at, fresh] = known.emplace(*value, static_cast<std::int16_t>(known.size()));
    if (fresh) column.dictionary.push_back(texts_.emplace_back(*value));
    codes.push_back(at->second);
  }
  if (column.dictionary.empty()) column.dictionary.emplace_back("unused");
  column.values = codes.data();
  column.count = codes.size();
  columns.fields.push_back(std::move(column));
}

void Table::add_list(std::string const& path, std::vector<std::uint32_t> offsets) {
  columns.lists.push_back({path, offsets_.emplace_back(std::move(offsets)).data()});
}

Table::Table(std::vector<TestOrder> const& orders, policy::Symbols const& symbols) {
  columns.rows = orders.size();
  // Numbers at a stride: where the host's own structs stand.
  policy::FieldColumn small;
  small.path = "order.small";
  small.form = policy::Memory::Form::i8;
  small.values = &orders[0].small;
  small.count = orders.size();
  small.stride = sizeof(TestOrder);
  columns.fields.push_back(std::move(small));
  add("order.number_of", each(orders, [](TestOrder const& o) { return Maybe(scaled(o.decimal, 3)); }), 3);
  add("order.maybe", each(orders, [](TestOrder const& o) { return o.maybe ? Maybe(scaled(*o.maybe, 5)) : Maybe(); }), 5);
  add("order.sum_of", each(orders, [](TestOrder const& o) { return Maybe(o.cents); }));
  add("order.limit_of", each(orders, [](TestOrder const& o) { return o.limit ? Maybe(o.limit->amount_minor()) : Maybe(); }));
  add("order.flag_of", each(orders, [](TestOrder const& o) { return Maybe(o.flag ? 1 : 0); }));
  add("order.maybe_flag", each(orders, [](TestOrder const& o) { return o.maybe_flag ? Maybe(*o.maybe_flag ? 1 : 0) : Maybe(); }));
  add_texts("order.kind_of", each(orders, [](TestOrder const& o) { return Word(o.kind == Kind::web ? "web" : o.kind == Kind::store ? "store" : "phone"); }));
  add_texts("order.name_of", each(orders, [](TestOrder const& o) { return Word(o.name); }));
  add_texts("order.alias_of", each(orders, [](TestOrder const& o) { return Word(o.alias); }));
  add_texts("order.code_of", each(orders, [&](TestOrder const& o) { return Word(std::string(symbols.text(o.code))); }));
  add("order.day_of_it", each(orders, [](TestOrder const& o) { return Maybe(o.day.value); }));
  add("order.at_of", each(orders, [](TestOrder const& o) { return Maybe(o.at.value * 1'000'000 + 999); }), 6);
  add("order.imported", each(orders, [](TestOrder const& o) { return Maybe(o.at.value); }));
  add("order.weight_of", each(orders, [](TestOrder const& o) { return Maybe(scaled(o.weight.amount, 4) / (o.weight.unit == find_unit("g") ? 1000 : 1)); }), 4);
  add("order.buyer_of.trusted", each(orders, [](TestOrder const& o) { return Maybe(o.buyer.trusted ? 1 : 0); }));
  add("order.buyer_of.score", each(orders, [](TestOrder const& o) { return Maybe(o.buyer.score); }));
  add("order.seller_of.trusted", each(orders, [](TestOrder const& o) { return o.seller ? Maybe(o.seller->trusted ? 1 : 0) : Maybe(); }));
  add("order.seller_of.score", each(orders, [](TestOrder const& o) { return o.seller ? Maybe(o.seller->score) : Maybe(); }));
  std::vector<Word> tags;
  std::vector<std::uint32_t> tag_offsets{0};
  std::vector<std::uint32_t> line_offsets{0};
  for (auto const& order : orders) {
    tags.insert(tags.end(), order.tags.begin(), order.tags.end());
    tag_offsets.push_back(static_cast<std::uint32_t>(tags.size()));
    line_offsets.push_back(line_offsets.back() + static_cast<std::uint32_t>(order.lines.size()));
  }
  add_texts("order.tags_of", tags);
  add_list("order.tags_of", tag_offsets);
  add_list("order.lines", line_offsets);
  add("order.lines.number_of", each_line(orders, [](TestLine const& l) { return Maybe(l.number); }));
  add("order.lines.maybe", each_line(orders, [](TestLine const& l) { return Maybe(l.maybe); }));
  add("order.lines.sum_of", each_line(orders, [](TestLine const& l) { return Maybe(l.cents); }));
  add("order.lines.hot", each_line(orders, [](TestLine const& l) { return Maybe(l.hot ? 1 : 0); }));
  add("order.lines.packer_of.trusted", each_line(orders, [](TestLine const& l) { return l.packer != nullptr ? Maybe(l.packer->trusted ? 1 : 0) : Maybe(); }));
  add("order.lines.packer_of.score", each_line(orders, [](TestLine const& l) { return l.packer != nullptr ? Maybe(l.packer->score) : Maybe(); }));
  add_texts("order.lines.name_of", each_line(orders, [](TestLine const& l) { return Word(l.name); }));
  add_texts("order.lines.code_of", each_line(orders, [&](TestLine const& l) { return Word(std::string(symbols.text(l.code))); }));
}
