#pragma once
#include <string>
#include <vector>

#include "policy/syntax/cst.hpp"

namespace bylaw::inline v0::policy::format_detail {

/// Where a line may be broken before a piece; smaller is better. 0: nowhere.
enum BreakLevel : int { no_break = 0, between_parts = 1, before_and = 2, before_guard = 3, inside_brackets = 4 };

/// One token as it is printed, with the comments that stand around it.
struct Piece {
  std::string text;
  bool space_before = true;
  int break_level = no_break;
  bool broken_by_author = false;      ///< the source breaks the line here
  std::vector<std::string> comments;  ///< on lines of their own before it
  std::string trailing;               ///< behind it on its line
};

/// Turns the tokens of a parsed file into pieces: canonical spacing, parentheses only where needed.
class PieceMaker {
 public:
  explicit PieceMaker(syntax::Cst const& cst, std::string_view text);

  /// Pieces of the tokens [first, end).
  [[nodiscard]] std::vector<Piece> pieces(std::uint32_t first, std::uint32_t end) const;
  /// Comments before a token that stand on lines of their own, and how many blank lines stand
  /// before the first of them (or before the token).
  struct Lead {
    std::vector<std::string> comments;
    std::vector<int> blank_lines;  ///< one per comment, and one for the token itself
  };
  [[nodiscard]] Lead lead(std::uint32_t token) const;
  [[nodiscard]] std::string trailing(std::uint32_t token) const;
  [[nodiscard]] bool has_comments(std::uint32_t first, std::uint32_t end) const;
  [[nodiscard]] std::uint32_t line_of(std::uint32_t token) const { return lines_[token]; }

 private:
  void mark(std::uint32_t node, std::uint32_t parent);
  void mark_parentheses(std::uint32_t node, std::uint32_t parent);
  [[nodiscard]] bool needs_parentheses(std::uint32_t paren, std::uint32_t inner, std::uint32_t parent) const;
  [[nodiscard]] bool ends_with_quantifier(std::uint32_t node) const;
  [[nodiscard]] bool glued(std::uint32_t token) const;

  syntax::Cst const& cst_;
  std::string_view text_;
  std::vector<std::uint32_t> lines_;       ///< source line of each token
  std::vector<std::uint32_t> last_lines_;  ///< line its last byte stands on
  std::vector<bool> dropped_;              ///< needless parentheses
  std::vector<int> open_before_;           ///< parentheses to add before a token
  std::vector<int> close_after_;
  std::vector<bool> call_;                                   ///< `(` of a call: no blank before it
  std::vector<bool> unary_;                                  ///< `-` of an operand
  std::vector<bool> account_;                                ///< inside assets:receivable
  std::vector<std::vector<std::uint32_t>> comments_before_;  ///< per token: indices of comments
};

}  // namespace bylaw::inline v0::policy::format_detail
