#pragma once
// The terminals of docs/language.md section 3, and the rules that two or more
// grammar files share. The context type is spelled out once, so that each rule
// is instantiated in one file only.
#include "policy/syntax/combinators.hpp"
#include "policy/syntax/recovery.hpp"

namespace bylaw::inline v0::policy::syntax {

using Iterator = Token const*;
using Context = x3::context<SinkTag, std::reference_wrapper<Sink>>;
using K = NodeKind;

auto const name = TokenParser(IsName{}, "name");
auto const any_word = TokenParser(IsWord{}, "word");
auto const text = TokenParser(IsKind{TokenKind::text}, "text in double quotes");
auto const number = TokenParser(IsKind{TokenKind::number}, "number");
auto const date = TokenParser(IsKind{TokenKind::date}, "date such as 2026-11-01");
auto const time_of_day = TokenParser(IsKind{TokenKind::time}, "time such as 14:00");
auto const timestamp = TokenParser(IsKind{TokenKind::timestamp}, "point in time such as 2026-11-01 14:00");
auto const duration = TokenParser(IsKind{TokenKind::duration}, "duration such as 30 days");
auto const unit_word = TokenParser(IsUnit{}, "unit such as each");
auto const currency = TokenParser(IsCurrency{}, "currency such as USD");
auto const month_word = TokenParser(IsMonth{}, "month such as january");

struct expr_rule;
struct sum_rule;
struct type_rule;
struct rule_rule;
struct workflow_rule;
x3::rule<expr_rule> const expr = "expression";
x3::rule<sum_rule> const sum = "amount";
x3::rule<type_rule> const type = "type";
x3::rule<rule_rule> const rule_declaration = "rule";
x3::rule<workflow_rule> const workflow_declaration = "workflow";

BOOST_SPIRIT_DECLARE(decltype(expr), decltype(sum), decltype(type), decltype(rule_declaration), decltype(workflow_declaration))

auto const path = node<K::path>(name >> *(sym(".") >> any_word));
auto const names = name % sym(",");
auto const words = any_word % sym(",");
auto const guard = -(word("when") >> expr) >> -(word("unless") >> expr);
auto const because = word("reason") >> name >> -text;
auto const period = word("from") >> date >> -(word("until") >> date);
auto const common = (word("effective") >> period) | (word("when") >> expr) | (word("unless") >> expr) | (word("before") >> name) | (word("note") >> text);
auto const limits = -(sym(",") >> word("at") >> word("least") >> sum) >> -(sym(",") >> word("at") >> word("most") >> sum);

/// `KEYWORD NAME { clause* }`, where a clause that does not parse is reported and skipped.
template <class Item>
auto block(char const* keyword, Item const& item) {
  return word(keyword) >> name >> sym("{") >> *clause(item) >> sym("}");
}

}  // namespace bylaw::inline v0::policy::syntax
