// From guards to columns of bits.
#include <algorithm>
#include <map>

#include "policy/index/rule_index.hpp"

namespace bylaw::inline v0::policy::index {

namespace {

void set(Bits& bits, std::uint32_t bit) { bits[bit / 64] |= std::uint64_t{1} << (bit % 64); }
void flip(std::uint64_t* row, std::uint32_t bit) { row[bit / 64] ^= std::uint64_t{1} << (bit % 64); }

/// A column while it is gathered: the predicate of each term that asks of its fact.
struct Gathered {
  Place place;
  std::vector<std::pair<std::uint32_t, Predicate>> predicates;
};

struct GatheredGroup {
  bool every = false;
  bool compound = false;  ///< for quantifiers over several facts of an element
  std::uint32_t owner = 0;
  std::uint32_t collection = 0;
  std::uint32_t last_term = UINT32_MAX;
  std::vector<Gathered> columns;
  std::vector<std::uint32_t> users;
};

Gathered& column_at(std::vector<Gathered>& columns, Place place) {
  auto const at = std::find_if(columns.begin(), columns.end(), [&](Gathered const& c) { return c.place == place; });
  return at != columns.end() ? *at : columns.emplace_back(Gathered{place, {}});
}

class Builder {
 public:
  Builder(Policy::Impl const& impl, std::vector<Layout const*> const& frames) : impl_(impl), frames_(frames), normal_form_(impl, frames) {}

  void add(IndexedRule const& rule) {
    ++out_.rules;
    auto terms = normal_form_.terms_of(rule.guard);
    for (auto& term : terms) {
      for (auto const place : rule.required) term.scalars[place].required = true;
      add(rule, term);
    }
    if (rule.dated) out_.dated_rules.push_back(rule.rule);
  }

  RuleIndex finish() {
    auto const words = (out_.terms + 63) / 64;
    while (out_.tile_words < words && out_.tile_words < RuleIndex::tile_words_max) out_.tile_words *= 2;
    out_.words = (words + out_.tile_words - 1) / out_.tile_words * out_.tile_words;
    out_.rule_of.resize(std::size_t{64} * out_.words);
    out_.all.assign(out_.words, 0);
    out_.inexact.assign(out_.words, 0);
    for (std::uint32_t term = 0; term < out_.terms; ++term) set(out_.all, term);
    for (auto const term : inexact_) set(out_.inexact, term);
    for (auto const& gathered : scalars_) out_.scalars.push_back(column(gathered));
    for (auto const& gathered : groups_) {
      auto& group = out_.groups.emplace_back(Group{gathered.every, gathered.owner, gathered.collection, {}, Bits(out_.words)});
      for (auto const& each : gathered.columns) group.columns.push_back(column(each));
      for (auto const term : gathered.users) set(group.users, term);
    }
    return std::move(out_);
  }

 private:
  void add(IndexedRule const& rule, Term const& term) {
    auto const bit = out_.terms++;
    out_.rule_of.push_back(rule.rule);
    if (!term.exact || rule.confirm) inexact_.push_back(bit);
    for (auto const& [place, condition] : term.scalars) {
      PredicateReader const reader(impl_, *frames_[place.level]);
      column_at(scalars_, place).predicates.emplace_back(bit, reader.read(condition.literals, place, condition.required));
    }
    for (auto const& quantified : term.quantified) add(bit, quantified);
  }

  void add(std::uint32_t bit, Quantified const& quantified) {
    auto& group = group_for(bit, quantified);
    group.last_term = bit;
    group.users.push_back(bit);
    PredicateReader const reader(impl_, frames_[quantified.owner]->collections[quantified.collection].layout);
    for (auto const& [place, condition] : quantified.facts) {
      column_at(group.columns, place).predicates.emplace_back(bit, reader.read(condition.literals, place, condition.required));
    }
  }

