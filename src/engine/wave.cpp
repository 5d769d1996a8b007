// Many orders at once: what is scarce is divided first, then each order is allocated with its share.
#include <algorithm>
#include <map>
#include <set>

#include <bylaw/allocation/share.hpp>
#include <bylaw/store/supplies.hpp>

#include "engine/order_facts.hpp"
#include "engine/order_promises.hpp"

namespace bylaw::inline v0::engine {

namespace {

struct Member {
  OrderView view;
  std::vector<allocation::Demand> demands;
  allocation::Claim claim;
  allocation::Fairness fairness = allocation::Fairness::promise_date;
};

Result<allocation::Fairness> fairness_of(Context& context, Member const& member) {
  context.decide_about(member.view.stored.order);
  auto const frame = context.book().order_frame(member.view.facts);
  if (!frame) return Unexpected{frame.error()};
  auto const decision = context.book().policy().decide_allocation(*frame, {}, context.command.at);
  if (decision.rule < 0) return allocation::Fairness::promise_date;
  switch (context.book().policy().allocations()[static_cast<std::size_t>(decision.rule)].scarce) {
    case policy::Scarcity::priority: return allocation::Fairness::priority;
    case policy::Scarcity::fair_share: return allocation::Fairness::fair_share;
    default: return allocation::Fairness::promise_date;
  }
}

Result<std::optional<Member>> member_of(Context& context, std::string const& id, bool named) {
  OrderSubject order;
  if (auto const loaded = order.load(context, id); !loaded) return Unexpected{loaded.error()};
  if (order.instance.stored.state != "released") {
    if (named) return context.refuse("wrong_state", "`" + id + "` is " + order.instance.stored.state + " and does not wait for stock", "leave it out");
    return std::optional<Member>{};
  }
  if (auto const free = order.check_blocks(context, "allocate"); !free) {
    if (is_store_error(free.error())) return Unexpected{free.error()};
    return std::optional<Member>{};  // held orders wait for their holds
  }
  Member out;
  out.view = std::move(order.view);
  out.view.facts.order = &out.view.stored.order;
  auto demands = open_demand(context, out.view);
  if (!demands) return Unexpected{demands.error()};
  out.demands = std::move(*demands);
  out.claim = claim_of(out.view.stored.order);
  auto const fairness = fairness_of(context, out);
  if (!fairness) return Unexpected{fairness.error()};
  out.fairness = *fairness;
  return std::optional<Member>(std::move(out));
}

/// What an item has in the network for a member, less what is kept back.
Result<std::int64_t> free_for(Context& context, Member const& member, std::string const& item, std::int64_t wanted) {
  context.decide_about(member.view.stored.order);
  auto const frame = context.book().order_frame(member.view.facts);
  if (!frame) return Unexpected{frame.error()};
  auto const sourced = source(context, buyer_of(member.view), *frame, {{1, item, wanted}}, false);
  if (!sourced) return Unexpected{sourced.error()};
  return free_units(*sourced, 0);
}

/// Shares of one item; only where there is less than is wanted.
Result<void> divide(Context& context, std::vector<Member*> const& members, std::string const& item, allocation::Fairness fairness) {
  std::vector<allocation::Claim> claims;
  Int128 wanted = 0;
  for (auto const* member : members) {
    auto claim = member->claim;
    claim.quantity = 0;
    for (auto const& demand : member->demands) claim.quantity += demand.item == item ? demand.quantity : 0;
    wanted += claim.quantity;
    claims.push_back(std::move(claim));
  }
  if (wanted == 0) return {};
  auto const free = free_for(context, *members.front(), item, fits_int64(wanted) ? static_cast<std::int64_t>(wanted) : INT64_MAX);
  if (!free) return Unexpected{free.error()};
  if (wanted <= *free) return {};
  auto const shares = allocation::share(claims, *free, fairness);
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (shares[i] < claims[i].quantity) context.caps[claims[i].id][item] = shares[i];
  }
  return {};
}

/// An order that wants all or nothing and does not get all of one item gets nothing of the others. Whether there was one.
bool give_back(Context& context, std::vector<Member>& members) {
  bool any = false;
  for (auto& member : members) {
    if (!member.claim.complete || member.demands.empty() || context.caps.count(member.claim.id) == 0) continue;
    for (auto const& demand : member.demands) context.caps[member.claim.id][demand.item] = 0;
    member.demands.clear();
    any = true;
  }
  return any;
}

std::string group_of(Member const& member) {
  auto const& order = member.view.stored.order;
  return order.channel + "/" + attribute_of(order, "order.collect_at") + "/" + order.ship_to.country + "/" + std::to_string(static_cast<int>(member.fairness));
}

/// Divides every item among those who want it; as long as somebody gives his shares back, again among the others.
Result<void> divide_all(Context& context, std::vector<Member>& members) {
  for (bool again = true; again;) {
    // Those who see the same stock divide it: of one channel, one collection point, one country, under one fairness. Where others see
    // some of it too, whoever comes first in turn has it.
    std::map<std::pair<std::string, std::string>, std::vector<Member*>> wanting;
    for (auto& member : members) {
      if (!member.demands.empty()) context.caps.erase(member.claim.id);
      for (auto const& demand : member.demands) {
        auto& list = wanting[{demand.item, group_of(member)}];
        if (list.empty() || list.back() != &member) list.push_back(&member);
      }
    }
    for (auto const& [key, list] : wanting) {
      if (auto const divided = divide(context, list, key.first, list.front()->fairness); !divided) return divided;
    }
    again = give_back(context, members);
  }
  return {};
}

}  // namespace

