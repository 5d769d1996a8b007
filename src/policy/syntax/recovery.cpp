#include <array>

#include <bylaw/values/quantity.hpp>

#include <bylaw/policy/diagnostic.hpp>
#include "policy/syntax/combinators.hpp"
#include "policy/syntax/recovery.hpp"

namespace bylaw::inline v0::policy::syntax {

namespace {

constexpr std::array declaration_words = {"policy", "use",       "list",      "define", "table",    "measure",    "record",     "extend",  "enum",    "role",
                                          "unit",   "reasons",   "function",  "hold",   "stop",     "validation", "allocation", "protect", "publish", "service",
                                          "change", "backorder", "mandatory", "return", "approval", "posting",    "workflow",   "brake",   "permit"};

constexpr std::array clause_words = {
    "scope",    "await",    "reason", "blocks",      "queue",    "release", "clears",   "escalate", "expire",   "late",      "effective", "when",
    "unless",   "before",   "note",   "for",         "from",     "until",   "by",       "reject",   "repair",   "require",   "prefer",    "keep",
    "split",    "reserve",  "scarce", "short",       "set",      "offer",   "zero",     "at",       "ship",     "deliver",   "warn",      "miss",
    "allow",    "recheck",  "ask",    "cancel",      "promise",  "within",  "accept",   "evidence", "receive",  "approve",   "review",    "deny",
    "refund",   "pay",      "fee",    "deduct",      "shipping", "label",   "exchange", "mismatch", "restock",  "refurbish", "scrap",     "quarantine",
    "not",      "persons",  "lapse",  "on",          "each",     "company", "debit",    "credit",   "rounding", "version",   "migrate",   "start",
    "state",    "final",    "region", "after",       "enter",    "leave",   "others",   "row",      "hit",      "otherwise", "currency",  "time",
    "holidays", "business", "window", "undelivered", "discount", "rank"};

template <class Words>
bool contains(Words const& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool is_word_of_position(Token const& token) {
  return token.kind == TokenKind::word && (contains(declaration_words, token.text) || contains(clause_words, token.text));
}

/// Where any value may begin, or any operator go on, one word says it better than twenty.
std::vector<std::string_view> summarized(std::vector<std::string_view> expected) {
  static constexpr std::array values = {std::string_view("-"),
                                        std::string_view("("),
                                        std::string_view("["),
                                        std::string_view("number"),
                                        std::string_view("name"),
                                        std::string_view("text in double quotes"),
                                        std::string_view("date such as 2026-11-01"),
                                        std::string_view("time such as 14:00"),
                                        std::string_view("point in time such as 2026-11-01 14:00"),
                                        std::string_view("duration such as 30 days"),
                                        std::string_view("true"),
                                        std::string_view("false"),
                                        std::string_view("now"),
                                        std::string_view("today"),
                                        std::string_view("count"),
                                        std::string_view("sum"),
                                        std::string_view("min"),
                                        std::string_view("max"),
                                        std::string_view("any"),
                                        std::string_view("every"),
                                        std::string_view("not")};
  static constexpr std::array operators = {
      std::string_view("."),       std::string_view("("),        std::string_view("else"),    std::string_view("*"),     std::string_view("/"),
      std::string_view("+"),       std::string_view("-"),        std::string_view("=="),      std::string_view("!="),    std::string_view("<="),
      std::string_view(">="),      std::string_view("<"),        std::string_view(">"),       std::string_view("not"),   std::string_view("in"),
      std::string_view("between"), std::string_view("is"),       std::string_view("before"),  std::string_view("after"), std::string_view("starts"),
      std::string_view("ends"),    std::string_view("contains"), std::string_view("matches"), std::string_view("and"),   std::string_view("or")};
  auto const replace = [&](auto const& words, std::string_view with) {
    expected.erase(std::remove_if(expected.begin(), expected.end(), [&](std::string_view word) { return contains(words, word); }), expected.end());
    expected.push_back(with);
  };
  if (contains(expected, "number") && contains(expected, "time such as 14:00")) replace(values, "a value");
  else if (contains(expected, "*") && contains(expected, "+")) replace(operators, "an operator");
  return expected;
}

std::string list_of(std::vector<std::string_view> const& all) {
  auto const expected = summarized(all);
  std::string text;
  std::size_t const shown = std::min<std::size_t>(expected.size(), 6);
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) text += i + 1 == shown ? " or " : ", ";
    bool const literal = expected[i].find(' ') == std::string_view::npos && expected[i] != "name" && expected[i] != "expression";
    text += literal ? "`" + std::string(expected[i]) + "`" : std::string(expected[i]);
  }
  return text;
}

bool is_comparison(Token const& token) {
  static constexpr std::array symbols = {"==", "!=", "<=", ">=", "<", ">"};
  return token.kind == TokenKind::symbol && contains(symbols, token.text);
}

std::string shown(Token const& token) {
  if (token.kind == TokenKind::end) return "the end of the file";
  auto text = std::string(token.text.substr(0, 40));
  if (text.size() < token.text.size()) text += "...";
  return "`" + text + "`";
}

}  // namespace

bool IsUnit::operator()(Token const& token) const { return token.kind == TokenKind::word && find_unit(token.text) != nullptr; }

