#include <algorithm>
#include <array>

#include <bylaw/policy/diagnostic.hpp>
#include "policy/diagnostic/utf8.hpp"
#include "policy/syntax/token.hpp"

namespace bylaw::inline v0::policy::syntax {

namespace {

constexpr std::array<std::string_view, 44> reserved_words = {
    "after",   "and",    "any", "as",    "at",      "before", "between", "by",     "contains", "count", "else", "ends",  "every",     "false", "for",
    "from",    "in",     "is",  "known", "matches", "max",    "min",     "not",    "now",      "of",    "on",   "or",    "otherwise", "over",  "per",
    "percent", "starts", "sum", "then",  "to",      "today",  "true",    "unless", "until",    "up",    "when", "where", "with",      "within"};

constexpr std::array<std::string_view, 14> duration_words = {"second", "seconds", "minute", "minutes", "hour",   "hours", "day",
                                                             "days",   "week",    "weeks",  "month",   "months", "year",  "years"};

bool is_reserved(std::string_view word) { return std::binary_search(reserved_words.begin(), reserved_words.end(), word); }

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word_char(char c) { return is_letter(c) || is_digit(c) || c == '_'; }

class Lexer {
 public:
  Lexer(Source const& source, std::uint32_t source_index, Diagnostics& out) : text_(source.text), source_index_(source_index), out_(out) {}

  TokenList run() {
    if (text_.size() > source_bytes_max) {
      return refuse("BY0101", 0, 0);
    }
    if (text_.substr(0, 3) == "\xEF\xBB\xBF") {
      report("BY0106", 0, 3);
      at_ = 3;
    }
    bool new_line = true;
    while (skip_blank(new_line) && list_.usable) {
      auto const begin = at_;
      auto const count = list_.tokens.size();
      scan();
      if (at_ - begin > token_bytes_max) {
        return refuse("BY0102", begin, begin + 1);
      }
      if (list_.tokens.size() > count) list_.tokens.back().starts_line = new_line;
      new_line = false;
    }
    push(TokenKind::end, text_.size());
    list_.tokens.back().starts_line = true;
    return std::move(list_);
  }

 private:
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  void report(char const* code, std::size_t begin, std::size_t end, std::vector<Argument> arguments = {}) {
    out_.push_back(finding(code, {source_index_, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)}, std::move(arguments)));
  }

  TokenList refuse(char const* code, std::size_t begin, std::size_t end) {
    report(code, begin, end);
    list_.usable = false;
    list_.tokens.clear();
    push(TokenKind::end, text_.size());
    return std::move(list_);
  }

  void push(TokenKind kind, std::size_t begin) {
    Token token;
    token.kind = kind;
    token.begin_offset = static_cast<std::uint32_t>(begin);
    token.end_offset = static_cast<std::uint32_t>(at_ < begin ? begin : at_);
    token.text = text_.substr(begin, token.end_offset - begin);
    token.reserved = kind == TokenKind::word && is_reserved(token.text);
    list_.tokens.push_back(token);
  }

  /// Moves over blanks and comments; false at the end of the text.
  bool skip_blank(bool& new_line) {
    while (at_ < text_.size()) {
      char const c = text_[at_];
      if (c == '\n') new_line = true;
      if (is_lone_return(at_)) {
        report("BY0104", at_, at_ + 1);
        if (out_.size() > 100) list_.usable = false;
        ++at_;
      } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
        ++at_;
      } else if (c == '#') {
        skip_comment();
      } else {
        return true;
      }
    }
    return false;
  }

