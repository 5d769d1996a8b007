// Expressions and types: section 3 of docs/language.md from `expr` down.
#include "policy/syntax/terminals.hpp"

namespace bylaw::inline v0::policy::syntax {

namespace {

struct conj_rule;
struct negation_rule;
struct primary_rule;
x3::rule<conj_rule> const conj = "condition";
x3::rule<negation_rule> const negation = "condition";
x3::rule<primary_rule> const primary = "value";

auto const reference = node<K::reference>(name >> -(sym("(") >> -(expr % sym(",")) >> sym(")")) >> *(sym(".") >> any_word));
auto const list_value = node<K::list_value>(sym("[") >> -(expr % sym(",")) >> sym("]"));
auto const source = node<K::source>(name >> -(word("as") >> name) >> -(word("of") >> path));
auto const filter = word("where") >> expr;
auto const over_records = word("for") >> source >> -filter;
auto const aggregate =
    node<K::aggregate>((word("count") >> sym("(") >> source >> -filter >> sym(")")) | (word("sum") >> sym("(") >> expr >> over_records >> sym(")")) |
                       ((word("min") | word("max")) >> sym("(") >> expr >> (over_records | +(sym(",") >> expr)) >> sym(")")));
auto const number_forms = number >> -((word("percent") >> -(word("of") >> primary)) | (word("unit") >> name) | unit_word | currency);
auto const primary_def = nested(folded<K::primary>(timestamp | date | time_of_day | duration | number_forms | text | word("true") | word("false") |
                                                   word("now") | word("today") | list_value | aggregate | (sym("(") >> expr >> sym(")")) | reference));
auto const operand = folded<K::operand>(-sym("-") >> primary >> *(word("else") >> -sym("-") >> primary));
auto const product = folded<K::product>(operand >> *((sym("*") | sym("/")) >> operand));
auto const sum_def = folded<K::sum>(product >> *((sym("+") | sym("-")) >> product));
auto const compare = sym("==") | sym("!=") | sym("<=") | sym(">=") | sym("<") | sym(">");
auto const comparison =
    folded<K::comparison>(sum >> -((compare >> sum) | (-word("not") >> ((word("in") >> sum) | (word("between") >> sum >> word("and") >> sum))) |
                                   (word("is") >> -word("not") >> word("known")) | ((word("before") | word("after")) >> time_of_day >> word("of") >> path) |
                                   ((word("starts") | word("ends")) >> word("with") >> text) | (word("contains") >> sum) | (word("matches") >> text)));
auto const quantifier = node<K::quantifier>((word("any") | word("every")) >> source >> word("where") >> conj);
auto const negation_def = nested(folded<K::negation>((word("not") >> negation) | quantifier | comparison));
auto const conj_def = folded<K::conjunction>(negation >> *(word("and") >> negation));
auto const expr_def = folded<K::disjunction>(conj >> *(word("or") >> conj));

auto const type_def =
    nested(node<K::type>((word("optional") >> type) | (word("list") >> word("of") >> type) | (word("many") >> name) |
                         (word("quantity") >> -(word("in") >> unit_word)) | (word("money") >> -(word("in") >> word("any") >> word("currency"))) | name));

}  // namespace

BOOST_SPIRIT_DEFINE(expr, sum, type, conj, negation, primary)
BOOST_SPIRIT_INSTANTIATE(decltype(expr), Iterator, Context)
BOOST_SPIRIT_INSTANTIATE(decltype(sum), Iterator, Context)
BOOST_SPIRIT_INSTANTIATE(decltype(type), Iterator, Context)

}  // namespace bylaw::inline v0::policy::syntax
