// Returns that are asked for: matched to a sale, decided line by line.
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
    tell_reasons();
    // Whoever makes labels hears which kind is wanted; what the carrier scans then comes back as `send`.
    if (subject.stored.state == "authorized" && !label_.empty()) context_.announce("return.label_" + label_, request_.id, subject.stored.state);
    return {};
  }

 private:
  /// Why lines were not simply approved, for whoever asked.
  void tell_reasons() {
    std::string said;
    for (auto const& row : context_.changes.return_lines) {
      if (row.reasons.empty()) continue;
      said += (said.empty() ? "" : "; ") + std::string("line ") + std::to_string(row.line.number) + ": " + row.verdict + " " + row.reasons;
    }
    if (context_.outcome.message.empty()) context_.outcome.message = said;
  }

  /// The sale named by the request, or the latest one of the item to the customer that still has so many units unclaimed. Lines of this
  /// request claim in turn.
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
      if (sale.remaining - claimed < line.quantity) {
        if (line.order.empty()) continue;
        return context_.refuse("too_many",
                               "line " + std::to_string(line.number) + ": " + std::to_string(line.quantity) + " units are asked for, and " +
                                   std::to_string(sale.remaining - claimed) + " of line " + std::to_string(line.order_line) + " of `" + line.order +
                                   "` are left to return",
                               "ask for at most so many");
      }
      claimed += line.quantity;
      sale.remaining -= claimed - line.quantity;
      return Match{true, std::move(sale)};
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

  /// Refuses a line that is not what the order says.
  Result<void> check(trade::ReturnLine const& line, trade::Order const& sold_to, trade::Line const* sold) {
    if (sold_to.currency != request_.currency) {
      return context_.refuse("wrong_currency", "order `" + line.order + "` was sold in " + std::string(sold_to.currency.code()),
                             "write the amounts of the order's currency");
    }
    if (!request_.customer.empty() && request_.customer != sold_to.customer.id) {
      return context_.refuse("wrong_customer", "order `" + line.order + "` is not one of customer `" + request_.customer + "`",
                             "name an order of this customer");
    }
    if (sold == nullptr || sold->item != line.item) {
      return context_.refuse("wrong_item", "line " + std::to_string(line.order_line) + " of order `" + line.order + "` is not `" + line.item + "`",
                             "name the line that was sold");
    }
    return {};
  }

  Result<trade::ReturnLineRow> decide(trade::ReturnLine line) {
    bool const named = !line.order.empty();
    auto matched = match(line);
    if (!matched) return Unexpected{matched.error()};
    trade::ReturnLineRow row;
    row.return_id = request_.id;
    rulebook::ReturnFacts facts;
    facts.request = &request_;
    facts.amounts = {Money(0, request_.currency), Money(0, request_.currency), Money(0, request_.currency)};
    if (matched->found) {
      auto view = order(matched->sale.order);
      if (!view) return Unexpected{view.error()};
      facts.order = (*view)->facts;
      auto const& sold_to = (*view)->stored.order;
      std::size_t at = 0;
      for (std::size_t i = 0; i < sold_to.lines.size(); ++i) {
        if (sold_to.lines[i].number != matched->sale.number) continue;
        facts.sold = &sold_to.lines[i];
        at = i;
      }
      if (auto const good = check(line, sold_to, facts.sold); !good) return Unexpected{good.error()};
      line.order = matched->sale.order;
      line.order_line = matched->sale.number;
      line.service = facts.sold->service;
      row.sold = matched->sale.placed;
      auto const before = facts.sold->quantity - matched->sale.remaining;
      facts.amounts = returns::share_after((*view)->facts.amounts[at], facts.sold->quantity, std::max<std::int64_t>(before, 0), line.quantity);
      auto const times = context_.store.order_times(line.order);
      if (!times) return Unexpected{times.error()};
      any_out_ = times->any_out || !shipped_units_of(sold_to).empty();
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
    judge(row, decision, *matched, facts);
    if (row.verdict != "deny") {
      // One parcel has one label: a prepaid one where any line has it.
      if (label_ != "prepaid" && !decision.label.empty()) label_ = decision.label;
      bool const first = context_.changes.return_lines.empty();
      auto const gross = facts.amounts.gross.amount_minor();
      row.fee_minor = returns::fees_of_line(decision.fees, gross, line.quantity, first).fee;
      row.refund_minor = gross - row.fee_minor;
    }
    context_.changes.decisions.push_back(
        {request_.id, "return", row.rule, row.verdict + (row.reasons.empty() ? "" : " " + row.reasons), wire::reads_json(decision.reads)});
    row.line = std::move(line);
    if (named && row.verdict == "deny") give_back(row);
    return row;
  }

  /// Units of a named sale that are denied are not claimed: they may be asked for again, for another reason. What was matched to a sale stays
  /// with it, so that what comes next is matched to another.
  void give_back(trade::ReturnLineRow const& row) {
    claimed_[{row.line.order, row.line.order_line}] -= row.line.quantity;
    context_.changes.return_moves.push_back({request_.id, row.line.number, "released", row.line.quantity, row.line.item, {}, {}, {}, {}, 0, 0});
    context_.changes.dropped_claims.push_back(row);
  }

  void judge(trade::ReturnLineRow& row, policy::ReturnDecision const& decision, Match const& matched, rulebook::ReturnFacts const& facts) {
    row.verdict = to_string(decision.verdict);
    for (auto const& failed : decision.failures) row.reasons += (row.reasons.empty() ? "" : ",") + failed.reason;
    if (decision.rule >= 0) row.rule = context_.book().policy().returns()[static_cast<std::size_t>(decision.rule)].info.name;
    if (!matched.found && decision.verdict != policy::Verdict::deny) {
      // Without a sale there is nothing to pay back: a person decides.
      row.verdict = "review";
      row.reasons = "NO_SALE";
    } else if (matched.found && !facts.line->service && !any_out_ && decision.verdict == policy::Verdict::approve) {
      // What has not left cannot come back; it may have left without anybody having said so.
      row.verdict = "review";
      row.reasons = "NOT_SHIPPED";
    }
  }

  Context& context_;
  trade::Return const& request_;
  std::map<std::pair<std::string, std::int32_t>, std::int64_t> claimed_;
  std::map<std::string, OrderView> orders_;
  std::string label_;
  bool any_out_ = false;  ///< of the order that is being looked at
};

}  // namespace

Result<void> run(Context& context, trade::RequestReturn const& body) {
  context.outcome.subject = body.request.id;
  if (auto const free = check_free_id(context, body.request.id); !free) return free;
  return RequestHandler(context, body.request).run();
}

}  // namespace bylaw::inline v0::engine
