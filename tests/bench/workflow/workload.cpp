#include "bench/workflow/workload.hpp"

#include <cstdio>
#include <cstdlib>

using namespace bylaw;

namespace {
constexpr char const* action_names[] = {"", "add_hold", "drop_hold", "clear", "correct_address", "add_payment"};
}

workflow::Machine order_machine() {
  workflow::Definition d;
  d.name = "order";
  d.starts = {imported};
  for (auto const* name : state_names) d.states.push_back({name, -1, {}, false, workflow::Others::reject, {}, {}, {}, {}, {}});
  d.states[settled].final = d.states[cancelled].final = true;
  auto const add = [&](St from, Ev event, int guard, int action, St to) {
    workflow::Transition t;
    t.event = event_names[event];
    t.guard = guard;
    if (action > 0) t.actions = {action_names[action]};
    t.target = from == to ? -1 : to;
    d.states[from].transitions.push_back(std::move(t));
  };
  add(imported, e_validate, 0, 0, validated);
  add(imported, e_hold, -1, 1, on_hold);
  add(imported, e_cancel, -1, 0, cancelled);
  add(imported, e_amend, -1, 4, imported);
  add(validated, e_hold, -1, 1, on_hold);
  add(validated, e_release, 1, 0, released);
  add(validated, e_cancel, -1, 0, cancelled);
  add(validated, e_amend, -1, 4, imported);
  add(on_hold, e_hold, -1, 1, on_hold);
  add(on_hold, e_unhold, 2, 3, validated);
  add(on_hold, e_unhold, -1, 2, on_hold);
  add(on_hold, e_cancel, -1, 0, cancelled);
  add(released, e_allocate, 3, 0, allocated);
  add(released, e_hold, -1, 1, on_hold);
  add(released, e_cancel, -1, 0, cancelled);
  add(allocated, e_deallocate, -1, 0, released);
  add(allocated, e_ship, -1, 0, shipped);
  add(allocated, e_cancel, -1, 0, cancelled);
  add(shipped, e_invoice, -1, 0, invoiced);
  add(invoiced, e_pay, -1, 5, invoiced);
  add(invoiced, e_settle, 4, 0, settled);
  auto machine = workflow::Machine::build(std::move(d));
  if (!machine) {
    std::fprintf(stderr, "%s\n", machine.error().message.c_str());
    std::exit(1);
  }
  return std::move(*machine);
}

Host::Host(workflow::Machine const& machine) {
  for (int e = 0; e < N_EV; ++e) event[e] = machine.event(event_names[e]);
  for (std::size_t bit = 0; bit < machine.guards().size(); ++bit) shift[machine.guards()[bit]] = static_cast<unsigned>(bit);
  for (std::uint32_t i = 0; i < machine.effect_count(); ++i) {
    std::uint8_t code = 0;
    for (auto const action : machine.effect(i).actions) {
      for (std::uint8_t a = 1; a < 6; ++a) code = machine.actions()[action] == action_names[a] ? a : code;
    }
    action_of.push_back(code);
  }
}
