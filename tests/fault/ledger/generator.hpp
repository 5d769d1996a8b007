#pragma once
#include <random>

#include "model.hpp"

/// The accounts and pools that random groups speak of.
struct Accounts {
  std::vector<std::pair<bylaw::ledger::AccountKey, bylaw::ledger::Bounds>> accounts;
  std::vector<bylaw::ledger::CostPoolKey> pools;
};
[[nodiscard]] Accounts small_world();

/// Draws groups of every kind, most of them plausible, some of them wrong. The same seed draws the same groups.
class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed), rising_(random_() % 2 == 0) {}

  /// `now` is the business time that groups are about.
  [[nodiscard]] bylaw::ledger::Group group(BooksModel const& model, std::int64_t now);
  [[nodiscard]] std::int64_t below(std::int64_t limit) { return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(limit)); }
  [[nodiscard]] bool one_in(std::int64_t many) { return below(many) == 0; }

 private:
  [[nodiscard]] bylaw::ledger::Id next_id();
  [[nodiscard]] bylaw::ledger::Transfer transfer(BooksModel const& model, std::int64_t now);
  [[nodiscard]] bylaw::ledger::CostMove cost(BooksModel const& model, std::int64_t now);
  void kit(bylaw::ledger::Group& group, BooksModel const& model, std::int64_t now);

  std::mt19937_64 random_;
  bool rising_;  ///< ids rise, but for a few
  std::uint64_t count_ = 0;
};
