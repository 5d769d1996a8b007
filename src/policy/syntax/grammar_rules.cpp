// The rule kinds but returns, which are long enough for a file of their own.
#include "policy/syntax/grammar_returns.hpp"

namespace bylaw::inline v0::policy::syntax {

namespace {

auto const moment = timestamp | date;
auto const hold_item = (word("scope") >> any_word) |
                       (word("await") >> path >> word("up") >> word("to") >> duration >> sym(",") >> word("otherwise") >> (word("hold") | expr)) | because |
                       (word("blocks") >> words) | (word("queue") >> name >> -(word("priority") >> number)) |
                       (word("release") >> ((word("when") >> expr) | (word("by") >> names))) | (word("clears") >> word("when") >> expr) |
                       (word("escalate") >> word("after") >> duration >> word("to") >> name) |
                       (word("expire") >> word("after") >> duration >> word("then") >> any_word >> -(sym(",") >> word("grace") >> duration) >>
                        -(sym(",") >> word("at") >> word("most") >> number >> word("per") >> duration)) |
                       (word("late") >> (word("recall") | (word("stop") >> word("ship")) | word("flag"))) | common;
auto const hold = node<K::hold>(block("hold", hold_item));

auto const stop_item = (word("for") >> any_word >> (name | text)) | (word("blocks") >> words) | (word("from") >> moment) | (word("until") >> moment) |
                       (word("by") >> names) | because;
auto const stop = node<K::stop>(block("stop", stop_item));

auto const validation_item =
    (word("scope") >> any_word) | because | word("reject") | (word("hold") >> name) | (word("repair") >> path >> word("to") >> expr) | common;
auto const validation = node<K::validation>(block("validation", validation_item));

auto const step = word("substitute") | word("backorder") | word("split") | word("ask") | word("cancel") | (word("hold") >> name);
auto const allocation_item = (word("from") >> expr) | (word("require") >> expr) | (word("prefer") >> ((word("lowest") | word("highest")) >> path) % sym(",")) |
                             (word("keep") >> ((word("safety") >> word("stock")) | sum)) |
                             (word("split") >> (word("never") | word("freely") | (word("at") >> word("most") >> number >> word("shipments")))) |
                             (word("reserve") >> word("for") >> duration) |
                             (word("scarce") >> word("by") >> (word("priority") | (word("promise") >> word("date")) | (word("fair") >> word("share")))) |
                             (word("short") >> step >> *(sym(",") >> word("then") >> step)) | common;
auto const allocation = node<K::allocation>(block("allocation", allocation_item));

auto const protect_item = (word("for") >> word("channel") >> name) | (word("keep") >> sum >> limits) |
                          (word("set") >> ((word("at") >> word("receipt")) | (word("daily") >> time_of_day))) | (word("until") >> moment) | common;
auto const protect = node<K::protect>(block("protect", protect_item));

auto const publish_item =
    (word("for") >> word("channel") >> name) | (word("offer") >> sum) | (word("zero") >> word("below") >> sum) | (word("at") >> word("most") >> sum) | common;
auto const publish = node<K::publish>(block("publish", publish_item));

auto const of_place = time_of_day >> word("of") >> path;
auto const deadline = node<K::deadline>(
    ((word("by") >> of_place) | (word("within") >> duration) | (word("next") >> word("business") >> word("day") >> -(word("by") >> of_place))) >> guard);
auto const service_item = ((word("ship") | word("deliver")) >> deadline >> *(sym(",") >> -word("otherwise") >> deadline)) |
                          (word("warn") >> duration >> word("before") >> word("to") >> name) | (word("miss") >> because) | common;
auto const service = node<K::service>(block("service", service_item));

auto const change_item = (word("allow") >> words >> word("until") >> name >> -word("once") >> guard >>
                          -(sym(",") >> word("otherwise") >> (word("intercept") | word("refuse") | (word("review") >> word("by") >> name)))) |
                         (word("recheck") >> word("holds")) | common;
auto const change = node<K::change>(block("change", change_item));

auto const backorder_item = (word("at") >> word("most") >> sum) | (word("ask") >> word("customer") >> word("after") >> duration) |
                            (word("cancel") >> word("after") >> duration >> guard) | (word("promise") >> word("supply") >> word("date")) | common;
auto const backorder = node<K::backorder>(block("backorder", backorder_item));

auto const over = node<K::over>(word("over") >> sum >> -(word("per") >> any_word) >> -(word("in") >> duration));
auto const approval_item = (word("for") >> any_word >> -(over >> *(word("or") >> over))) | (word("by") >> names) |
                           (word("not") >> word("by") >> word("requester")) | (word("persons") >> number >> over) |
                           (word("lapse") >> word("after") >> duration) | common;
auto const approval = node<K::approval>(block("approval", approval_item));

auto const brake_item = (word("for") >> any_word) | (word("at") >> word("most") >> sum >> word("per") >> duration) | (word("queue") >> name) |
                        (word("by") >> names) | because | common;
auto const brake = node<K::brake>(block("brake", brake_item));

auto const account = node<K::account>(name >> *(sym(":") >> name));
auto const posting_item = (word("on") >> path) | (word("each") >> name) | (word("company") >> expr) |
                          ((word("debit") | word("credit")) >> account >> sum >> guard) | (word("rounding") >> word("to") >> account) | common;
auto const posting = node<K::posting>(block("posting", posting_item));

auto const rule_declaration_def =
    hold | stop | validation | allocation | protect | publish | service | change | backorder | return_rule | approval | brake | posting;

}  // namespace

BOOST_SPIRIT_DEFINE(rule_declaration)
BOOST_SPIRIT_INSTANTIATE(decltype(rule_declaration), Iterator, Context)

}  // namespace bylaw::inline v0::policy::syntax
