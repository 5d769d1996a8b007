// Decision tables. A call of a table unfolds into comparisons of its arguments, so that
// everything that knows comparisons (explanations, lints, the index) knows tables.
#include <algorithm>

#include "policy/types/checker.hpp"
#include "policy/types/tables.hpp"

namespace bylaw::inline v0::policy {

using syntax::Cst;
using syntax::NodeKind;
using syntax::Reader;

TableShape read_table(Cst const& cst, std::uint32_t node) {
  TableShape shape;
  Reader in(cst, node);
  in.skip(1);
  shape.name = in.take_name();
  while (in.has_child()) {
    auto const child = in.take_child();
    if (cst.nodes[child].kind == NodeKind::param) {
      shape.parameters.push_back(child);
    } else if (cst.nodes[child].kind == NodeKind::type) {
      shape.type = child;
    } else {
      Reader clause(cst, child);
      if (clause.accept("hit")) {
        shape.hit = std::string(clause.peek().text);
        shape.hit_span = clause.span();
      } else if (clause.accept("otherwise")) {
        shape.has_otherwise = true;
        shape.otherwise = clause.child_after("gives");
      } else {
        TableShape::Row row;
        row.span = clause.span();
        while (clause.has_child()) {
          auto const part = clause.take_child();
          (cst.nodes[part].kind == NodeKind::cell ? row.cells : row.values).push_back(part);
        }
        shape.rows.push_back(std::move(row));
      }
    }
  }
  return shape;
}

/// The comparison that a cell makes of its column's argument; 0 for `any`.
std::uint32_t Checker::check_cell(Cst const& cst, std::uint32_t node, std::uint32_t argument) {
  Reader in(cst, node);
  auto const span = in.span();
  auto const type = at(argument).type;
  if (in.accept("any")) return 0;
  auto const take_symbol = [&] {
    for (auto const* each : {"==", "!=", "<=", ">=", "<", ">"}) {
      if (in.accept(each)) return std::string(each);
    }
    return std::string();
  };
  auto const symbol = take_symbol();
  auto const low = check(cst, in.take_child(), &type);
  if (at(low).type.base == Base::error || type.base == Base::error) return failed(span);
  if (at(low).type.base == Base::list) {
    std::vector<std::uint32_t> args{argument};
    auto const entries = at(low).args;
    for (auto const entry : entries) {
      if (!same_kind(type, at(entry).type)) {
        mismatch(at(entry).span, type, at(entry).type);
        return failed(span);
      }
      args.push_back(entry);
    }
    return boolean(Op::in_list, span, std::move(args));
  }
  if (!is_constant(low)) {
    error("BY0323", at(low).span, {{"what", "a cell"}, {"help", ""}});
    return failed(span);
  }
  if (in.accept("and")) {
    auto const other = take_symbol();
    auto const bound = check(cst, in.take_child(), &type);
    if (!is_constant(bound)) error("BY0323", at(bound).span, {{"what", "a cell"}, {"help", ""}});
    return boolean(Op::logical_and, span, {compare(argument, low, symbol, span), compare(argument, bound, other, span)});
  }
  if (!in.accept("to")) return compare(argument, low, symbol.empty() ? "==" : symbol, span);
  auto const high = check(cst, in.take_child(), &type);
  if (!is_constant(high)) error("BY0323", at(high).span, {{"what", "a cell"}, {"help", ""}});
  auto const from = compare(argument, low, ">=", span);
  if (at(from).type.base == Base::error) return from;
  auto const to = compare(argument, high, "<=", span);
  if (at(to).type.base == Base::error) return to;
  int order = 0;
  if (exact::compare(at(low).number, at(high).number, order) && order > 0) error("BY0449", span);
  return boolean(Op::between, span, {argument, low, high});
}

std::uint32_t Checker::check_table(NamedNode& named, std::string const& name, std::vector<std::uint32_t> const& arguments, Span span) {
  if (std::find(unfolding_.begin(), unfolding_.end(), name) != unfolding_.end()) {
    error("BY0328", span, {{"name", name}});
    return failed(span);
  }
  auto const& cst = *named.cst;
  auto const shape = read_table(cst, named.node);
  Diagnostics ignored;
  auto type = read_type(cst, shape.type, impl_, schema_, ignored);
  if (type.base == Base::money) type = money_type();
  unfolding_.push_back(name);
  auto outer = std::exchange(env.params, {});
  auto columns = arguments;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    require_present(columns[i]);
    // A computed amount enters a table as people see it: rounded to the currency's unit.
    if (at(columns[i]).type.base == Base::money && at(columns[i]).op != Op::slot && !is_constant(columns[i])) {
      Expr rounded;
      rounded.op = Op::round_money;
      rounded.type = at(columns[i]).type;
      rounded.span = at(columns[i]).span;
      rounded.args = {columns[i]};
      columns[i] = push(std::move(rounded));
    }
    env.params[syntax::name_of(Reader(cst, shape.parameters[i]).peek())] = columns[i];
  }
  Expr table;
  table.op = shape.hit == "sum" ? Op::score : shape.hit == "max" ? Op::highest : Op::choose;
  table.type = type;
  table.type.optional = false;
  table.span = span;
  table.text = name;
  for (auto const& row : shape.rows) {
    std::vector<std::uint32_t> cells;
    for (std::size_t i = 0; i < row.cells.size() && i < columns.size(); ++i) {
      auto const cell = check_cell(cst, row.cells[i], columns[i]);
      if (cell != 0) cells.push_back(cell);
    }
    Type truth;
    truth.base = Base::boolean;
    table.args.push_back(cells.empty()       ? literal(truth, row.span, {1, 1})
                         : cells.size() == 1 ? cells[0]
                                             : boolean(Op::logical_and, row.span, std::move(cells)));
    table.args.push_back(static_cast<std::uint32_t>(same_type(cst, row.values.at(0), type)));
  }
  if (shape.has_otherwise) {
    table.args.push_back(static_cast<std::uint32_t>(same_type(cst, shape.otherwise, type)));
  } else if (shape.hit == "sum") {
    table.args.push_back(literal(type, span, {0, 1}));
  }
  unfolding_.pop_back();
  env.params = std::move(outer);
  return push(std::move(table));
}

