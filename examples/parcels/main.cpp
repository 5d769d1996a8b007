// A host whose own code answers guards and does actions, and that wants a state machine which survives everything.
//   parcels_host STORE     twice: the second time it finds its parcels where they were
#include <cstdio>
#include <cstring>

#include <bylaw/engine/instances.hpp>

using namespace bylaw;

namespace {

workflow::Machine parcel_machine() {
  workflow::Definition d;
  d.name = "parcel";
  d.starts = {0};
  d.states = {{"packed", -1, {}, false, workflow::Others::reject, {}, {}, {}, {}, {}},
              {"on_the_way", -1, {}, false, workflow::Others::ignore, {}, {}, {}, {}, {}},
              {"delivered", -1, {}, true, workflow::Others::ignore, {}, {}, {}, {}, {}}};
  workflow::Transition ship{"ship", {"warehouse"}, false, {}, 0, {"print_label"}, 1};  // guard 0: it is paid
  workflow::Transition deliver{"deliver", {}, false, {}, -1, {}, 2};
  d.states[0].transitions = {ship};
  d.states[1].transitions = {deliver};
  return workflow::Machine::build(std::move(d)).value();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  auto const machine = parcel_machine();
  auto instances = engine::Instances::open({argv[1], true, {machine}, {}});
  if (!instances) {
    std::fprintf(stderr, "%s\n", instances.error().message.c_str());
    return 1;
  }
  auto open = instances->open_after(0, 100);
  if (open && open->empty()) {
    if (!instances->start({{"P-1", 0, Timestamp(0), "me", "paid"}, {"P-2", 0, Timestamp(0), "me", "unpaid"}})) return 1;
    open = instances->open_after(0, 100);
  }
  if (!open) return 1;
  for (auto const& parcel : *open) {
    bool const paid = parcel.data == "paid";
    auto const event = machine.event(machine.name(parcel.at) == "packed" ? "ship" : "deliver");
    engine::Advance advance;
    advance.instance = parcel.number;
    advance.last = parcel.last;  // sent twice, because an answer was lost, it is done once
    advance.event = event;
    advance.roles = machine.role("warehouse");
    advance.guards = paid ? 1 : 0;
    advance.who = "me";
    auto const done = instances->advance({&advance, 1});
    if (!done) return 1;
    bool const moved = done->front().step.reaction == workflow::Reaction::moved;
    std::printf("%s: %s\n", parcel.subject.c_str(), moved ? machine.name(done->front().step.to).c_str() : "stays");
  }
  return instances->close() ? 0 : 1;
}
