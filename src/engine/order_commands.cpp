// Orders: imported, told what became known later, moved by events.
#include <algorithm>

#include <bylaw/wire/commands.hpp>
#include <bylaw/wire/json.hpp>

#include "engine/intake.hpp"
#include "engine/order_facts.hpp"
#include "engine/order_promises.hpp"

namespace bylaw::inline v0::engine {

namespace {

/// The content of a revision, without what may have been erased since.
std::string content(trade::Order order, std::vector<std::string> const& personal_paths = {}) {
  order.customer.name.clear();
  order.customer.email.clear();
  order.ship_to.street.clear();
  std::erase_if(order.attributes, [&](trade::Attribute const& a) { return is_personal(personal_paths, a.path); });
  return wire::to_json(trade::CommandBody(trade::ImportOrder{std::move(order)}));
}

/// What comes as structs is held to what comes as JSON: lines that make sense, texts that are texts, and a total that is their sum.
Result<void> check_order(Context const& context, trade::Order const& order) {
  auto const json = wire::parse_json(wire::to_json(trade::CommandBody(trade::ImportOrder{order})));
  auto const read = json ? wire::parse_order(*json) : Result<trade::Order>(Unexpected{json.error()});
  if (!read) {
    auto const where = read.error().place.empty() ? std::string{} : read.error().place + ": ";
    return context.refuse("unreadable", where + read.error().message, read.error().remedy);
  }
  if (read->total == order.total) return {};
  return context.refuse("wrong_total", "the lines come to " + to_string(read->total) + ", and the total says " + to_string(order.total), "add up the lines");
}

bool same_lines(trade::Order const& one, trade::Order const& other) {
  auto const only_lines = [](trade::Order const& from) {
    trade::Order out;
    out.currency = from.currency;
    out.lines = from.lines;
    return content(std::move(out));
  };
  return only_lines(one) == only_lines(other);
}

/// A later revision takes the place of the one before: as long as the order has not left, and its lines as long as nothing is reserved.
Result<void> amend(Context& context, trade::Order const& order, store::StoredOrder const& before) {
  auto const& old = before.order;
  auto const id = "order `" + order.id + "`";
  if (order.source != old.source) {
    return context.refuse("order_exists", id + " came from `" + old.source + "` before", "give the orders of each source ids of their own");
  }
  if (order.revision < old.revision) {
    return context.refuse("stale_revision", id + " has revision " + std::to_string(old.revision) + ", and this is " + std::to_string(order.revision),
                          "it is an old message: nothing has to be done");
  }
  if (order.revision == old.revision) {
    auto const imported = context.store.imported_order(order.id);
    if (!imported) return Unexpected{imported.error()};
    auto const& personal = context.version->personal_paths;
    if (content(order, personal) != content((*imported)->order, personal)) {
      return context.refuse("revision_conflict", "revision " + std::to_string(order.revision) + " of " + id + " came before with another content",
                            "give the change a higher revision");
    }
    context.outcome.code = "known_already";
    context.outcome.state = before.state;
    return {};
  }
  OrderSubject subject;
  if (auto const loaded = subject.load(context, order.id); !loaded) return loaded;
  context.outcome.state = context.state_before = subject.instance.stored.state;
  if (subject.instance.stored.closed || subject.view.shipped) {
    return context.refuse("too_late_to_amend", id + " is " + subject.instance.stored.state, "send a return, or a new order");
  }
  if (order.customer.id != old.customer.id || order.currency != old.currency || order.channel != old.channel) {
    return context.refuse("not_amendable", "customer, currency and channel of " + id + " stay as they are", "cancel it, and import another");
  }
  auto const claimed = context.store.has_returns(order.id);
  if (!claimed) return Unexpected{claimed.error()};
  if (*claimed) return context.refuse("not_amendable", "a return speaks of " + id, "cancel the return first");
  if (!same_lines(order, old) && !context.ledger.pendings_of(order.id).empty()) {
    return context.refuse("too_late_to_amend", "stock is reserved for the lines of " + id, "send `change_order` for items of it, or `unallocate` it first");
  }
  context.changes.orders.push_back({order, before.imported});
  if (auto const loaded = subject.load(context, order.id); !loaded) return loaded;
  context.outcome.code = "amended";
  context.announce("order.amended", order.id, subject.instance.stored.state);
  return subject.refresh(context);
}

}  // namespace

Result<void> run(Context& context, trade::ImportOrder const& body) {
  auto order = body.order;
  context.outcome.subject = order.id;
  if (auto const good = check_order(context, order); !good) return good;
  if (auto const good = check_steering(context, order); !good) return good;
  if (auto const mapped = map_items(context, order); !mapped) return mapped;
  if (auto const unpacked = unpack_kits(context, order); !unpacked) return unpacked;
  auto const existing = context.store.load_order(order.id);
  if (!existing) return Unexpected{existing.error()};
  if (*existing) return amend(context, order, **existing);
  if (order.revision != 1) return context.refuse("wrong_revision", "the first revision of an order is 1", "send revision 1 first");
  if (auto const free = check_free_id(context, order.id); !free) return free;
  context.decide_about(order);
  OrderSubject subject;
  auto& view = subject.view;
  view.stored.order = order;
  view.stored.imported = context.command.at;
  if (auto const completed = complete(context, view, false); !completed) return completed;
  context.changes.orders.push_back({order, view.stored.imported});
  if (auto const counted = add_to_measures(context, view); !counted) return counted;
  Flow flow(context, subject);
  if (auto const started = flow.start(*context.book().order_workflow(order.channel), order.id, "", "import"); !started) return started;
  view.stored.state = subject.instance.stored.state;
  bool rejected = false;
  if (auto const validated = validate(context, subject, rejected); !validated) return validated;
  if (rejected) {
    context.outcome.code = "rejected";
    auto const step = flow.look("reject", {"system", ""});
    if (!step) return Unexpected{step.error()};
    return flow.follow("reject", *step, {"system", ""});
  }
  if (auto const checked = subject.recheck_holds(context); !checked) return checked;
  auto const step = flow.look("validate", {"system", ""});
  if (!step) return Unexpected{step.error()};
  if (auto const done = flow.follow("validate", *step, {"system", ""}); !done) return done;
  subject.judge_lateness(context);
  if (auto const taken = take_over_reservation(context, view); !taken) return taken;
  return tell_promise(context, view);
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
    if (auto const known = context.book().check_fact(row); !known) return known;
    auto const old = std::find_if(attributes.begin(), attributes.end(), [&](trade::Attribute const& a) { return a.path == row.path; });
    if (old != attributes.end() && old->value == row.value) continue;
    if (old != attributes.end()) attributes.erase(old);
    attributes.push_back(row);
    bool const personal = is_personal(context.version->personal_paths, row.path);
    auto const person = !personal ? std::string{} : store::person_of(subject.view.stored.order);
    context.changes.facts.push_back({body.order, std::move(row), person});
    changed = true;
  }
  if (!changed) {
    context.outcome.code = "known_already";
    return {};
  }
  return subject.refresh(context);
}

}  // namespace bylaw::inline v0::engine
