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

Layout& Checker::layout_of(Scope const& scope) {
  auto* layout = &impl_.layouts[static_cast<std::size_t>(scope.subject)];
  for (auto const index : scope.collections) layout = &layout->collections[index].layout;
  return *layout;
}

std::optional<Scope> Checker::subject_scope(Subject subject, std::uint32_t level) const {
  auto const name = std::string(record_of(subject));
  auto const found = schema_.record_index.find(name);
  if (found == schema_.record_index.end()) return std::nullopt;
  return Scope{name, found->second, name, subject, {}, level};
}

std::uint32_t Checker::find_or_add_slot(Scope const& scope, Slot slot) {
  auto& layout = layout_of(scope);
  auto const key = static_cast<char>('A' + static_cast<int>(scope.subject)) + slot.path;
  auto const [at, fresh] = slots_.emplace(key, static_cast<std::uint32_t>(layout.slots.size()));
  if (fresh) layout.slots.push_back(std::move(slot));
  layout.slots[at->second].read_by |= 1u << static_cast<unsigned>(env.kind);
  return at->second;
}

std::uint32_t Checker::find_or_add_collection(Scope const& scope, std::string const& path, std::string const& record) {
  auto& collections = layout_of(scope).collections;
  auto at = std::find_if(collections.begin(), collections.end(), [&](Collection const& collection) { return collection.path == path; });
  if (at == collections.end()) at = collections.insert(at, Collection{path, record, {}, 0});
  at->read_by |= 1u << static_cast<unsigned>(env.kind);
  return static_cast<std::uint32_t>(at - collections.begin());
}

std::int32_t Checker::slot_of(Scope const& scope, std::vector<std::string> const& path) {
  auto const* record = &schema_.records[scope.record];
  Slot slot;
  slot.path = scope.path;
  for (std::size_t i = 0; i < path.size(); ++i) {
    auto const* field = record->find(path[i]);
    if (field == nullptr) return -1;
    slot.path += "." + path[i];
    slot.optional = slot.optional || field->type.optional;
    slot.personal = slot.personal || field->personal;
    if (i + 1 < path.size()) {
      if (field->type.base != Base::record) return -1;
      record = &schema_.records[field->type.index];
    } else {
      if (!fact_kind(field->type, slot.kind)) return -1;
      auto type = field->type;
      if (type.base == Base::money) type.index = type.element == Base::money ? 0 : money_type().index;
      slot.detail = detail_of(type, impl_);
    }
  }
  return static_cast<std::int32_t>(find_or_add_slot(scope, std::move(slot)));
}

/// Follows fields through records. The scope is that of the last record, its path that of the last field.
std::optional<std::pair<Scope, Type>> Checker::walk(Scope const& scope, std::vector<std::string> const& path, Span span) {
  Scope at = scope;
  Type type;
  type.base = Base::record;
  type.index = scope.record;
  for (auto const& name : path) {
    if (type.base != Base::record) {
      error("BY0305", span, {{"field", name}, {"record", at.path}, {"near", ""}}, "this is " + describe(type));
      return std::nullopt;
    }
    auto const& record = schema_.records[type.index];
    auto const* field = record.find(name);
    if (field == nullptr) {
      error("BY0305", span, {{"field", name}, {"record", record.name}, {"near", nearest(name, record.names())}}, "unknown field");
      return std::nullopt;
    }
    bool const optional = type.optional || field->type.optional;
    at.record = type.index;
    at.path += "." + name;
    type = field->type;
    type.optional = optional;
  }
  return std::make_pair(std::move(at), type);
}

std::uint32_t Checker::push_slot(Scope const& scope, Slot slot, Type type, Span span) {
  Expr expr;
  expr.op = Op::slot;
  expr.span = span;
  expr.type = type;
  expr.level = scope.level;
  slot.optional = type.optional;
  expr.slot = find_or_add_slot(scope, std::move(slot));
  auto const here = std::make_pair(expr.level, expr.slot);
  if (std::find(env.known.begin(), env.known.end(), here) != env.known.end()) expr.type.optional = false;
  return push(std::move(expr));
}

/// A field that is a list of plain values is a collection with one slot; `in` looks through it.
std::uint32_t Checker::list_field(Scope const& scope, std::string const& path, Type type, Span span) {
  Expr expr;
  expr.op = Op::any;
  expr.span = span;
  expr.type = type;
  expr.owner = scope.level;
  expr.level = env.level + 1;
  expr.slot = find_or_add_collection(scope, path, "");
  Scope element = scope;
  element.collections.push_back(expr.slot);
  element.level = expr.level;
  Type entry = type;
  entry.base = type.element;
  entry.element = Base::error;
  if (entry.base == Base::money) entry.index = money_type().index;
  Slot slot;
  slot.path = path;
  (void)fact_kind(entry, slot.kind);
  slot.detail = detail_of(entry, impl_);
  expr.args = {push_slot(element, std::move(slot), entry, span)};
  return push(std::move(expr));
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
