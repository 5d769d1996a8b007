#pragma once
#include <string>

#include "policy/syntax/cst.hpp"

namespace bylaw::inline v0::policy::syntax {

/// The name a token stands for: backquotes removed.
[[nodiscard]] inline std::string name_of(Token const& token) {
  if (token.kind == TokenKind::quoted_word) return std::string(token.text.substr(1, token.text.size() - 2));
  return std::string(token.text);
}

/// The characters of a text literal, escapes resolved. The lexer has checked them.
[[nodiscard]] std::string text_of(Token const& token);

/// Walks over one node: its words and its sub-nodes in turn. The grammar has already
/// said that they are there.
class Reader {
 public:
  Reader(Cst const& cst, std::uint32_t node_index) : cst_(&cst), node_(&cst.nodes[node_index]), at_(node_->first_token), child_(node_->first_child) {}

  [[nodiscard]] bool done() const { return at_ >= node_->end_token; }
  [[nodiscard]] Token const& peek() const { return cst_->tokens[at_]; }
  [[nodiscard]] bool at(std::string_view word) const { return !done() && !at_child() && peek().text == word; }
  bool accept(std::string_view word) {
    if (!at(word)) return false;
    ++at_;
    return true;
  }
  Token const& take() { return cst_->tokens[at_++]; }
  std::string take_name() { return name_of(take()); }
  /// The name that was taken last.
  [[nodiscard]] std::string last_name() const { return name_of(cst_->tokens[at_ - 1]); }
  void skip(std::uint32_t count) { at_ += count; }

  [[nodiscard]] bool has_child() const { return child_ < node_->first_child + node_->child_count; }
  [[nodiscard]] bool at_child() const { return has_child() && child().first_token == at_; }
  [[nodiscard]] Node const& child() const { return cst_->nodes[cst_->children[child_]]; }
  std::uint32_t take_child() {
    auto const index = cst_->children[child_++];
    at_ = cst_->nodes[index].end_token;
    return index;
  }
  /// Moves past `word` and takes the sub-node behind it.
  std::uint32_t child_after(std::string_view word) {
    while (!done() && !accept(word)) skip(1);
    return take_child();
  }
  [[nodiscard]] Span span() const { return span_of(cst_->tokens[node_->first_token], cst_->tokens[node_->end_token - 1]); }
  [[nodiscard]] Span span_of(Token const& first, Token const& last) const { return {cst_->source_index, first.begin_offset, last.end_offset}; }
  [[nodiscard]] Span span_of(Token const& token) const { return span_of(token, token); }
  [[nodiscard]] NodeKind kind() const { return node_->kind; }
  [[nodiscard]] Cst const& cst() const { return *cst_; }

 private:
  Cst const* cst_;
  Node const* node_;
  std::uint32_t at_;
  std::uint32_t child_;
};

}  // namespace bylaw::inline v0::policy::syntax
