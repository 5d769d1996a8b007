#pragma once
#include "policy/syntax/terminals.hpp"

namespace bylaw::inline v0::policy::syntax {

auto const window =
    node<K::window>(((duration >> word("of") >> any_word) | (word("until") >> (date | (number >> month_word >> word("after") >> any_word)))) >> guard);
auto const verdict = word("otherwise") | guard;
auto const payment = node<K::payment>(word("at") >> name >> -(word("within") >> duration) >> -(word("up") >> word("to") >> sum) >> guard);
auto const label = node<K::label>(name >> guard);
auto const return_item =
    (word("within") >> ((word("no") >> word("limit")) | (-(word("longest") >> word("of")) >> window % sym(",")))) | (word("require") >> expr >> because) |
    (word("accept") >> names) | (word("evidence") >> names >> guard) | (word("receive") >> word("at") >> names) | (word("approve") >> verdict) |
    (word("review") >> word("by") >> name >> verdict) | (word("deny") >> because >> verdict) |
    (word("refund") >> word("to") >> name >> *(((sym(",") >> word("then")) | word("or")) >> name) >> guard) |
    (word("pay") >> payment >> *(sym(",") >> -word("otherwise") >> payment)) |
    ((word("fee") | word("deduct")) >> sum >> -(word("as") >> name) >> -(word("per") >> any_word) >> limits >> -(sym(",") >> word("taxed")) >> guard) |
    (word("shipping") >> word("refund") >> -(word("at") >> word("most") >> sum) >> guard) |
    (word("label") >> label >> *(sym(",") >> -word("otherwise") >> label)) |
    (word("exchange") >> word("same") >> (word("item") | word("product")) >> -word("once") >> guard) | (word("keep") >> word("item") >> guard) |
    (word("credit") >> word("valid") >> word("for") >> duration) |
    (word("mismatch") >> (word("accept") | word("deny") | (word("review") >> word("by") >> name))) |
    ((word("restock") | word("refurbish") | (word("return") >> word("to") >> word("vendor")) | word("scrap") | word("quarantine")) >>
     (word("otherwise") | (names >> guard))) |
    common;
auto const return_rule = node<K::return_rule>(-word("mandatory") >> block("return", return_item));

}  // namespace bylaw::inline v0::policy::syntax
