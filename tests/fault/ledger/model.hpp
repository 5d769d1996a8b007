#pragma once
#include <map>
#include <string>
#include <vector>

#include <bylaw/ledger/ledger.hpp>

/// A second ledger, written for being easy to believe: maps, loops over everything, a copy instead of an undo log.
/// "Reserved" is added up from the open promises whenever it is asked for. It shares types with the real one, and nothing else.
class BooksModel {
 public:
  using Id = bylaw::ledger::Id;

  struct Account {
    bylaw::ledger::AccountKey key;
    bylaw::ledger::Bounds bounds;
    std::int64_t posted = 0;
  };
  struct Promise {
    std::uint32_t debit = 0;
    std::uint32_t credit = 0;
    std::int64_t amount = 0;
    std::int64_t expires = 0;
    std::string reference;
  };
  struct Layer {
    std::int64_t received = 0;
    std::int64_t quantity = 0;
    std::int64_t value = 0;
  };
  struct Pool {
    bylaw::ledger::CostPoolKey key;
    std::int64_t quantity = 0;
    std::int64_t value = 0;
    std::int64_t rate_quantity = 0;
    std::int64_t rate_value = 0;
    std::map<std::int64_t, Layer> layers;
  };
  struct Moved {
    std::uint32_t debit = 0;
    std::uint32_t credit = 0;
    std::int64_t amount = 0;
    bool posted = false;
    bool reversed = false;
  };
  struct Outcome {
    std::string code;  ///< empty: accepted
    bool duplicate = false;
    std::int64_t first = 0;
    std::int32_t count = 0;
  };

  std::uint32_t open(bylaw::ledger::AccountKey const& key, bylaw::ledger::Bounds const& bounds);
  std::uint32_t open_pool(bylaw::ledger::CostPoolKey const& key);
  Outcome submit(bylaw::ledger::Group const& group, std::int64_t now);
  /// Drops what has lapsed, at most `count_max`; how many.
  std::int64_t expire(std::int64_t now, std::int64_t count_max);

  [[nodiscard]] std::int64_t out(std::uint32_t account) const;
  [[nodiscard]] std::int64_t in(std::uint32_t account) const;
  /// What differs from a real ledger, in words; empty: nothing.
  [[nodiscard]] std::string compare(bylaw::ledger::Ledger const& ledger) const;

  std::vector<Account> accounts;
  std::map<std::int64_t, Promise> promises;
  std::map<std::string, std::int64_t> closed;  ///< through, by company; quantities under the empty name
  std::vector<Pool> pools;
  std::map<std::pair<std::string, std::string>, bylaw::ledger::Lot> lots;
  std::int64_t last_cost = 0;
  std::vector<Moved> history;

 private:
  struct Seen {
    std::string body;
    Outcome outcome;
  };
  std::string apply(bylaw::ledger::Group const& group, std::int64_t now);
  struct Leg {
    bylaw::ledger::AccountIndex debit;
    bylaw::ledger::AccountIndex credit;
    std::int64_t amount = 0;
  };
  std::string transfer(bylaw::ledger::Transfer t, bylaw::ledger::Group const& group, std::int64_t now);
  std::string move(bylaw::ledger::Transfer t, bylaw::ledger::Group const& group, std::int64_t now);
  void arrive(Pool& pool, std::int64_t quantity, std::int64_t value, bylaw::ledger::AccountIndex contra, bylaw::ledger::AccountIndex variance,
              std::vector<Leg>& legs);
  std::string leave(Pool& pool, bylaw::ledger::CostMove const& m, std::int64_t& value);
  std::string late(Pool& pool, bylaw::ledger::CostMove const& m, std::int64_t& stays);
  static void leg(std::vector<Leg>& legs, bylaw::ledger::AccountIndex debit, bylaw::ledger::AccountIndex credit, std::int64_t amount);
  std::string cost(bylaw::ledger::CostMove const& m, bylaw::ledger::Group const& group, std::int64_t now);
  [[nodiscard]] bool elsewhere(std::uint32_t from, std::uint32_t to) const;
  void record(std::uint32_t debit, std::uint32_t credit, std::int64_t amount, bool posted);
  std::int64_t take(Pool& pool, std::int64_t quantity, std::int64_t layer, bool& short_of_layer);

  std::map<Id, Seen> seen_;
  bool costing_ = false;
  std::int64_t before_group_ = 0;  ///< transfers there were when the group began
};

/// Everything a group says, in words: what "the same body" means.
[[nodiscard]] std::string spelled(bylaw::ledger::Group const& group);
