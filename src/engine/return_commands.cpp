// Returns: matched to a sale, decided line by line, received, graded, refunded.
#include <algorithm>
#include <map>

#include <bylaw/returns/amounts.hpp>
#include <bylaw/wire/decisions.hpp>

#include "engine/order_subject.hpp"
#include "engine/return_subject.hpp"

namespace bylaw::inline v0::engine {

namespace {

/// A line of a return with the sale it belongs to.
struct Match {
  bool found = false;
  store::SaleLine sale;
  std::int64_t claimed_before = 0;
};

class RequestHandler {
 public:
  RequestHandler(Context& context, trade::Return const& request) : context_(context), request_(request) {}

  Result<void> run() {
    context_.changes.returns.push_back({request_});
    bool approved = false;
    bool review = false;
    for (auto const& line : request_.lines) {
      auto row = decide(line);
      if (!row) return Unexpected{row.error()};
      approved = approved || row->verdict == "approve";
      review = review || row->verdict == "review";
      context_.changes.return_lines.push_back(std::move(*row));
    }
    auto const* workflow = context_.book().find_workflow("return");
    ReturnSubject subject;
    subject.stored.request = request_;
    subject.stored.lines = context_.changes.return_lines;
    Flow flow(context_, subject);
    if (auto const started = flow.start(*workflow, request_.id, "", "request"); !started) return started;
    std::string const event = review ? "review" : approved ? "authorize" : "deny";
    trade::Actor const nobody{"system", ""};
    auto const step = flow.look(event, nobody);
    if (!step) return Unexpected{step.error()};
    if (auto const done = flow.follow(event, *step, nobody); !done) return done;
    subject.stored.state = subject.instance.stored.state;
    context_.outcome.state = subject.stored.state;
    return {};
  }

 private:
  /// The sale named by the request, or the latest one of the item to the customer that still has
  /// so many units unclaimed. Lines of this request claim in turn.
  Result<Match> match(trade::ReturnLine const& line) {
    std::vector<store::SaleLine> sales;
    if (!line.order.empty()) {
      auto sale = context_.store.sale_line(line.order, line.order_line);
      if (!sale) return Unexpected{sale.error()};
      if (*sale) sales.push_back(std::move(**sale));
    } else if (!request_.customer.empty()) {
      auto found = context_.store.sales_of(request_.customer, line.item, request_.requested);
      if (!found) return Unexpected{found.error()};
      sales = std::move(*found);
    }
    for (auto& sale : sales) {
      auto& claimed = claimed_[{sale.order, sale.number}];
      if (sale.remaining - claimed < line.quantity) continue;
      claimed += line.quantity;
      sale.remaining -= claimed - line.quantity;
      return Match{true, std::move(sale), 0};
    }
    return Match{};
  }

  Result<OrderView const*> order(std::string const& id) {
    auto const found = orders_.find(id);
    if (found != orders_.end()) return &found->second;
    auto& view = orders_[id];
    auto stored = context_.store.load_order(id);
    if (!stored) return Unexpected{stored.error()};
    view.stored = std::move(**stored);
    if (auto const completed = complete(context_, view, true); !completed) return Unexpected{completed.error()};
    return &view;
  }

