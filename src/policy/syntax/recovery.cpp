#include <array>

#include <bylaw/values/quantity.hpp>

#include "policy/syntax/combinators.hpp"
#include "policy/syntax/recovery.hpp"

namespace bylaw::inline v0::policy::syntax {

namespace {

constexpr std::array declaration_words = {
    "policy", "use",     "list",     "define",   "table",     "measure", "record",   "extend",   "enum",  "role",
    "unit",   "reasons", "function", "hold",     "stop",      "validation", "allocation", "protect", "publish", "service",
    "change", "backorder", "mandatory", "return", "approval", "posting", "workflow"};

constexpr std::array clause_words = {
    "scope",   "await",  "reason",  "blocks",   "queue",   "release", "clears",   "escalate", "expire",  "late",
    "effective", "when", "unless",  "before",   "note",    "for",     "from",     "until",    "by",      "reject",
    "repair",  "require", "prefer", "keep",     "split",   "reserve", "scarce",   "short",    "set",     "offer",
    "zero",    "at",     "ship",    "deliver",  "warn",    "miss",    "allow",    "recheck",  "ask",     "cancel",
    "promise", "within", "accept",  "evidence", "receive", "approve", "review",   "deny",     "refund",  "pay",
    "fee",     "deduct", "shipping", "label",   "exchange", "mismatch", "restock", "refurbish", "scrap", "quarantine",
    "not",     "persons", "lapse",  "on",       "each",    "company", "debit",    "credit",   "rounding", "version",
    "migrate", "start",  "state",   "final",    "region",  "after",   "enter",    "leave",    "others",  "row",
    "hit",     "otherwise", "currency", "time",  "holidays", "business", "window", "undelivered", "discount", "rank"};

template <class Words>
bool contains(Words const& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool is_word_of_position(Token const& token) {
  return token.kind == TokenKind::word && (contains(declaration_words, token.text) || contains(clause_words, token.text));
}

std::string list_of(std::vector<std::string_view> const& expected) {
  std::string text;
  std::size_t const shown = std::min<std::size_t>(expected.size(), 6);
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) text += i + 1 == shown ? " or " : ", ";
    bool const literal = expected[i].find(' ') == std::string_view::npos && expected[i] != "name" && expected[i] != "expression";
    text += literal ? "`" + std::string(expected[i]) + "`" : std::string(expected[i]);
  }
  return text;
}

std::string shown(Token const& token) {
  if (token.kind == TokenKind::end) return "the end of the file";
  auto text = std::string(token.text.substr(0, 40));
  if (text.size() < token.text.size()) text += "...";
  return "`" + text + "`";
}

}  // namespace

bool IsUnit::operator()(Token const& token) const {
  return token.kind == TokenKind::word && find_unit(token.text) != nullptr;
}

bool starts_declaration(Token const& token) {
  return token.starts_line && token.kind == TokenKind::word && contains(declaration_words, token.text);
}

void report_stuck(Sink& sink, Token const* begin, std::string_view what) {
  auto const* at = sink.farthest == nullptr ? begin : sink.farthest;
  Diagnostic found;
  found.code = "BY0201";
  std::string help;
  if (sink.too_deep) {
    found.code = "BY0103";
    found.message = "this is nested more than 200 deep";
    help = "name parts of it with `define`";
    sink.too_deep = false;
  } else if (at == begin) {
    found.code = what == "clause" ? "BY0202" : "BY0203";
    found.message = shown(*at) + " does not begin a " + std::string(what);
    if (sink.expected.size() <= 8) help = "expected " + list_of(sink.expected);
  } else {
    found.message = "expected " + list_of(sink.expected) + ", found " + shown(*at);
    if (sink.expected.size() == 1 && sink.expected[0] == ";") help = "end every clause with `;`";
    if (at->reserved && std::find(sink.expected.begin(), sink.expected.end(), "name") != sink.expected.end()) {
      help = "`" + std::string(at->text) + "` is a reserved word; write it in backquotes to use it as a name";
    }
  }
  // A missing `;` is shown behind the token it should follow, where the author has to type it.
  Span span{sink.cst.source_index, at->begin_offset, at->end_offset};
  if (sink.expected.size() == 1 && sink.expected[0] == ";" && at != begin) {
    auto const* before = at - 1;
    span = {sink.cst.source_index, before->begin_offset, before->end_offset};
  }
  found.labels.push_back({span, ""});
  found.help = help;
  sink.out.push_back(std::move(found));
}

Token const* resume_clause(Token const* begin, Token const* farthest, Token const* last) {
  auto const* at = farthest != nullptr && farthest > begin ? farthest : begin + 1;
  int depth = 0;
  for (; at != last && at->kind != TokenKind::end; ++at) {
    if (at != begin && at->starts_line && depth == 0 && is_word_of_position(*at)) return at;
    if (starts_declaration(*at) && at->text != "return" && at->text != "hold") return at;
    if (at->text == "{") ++depth;
    if (at->text == "}" && depth-- == 0) return at;
    if (at->text == ";" && depth == 0) return at + 1;
  }
  return at != last ? at : nullptr;
}

}  // namespace bylaw::inline v0::policy::syntax
