#include <doctest/doctest.h>

#include <map>
#include <random>

#include <bylaw/workflow/instance_table.hpp>

using namespace bylaw::workflow;

TEST_CASE("the table of open instances is a map, whatever is put and erased in which order") {
  std::mt19937_64 random(7);
  InstanceTable table;
  std::map<std::int64_t, std::int64_t> model;
  for (int step = 0; step < 200'000; ++step) {
    auto const number = static_cast<std::int64_t>(random() % 3000) + 1;
    if (random() % 3 == 0) {
      table.erase(number);
      model.erase(number);
    } else {
      table.put({number, step, Configuration(3), 1});
      model[number] = step;
    }
    if (step % 997 != 0) continue;
    REQUIRE(table.size() == model.size());
    for (std::int64_t n = 0; n <= 3001; ++n) {
      auto const* found = table.find(n);
      auto const known = model.find(n);
      REQUIRE((found != nullptr) == (known != model.end()));
      if (found != nullptr) REQUIRE(found->last == known->second);
    }
  }
}

TEST_CASE("an open instance costs at most 64 bytes, and a finished one nothing") {
  InstanceTable table;
  double most = 0;
  for (std::int64_t n = 1; n <= 1'000'000; ++n) {
    table.put({n, n, Configuration(0), 0});
    if (n > 1000) most = std::max(most, static_cast<double>(table.memory_bytes()) / static_cast<double>(n));
  }
  CHECK(most <= 64);
  for (std::int64_t n = 1; n <= 1'000'000; ++n) table.erase(n);
  CHECK(table.size() == 0);
  auto const before = table.memory_bytes();
  for (std::int64_t n = 2'000'001; n <= 3'000'000; ++n) table.put({n, n, Configuration(0), 0});
  CHECK(table.memory_bytes() == before);
}
