// From guards to columns of bits.
#include <algorithm>
#include <unordered_map>

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
    auto terms = normal_form_.terms_of(rule.guard);
    for (auto& term : terms) {
      for (auto const place : rule.required) term.scalars[place].required = true;
      add(rule, term);
    }
    if (rule.dated) out_.dated_rules.push_back(rule.rule);
  }

  RuleIndex finish() {
    out_.words = (out_.terms + 63) / 64;
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
    out.rows = std::move(first);
    if (text) add_texts(gathered, out);
    else add_edges(gathered, out);
    out.rows.insert(out.rows.end(), missing.begin(), missing.end());
    return out;
  }

  /// One row per edge: the row before it, with the terms turned that change there.
  void add_edges(Gathered const& gathered, Column& out) const {
    std::vector<std::pair<Edge, std::uint32_t>> turns;
    for (auto const& [bit, predicate] : gathered.predicates) {
      for (auto const& edge : predicate.edges) turns.emplace_back(edge, bit);
    }
    std::sort(turns.begin(), turns.end(), [](auto const& a, auto const& b) { return a.first < b.first; });
    for (std::size_t i = 0; i < turns.size(); ++i) {
      if (i == 0 || !(turns[i].first == turns[i - 1].first)) {
        out.edges.push_back(turns[i].first);
        out.rows.resize(out.rows.size() + out_.words);
        std::copy_n(out.rows.end() - 2 * out_.words, out_.words, out.rows.end() - out_.words);
      }
      flip(&out.rows[out.rows.size() - out_.words], turns[i].second);
    }
  }

  /// One row per text that a rule names: the row of all others, with the terms turned that name it.
  void add_texts(Gathered const& gathered, Column& out) const {
    for (auto const& [bit, predicate] : gathered.predicates) out.texts.insert(out.texts.end(), predicate.texts.begin(), predicate.texts.end());
    std::sort(out.texts.begin(), out.texts.end());
    out.texts.erase(std::unique(out.texts.begin(), out.texts.end()), out.texts.end());
    out.rows.resize((out.texts.size() + 1) * out_.words);
    for (std::size_t row = 1; row <= out.texts.size(); ++row) std::copy_n(out.rows.begin(), out_.words, &out.rows[row * out_.words]);
    for (auto const& [bit, predicate] : gathered.predicates) {
      for (auto const& text : predicate.texts) {
        auto const at = static_cast<std::size_t>(std::lower_bound(out.texts.begin(), out.texts.end(), text) - out.texts.begin());
        flip(&out.rows[(at + 1) * out_.words], bit);
      }
    }
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
  std::size_t out = 8 * (column.rows.size() + column.users.size() + column.refer.size()) + sizeof(Edge) * column.edges.size();
  for (auto const& text : column.texts) out += sizeof text + text.size();
  return out;
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