bool starts_declaration(Token const* token) {
  if (!token->starts_line || token->kind != TokenKind::word || !contains(declaration_words, token->text)) return false;
  if (token->text == "use") return token[1].kind == TokenKind::text;
  if (token->text == "extend") return token[1].text == "record" || token[1].text == "enum";
  if (token->text == "mandatory") return token[1].text == "return";
  if (!IsName{}(token[1])) return false;  // a field or a state that is called like a declaration
  // `hold RULE;` and `return to vendor ...;` are clauses; a declaration has a name and then a block.
  return (token->text != "hold" && token->text != "return") || token[2].text == "{";
}

/// The parser went over a missing operand and took the next clause's first word for a name: `when x ==`
/// and below it `reason ...`.
Token const* taken_for_operand(Token const* begin, Token const* at) {
  auto const* token = at;
  for (int back = 0; back < 4 && token > begin; ++back, --token) {
    if (!token->starts_line || !is_word_of_position(*token)) continue;
    auto const& before = *(token - 1);
    bool const open = before.kind == TokenKind::symbol ? std::string_view(";{})]").find(before.text) == std::string_view::npos
                                                       : before.reserved && before.text != "otherwise" && before.text != "known";
    if (open) return token;
  }
  return nullptr;
}

std::string did_you_mean(Sink const& sink, Token const& at) {
  std::vector<std::string> words;
  for (auto const& expected : sink.expected) {
    if (expected.find(' ') == std::string_view::npos && expected.size() > 2) words.emplace_back(expected);
  }
  auto const near = at.kind == TokenKind::word ? nearest(at.text, words) : std::string{};
  return near.empty() ? "" : "did you mean `" + near + "`?";
}

/// What people of other languages write, and what it is called here.
std::string habit(Sink const& sink, Token const* at) {
  auto const wants = [&](std::string_view word) { return contains(sink.expected, word); };
  if (at->text == "=" && wants("==")) return "write `==` to compare";
  if (at->text == "," && wants("percent") && at[1].kind == TokenKind::number) return "write the number without commas: 1000.00";
  if (wants("known")) return "`is` asks whether a fact is there: `is known`; a value is compared with `==`";
  if (sink.expected.size() == 1 && wants("over")) return "write `over 0.00 USD` for any amount";
  if (wants("of") && (at->text == "from" || at->text == "after")) return "write `of`: within 30 days of delivery";
  if (wants("longest") && at->kind == TokenKind::word) return "write `within no limit`, or a time such as `within 30 days of delivery`";
  if (wants(",") && at->kind == TokenKind::word && !at->reserved) return "names are separated by commas";
  if (at->text == "," && wants(";")) return "only one stands here";
  return "";
}

/// The same for the first word of a clause.
std::string habit_of_clause(std::string_view word) {
  if (word == "if") return "write `when`";
  if (word == "except") return "write `unless`";
  if (word == "priority") return "it follows the queue: queue NAME priority 10;";
  if (word == "code") return "write `reason CODE \"text\";`";
  return "";
}

void report_stuck(Sink& sink, Token const* begin, std::string_view what) {
  auto const* at = sink.farthest == nullptr ? begin : sink.farthest;
  auto const here = [&](Token const& token) { return Span{sink.cst.source_index, token.begin_offset, token.end_offset}; };
  if (sink.too_deep) {
    sink.too_deep = false;
    sink.out.push_back(finding("BY0103", here(*at)));
    return;
  }
  auto help = did_you_mean(sink, *at);
  if (at == begin) {
    if (what == "clause" && help.empty()) help = habit_of_clause(at->text);
    if (help.empty() && sink.expected.size() <= 8) help = "expected " + list_of(sink.expected);
    sink.out.push_back(finding(what == "clause" ? "BY0202" : "BY0203", here(*at), {{"found", shown(*at)}, {"help", help}}));
    return;
  }
  auto span = here(*at);
  bool const could_end = std::find(sink.expected.begin(), sink.expected.end(), ";") != sink.expected.end();
  bool const ends_here = sink.expected.size() == 1 || at->text == "}" || (at->starts_line && is_word_of_position(*at));
  if (auto const* next = taken_for_operand(begin, at)) {
    sink.out.push_back(finding("BY0215", here(*(next - 1)), {{"next", std::string(next->text)}}));
    return;
  }
  if (could_end && ends_here) {
    // A missing `;` is shown behind the token it should follow, where the author has to type it.
    sink.expected = {";"};
    help = "end every clause with `;`";
    span = here(*(at - 1));
  } else if (is_comparison(*at) && contains(sink.expected, "*")) {
    help = "one comparison stands alone: join two with `and`, or write `... between 1 and 3`";
  } else if (at->reserved && std::find(sink.expected.begin(), sink.expected.end(), "name") != sink.expected.end()) {
    help = "`" + std::string(at->text) + "` is a reserved word; write it in backquotes to use it as a name";
  }
  if (help.empty()) help = habit(sink, at);
  sink.out.push_back(finding("BY0201", span, {{"expected", list_of(sink.expected)}, {"found", shown(*at)}, {"help", help}}));
}

Token const* resume_clause(Token const* begin, Token const* farthest, Token const* last) {
  auto const* at = farthest != nullptr && farthest > begin ? farthest : begin + 1;
  int depth = 0;
  for (; at != last && at->kind != TokenKind::end; ++at) {
    if (at != begin && at->starts_line && depth == 0 && is_word_of_position(*at)) return at;
    if (at != begin && starts_declaration(at)) return at;
    if (at->text == "{") ++depth;
    if (at->text == "}" && depth-- == 0) return at;
    if (at->text == ";" && depth == 0) return at + 1;
  }
  return at != last ? at : nullptr;
}

}  // namespace bylaw::inline v0::policy::syntax
