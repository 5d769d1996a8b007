#include <doctest/doctest.h>

#include <bylaw/values/item_units.hpp>

using namespace bylaw;

TEST_CASE("items are counted in whole base units, exactly") {
  ItemUnits cheese{find_unit("kg"), *Decimal::parse("0.1"), {{"case", 120}}};
  auto const base = [&](char const* text) {
    auto const units = to_base_units(*parse_quantity(text), cheese);
    return units ? std::to_string(*units) : units.error().code;
  };
  CHECK(base("7 kg") == "70");  // so that seventy times 0.1 empty it
  CHECK(base("0.1 kg") == "1");
  CHECK(base("300 g") == "3");
  CHECK(base("2 case") == "240");
  CHECK(base("0.5 case") == "not_exact");
  CHECK(base("0.05 kg") == "not_exact");
  CHECK(base("3 each") == "unit_mismatch");
  CHECK(base("1 box") == "unit_mismatch");
  CHECK(base("999999999999999999 kg") == "overflow");
  CHECK(to_string(*from_base_units(73, cheese)) == "7.3 kg");
  CHECK(whole_steps(Decimal(1), Decimal(0)).error().code == "not_positive");
}

TEST_CASE("packs round up to buy and down to sell") {
  struct {
    std::int64_t units, buy, sell;
  } const rows[] = {{0, 0, 0}, {1, 1, 0}, {11, 1, 0}, {12, 1, 1}, {13, 2, 1}, {24, 2, 2}, {-5, 0, 0}};
  for (auto const& row : rows) {
    CHECK(packs_to_buy(row.units, 12) == row.buy);
    CHECK(packs_to_sell(row.units, 12) == row.sell);
  }
}
