#pragma once
#include <memory>

#include <bylaw/engine/books.hpp>

#include "disk.hpp"
#include "generator.hpp"

/// A scripted day: two hundred groups of every kind, the same every time, on the disk that fails.
struct Day {
  Day();
  std::vector<bylaw::engine::AccountSpec> accounts;
  std::vector<bylaw::ledger::CostPoolKey> pools;
  std::vector<bylaw::ledger::Group> groups;
  /// What the books have to look like when so many groups were done.
  std::vector<BooksModel> after;

  /// Runs the day until something fails; how many groups were acknowledged. `books` is left as it is then.
  std::size_t run(std::unique_ptr<bylaw::engine::Books>& books) const;
};
[[nodiscard]] bylaw::engine::BooksOptions day_options();
/// Empty when a ledger is the `model`, otherwise how it differs.
[[nodiscard]] std::string difference(bylaw::engine::Books const& books, BooksModel const& model);