  Result<trade::ReturnLineRow> decide(trade::ReturnLine line) {
    auto matched = match(line);
    if (!matched) return Unexpected{matched.error()};
    trade::ReturnLineRow row;
    row.return_id = request_.id;
    rulebook::ReturnFacts facts;
    facts.request = &request_;
    facts.net = Money(0, request_.currency);
    if (matched->found) {
      auto view = order(matched->sale.order);
      if (!view) return Unexpected{view.error()};
      facts.order = (*view)->facts;
      for (auto const& sold : (*view)->stored.order.lines) {
        if (sold.number == matched->sale.number) facts.sold = &sold;
      }
      auto const& sold_to = (*view)->stored.order;
      if (sold_to.currency != request_.currency) {
        return context_.refuse("wrong_currency", "order `" + line.order + "` was sold in " + std::string(sold_to.currency.code()),
                               "write the amounts of the order's currency");
      }
      if (!request_.customer.empty() && request_.customer != sold_to.customer.id) {
        return context_.refuse("wrong_customer", "order `" + line.order + "` is not one of customer `" + request_.customer + "`",
                               "name an order of this customer");
      }
      if (facts.sold == nullptr || facts.sold->item != line.item) {
        return context_.refuse("wrong_item", "line " + std::to_string(line.order_line) + " of order `" + line.order + "` is not `" + line.item + "`",
                               "name the line that was sold");
      }
      line.order = matched->sale.order;
      line.order_line = matched->sale.number;
      line.service = facts.sold->service;
      row.sold = matched->sale.placed;
      facts.net = returns::share_of_line(facts.sold->net, facts.sold->quantity, facts.sold->quantity - matched->sale.remaining, line.quantity);
      auto const times = context_.store.order_times(line.order);
      if (!times) return Unexpected{times.error()};
      facts.shipped = times->shipped;
      facts.delivered = times->delivered;
    } else {
      line.order.clear();
      line.order_line = 0;
    }
    auto item = context_.store.load_item(line.item, context_.command.at);
    if (!item) return Unexpected{item.error()};
    facts.item = *item ? &**item : nullptr;
    facts.line = &line;
    auto const& policy = context_.book().policy();
    auto const order_frame = context_.book().order_frame(facts.order);
    if (!order_frame) return Unexpected{order_frame.error()};
    auto const frame = context_.book().return_frame(facts);
    if (!frame) return Unexpected{frame.error()};
    auto const decision = policy.decide_return(*order_frame, *frame, context_.command.at);
    row.verdict = to_string(decision.verdict);
    for (auto const& failed : decision.failures) row.reasons += (row.reasons.empty() ? "" : ",") + failed.reason;
    if (!matched->found && decision.verdict != policy::Verdict::deny) {
      // Without a sale there is nothing to pay back: a person decides.
      row.verdict = "review";
      row.reasons = "NO_SALE";
    }
    if (decision.rule >= 0) row.rule = policy.returns()[static_cast<std::size_t>(decision.rule)].info.name;
    if (row.verdict != "deny") {
      bool const first = context_.changes.return_lines.empty();
      auto const fee = returns::fees_of_line(decision.fees, facts.net, line.quantity, first);
      row.fee_minor = fee.amount_minor();
      row.refund_minor = facts.net.amount_minor() - fee.amount_minor();
    }
    context_.changes.decisions.push_back(
        {request_.id, "return", row.rule, row.verdict + (row.reasons.empty() ? "" : " " + row.reasons), wire::reads_json(decision.reads)});
    row.line = std::move(line);
    return row;
  }

  Context& context_;
  trade::Return const& request_;
  std::map<std::pair<std::string, std::int32_t>, std::int64_t> claimed_;
  std::map<std::string, OrderView> orders_;
};

class ActionHandler {
 public:
  ActionHandler(Context& context, std::string const& inspected_condition, store::StoredReturn const& stored)
      : context_(context), inspected_condition_(inspected_condition), stored_(stored) {}

  Result<void> act(std::string const& action) {
    if (action == "receive_goods") return receive();
    if (action == "disposition_goods") return disposition();
    if (action == "post_refund") return refund();
    return {};
  }

 private:
  bool counts(trade::ReturnLineRow const& row) const { return row.verdict != "deny" && !row.line.order.empty(); }

  Result<std::string> place() {
    auto const locations = context_.store.locations(context_.command.at);
    if (!locations) return Unexpected{locations.error()};
    trade::Location const* best = nullptr;
    for (auto const& location : *locations) {
      if (location.active && (best == nullptr || location.priority < best->priority)) best = &location;
    }
    if (best == nullptr) return context_.refuse("no_location", "there is no active location to receive at", "send `define_location` first");
    return best->id;
  }

  Result<void> receive() {
    auto const at = place();
    if (!at) return Unexpected{at.error()};
    std::vector<ledger::Transfer> group;
    for (auto const& row : stored_.lines) {
      if (!counts(row) || row.line.service) continue;
      group.push_back(movement(row, context_.outside(row.line.item, "customer"), context_.stock(row.line.item, *at, "inspection")));
    }
    return context_.apply(std::move(group));
  }

