// kill -9 while four threads submit: what was acknowledged is there, and everything adds up.
//   BYLAW_KILLS=100   how often; without it eight times
#include <csignal>
#include <cstdlib>
#include <thread>

#include <sys/wait.h>

#include <doctest/doctest.h>

#include <bylaw/store/store.hpp>

#include "work.hpp"

using namespace bylaw;
using engine::Books;

namespace {

/// What a thread of the child tells its parent when it has its receipt; written to the pipe at once.
struct Told {
  std::uint64_t who;
  std::uint64_t number;
  std::int64_t first;
  std::int64_t accepted;
};

[[noreturn]] void submit_for_ever(std::string const& path, int pipe, std::uint64_t from) {
  auto books = Books::open({path, true, {}, 300, 64});
  if (!books || !books->open_accounts(shelves())) _exit(2);
  std::vector<std::thread> threads;
  for (std::uint64_t who = 0; who < 4; ++who) {
    threads.emplace_back([&, who] {
      for (auto i = from;; ++i) {
        auto const receipt = books->submit(visit(who, i));
        if (!receipt) _exit(3);
        Told const told{who, i, receipt->first.value, receipt->accepted() ? 1 : 0};
        if (::write(pipe, &told, sizeof told) != sizeof told) _exit(4);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  _exit(5);
}

}  // namespace

TEST_CASE("killed while many submit") {
  TempStore temp;
  auto const* text = std::getenv("BYLAW_KILLS");
  int const kills = text != nullptr ? std::atoi(text) : 8;
  std::size_t told_count = 0;
  for (int round = 0; round < kills; ++round) {
    CAPTURE(round);
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    auto const from = static_cast<std::uint64_t>(round) * 1'000'000;
    auto const child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      ::close(ends[0]);
      submit_for_ever(temp.path, ends[1], from);
    }
    ::close(ends[1]);
    std::vector<Told> all;
    Told told{};
    // Let it get going, then strike at no particular moment.
    auto const wanted = static_cast<std::size_t>(40 + round * 37 % 200);
    while (all.size() < wanted && ::read(ends[0], &told, sizeof told) == sizeof told) all.push_back(told);
    std::this_thread::sleep_for(std::chrono::microseconds(round * 131 % 900));
    ::kill(child, SIGKILL);
    while (::read(ends[0], &told, sizeof told) == sizeof told) all.push_back(told);
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE(WIFSIGNALED(status));
    REQUIRE(all.size() >= wanted);
    auto const verified = store::verify(temp.path);
    REQUIRE(verified.has_value());
    CHECK_MESSAGE(verified->findings.empty(), verified->findings.front());
    auto books = Books::open({temp.path, false, {}, 300, 64});
    REQUIRE(books.has_value());
    for (auto const& t : all) {
      auto const receipt = books->submit(visit(t.who, t.number));
      REQUIRE(receipt.has_value());
      CHECK(receipt->duplicate);
      CHECK(receipt->accepted() == (t.accepted != 0));
      CHECK(receipt->first.value == t.first);
    }
    told_count += all.size();
  }
  MESSAGE(told_count, " receipts, none lost");
}