  /// The first group of the quantifier's kind that this term does not use yet. Quantifiers over one
  /// fact share a group with those over the same fact only: its elements then need no joining.
  GatheredGroup& group_for(std::uint32_t bit, Quantified const& quantified) {
    bool const compound = quantified.facts.size() > 1;
    for (auto& group : groups_) {
      bool const fits = group.every == quantified.every && group.compound == compound && group.owner == quantified.owner &&
                        group.collection == quantified.collection && group.last_term != bit;
      if (fits && (compound || group.columns.front().place == quantified.facts.begin()->first)) return group;
    }
    return groups_.emplace_back(GatheredGroup{quantified.every, compound, quantified.owner, quantified.collection, UINT32_MAX, {}, {}});
  }

  Column column(Gathered const& gathered) const {
    Column out;
    out.place = gathered.place;
    out.users.assign(out_.words, 0);
    out.refer.assign(out_.words, 0);
    for (auto const& [bit, predicate] : gathered.predicates) set(out.users, bit);
    Bits first(out_.all);
    Bits missing(out_.all);
    bool const text = std::any_of(gathered.predicates.begin(), gathered.predicates.end(), [](auto const& p) { return !p.second.texts.empty(); });
    for (auto const& [bit, predicate] : gathered.predicates) {
      if (!predicate.base) flip(first.data(), bit);
      if (predicate.missing == Truth::no) flip(missing.data(), bit);
      if (predicate.missing == Truth::refer) set(out.refer, bit);
    }
    auto const turns = text ? text_turns(gathered, out) : edge_turns(gathered, out);
    out.row_count = (turns.empty() ? 0 : turns.back().row) + 2;
    add_tiles(out, turns, text, first, missing);
    return out;
  }

  /// A term whose truth turns in a row: for numbers from there on, for texts there alone.
  struct Turn {
    std::uint32_t row = 0;
    std::uint32_t bit = 0;
  };

  static std::vector<Turn> edge_turns(Gathered const& gathered, Column& out) {
    std::vector<std::pair<Edge, std::uint32_t>> at;
    for (auto const& [bit, predicate] : gathered.predicates) {
      for (auto const& edge : predicate.edges) at.emplace_back(edge, bit);
    }
    std::sort(at.begin(), at.end(), [](auto const& a, auto const& b) { return a.first < b.first; });
    std::vector<Turn> turns;
    for (auto const& [edge, bit] : at) {
      if (out.edges.empty() || !(out.edges.back() == edge)) out.edges.push_back(edge);
      turns.push_back({static_cast<std::uint32_t>(out.edges.size()), bit});
    }
    return turns;
  }

  static std::vector<Turn> text_turns(Gathered const& gathered, Column& out) {
    for (auto const& [bit, predicate] : gathered.predicates) out.texts.insert(out.texts.end(), predicate.texts.begin(), predicate.texts.end());
    std::sort(out.texts.begin(), out.texts.end());
    out.texts.erase(std::unique(out.texts.begin(), out.texts.end()), out.texts.end());
    std::vector<std::vector<std::uint32_t>> terms(out.texts.size());
    for (auto const& [bit, predicate] : gathered.predicates) {
      auto at = out.texts.begin();
      for (auto const text : predicate.texts) {
        at = std::lower_bound(at, out.texts.end(), text);
        terms[static_cast<std::size_t>(at - out.texts.begin())].push_back(bit);
      }
    }
    std::map<std::vector<std::uint32_t>, std::uint32_t> rows;
    std::vector<Turn> turns;
    for (auto const& one : terms) {
      auto const [at, fresh] = rows.emplace(one, static_cast<std::uint32_t>(rows.size() + 1));
      out.text_rows.push_back(at->second);
      for (std::size_t i = 0; fresh && i < one.size(); ++i) turns.push_back({at->second, one[i]});
    }
    return turns;
  }