  Result<void> disposition() {
    auto const at = place();
    if (!at) return Unexpected{at.error()};
    auto const& policy = context_.book().policy();
    if (!inspected_condition_.empty() && !policy.enumeration_has("condition", inspected_condition_)) {
      return context_.refuse("unknown_condition", "`" + inspected_condition_ + "` is not a condition of the schema", "write one of its values");
    }
    std::vector<ledger::Transfer> group;
    for (auto const& row : stored_.lines) {
      if (!counts(row) || row.line.service) continue;
      auto const where = decide(row);
      if (!where) return Unexpected{where.error()};
      auto const from = context_.stock(row.line.item, *at, "inspection");
      auto const to = *where == "scrap"              ? context_.outside(row.line.item, "scrap")
                      : *where == "return_to_vendor" ? context_.outside(row.line.item, "supplier")
                                                     : context_.stock(row.line.item, *at, *where == "restock" ? "available" : *where);
      group.push_back(movement(row, from, to));
      auto const item = context_.store.load_item(row.line.item, context_.command.at);
      if (!item) return Unexpected{item.error()};
      if (*item && (*item)->unit_cost) {
        auto const cost = multiply(*(*item)->unit_cost, Decimal(row.line.quantity), Rounding::half_even);
        if (!cost) return Unexpected{cost.error()};
        context_.add_legs(group, finance::goods_returned(*cost, *where == "scrap"), stored_.request.id);
      }
    }
    return context_.apply(std::move(group));
  }

  /// The inspected condition decides where the goods go; without a rule for it they are quarantined.
  Result<std::string> decide(trade::ReturnLineRow const& row) {
    ReturnedLine line;
    if (auto const looked = line.look(context_, stored_.request, row, inspected_condition_); !looked) return Unexpected{looked.error()};
    auto const decision = line.decide(*context_.version, context_.command.at);
    if (!decision) return Unexpected{decision.error()};
    auto const where = decision->disposition.empty() ? "quarantine" : decision->disposition;
    context_.changes.decisions.push_back({stored_.request.id, "disposition", row.rule, where, wire::reads_json(decision->reads)});
    return where;
  }

  /// What is paid back counts in the measures over refunds.
  Result<void> count(trade::ReturnLineRow const& row) {
    if (context_.book().policy().measures().empty()) return {};
    auto order = context_.store.load_order(row.line.order);
    if (!order) return Unexpected{order.error()};
    OrderView view;
    view.stored = std::move(**order);
    view.facts.order = &view.stored.order;
    view.facts.items.assign(view.stored.order.lines.size(), nullptr);
    auto const id = stored_.request.id + "#" + std::to_string(row.line.number);
    return add_refund_to_measures(context_, view, Money(row.refund_minor, stored_.request.currency), row.line.reason, id);
  }

  Result<void> refund() {
    std::int64_t gross = 0;
    std::int64_t fee = 0;
    for (auto const& row : stored_.lines) {
      if (!counts(row)) continue;
      auto const times = context_.store.order_times(row.line.order);
      if (!times) return Unexpected{times.error()};
      if (!times->paid) {
        return context_.refuse("not_paid", "order `" + row.line.order + "` is not paid, so there is nothing to pay back",
                               "record the payment first, or cancel the return");
      }
      if (add_overflows(gross, row.refund_minor + row.fee_minor, gross)) return failure("overflow", "the refund is too large");
      fee += row.fee_minor;
      if (auto const counted = count(row); !counted) return counted;
    }
    std::vector<ledger::Transfer> group;
    auto const currency = stored_.request.currency;
    context_.add_legs(group, finance::refunded(Money(gross, currency), Money(fee, currency)), stored_.request.id);
    return context_.apply(std::move(group));
  }

