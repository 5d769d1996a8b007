// The grammar of docs/language.md section 3, rule by rule and in its order. The
// words of a rule stand here as there; what differs is only the notation.
#include "policy/syntax/combinators.hpp"
#include "policy/syntax/recovery.hpp"

namespace bylaw::inline v0::policy::syntax {

namespace {

using Iterator = Token const*;
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

struct expr_rule;
struct conj_rule;
struct negation_rule;
struct primary_rule;
struct type_rule;
struct state_rule;
x3::rule<expr_rule> const expr = "expression";
x3::rule<conj_rule> const conj = "condition";
x3::rule<negation_rule> const negation = "condition";
x3::rule<primary_rule> const primary = "value";
x3::rule<type_rule> const type = "type";
x3::rule<state_rule> const state_item = "clause of a state";

// ---- expressions ----
auto const path = node<K::path>(name >> *(sym(".") >> any_word));
auto const reference =
    node<K::reference>(name >> -(sym("(") >> -(expr % sym(",")) >> sym(")")) >> *(sym(".") >> any_word));
auto const list_value = node<K::list_value>(sym("[") >> -(expr % sym(",")) >> sym("]"));
auto const source = node<K::source>(name >> -(word("as") >> name) >> -(word("of") >> path));
auto const filter = word("where") >> expr;
auto const over_records = word("for") >> source >> -filter;
auto const aggregate = node<K::aggregate>(
    (word("count") >> sym("(") >> source >> -filter >> sym(")")) |
    (word("sum") >> sym("(") >> expr >> over_records >> sym(")")) |
    ((word("min") | word("max")) >> sym("(") >> expr >> (over_records | +(sym(",") >> expr)) >> sym(")")));
auto const number_forms =
    number >> -((word("percent") >> -(word("of") >> primary)) | (word("unit") >> name) | unit_word | currency);
auto const primary_def = nested(folded<K::primary>(
    timestamp | date | time_of_day | duration | number_forms | text | word("true") | word("false") | word("now") |
    word("today") | list_value | aggregate | (sym("(") >> expr >> sym(")")) | reference));
auto const operand = folded<K::operand>(-sym("-") >> primary >> *(word("else") >> -sym("-") >> primary));
auto const product = folded<K::product>(operand >> *((sym("*") | sym("/")) >> operand));
auto const sum = folded<K::sum>(product >> *((sym("+") | sym("-")) >> product));
auto const compare = sym("==") | sym("!=") | sym("<=") | sym(">=") | sym("<") | sym(">");
auto const comparison = folded<K::comparison>(
    sum >> -((compare >> sum) |
             (-word("not") >> ((word("in") >> sum) | (word("between") >> sum >> word("and") >> sum))) |
             (word("is") >> -word("not") >> word("known")) |
             ((word("before") | word("after")) >> time_of_day >> word("of") >> path) |
             ((word("starts") | word("ends")) >> word("with") >> text) | (word("contains") >> sum) |
             (word("matches") >> text)));
auto const quantifier = node<K::quantifier>((word("any") | word("every")) >> source >> word("where") >> conj);
auto const negation_def = nested(folded<K::negation>((word("not") >> negation) | quantifier | comparison));
auto const conj_def = folded<K::conjunction>(negation >> *(word("and") >> negation));
auto const expr_def = folded<K::disjunction>(conj >> *(word("or") >> conj));

// ---- pieces of declarations ----
auto const type_def = nested(node<K::type>(
    (word("optional") >> type) | (word("list") >> word("of") >> type) | (word("many") >> name) |
    (word("quantity") >> -(word("in") >> unit_word)) |
    (word("money") >> -(word("in") >> word("any") >> word("currency"))) | name));
auto const param = node<K::param>(any_word >> sym(":") >> type);
auto const params = sym("(") >> param % sym(",") >> sym(")");
auto const period = word("from") >> date >> -(word("until") >> date);
auto const names = name % sym(",");
auto const words = any_word % sym(",");
auto const guard = -(word("when") >> expr) >> -(word("unless") >> expr);
auto const because = word("reason") >> name >> -text;
auto const common = (word("effective") >> period) | (word("when") >> expr) | (word("unless") >> expr) |
                    (word("before") >> name) | (word("note") >> text);

template <class Item>
auto block(char const* keyword, Item const& item) {
  return word(keyword) >> name >> sym("{") >> *clause(item) >> sym("}");
}

// ---- the header ----
auto const header_item =
    (word("effective") >> period) | (word("currency") >> currency) | (word("time") >> word("zone") >> text) |
    (word("holidays") >> name) | (word("business") >> word("hours") >> time_of_day >> word("to") >> time_of_day) |
    (word("window") >> word("edge") >> (word("inclusive") | word("exclusive"))) |
    (word("undelivered") >> any_word >> word("plus") >> duration) |
    (word("refund") >> word("above") >> word("remaining") >> (word("refuse") | word("cap"))) |
    (word("discount") >> ((word("keep") >> word("shares")) | (word("recompute") >> word("promotion")))) |
    (word("short") >> word("network") >>
     ((word("all") >> word("or") >> word("nothing")) | (word("ship") >> word("what") >> word("is") >> word("available")))) |
    (word("rank") >> (word("before") | word("after")) >> word("reservations"));
auto const header = node<K::header>(block("policy", header_item));

// ---- declarations that are not rules ----
auto const use = node<K::use>(word("use") >> text >> sym(";"));
auto const list = node<K::list>(word("list") >> name >> sym("=") >> list_value >> sym(";"));
auto const define = node<K::define>(word("define") >> name >> -params >> sym("=") >> expr >> sym(";"));
auto const record_field = any_word >> sym(":") >> type >> -word("personal");
auto const record = node<K::record>(-word("extend") >> block("record", record_field));
auto const enumeration = node<K::enumeration>(word("enum") >> name >> sym("=") >> sym("[") >> names >> sym("]") >> sym(";"));
auto const role = node<K::role>(word("role") >> name >> -(word("includes") >> names) >> sym(";"));
auto const reason_row = name >> text >> -(word("fault") >> any_word);
auto const reasons = node<K::reasons>(block("reasons", reason_row));

// ---- rules ----
auto const hold_item =
    (word("scope") >> any_word) |
    (word("await") >> reference >> word("up") >> word("to") >> duration >> sym(",") >> word("otherwise") >>
     (word("hold") | expr)) |
    because | (word("blocks") >> words) | (word("queue") >> name >> -(word("priority") >> number)) |
    (word("release") >> ((word("when") >> expr) | (word("by") >> names))) | (word("clears") >> word("when") >> expr) |
    (word("escalate") >> word("after") >> duration >> word("to") >> name) |
    (word("expire") >> word("after") >> duration >> word("then") >> any_word >>
     -(sym(",") >> word("grace") >> duration) >>
     -(sym(",") >> word("at") >> word("most") >> number >> word("per") >> duration)) |
    (word("late") >> (word("recall") | (word("stop") >> word("ship")) | word("flag"))) | common;
auto const hold = node<K::hold>(block("hold", hold_item));

auto const step = word("substitute") | word("backorder") | word("split") | word("cancel") | (word("hold") >> name);
auto const allocation_item =
    (word("from") >> expr) | (word("require") >> expr) |
    (word("prefer") >> ((word("lowest") | word("highest")) >> path) % sym(",")) |
    (word("keep") >> ((word("safety") >> word("stock")) | sum)) |
    (word("split") >> (word("never") | (word("at") >> word("most") >> number >> word("shipments")))) |
    (word("reserve") >> word("for") >> duration) |
    (word("scarce") >> word("by") >>
     (word("priority") | (word("promise") >> word("date")) | (word("fair") >> word("share")))) |
    (word("short") >> step >> *(sym(",") >> word("then") >> step)) | common;
auto const allocation = node<K::allocation>(block("allocation", allocation_item));

auto const limits = -(sym(",") >> word("at") >> word("least") >> sum) >> -(sym(",") >> word("at") >> word("most") >> sum);
auto const window = node<K::window>(((duration >> word("of") >> any_word) | (word("until") >> date)) >> guard);
auto const verdict = word("otherwise") | guard;
auto const payment =
    node<K::payment>(word("at") >> name >> -(word("within") >> duration) >> -(word("up") >> word("to") >> sum) >> guard);
auto const return_item =
    (word("within") >> ((word("no") >> word("limit")) | (-(word("longest") >> word("of")) >> window % sym(",")))) |
    (word("require") >> expr >> because) | (word("accept") >> names) | (word("evidence") >> names >> guard) |
    (word("receive") >> word("at") >> names) | (word("approve") >> verdict) |
    (word("review") >> word("by") >> name >> verdict) | (word("deny") >> because >> verdict) |
    (word("refund") >> word("to") >> name >> *(((sym(",") >> word("then")) | word("or")) >> name) >> guard) |
    (word("pay") >> payment >> *(sym(",") >> -word("otherwise") >> payment)) |
    ((word("fee") | word("deduct")) >> sum >> -(word("as") >> name) >> -(word("per") >> any_word) >> limits >>
     -(sym(",") >> word("taxed")) >> guard) |
    (word("shipping") >> word("refund") >> -(word("at") >> word("most") >> sum) >> guard) |
    (word("label") >> name >> guard >> *(sym(",") >> -word("otherwise") >> name >> guard)) |
    (word("exchange") >> word("same") >> (word("item") | word("product")) >> guard) |
    (word("keep") >> word("item") >> guard) |
    (word("mismatch") >> (word("accept") | word("deny") | (word("review") >> word("by") >> name))) |
    ((word("restock") | word("refurbish") | (word("return") >> word("to") >> word("vendor")) | word("scrap") |
      word("quarantine")) >> (word("otherwise") | (names >> guard))) |
    common;
auto const return_rule = node<K::return_rule>(-word("mandatory") >> block("return", return_item));

// ---- workflows ----
auto const action = node<K::action>(any_word >> -(sym("(") >> expr % sym(",") >> sym(")")));
auto const actions = action % sym(",");
auto const effect = -(word("do") >> actions) >> -(word("go") >> name);
auto const state = node<K::state>(-word("final") >> word("state") >> name >>
                                  (sym(";") | (sym("{") >> *state_item >> sym("}"))));
auto const state_clause = node<K::clause>(
    (word("start") >> name >> sym(";")) |
    (word("on") >> any_word >> -(word("by") >> names) >> guard >> effect >> sym(";")) |
    (word("when") >> expr >> effect >> sym(";")) | (word("after") >> duration >> guard >> effect >> sym(";")) |
    (word("enter") >> actions >> sym(";")) | (word("leave") >> actions >> sym(";")) |
    (word("others") >> (word("ignore") | word("reject") | (word("dead") >> word("letter")) |
                        (word("park") >> word("up") >> word("to") >> duration)) >> sym(";")));
auto const region = node<K::region>(word("region") >> name >> sym("{") >> *state_item >> sym("}"));
auto const any_state_item = state | region | state_clause;
auto const state_item_def = nested(ClauseParser<std::decay_t<decltype(any_state_item)>>(any_state_item));
auto const version = node<K::version>(word("version") >> number >> sym(";"));
auto const migrate = node<K::migrate>(word("migrate") >> word("from") >> number >> sym("{") >>
                                      *(name >> word("becomes") >> name >> sym(";")) >> sym("}"));
auto const workflow = node<K::workflow>(word("workflow") >> name >> -(word("extends") >> name) >> sym("{") >>
                                        *(version | migrate | state_item) >> sym("}"));

auto const declaration = use | list | define | record | enumeration | role | reasons | hold | allocation | return_rule | workflow;

BOOST_SPIRIT_DEFINE(expr, conj, negation, primary, type, state_item)

/// Declarations of the language whose turn comes with a later version.
bool is_later_declaration(Token const& token) {
  for (auto const* later : {"table", "measure", "unit", "function", "stop", "validation", "protect", "publish", "service",
                            "change", "backorder", "approval", "posting"}) {
    if (token.kind == TokenKind::word && token.text == later) return true;
  }
  return false;
}

class FileParser {
 public:
  FileParser(Cst& cst, Diagnostics& out)
      : sink_{cst, out, {}, nullptr, {}, 0, false}, at_(cst.tokens.data()), last_(cst.tokens.data() + cst.tokens.size() - 1) {}