  void skip_comment() {
    auto const begin = at_;
    while (at_ < text_.size() && text_[at_] != '\n') {
      auto const length = utf8_length(text_, at_);
      if (is_lone_return(at_)) break;  // an editor ends the line here, and so hides or shows what follows
      if (length == 0 || is_control(text_[at_])) return skip_bad_bytes();
      at_ += length;
    }
    auto end = at_;
    while (end > begin && (text_[end - 1] == '\r' || text_[end - 1] == ' ' || text_[end - 1] == '\t')) --end;
    list_.comments.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end), text_.substr(begin, end - begin)});
  }

  /// A line ends with LF or CRLF.
  bool is_lone_return(std::size_t at) const { return text_[at] == '\r' && (at + 1 == text_.size() || text_[at + 1] != '\n'); }

  static bool is_control(char c) {
    auto const byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7F;
  }

  /// One diagnostic for a run of bytes that no policy may contain.
  void skip_bad_bytes() {
    auto const begin = at_;
    bool const control = is_control(text_[at_]);
    while (at_ < text_.size() && (is_control(text_[at_]) || utf8_length(text_, at_) == 0)) ++at_;
    report(control ? "BY0104" : "BY0105", begin, at_);
    if (out_.size() > 100) list_.usable = false;
  }

  void scan() {
    char const c = peek();
    if (is_letter(c)) return scan_word();
    if (is_digit(c)) return scan_number();
    if (c == '"') return scan_text();
    if (c == '`') return scan_quoted_word();
    if (is_control(c) || utf8_length(text_, at_) == 0) return skip_bad_bytes();
    scan_symbol();
  }

  void scan_word() {
    auto const begin = at_;
    while (is_word_char(peek())) ++at_;
    push(TokenKind::word, begin);
  }

  void scan_quoted_word() {
    auto const begin = at_++;
    while (at_ < text_.size() && peek() != '`' && peek() != '\n') ++at_;
    if (peek() != '`') return report("BY0107", begin, at_, {{"what", "the name in backquotes"}, {"mark", "`"}});
    ++at_;
    push(TokenKind::quoted_word, begin);
  }

  void scan_text() {
    auto const begin = at_++;
    while (at_ < text_.size() && peek() != '"' && peek() != '\n') {
      if (peek() == '\\') {
        scan_escape();
      } else if (is_control(peek()) || utf8_length(text_, at_) == 0) {
        skip_bad_bytes();
      } else {
        at_ += utf8_length(text_, at_);
      }
    }
    if (peek() != '"') return report("BY0107", begin, at_, {{"what", "the text"}, {"mark", "a double quote"}});
    ++at_;
    push(TokenKind::text, begin);
  }

  void scan_escape() {
    auto const begin = at_++;
    char const c = peek();
    if (c == '"' || c == '\\' || c == 'n' || c == 't') {
      ++at_;
      return;
    }
    if (c == 'u' && peek(1) == '{') {
      std::size_t digits = 0;
      while (std::string_view("0123456789abcdefABCDEF").find(peek(2 + digits)) != std::string_view::npos && peek(2 + digits) != '\0') {
        ++digits;
      }
      if (digits >= 1 && digits <= 6 && peek(2 + digits) == '}') {
        at_ += 3 + digits;
        return;
      }
    }
    report("BY0108", begin, std::min(at_ + 1, text_.size()));
  }

  bool digits_at(std::size_t ahead, std::size_t count) const {
    for (std::size_t i = 0; i < count; ++i) {
      if (!is_digit(peek(ahead + i))) return false;
    }
    return true;
  }

  /// The shape of a date wins over subtraction: 2026-11-01 is always a date.
  void scan_number() {
    auto const begin = at_;
    if (digits_at(0, 4) && peek(4) == '-' && digits_at(5, 2) && peek(7) == '-' && digits_at(8, 2) && !is_digit(peek(10))) {
      at_ += 10;
      if (peek() == ' ' && digits_at(1, 2) && peek(3) == ':' && digits_at(4, 2)) {
        at_ += 6;
        return push(TokenKind::timestamp, begin);
      }
      return push(TokenKind::date, begin);
    }
    if (digits_at(0, 2) && peek(2) == ':' && digits_at(3, 2)) {
      at_ += 5;
      return push(TokenKind::time, begin);
    }
    while (is_digit(peek())) ++at_;
    if (peek() == '.' && is_digit(peek(1))) {
      ++at_;
      while (is_digit(peek())) ++at_;
      return push(TokenKind::number, begin);
    }
    push(scan_duration_words() ? TokenKind::duration : TokenKind::number, begin);
  }

  /// `72 hours`, `3 business days`: the unit words belong to the number.
  bool scan_duration_words() {
    auto const start = at_;
    auto const next_word = [&]() -> std::string_view {
      while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') ++at_;
      auto const begin = at_;
      while (is_word_char(peek())) ++at_;
      return text_.substr(begin, at_ - begin);
    };
    if (!(peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r')) return false;
    auto word = next_word();
    bool const business = word == "business";
    if (business) word = next_word();
    bool const unit = std::find(duration_words.begin(), duration_words.end(), word) != duration_words.end();
    bool const fits = !business || word.substr(0, 6) == "minute" || word.substr(0, 4) == "hour" || word.substr(0, 3) == "day";
    if (unit && fits) return true;
    at_ = start;
    return false;
  }

  void scan_symbol() {
    auto const begin = at_;
    auto const two = text_.substr(at_, 2);
    if (two == "==" || two == "!=" || two == "<=" || two == ">=") {
      at_ += 2;
      return push(TokenKind::symbol, begin);
    }
    char const c = peek();
    if (std::string_view("{}()[],;:=<>+-*/.").find(c) == std::string_view::npos) {
      at_ += utf8_length(text_, at_);
      std::string const help = c == '%'    ? "write `15 percent`"
                               : c == '$'  ? "write the currency after the number, such as 12.50 USD"
                               : c == '\'' ? "texts stand in double quotes"
                               : c == '&'  ? "write `and`"
                               : c == '|'  ? "write `or`"
                               : c == '!'  ? "write `not`, or `!=`"
                                           : "";
      return report("BY0109", begin, at_, {{"found", std::string(text_.substr(begin, at_ - begin))}, {"help", help}});
    }
    ++at_;
    push(TokenKind::symbol, begin);
    track_nesting(c, begin);
  }

  void track_nesting(char c, std::size_t begin) {
    if (c == '(' || c == '[' || c == '{') ++depth_;
    if ((c == ')' || c == ']' || c == '}') && depth_ > 0) --depth_;
    if (depth_ <= nesting_depth_max) return;
    report("BY0103", begin, begin + 1);
    list_.usable = false;
  }

  std::string_view text_;
  std::uint32_t source_index_;
  Diagnostics& out_;
  TokenList list_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

TokenList tokenize(Source const& source, std::uint32_t source_index, Diagnostics& out) { return Lexer(source, source_index, out).run(); }

}  // namespace bylaw::inline v0::policy::syntax
