#include <doctest/doctest.h>

#include <bylaw/workflow/workflow.hpp>

using namespace bylaw;
using namespace bylaw::workflow;

namespace {

Definition small() {
  Definition d;
  d.name = "order";
  d.states = {{"new", false, Others::reject, {}, {"left"}, {{"check", {}, -1, {"checked"}, 1}}},
              {"checked", false, Others::ignore, {"entered"}, {}, {{"", {}, 0, {}, 2}, {"ship", {"warehouse"}, -1, {}, 2}}},
              {"done", true, Others::dead_letter, {}, {}, {}}};
  return d;
}

Guards always(bool const& value) {
  return {[](void* context, std::int32_t, bool&) { return *static_cast<bool*>(context); }, const_cast<bool*>(&value)};
}

}  // namespace

TEST_CASE("an event moves, then transitions without event follow while their guards hold") {
  auto const d = small();
  bool yes = true;
  bool no = false;
  auto const through = step(d, 0, "check", "", always(yes));
  CHECK(through.state == 2);
  CHECK(through.actions == std::vector<std::string>{"left", "checked", "entered"});
  auto const stays = step(d, 0, "check", "", always(no));
  CHECK(stays.state == 1);
  CHECK(settle(d, 1, always(yes)).state == 2);
  CHECK(settle(d, 1, always(no)).reaction == Reaction::ignored);
}

TEST_CASE("what does not fit is answered as the state says") {
  auto const d = small();
  CHECK(step(d, 0, "ship", "", {}).reaction == Reaction::rejected);
  CHECK(step(d, 1, "check", "", {}).reaction == Reaction::ignored);
  CHECK(step(d, 2, "check", "", {}).reaction == Reaction::dead_lettered);
  CHECK(step(d, 1, "ship", "customer", {}).reaction == Reaction::forbidden);
  CHECK(step(d, 1, "ship", "warehouse", {}).reaction == Reaction::moved);
}

TEST_CASE("a definition that cannot finish is refused with the shortest way into the trap") {
  auto d = small();
  CHECK(check(d).has_value());
  d.states.push_back({"trap", false, Others::reject, {}, {}, {}});
  CHECK(check(d).error().code == "unreachable");
  d.states[1].transitions.push_back({"fall", {}, -1, {}, 3});
  CHECK(check(d).error().code == "stuck");
  CHECK(check(d).error().message.find("new -> checked -> trap") != std::string::npos);
  CHECK(check(Definition{}).error().code == "no_states");
}
