// Random policies, well formed and laid out at will: formatting keeps the tree and every comment, and
// formatting again changes nothing.
#include <algorithm>
#include <random>
#include <string>

#include <doctest/doctest.h>

#include <bylaw/policy/format.hpp>

using namespace bylaw;

namespace {

/// Writes random text by the grammar of docs/language.md; types do not matter here.
class Writer {
 public:
  explicit Writer(std::uint64_t seed) : random_(seed) {}

  std::string file() {
    out_.clear();
    if (chance(2)) {
      word("policy");
      name();
      open();
      if (chance(2)) {
        word("currency");
        word("USD");
        end();
      }
      if (chance(2)) {
        word("time");
        word("zone");
        word("\"UTC\"");
        end();
      }
      close();
    }
    for (int i = below(6); i >= 0; --i) declaration();
    comment();
    return out_;
  }

 private:
  int below(int n) { return static_cast<int>(random_() % static_cast<std::uint64_t>(n)); }
  bool chance(int n) { return below(n) == 0; }
  template <class... Words>
  void one_of(Words... words) {
    char const* list[] = {words...};
    word(list[below(static_cast<int>(sizeof...(words)))]);
  }
  void comment() {
    if (chance(8)) out_ += chance(2) ? " # about\n" : "\n## doc comment; with } and \"\n";
  }
  void gap() {
    static char const* const gaps[] = {" ", " ", " ", "  ", "\n", "\n  ", "\t", "\r\n"};
    out_ += gaps[below(8)];
    if (chance(25)) out_ += "# note\n";
  }
  void word(std::string const& text) {
    gap();
    out_ += text;
  }
  void name() {
    static char const* const names[] = {"order", "total", "a", "line", "`over`", "customer_1", "US", "x9", "hold", "reason", "policy"};
    word(names[below(11)]);
  }
  void open() { word("{"); }
  void close() { word("}"); }
  void end() {
    word(";");
    comment();
  }

  void path() {
    name();
    for (int i = below(3); i > 0; --i) out_ += "." + std::string(chance(2) ? "total" : "when");
  }
  void primary(int depth) {
    switch (below(depth > 2 ? 6 : 12)) {
      case 0:
        word("500.00");
        word("USD");
        break;
      case 1:
        word("12");
        word("each");
        break;
      case 2: word("3 business days"); break;
      case 3: word("2026-11-01"); break;
      case 4: word("\"a; b # c\""); break;
      case 5: path(); break;
      case 6:
        word("[");
        expr(depth + 2);
        word(",");
        expr(depth + 2);
        word("]");
        break;
      case 7:
        word("(");
        expr(depth + 1);
        word(")");
        break;
      case 8:
        name();
        out_ += "(";
        expr(depth + 2);
        word(")");
        break;
      case 9:
        word("count");
        out_ += "(";
        name();
        word("where");
        expr(depth + 2);
        word(")");
        break;
      case 10:
        word("15");
        word("percent");
        word("of");
        primary(depth + 1);
        break;
      default:
        word("max");
        out_ += "(";
        expr(depth + 2);
        word(",");
        expr(depth + 2);
        word(")");
        break;
    }
  }
  void operand(int depth) {
    if (chance(8)) word("-");
    primary(depth);
    if (chance(6)) {
      word("else");
      primary(depth + 1);
    }
  }
  void sum(int depth) {
    operand(depth);
    for (int i = below(4) - 1; i > 0; --i) {
      one_of("+", "-", "*", "/");
      operand(depth + 1);
    }
  }
  void comparison(int depth) {
    sum(depth);
    switch (below(7)) {
      case 0:
        one_of("==", "!=", "<", ">=");
        sum(depth + 1);
        break;
      case 1:
        if (chance(2)) word("not");
        word("in");
        sum(depth + 1);
        break;
      case 2:
        word("between");
        sum(depth + 1);
        word("and");
        sum(depth + 1);
        break;
      case 3:
        word("is");
        if (chance(2)) word("not");
        word("known");
        break;
      case 4:
        word("before");
        word("14:00");
        word("of");
        path();
        break;
      case 5:
        word("matches");
        word("\"[0-9]+\"");
        break;
      default: break;
    }
  }
  void negation(int depth) {
    if (depth < 4 && chance(6)) {
      word("not");
      return negation(depth + 1);
    }
    if (depth < 4 && chance(7)) {
      one_of("any", "every");
      name();
      word("where");
      return conjunction(depth + 1);
    }
    comparison(depth);
  }
  void conjunction(int depth) {
    negation(depth);
    for (int i = below(4) - 1; i > 0; --i) {
      word("and");
      negation(depth + 1);
    }
  }
  void expr(int depth) {
    conjunction(depth);
    for (int i = below(4) - 1; i > 0; --i) {
      word("or");
      conjunction(depth + 1);
    }
  }
  void guard() {
    if (chance(3)) {
      word("when");
      expr(1);
    }
    if (chance(4)) {
      word("unless");
      expr(1);
    }
  }
  void names() {
    name();
    for (int i = below(4); i > 0; --i) {
      word(",");
      name();
    }
  }

