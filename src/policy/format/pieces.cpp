#include "policy/format/pieces.hpp"

#include <algorithm>

namespace bylaw::inline v0::policy::format_detail {

using syntax::Cst;
using syntax::Node;
using syntax::NodeKind;
using syntax::TokenKind;

namespace {

/// How tightly a node binds: what may stand without parentheses where a level is asked for.
int level_of(NodeKind kind) {
  switch (kind) {
    case NodeKind::disjunction: return 1;
    case NodeKind::conjunction: return 2;
    case NodeKind::negation:
    case NodeKind::quantifier: return 3;
    case NodeKind::comparison: return 4;
    case NodeKind::sum: return 5;
    case NodeKind::product: return 6;
    case NodeKind::operand: return 7;
    default: return 8;
  }
}

/// The level that a parent asks of its operands.
int asked_by(NodeKind parent) {
  switch (parent) {
    case NodeKind::disjunction:
    case NodeKind::quantifier: return 2;
    case NodeKind::conjunction:
    case NodeKind::negation: return 3;
    case NodeKind::comparison: return 5;
    case NodeKind::sum: return 6;
    case NodeKind::product: return 7;
    case NodeKind::operand:
    case NodeKind::primary: return 8;
    default: return 0;
  }
}

bool is_parenthesis(Cst const& cst, Node const& node) { return node.kind == NodeKind::primary && cst.tokens[node.first_token].text == "("; }

std::string one_blank(std::string_view text) {
  std::string out;
  for (char const c : text) {
    bool const blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (!blank) out += c;
    else if (!out.empty() && out.back() != ' ') out += ' ';
  }
  return out;
}

}  // namespace

PieceMaker::PieceMaker(Cst const& cst, std::string_view text)
    : cst_(cst),
      text_(text),
      lines_(cst.tokens.size()),
      last_lines_(cst.tokens.size()),
      dropped_(cst.tokens.size()),
      open_before_(cst.tokens.size()),
      close_after_(cst.tokens.size()),
      call_(cst.tokens.size()),
      unary_(cst.tokens.size()),
      account_(cst.tokens.size()),
      comments_before_(cst.tokens.size()) {
  std::uint32_t line = 0;
  std::uint32_t at = 0;
  std::size_t comment = 0;
  for (std::uint32_t i = 0; i < cst.tokens.size(); ++i) {
    auto const& token = cst.tokens[i];
    for (; at < token.begin_offset; ++at) line += text[at] == '\n' ? 1 : 0;
    lines_[i] = line;
    for (; at < token.end_offset; ++at) line += text[at] == '\n' ? 1 : 0;
    last_lines_[i] = line;
    for (; comment < cst.comments.size() && cst.comments[comment].begin_offset < token.begin_offset; ++comment) {
      comments_before_[i].push_back(static_cast<std::uint32_t>(comment));
    }
  }
  for (auto const declaration : cst.declarations) mark(declaration, declaration);
}

void PieceMaker::mark(std::uint32_t index, std::uint32_t parent) {
  auto const& node = cst_.nodes[index];
  auto const text = [&](std::uint32_t token) { return cst_.tokens[token].text; };
  switch (node.kind) {
    case NodeKind::reference:
    case NodeKind::aggregate:
    case NodeKind::action:
      if (node.first_token + 1 < node.end_token && text(node.first_token + 1) == "(") call_[node.first_token + 1] = true;
      break;
    case NodeKind::define:
    case NodeKind::table:
    case NodeKind::function:
      if (text(node.first_token + 2) == "(") call_[node.first_token + 2] = true;
      break;
    case NodeKind::account:
      for (auto t = node.first_token; t < node.end_token; ++t) account_[t] = true;
      break;
    case NodeKind::operand: {
      // Signs are the operand's own tokens, those that lie in no sub-node.
      auto child = node.first_child;
      for (auto t = node.first_token; t < node.end_token;) {
        if (child < node.first_child + node.child_count && cst_.nodes[cst_.children[child]].first_token == t) {
          t = cst_.nodes[cst_.children[child++]].end_token;
          continue;
        }
        if (text(t) == "-") unary_[t] = true;
        ++t;
      }
      break;
    }
    default: break;
  }
  mark_parentheses(index, parent);
  for (std::uint32_t i = 0; i < node.child_count; ++i) mark(cst_.children[node.first_child + i], index);
}

bool PieceMaker::ends_with_quantifier(std::uint32_t index) const {
  auto const& node = cst_.nodes[index];
  if (node.kind == NodeKind::quantifier) return true;
  bool const open = node.kind == NodeKind::negation || node.kind == NodeKind::conjunction || node.kind == NodeKind::disjunction;
  if (!open || node.child_count == 0) return false;
  return ends_with_quantifier(cst_.children[node.first_child + node.child_count - 1]);
}

bool PieceMaker::needs_parentheses(std::uint32_t paren, std::uint32_t inner, std::uint32_t parent) const {
  auto const& outer = cst_.nodes[paren];
  auto const& inside = cst_.nodes[inner];
  auto const& first = cst_.tokens[inside.first_token];
  if (first.text == "-" && level_of(inside.kind) >= level_of(NodeKind::sum)) return true;  // a - (-b) reads better than a - -b
  if (cst_.tokens[outer.end_token].text == "and" && ends_with_quantifier(inner)) return true;
  if (outer.first_token == 0) return true;
  auto const parent_kind = cst_.nodes[parent].kind;
  if (parent_kind == NodeKind::disjunction && inside.kind == NodeKind::conjunction) return true;
  if (parent_kind == NodeKind::operand && cst_.nodes[parent].first_token == outer.first_token && outer.end_token == cst_.nodes[parent].end_token) return false;
  auto const asked = asked_by(parent_kind);
  if (asked > 0) return level_of(inside.kind) < asked;
  // A clause asks for a condition behind some words and for an amount behind others.
  static constexpr std::string_view whole[] = {"when", "unless", "require", "from", "where", "=", "gives", "company", "(", "[", ","};
  bool const any = std::find(std::begin(whole), std::end(whole), cst_.tokens[outer.first_token - 1].text) != std::end(whole);
  return !any && level_of(inside.kind) < 5;
}

void PieceMaker::mark_parentheses(std::uint32_t index, std::uint32_t parent) {
  auto const& node = cst_.nodes[index];
  if (is_parenthesis(cst_, node) && node.child_count == 1) {
    // Of ((x)) the inner pair goes first: what counts is what stands inside all of them.
    auto inner = cst_.children[node.first_child];
    while (is_parenthesis(cst_, cst_.nodes[inner]) && cst_.nodes[inner].child_count == 1) inner = cst_.children[cst_.nodes[inner].first_child];
    bool const already_outer = parent != index && is_parenthesis(cst_, cst_.nodes[parent]);
    if (already_outer || !needs_parentheses(index, inner, parent)) dropped_[node.first_token] = dropped_[node.end_token - 1] = true;
  }
  if (node.kind == NodeKind::conjunction && cst_.nodes[parent].kind == NodeKind::disjunction && parent != index) {
    ++open_before_[node.first_token];
    ++close_after_[node.end_token - 1];
  }
}

/// Whether no blank stands before a token.
bool PieceMaker::glued(std::uint32_t token) const {
  auto const text = cst_.tokens[token].text;
  auto const before = token == 0 ? std::string_view{} : cst_.tokens[token - 1].text;
  if (cst_.tokens[token].kind == TokenKind::symbol) {
    if (text == ")" || text == "]" || text == "," || text == ";" || text == ".") return true;
    if (text == "(") return call_[token] || before == "(" || before == "[" || (before == "-" && unary_[token - 1]);
    if (text == ":") return true;
  }
  if (token == 0) return true;
  if (cst_.tokens[token - 1].kind != TokenKind::symbol) return false;
  if (before == "(" || before == "[" || before == ".") return true;
  if (before == ":") return account_[token - 1];
  return before == "-" && unary_[token - 1];
}

std::vector<Piece> PieceMaker::pieces(std::uint32_t first, std::uint32_t end) const {
  std::vector<Piece> out;
  int depth = 0;
  bool follows_dropped = false;
  bool space_of_dropped = false;
  int level_of_dropped = no_break;
  int opened = 0;                  // parentheses to add that stood at a dropped one
  std::vector<std::string> moved;  // comments that did
  for (auto t = first; t < end; ++t) {
    auto const& token = cst_.tokens[t];
    Piece piece;
    piece.text = token.kind == TokenKind::text ? std::string(token.text) : one_blank(token.text);
    // What follows a dropped parenthesis stands where that stood.
    piece.space_before = t != first && (follows_dropped ? space_of_dropped : !glued(t));
    if (follows_dropped) piece.break_level = level_of_dropped;
    follows_dropped = false;
    if (t != first) {
      for (auto const c : comments_before_[t]) {
        auto const& comment = cst_.comments[c];
        bool const own_line =
            text_.substr(cst_.tokens[t - 1].end_offset, comment.begin_offset - cst_.tokens[t - 1].end_offset).find('\n') != std::string_view::npos;
        // Behind a dropped parenthesis a second comment may come to the same place: it gets its own line.
        auto* const place = token.text == ";" || token.text == "," ? &piece.trailing : out.empty() ? nullptr : &out.back().trailing;
        if (own_line || place == nullptr || !place->empty()) piece.comments.emplace_back(comment.text);
        else *place = comment.text;
      }
      piece.broken_by_author = lines_[t] > last_lines_[t - 1];
    }
    // Depth is that of the printed text: dropped parentheses do not count, added ones do.
    depth += open_before_[t];
    auto const before = t == first ? std::string_view{} : cst_.tokens[t - 1].text;
    bool const word = token.kind == TokenKind::word && before != ".";  // order.when is a field
    if (word && token.text == "or" && depth == 0) piece.break_level = between_parts;
    else if (word && token.text == "and" && depth == 0) piece.break_level = before_and;
    else if (word && (token.text == "or" || token.text == "and")) piece.break_level = inside_brackets;
    else if (before == "[" && t != first) piece.break_level = inside_brackets;
    else if (before == "," && t != first) piece.break_level = depth == 0 ? between_parts : inside_brackets;
    else if (word && depth == 0 && t > first + 1 &&
             (token.text == "when" || token.text == "unless" ||
              (token.text == "reason" && cst_.tokens[t + 1].kind == TokenKind::word && !cst_.tokens[t + 1].reserved)))
      piece.break_level = before_guard;
    if (!dropped_[t] && (token.text == "(" || token.text == "[")) ++depth;
    if (!dropped_[t] && (token.text == ")" || token.text == "]")) --depth;
    depth -= close_after_[t];
    if (dropped_[t]) {
      if (token.text == "(") {
        follows_dropped = true;
        space_of_dropped = piece.space_before;
        level_of_dropped = piece.break_level;
        opened += open_before_[t];
      } else if (!out.empty()) {
        out.back().text += std::string(static_cast<std::size_t>(close_after_[t]), ')');
      }
      moved.insert(moved.end(), piece.comments.begin(), piece.comments.end());
      continue;
    }
    piece.comments.insert(piece.comments.begin(), moved.begin(), moved.end());
    moved.clear();
    piece.text =
        std::string(static_cast<std::size_t>(open_before_[t] + opened), '(') + piece.text + std::string(static_cast<std::size_t>(close_after_[t]), ')');
    opened = 0;
    // The comment that stood behind a dropped `)` must not part its neighbour from the `;`.
    bool const hangs = token.text == ";" || token.text == ",";
    if (hangs && !out.empty() && piece.comments.empty() && piece.trailing.empty()) std::swap(piece.trailing, out.back().trailing);
    out.push_back(std::move(piece));
  }
  if (!out.empty()) out.front().space_before = false;
  return out;
}

PieceMaker::Lead PieceMaker::lead(std::uint32_t token) const {
  Lead out;
  auto from = token == 0 ? 0u : cst_.tokens[token - 1].end_offset;
  auto const blank_lines = [&](std::uint32_t to) {
    auto const between = text_.substr(from, to - from);
    auto const newlines = std::count(between.begin(), between.end(), '\n');
    return static_cast<int>(newlines) - 1;
  };
  bool first = true;
  for (auto const c : comments_before_[token]) {
    auto const& comment = cst_.comments[c];
    bool const trailing = first && token != 0 && blank_lines(comment.begin_offset) < 0;
    first = false;
    if (!trailing) {
      out.blank_lines.push_back(blank_lines(comment.begin_offset));
      out.comments.emplace_back(comment.text);
    }
    from = comment.end_offset;
  }
  out.blank_lines.push_back(blank_lines(cst_.tokens[token].begin_offset));
  return out;
}

std::string PieceMaker::trailing(std::uint32_t token) const {
  if (token + 1 >= cst_.tokens.size() || comments_before_[token + 1].empty()) return {};
  auto const& comment = cst_.comments[comments_before_[token + 1].front()];
  auto const between = text_.substr(cst_.tokens[token].end_offset, comment.begin_offset - cst_.tokens[token].end_offset);
  return between.find('\n') == std::string_view::npos ? std::string(comment.text) : std::string{};
}

bool PieceMaker::has_comments(std::uint32_t first, std::uint32_t end) const {
  for (auto t = first + 1; t < end; ++t) {
    if (!comments_before_[t].empty()) return true;
  }
  return false;
}

}  // namespace bylaw::inline v0::policy::format_detail
