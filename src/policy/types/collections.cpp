// any, every, count, sum, min and max over the elements of a collection.
#include "policy/types/checker.hpp"

namespace bylaw::inline v0::policy {

using syntax::Cst;
using syntax::Reader;

std::optional<Scope> Checker::element_scope(Scope const& from, std::string const& field_name, std::string name) {
  auto const* field = schema_.records[from.record].find(field_name);
  if (field == nullptr || field->type.base != Base::many) return std::nullopt;
  auto& layout = layout_of(from);
  auto const path = from.path + "." + field_name;
  std::uint32_t index = 0;
  while (index < layout.collections.size() && layout.collections[index].path != path) ++index;
  if (index == layout.collections.size()) layout.collections.push_back({path, schema_.records[field->type.index].name, {}});
  Scope scope{std::move(name), field->type.index, path, from.subject, from.collections, env.depth + 1};
  scope.collections.push_back(index);
  return scope;
}

std::optional<std::uint32_t> Checker::open_source(Cst const& cst, std::uint32_t node) {
  Reader in(cst, node);
  auto const span = in.span();
  auto const record_name = in.take_name();
  auto const name = in.accept("as") ? in.take_name() : record_name;
  std::string owner;
  if (in.accept("of")) {
    Reader path(cst, in.take_child());
    owner = path.take_name();
  }
  if (env.depth >= 3) {
    error("BY0329", span, "quantifiers nest at most 3 deep");
    return std::nullopt;
  }
  for (auto scope = env.scopes.rbegin(); scope != env.scopes.rend(); ++scope) {
    if (scope->name == name) {
      error("BY0330", span, "`" + name + "` already means an enclosing element", "rename this one with `as`");
      return std::nullopt;
    }
    if (!owner.empty() && scope->name != owner) continue;
    for (auto const& field : schema_.records[scope->record].fields) {
      if (field.type.base != Base::many || schema_.records[field.type.index].name != record_name) continue;
      // Only collections of the frame that encloses this quantifier can be looked through.
      if (scope->depth != env.depth && scope->depth != 0) continue;
      auto element = element_scope(Scope(*scope), field.name, name);
      ++env.depth;
      env.scopes.push_back(*element);
      return element->collections.back() | (scope->depth == 0 ? 0u : 0x8000'0000u);
    }
  }
  error("BY0331", span, "there is no collection of `" + record_name + "` here", "a record needs a field `many " + record_name + "`");
  return std::nullopt;
}

std::uint32_t Checker::check_quantifier(Cst const& cst, std::uint32_t node) {
  Reader in(cst, node);
  Expr expr;
  expr.span = in.span();
  expr.op = in.take().text == "any" ? Op::any : Op::every;
  expr.type.base = Base::boolean;
  auto const known = env.known.size();
  auto const collection = open_source(cst, in.take_child());
  if (!collection) return failed(expr.span);
  in.accept("where");
  expr.slot = *collection;
  expr.depth = env.depth;
  expr.args = {static_cast<std::uint32_t>(condition(cst, in.take_child()))};
  env.known.resize(known);
  env.scopes.pop_back();
  --env.depth;
  return push(std::move(expr));
}

std::uint32_t Checker::check_aggregate(Cst const& cst, std::uint32_t node, Type const* expected) {
  Reader in(cst, node);
  Expr expr;
  expr.span = in.span();
  auto const word = in.take().text;
  in.accept("(");
  std::uint32_t value_node = 0;
  if (word != "count") {
    value_node = in.take_child();
    if (in.at(",")) {
      expr.op = word == "min" ? Op::least : Op::greatest;
      expr.args = {check(cst, value_node, expected)};
      require_present(expr.args[0]);
      while (in.accept(",")) expr.args.push_back(static_cast<std::uint32_t>(same_type(cst, in.take_child(), at(expr.args[0]).type)));
      expr.type = at(expr.args[0]).type;
      return push(std::move(expr));
    }
    in.accept("for");
  }
  auto const known = env.known.size();
  auto const collection = open_source(cst, in.take_child());
  if (!collection) return failed(expr.span);
  expr.slot = *collection;
  expr.depth = env.depth;
  ExprIndex filter = -1;
  if (in.accept("where")) {
    filter = condition(cst, in.take_child());
    assume(filter);
  }
  if (word == "count") {
    expr.op = Op::count;
    expr.type.base = Base::decimal;
  } else {
    auto const value = check(cst, value_node);
    require_present(value);
    expr.op = word == "sum" ? Op::sum : word == "min" ? Op::min : Op::max;
    expr.type = at(value).type;
    expr.type.optional = expr.op != Op::sum;
    expr.args = {value};
    bool const fits = expr.type.base == Base::decimal || expr.type.base == Base::money || expr.type.base == Base::quantity ||
                      (expr.op != Op::sum && (expr.type.base == Base::date || expr.type.base == Base::timestamp));
    if (!fits && expr.type.base != Base::error) error("BY0318", expr.span, describe(expr.type) + " cannot be added up");
  }
  if (filter >= 0) expr.args.push_back(static_cast<std::uint32_t>(filter));
  env.known.resize(known);
  env.scopes.pop_back();
  --env.depth;
  return push(std::move(expr));
}

}  // namespace bylaw::inline v0::policy
