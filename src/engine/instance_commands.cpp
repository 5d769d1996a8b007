// Everything that is neither order nor return: shipments, refunds, purchase orders, transfers, counts, approvals.
#include <algorithm>

#include <bylaw/catalog/entry.hpp>
#include <bylaw/wire/commands.hpp>
#include <bylaw/wire/json.hpp>

#include "engine/order_money.hpp"
#include "engine/order_subject.hpp"
#include "engine/request_subject.hpp"
#include "engine/reservation_subject.hpp"
#include "engine/return_subject.hpp"
#include "engine/shipments.hpp"

namespace bylaw::inline v0::engine {

namespace {

/// Its guards see the attributes it was started with and, when it belongs to an order, that.
class PlainSubject : public Subject {
 public:
  [[nodiscard]] Result<void> load(Context& context, store::StoredInstance stored) {
    instance.stored = std::move(stored);
    return seat(context, instance);
  }
  /// What keeps an order from being picked, packed or shipped keeps its parcels from it too.
  [[nodiscard]] Result<void> assert_event(Context& context, std::string const& event, trade::Actor const& by) override {
    if (instance.stored.workflow == "shipment" && instance.stored.parent != 0) {
      auto const parent = context.store.load_instance(instance.stored.parent);
      if (!parent) return Unexpected{parent.error()};
      if (*parent && (*parent)->workflow == "order") {
        OrderSubject order;
        if (auto const loaded = order.load(context, (*parent)->subject); !loaded) return loaded;
        if (auto const free = order.check_blocks(context, event, catalog::value_of(instance.stored.attributes, "shipment.location")); !free) return free;
      }
    }
    return Subject::assert_event(context, event, by);
  }
  [[nodiscard]] Result<void> reload(Context& context) override {
    auto stored = context.instance(instance.stored.subject);
    if (!stored) return Unexpected{stored.error()};
    return load(context, std::move(**stored));
  }

