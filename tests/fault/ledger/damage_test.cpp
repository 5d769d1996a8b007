// A flipped byte in any page, and a file that ends too early: opening or `verify` says so; never a wrong balance.
//   BYLAW_FAULT_STRIDE=1   every byte of the file; without it one in 211
#include <cstdlib>

#include <doctest/doctest.h>

#include <bylaw/store/store.hpp>

#include "day.hpp"
#include "fault/ledger/failures.hpp"

using namespace bylaw;
using engine::Books;

namespace {

std::string good_file(Day const& day) {
  auto& disk = Disk::instance();
  disk.clear();
  std::unique_ptr<Books> books;
  REQUIRE(day.run(books) == day.groups.size());
  books.reset();  // the last connection writes the WAL back into the file
  auto bytes = disk.read(day_options().store_path);
  REQUIRE(bytes.size() > 100'000);
  return bytes;
}

}  // namespace

TEST_CASE("a flipped byte anywhere is refused, found, or harmless") {
  Day const day;
  auto const good = good_file(day);
  auto const stride = static_cast<std::size_t>(fault_stride(211));
  std::size_t harmless = 0;
  std::size_t noticed = 0;
  for (std::size_t at = 0; at < good.size(); at += stride) {
    CAPTURE(at);
    auto bytes = good;
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << (at % 8)));
    auto& disk = Disk::instance();
    disk.clear();
    disk.write(day_options().store_path, bytes);
    auto const verified = store::verify(day_options().store_path);
    bool const sound = verified.has_value() && verified->findings.empty();
    auto const opened = Books::open(day_options());
    // What opens and is sound by `verify` has to be right to the last unit.
    if (opened && sound) CHECK(difference(*opened, day.after.back()) == "");
    ++(sound ? harmless : noticed);
  }
  MESSAGE(noticed, " noticed, ", harmless, " harmless");
  CHECK(noticed > harmless / 10);
}

TEST_CASE("a file that ends too early is refused or found") {
  Day const day;
  auto const good = good_file(day);
  for (std::size_t size = 0; size < good.size(); size += 2'048 + 13) {
    CAPTURE(size);
    auto& disk = Disk::instance();
    disk.clear();
    disk.write(day_options().store_path, good.substr(0, size));
    auto const verified = store::verify(day_options().store_path);
    bool const sound = verified.has_value() && verified->findings.empty();
    if (size == 0) continue;  // an empty file is a new store
    // The last page may end before anything that is used of it.
    CHECK((!sound || size + 4'096 > good.size()));
    auto const opened = Books::open(day_options());
    if (opened) CHECK(difference(*opened, day.after.back()) == "");
  }
}
