// Where a fact stands: the slot of a path, the collection of a list, fields followed through records.
#include <algorithm>

#include "policy/types/checker.hpp"

namespace bylaw::inline v0::policy {

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

}  // namespace bylaw::inline v0::policy