 private:
  [[nodiscard]] Result<Frames> frames(Context& context) override {
    OrderSubject order;
    bool has_order = false;
    if (instance.stored.parent != 0) {
      auto const parent = context.store.load_instance(instance.stored.parent);
      if (!parent) return Unexpected{parent.error()};
      has_order = *parent && (*parent)->workflow == "order";
      if (has_order) {
        if (auto const loaded = order.load(context, (*parent)->subject); !loaded) return Unexpected{loaded.error()};
      }
    }
    auto frame = instance.pin.book->order_frame(has_order ? order.view.facts : rulebook::OrderFacts{});
    if (!frame) return Unexpected{frame.error()};
    Frames out{std::move(*frame), std::nullopt};
    for (std::size_t i = 0; i < policy::subject_count; ++i) {
      auto const subject = static_cast<policy::Subject>(i);
      if (policy::record_of(subject) != instance.stored.workflow) continue;
      rulebook::InstanceFacts const facts{instance.stored.subject, instance.stored.state, &instance.stored.attributes, nullptr};
      auto own = instance.pin.book->instance_frame(subject, facts);
      if (!own) return Unexpected{own.error()};
      out.own = std::move(*own);
    }
    return out;
  }
  [[nodiscard]] Result<void> act(Context&, std::string const&) override { return {}; }
  /// A parcel that leaves takes its contents out of the books.
  [[nodiscard]] Result<void> arrived(Context& context) override {
    if (instance.stored.workflow == "refund" && instance.stored.state == "cancelled") return take_back_refund(context, instance.stored);
    if (instance.stored.workflow != "shipment" || instance.stored.state != "shipped" || instance.stored.parent == 0) return {};
    auto const parent = context.store.load_instance(instance.stored.parent);
    if (!parent || !*parent || (*parent)->workflow != "order") return parent ? Result<void>{} : Result<void>(Unexpected{parent.error()});
    OrderSubject order;
    if (auto const loaded = order.load(context, (*parent)->subject); !loaded) return loaded;
    return ship_parcel(context, order, instance.stored);
  }
};

}  // namespace

Result<std::unique_ptr<Subject>> load_subject(Context& context, std::string const& id) {
  auto const stored = context.instance(id);
  if (!stored) return Unexpected{stored.error()};
  if (!*stored) return std::unique_ptr<Subject>{};
  if ((*stored)->workflow == "order") {
    auto subject = std::make_unique<OrderSubject>();
    if (auto const loaded = subject->load(context, id); !loaded) return Unexpected{loaded.error()};
    return std::unique_ptr<Subject>(std::move(subject));
  }
  if ((*stored)->workflow == "return") {
    auto subject = std::make_unique<ReturnSubject>();
    if (auto const loaded = subject->load(context, id); !loaded) return Unexpected{loaded.error()};
    return std::unique_ptr<Subject>(std::move(subject));
  }
  if ((*stored)->workflow == "reservation") {
    auto reservation = std::make_unique<ReservationSubject>();
    if (auto const loaded = reservation->load(context, **stored); !loaded) return Unexpected{loaded.error()};
    return std::unique_ptr<Subject>(std::move(reservation));
  }
  if (is_request(**stored)) {
    auto request = std::make_unique<RequestSubject>();
    if (auto const loaded = request->load(context, **stored); !loaded) return Unexpected{loaded.error()};
    return std::unique_ptr<Subject>(std::move(request));
  }
  auto subject = std::make_unique<PlainSubject>();
  if (auto const loaded = subject->load(context, **stored); !loaded) return Unexpected{loaded.error()};
  return std::unique_ptr<Subject>(std::move(subject));
}

Result<void> check_free_id(Context& context, std::string const& id) {
  for (auto const* prefix : {"request:", "exception:", "supply:"}) {
    if (id.compare(0, std::string_view(prefix).size(), prefix) == 0) {
      return context.refuse("reserved_id", std::string("ids that begin with `") + prefix + "` are the engine's own", "give it another id");
    }
  }
  if (id.size() > ledger::reference_bytes_max) {
    return context.refuse("id_too_long", "an id has at most " + std::to_string(ledger::reference_bytes_max) + " bytes", "give it a shorter one");
  }
  auto const taken = context.instance(id);
  if (!taken) return Unexpected{taken.error()};
  if (*taken) return context.refuse("id_taken", "`" + id + "` is already the id of something else", "give it another id");
  return {};
}

Result<void> run(Context& context, trade::StartInstance const& body) {
  context.outcome.subject = body.id;
  auto const* workflow = context.book().find_workflow(body.workflow);
  if (workflow == nullptr || workflow->kind == "order" || workflow->kind == "return" || workflow->kind == "reservation") {
    return context.refuse("unknown_workflow", "no workflow `" + body.workflow + "` can be started by itself",
                          "name one that the policy declares; orders are imported, returns are requested");
  }
  if (auto const free = check_free_id(context, body.id); !free) return free;
  bool const forged = std::any_of(body.attributes.begin(), body.attributes.end(), [](trade::Attribute const& a) { return a.path == command_path; });
  if (forged) return context.refuse("reserved_id", "`approval.command` is the engine's own", "start it without");
  if (auto const good =
          check_readable<wire::Json>(context, wire::to_json(context.command.body), [](wire::Json const& json) { return Result<wire::Json>(json); });
      !good)
    return good;
  PlainSubject subject;
  if (!body.parent.empty()) {
    auto const parent = context.instance(body.parent);
    if (!parent) return Unexpected{parent.error()};
    if (!*parent) return context.refuse("unknown_parent", "there is no `" + body.parent + "`", "start or import it first, or correct the id");
    if ((*parent)->closed)
      return context.refuse("wrong_state", "`" + body.parent + "` is " + (*parent)->state + " and takes nothing more", "start it under another");
    subject.instance.stored.parent = (*parent)->number;
  }
  Flow flow(context, subject);
  if (auto const started = flow.start(*workflow, body.id, body.parent, "start", body.attributes); !started) return started;
  if (auto const settled = flow.settle(); !settled) return settled;
  // A new child is news to its parent even where it stays as it is.
  if (subject.instance.stored.parent == 0) return {};
  auto parent = load_subject(context, body.parent);
  if (!parent) return Unexpected{parent.error()};
  return Flow(context, **parent).settle();
}

Result<void> run(Context& context, trade::InstanceEvent const& body) {
  context.outcome.subject = body.id;
  auto const stored = context.instance(body.id);
  if (!stored) return Unexpected{stored.error()};
  if (!*stored) return context.refuse("unknown_instance", "there is no `" + body.id + "`", "send `start_instance` first, or correct the id");
  if ((*stored)->workflow == "order" || (*stored)->workflow == "return") {
    return context.refuse("wrong_command", "`" + body.id + "` is an " + (*stored)->workflow, "send " + (*stored)->workflow + "_event");
  }
  if ((*stored)->workflow == "reservation") {
    return context.refuse("wrong_command", "`" + body.id + "` is a reservation", "send `release_reservation`, or let an order name it");
  }
  if (is_request(**stored)) return context.refuse("wrong_command", "`" + body.id + "` waits for an answer", "send `answer_request`");
  auto subject = load_subject(context, body.id);
  if (!subject) return Unexpected{subject.error()};
  context.outcome.state = context.state_before = (*subject)->instance.stored.state;
  return (*subject)->assert_event(context, body.event, context.command.by);
}

}  // namespace bylaw::inline v0::engine
