// Types as they are written: in messages, in slots, and in declarations.
#include "policy/types/schema.hpp"

#include <algorithm>

namespace bylaw::inline v0::policy {

using syntax::Cst;
using syntax::name_of;
using syntax::Reader;

char const* to_text(NamedNode::What what) {
  switch (what) {
    case NamedNode::What::define: return "define";
    case NamedNode::What::table: return "table";
    case NamedNode::What::measure: return "measure";
    case NamedNode::What::function: return "function";
    case NamedNode::What::list: break;
  }
  return "list";
}

std::string joined(std::vector<std::string> const& names, std::size_t shown_max) {
  std::string out;
  for (std::size_t i = 0; i < names.size() && i < shown_max; ++i) out += (i == 0 ? "" : ", ") + names[i];
  return names.size() > shown_max ? out + " ..." : out;
}

std::uint32_t currency_index(Currency currency) {
  std::uint32_t index = 0;
  for (char const c : currency.code()) index = index << 8 | static_cast<unsigned char>(c);
  return index;
}

std::string currency_code(std::uint32_t index) {
  if (index == 0) return "";
  return {static_cast<char>(index >> 16), static_cast<char>(index >> 8 & 0xff), static_cast<char>(index & 0xff)};
}

bool fact_kind(Type const& type, FactKind& out) {
  switch (type.base) {
    case Base::boolean: out = FactKind::boolean; return true;
    case Base::decimal:
    case Base::percent: out = FactKind::decimal; return true;
    case Base::money: out = FactKind::money; return true;
    case Base::quantity: out = FactKind::quantity; return true;
    case Base::elapsed: out = FactKind::elapsed; return true;
    case Base::calendar: out = FactKind::days; return true;
    case Base::date: out = FactKind::date; return true;
    case Base::time_of_day: out = FactKind::time_of_day; return true;
    case Base::timestamp: out = FactKind::timestamp; return true;
    case Base::text: out = FactKind::text; return true;
    case Base::symbol: out = FactKind::symbol; return true;
    default: return false;
  }
}

std::string detail_of(Type const& type, Policy::Impl const& impl) {
  if (type.base == Base::symbol) return impl.enumerations[type.index].name;
  if (type.base == Base::quantity) return type.unit->name;
  if (type.base == Base::money) return currency_code(type.index);
  return {};
}

std::int64_t find_symbol(Policy::Impl const& impl, std::string_view name) noexcept {
  auto const found = impl.symbol_ids.find(name);
  return found == impl.symbol_ids.end() ? -1 : static_cast<std::int64_t>(found->second);
}

Unit const* find_any_unit(Policy::Impl const& impl, std::string_view name) noexcept {
  if (auto const* unit = find_unit(name)) return unit;
  for (auto const& unit : impl.units) {
    if (name == unit.name) return &unit;
  }
  return nullptr;
}

namespace {

struct Scalar {
  char const* name;
  Base base;
};
constexpr Scalar scalars[] = {{"bool", Base::boolean}, {"decimal", Base::decimal},  {"duration", Base::elapsed},    {"days", Base::calendar},
                              {"date", Base::date},    {"time", Base::time_of_day}, {"timestamp", Base::timestamp}, {"text", Base::text}};

Type named_type(Reader const& in, syntax::Token const& token, Schema const& schema, Diagnostics& out) {
  auto const name = name_of(token);
  Type type;
  for (auto const& scalar : scalars) {
    if (name == scalar.name) type.base = scalar.base;
  }
  if (type.base != Base::error) return type;
  if (auto const record = schema.record_index.find(name); record != schema.record_index.end()) {
    type.base = Base::record;
    type.index = record->second;
  } else if (auto const found = schema.enumeration_index.find(name); found != schema.enumeration_index.end()) {
    type.base = Base::symbol;
    type.index = found->second;
  } else {
    auto names = schema.record_names();
    for (auto const& scalar : scalars) names.emplace_back(scalar.name);
    for (auto const& [known, number] : schema.enumeration_index) names.push_back(known);
    report(out, "BY0304", in.span_of(token), {{"type", name}, {"near", nearest(name, names)}});
  }
  return type;
}

}  // namespace

Type read_type(Cst const& cst, std::uint32_t node, Policy::Impl const& impl, Schema const& schema, Diagnostics& out) {
  Reader in(cst, node);
  Type type;
  // `list`, `many` and `optional` alone are names of types, which there are none of.
  bool const alone = cst.nodes[node].end_token - cst.nodes[node].first_token == 1;
  if (alone && !in.at("quantity") && !in.at("money")) return named_type(in, in.take(), schema, out);
  if (in.accept("optional")) {
    type = read_type(cst, in.take_child(), impl, schema, out);
    type.optional = true;
  } else if (in.accept("list")) {
    in.accept("of");
    auto const element = read_type(cst, in.take_child(), impl, schema, out);
    FactKind ignored{};
    if (element.base == Base::error) return element;
    if (!fact_kind(element, ignored) || element.optional) {
      report(out, "BY0326", in.span(), {{"found", "a list of what is no plain value"}, {"help", "use `many` of a record"}});
      return {};
    }
    type = element;
    type.element = element.base;
    type.base = Base::list;
  } else if (in.accept("many")) {
    type = named_type(in, in.take(), schema, out);
    if (type.base == Base::record) type.base = Base::many;
    else if (type.base != Base::error) {
      report(out, "BY0304", in.span(), {{"type", "many " + in.last_name()}, {"near", ""}});
      type = {};
    }
  } else if (in.accept("quantity")) {
    type.base = Base::quantity;
    type.unit = in.accept("in") ? find_any_unit(impl, in.take().text) : find_unit("each");
  } else if (in.accept("money")) {
    type.base = Base::money;
    // The currency of the policy is filled in where the field is used: schemas are shared by policies.
    type.element = in.at("in") ? Base::money : Base::error;
  } else {
    type = named_type(in, in.take(), schema, out);
  }
  return type;
}

}  // namespace bylaw::inline v0::policy