  void run() {
    if (at_->text == "policy") one(header);
    while (at_ != last_) {
      if (at_->text == "policy") {
        misplaced_header();
      } else if (is_later_declaration(*at_)) {
        later_declaration();
      } else {
        one(declaration);
      }
    }
  }

 private:
  template <class Parser>
  void one(Parser const& parser) {
    auto const* const begin = at_;
    auto const findings = sink_.out.size();
    sink_.farthest = nullptr;
    sink_.stack.clear();
    if (x3::parse(at_, last_, x3::with<SinkTag>(std::ref(sink_))[parser])) {
      sink_.cst.declarations.push_back(sink_.stack.back());
      return;
    }
    // A clause inside may have been reported already; the block then lacks only its end.
    if (sink_.out.size() == findings || sink_.farthest == nullptr || sink_.farthest->kind == TokenKind::end) {
      report_stuck(sink_, begin, "declaration");
    }
    skip_declaration(begin);
  }

  void skip_declaration(Token const* begin) {
    at_ = std::max(begin + 1, sink_.farthest == nullptr ? begin + 1 : sink_.farthest);
    while (at_ < last_ && !starts_declaration(*at_)) ++at_;
    at_ = std::min(at_, last_);
  }

  void report(char const* code, std::string message, std::string help) {
    sink_.out.push_back({Severity::error, code, std::move(message),
                         {{{sink_.cst.source_index, at_->begin_offset, at_->end_offset}, ""}}, std::move(help)});
  }

  void misplaced_header() {
    report("BY0204", "`policy` stands once and first in a file", "move it to the top, or remove it");
    auto const* const begin = at_;
    sink_.farthest = nullptr;
    skip_declaration(begin);
  }

  void later_declaration() {
    report("BY0205", "`" + std::string(at_->text) + "` declarations are not part of this version of Bylaw",
           "this version knows policy, use, list, define, enum, record, role, reasons, hold, allocation, return and workflow");
    auto const* const begin = at_;
    sink_.farthest = nullptr;
    skip_declaration(begin);
  }

  Sink sink_;
  Token const* at_;
  Token const* last_;
};

}  // namespace

Cst parse(Source const& source, std::uint32_t source_index, Diagnostics& out) {
  Cst cst;
  cst.source_index = source_index;
  auto list = tokenize(source, source_index, out);
  cst.tokens = std::move(list.tokens);
  cst.doc_comments = std::move(list.doc_comments);
  if (list.usable) FileParser(cst, out).run();
  return cst;
}

}  // namespace bylaw::inline v0::policy::syntax
