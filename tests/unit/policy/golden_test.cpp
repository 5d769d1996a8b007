// Whole files and what is said of them. BYLAW_UPDATE_GOLDEN=1 writes the expected files anew; the review is the diff.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include "fixture.hpp"

using namespace bylaw;

TEST_CASE("findings of whole files are as reviewed") {
  namespace fs = std::filesystem;
  std::size_t count = 0;
  for (auto const& entry : fs::directory_iterator(BYLAW_SOURCE_DIR "/tests/golden/policy")) {
    if (entry.path().extension() != ".bylaw") continue;
    ++count;
    auto const text = *config::read_text(entry.path().string());
    auto const compiled = compile(text);
    auto got = render(compiled.diagnostics, compiled.sources);
    auto const expected_path = fs::path(entry.path()).replace_extension(".expected");
    if (std::getenv("BYLAW_UPDATE_GOLDEN") != nullptr) std::ofstream(expected_path, std::ios::binary) << got;
    auto const expected = config::read_text(expected_path.string());
    REQUIRE_MESSAGE(expected, expected_path.string());
    CAPTURE(entry.path().string());
    CHECK(got == *expected);
  }
  CHECK(count >= 5);
}

TEST_CASE("one file shows at least ten different errors") {
  auto const text = *config::read_text(BYLAW_SOURCE_DIR "/tests/golden/policy/ten_mistakes.bylaw");
  std::vector<std::string> seen;
  for (auto const& d : compile(text).diagnostics) {
    if (d.severity == policy::Severity::error && std::find(seen.begin(), seen.end(), d.code) == seen.end()) seen.push_back(d.code);
  }
  CHECK(seen.size() >= 10);
}
