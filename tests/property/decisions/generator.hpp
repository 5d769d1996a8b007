#pragma once
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <bylaw/policy/bind.hpp>

/// Orders of a made-up host with a member of every shape that binds: plain memory, optionals, texts, lists.
enum class Kind : std::int16_t { web = -3, store = 4, phone = 9 };
struct TestParty {
  bool trusted = false;
  std::int16_t score = 0;
};
struct TestLine {
  std::int32_t number = 0;
  std::optional<std::int64_t> maybe;
  std::int64_t cents = 0;
  bool hot = false;
  std::string name;
  std::int32_t code = 0;
  TestParty const* packer = nullptr;  ///< perhaps none: its facts are then missing
};
struct TestOrder {
  std::int8_t small = 0;
  bylaw::Decimal decimal;
  std::optional<bylaw::Decimal> maybe;
  std::int64_t cents = 0;
  std::optional<bylaw::Money> limit;
  bool flag = false;
  std::optional<bool> maybe_flag;
  Kind kind = Kind::web;
  std::string name;
  std::optional<std::string> alias;
  std::int32_t code = 0;
  bylaw::Date day;
  bylaw::Timestamp at;
  bylaw::Quantity weight;
  TestParty buyer;                    ///< in the order's own memory
  std::unique_ptr<TestParty> seller;  ///< perhaps none: its facts are then missing
  std::vector<std::string> tags;
  std::vector<TestLine> lines;
};

class Generator {
 public:
  explicit Generator(std::uint32_t seed) : random_(seed) {}

  /// The declarations that all rules of this generator speak of.
  [[nodiscard]] static std::string schema();
  [[nodiscard]] std::string rule(int number);
  [[nodiscard]] TestOrder order(bylaw::policy::Symbols& symbols);
  /// Takes facts away, or puts in numbers that no fact can have.
  void damage(bylaw::policy::Policy const& policy, bylaw::policy::Frame& frame);
  [[nodiscard]] int pick(int count) { return static_cast<int>(random_() % static_cast<std::uint32_t>(count)); }

 private:
  [[nodiscard]] bool chance(int percent) { return pick(100) < percent; }
  [[nodiscard]] std::string of(std::vector<std::string> const& choices) { return choices[static_cast<std::size_t>(pick(static_cast<int>(choices.size())))]; }
  [[nodiscard]] std::string condition(int depth, bool line);
  [[nodiscard]] std::string order_leaf();
  [[nodiscard]] std::string line_leaf(std::string const& line);
  [[nodiscard]] std::string over_lines(int depth);
  [[nodiscard]] std::string compare() { return of({"<", "<=", ">", ">=", "==", "!="}); }
  [[nodiscard]] std::string number();
  [[nodiscard]] std::string money();
  [[nodiscard]] std::string text();

  std::mt19937 random_;
};

[[nodiscard]] bylaw::policy::Binding<TestOrder> test_binding(bylaw::policy::Symbols& symbols);