  /// The rows of each tile: one more where a term of the tile turns.
  void add_tiles(Column& out, std::vector<Turn> const& turns, bool text, Bits const& first, Bits const& missing) const {
    auto const words = out_.tile_words;
    std::vector<std::vector<Turn>> of_tile(out_.words / words);
    for (auto const turn : turns) of_tile[turn.bit / (64 * words)].push_back(turn);
    for (std::size_t tile = 0; tile < of_tile.size(); ++tile) {
      auto const users = out.users.begin() + static_cast<std::ptrdiff_t>(tile * words);
      if (std::all_of(users, users + words, [](std::uint64_t word) { return word == 0; })) {
        out.first_row.push_back(Column::no_rows);
        if (of_tile.size() > 1) out.row_of.resize(out.row_of.size() + out.row_count);
        continue;
      }
      auto const part = [&](Bits const& bits) { return bits.begin() + static_cast<std::ptrdiff_t>(tile * words); };
      Bits rows(part(first), part(first) + words);
      auto row_of = add_rows(of_tile[tile], out.row_count, text, rows);
      row_of.back() = static_cast<std::uint32_t>(rows.size() / words);
      rows.insert(rows.end(), part(missing), part(missing) + words);
      out.first_row.push_back(static_cast<std::uint32_t>(out.rows.size() / words));
      out.rows.insert(out.rows.end(), rows.begin(), rows.end());
      if (of_tile.size() > 1) out.row_of.insert(out.row_of.end(), row_of.begin(), row_of.end());
    }
  }

  /// A row of numbers goes on from the row before it, one of texts from the row of texts that nobody names.
  std::vector<std::uint32_t> add_rows(std::vector<Turn> const& turns, std::size_t row_count, bool text, Bits& rows) const {
    auto const words = std::size_t{out_.tile_words};
    std::vector<std::uint32_t> row_of(row_count, 0);
    std::uint32_t last = 0;
    auto turn = turns.begin();
    for (std::uint32_t row = 1; row + 1 < row_count; ++row) {
      row_of[row] = text ? 0 : last;
      if (turn == turns.end() || turn->row != row) continue;
      auto const from = static_cast<std::ptrdiff_t>(row_of[row] * words);
      rows.resize(rows.size() + words);
      std::copy_n(rows.begin() + from, words, rows.end() - static_cast<std::ptrdiff_t>(words));
      last = row_of[row] = static_cast<std::uint32_t>(rows.size() / words - 1);
      for (; turn != turns.end() && turn->row == row; ++turn) flip(&rows[last * words], turn->bit % (64 * out_.tile_words));
    }
    return row_of;
  }

  Policy::Impl const& impl_;
  std::vector<Layout const*> const& frames_;
  NormalForm normal_form_;
  std::vector<Gathered> scalars_;
  std::vector<GatheredGroup> groups_;
  std::vector<std::uint32_t> inexact_;
  RuleIndex out_;
};

std::size_t bytes_of(Column const& column) {
  return 8 * (column.rows.size() + column.users.size() + column.refer.size()) + 4 * (column.first_row.size() + column.row_of.size()) +
         sizeof(Edge) * column.edges.size() + (sizeof(std::string_view) + 4) * column.texts.size();
}

}  // namespace

std::size_t RuleIndex::bytes() const {
  std::size_t out = 4 * (rule_of.size() + dated_rules.size()) + 8 * (all.size() + inexact.size());
  for (auto const& column : scalars) out += bytes_of(column);
  for (auto const& group : groups) {
    out += 8 * group.users.size();
    for (auto const& column : group.columns) out += bytes_of(column);
  }
  return out;
}

RuleIndex build(Policy::Impl const& impl, std::vector<Layout const*> const& frames, std::vector<IndexedRule> const& rules) {
  Builder builder(impl, frames);
  for (auto const& rule : rules) builder.add(rule);
  return builder.finish();
}

}  // namespace bylaw::inline v0::policy::index
