// kill -9 in the middle of a badly talking world: said again from the beginning, it comes to the same end.
//   BYLAW_KILLS=100   how often; without it eight times
#include <csignal>
#include <cstdlib>

#include <sys/wait.h>

#include <doctest/doctest.h>

#include <bylaw/store/store.hpp>

#include "fault/ledger/work.hpp"
#include "fault/workflow/world.hpp"

using namespace bylaw;

namespace {

constexpr int steps = 1500;

/// Says everything from the beginning, and writes a byte for each step that is done.
int say_all(std::string const& path, int pipe) {
  auto engine = engine::Engine::open({path, true, simulated_rules(), {}});
  if (!engine) return 2;
  World world(11);
  for (auto const& command : world.opening()) {
    if (!engine->submit(command)) return 3;
  }
  for (int i = 0; i < steps; ++i) {
    auto const said = world.next();
    if (!let_time_pass(*engine, world.now()) || !engine->submit(said.command)) return 3;
    if (pipe >= 0 && ::write(pipe, "x", 1) != 1) return 4;
  }
  return engine->close() ? 0 : 5;
}

std::string end_of(std::string const& path) {
  auto const verified = store::verify(path);
  REQUIRE(verified.has_value());
  CHECK_MESSAGE(verified->findings.empty(), verified->findings.front());
  return verified->state_hash;
}

}  // namespace

TEST_CASE("killed in the middle, the world comes to the same end") {
  TempStore whole;
  REQUIRE(say_all(whole.path, -1) == 0);
  auto const expected = end_of(whole.path);
  auto const* text = std::getenv("BYLAW_KILLS");
  int const kills = text != nullptr ? std::atoi(text) : 8;
  TempStore torn;
  for (int round = 0; round <= kills; ++round) {
    CAPTURE(round);
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    auto const child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      ::close(ends[0]);
      auto const code = say_all(torn.path, ends[1]);
      if (round < kills && code == 0) ::pause();  // until it is killed
      _exit(code);
    }
    ::close(ends[1]);
    // The last round is not disturbed; the others go a little further each time.
    int const wanted = round == kills ? steps : steps * (round + 1) / (kills + 2);
    char byte = 0;
    for (int seen = 0; seen < wanted && ::read(ends[0], &byte, 1) == 1;) ++seen;
    if (round < kills) ::kill(child, SIGKILL);
    int status = 0;
    while (::read(ends[0], &byte, 1) == 1) continue;
    ::close(ends[0]);
    ::waitpid(child, &status, 0);
    if (round < kills) {
      CHECK(WIFSIGNALED(status));
      (void)end_of(torn.path);
    } else {
      REQUIRE(WIFEXITED(status));
      REQUIRE(WEXITSTATUS(status) == 0);
    }
  }
  CHECK(end_of(torn.path) == expected);
}