  void declaration() {
    comment();
    switch (below(9)) {
      case 0:
        word("list");
        name();
        word("=");
        word("[");
        expr(2);
        word(",");
        expr(2);
        word("]");
        end();
        break;
      case 1:
        word("define");
        name();
        if (chance(2)) {
          out_ += "(";
          word("a");
          word(":");
          word("money");
          word(")");
        }
        word("=");
        expr(0);
        end();
        break;
      case 2: hold(); break;
      case 3: returns(); break;
      case 4:
        word("enum");
        name();
        word("=");
        word("[");
        names();
        word("]");
        end();
        break;
      case 5: table(); break;
      case 6: workflow(); break;
      case 7:
        word("record");
        name();
        open();
        word("x");
        word(":");
        word("optional");
        word("text");
        word("personal");
        end();
        close();
        break;
      default: posting(); break;
    }
  }
  void hold() {
    word("hold");
    name();
    open();
    for (int i = below(5); i > 0; --i) {
      switch (below(4)) {
        case 0:
          word("when");
          expr(0);
          break;
        case 1:
          word("blocks");
          names();
          break;
        case 2:
          word("queue");
          name();
          word("priority");
          word("10");
          break;
        default:
          word("release");
          word("by");
          names();
          break;
      }
      end();
    }
    close();
  }
  void returns() {
    if (chance(4)) word("mandatory");
    word("return");
    name();
    open();
    for (int i = below(5); i > 0; --i) {
      switch (below(4)) {
        case 0:
          word("within");
          word("longest");
          word("of");
          word("30 days");
          word("of");
          word("delivery");
          guard();
          word(",");
          word("until");
          word("2027-01-31");
          guard();
          break;
        case 1:
          word("require");
          expr(0);
          word("reason");
          name();
          break;
        case 2:
          word("fee");
          sum(1);
          word("as");
          name();
          word("per");
          word("line");
          word(",");
          word("at");
          word("most");
          sum(2);
          guard();
          break;
        default:
          word("approve");
          word("otherwise");
          break;
      }
      end();
    }
    close();
  }
  void table() {
    word("table");
    name();
    out_ += "(";
    word("a");
    word(":");
    word("money");
    word(")");
    word("gives");
    word("decimal");
    open();
    for (int i = below(4); i > 0; --i) {
      word("row");
      if (chance(2)) {
        word(">");
      }
      sum(2);
      word("gives");
      expr(2);
      end();
    }
    close();
  }
  void workflow() {
    word("workflow");
    name();
    open();
    word("start");
    word("a");
    end();
    for (int i = below(3); i > 0; --i) {
      word("state");
      name();
      open();
      if (chance(2)) {
        word("on");
        name();
        word("by");
        names();
        guard();
        word("do");
        word("notify");
        out_ += "(";
        expr(2);
        word(")");
        word("go");
        name();
        end();
      }
      if (chance(3)) {
        word("region");
        name();
        open();
        word("final");
        word("state");
        name();
        end();
        close();
      }
      close();
    }
    close();
  }
  void posting() {
    word("posting");
    name();
    open();
    word("debit");
    word("assets");
    out_ += chance(2) ? ":" : " : ";
    word("cash");
    sum(1);
    guard();
    end();
    close();
  }

  std::mt19937_64 random_;
  std::string out_;
};

std::vector<std::string> comments_of(std::string const& text) {
  std::vector<std::string> out;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"' && (i == 0 || text[i - 1] != '\\')) quoted = !quoted;
    if (text[i] != '#' || quoted) continue;
    auto end = text.find('\n', i);
    if (end == std::string::npos) end = text.size();
    auto line = text.substr(i, end - i);
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
    out.push_back(line);
    i = end;
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

TEST_CASE("formatting keeps the tree and the comments, and is idempotent") {
  constexpr std::uint64_t first_seed = 20261124;
  std::size_t formatted_count = 0;
  for (std::uint64_t seed = first_seed; seed < first_seed + 4000; ++seed) {
    policy::Source const source{"random.bylaw", Writer(seed).file()};
    auto const once = policy::format(source);
    if (has_errors(once.diagnostics)) continue;
    ++formatted_count;
    auto const twice = policy::format({"random.bylaw", once.text});
    bool const same = twice.text == once.text && policy::syntax_tree(source) == policy::syntax_tree({"random.bylaw", once.text}) &&
                      comments_of(source.text) == comments_of(once.text);
    if (same) continue;
    CAPTURE(seed);
    CAPTURE(source.text);
    CAPTURE(once.text);
    CHECK(twice.text == once.text);
    CHECK(policy::syntax_tree(source) == policy::syntax_tree({"random.bylaw", once.text}));
    CHECK(comments_of(source.text) == comments_of(once.text));
    break;
  }
  // The generator must not fool us by writing mostly what does not parse.
  CHECK(formatted_count > 3000);
}
