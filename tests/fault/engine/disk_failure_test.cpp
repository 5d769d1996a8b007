// The whole engine on a disk that fails at the n-th operation: power cut, EIO, ENOSPC, short writes, a sync that lies.
//   BYLAW_FAULT_STRIDE=1   every n; without it every sixty-first, begun at another one for each kind
#include <unistd.h>

#include <map>
#include <optional>
#include <set>

#include <doctest/doctest.h>

#include <bylaw/store/reader.hpp>
#include <bylaw/store/store.hpp>

#include "fault/engine/story.hpp"
#include "fault/ledger/failures.hpp"

using namespace bylaw;

namespace {

/// On the disk of the test; only the lock is a real file, of this process alone.
std::string const path = "/tmp/bylaw_story_fault_" + std::to_string(::getpid()) + ".db";

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
  CHECK(rows("SELECT count(*) FROM instance WHERE workflow='exception'")[0][0] == "2");
  CHECK(rows("SELECT count(*) FROM refund_part")[0][0] == "3");  // units, an exchange, goodwill
  CHECK(rows("SELECT count(*) FROM command WHERE id LIKE 'f-%' AND status=1")[0][0] == "0");
  std::optional<Story> story;
  auto const run = [&] {
    story.emplace(path);
    (void)story->tell();
  };
  auto const check = [&](std::int64_t) {
    story->an_hour_later();
    tell_to_the_end(*story);
    CHECK(state_of() == expected);
    std::set<std::int64_t> got;
    std::map<std::string, std::int64_t> last;
    for (auto const& [subject, number] : story->received()) {
      bool const fresh = got.insert(number).second;
      if (fresh) CHECK(number > last[subject]);
      if (fresh) last[subject] = number;
    }
    for (auto const& row :
         rows("SELECT seq FROM outbox o WHERE (type LIKE 'order.%' OR type LIKE 'approval.%') AND seq <= (SELECT position FROM consumer WHERE name='shop')")) {
      CHECK_MESSAGE(got.count(std::stoll(row[0])) == 1, "message " << row[0] << " was lost");
    }
    story.reset();  // closed on the disk that is whole, before the next one fails
  };
  auto const tried = fail_everywhere(operations, fault_stride(61), {run, [&] { story->drop(); }, check});
  MESSAGE(operations, " operations, failed ", tried, " times");
}
