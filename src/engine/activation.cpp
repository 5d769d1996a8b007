// Policy versions that take force: what they would change, and the row that says that they do.
#include "engine/activation.hpp"

#include <algorithm>
#include <set>

#include <bylaw/values/word_list.hpp>

#include "engine/return_subject.hpp"

namespace bylaw::inline v0::engine {

namespace {

using Placed = std::set<std::pair<std::string, std::int32_t>>;

Placed placed_by(policy::Policy const& policy, policy::HoldDecision const& decision) {
  Placed out;
  for (auto const& hit : decision.hits) {
    if (hit.state != policy::HoldState::waiting) out.emplace(policy.holds()[hit.rule].info.name, hit.line);
  }
  return out;
}

/// What a version holds an order for, with its own measures.
Result<Placed> holds_under(Context& context, Version const& version, OrderView& view) {
  if (auto const read = read_measures(context, version, view); !read) return Unexpected{read.error()};
  auto const frame = version.book.order_frame(view.facts);
  if (!frame) return Unexpected{frame.error()};
  return placed_by(version.book.policy(), version.book.policy().decide_holds(*frame, context.command.at));
}

class Planner {
 public:
  Planner(Context& context, Version const& target, store::StoredActivation scope) : context_(context), target_(target), scope_(std::move(scope)) {}

  Result<ActivationPlan> run() {
    out_.version = target_.book.policy().version_hash();
    out_.in_force = context_.versions.in_force().book.policy().version_hash();
    if (auto const done = each("order", [this](std::string const& id) { return order(id); }); !done) return Unexpected{done.error()};
    if (auto const done = each("return", [this](std::string const& id) { return returned(id); }); !done) return Unexpected{done.error()};
    auto const since = store::Control(context_.store).done_since_activation();
    if (!since) return Unexpected{since.error()};
    for (auto const& [what, count] : *since) out_.irreversible.push_back(std::to_string(count) + " " + what);
    return std::move(out_);
  }

 private:
  template <class Look>
  Result<void> each(char const* workflow, Look look) {
    constexpr std::int64_t at_once = 1'000;
    std::string after;
    for (;;) {
      auto const ids = store::Control(context_.store).open_subjects(workflow, after, at_once);
      if (!ids) return Unexpected{ids.error()};
      for (auto const& id : *ids) {
        if (auto const done = look(id); !done) return done;
        after = id;
      }
      if (ids->size() < static_cast<std::size_t>(at_once)) return {};
    }
  }

  Result<void> order(std::string const& id) {
    OrderSubject subject;
    if (auto const loaded = subject.load(context_, id); !loaded) return loaded;
    auto const& order = subject.view.stored.order;
    if (!is_in_part(scope_, order)) return {};
    ++out_.orders;
    auto const now = holds_under(context_, context_.versions.deciding(order), subject.view);
    if (!now) return Unexpected{now.error()};
    auto const then = holds_under(context_, target_, subject.view);
    if (!then) return Unexpected{then.error()};
    bool changes = false;
    auto const add = [&](char const* kind, std::string const& rule, char const* change) {
      out_.changes.push_back({id, kind, rule, change, order.total});
      changes = true;
    };
    for (auto const& [rule, line] : *then) {
      if (now->count({rule, line}) == 0) add("order", rule, "would hold");
    }
    for (auto const& [rule, line] : *now) {
      if (then->count({rule, line}) == 0) add("order", rule, "would not hold");
    }
    for (auto const& hold : subject.view.holds) {
      bool const of_now = find_rule(context_.versions.deciding(order).book.policy(), hold.rule) != nullptr;
      if (of_now && find_rule(target_.book.policy(), hold.rule) == nullptr) add("hold", hold.rule, "rule is gone");
    }
    return changes ? value(order.total) : Result<void>{};
  }

  Result<void> returned(std::string const& id) {
    auto const stored = context_.store.load_return(id);
    if (!stored) return Unexpected{stored.error()};
    ++out_.returns;
    bool changes = false;
    Money sum(0, (*stored)->request.currency);
    for (auto const& row : (*stored)->lines) {
      if (row.line.order.empty()) continue;
      ReturnedLine line;
      if (auto const looked = line.look(context_, (*stored)->request, row); !looked) return looked;
      if (!is_in_part(scope_, line.view.stored.order)) continue;
      auto const now = line.decide(context_.versions.deciding(line.view.stored.order), context_.command.at);
      auto const then = line.decide(target_, context_.command.at);
      if (!now || !then) return Unexpected{now ? then.error() : now.error()};
      auto const one = std::string(to_string(now->verdict));
      auto const other = std::string(to_string(then->verdict));
      auto const say = [&](std::string const& change) {
        out_.changes.push_back({id, "return", row.rule, change, line.facts.amounts.gross});
        changes = true;
      };
      if (one != other) say(one + " would be " + other);
      if (now->disposition != then->disposition) say(now->disposition + " would be " + then->disposition);
      auto const more = add(sum, line.facts.amounts.gross);
      if (!more) return Unexpected{more.error()};
      sum = *more;
    }
    return changes ? value(sum) : Result<void>{};
  }

  Result<void> value(Money amount) {
    for (auto& known : out_.values) {
      if (known.currency() != amount.currency()) continue;
      auto const sum = add(known, amount);
      if (!sum) return Unexpected{sum.error()};
      known = *sum;
      return {};
    }
    out_.values.push_back(amount);
    return {};
  }

