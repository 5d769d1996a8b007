#include <bylaw/policy/format.hpp>

#include <algorithm>

#include "policy/format/pieces.hpp"

namespace bylaw::inline v0::policy {

using format_detail::Piece;
using format_detail::PieceMaker;
using syntax::Cst;
using syntax::Node;
using syntax::NodeKind;

namespace {

constexpr std::size_t columns_max = 120;

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

/// What one item looks like: its lines, whether it may share a line with its neighbours, and the
/// comment behind it.
struct Block {
  std::vector<std::string> lines;  ///< indented but for the first
  bool joins = true;
  std::string trailing;
};

class Printer {
 public:
  Printer(Cst const& cst, std::string_view text) : cst_(cst), maker_(cst, text) {}

  std::string print() {
    std::vector<std::uint32_t> items = cst_.declarations;
    print_items(items, 0);
    auto const end = static_cast<std::uint32_t>(cst_.tokens.size() - 1);
    print_lead(end, 0, out_.empty());
    return std::move(out_);
  }

 private:
  static std::string blanks(std::size_t count) { return std::string(count, ' '); }

  /// The child nodes of a block that stand behind its brace.
  std::vector<std::uint32_t> items_of(Node const& node, std::uint32_t brace) const {
    std::vector<std::uint32_t> items;
    for (std::uint32_t i = 0; i < node.child_count; ++i) {
      auto const child = cst_.children[node.first_child + i];
      if (cst_.nodes[child].first_token > brace) items.push_back(child);
    }
    return items;
  }

  /// The `{` that belongs to a node itself; its end when it has none.
  std::uint32_t brace_of(Node const& node) const {
    auto child = node.first_child;
    for (auto t = node.first_token; t < node.end_token;) {
      if (child < node.first_child + node.child_count && cst_.nodes[cst_.children[child]].first_token == t) {
        t = cst_.nodes[cst_.children[child++]].end_token;
        continue;
      }
      if (cst_.tokens[t].text == "{") return t;
      ++t;
    }
    return node.end_token;
  }

  /// Comments and blank lines before a token.
  void print_lead(std::uint32_t token, std::size_t indent, bool first) {
    auto const lead = maker_.lead(token);
    for (std::size_t i = 0; i < lead.comments.size(); ++i) {
      if (lead.blank_lines[i] > 0 && !(first && i == 0)) out_ += '\n';
      out_ += blanks(indent) + lead.comments[i] + '\n';
    }
    bool const any = !lead.comments.empty();
    bool const at_end = token + 1 == cst_.tokens.size() || cst_.tokens[token].text == "}";
    if (lead.blank_lines.back() > 0 && !at_end && (any || !first)) out_ += '\n';
  }

  void print_items(std::vector<std::uint32_t> const& items, std::size_t indent) {
    bool open = false;  // the last line may still take another item
    for (std::size_t i = 0; i < items.size(); ++i) {
      auto const& node = cst_.nodes[items[i]];
      auto const block = layout(node, indent);
      auto const last_line = out_.rfind('\n', out_.empty() ? 0 : out_.size() - 2);
      auto const width = i == 0 ? 0 : width_of(std::string_view(out_).substr(last_line == std::string::npos ? 0 : last_line + 1)) - 1;
      bool const same_line = i > 0 && maker_.line_of(node.first_token) == maker_.line_of(cst_.nodes[items[i - 1]].end_token - 1);
      bool const joins = open && same_line && block.joins && block.lines.size() == 1 && width + 1 + width_of(block.lines[0]) <= columns_max;
      if (joins) {
        out_.back() = ' ';
        out_ += block.lines[0] + '\n';
      } else {
        print_lead(node.first_token, indent, i == 0);
        out_ += blanks(indent) + block.lines[0] + '\n';
        for (std::size_t l = 1; l < block.lines.size(); ++l) out_ += block.lines[l] + '\n';
      }
      open = block.joins && block.lines.size() == 1 && block.trailing.empty();
      if (!block.trailing.empty()) {
        out_.back() = ' ';
        out_ += " " + block.trailing + '\n';
      }
    }
  }

  Block layout(Node const& node, std::size_t indent) {
    auto const brace = brace_of(node);
    if (brace == node.end_token) {
      Block block;
      auto const pieces = maker_.pieces(node.first_token, node.end_token);
      block.lines = fill(pieces, indent);
      block.joins = !maker_.has_comments(node.first_token, node.end_token);
      // The comment behind the last piece belongs to the item: others may follow on its line.
      block.trailing = maker_.trailing(node.end_token - 1);
      auto const& before_end = pieces.back().trailing;
      if (block.trailing.empty()) {
        block.trailing = before_end;
      } else if (!before_end.empty()) {
        block.lines[0].insert(0, blanks(indent));
        block.lines.insert(block.lines.begin(), before_end);
      }
      return block;
    }
    return layout_block(node, brace, indent);
  }