std::vector<std::vector<std::uint32_t>> Checker::check_table_alone(NamedNode const& named, std::vector<Type>& types) {
  auto const& cst = *named.cst;
  auto const shape = read_table(cst, named.node);
  std::vector<std::uint32_t> columns;
  for (auto const parameter : shape.parameters) {
    Reader in(cst, parameter);
    auto const span = in.span();
    auto const name = in.take_name();
    in.skip(1);
    Expr column;
    column.op = Op::slot;
    column.span = span;
    column.type = read_type(cst, in.take_child(), impl_, schema_, out_);
    if (column.type.base == Base::money) column.type = money_type();
    column.type.optional = false;
    column.level = table_level;
    column.slot = static_cast<std::uint32_t>(columns.size());
    types.push_back(column.type);
    columns.push_back(push(std::move(column)));
    env.params[name] = columns.back();
  }
  auto const type = read_type(cst, shape.type, impl_, schema_, out_);
  bool const numeric = type.base == Base::decimal || type.base == Base::money || type.base == Base::quantity || type.base == Base::elapsed;
  if ((shape.hit == "sum" || shape.hit == "max") && !numeric && type.base != Base::error) error("BY0446", shape.hit_span, {{"hit", shape.hit}});
  std::vector<std::vector<std::uint32_t>> rows;
  for (auto const& row : shape.rows) {
    if (row.cells.size() != columns.size()) {
      error("BY0445", row.span, {{"table", shape.name}, {"found", std::to_string(row.cells.size())}, {"wanted", std::to_string(columns.size())}});
      return {};
    }
    std::vector<std::uint32_t> cells;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      cells.push_back(check_cell(cst, row.cells[i], columns[i]));
      if (cells.back() != 0 && at(cells.back()).type.base == Base::error) return {};
    }
    rows.push_back(std::move(cells));
  }
  env.params.clear();
  return rows;
}

}  // namespace bylaw::inline v0::policy
