#include "generator.hpp"

using namespace bylaw;

namespace {

char const* const schema_text = R"(policy test { currency USD; time zone "UTC"; }
extend record customer { score: decimal; }
extend record order {
  small: decimal; number_of: decimal; maybe: optional decimal; sum_of: money; limit_of: optional money; flag_of: bool; maybe_flag: optional bool;
  kind_of: channel; name_of: text; alias_of: optional text; code_of: text; day_of_it: date; at_of: timestamp; weight_of: quantity in kg;
  tags_of: list of text; buyer_of: customer; seller_of: customer;
}
extend record line { number_of: decimal; maybe: optional decimal; sum_of: money; hot: bool; name_of: text; code_of: text; packer_of: customer; }
)";

TestParty const parties[] = {{true, -1}, {false, 2}, {true, 0}, {false, 1}};
std::vector<std::string> const words = {"", "a", "ab", "abc", "b", "ba", "\xC3\xA4", "zz"};

}  // namespace

std::string Generator::number() { return of({"0", "1", "2", "3", "2.5", "-1", "-2", "0.001", "7"}); }
std::string Generator::money() { return of({"0.00 USD", "1.00 USD", "2.50 USD", "0.01 USD", "3.00 USD"}); }
std::string Generator::text() { return '"' + words[static_cast<std::size_t>(pick(static_cast<int>(words.size())))] + '"'; }

std::string Generator::order_leaf() {
  switch (pick(26)) {
    case 0: return "order.small " + compare() + " " + number();
    case 1: return "order.number_of " + compare() + " " + number();
    case 2: return "(order.maybe else " + number() + ") " + compare() + " " + number();
    case 3: return "(order.maybe is known and order.maybe " + compare() + " " + number() + ")";
    case 4: return "order.sum_of " + compare() + " " + money();
    case 5: return "(order.limit_of else " + money() + ") " + compare() + " " + money();
    case 6: return "order.flag_of";
    case 7: return "(order.maybe_flag else " + of({"true", "false"}) + ")";
    case 8: return "order.kind_of " + of({"==", "!="}) + " " + of({"web", "store", "phone"});
    case 9: return "order.kind_of in [web, phone]";
    case 10: return "order.name_of " + of({"==", "!="}) + " " + text();
    case 11: return "order.code_of in [" + text() + ", " + text() + ", \"c1\"]";
    case 12: return "(order.alias_of else " + text() + ") == " + text();
    case 13: return "order.day_of_it " + compare() + " 2026-03-0" + std::to_string(pick(9) + 1);
    case 14: return "order.at_of " + compare() + " 2026-03-0" + std::to_string(pick(9) + 1) + " 1" + std::to_string(pick(10)) + ":00";
    case 15: return "order.weight_of " + compare() + " " + of({"1 kg", "500 g", "2.5 kg", "1 g"});
    case 16: return "order.buyer_of." + of({"trusted", "score > 1", "score between -1 and 2"});
    case 17: return "order.seller_of." + of({"trusted", "score > 1", "score < 0"});
    case 18: return text() + " in order.tags_of";
    case 19: return "order.sum_of " + compare() + " (order.limit_of else " + money() + ") + " + money();
    case 20: return "order.number_of " + compare() + " order.small * 2 - order.buyer_of.score";
    case 21: return "order.small / " + of({"3", "0.5", "7"}) + " " + compare() + " " + number();
    case 22: return "order.name_of " + of({"starts with", "ends with", "contains"}) + " " + text();
    case 23: return "(order.maybe is not known or order.maybe " + compare() + " " + number() + ")";
    case 24: return "(order.small == 1 or order.small == 3 or order.small > 5)";
    default: return "(order.name_of == \"a\" and order.name_of != \"b\")";
  }
}

std::string Generator::line_leaf(std::string const& line) {
  switch (pick(10)) {
    case 8: return line + ".packer_of." + of({"trusted", "score > 1", "score < 0"});
    case 0: return line + ".number_of " + compare() + " " + number();
    case 1: return "(" + line + ".maybe else " + number() + ") " + compare() + " " + number();
    case 2: return line + ".sum_of " + compare() + " " + money();
    case 3: return line + ".hot";
    case 4: return line + ".name_of in [" + text() + ", " + text() + "]";
    case 5: return line + ".code_of == " + text();
    case 6: return line + ".sum_of > order.sum_of";
    case 7: return "(" + line + ".maybe is known and " + line + ".maybe " + compare() + " " + number() + ")";
    default: return "not " + line + ".hot";
  }
}

std::string Generator::over_lines(int depth) {
  auto const body = [&] {
    auto out = line_leaf("l");
    for (int i = pick(3); i > 0; --i) out += of({" and ", " and ", " or "}) + line_leaf("l");
    return "(" + out + ")";
  };
  switch (pick(depth > 0 ? 6 : 4)) {
    case 0: return "(every line as l of order.lines where " + body() + ")";
    case 1: return "count(line as l of order.lines where " + body() + ") " + compare() + " " + std::to_string(pick(3));
    case 2: return "sum(l.sum_of for line as l of order.lines) " + compare() + " " + money();
    default: return "(any line as l of order.lines where " + body() + ")";
  }
}

std::string Generator::condition(int depth, bool line) {
  if (depth == 0 || chance(35)) {
    if (line && chance(50)) return line_leaf("line");
    return chance(30) ? over_lines(depth) : order_leaf();
  }
  switch (pick(6)) {
    case 0: return "not (" + condition(depth - 1, line) + ")";
    case 1: return "(" + condition(depth - 1, line) + " or " + condition(depth - 1, line) + ")";
    default: return "(" + condition(depth - 1, line) + " and " + condition(depth - 1, line) + ")";
  }
}

