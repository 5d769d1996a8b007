// Test files: whatever the bytes, a run ends with an error or with outcomes.
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include <unistd.h>

#include <bylaw/values/zone.hpp>
#include <bylaw/testkit/testkit.hpp>

using namespace bylaw;

namespace {

char const* const rules_text = R"(policy fuzz { currency USD; time zone "UTC"; }
use "order.bylaw"; use "return.bylaw";
hold large { when order.total > 500.00 USD; reason HIGH_VALUE "x"; blocks release; release by order_desk; }
allocation any { from location.active; prefer lowest distance_km; reserve for 3 days; short backorder; }
return usual { within 30 days of delivery; approve otherwise; fee 10 percent of return.net as restocking; restock when inspected.condition == unopened; quarantine otherwise; }
)";

/// Files of one process, in memory and removed at its end.
struct Folder {
  std::filesystem::path path = "/dev/shm/bylaw_fuzz_" + std::to_string(getpid());
  Folder() {
    std::filesystem::create_directories(path);
    std::ofstream(path / "fuzz.bylaw") << rules_text;
  }
  ~Folder() { std::filesystem::remove_all(path); }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  static Folder const folder;
  static ZoneTable const zones({{"UTC", {{Timestamp(0), 0}}}});
  auto const file = (folder.path / "fuzz.test.yaml").string();
  std::ofstream(file, std::ios::binary).write(reinterpret_cast<char const*>(data), static_cast<std::streamsize>(size));
  testkit::Options options;
  options.coverage = size % 2 == 0;
  auto const suite = testkit::run_file(file, zones, options);
  if (suite) (void)testkit::to_junit({*suite});
  (void)testkit::examples_of(file);
  return 0;
}
