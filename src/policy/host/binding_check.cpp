// What a host binds against what the schema says.
#include "policy/host/binding_check.hpp"

#include <algorithm>

#include <bylaw/policy/diagnostic.hpp>

namespace bylaw::inline v0::policy::host {

namespace {

char const* word_of(ValueKind kind) {
  constexpr char const* words[] = {"a bool", "a whole number", "a decimal",       "money",  "a quantity",    "a length of time",
                                   "a date", "a time of day",  "a point in time", "a text", "an enumeration"};
  return words[static_cast<std::size_t>(kind)];
}

char const* word_of(FactKind kind) {
  constexpr char const* words[] = {"boolean", "number", "money", "quantity", "duration", "days", "date", "time", "timestamp", "text", "enumeration"};
  return words[static_cast<std::size_t>(kind)];
}

}  // namespace

bool fits(ValueKind from, FactKind to) {
  switch (to) {
    case FactKind::boolean: return from == ValueKind::boolean;
    case FactKind::decimal: return from == ValueKind::whole || from == ValueKind::decimal;
    case FactKind::money: return from == ValueKind::money;
    case FactKind::quantity: return from == ValueKind::quantity || from == ValueKind::whole || from == ValueKind::decimal;
    case FactKind::elapsed: return from == ValueKind::elapsed;
    case FactKind::days: return from == ValueKind::whole;
    case FactKind::date: return from == ValueKind::date;
    case FactKind::time_of_day: return from == ValueKind::time_of_day;
    case FactKind::timestamp: return from == ValueKind::timestamp;
    case FactKind::text: return from == ValueKind::text;
    case FactKind::symbol: break;
  }
  return from == ValueKind::text || from == ValueKind::symbol;
}

void BindingCheck::type(Type const& type, std::string const& path) {
  auto const names = policy_.fields_of(type.record);
  if (names.empty()) return problem(path, "the schema has no record `" + type.record + "`");
  for (auto const& field : type.fields) check_field(type, field, path, names);
  for (auto const& part : type.parts) check_part(type, part, path, names);
  twice(type, path);
  for (auto const& measure : type.measures) {
    auto const& known = policy_.measures();
    bool const there = std::any_of(known.begin(), known.end(), [&](Measure const& m) { return m.name == measure.name; });
    if (!there) problem("measures." + measure.name, "the policy has no measure of this name");
  }
}

void BindingCheck::unbound(std::string const& path) { problem(path, "rules read it and it is not bound"); }
void BindingCheck::mismatch(std::string const& path, Field const& field, FactKind kind) {
  problem(path, std::string(word_of(field.kind)) + " does not fit a field of type " + word_of(kind));
}

Result<void> BindingCheck::result() const {
  if (problems_.empty()) return {};
  std::string text;
  for (auto const& problem : problems_) text += (text.empty() ? "" : "; ") + problem;
  return failure("binding_mismatch", text, {}, "correct the binding, or the fields in the schema");
}

void BindingCheck::problem(std::string const& path, std::string const& what) { problems_.push_back("`" + path + "`: " + what); }

void BindingCheck::missing(Type const& type, std::string const& path, std::string const& name, std::vector<std::string> const& names) {
  auto const near = nearest(name, names);
  problem(path + "." + name, "the record `" + type.record + "` has no such field" + (near.empty() ? "" : ", did you mean `" + near + "`?"));
}

void BindingCheck::check_field(Type const& type, Field const& field, std::string const& path, std::vector<std::string> const& names) {
  FieldInfo info;
  if (!policy_.find_field(type.record, field.name, info)) return missing(type, path, field.name, names);
  auto const here = path + "." + field.name;
  if (!info.plain && !info.list) return problem(here, "it is a record; bind it with .record or .many");
  if (info.list != field.list) return problem(here, field.list ? "it is one value, not a list" : "it is a list; bind a container of values");
  if (!fits(field.kind, info.slot.kind)) return mismatch(here, field, info.slot.kind);
  if (field.optional && !info.slot.optional) return problem(here, "it may be missing, but the schema does not say `optional`");
  for (auto const& name : field.symbols) {
    if (policy_.enumeration_has(info.slot.detail, name)) continue;
    auto const near = nearest(name, policy_.enumeration_values(info.slot.detail));
    problem(here, "`" + name + "` is not a value of `" + info.slot.detail + "`" + (near.empty() ? "" : ", did you mean `" + near + "`?"));
  }
}

void BindingCheck::check_part(Type const& type, Part const& part, std::string const& path, std::vector<std::string> const& names) {
  FieldInfo info;
  if (!policy_.find_field(type.record, part.name, info)) return missing(type, path, part.name, names);
  auto const here = path + "." + part.name;
  if (info.plain || info.list) return problem(here, "it is no record; bind it with .field");
  if (info.many != part.many) return problem(here, part.many ? "it is one record, not many" : "it is many records; bind it with .many");
  if (info.record != part.type[0].record) return problem(here, "it is a `" + info.record + "`, and the binding is for a `" + part.type[0].record + "`");
  if (part.optional && !info.slot.optional) return problem(here, "it may be missing, but the schema does not say `optional`");
  this->type(part.type[0], here);
}

void BindingCheck::twice(Type const& type, std::string const& path) {
  std::vector<std::string> names;
  for (auto const& field : type.fields) names.push_back(field.name);
  for (auto const& part : type.parts) names.push_back(part.name);
  std::sort(names.begin(), names.end());
  auto const at = std::adjacent_find(names.begin(), names.end());
  if (at != names.end()) problem(path + "." + *at, "it is bound twice");
}

}  // namespace bylaw::inline v0::policy::host