  Context& context_;
  Version const& target_;
  store::StoredActivation scope_;
  ActivationPlan out_;
};

store::StoredActivation scope_of(trade::ActivatePolicy const& body) {
  store::StoredActivation out;
  if (body.rollout != trade::Rollout::part) return out;
  out.channels = join_words(body.channels);
  out.locations = join_words(body.locations);
  out.share_percent = body.share_percent;
  return out;
}

/// What comes as a struct is held to what comes as JSON.
Result<void> check_scope(Context const& context, trade::ActivatePolicy const& body) {
  bool const scoped = !body.channels.empty() || !body.locations.empty() || body.share_percent != 0;
  bool const named = body.files.empty() != body.version.empty() && (body.version.empty() || body.version.size() >= 8);
  bool const share = body.share_percent >= 0 && body.share_percent <= 99;
  if (named && share && scoped == (body.rollout == trade::Rollout::part)) return {};
  return context.refuse("bad_activation", "files or a version are expected, and a scope for `part` only",
                        "name 8 characters of a version, and a share of 1 to 99 percent");
}

}  // namespace

Result<Version const*> target_of(Context& context, trade::ActivatePolicy const& body) {
  if (!body.files.empty()) {
    std::vector<rulebook::KeptFile> files;
    for (auto const& file : body.files) files.push_back({file.name, file.text, file.root});
    return context.versions.load(context.store, files);
  }
  auto const number = store::Control(context.store).find_policy(body.version);
  if (!number) return Unexpected{number.error()};
  if (!*number)
    return context.refuse("unknown_version", "the store has no version `" + body.version + "`, or several that begin so", "see `bylaw report policies`");
  auto const text = store::Control(context.store).policy_text(**number);
  if (!text) return Unexpected{text.error()};
  return context.versions.load(context.store, text->files);
}

Result<ActivationPlan> plan(Context& context, Version const& target, trade::ActivatePolicy const& body) {
  // The version's own measures, from the orders that they look back on.
  if (auto const made = make_measures(target, context.store, context.command.at); !made) return Unexpected{made.error()};
  return Planner(context, target, scope_of(body)).run();
}

Result<void> note_differences(Context& context, OrderView& view, policy::HoldDecision const& decided) {
  auto const now = placed_by(context.book().policy(), decided);
  auto const measures = view.facts.measures;
  for (auto const* shadow : context.versions.shadows()) {
    auto const then = holds_under(context, *shadow, view);
    if (!then && is_store_error(then.error())) return Unexpected{then.error()};
    auto const& order = view.stored.order;
    if (!then) {
      context.changes.differences.push_back(
          {order.id, context.version->number, shadow->number, "", "cannot be computed: " + then.error().message, order.total});
      continue;
    }
    auto const add = [&](std::string const& rule, char const* change) {
      context.changes.differences.push_back({order.id, context.version->number, shadow->number, rule, change, order.total});
    };
    for (auto const& [rule, line] : *then) {
      if (now.count({rule, line}) == 0) add(rule, "would hold");
    }
    for (auto const& [rule, line] : now) {
      if (then->count({rule, line}) == 0) add(rule, "would not hold");
    }
  }
  view.facts.measures = measures;
  return {};
}

Result<void> run(Context& context, trade::ActivatePolicy const& body) {
  auto const& in_force = context.versions.in_force();
  auto const hash = in_force.book.policy().version_hash();
  if (!body.instead_of.empty() && hash.compare(0, body.instead_of.size(), body.instead_of) != 0) {
    return context.refuse("policy_moved_on", "version " + hash.substr(0, 12) + " is in force, not " + body.instead_of.substr(0, 12), "look at the plan again");
  }
  if (auto const good = check_scope(context, body); !good) return good;
  auto const target = target_of(context, body);
  if (!target) return Unexpected{target.error()};
  auto const wanted = (*target)->book.policy().version_hash();
  context.outcome.subject = "policy:" + wanted.substr(0, 12);
  auto const active = store::Control(context.store).activations();
  if (!active) return Unexpected{active.error()};
  auto const known = std::find_if(active->begin(), active->end(), [&](auto const& row) { return row.hash == wanted; });
  if (body.rollout == trade::Rollout::stop && (known == active->end() || known->rollout == "full")) {
    return context.refuse("not_rolled_out", "this version is neither in the shadow nor in force for a part", "activate another one instead of it");
  }
  if (body.rollout == trade::Rollout::full && known != active->end() && known->rollout == "full" && active->size() == 1) {
    context.outcome.code = "already_in_force";
    return {};
  }
  // The first that anybody activates: what decided so far is from now on what the store says.
  if (active->empty() && body.rollout != trade::Rollout::full) context.changes.activations.push_back({"full", in_force.number, "", "", 0});
  if (wanted == hash && body.rollout != trade::Rollout::full) {
    return context.refuse("already_in_force", "this version decides everything already", "change the policy first");
  }
  auto const scope = scope_of(body);
  context.changes.activations.push_back({std::string(to_string(body.rollout)), (*target)->number, scope.channels, scope.locations, scope.share_percent});
  context.outcome.state = std::string(to_string(body.rollout));
  context.announce("policy." + context.outcome.state, context.outcome.subject, context.outcome.state);
  if (body.rollout != trade::Rollout::full) return {};
  auto const since = store::Control(context.store).done_since_activation();
  if (!since) return Unexpected{since.error()};
  for (auto const& [what, count] : *since) {
    context.outcome.message +=
        (context.outcome.message.empty() ? "stays as it was done under the version before: " : ", ") + std::to_string(count) + " " + what;
  }
  return {};
}

}  // namespace bylaw::inline v0::engine
