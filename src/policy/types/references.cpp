// What a name means: a parameter, a fact, a list, a define, a measure, a value of an enumeration.
#include <algorithm>

#include "policy/types/checker.hpp"

namespace bylaw::inline v0::policy {

using syntax::Cst;
using syntax::Reader;

bool Checker::symbol_fits(std::string const& name, Type const& expected) const {
  if (expected.base != Base::symbol) return false;
  auto const id = find_symbol(impl_, name);
  auto const& values = impl_.enumerations[expected.index].symbols;
  return id >= 0 && std::find(values.begin(), values.end(), static_cast<std::uint32_t>(id)) != values.end();
}

std::uint32_t Checker::check_path(Scope const& scope, std::vector<std::string> const& path, Span span) {
  auto walked = walk(scope, path, span);
  if (!walked) return failed(span);
  auto& [end, type] = *walked;
  if (type.base == Base::money) {
    bool const any_currency = type.element == Base::money;
    type.element = Base::error;
    type.index = any_currency ? 0 : money_type().index;
    if (!any_currency && type.index == 0) {
      error("BY0325", span);
      return failed(span);
    }
  }
  Slot slot;
  slot.path = end.path;
  if (fact_kind(type, slot.kind)) {
    auto const* record = &schema_.records[scope.record];
    for (auto const& name : path) {
      auto const* field = record->find(name);
      slot.personal = slot.personal || field->personal;
      if (field->type.base == Base::record) record = &schema_.records[field->type.index];
    }
    slot.detail = detail_of(type, impl_);
    return push_slot(scope, std::move(slot), type, span);
  }
  if (type.base == Base::list) return list_field(scope, end.path, type, span);
  error("BY0326", span, {{"found", describe(type)}, {"help", type.base == Base::many ? "use `any`, `every`, `count`, `sum`, `min` or `max`" : ""}});
  return failed(span);
}

std::uint32_t Checker::check_symbol(std::string const& name, Span span, Type const& expected) {
  if (symbol_fits(name, expected)) {
    Type type;
    type.base = Base::symbol;
    type.index = expected.index;
    return literal(type, span, {find_symbol(impl_, name), 1});
  }
  std::vector<std::string> names;
  for (auto const id : impl_.enumerations[expected.index].symbols) names.push_back(impl_.symbols[id]);
  error("BY0307", span, {{"value", name}, {"enum", impl_.enumerations[expected.index].name}, {"near", nearest(name, names)}, {"values", joined(names)}});
  return failed(span);
}

std::uint32_t Checker::unknown_name(std::string const& name, Span span) {
  std::vector<std::string> names;
  for (auto const& scope : env.scopes) {
    names.push_back(scope.name);
    for (auto const& field : schema_.records[scope.record].fields) names.push_back(field.name);
  }
  for (auto const& [known, ignored] : schema_.named) names.push_back(known);
  for (auto const& [known, ignored] : env.params) names.push_back(known);
  error("BY0308", span, {{"name", name}, {"near", nearest(name, names)}});
  return failed(span);
}

std::uint32_t Checker::check_reference(Cst const& cst, std::uint32_t node, Type const* expected) {
  Reader in(cst, node);
  auto const span = in.span();
  auto const name = syntax::name_of(in.take());
  if (in.at("(")) return check_call(in, name, span);
  std::vector<std::string> path;
  while (in.accept(".")) path.push_back(in.take_name());

  if (auto const found = env.params.find(name); found != env.params.end() && path.empty()) {
    // The argument was checked outside; what is proved here may prove it too.
    auto const& argument = at(found->second);
    bool const proved = argument.op == Op::slot && argument.type.optional &&
                        std::find(env.known.begin(), env.known.end(), std::make_pair(argument.level, argument.slot)) != env.known.end();
    if (!proved) return found->second;
    auto known = argument;
    known.type.optional = false;
    return push(std::move(known));
  }
  for (auto scope = env.scopes.rbegin(); scope != env.scopes.rend(); ++scope) {
    if (scope->name == name) return check_path(Scope(*scope), path, span);
  }
  // `order.status == delivered` means the value, also where `return.delivered` is a fact.
  if (path.empty() && expected != nullptr && symbol_fits(name, *expected)) return check_symbol(name, span, *expected);
  for (auto scope = env.scopes.rbegin(); scope != env.scopes.rend(); ++scope) {
    if (schema_.records[scope->record].find(name) == nullptr) continue;
    path.insert(path.begin(), name);
    return check_path(Scope(*scope), path, span);
  }
  if (!path.empty()) return unknown_name(name, span);
  if (auto const found = schema_.named.find(name); found != schema_.named.end()) return check_named(found->second, name, span, expected);
  if (expected != nullptr && expected->base == Base::symbol) return check_symbol(name, span, *expected);
  // What it is compared with has failed already and said so.
  if (expected != nullptr && expected->base == Base::error && find_symbol(impl_, name) >= 0) return failed(span);
  // Nothing is expected yet: the other side of a comparison may say what the name means.
  if ((expected == nullptr || expected->base == Base::names) && find_symbol(impl_, name) >= 0) {
    Type type;
    type.base = Base::names;
    return literal(type, span, {}, 0, name);
  }
  if (expected != nullptr && expected->base == Base::text) {
    error("BY0312", span, {{"left", "a text"}, {"right", "a bare name"}, {"help", "write \"" + name + "\" in double quotes"}});
    return failed(span);
  }
  return unknown_name(name, span);
}

std::uint32_t Checker::check_named(NamedNode& named, std::string const& name, Span span, Type const* expected) {
  named.used = true;
  switch (named.what) {
    case NamedNode::What::list: {
      // One list is checked once for each type it is compared with, however many rules use it.
      auto const key = "list " + name + " " + std::to_string(expected == nullptr ? 0 : static_cast<int>(expected->base)) + " " +
                       std::to_string(expected == nullptr ? 0 : expected->index);
      auto const known = slots_.find(key);
      if (known != slots_.end()) return known->second;
      Reader list(*named.cst, named.node);
      list.skip(3);
      auto const index = check_list(*named.cst, list.take_child(), expected);
      slots_.emplace(key, index);
      return index;
    }
    case NamedNode::What::define: return check_define(named, name, {}, span, expected);
    case NamedNode::What::measure: return check_measure(named, name, span);
    case NamedNode::What::table:
    case NamedNode::What::function: break;
  }
  error("BY0327", span, {{"name", name}, {"wanted", "arguments in parentheses"}, {"found", "none"}, {"help", "write " + name + "(...)"}});
  return failed(span);
}

void Checker::check_unused_lists() {
  for (auto const& [name, named] : schema_.named) {
    if (named.used || named.what != NamedNode::What::list) continue;
    env = Environment{};
    env.header = named.header;
    Reader list(*named.cst, named.node);
    list.skip(3);
    (void)check_list(*named.cst, list.take_child(), nullptr);
  }
}

/// A measure is a figure that the engine keeps: a fact beside the subject's own.
std::uint32_t Checker::check_measure(NamedNode& named, std::string const& name, Span span) {
  auto const& measure = impl_.measures[named.index];
  if (env.scopes.empty()) return failed(span);
  Slot slot;
  slot.path = "measures." + name;
  slot.kind = measure.kind;
  Type type;
  switch (measure.kind) {
    case FactKind::money: type = money_type(); break;
    case FactKind::quantity:
      type.base = Base::quantity;
      type.unit = find_unit("each");
      break;
    case FactKind::date: type.base = Base::date; break;
    case FactKind::timestamp: type.base = Base::timestamp; break;
    case FactKind::elapsed: type.base = Base::elapsed; break;
    default: type.base = Base::decimal; break;
  }
  type.optional = measure.function == "min" || measure.function == "max";
  slot.detail = detail_of(type, impl_);
  return push_slot(env.scopes.front(), std::move(slot), type, span);
}

ExprIndex Checker::fact(Cst const& cst, std::uint32_t node) {
  auto const index = check_reference(cst, node, nullptr);
  if (at(index).type.base == Base::error) return -1;
  if (at(index).op != Op::slot) {
    error("BY0313", at(index).span);
    return -1;
  }
  return static_cast<ExprIndex>(index);
}

std::optional<Checker::Place> Checker::place(Cst const& cst, std::uint32_t path_node) {
  Reader in(cst, path_node);
  auto const span = in.span();
  std::vector<std::string> path{in.take_name()};
  while (in.accept(".")) path.push_back(in.take_name());
  std::optional<Scope> start;
  for (auto scope = env.scopes.rbegin(); scope != env.scopes.rend() && !start; ++scope) {
    if (scope->name == path[0]) {
      start = *scope;
      path.erase(path.begin());
    } else if (schema_.records[scope->record].find(path[0]) != nullptr) {
      start = *scope;
    }
  }
  if (!start) {
    (void)unknown_name(path[0], span);
    return std::nullopt;
  }
  auto const walked = walk(*start, path, span);
  if (!walked) return std::nullopt;
  auto const& [end, type] = *walked;
  auto const* zone = type.base == Base::record ? schema_.records[type.index].find("time_zone") : nullptr;
  if (zone == nullptr || zone->type.base != Base::text) {
    error("BY0335", span, {{"record", type.base == Base::record ? schema_.records[type.index].name : path.back()}});
    return std::nullopt;
  }
  path.emplace_back("time_zone");
  Place out;
  out.zone = static_cast<ExprIndex>(check_path(*start, path, span));
  impl_.nodes[static_cast<std::size_t>(out.zone)].type.optional = true;
  out.owner = start->level;
  if (auto const* holidays = schema_.records[type.index].find("holidays"); holidays != nullptr && holidays->type.element == Base::date) {
    path.back() = "holidays";
    out.holidays = at(check_path(*start, path, span)).slot;
  }
  return out;
}

}  // namespace bylaw::inline v0::policy
