#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include <bylaw/engine/books.hpp>

/// Movements between 100,000 accounts, both sides Zipf 0.99, as ../shared/bench/ledger has them.
struct Movement {
  std::uint32_t debit = 0;
  std::uint32_t credit = 0;
  std::int64_t amount = 0;
  std::int64_t effective = 0;
  std::uint64_t reference = 0;
};

inline constexpr std::uint32_t account_count = 100'000;
inline constexpr std::int64_t opening_balance = 1'000'000'000;  ///< so high that no bound refuses anything

[[nodiscard]] std::uint64_t mixed(std::uint64_t& state);
[[nodiscard]] std::vector<Movement> movements(std::size_t count, std::uint64_t seed);

/// How the ids of groups follow each other.
enum class Ids { rising, random };
[[nodiscard]] bylaw::ledger::Id id_of(Ids ids, std::uint64_t number);
/// One group with one transfer for each movement; ids count up from `first_id`.
[[nodiscard]] std::vector<bylaw::ledger::Group> groups_of(Movement const* movements, std::size_t count, Ids ids, std::uint64_t first_id,
                                                          std::uint32_t first_account);

[[nodiscard]] bylaw::ledger::AccountKey account_key(std::uint32_t account);

[[nodiscard]] double seconds_now();
[[nodiscard]] double median(std::vector<double> values);
/// The value below which `part` of them lie.
[[nodiscard]] double percentile(std::vector<double> values, double part);
/// Prints a row and remembers whether it was met. `most`: a bound from above.
void report(char const* what, double measured, double asked, bool most, std::string const& details);
[[nodiscard]] bool everything_met();
[[noreturn]] void give_up(std::string const& why);
/// A folder of the benchmark's own, emptied.
[[nodiscard]] std::string folder();
void remove_store(std::string const& path);
