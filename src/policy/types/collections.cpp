// any, every, count, sum, min and max over the elements of a collection.
#include "policy/types/checker.hpp"

namespace bylaw::inline v0::policy {

using syntax::Cst;
using syntax::Reader;

std::optional<Scope> Checker::element_scope(Scope const& from, std::string const& field_name, std::string name) {
  auto const* field = schema_.records[from.record].find(field_name);
  if (field == nullptr || field->type.base != Base::many) return std::nullopt;
  auto const path = from.path + "." + field_name;
  auto const index = find_or_add_collection(from, path, schema_.records[field->type.index].name);
  Scope scope{std::move(name), field->type.index, path, from.subject, from.collections, env.level + 1};
  scope.collections.push_back(index);
  return scope;
}

bool Checker::open_source(Cst const& cst, std::uint32_t node, Expr& expr) {
  Reader in(cst, node);
  auto const span = in.span();
  auto const record_name = in.take_name();
  auto const name = in.accept("as") ? in.take_name() : record_name;
  std::vector<std::string> owner;
  if (in.accept("of")) {
    Reader path(cst, in.take_child());
    owner.push_back(path.take_name());
    while (path.accept(".")) owner.push_back(path.take_name());
  }
  if (env.quantifiers >= quantifiers_max) {
    error("BY0329", span);
    return false;
  }
  for (auto const& scope : env.scopes) {
    if (scope.name != name || scope.collections.empty()) continue;
    error("BY0330", span, {{"name", name}});
    return false;
  }
  std::vector<std::string> collections;
  for (auto scope = env.scopes.rbegin(); scope != env.scopes.rend(); ++scope) {
    // `of shipment` names the element of an enclosing quantifier, `of order.x` a record inside a subject.
    auto start = Scope(*scope);
    std::string chosen;
    if (!owner.empty()) {
      std::vector<std::string> rest(owner.begin() + (owner[0] == scope->name ? 1 : 0), owner.end());
      if (owner[0] != scope->name && schema_.records[scope->record].find(owner[0]) == nullptr) continue;
      // A path may end with the collection itself, which says which of several is meant: `line of order.lines`.
      if (!rest.empty()) {
        auto walked = walk(start, rest, span);
        if (!walked) return false;
        bool const to_collection = walked->second.base == Base::many;
        if (to_collection) {
          chosen = rest.back();
          rest.pop_back();
          walked = walk(start, rest, span);
        }
        if (walked->second.base != Base::record) {
          error("BY0331", span, {{"record", record_name}, {"near", ""}}, "this is " + describe(walked->second));
          return false;
        }
        start.record = walked->second.index;
        start.path = walked->first.path;
      }
    }
    for (auto const& field : schema_.records[start.record].fields) {
      if (field.type.base != Base::many || (!chosen.empty() && field.name != chosen)) continue;
      collections.push_back(schema_.records[field.type.index].name);
      if (collections.back() != record_name) continue;
      auto element = element_scope(start, field.name, name);
      expr.owner = start.level;
      expr.slot = element->collections.back();
      expr.level = ++env.level;
      ++env.quantifiers;
      env.scopes.push_back(std::move(*element));
      return true;
    }
  }
  error("BY0331", span, {{"record", record_name}, {"near", nearest(record_name, collections)}});
  return false;
}

void Checker::close_source() {
  env.scopes.pop_back();
  --env.level;
  --env.quantifiers;
}

std::uint32_t Checker::check_quantifier(Cst const& cst, std::uint32_t node) {
  Reader in(cst, node);
  Expr expr;
  expr.span = in.span();
  expr.op = in.take().text == "any" ? Op::any : Op::every;
  expr.type.base = Base::boolean;
  auto const known = env.known.size();
  if (!open_source(cst, in.take_child(), expr)) return failed(expr.span);
  in.accept("where");
  expr.args = {static_cast<std::uint32_t>(condition(cst, in.take_child()))};
  env.known.resize(known);
  close_source();
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
      auto const type = at(expr.args[0]).type;
      while (in.accept(",")) expr.args.push_back(static_cast<std::uint32_t>(same_type(cst, in.take_child(), type)));
      expr.type = type;
      return push(std::move(expr));
    }
    in.accept("for");
  }
  auto const known = env.known.size();
  if (!open_source(cst, in.take_child(), expr)) return failed(expr.span);
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
    auto const base = expr.type.base;
    bool const fits = base == Base::decimal || base == Base::money || base == Base::quantity || base == Base::elapsed ||
                      (expr.op != Op::sum && (base == Base::date || base == Base::timestamp || base == Base::time_of_day));
    if (!fits && base != Base::error) {
      error("BY0318", expr.span, {{"left", std::string(word)}, {"operator", "of"}, {"right", describe(expr.type)}, {"help", ""}});
    }
  }
  if (filter >= 0) expr.args.push_back(static_cast<std::uint32_t>(filter));
  env.known.resize(known);
  close_source();
  return push(std::move(expr));
}

}  // namespace bylaw::inline v0::policy
