// Holds that persons place and release.
#include <algorithm>

#include <bylaw/values/word_list.hpp>
#include <bylaw/wire/decisions.hpp>

#include "engine/order_subject.hpp"

namespace bylaw::inline v0::engine {

using trade::HoldAction;
using trade::HoldRow;

bool acts_as(policy::Policy const& policy, std::string_view roles, std::string const& role) {
  auto const words = split_words(roles);
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return policy.acts_as(role, word); });
}

Result<void> run(Context& context, trade::PlaceHold const& body) {
  context.outcome.subject = body.order;
  if (!is_plain_name(body.rule)) return context.refuse("bad_name", "a name of letters, digits, `_` and `-` is expected", "write call_customer");
  OrderSubject subject;
  if (auto const loaded = subject.load(context, body.order); !loaded) return loaded;
  context.outcome.state = context.state_before = subject.instance.stored.state;
  auto const& holds = subject.view.holds;
  bool const stands = std::any_of(holds.begin(), holds.end(), [&](HoldRow const& h) { return h.rule == body.rule && h.line < 0; });
  if (stands) {
    context.outcome.code = "already_held";
    return {};
  }
  if (subject.instance.stored.closed) {
    return context.refuse("wrong_state", "order `" + body.order + "` is " + subject.instance.stored.state + " and cannot be held",
                          "nothing more happens to it");
  }
  auto const& policy = context.book().policy();
  HoldRow row;
  if (auto const* rule = find_rule(policy, body.rule)) row = orders::hold_row(*rule, body.order, {});
  row.order = body.order;
  row.rule = body.rule;
  row.reads = "{}";
  if (!body.reason.empty()) row.reason = body.reason;
  if (!body.text.empty()) row.text = body.text;
  if (!body.queue.empty()) row.queue = body.queue;
  if (row.queue.empty()) row.queue = "manual";
  if (row.text.empty()) row.text = "held by " + context.command.by.user;
  if (!body.blocks.empty()) row.blocks = join_words(body.blocks);
  if (row.blocks.empty()) row.blocks = "release";
  if (!body.release_by.empty()) row.release_by = join_words(body.release_by);
  if (row.owner.empty()) row.owner = row.release_by.substr(0, row.release_by.find(','));
  subject.put(context, std::move(row));
  if (auto const settled = Flow(context, subject).settle(); !settled) return settled;
  subject.judge_lateness(context);
  context.announce("hold.placed", body.order, subject.instance.stored.state);
  return {};
}

Result<void> run(Context& context, trade::ReleaseHold const& body) {
  context.outcome.subject = body.order;
  OrderSubject subject;
  if (auto const loaded = subject.load(context, body.order); !loaded) return loaded;
  context.outcome.state = context.state_before = subject.instance.stored.state;
  auto const& policy = context.book().policy();
  auto const frame = context.book().order_frame(subject.view.facts);
  if (!frame) return Unexpected{frame.error()};
  bool any = false;
  for (auto const& hold : std::vector<HoldRow>(subject.view.holds)) {
    if (hold.rule != body.rule) continue;
    if (!hold.release_by.empty() && !acts_as(policy, hold.release_by, context.command.by.role)) {
      return context.refuse("wrong_role", "role `" + context.command.by.role + "` may not release `" + body.rule + "`",
                            "ask " + hold.release_by.substr(0, hold.release_by.find(',')));
    }
    auto row = hold;
    if (auto const* rule = find_rule(policy, hold.rule)) {
      auto const index = static_cast<std::uint32_t>(rule - policy.holds().data());
      row.reads = wire::reads_json(policy.read_hold(index, hold.line, *frame, context.command.at).hit.reads);
    }
    if (auto const lifted = subject.lift(context, std::move(row), HoldAction::released); !lifted) return lifted;
    any = true;
  }
  if (!any) {
    auto const closed = context.store.closed_holds(body.order);
    if (!closed) return Unexpected{closed.error()};
    bool const before = std::any_of(closed->begin(), closed->end(), [&](HoldRow const& h) { return h.rule == body.rule; });
    if (!before) return context.refuse("no_such_hold", "order `" + body.order + "` is not held by `" + body.rule + "`", "see `bylaw report holds`");
    context.outcome.code = "already_released";
    return {};
  }
  if (auto const settled = Flow(context, subject).settle(); !settled) return settled;
  context.announce("hold.released", body.order, subject.instance.stored.state);
  return {};
}

}  // namespace bylaw::inline v0::engine
