// Orders: imported, told what became known later, moved by events.
#include <algorithm>

#include "engine/order_subject.hpp"

namespace bylaw::inline v0::engine {

Result<void> run(Context& context, trade::ImportOrder const& body) {
  auto const& order = body.order;
  context.outcome.subject = order.id;
  auto const existing = context.store.load_order(order.id);
  if (!existing) return Unexpected{existing.error()};
  if (*existing) {
    return context.refuse("order_exists", "order `" + order.id + "` is already here with revision " + std::to_string((*existing)->order.revision),
                          "an order is imported once; changes to it are commands of their own");
  }
  if (order.revision != 1) return context.refuse("wrong_revision", "the first revision of an order is 1", "send revision 1 first");
  auto const taken = context.instance(order.id);
  if (!taken) return Unexpected{taken.error()};
  if (*taken) return context.refuse("id_taken", "`" + order.id + "` is already the id of something else", "give the order another id");
  OrderSubject subject;
  auto& view = subject.view;
  view.stored.order = order;
  view.stored.imported = context.command.at;
  if (auto const completed = complete(context, view, false); !completed) return completed;
  context.changes.orders.push_back({order, view.stored.imported});
  if (auto const counted = add_to_measures(context, view); !counted) return counted;
  Flow flow(context, subject);
  if (auto const started = flow.start(*context.book.order_workflow(order.channel), order.id, "", "import"); !started) return started;
  view.stored.state = subject.instance.stored.state;
  if (auto const checked = subject.recheck_holds(context); !checked) return checked;
  auto const step = flow.look("validate", {"system", ""});
  if (!step) return Unexpected{step.error()};
  if (auto const done = flow.follow("validate", *step, {"system", ""}); !done) return done;
  subject.judge_lateness(context);
  return {};
}

Result<void> run(Context& context, trade::OrderEvent const& body) {
  context.outcome.subject = body.order;
  OrderSubject subject;
  if (auto const loaded = subject.load(context, body.order); !loaded) return loaded;
  context.outcome.state = context.state_before = subject.instance.stored.state;
  return subject.assert_event(context, body.event, context.command.by);
}

Result<void> run(Context& context, trade::RecordFacts const& body) {
  context.outcome.subject = body.order;
  OrderSubject subject;
  if (auto const loaded = subject.load(context, body.order); !loaded) return loaded;
  context.outcome.state = context.state_before = subject.instance.stored.state;
  auto& attributes = subject.view.stored.order.attributes;
  bool changed = false;
  for (auto const& fact : body.facts) {
    trade::Attribute row = fact;
    // Paths start at the order, with or without its name.
    if (row.path.compare(0, 6, "order.") != 0) row.path.insert(0, "order.");
    if (auto const known = context.book.check_fact(row); !known) return known;
    auto const old = std::find_if(attributes.begin(), attributes.end(), [&](trade::Attribute const& a) { return a.path == row.path; });
    if (old != attributes.end() && old->value == row.value) continue;
    if (old != attributes.end()) attributes.erase(old);
    attributes.push_back(row);
    context.changes.facts.push_back({body.order, std::move(row)});
    changed = true;
  }
  if (!changed) {
    context.outcome.code = "known_already";
    return {};
  }
  return subject.refresh(context);
}

}  // namespace bylaw::inline v0::engine
