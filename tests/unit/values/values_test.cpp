#include <doctest/doctest.h>

#include <bylaw/values/money.hpp>
#include <bylaw/values/quantity.hpp>
#include <bylaw/values/split.hpp>
#include <bylaw/values/zone.hpp>

using namespace bylaw;

TEST_CASE("decimals are read exactly or refused") {
  struct Row {
    char const* text;
    char const* expected;
  };
  Row const rows[] = {{"0", "0"},
                      {"12.50", "12.5"},
                      {"-0.001", "-0.001"},
                      {"000.100", "0.1"},
                      {"123456789.123456789", "123456789.123456789"},
                      {"", "not_a_number"},
                      {".", "not_a_number"},
                      {"1.", "not_a_number"},
                      {"1.2.3", "not_a_number"},
                      {"1e3", "not_a_number"},
                      {"-", "not_a_number"},
                      {"1234567890123456789", "number_too_long"},
                      {"0.1234567891", "number_too_long"}};
  for (auto const& row : rows) {
    CAPTURE(row.text);
    auto const number = Decimal::parse(row.text);
    CHECK((number ? to_string(*number) : number.error().code) == row.expected);
  }
  CHECK(Decimal::parse("1.50").value() == Decimal::parse("1.5").value());
  CHECK(Decimal::parse("-2").value() < Decimal::parse("-1.999").value());
}

TEST_CASE("money keeps its currency and its decimals") {
  struct Row {
    char const* text;
    char const* expected;
  };
  Row const rows[] = {{"12.30 USD", "12.30 USD"},
                      {"900 JPY", "900 JPY"},
                      {"1.234 KWD", "1.234 KWD"},
                      {"-0.05 GBP", "-0.05 GBP"},
                      {"1.234 USD", "too_many_decimals"},
                      {"0.5 JPY", "too_many_decimals"},
                      {"12.30", "not_money"},
                      {"12.30 XXX", "unknown_currency"},
                      {"92233720368547758.08 USD", "number_too_long"}};
  for (auto const& row : rows) {
    CAPTURE(row.text);
    auto const money = parse_money(row.text);
    CHECK((money ? to_string(*money) : money.error().code) == row.expected);
  }
  auto const usd = Money(100, Currency::find("USD"));
  CHECK(add(usd, Money(100, Currency::find("EUR"))).error().code == "currency_mismatch");
  CHECK(add(Money(INT64_MAX, usd.currency()), usd).error().code == "overflow");
  CHECK(subtract(usd, Money(INT64_MIN, usd.currency())).error().code == "overflow");
  CHECK(multiply(Money(5, usd.currency()), *Decimal::parse("0.5"), Rounding::half_even)->amount_minor() == 2);
  CHECK(multiply(Money(7, usd.currency()), *Decimal::parse("0.5"), Rounding::half_even)->amount_minor() == 4);
}

TEST_CASE("every rounding mode, both signs") {
  struct Row {
    Rounding mode;
    int expected[4];
  };  // of 5/2, -5/2, 7/4, -7/4
  Row const rows[] = {{Rounding::half_even, {2, -2, 2, -2}},      {Rounding::half_up, {3, -3, 2, -2}}, {Rounding::toward_zero, {2, -2, 1, -1}},
                      {Rounding::away_from_zero, {3, -3, 2, -2}}, {Rounding::floor, {2, -3, 1, -2}},   {Rounding::ceiling, {3, -2, 2, -1}}};
  for (auto const& row : rows) {
    CHECK(static_cast<int>(divide_rounded(5, 2, row.mode)) == row.expected[0]);
    CHECK(static_cast<int>(divide_rounded(-5, 2, row.mode)) == row.expected[1]);
    CHECK(static_cast<int>(divide_rounded(7, 4, row.mode)) == row.expected[2]);
    CHECK(static_cast<int>(divide_rounded(-7, 4, row.mode)) == row.expected[3]);
  }
}

TEST_CASE("a split sums to its total, whatever the weights") {
  CHECK(*split_largest_remainder(29000, {1, 1, 1}) == std::vector<std::int64_t>{9667, 9667, 9666});
  CHECK(*split_largest_remainder(-29000, {1, 1, 1}) == std::vector<std::int64_t>{-9667, -9667, -9666});
  CHECK(*split_largest_remainder(5, {0, 0}) == std::vector<std::int64_t>{3, 2});
  CHECK(split_largest_remainder(5, {}).error().code == "no_parts");
  CHECK(split_largest_remainder(5, {-1}).error().code == "negative_weight");
  std::uint64_t seed = 7;
  auto const next = [&] { return static_cast<std::int64_t>((seed = seed * 6364136223846793005u + 1442695040888963407u) >> 40); };
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::int64_t> weights;
    for (int i = 0; i <= round % 9; ++i) weights.push_back(next() % 1000);
    auto const total = next() - (1 << 22);
    auto const parts = split_largest_remainder(total, weights);
    std::int64_t sum = 0;
    for (auto const part : *parts) sum += part;
    CHECK(sum == total);
  }
}

TEST_CASE("units convert exactly inside a dimension only") {
  CHECK(to_string(*convert(*parse_quantity("2.5 kg"), *find_unit("g"))) == "2500 g");
  CHECK(to_string(*convert(*parse_quantity("1 lb"), *find_unit("g"))) == "453.59237 g");
  CHECK(convert(*parse_quantity("1 g"), *find_unit("lb")).error().code == "not_exact");
  CHECK(convert(*parse_quantity("1 case"), *find_unit("each")).error().code == "unit_mismatch");
  CHECK(convert(*parse_quantity("1 kg"), *find_unit("l")).error().code == "unit_mismatch");
  CHECK(to_string(*convert(*parse_quantity("3 pair"), *find_unit("each"))) == "6 each");
}

TEST_CASE("dates: leap years, ends of months, weekdays") {
  CHECK(parse_date("2027-02-29").error().code == "not_a_date");
  CHECK(parse_date("2028-02-29").has_value());
  CHECK(to_string(add_calendar(*parse_date("2027-01-31"), 1, 0)) == "2027-02-28");
  CHECK(to_string(add_calendar(*parse_date("2026-11-30"), 3, 1)) == "2027-03-01");
  CHECK(to_string(add_calendar(*parse_date("2027-01-15"), -13, 0)) == "2025-12-15");
  CHECK(weekday(*parse_date("2026-11-24")) == 1);
  for (int day = -200'000; day < 200'000; day += 37) CHECK(to_date(to_civil(Date(day))).value == day);
}

TEST_CASE("a clock change skips or repeats local times") {
  // New York 2026: forward on 8 March 07:00 UTC, back on 1 November 06:00 UTC.
  Zone const zone{
      "America/New_York",
      {{Timestamp(0), -5 * hour_ms}, {*parse_timestamp("2026-03-08T07:00:00Z"), -4 * hour_ms}, {*parse_timestamp("2026-11-01T06:00:00Z"), -5 * hour_ms}}};
  CHECK(from_local(*parse_local_time("2026-03-08 01:59"), zone).unique);
  auto const skipped = from_local(*parse_local_time("2026-03-08 02:30"), zone);
  CHECK(!skipped.unique);
  CHECK(to_string(skipped.time) == "2026-03-08T07:00:00Z");
  auto const twice = from_local(*parse_local_time("2026-11-01 01:30"), zone);
  CHECK(!twice.unique);
  CHECK(to_string(twice.time) == "2026-11-01T05:30:00Z");
  CHECK(to_string(to_local(*parse_timestamp("2026-11-01T06:30:00Z"), zone)) == "2026-11-01T01:30:00");
}