std::string Generator::schema() { return schema_text; }

std::string Generator::rule(int number_of_rule) {
  bool const line = chance(25);
  auto out = "hold r" + std::to_string(number_of_rule) + " {\n";
  if (line) out += "  scope line;\n";
  if (chance(15))
    out += of({"  effective from 2026-01-01 until 2026-12-31;\n", "  effective from 2027-01-01;\n", "  effective from 2020-01-01 until 2020-12-31;\n"});
  if (chance(92)) out += "  when " + condition(3, line) + ";\n";
  if (chance(30)) out += "  unless " + condition(2, line) + ";\n";
  if (chance(12)) out += "  await order.maybe up to " + of({"2 hours", "48 hours"}) + ", otherwise " + of({"hold", number()}) + ";\n";
  if (chance(12)) out += "  clears when " + condition(1, line) + ";\n";
  return out + "  reason POLICY \"x\"; blocks release; release by order_desk;\n}\n";
}

TestOrder Generator::order(policy::Symbols& symbols) {
  auto const word = [&] { return words[static_cast<std::size_t>(pick(static_cast<int>(words.size())))]; };
  auto const decimal = [&] { return Decimal::scaled(pick(12) - 4, chance(50) ? 0 : chance(50) ? 1 : 3); };
  auto const cents = [&] { return std::int64_t{pick(8)} * 50 + (chance(20) ? 1 : 0); };
  auto const code = [&] { return symbols.intern(chance(30) ? "c" + std::to_string(pick(4)) : word()); };
  TestOrder out;
  out.small = static_cast<std::int8_t>(pick(10) - 3);
  out.decimal = decimal();
  if (chance(60)) out.maybe = decimal();
  out.cents = cents();
  if (chance(60)) out.limit = Money(cents(), Currency::find("USD"));
  out.flag = chance(50);
  if (chance(60)) out.maybe_flag = chance(50);
  out.kind = chance(33) ? Kind::web : chance(50) ? Kind::store : Kind::phone;
  out.name = word();
  if (chance(60)) out.alias = word();
  out.code = code();
  constexpr int march_2026 = 20'513;
  out.day = Date(march_2026 + pick(10));
  out.at = Timestamp((march_2026 + pick(10)) * day_ms + pick(24) * hour_ms);
  out.weight = {Decimal::scaled(pick(6) * 5, 1), find_unit(chance(50) ? "kg" : "g")};
  out.buyer = {chance(50), static_cast<std::int16_t>(pick(6) - 2)};
  if (chance(80)) out.seller = std::make_unique<TestParty>(TestParty{chance(50), static_cast<std::int16_t>(pick(6) - 2)});
  for (int i = pick(3); i > 0; --i) out.tags.push_back(word());
  for (int i = chance(10) ? pick(9) : pick(4); i > 0; --i) {
    auto& line = out.lines.emplace_back();
    line.number = pick(8) - 2;
    if (chance(60)) line.maybe = pick(8) - 2;
    line.cents = cents();
    line.hot = chance(30);
    line.name = word();
    line.code = code();
    if (chance(85)) line.packer = &parties[pick(4)];
  }
  return out;
}

void Generator::damage(policy::Policy const& policy, policy::Frame& frame) {
  auto const harm = [&](policy::Layout const& layout, policy::Frame& at) {
    for (std::size_t i = 0; i < at.values.size(); ++i) {
      auto& fact = at.values[i];
      if (chance(4)) fact = {};
      bool const numeric = layout.slots[i].kind != policy::FactKind::text && layout.slots[i].kind != policy::FactKind::boolean;
      if (fact.known && numeric && chance(3)) fact.number = chance(50) ? INT64_MAX - pick(2) : INT64_MIN + pick(2);
    }
  };
  auto const& layout = policy.layout(policy::Subject::order);
  harm(layout, frame);
  for (std::size_t c = 0; c < frame.collections.size(); ++c) {
    for (auto& element : frame.collections[c]) harm(layout.collections[c].layout, element);
  }
}

policy::Binding<TestOrder> test_binding(policy::Symbols& symbols) {
  auto const usd = Currency::find("USD");
  auto const party = bind<TestParty>("customer").field("trusted", &TestParty::trusted).field("score", &TestParty::score);
  auto line = bind<TestLine>("line");
  line.record("packer_of", &TestLine::packer, party);
  line.field("number_of", &TestLine::number).field("maybe", &TestLine::maybe).money("sum_of", &TestLine::cents, usd).field("hot", &TestLine::hot);
  line.field("name_of", &TestLine::name).interned("code_of", &TestLine::code, symbols);
  auto order = bind<TestOrder>("order");
  order.field("small", &TestOrder::small).field("number_of", &TestOrder::decimal).field("maybe", &TestOrder::maybe).money("sum_of", &TestOrder::cents, usd);
  order.field("limit_of", &TestOrder::limit).field("flag_of", &TestOrder::flag).field("maybe_flag", &TestOrder::maybe_flag);
  order.symbol("kind_of", &TestOrder::kind, {std::pair{Kind::web, "web"}, {Kind::store, "store"}, {Kind::phone, "phone"}});
  order.field("name_of", &TestOrder::name).field("alias_of", &TestOrder::alias).interned("code_of", &TestOrder::code, symbols);
  order.field("day_of_it", &TestOrder::day).field("at_of", &TestOrder::at).field("weight_of", &TestOrder::weight);
  order.record("buyer_of", &TestOrder::buyer, party).record("seller_of", &TestOrder::seller, party);
  order.field("tags_of", &TestOrder::tags).many("lines", &TestOrder::lines, line);
  order.field("imported", [](TestOrder const& o) { return o.at; });
  return order;
}
