#pragma once
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "policy/types/schema.hpp"

namespace bylaw::inline v0::policy {

/// Something a bare name may begin with: a subject, or the element of a quantifier.
struct Scope {
  std::string name;
  std::uint32_t record = 0;
  std::string path;  ///< prefix of the paths of its facts
  Subject subject = Subject::order;
  std::vector<std::uint32_t> collections;  ///< from the subject's layout to this element's
  std::uint32_t level = 0;                 ///< of its frame while the rule is evaluated
};

/// What the expression being checked may see.
struct Environment {
  std::vector<Scope> scopes;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> known;  ///< (level, slot) proved to be there
  std::unordered_map<std::string, std::uint32_t> params;       ///< of a define or table being unfolded
  std::uint32_t header = 0;
  std::uint32_t level = 0;        ///< the innermost level in use
  std::uint32_t quantifiers = 0;  ///< how many enclose the expression
  Kind kind = Kind::hold;
  bool linear = true;  ///< a condition: no products of two facts
};

/// Turns expressions of the syntax tree into typed nodes of the program.
///
/// Every mistake is reported once; the expression then has Base::error, which
/// fits everywhere, so that one mistake does not cause ten messages.
class Checker {
 public:
  Checker(Policy::Impl& impl, Schema& schema, Diagnostics& out) : impl_(impl), schema_(schema), out_(out) {}

  Environment env;

  /// A condition: boolean, nothing missing, linear in the facts.
  ExprIndex condition(syntax::Cst const& cst, std::uint32_t node);
  /// An amount of the wanted base (money, quantity ...). It may multiply facts.
  ExprIndex amount(syntax::Cst const& cst, std::uint32_t node, Base wanted);
  /// A fact by reference, as `await` and `prefer` name it; -1 when it is none.
  ExprIndex fact(syntax::Cst const& cst, std::uint32_t node);
  /// Any expression, with the type that is expected on the other side when known.
  std::uint32_t check(syntax::Cst const& cst, std::uint32_t node, Type const* expected = nullptr);
  /// A constant or expression of the same type as `like`.
  ExprIndex same_type(syntax::Cst const& cst, std::uint32_t node, Type like);

  /// Facts that a true (or false) condition proves to be there.
  void assume(ExprIndex condition, bool holds = true);
  /// Slot of a path, whether or not a rule reads it; -1 when the schema has no such field.
  std::int32_t slot_of(Scope const& scope, std::vector<std::string> const& path);
  std::optional<Scope> element_scope(Scope const& from, std::string const& field, std::string name);
  /// A subject of the schema as a scope; nothing when the schema has no such record.
  [[nodiscard]] std::optional<Scope> subject_scope(Subject subject, std::uint32_t level) const;

  /// A place as cut-off times see it: its zone, and its holidays when it has its own.
  struct Place {
    ExprIndex zone = -1;
    std::uint32_t owner = 0;
    std::uint32_t holidays = no_collection;
  };
  std::optional<Place> place(syntax::Cst const& cst, std::uint32_t path_node);
  /// The cells of a table as comparisons of placeholders for its columns (0: `any`), one vector a
  /// row, and the types of the columns. Empty when the table has a mistake, which is then reported.
  std::vector<std::vector<std::uint32_t>> check_table_alone(NamedNode const& named, std::vector<Type>& types);
  /// Lists that no rule uses are looked at all the same.
  void check_unused_lists();
  /// Whether an expression has the same value whatever the facts are.
  [[nodiscard]] bool is_constant(std::uint32_t index) const;

  void error(char const* code, Span span, std::vector<Argument> arguments = {}, std::string label = {}) {
    report(out_, code, span, std::move(arguments), std::move(label));
  }
  [[nodiscard]] Expr const& at(std::uint32_t index) const { return impl_.nodes[index]; }
  [[nodiscard]] Expr const& node(ExprIndex index) const { return impl_.nodes[static_cast<std::size_t>(index)]; }
  [[nodiscard]] std::string describe(Type const& type) const;
  [[nodiscard]] bool same_kind(Type const& left, Type const& right) const;
  std::uint32_t push(Expr expr);
  std::uint32_t literal(Type type, Span span, Exact number, std::int32_t months = 0, std::string text = {});

  /// Follows fields through records. The scope is that of the last record, its path that of the last field.
  std::optional<std::pair<Scope, Type>> walk(Scope const& scope, std::vector<std::string> const& path, Span span);

 private:
  std::uint32_t failed(Span span);
  std::uint32_t boolean(Op op, Span span, std::vector<std::uint32_t> args);

