#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "policy/types/schema.hpp"

namespace bylaw::inline v0::policy {

/// Something a bare name may begin with: the subject, or the element of a quantifier.
struct Scope {
  std::string name;
  std::uint32_t record = 0;
  std::string path;                          ///< prefix of the paths of its facts
  Subject subject = Subject::order;
  std::vector<std::uint32_t> collections;    ///< from the subject's layout to this element's
  std::uint32_t depth = 0;                   ///< 0: the subject's frame
};

/// What the expression being checked may see.
struct Environment {
  std::vector<Scope> scopes;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> known;  ///< (depth, slot) proved to be there
  std::map<std::string, std::uint32_t, std::less<>> params;    ///< parameters of a define being unfolded
  std::uint32_t header = 0;
  std::uint32_t depth = 0;
};

/// Turns expressions of the syntax tree into typed nodes of the program.
///
/// Every mistake is reported once; the expression then has Base::error, which
/// fits everywhere, so that one mistake does not cause ten messages.
class Checker {
 public:
  Checker(Policy::Impl& impl, Schema& schema, Diagnostics& out) : impl_(impl), schema_(schema), out_(out) {}

  Environment env;

  /// A condition: boolean, nothing missing.
  ExprIndex condition(syntax::Cst const& cst, std::uint32_t node);
  /// An amount of the wanted base (money, quantity ...).
  ExprIndex amount(syntax::Cst const& cst, std::uint32_t node, Base wanted);
  /// A fact by reference; `await` and `prefer` use it.
  ExprIndex fact(syntax::Cst const& cst, std::uint32_t node);
  /// Any expression, with the type that is expected on the other side when known.
  std::uint32_t check(syntax::Cst const& cst, std::uint32_t node, Type const* expected = nullptr);
  /// A constant or expression of the same type as `like`.
  ExprIndex same_type(syntax::Cst const& cst, std::uint32_t node, Type like);

  /// Facts that a true condition proves to be there.
  void assume(ExprIndex condition);
  /// Slot of a path, whether or not a rule reads it; -1 when the schema has no such field.
  std::int32_t slot_of(Scope const& scope, std::vector<std::string> const& path);
  std::optional<Scope> element_scope(Scope const& from, std::string const& field, std::string name);

  void error(char const* code, Span span, std::string message, std::string help = {}, std::string label = {}) {
    report(out_, code, span, std::move(message), std::move(help), std::move(label));
  }
  [[nodiscard]] Expr const& at(std::uint32_t index) const { return impl_.nodes[index]; }
  [[nodiscard]] std::string describe(Type type) const;

 private:
  std::uint32_t push(Expr expr);
  std::uint32_t failed(Span span);
  std::uint32_t literal(Type type, Span span, Exact number, std::int32_t months = 0, std::string text = {});

  std::uint32_t check_logical(syntax::Cst const& cst, std::uint32_t node, Op op);
  std::uint32_t check_negation(syntax::Cst const& cst, std::uint32_t node);
  std::uint32_t check_comparison(syntax::Cst const& cst, std::uint32_t node);
  std::uint32_t check_pair(syntax::Reader& in, std::uint32_t left_node, std::string_view symbol, Span span);
  std::uint32_t check_in(syntax::Reader& in, std::uint32_t left, Span span);
  std::uint32_t check_between(syntax::Reader& in, std::uint32_t left, Span span);
  std::uint32_t check_text_test(syntax::Reader& in, std::uint32_t left, Span span);
  std::uint32_t check_sum(syntax::Cst const& cst, std::uint32_t node, Type const* expected);
  std::uint32_t check_product(syntax::Cst const& cst, std::uint32_t node, Type const* expected);
  std::uint32_t check_operand(syntax::Cst const& cst, std::uint32_t node, Type const* expected);
  std::uint32_t check_primary(syntax::Cst const& cst, std::uint32_t node, Type const* expected);
  std::uint32_t check_number(syntax::Reader& in, Type const* expected);
  std::uint32_t check_duration(syntax::Reader& in);
  std::uint32_t check_timestamp(syntax::Reader& in);
  std::uint32_t check_list(syntax::Cst const& cst, std::uint32_t node, Type const* expected);
  std::uint32_t check_reference(syntax::Cst const& cst, std::uint32_t node, Type const* expected);
  std::uint32_t check_call(syntax::Reader& in, std::string const& name, Span span);
  std::uint32_t check_define(std::string const& name, std::vector<std::uint32_t> arguments, Span span, Type const* expected);
  std::uint32_t check_quantifier(syntax::Cst const& cst, std::uint32_t node);
  std::uint32_t check_aggregate(syntax::Cst const& cst, std::uint32_t node, Type const* expected);
  std::uint32_t check_path(Scope const& scope, std::vector<std::string> const& path, Span span);
  /// Opens the element of a collection as a new scope; the collection's index, or nothing when there is none.
  std::optional<std::uint32_t> open_source(syntax::Cst const& cst, std::uint32_t node);

  void require_present(std::uint32_t index);
  bool require_base(std::uint32_t index, Base base, std::string const& what);
  bool same_kind(Type left, Type right) const;
  void mismatch(Span span, Type left, Type right);
  Type money_type() const;
  bool symbol_fits(std::string const& name, Type const& expected) const;

  Layout& layout_of(Scope const& scope);

  Policy::Impl& impl_;
  Schema& schema_;
  Diagnostics& out_;
  std::vector<std::string> unfolding_;  ///< defines being unfolded, to find recursion
  static constexpr std::size_t node_count_max = 200'000;
  bool node_limit_reported_ = false;
};

[[nodiscard]] Duration parse_duration(std::string_view text, bool& ok);

}  // namespace bylaw::inline v0::policy
