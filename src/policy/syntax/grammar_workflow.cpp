// Workflows: states that may nest, parallel regions, timers, migrations.
#include "policy/syntax/terminals.hpp"

namespace bylaw::inline v0::policy::syntax {

namespace {

struct state_rule;
x3::rule<state_rule> const state_item = "clause of a state";

auto const action = node<K::action>(any_word >> -(sym("(") >> expr % sym(",") >> sym(")")));
auto const actions = action % sym(",");
auto const effect = -(word("do") >> actions) >> -(word("go") >> name);
auto const state = node<K::state>(-word("final") >> word("state") >> name >> (sym(";") | (sym("{") >> *state_item >> sym("}"))));
auto const state_clause = node<K::clause>(
    (word("start") >> name >> sym(";")) | (word("on") >> any_word >> -(word("by") >> names) >> guard >> effect >> sym(";")) |
    (word("when") >> expr >> effect >> sym(";")) | (word("after") >> duration >> guard >> effect >> sym(";")) | (word("enter") >> actions >> sym(";")) |
    (word("leave") >> actions >> sym(";")) |
    (word("others") >> (word("ignore") | word("reject") | (word("dead") >> word("letter")) | (word("park") >> word("up") >> word("to") >> duration)) >>
     sym(";")));
auto const region = node<K::region>(word("region") >> name >> sym("{") >> *state_item >> sym("}"));
auto const any_state_item = state | region | state_clause;
auto const state_item_def = nested(ClauseParser<std::decay_t<decltype(any_state_item)>>(any_state_item));
auto const version = node<K::version>(word("version") >> number >> sym(";"));
auto const rename_ = node<K::rename>(name >> word("becomes") >> name >> sym(";"));
auto const migrate = node<K::migrate>(word("migrate") >> word("from") >> number >> sym("{") >> *rename_ >> sym("}"));
auto const workflow_declaration_def =
    node<K::workflow>(word("workflow") >> name >> -(word("extends") >> name) >> sym("{") >> *(version | migrate | state_item) >> sym("}"));

}  // namespace

BOOST_SPIRIT_DEFINE(state_item, workflow_declaration)
BOOST_SPIRIT_INSTANTIATE(decltype(workflow_declaration), Iterator, Context)

}  // namespace bylaw::inline v0::policy::syntax