  std::uint32_t check_logical(syntax::Cst const& cst, std::uint32_t node, Op op);
  std::uint32_t check_negation(syntax::Cst const& cst, std::uint32_t node);
  std::uint32_t check_comparison(syntax::Cst const& cst, std::uint32_t node);
  std::uint32_t check_known(syntax::Reader& in, std::uint32_t left, Span span);
  std::uint32_t check_pair(syntax::Reader& in, std::uint32_t left_node, std::string_view symbol, Span span);
  /// The date of a point in time in the policy's zone.
  std::uint32_t local_date_of(std::uint32_t instant);
  std::uint32_t compare(std::uint32_t left, std::uint32_t right, std::string_view symbol, Span span);
  std::uint32_t check_in(syntax::Reader& in, std::uint32_t left_node, Span span);
  std::uint32_t check_in_field(std::uint32_t left, std::uint32_t right, Span span);
  std::uint32_t check_between(syntax::Reader& in, std::uint32_t left, Span span);
  std::uint32_t check_clock(syntax::Reader& in, std::uint32_t left, Span span);
  std::uint32_t check_text_test(syntax::Reader& in, std::uint32_t left, Span span);
  std::uint32_t check_sum(syntax::Cst const& cst, std::uint32_t node, Type const* expected);
  std::uint32_t check_product(syntax::Cst const& cst, std::uint32_t node, Type const* expected);
  std::uint32_t check_operand(syntax::Cst const& cst, std::uint32_t node, Type const* expected);
  std::uint32_t check_primary(syntax::Cst const& cst, std::uint32_t node, Type const* expected);
  std::uint32_t check_number(syntax::Reader& in);
  std::uint32_t check_unit(syntax::Reader& in, Exact value, syntax::Token const& number);
  std::uint32_t check_duration(syntax::Reader& in);
  std::uint32_t check_timestamp(syntax::Reader& in);
  std::uint32_t check_list(syntax::Cst const& cst, std::uint32_t node, Type const* expected);
  std::uint32_t check_reference(syntax::Cst const& cst, std::uint32_t node, Type const* expected);
  std::uint32_t check_named(NamedNode& named, std::string const& name, Span span, Type const* expected);
  std::uint32_t check_symbol(std::string const& name, Span span, Type const& expected);
  std::uint32_t unknown_name(std::string const& name, Span span);
  std::uint32_t check_call(syntax::Reader& in, std::string const& name, Span span);
  std::uint32_t check_builtin(std::string const& name, std::vector<std::uint32_t> const& arguments, Span span, bool& found);
  std::uint32_t check_host_call(NamedNode& named, syntax::Reader& in, std::string const& name, Span span);
  bool pass_record(FunctionProgram::Parameter const& parameter, syntax::Cst const& cst, std::uint32_t node, Expr& call);
  std::uint32_t check_define(NamedNode& named, std::string const& name, std::vector<std::uint32_t> const& arguments, Span span, Type const* expected);
  std::uint32_t check_table(NamedNode& named, std::string const& name, std::vector<std::uint32_t> const& arguments, Span span);
  std::uint32_t check_cell(syntax::Cst const& cst, std::uint32_t node, std::uint32_t argument);
  std::uint32_t check_measure(NamedNode& named, std::string const& name, Span span);
  std::uint32_t check_quantifier(syntax::Cst const& cst, std::uint32_t node);
  std::uint32_t check_aggregate(syntax::Cst const& cst, std::uint32_t node, Type const* expected);
  std::uint32_t check_path(Scope const& scope, std::vector<std::string> const& path, Span span);
  std::uint32_t push_slot(Scope const& scope, Slot slot, Type type, Span span);
  std::uint32_t list_field(Scope const& scope, std::string const& path, Type type, Span span);
  std::vector<std::uint32_t> arguments(syntax::Reader& in, std::vector<std::uint32_t> const* parameters, syntax::Cst const* declared);
  /// Opens the element of a collection as a new scope; the collection's index, or nothing when there is none.
  bool open_source(syntax::Cst const& cst, std::uint32_t node, Expr& expr);
  void close_source();

  void require_present(std::uint32_t index);
  bool require_base(std::uint32_t index, Base base);
  void mismatch(Span span, Type const& left, Type const& right);
  [[nodiscard]] Type money_type() const;
  [[nodiscard]] bool symbol_fits(std::string const& name, Type const& expected) const;
  std::uint32_t find_or_add_slot(Scope const& scope, Slot slot);
  std::uint32_t find_or_add_collection(Scope const& scope, std::string const& path, std::string const& record);

  Layout& layout_of(Scope const& scope);

  Policy::Impl& impl_;
  Schema& schema_;
  Diagnostics& out_;
  std::vector<std::string> unfolding_;                    ///< defines and tables being unfolded, to find recursion
  std::unordered_map<std::string, std::uint32_t> slots_;  ///< subject, collections and path -> index in its layout
  std::size_t unfolded_ = 0;
  static constexpr std::size_t unfolded_nodes_max = 200'000;
  static constexpr std::uint16_t depth_max = 1000;
  static constexpr std::uint32_t quantifiers_max = 3;
  bool node_limit_reported_ = false;
};

[[nodiscard]] Duration parse_duration(std::string_view text, bool& ok);

}  // namespace bylaw::inline v0::policy