Result<void> run(Context& context, trade::AllocateOrders const& body) {
  auto ids = body.orders;
  if (ids.empty()) {
    // Those that stand on supply already are planned when it comes.
    auto waiting = store::Supplies(context.store).waiting_orders(1'000'000);
    if (!waiting) return Unexpected{waiting.error()};
    for (auto const& id : *waiting) {
      auto const promises = context.ledger.pendings_of(id);
      bool const waits = std::any_of(promises.begin(), promises.end(), [&](auto const& p) { return is_backorder(context.ledger.key(p.debit)); });
      if (!waits && static_cast<std::int64_t>(ids.size()) < body.count_max) ids.push_back(id);
    }
  }
  auto const* version = context.version;
  std::vector<Member> members;
  std::set<std::string> seen;
  for (auto const& id : ids) {
    if (!seen.insert(id).second) continue;
    auto member = member_of(context, id, !body.orders.empty());
    if (!member) return Unexpected{member.error()};
    if (!*member) continue;
    members.push_back(std::move(**member));
  }
  for (auto& member : members) member.view.facts.order = &member.view.stored.order;
  if (auto const divided = divide_all(context, members); !divided) return divided;
  std::vector<allocation::Claim> claims;
  for (auto const& member : members) claims.push_back(member.claim);
  auto const fairness = members.empty() ? allocation::Fairness::promise_date : members.front().fairness;
  std::int64_t full = 0;
  std::int64_t waiting = 0;
  for (auto const index : allocation::in_turn(claims, fairness)) {
    auto const& id = claims[index].id;
    auto const outcome = context.outcome;
    OrderSubject order;
    auto const done = attempt_one(context, [&]() -> Result<void> {
      if (auto const loaded = order.load(context, id); !loaded) return loaded;
      return order.assert_event(context, "allocate", {"system", ""});
    });
    context.outcome = outcome;
    if (!done && is_store_error(done.error())) return done;
    if (!done) context.announce("order.short", id, "released");
    bool const allocated = done && order.instance.stored.state != "released";
    (allocated ? full : waiting) += 1;
    // Who was held, asked or cancelled instead leaves his share to those who wait.
    if (allocated || !context.ledger.pendings_of(id).empty()) continue;
    for (auto const& demand : members[index].demands) context.freed.insert(demand.item);
  }
  context.caps.clear();
  context.version = version;
  context.outcome.message = std::to_string(full) + " orders allocated, " + std::to_string(waiting) + " wait";
  return {};
}

}  // namespace bylaw::inline v0::engine