  Block layout_block(Node const& node, std::uint32_t brace, std::size_t indent) {
    Block block;
    auto const items = items_of(node, brace);
    block.trailing = maker_.trailing(node.end_token - 1);
    auto head = fill(maker_.pieces(node.first_token, brace + 1), indent);
    bool const one_line = maker_.line_of(node.first_token) == maker_.line_of(node.end_token - 1) && !maker_.has_comments(node.first_token, node.end_token);
    if (items.empty() && !maker_.has_comments(brace, node.end_token)) {
      head.back() += "}";
      block.lines = std::move(head);
      return block;
    }
    if (one_line) {
      auto line = head[0];
      bool fits = head.size() == 1;
      for (auto const item : items) {
        auto const inner = layout(cst_.nodes[item], indent);
        fits = fits && inner.lines.size() == 1;
        line += " " + inner.lines[0];
      }
      line += " }";
      if (fits && indent + width_of(line) <= columns_max) {
        block.lines = {line};
        return block;
      }
    }
    block.joins = false;
    block.lines = std::move(head);
    if (auto const behind = maker_.trailing(brace); !behind.empty()) block.lines.back() += "  " + behind;
    // The inside is printed by itself and then taken apart into lines.
    std::string outer;
    std::swap(outer, out_);
    print_items(items, indent + 2);
    print_lead(node.end_token - 1, indent + 2, items.empty());
    std::swap(outer, out_);
    for (std::size_t at = 0; at < outer.size();) {
      auto const end = outer.find('\n', at);
      block.lines.push_back(outer.substr(at, end - at));
      at = end + 1;
    }
    block.lines.push_back(blanks(indent) + "}");
    return block;
  }

  /// Pieces into lines. A line is broken where the author broke it, if a break is allowed there,
  /// and where it would get too long. The comment behind the last piece is left to the caller.
  std::vector<std::string> fill(std::vector<Piece> const& pieces, std::size_t indent) {
    std::vector<std::string> lines;
    std::size_t start = 0;
    auto const text_of = [&](std::size_t from, std::size_t to) {
      std::string line = lines.empty() && from == 0 ? "" : blanks(indent + 2);
      for (auto i = from; i < to; ++i) {
        if (i > from && pieces[i].space_before) line += ' ';
        line += pieces[i].text;
      }
      return line;
    };
    auto const close = [&](std::size_t to) {
      auto line = text_of(start, to);
      if (to < pieces.size() && !pieces[to - 1].trailing.empty()) line += "  " + pieces[to - 1].trailing;
      lines.push_back(std::move(line));
      start = to;
    };
    std::size_t width = indent;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      auto const& piece = pieces[i];
      bool const forced = i > start && (!piece.comments.empty() || !pieces[i - 1].trailing.empty() || (piece.broken_by_author && piece.break_level > 0));
      if (forced) {
        close(i);
        width = indent + 2;
      }
      for (auto const& comment : piece.comments) lines.push_back(blanks(indent + 2) + comment);
      auto const own = width_of(piece.text) + (piece.space_before && i > start ? 1 : 0);
      // A `;`, `,` or `)` hangs on to what it ends, so it is counted with it.
      std::size_t hanging = 0;
      for (auto h = i + 1; h < pieces.size() && pieces[h].text.find_first_not_of(";,)]") == std::string::npos; ++h) hanging += pieces[h].text.size();
      while (width + own + hanging > columns_max && i > start) {
        auto const at = best_break(pieces, start, i);
        if (at == start) break;
        close(at);
        width = width_of(text_of(start, i));
      }
      width += width_of(piece.text) + (piece.space_before && i > start ? 1 : 0);
    }
    if (start < pieces.size()) close(pieces.size());
    return lines;
  }

  /// The last of the best places to break between two pieces.
  static std::size_t best_break(std::vector<Piece> const& pieces, std::size_t start, std::size_t overflow) {
    std::size_t best = start;
    int best_level = 100;
    for (auto i = start + 1; i <= overflow; ++i) {
      if (pieces[i].break_level == 0 || pieces[i].break_level > best_level) continue;
      best = i;
      best_level = pieces[i].break_level;
    }
    return best;
  }

  Cst const& cst_;
  PieceMaker maker_;
  std::string out_;
};

void dump(Cst const& cst, std::uint32_t index, std::string& out) {
  auto const& node = cst.nodes[index];
  bool const parenthesis = node.kind == NodeKind::primary && cst.tokens[node.first_token].text == "(" && node.child_count == 1;
  if (parenthesis) return dump(cst, cst.children[node.first_child], out);
  out += '(' + std::to_string(static_cast<int>(node.kind));
  auto child = node.first_child;
  for (auto t = node.first_token; t < node.end_token;) {
    if (child < node.first_child + node.child_count && cst.nodes[cst.children[child]].first_token == t) {
      dump(cst, cst.children[child], out);
      t = cst.nodes[cst.children[child++]].end_token;
      continue;
    }
    out += ' ';
    for (char const c : cst.tokens[t].text) {
      bool const blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
      if (!blank || cst.tokens[t].kind == syntax::TokenKind::text) out += c;
      else if (out.back() != ' ') out += ' ';
    }
    ++t;
  }
  out += ')';
}

}  // namespace

Formatted format(Source const& source) {
  Formatted out;
  auto const cst = syntax::parse(source, 0, out.diagnostics);
  if (!has_errors(out.diagnostics)) out.text = Printer(cst, source.text).print();
  return out;
}

std::string syntax_tree(Source const& source) {
  Diagnostics ignored;
  auto const cst = syntax::parse(source, 0, ignored);
  std::string out;
  for (auto const declaration : cst.declarations) dump(cst, declaration, out);
  return out;
}

}  // namespace bylaw::inline v0::policy
