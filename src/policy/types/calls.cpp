// Calls: built-in functions, the host's functions, defines and tables.
#include <algorithm>

#include "policy/types/checker.hpp"

namespace bylaw::inline v0::policy {

using syntax::Cst;
using syntax::NodeKind;
using syntax::Reader;

namespace {

struct Builtin {
  char const* name;
  Op op;
  Base arguments[2];
  Base result;
  std::size_t count;
};
constexpr Builtin builtins[] = {
    {"date", Op::date_of, {Base::timestamp, Base::error}, Base::date, 1},
    {"time", Op::time_of, {Base::timestamp, Base::error}, Base::time_of_day, 1},
    {"weekday", Op::weekday, {Base::date, Base::error}, Base::decimal, 1},
    {"day", Op::day_of, {Base::date, Base::error}, Base::decimal, 1},
    {"month", Op::month_of, {Base::date, Base::error}, Base::decimal, 1},
    {"year", Op::year_of, {Base::date, Base::error}, Base::decimal, 1},
    {"business_day", Op::business_day, {Base::date, Base::error}, Base::boolean, 1},
    {"business_days", Op::business_days, {Base::date, Base::date}, Base::decimal, 2},
    {"length", Op::length, {Base::text, Base::error}, Base::decimal, 1},
    {"lower", Op::lower, {Base::text, Base::error}, Base::text, 1},
};

std::string count_of(std::size_t count) { return std::to_string(count) + (count == 1 ? " argument" : " arguments"); }

std::vector<std::uint32_t> parameters_of(Cst const& cst, std::uint32_t node) {
  std::vector<std::uint32_t> out;
  Reader in(cst, node);
  while (in.has_child()) {
    auto const child = in.take_child();
    if (cst.nodes[child].kind == NodeKind::param) out.push_back(child);
  }
  return out;
}

}  // namespace

std::uint32_t Checker::check_builtin(std::string const& name, std::vector<std::uint32_t> const& arguments, Span span, bool& found) {
  for (auto const& builtin : builtins) {
    if (name != builtin.name) continue;
    found = true;
    if (arguments.size() != builtin.count) {
      error("BY0327", span, {{"name", name}, {"wanted", count_of(builtin.count)}, {"found", count_of(arguments.size())}, {"help", ""}});
      return failed(span);
    }
    for (std::size_t i = 0; i < builtin.count; ++i) {
      require_present(arguments[i]);
      if (!require_base(arguments[i], builtin.arguments[i])) return failed(span);
    }
    Expr expr;
    expr.op = builtin.op;
    expr.type.base = builtin.result;
    expr.span = span;
    expr.args = arguments;
    return push(std::move(expr));
  }
  return 0;
}

/// Arguments of a call; a parameter of an enumeration type gives bare names their meaning.
std::vector<std::uint32_t> Checker::arguments(Reader& in, std::vector<std::uint32_t> const* parameters, Cst const* declared) {
  std::vector<std::uint32_t> out;
  while (in.has_child()) {
    Type wanted;
    if (parameters != nullptr && out.size() < parameters->size()) {
      Reader param(*declared, (*parameters)[out.size()]);
      param.skip(2);
      Diagnostics ignored;
      wanted = read_type(*declared, param.take_child(), impl_, schema_, ignored);
      if (wanted.base == Base::money) wanted = money_type();
      wanted.optional = false;
    }
    bool const typed = wanted.base != Base::error && wanted.base != Base::record && wanted.base != Base::list;
    out.push_back(check(in.cst(), in.take_child(), typed ? &wanted : nullptr));
    in.accept(",");
    if (!typed) continue;
    if (!same_kind(at(out.back()).type, wanted)) mismatch(at(out.back()).span, wanted, at(out.back()).type);
  }
  return out;
}

std::uint32_t Checker::check_call(Reader& in, std::string const& name, Span span) {
  in.accept("(");
  auto const found = schema_.named.find(name);
  if (found != schema_.named.end() && found->second.what == NamedNode::What::function) return check_host_call(found->second, in, name, span);
  bool const unfolds = found != schema_.named.end() && (found->second.what == NamedNode::What::define || found->second.what == NamedNode::What::table);
  if (unfolds) {
    auto const parameters = parameters_of(*found->second.cst, found->second.node);
    auto const given = arguments(in, &parameters, found->second.cst);
    if (given.size() != parameters.size()) {
      error("BY0327", span, {{"name", name}, {"wanted", count_of(parameters.size())}, {"found", count_of(given.size())}, {"help", ""}});
      return failed(span);
    }
    found->second.used = true;
    return found->second.what == NamedNode::What::table ? check_table(found->second, name, given, span)
                                                        : check_define(found->second, name, given, span, nullptr);
  }
  auto const given = arguments(in, nullptr, nullptr);
  bool known = false;
  auto const result = check_builtin(name, given, span, known);
  if (known) return result;
  std::vector<std::string> names;
  for (auto const& builtin : builtins) names.emplace_back(builtin.name);
  for (auto const& [other, ignored] : schema_.named) names.push_back(other);
  error("BY0332", span, {{"name", name}, {"near", nearest(name, names)}});
  return failed(span);
}

std::uint32_t Checker::check_define(NamedNode& named, std::string const& name, std::vector<std::uint32_t> const& arguments, Span span, Type const* expected) {
  named.used = true;
  if (std::find(unfolding_.begin(), unfolding_.end(), name) != unfolding_.end()) {
    error("BY0328", span, {{"name", name}});
    return failed(span);
  }
  auto const parameters = parameters_of(*named.cst, named.node);
  if (parameters.size() != arguments.size()) {
    error("BY0327", span, {{"name", name}, {"wanted", count_of(parameters.size())}, {"found", count_of(arguments.size())}, {"help", ""}});
    return failed(span);
  }
  auto outer = std::exchange(env.params, {});
  for (std::size_t i = 0; i < arguments.size(); ++i) env.params[syntax::name_of(Reader(*named.cst, parameters[i]).peek())] = arguments[i];
  // A define is read with the settings of its own file: its zone, its calendar, its currency.
  auto const header = std::exchange(env.header, impl_.headers[named.header].name.empty() ? env.header : named.header);
  unfolding_.push_back(name);
  Reader in(*named.cst, named.node);
  while (in.child().kind == NodeKind::param) (void)in.take_child();
  auto const result = check(*named.cst, in.take_child(), expected);
  unfolding_.pop_back();
  env.header = header;
  env.params = std::move(outer);
  return result;
}

/// `(a: address)` is passed field by field, so that the host sees plain values.
bool Checker::pass_record(FunctionProgram::Parameter const& parameter, Cst const& cst, std::uint32_t node, Expr& call) {
  Reader in(cst, node);
  auto const span = in.span();
  std::vector<std::string> path{in.take_name()};
  while (in.accept(".")) path.push_back(in.take_name());
  for (auto scope = env.scopes.rbegin(); scope != env.scopes.rend(); ++scope) {
    auto fields = path;
    if (scope->name == path[0]) fields.erase(fields.begin());
    else if (schema_.records[scope->record].find(path[0]) == nullptr) continue;
    auto const start = Scope(*scope);
    auto const walked = walk(start, fields, span);
    if (!walked) return false;
    if (walked->second.base != Base::record || walked->second.index != parameter.type.index) {
      mismatch(span, parameter.type, walked->second);
      return false;
    }
    for (auto const& field : parameter.fields) {
      auto whole = fields;
      for (std::size_t from = parameter.name.size() + 1; from <= field.size();) {
        auto const dot = std::min(field.find('.', from), field.size());
        whole.push_back(field.substr(from, dot - from));
        from = dot + 1;
      }
      call.args.push_back(check_path(start, whole, span));
    }
    return true;
  }
  (void)unknown_name(path[0], span);
  return false;
}

std::uint32_t Checker::check_host_call(NamedNode& named, Reader& in, std::string const& name, Span span) {
  named.used = true;
  auto const& function = impl_.function_programs[named.index];
  Expr call;
  call.op = Op::call;
  call.span = span;
  call.slot = named.index;
  call.type = function.result;
  if (call.type.base == Base::money && call.type.index == 0) call.type.index = money_type().index;
  std::size_t count = 0;
  bool good = true;
  for (; in.has_child(); ++count, in.accept(",")) {
    auto const node = in.take_child();
    if (count >= function.parameters.size()) continue;
    auto const& parameter = function.parameters[count];
    if (parameter.type.base == Base::record) {
      good = pass_record(parameter, in.cst(), node, call) && good;
      continue;
    }
    auto wanted = parameter.type;
    bool const any_currency = wanted.base == Base::money && wanted.element == Base::money;
    if (wanted.base == Base::money && !any_currency) wanted = money_type();
    auto const value = check(in.cst(), node, any_currency ? nullptr : &wanted);
    call.args.push_back(value);
    if (!parameter.type.optional) require_present(value);
    bool const fits = any_currency ? at(value).type.base == Base::money : same_kind(at(value).type, wanted);
    if (!fits) {
      mismatch(at(value).span, wanted, at(value).type);
      good = false;
    }
  }
  if (count != function.parameters.size()) {
    error("BY0327", span, {{"name", name}, {"wanted", count_of(function.parameters.size())}, {"found", count_of(count)}, {"help", ""}});
    good = false;
  }
  return good ? push(std::move(call)) : failed(span);
}

}  // namespace bylaw::inline v0::policy
