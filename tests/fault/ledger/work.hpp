#pragma once
#include <filesystem>
#include <string>

#include <unistd.h>

#include <bylaw/engine/books.hpp>

/// A store of its own in a folder that goes with it.
struct TempStore {
  std::string folder = (std::filesystem::temp_directory_path() / ("bylaw_books_" + std::to_string(getpid()) + "_" + std::to_string(next()))).string();
  std::string path = folder + "/books.db";
  TempStore() { std::filesystem::create_directories(folder); }
  ~TempStore() { std::filesystem::remove_all(folder); }
  TempStore(TempStore const&) = delete;
  TempStore& operator=(TempStore const&) = delete;

 private:
  static int next() {
    static int count = 0;
    return ++count;
  }
};

inline constexpr std::uint32_t shelf_count = 20;

/// A supplier, a customer and twenty shelves of one item, in this order.
inline std::vector<bylaw::engine::AccountSpec> shelves() {
  using namespace bylaw::ledger;
  std::vector<bylaw::engine::AccountSpec> accounts;
  for (auto const* place : {"supplier", "customer"}) accounts.push_back({{AccountKind::quantity, "SKU", place, "virtual", "", "", ""}, unbounded});
  for (std::uint32_t i = 0; i < shelf_count; ++i) {
    accounts.push_back({{AccountKind::quantity, "SKU", "shelf-" + std::to_string(i), "available", "", "", ""}, physical});
  }
  return accounts;
}

/// One unit comes in, and two are wanted: half of these are refused.
inline bylaw::ledger::Group visit(std::uint64_t who, std::uint64_t number) {
  using namespace bylaw::ledger;
  Group group;
  group.id = {who + 1, number + 1};
  Transfer t;
  AccountIndex const shelf(2 + static_cast<std::uint32_t>((who * 7 + number * 3) % shelf_count));
  bool const in = number % 2 == 0;
  t.debit = in ? AccountIndex(0) : shelf;
  t.credit = in ? shelf : AccountIndex(1);
  t.amount = in ? 1 : 2;
  t.reference = std::to_string(who) + "/" + std::to_string(number);
  group.transfers = {t};
  return group;
}
