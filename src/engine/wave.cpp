// Many orders at once: what is scarce is divided first, then each order is allocated with its share.
#include <algorithm>
#include <map>

#include <bylaw/allocation/share.hpp>
#include <bylaw/store/supplies.hpp>

#include "engine/order_promises.hpp"

namespace bylaw::inline v0::engine {

namespace {

struct Member {
  OrderView view;
  std::vector<allocation::Demand> demands;
  allocation::Claim claim;
  allocation::Fairness fairness = allocation::Fairness::promise_date;
};

std::string attribute_of(trade::Order const& order, std::string_view path) {
  std::string out;
  for (auto const& attribute : order.attributes) {
    if (attribute.path == path) out = attribute.value;
  }
  return out;
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
  auto const& o = out.view.stored.order;
  out.claim.id = id;
  out.claim.placed = o.placed;
  out.claim.complete = attribute_of(o, "order.ship_complete") == "true";
  auto const priority = Decimal::parse(attribute_of(o, "order.priority"));
  out.claim.priority = priority && priority->scale() == 0 ? priority->coefficient() : 100;
  if (auto const promised = parse_timestamp(attribute_of(o, "order.promised"))) out.claim.promised = *promised;
  return std::optional<Member>(std::move(out));
}

/// What an item has in the network that a channel may take, less what is kept back.
Result<std::int64_t> free_units(Context& context, Member const& member, std::string const& item) {
  auto const frame = context.book().order_frame(member.view.facts);
  if (!frame) return Unexpected{frame.error()};
  auto const sourced = source(context, buyer_of(member.view), *frame, {{1, item, INT64_C(1'000'000'000'000)}}, false);
  if (!sourced) return Unexpected{sourced.error()};
  std::int64_t out = 0;
  for (auto const& place : sourced->places) {
    std::int64_t here = -(sourced->rule->keep_safety_stock ? place.safety_stock[0] : place.kept);
    for (auto const& shelf : place.shelves[0]) here += std::max<std::int64_t>(shelf.free, 0);
    out += std::max<std::int64_t>(here, 0);
  }
  return out;
}

Result<allocation::Fairness> fairness_of(Context& context, Member const& member) {
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
  auto const free = free_units(context, *members.front(), item);
  if (!free) return Unexpected{free.error()};
  if (wanted <= *free) return {};
  auto const shares = allocation::share(claims, *free, fairness);
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (shares[i] < claims[i].quantity) context.caps[claims[i].id][item] = shares[i];
  }
  return {};
}

/// An order that wants all or nothing and does not get all of one item gives back its share of the others, and these are divided again.
void give_back(Context& context, std::vector<Member>& members) {
  for (auto& member : members) {
    if (!member.claim.complete || context.caps.count(member.claim.id) == 0) continue;
    for (auto const& demand : member.demands) context.caps[member.claim.id][demand.item] = 0;
    member.demands.clear();
  }
}

}  // namespace

Result<void> run(Context& context, trade::AllocateOrders const& body) {
  auto ids = body.orders;
  if (ids.empty()) {
    auto waiting = store::Supplies(context.store).waiting_orders(body.count_max);
    if (!waiting) return Unexpected{waiting.error()};
    ids = std::move(*waiting);
  }
  std::vector<Member> members;
  for (auto const& id : ids) {
    auto member = member_of(context, id, !body.orders.empty());
    if (!member) return Unexpected{member.error()};
    if (!*member) continue;
    (*member)->view.facts.order = &(*member)->view.stored.order;
    auto const fairness = fairness_of(context, **member);
    if (!fairness) return Unexpected{fairness.error()};
    (*member)->fairness = *fairness;
    members.push_back(std::move(**member));
  }
  for (auto& member : members) member.view.facts.order = &member.view.stored.order;
  std::map<std::string, std::vector<Member*>> wanting;
  for (int round = 0; round < 2; ++round) {
    wanting.clear();
    for (auto& member : members) {
      for (auto const& demand : member.demands) {
        auto& list = wanting[demand.item];
        if (list.empty() || list.back() != &member) list.push_back(&member);
      }
    }
    if (round > 0) {
      for (auto& [id, caps] : context.caps) std::erase_if(caps, [&](auto const& cap) { return wanting.count(cap.first) != 0 && cap.second > 0; });
    }
    for (auto const& [item, list] : wanting) {
      if (auto const divided = divide(context, list, item, list.front()->fairness); !divided) return divided;
    }
    give_back(context, members);
  }
  std::erase_if(context.caps, [](auto const& cap) { return cap.second.empty(); });
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
  }
  context.caps.clear();
  context.outcome.message = std::to_string(full) + " orders allocated, " + std::to_string(waiting) + " wait";
  return {};
}

}  // namespace bylaw::inline v0::engine