  ledger::Transfer movement(trade::ReturnLineRow const& row, ledger::AccountIndex from, ledger::AccountIndex to) const {
    ledger::Transfer transfer;
    transfer.debit = from;
    transfer.credit = to;
    transfer.amount = row.line.quantity;
    transfer.reference = stored_.request.id;
    return transfer;
  }

  Context& context_;
  std::string const& inspected_condition_;
  store::StoredReturn const& stored_;
};

}  // namespace

Result<void> ReturnedLine::look(Context& context, trade::Return const& request, trade::ReturnLineRow const& row, std::string const& inspected_condition) {
  auto stored = context.store.load_order(row.line.order);
  if (!stored) return Unexpected{stored.error()};
  if (!*stored) return context.refuse("unknown_order", "there is no order `" + row.line.order + "`", "run `bylaw verify`");
  view.stored = std::move(**stored);
  if (auto const completed = complete(context, view, true); !completed) return completed;
  facts.order = view.facts;
  facts.request = &request;
  facts.line = &row.line;
  for (auto const& sold : view.stored.order.lines) {
    if (sold.number == row.line.order_line) facts.sold = &sold;
  }
  auto found = context.store.load_item(row.line.item, context.command.at);
  if (!found) return Unexpected{found.error()};
  item = std::move(*found);
  facts.item = item ? &*item : nullptr;
  facts.net = Money(row.refund_minor + row.fee_minor, request.currency);
  facts.inspected_condition = inspected_condition;
  auto const times = context.store.order_times(row.line.order);
  if (!times) return Unexpected{times.error()};
  facts.shipped = times->shipped;
  facts.delivered = times->delivered;
  return {};
}

Result<policy::ReturnDecision> ReturnedLine::decide(Version const& version, Timestamp at) const {
  auto const order_frame = version.book.order_frame(facts.order);
  if (!order_frame) return Unexpected{order_frame.error()};
  auto const frame = version.book.return_frame(facts);
  if (!frame) return Unexpected{frame.error()};
  return version.book.policy().decide_return(*order_frame, *frame, at);
}

Result<void> ReturnSubject::load(Context& context, std::string const& id) {
  auto loaded = context.store.load_return(id);
  if (!loaded) return Unexpected{loaded.error()};
  if (!*loaded) return context.refuse("unknown_return", "there is no return `" + id + "`", "send `request_return` first, or correct the id");
  stored = std::move(**loaded);
  auto const where = context.instance(id);
  if (!where) return Unexpected{where.error()};
  instance.stored = **where;
  stored.state = instance.stored.state;
  return seat(context, instance);
}

Result<Subject::Frames> ReturnSubject::frames(Context& context) {
  rulebook::OrderFacts const none;
  auto order = instance.pin.book->order_frame(none);
  if (!order) return Unexpected{order.error()};
  rulebook::InstanceFacts const facts{stored.request.id, stored.state, &instance.stored.attributes, nullptr};
  auto own = instance.pin.book->instance_frame(policy::Subject::return_line, facts);
  if (!own) return Unexpected{own.error()};
  (void)context;
  return Frames{std::move(*order), std::move(*own)};
}

Result<void> ReturnSubject::act(Context& context, std::string const& action) { return ActionHandler(context, inspected_condition, stored).act(action); }

Result<void> ReturnSubject::arrived(Context& context) {
  stored.state = instance.stored.state;
  // A return that is cancelled gives its units back to the sale: they may be claimed again.
  if (stored.state == "cancelled") context.changes.dropped_claims = stored.lines;
  return {};
}

Result<void> run(Context& context, trade::RequestReturn const& body) {
  context.outcome.subject = body.request.id;
  if (auto const free = check_free_id(context, body.request.id); !free) return free;
  return RequestHandler(context, body.request).run();
}

Result<void> run(Context& context, trade::ReturnEvent const& body) {
  context.outcome.subject = body.id;
  ReturnSubject subject;
  if (auto const loaded = subject.load(context, body.id); !loaded) return loaded;
  subject.inspected_condition = body.inspected_condition;
  context.outcome.state = context.state_before = subject.instance.stored.state;
  return subject.assert_event(context, body.event, context.command.by);
}

}  // namespace bylaw::inline v0::engine
