#pragma once
#include <algorithm>
#include <new>

#include "policy/index/normal_form.hpp"

namespace bylaw::inline v0::policy::index {

/// Begins memory where a line of the cache begins.
template <class T>
struct LineAligned {
  using value_type = T;
  static constexpr std::align_val_t line{64};
  LineAligned() = default;
  template <class U>
  LineAligned(LineAligned<U> const&) {}  // NOLINT: rebinding is implicit
  T* allocate(std::size_t count) { return static_cast<T*>(::operator new(count * sizeof(T), line)); }
  void deallocate(T* at, std::size_t) { ::operator delete(at, line); }
  friend bool operator==(LineAligned const&, LineAligned const&) { return true; }
};

/// Bits of terms, 64 to a word.
using Bits = std::vector<std::uint64_t, LineAligned<std::uint64_t>>;

/// What every value of one fact leaves of the terms. A value has a row; a term that a row lacks is ruled out by it.
///
/// Numbers: row i is for the numbers between edge i-1 and edge i. Texts: row 0 is for those that no rule
/// names, and texts that the same terms name share a row. The last row is for a missing fact. In one of
/// several tiles most rows are the same as the row before, so a tile keeps only rows that differ.
struct Column {
  Place place;
  std::vector<Edge> edges;
  std::vector<std::string_view> texts;  ///< of the program, rising
  std::vector<std::uint32_t> text_rows;
  std::size_t row_count = 0;
  Bits rows;                             ///< (row of a tile, word), tile after tile
  std::vector<std::uint32_t> first_row;  ///< per tile: where its rows begin; `no_rows` where no term uses the fact
  std::vector<std::uint32_t> row_of;     ///< (tile, row): which of the tile's rows it is; empty with one tile, which has them all
  Bits users;                            ///< terms that ask of this fact
  Bits refer;                            ///< terms that the reference evaluator must decide when the fact is missing or no valid value

  static constexpr std::uint32_t no_rows = UINT32_MAX;
  [[nodiscard]] bool has_rows(std::size_t tile) const { return first_row[tile] != no_rows; }
  [[nodiscard]] std::uint32_t missing_row() const { return static_cast<std::uint32_t>(row_count - 1); }
  [[nodiscard]] std::uint32_t row_of_text(std::string_view text) const {
    auto const at = std::lower_bound(texts.begin(), texts.end(), text);
    return at == texts.end() || *at != text ? 0 : text_rows[static_cast<std::size_t>(at - texts.begin())];
  }
};

/// Conditions on elements of one collection: of each term at most one quantifier stands in a group, so
/// that the columns of an element are joined first and the elements after that.
struct Group {
  bool every = false;
  std::uint32_t owner = 0;
  std::uint32_t collection = 0;
  std::vector<Column> columns;
  Bits users;
};

/// The rules of one kind as bits: columns rule terms out, and what is left applies.
///
/// Words are joined tile by tile: a tile fits the registers of the machine, and the rows of its terms fit
/// the cache. Immutable once built. Size and building grow with the constants that rules name, times the
/// 128 bytes of a tile's row, and with four bytes for each constant in each tile.
struct RuleIndex {
  static constexpr std::uint32_t tile_words_max = 16;

  std::uint32_t terms = 0;
  std::uint32_t words = 0;       ///< of all tiles; those past the last term are never set
  std::uint32_t tile_words = 1;  ///< 1, 2, 4, 8 or 16
  std::uint32_t rules = 0;
  std::vector<std::uint32_t> rule_of;  ///< per bit; terms of one rule stand together, rules rise
  Bits all;                            ///< every term
  Bits inexact;                        ///< terms that the reference evaluator must confirm
  std::vector<Column> scalars;
  std::vector<Group> groups;
  std::vector<std::uint32_t> dated_rules;  ///< rules that are not always in force

  [[nodiscard]] bool empty() const { return terms == 0; }
  /// Whether no term needs to be confirmed.
  [[nodiscard]] bool is_exact() const {
    return std::all_of(inexact.begin(), inexact.end(), [](std::uint64_t word) { return word == 0; });
  }
  /// Whether every rule has one term only.
  [[nodiscard]] bool is_simple() const { return rules == terms; }
  [[nodiscard]] std::size_t bytes() const;
};

/// A rule as the index takes it.
struct IndexedRule {
  std::uint32_t rule = 0;
  Guard guard;
  std::vector<Place> required;  ///< facts that must be there beside those of the guard
  bool confirm = false;         ///< the reference evaluator must confirm it in any case
  bool dated = false;
};

/// `frames`: the layouts of the levels that stand still while a rule is evaluated.
[[nodiscard]] RuleIndex build(Policy::Impl const& impl, std::vector<Layout const*> const& frames, std::vector<IndexedRule> const& rules);

}  // namespace bylaw::inline v0::policy::index
