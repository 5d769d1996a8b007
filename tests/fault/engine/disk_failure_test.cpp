// The whole engine on a disk that fails at the n-th operation: power cut, EIO, ENOSPC, short writes, a sync that lies.
//   BYLAW_FAULT_STRIDE=1   every n; without it every thirty-seventh, begun at another one for each kind
#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>

#include <doctest/doctest.h>

#include <bylaw/store/reader.hpp>
#include <bylaw/store/store.hpp>

#include "fault/engine/story.hpp"
#include "fault/ledger/disk.hpp"

using namespace bylaw;

namespace {

constexpr Disk::Failure failures[] = {Disk::Failure::power, Disk::Failure::io_error, Disk::Failure::full, Disk::Failure::short_write, Disk::Failure::torn_sync};
constexpr char const* path = "/tmp/bylaw_story_fault.db";  // on the disk of the test; only the lock is a real file

std::int64_t stride() {
  auto const* text = std::getenv("BYLAW_FAULT_STRIDE");
  return text != nullptr ? std::max(1L, std::atol(text)) : 37;
}

std::string state_of() {
  auto const verified = store::verify(path);
  REQUIRE_MESSAGE(verified.has_value(), to_string(verified.error()));
  CHECK_MESSAGE(verified->findings.empty(), verified->findings.front());
  return verified->state_hash;
}

std::vector<std::vector<std::string>> rows(char const* sql) {
  auto reader = store::Reader::open(path);
  REQUIRE(reader.has_value());
  auto table = reader->query(sql);
  REQUIRE_MESSAGE(table.has_value(), table.error().message);
  return std::move(table->rows);
}

/// Tells it until nothing is on its way any more: what was when the host died comes again an hour later.
void tell_to_the_end(Story& story) {
  constexpr char const* behind =
      "SELECT 1 FROM delivery UNION ALL SELECT 1 FROM consumer WHERE position < (SELECT max(seq) FROM outbox WHERE type LIKE 'order.%')";
  for (int i = 0; i < 60; ++i) {
    REQUIRE_MESSAGE(story.tell(), story.why());
    story.an_hour_later();
    if (rows(behind).empty()) return;
  }
  FAIL("messages are left over");
}

}  // namespace

TEST_CASE("whatever fails, whenever: the story told again comes to the same end, and no message is lost") {
  auto& disk = Disk::instance();
  disk.clear();
  Story whole(path);
  REQUIRE_MESSAGE(whole.tell(), whole.why());
  auto const operations = disk.operations();
  tell_to_the_end(whole);
  auto const expected = state_of();
  // It really goes through everything.
  CHECK(rows("SELECT count(*) FROM request_answer WHERE answer='approve'")[0][0] == "2");
  CHECK(rows("SELECT count(*) FROM erasure")[0][0] == "1");
  CHECK(rows("SELECT count(*) FROM activation")[0][0] == "1");
  CHECK(rows("SELECT count(*) FROM command WHERE code='batch_refused'")[0][0] == "1");
  CHECK(rows("SELECT count(*) FROM command WHERE code='amended'")[0][0] == "1");
  CHECK(rows("SELECT count(*) FROM instance WHERE workflow='exception'")[0][0] == "1");
  std::int64_t tried = 0;
  std::int64_t begin = 1;
  for (auto const failure : failures) {
    for (auto n = begin++; n <= operations; n += stride()) {
      CAPTURE(static_cast<int>(failure));
      CAPTURE(n);
      disk.clear();
      disk.fail_at(n, failure);
      Story story(path);
      (void)story.tell();
      bool const cut = disk.power_was_cut();
      disk.kill();
      story.drop();
      disk.restart(cut, static_cast<std::uint64_t>(n));
      story.an_hour_later();
      tell_to_the_end(story);
      CHECK(state_of() == expected);
      std::set<std::int64_t> got;
      std::map<std::string, std::int64_t> last;
      for (auto const& [subject, number] : story.received()) {
        bool const fresh = got.insert(number).second;
        if (fresh) CHECK(number > last[subject]);
        if (fresh) last[subject] = number;
      }
      for (auto const& row : rows(
               "SELECT seq FROM outbox o WHERE (type LIKE 'order.%' OR type LIKE 'approval.%') AND seq <= (SELECT position FROM consumer WHERE name='shop')")) {
        CHECK_MESSAGE(got.count(std::stoll(row[0])) == 1, "message " << row[0] << " was lost");
      }
      ++tried;
    }
  }
  MESSAGE(operations, " operations, failed ", tried, " times");
}
