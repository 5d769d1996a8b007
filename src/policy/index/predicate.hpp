#pragma once
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "policy/program/program.hpp"

namespace bylaw::inline v0::policy::index {

/// A condition that must hold, or must not.
struct Literal {
  std::uint32_t expression = 0;
  bool holds = true;
  friend bool operator==(Literal const&, Literal const&) = default;
};

/// A fact by the level of its frame and its slot there.
struct Place {
  std::uint32_t level = 0;
  std::uint32_t slot = 0;
  friend auto operator<=>(Place const&, Place const&) = default;
};

/// A place on the line of numbers where the truth of a comparison changes: at the number, or just after it.
struct Edge {
  Exact at;
  bool after = false;
};
[[nodiscard]] bool operator<(Edge const& a, Edge const& b);
[[nodiscard]] bool operator==(Edge const& a, Edge const& b);

/// What a condition says when its fact is missing. `refer`: the reference evaluator must say, because
/// the fact may not be missing there, or because an earlier condition may have spared the question.
enum class Truth : std::uint8_t { no, yes, refer };

/// What conditions on one fact say of every value it can have.
struct Predicate {
  bool base = false;                    ///< the truth of numbers under the first edge, of texts that are not listed
  std::vector<Edge> edges;              ///< numbers: where the truth turns, rising
  std::vector<std::string_view> texts;  ///< texts: those whose truth is not `base`, rising; of the program
  Truth missing = Truth::refer;
};

/// Reads conditions on the value of one fact; a fact is looked up in `layout` by its slot. Not thread safe.
class PredicateReader {
 public:
  PredicateReader(Policy::Impl const& impl, Layout const& layout) : impl_(impl), layout_(layout) {}

  /// The one fact that a condition speaks of, when it speaks of one only and compares it with constants.
  [[nodiscard]] std::optional<Place> place_of(std::uint32_t expression) const;
  /// What all conditions on one fact say together. `required`: it must be there, whatever they say.
  [[nodiscard]] Predicate read(std::vector<Literal> const& literals, Place place, bool required) const;

 private:
  struct Value {
    bool missing = false;
    Exact const* number = nullptr;
    std::string_view const* text = nullptr;
    int side = 0;  ///< -1, 1: just below, just above the number
  };

  struct Members {
    std::vector<Exact> numbers;
    std::vector<std::string_view> texts;
  };

  bool is_indexable(Slot const& slot) const;
  Members const& members_of(Expr const& list) const;
  bool find_place(std::uint32_t expression, std::optional<Place>& place) const;
  bool find_figure(std::uint32_t expression, std::optional<Place>& place) const;
  void collect(std::uint32_t expression, std::vector<Exact>& numbers, std::vector<std::string_view>& texts) const;
  Truth truth(std::uint32_t expression, Value const& value) const;
  Truth truth_of_all(std::vector<Literal> const& literals, Value const& value) const;
  Truth compare(Expr const& expr, Value const& value) const;
  void read_numbers(std::vector<Literal> const& literals, std::vector<Exact> numbers, Predicate& out) const;
  void read_texts(std::vector<Literal> const& literals, std::vector<std::string_view> texts, Predicate& out) const;

  Policy::Impl const& impl_;
  Layout const& layout_;
  mutable std::unordered_map<Expr const*, Members> members_;
};

}  // namespace bylaw::inline v0::policy::index
