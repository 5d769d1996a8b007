// Gaps and overlaps of decision tables: rows are boxes in the space of the columns.
// Source: T. Calvanese et al., "Semantics and analysis of DMN decision tables" (2016), for the sweep by column.
#include <algorithm>

#include "policy/analysis/lints.hpp"
#include "policy/analysis/terms.hpp"
#include "policy/types/tables.hpp"

namespace bylaw::inline v0::policy {

using analysis::Domain;
using analysis::Line;
using analysis::Point;

namespace {

using Box = std::vector<Domain>;

class TableCheck {
 public:
  TableCheck(Checker& checker, Policy::Impl const& impl, TableShape const& shape) : checker_(checker), impl_(impl), shape_(shape), terms_(impl) {}

  void run(std::vector<std::vector<std::uint32_t>> const& rows, std::vector<Type> const& columns) {
    for (auto const& type : columns) lines_.push_back(analysis::line_of(impl_, type));
    for (auto const& row : rows) {
      Box box;
      for (std::size_t c = 0; c < columns.size(); ++c) {
        if (row[c] == 0) {
          box.push_back(lines_[c].universe);
          continue;
        }
        auto const cell = terms_.of(row[c], true);
        bool const never = cell.complete && cell.terms.empty();
        bool const single = cell.complete && cell.terms.size() == 1 && cell.terms[0].constraints.size() == 1;
        // A cell of a boolean column is its own truth; any other truth cannot be laid on the column's line.
        bool const truth = single && cell.terms[0].constraints[0].truth && columns[c].base != Base::boolean;
        if (!never && (!single || truth)) return checker_.error("BY0457", name_span);
        box.push_back(never ? Domain{} : intersect(cell.terms[0].constraints[0].domain, lines_[c].universe));
      }
      boxes_.push_back(std::move(box));
    }
    if (shape_.hit == "unique") overlaps();
    if (shape_.hit == "first") shadowed();
    bool const needs_all = !shape_.has_otherwise && shape_.hit != "sum";
    if (needs_all) gaps();
  }

 private:
  std::string describe(Box const& box) const {
    std::string out;
    for (std::size_t c = 0; c < box.size(); ++c) {
      if (box[c] == lines_[c].universe) continue;
      syntax::Reader param(*cst, shape_.parameters[c]);
      out += (out.empty() ? "" : ", ") + param.take_name() + " " + analysis::describe(impl_, lines_[c], box[c]);
    }
    return out.empty() ? "every value" : out;
  }

  void overlaps() {
    for (std::size_t i = 0; i < boxes_.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        Box common;
        for (std::size_t c = 0; c < lines_.size(); ++c) {
          common.push_back(intersect(boxes_[i][c], boxes_[j][c]));
          if (common.back().empty()) break;
        }
        if (common.back().empty()) continue;
        checker_.error("BY0444", shape_.rows[i].span, {{"table", shape_.name}, {"overlap", describe(common)}});
        break;
      }
    }
  }

  void shadowed() {
    // One budget for all rows: of a very large table the last rows are not looked at.
    work_ = 0;
    for (std::size_t i = 1; i < boxes_.size() && work_ < work_max; ++i) {
      std::vector<std::size_t> above(i);
      for (std::size_t j = 0; j < i; ++j) above[j] = j;
      Box hole;
      if (!uncovered(boxes_[i], 0, above, hole) && work_ < work_max) checker_.error("BY0447", shape_.rows[i].span);
    }
  }

  void gaps() {
    std::vector<std::size_t> all(boxes_.size());
    for (std::size_t j = 0; j < all.size(); ++j) all[j] = j;
    Box space;
    for (auto const& line : lines_) space.push_back(line.universe);
    Box hole;
    work_ = 0;
    if (uncovered(space, 0, all, hole)) checker_.error("BY0443", name_span, {{"table", shape_.name}, {"gap", describe(hole)}});
    else if (work_ >= work_max) checker_.error("BY0457", name_span);
  }

  /// Looks for a part of `space` that none of `rows` covers: column by column, between the ends of
  /// the rows' intervals. Stops with nothing found when it takes too long.
  bool uncovered(Box const& space, std::size_t column, std::vector<std::size_t> const& rows, Box& hole) {
    work_ += rows.size() + 1;
    if (work_ > work_max) return false;
    if (column == lines_.size()) return rows.empty();
    std::vector<Point> cuts;
    auto const cut = [&](Domain const& domain) {
      for (auto const& interval : domain.values) {
        cuts.push_back(interval.low);
        cuts.push_back(interval.high + 1);
      }
    };
    cut(space[column]);
    for (auto const row : rows) cut(intersect(boxes_[row][column], space[column]));
    std::sort(cuts.begin(), cuts.end());
    cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
    for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
      Domain segment;
      segment.values = {{cuts[i], cuts[i + 1] - 1}};
      if (!is_subset(segment, space[column])) continue;
      std::vector<std::size_t> in;
      work_ += rows.size();
      for (auto const row : rows) {
        if (is_subset(segment, boxes_[row][column])) in.push_back(row);
      }
      if (hole.size() <= column) hole.resize(column + 1);
      hole[column] = segment;
      if (uncovered(space, column + 1, in, hole)) return true;
    }
    hole.resize(column);
    return false;
  }

 public:
  syntax::Cst const* cst = nullptr;
  Span name_span;

 private:
  Checker& checker_;
  Policy::Impl const& impl_;
  TableShape const& shape_;
  analysis::Terms terms_;
  std::vector<Line> lines_;
  std::vector<Box> boxes_;
  std::size_t work_ = 0;  ///< rows looked at
  static constexpr std::size_t work_max = 20'000'000;
};

}  // namespace

void check_tables(Checker& checker, Policy::Impl const& impl, Schema const& schema) {
  for (auto const& [name, named] : schema.named) {
    if (named.what != NamedNode::What::table) continue;
    checker.env = Environment{};
    checker.env.header = named.header;
    auto const shape = read_table(*named.cst, named.node);
    if (shape.rows.empty()) {
      if (!shape.has_otherwise && shape.hit != "sum") checker.error("BY0443", named.name_span, {{"table", name}, {"gap", "every value"}});
      continue;
    }
    std::vector<Type> columns;
    auto const rows = checker.check_table_alone(named, columns);
    if (rows.empty()) continue;
    TableCheck check(checker, impl, shape);
    check.cst = named.cst;
    check.name_span = named.name_span;
    check.run(rows, columns);
  }
}

}  // namespace bylaw::inline v0::policy
