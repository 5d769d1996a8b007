// Approvals and brakes: what needs a person, whom, and what waits for it.
#include "engine/gate.hpp"

#include <algorithm>

#include <bylaw/values/word_list.hpp>

#include <bylaw/wire/commands.hpp>

#include "engine/authority.hpp"
#include "engine/order_promises.hpp"

namespace bylaw::inline v0::engine {

namespace {

bool is_same(Duration const& a, Duration const& b) { return a.kind == b.kind && a.amount == b.amount && a.months == b.months; }

/// What counts against limits whether or not a rule asks today: a rule of tomorrow looks back on it.
bool is_counted(std::string const& command) {
  constexpr std::string_view counted[] = {"refund", "credit", "cancel", "price_change", "write_off", "release", "stock_count"};
  return std::find(std::begin(counted), std::end(counted), command) != std::end(counted);
}

bool is_spoken_of(policy::Policy const& policy, std::string const& command) {
  auto const names_it = [&](auto const& rule) { return rule.command == command; };
  return std::any_of(policy.approvals().begin(), policy.approvals().end(), names_it) || std::any_of(policy.brakes().begin(), policy.brakes().end(), names_it);
}

}  // namespace

bool is_spoken_of(policy::Policy const& policy, std::vector<std::string> const& names) {
  return std::any_of(names.begin(), names.end(), [&](std::string const& name) { return is_spoken_of(policy, name); });
}

namespace {

/// Whose limit it is: of whom a delegate acts for.
std::string const& requester_of(trade::Actor const& by) { return by.on_behalf_of.empty() ? by.user : by.on_behalf_of; }

/// All sums that rules about the command compare with: each `per` and `in` once.
Result<std::vector<policy::EarlierSum>> earlier_sums(Context& context, Ask const& ask, std::string const& name, Currency currency) {
  std::vector<policy::EarlierSum> out;
  for (auto const& limit : context.book().policy().approval_limits(name)) {
    bool const known = std::any_of(out.begin(), out.end(), [&](auto const& sum) { return sum.per == limit.per && is_same(sum.in, limit.in); });
    auto const key = limit.per == "order" ? ask.order : limit.per == "customer" ? ask.customer : requester_of(context.command.by);
    if (known || key.empty()) continue;
    store::SpendQuestion question{name, limit.per, key, Timestamp(INT64_MIN), ask.except};
    if (limit.in.amount != 0 || limit.in.months != 0) {
      question.after = window_start(context.book().policy(), limit.in, context.command.at);
    }
    auto const spent = store::Control(context.store).spent(question);
    if (!spent) return Unexpected{spent.error()};
    for (auto const& sum : spent->sums) {
      if (sum.currency() == currency) out.push_back({limit.per, limit.in, sum});
    }
  }
  return out;
}

Result<void> ask_approvals(Context& context, Ask const& ask, std::string const& name, policy::Frame const& order, Wait& wait) {
  auto const& policy = context.book().policy();
  // An amount that nobody knows is in no currency: a limit cannot be compared with it, and so asks.
  auto const amount = ask.amount.value_or(Money(0, Currency{}));
  policy::ApprovalQuestion question{name, amount, {}};
  auto earlier = earlier_sums(context, ask, name, amount.currency());
  if (!earlier) return Unexpected{earlier.error()};
  question.earlier = std::move(*earlier);
  std::vector<trade::Attribute> values = {{"request.command", name}, {"request.requester", context.command.by.user}};
  if (ask.amount) values.push_back({"request.amount", to_string(amount)});
  if (!ask.reason.empty()) values.push_back({"request.reason", ask.reason});
  auto const request = context.book().instance_frame(policy::Subject::request, {"", "", &values, nullptr});
  if (!request) return Unexpected{request.error()};
  for (auto const& need : policy.decide_approval(question, order, *request, context.command.at).needs) {
    auto const& rule = policy.approvals()[need.rule];
    add_word(wait.rules, rule.info.name + "/" + std::to_string(need.persons));
    for (auto const& role : rule.by) add_word(wait.by, role);
    if (wait.message.empty()) {
      wait.message =
          need.error.empty() ? "it needs the approval `" + rule.info.name + "`" : "the approval `" + rule.info.name + "` cannot be computed: " + need.error;
      if (need.error.empty() && need.over.amount_minor() > 0)
        wait.message += ": " + to_string(need.figure) + " per " + need.per + " is over " + to_string(need.over);
    }
    if (rule.lapse.amount == 0 && rule.lapse.months == 0) continue;
    auto const lapses = policy.due_in_queue(rule.info.header, context.command.at, rule.lapse);
    if (wait.lapses.value == 0 || lapses < wait.lapses) wait.lapses = lapses;
  }
  return {};
}

Result<void> ask_brakes(Context& context, Ask const& ask, std::string const& name, policy::Frame const& order, Wait& wait) {
  auto const& policy = context.book().policy();
  for (auto const index : policy.decide_brakes(name, order, context.command.at)) {
    auto const& rule = policy.brakes()[index];
    auto const spent = store::Control(context.store).spent({name, "automatic", "", window_start(policy, rule.per, context.command.at), {}});
    if (!spent) return Unexpected{spent.error()};
    bool stops = rule.count_max >= 0 && spent->count + 1 > rule.count_max;
    // An amount in another currency cannot be compared: a person looks.
    stops = stops || (rule.sum_max && ask.amount && ask.amount->currency() != rule.sum_max->currency());
    if (rule.sum_max && ask.amount && ask.amount->currency() == rule.sum_max->currency()) {
      auto total = *ask.amount;
      for (auto const& sum : spent->sums) {
        if (sum.currency() == total.currency()) total = add(total, sum).value_or(Money(INT64_MAX, total.currency()));
      }
      stops = stops || total.amount_minor() > rule.sum_max->amount_minor();
    }
    if (!stops) continue;
    add_word(wait.rules, "!" + rule.info.name + "/1");
    for (auto const& role : rule.by) add_word(wait.by, role);
    wait.queue = rule.queue;
    if (wait.message.empty()) wait.message = "the brake `" + rule.info.name + "` stops it: so many happened by themselves already";
  }
  return {};
}

}  // namespace

Result<std::optional<Wait>> has_to_wait(Context& context, Ask const& ask) {
  if (!is_spoken_of(context.book().policy(), ask.names)) return std::optional<Wait>{};
  auto const order = context.book().order_frame(ask.view == nullptr ? rulebook::OrderFacts{} : ask.view->facts);
  if (!order) return Unexpected{order.error()};
  Wait wait;
  // By each of its names: a rule about all events of orders does not put aside the one about refunds.
  for (auto const& name : ask.names) {
    if (auto const asked = ask_approvals(context, ask, name, *order, wait); !asked) return Unexpected{asked.error()};
    if (!is_automatic(context.command.by)) continue;
    if (auto const asked = ask_brakes(context, ask, name, *order, wait); !asked) return Unexpected{asked.error()};
  }
  if (wait.rules.empty()) return std::optional<Wait>{};
  if (wait.queue.empty()) wait.queue = "approvals";
  return std::optional<Wait>(std::move(wait));
}

void record_spend(Context& context, Ask const& ask, trade::Actor const& by, std::string const& request) {
  for (auto const& name : ask.names) {
    if (!is_counted(name) && !is_spoken_of(context.book().policy(), name)) continue;
    trade::SpendRow row;
    row.command = name;
    row.order = ask.order;
    row.customer = ask.customer;
    row.requester = requester_of(by);
    row.automatic = is_automatic(by);
    row.amount = ask.amount;
    row.request = request;
    context.changes.spends.push_back(std::move(row));
  }
}

Result<void> run_gated(Context& context) {
  if (context.command.body.kind() == trade::FireTimer::command_kind || (context.command.body.kind() == trade::AnswerRequest::command_kind)) {
    return run_command(context);
  }
  // Most commands are nobody's business but the workflow's.
  auto const names = names_of(context.command.body);
  auto const versions = context.versions.active();
  bool const concerned = std::any_of(names.begin(), names.end(), [&](std::string const& name) {
    return is_counted(name) || std::any_of(versions.begin(), versions.end(), [&](Version const* v) { return is_spoken_of(v->book.policy(), name); });
  });
  if (!concerned) return run_command(context);
  Question question;
  auto const asks = question_of(context, question);
  if (!asks) return Unexpected{asks.error()};
  if (!*asks) return run_command(context);
  auto const& ask = question.ask;
  auto const wait = has_to_wait(context, ask);
  if (!wait) return Unexpected{wait.error()};
  if (!*wait) {
    auto const done = run_command(context);
    // What changed nothing counts for nothing.
    bool const did = done && context.outcome.code != "ignored" && context.outcome.code != "parked" && context.outcome.code != "dead_letter";
    if (did) record_spend(context, ask, context.command.by, {});
    return done;
  }
  // Nobody is asked about what could not be done anyway: it is done, and taken back.
  auto const mark = context.ledger.mark();
  auto const tried = run_command(context);
  if (!tried) return tried;
  context.ledger.undo_to(mark);
  auto const state = context.state_before;
  auto const subject = context.outcome.subject;
  context.changes = {};
  context.closed.clear();
  context.state_events.clear();
  context.outcome = {};
  context.outcome.command_id = context.command.id;
  context.outcome.subject = subject;
  context.outcome.state = state;
  return put_aside(context, ask, **wait, context.command);
}

Result<bool> OrderSubject::braked(Context& context, std::string const& event) {
  auto const& order = view.stored.order;
  Ask const ask{{"order_event", event}, order.id, order.customer.id, {}, order.total, {}, &view};
  auto const wait = has_to_wait(context, ask);
  if (!wait) return Unexpected{wait.error()};
  if (!*wait) {
    record_spend(context, ask, context.command.by, {});
    return false;
  }
  // As the clock would do it: in no role, which is every role.
  trade::Command const command{context.command.id, context.command.at, {"system", ""}, trade::OrderEvent{order.id, event, "its hold ran out"}, {}};
  auto const aside = put_aside(context, ask, **wait, command);
  return aside ? Result<bool>(true) : Result<bool>(Unexpected{aside.error()});
}

}  // namespace bylaw::inline v0::engine
