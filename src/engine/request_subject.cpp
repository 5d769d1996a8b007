// Requests: commands that wait until somebody has answered. Each is an instance of the workflow `approval`.
#include <algorithm>

#include <bylaw/values/word_list.hpp>
#include <bylaw/wire/commands.hpp>

#include "engine/authority.hpp"
#include "engine/gate.hpp"
#include "engine/request_subject.hpp"

namespace bylaw::inline v0::engine {

using trade::Answer;

namespace {

constexpr char const* lapse_clock = "lapse";

std::string attribute(store::StoredInstance const& instance, std::string_view path) {
  for (auto const& value : instance.attributes) {
    if (value.path == path) return value.value;
  }
  return {};
}

/// One rule that has to be satisfied: an approval, or with `!` a brake.
struct Need {
  std::string name;
  bool brake = false;
  std::int64_t persons = 1;
};
std::vector<Need> needs_of(std::string_view rules) {
  std::vector<Need> out;
  for (auto const one : split_words(rules)) {
    auto const slash = one.find('/');
    Need need;
    need.brake = one.front() == '!';
    need.name = std::string(one.substr(need.brake ? 1 : 0, slash - (need.brake ? 1 : 0)));
    need.persons = std::atoi(std::string(one.substr(slash + 1)).c_str());
    out.push_back(std::move(need));
  }
  return out;
}

/// Who may answer for a rule. A rule that is gone is answered by the roles that were written down with the request.
struct Eligible {
  std::string by;
  bool not_requester = true;
};
Eligible eligible(policy::Policy const& policy, Need const& need, std::string const& otherwise) {
  if (need.brake) {
    for (auto const& rule : policy.brakes()) {
      if (rule.info.name == need.name) return {join_words(rule.by), false};
    }
  } else {
    for (auto const& rule : policy.approvals()) {
      if (rule.info.name == need.name) return {join_words(rule.by), rule.not_requester};
    }
  }
  return {otherwise, !need.brake};
}

bool may_answer(policy::Policy const& policy, Eligible const& rule, trade::Actor const& by) { return rule.by.empty() || acts_as(policy, rule.by, by.role); }

/// Whether all rules have as many approvals as they need, of different persons who may.
bool is_satisfied(policy::Policy const& policy, std::vector<Need> const& needs, std::string const& roles, store::StoredRequest const& request) {
  return std::all_of(needs.begin(), needs.end(), [&](Need const& need) {
    auto const rule = eligible(policy, need, roles);
    std::vector<trade::Actor> persons;
    for (auto const& by : request.approvals) {
      bool const again = std::any_of(persons.begin(), persons.end(), [&](trade::Actor const& other) { return same_person(by, other); });
      bool const own = rule.not_requester && same_person(by, request.requester);
      if (!again && !own && may_answer(policy, rule, by)) persons.push_back(by);
    }
    return static_cast<std::int64_t>(persons.size()) >= need.persons;
  });
}

}  // namespace

Result<void> RequestSubject::load(Context& context, store::StoredInstance stored) {
  instance.stored = std::move(stored);
  return seat(context, instance);
}

Result<void> RequestSubject::reload(Context& context) {
  auto stored = context.instance(instance.stored.subject);
  if (!stored) return Unexpected{stored.error()};
  return load(context, std::move(**stored));
}

Result<bool> RequestSubject::fire(Context& context, store::StoredTimer const& timer) {
  if (timer.name != lapse_clock) return false;
  auto const lapsed = Subject::assert_event(context, "lapse", {"system", ""});
  return lapsed ? Result<bool>(true) : Result<bool>(Unexpected{lapsed.error()});
}

Result<Subject::Frames> RequestSubject::frames(Context&) {
  auto frame = instance.pin.book->order_frame(rulebook::OrderFacts{});
  if (!frame) return Unexpected{frame.error()};
  return Frames{std::move(*frame), std::nullopt};
}

/// What nobody approved was not spent.
Result<void> RequestSubject::arrived(Context& context) {
  if (!instance.stored.closed || instance.stored.state == "approved") return {};
  if (attribute(instance.stored, command_path).empty()) return {};
  trade::SpendRow row;
  row.command = attribute(instance.stored, "approval.of");
  row.request = instance.stored.subject;
  row.dropped = true;
  context.changes.spends.push_back(std::move(row));
  if (instance.stored.state == "lapsed") context.changes.answers.push_back({instance.stored.subject, "lapse", {"system", "system", ""}, "", ""});
  return {};
}

namespace {

/// Whose personal values are in a command that waits; empty: nobody's.
std::string person_in(Context& context, trade::Command const& command) {
  if (auto const* import = command.body.get_if<trade::ImportOrder>()) return store::person_of(import->order);
  auto const* facts = command.body.get_if<trade::RecordFacts>();
  auto const* change = command.body.get_if<trade::ChangeOrder>();
  if (facts == nullptr && change == nullptr) return {};
  auto const& id = facts != nullptr ? facts->order : change->order;
  auto const order = context.store.load_order(id);
  return order && *order ? store::person_of((*order)->order) : "order:" + id;
}

}  // namespace

bool is_request(store::StoredInstance const& instance) { return instance.workflow == "approval" && !attribute(instance, command_path).empty(); }

Result<void> put_aside(Context& context, Ask const& ask, Wait const& wait, trade::Command const& command) {
  auto const* workflow = context.book().find_workflow("approval");
  if (workflow == nullptr) return context.refuse("no_workflow", "the policy has no workflow `approval`", "use \"approval.bylaw\"");
  auto const id = "request:" + command.id;
  auto const taken = context.instance(id);
  if (!taken) return Unexpected{taken.error()};
  if (*taken) return context.refuse("id_taken", "`" + id + "` is already the id of something else", "give the command another id");
  auto const text = wire::to_json(command);
  if (auto const read = wire::parse_command(text); !read) {
    return context.refuse("unreadable", "it could not be read again when somebody answers: " + read.error().message,
                          "write texts as UTF-8, and an id of at most 200 bytes");
  }
  // Orders and facts may have personal values, which must be able to go.
  auto const person = person_in(context, command);
  std::vector<trade::Attribute> values = {{command_path, person.empty() ? text : "personal"},
                                          {"approval.of", ask.names.back()},
                                          {"approval.rules", wait.rules},
                                          {"approval.by", wait.by},
                                          {"approval.queue", wait.queue}};
  if (!ask.order.empty()) values.push_back({"approval.order", ask.order});
  if (ask.amount) values.push_back({"approval.amount", to_string(*ask.amount)});
  RequestSubject subject;
  auto const outcome = context.outcome;
  Flow flow(context, subject);
  if (auto const started = flow.start(*workflow, id, ask.view == nullptr ? "" : ask.order, "ask", std::move(values)); !started) return started;
  if (!person.empty()) context.changes.facts.push_back({id, {command_path, text}, person});
  if (wait.lapses.value != 0) context.changes.timers.push_back({id, lapse_clock, trade::TimerAction::set, wait.lapses});
  context.changes.answers.push_back({id, "asked", command.by, wait.rules, ""});
  record_spend(context, ask, command.by, id);
  context.announce("approval.requested", id, wait.queue);
  context.outcome = outcome;
  context.outcome.code = "waits_for_approval";
  context.outcome.message = wait.message + "; it waits as `" + id + "`";
  context.outcome.remedy = "ask " + (wait.by.empty() ? std::string("anyone") : wait.by) + " to send `answer_request`";
  return {};
}

namespace {

/// The command that was asked for.
Result<trade::Command> asked_command(Context& context, store::StoredInstance const& request) {
  auto text = attribute(request, command_path);
  if (text == "personal") {
    auto kept = store::Control(context.store).personal_value(request.subject, command_path);
    if (!kept) return Unexpected{kept.error()};
    text = std::move(*kept);
  }
  auto command = wire::parse_command(text);
  if (!command) return context.refuse("bad_request", "what was asked for cannot be read any more: " + command.error().message, "ask anew");
  command->at = context.command.at;
  return command;
}

/// Done now, in the name of who asked.
Result<void> do_what_was_asked(Context& context, trade::Command const& command) {
  Context inner{context.store, context.ledger, context.versions, command, context.version};
  inner.limits = context.limits;
  inner.changes = std::move(context.changes);
  inner.outcome.command_id = command.id;
  inner.state_events = std::move(context.state_events);
  inner.closed = std::move(context.closed);
  auto const done = run_command(inner);
  context.changes = std::move(inner.changes);
  context.state_events = std::move(inner.state_events);
  context.closed = std::move(inner.closed);
  context.outcome.code = inner.outcome.code;
  context.outcome.message = std::string(kind_of(command.body)) + (inner.outcome.subject.empty() ? "" : " of `" + inner.outcome.subject + "`") +
                            (inner.outcome.state.empty() ? "" : ", now " + inner.outcome.state) +
                            (inner.outcome.message.empty() ? "" : ": " + inner.outcome.message);
  return done;
}

/// What it needs now: what it needed when it was asked for, and what it would need if it were asked for anew. An order may have grown since.
Result<void> add_present_needs(Context& context, trade::Command const& command, std::string const& request, std::vector<Need>& needs, std::string& roles) {
  Context asking{context.store, context.ledger, context.versions, command, context.version};
  asking.limits = context.limits;
  Question question;
  auto const asks = question_of(asking, question);
  if (!asks) return Unexpected{asks.error()};
  if (!*asks) return {};
  question.ask.except = request;
  auto const wait = has_to_wait(asking, question.ask);
  if (!wait) return Unexpected{wait.error()};
  if (!*wait) return {};
  for (auto const& now : needs_of((*wait)->rules)) {
    auto const known = std::find_if(needs.begin(), needs.end(), [&](Need const& need) { return need.name == now.name && need.brake == now.brake; });
    if (known != needs.end()) known->persons = std::max(known->persons, now.persons);
    else if (!now.brake) needs.push_back(now);  // a brake has let it through when a person does
  }
  for (auto const role : split_words((*wait)->by)) add_word(roles, role);
  return {};
}

/// Whether its time is over, though nobody has fired its clock yet.
Result<bool> has_lapsed(Context& context, store::StoredInstance const& request) {
  auto const timers = context.store.timers_of(request.number);
  if (!timers) return Unexpected{timers.error()};
  return std::any_of(timers->begin(), timers->end(), [&](store::StoredTimer const& timer) { return timer.due <= context.command.at; });
}

/// May this person say this? Errors: `wrong_role`, `own_approval`, `already_approved`, `not_the_requester`.
Result<void> check_answer(Context& context, std::vector<Need> const& needs, std::string const& roles, store::StoredRequest const& request, Answer answer) {
  auto const& by = context.command.by;
  auto const& policy = context.book().policy();
  if (answer == Answer::withdraw) {
    if (same_person(by, request.requester)) return {};
    return context.refuse("not_the_requester", "`" + by.user + "` did not ask for it", "let `" + request.requester.user + "` withdraw it, or deny it");
  }
  bool may = false;
  bool own = false;
  for (auto const& need : needs) {
    auto const rule = eligible(policy, need, roles);
    if (!may_answer(policy, rule, by)) continue;
    bool const is_own = rule.not_requester && same_person(by, request.requester);
    own = own || is_own;
    may = may || !is_own;
  }
  if (!may && own)
    return context.refuse("own_approval", "who asks does not answer, nor does who acts for him", "withdraw it, or ask somebody else of " + roles);
  if (!may) return context.refuse("wrong_role", "role `" + by.role + "` may not answer this", "ask " + roles);
  bool const before = std::any_of(request.approvals.begin(), request.approvals.end(), [&](trade::Actor const& other) { return same_person(by, other); });
  if (before && answer == Answer::approve) return context.refuse("already_approved", "`" + by.user + "` has approved it already", "it needs another person");
  return {};
}

}  // namespace

Result<void> run(Context& context, trade::AnswerRequest const& body) {
  context.outcome.subject = body.request;
  auto stored = context.instance(body.request);
  if (!stored) return Unexpected{stored.error()};
  if (!*stored || !is_request(**stored)) return context.refuse("unknown_request", "there is no request `" + body.request + "`", "see `bylaw report requests`");
  RequestSubject subject;
  if (auto const loaded = subject.load(context, std::move(**stored)); !loaded) return loaded;
  context.outcome.state = context.state_before = subject.instance.stored.state;
  if (subject.instance.stored.closed) return context.refuse("request_closed", "`" + body.request + "` is " + subject.instance.stored.state, "ask anew");
  auto request = store::Control(context.store).request(subject.instance.stored.number);
  if (!request) return Unexpected{request.error()};
  if (auto const order = attribute(subject.instance.stored, "approval.order"); !order.empty()) {
    auto const about = context.store.load_order(order);
    if (!about) return Unexpected{about.error()};
    if (*about) context.decide_about((*about)->order);
  }
  auto const lapsed = has_lapsed(context, subject.instance.stored);
  if (!lapsed) return Unexpected{lapsed.error()};
  if (*lapsed) return context.refuse("request_closed", "the time of `" + body.request + "` is over", "ask anew");
  auto const command = asked_command(context, subject.instance.stored);
  if (!command && body.answer == Answer::approve) return Unexpected{command.error()};
  auto needs = needs_of(request->rules);
  auto roles = attribute(subject.instance.stored, "approval.by");
  if (body.answer == Answer::approve) {
    if (auto const added = add_present_needs(context, *command, body.request, needs, roles); !added) return added;
  }
  if (auto const may = check_answer(context, needs, roles, *request, body.answer); !may) return may;
  context.changes.answers.push_back({body.request, std::string(to_string(body.answer)), context.command.by, "", body.note});
  if (body.answer != Answer::approve) return static_cast<Subject&>(subject).assert_event(context, std::string(to_string(body.answer)), {"system", ""});
  request->approvals.push_back(context.command.by);
  if (!is_satisfied(context.book().policy(), needs, roles, *request)) {
    context.outcome.code = "approved_in_part";
    context.outcome.message = "it needs more approvals";
    return {};
  }
  if (auto const moved = static_cast<Subject&>(subject).assert_event(context, "approve", {"system", ""}); !moved) return moved;
  return do_what_was_asked(context, *command);
}

}  // namespace bylaw::inline v0::engine
