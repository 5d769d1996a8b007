// Who may send what, and in whose place.
#include "engine/authority.hpp"

#include <algorithm>

#include <bylaw/trade/visit_command.hpp>

namespace bylaw::inline v0::engine {

namespace {

struct Names {
  std::vector<std::string> names;

  void operator()(trade::OrderEvent const& b) { names.push_back(b.event); }
  void operator()(trade::ReturnEvent const& b) { names.push_back(b.event); }
  void operator()(trade::InstanceEvent const& b) { names.push_back(b.event); }
  void operator()(trade::ReleaseHold const&) { names.emplace_back("release"); }
  void operator()(trade::ActivatePolicy const&) { names.emplace_back("activate"); }
  void operator()(trade::DefineEntry const& b) {
    if (b.kind == "vendor") names.emplace_back("vendor_change");
  }
  void operator()(trade::ObserveStock const& b) {
    if (b.what == trade::Observation::counted) names.emplace_back("stock_count");
    if (b.what == trade::Observation::damaged) names.emplace_back("write_off");
  }
  void operator()(trade::MoveStock const& b) {
    if (b.to_status == trade::status_scrap) names.emplace_back("write_off");
  }
  void operator()(trade::RefundOrder const&) { names.emplace_back("refund"); }
  void operator()(trade::PostCount const&) { names.emplace_back("stock_count"); }
  void operator()(trade::ChangeOrder const& b) {
    if (b.thing == "cancel") names.emplace_back("cancel");
  }
  template <class Other>
  void operator()(Other const&) {}
};

}  // namespace

std::vector<std::string> names_of(trade::CommandBody const& body) {
  Names out;
  out.names.emplace_back(kind_of(body));
  trade::visit([&](auto const& b) { out(b); }, body);
  return out.names;
}

bool same_person(trade::Actor const& one, trade::Actor const& other) noexcept {
  auto const is = [](trade::Actor const& actor, std::string const& person) {
    return !person.empty() && (actor.user == person || actor.on_behalf_of == person);
  };
  return is(other, one.user) || is(other, one.on_behalf_of);
}

Result<void> authorize(Context& context) {
  auto const& by = context.command.by;
  if (by.user.empty()) return context.refuse("no_user", "a command says who sends it", "name the user, or leave `by` out for the system");
  auto const& policy = context.book().policy();
  auto names = names_of(context.command.body);
  // An event that is called like a command is no such command.
  std::erase_if(names, [&](std::string const& name) { return name != kind_of(context.command.body) && trade::is_kind(name); });
  if (!policy.permits(by.role, names)) {
    return context.refuse("not_permitted", "role `" + by.role + "` may not send `" + names.back() + "`",
                          "ask somebody whose role a `permit` names, or add `permit " + by.role + " to " + names.back() + ";`");
  }
  if (by.on_behalf_of.empty()) return {};
  if (by.on_behalf_of == by.user) return context.refuse("no_delegation", "nobody acts on behalf of himself", "leave `on_behalf_of` out");
  auto const known = store::Control(context.store).delegations(by.on_behalf_of, by.user);
  if (!known) return Unexpected{known.error()};
  bool over = false;
  bool early = false;
  for (auto const& row : *known) {
    if (row.revoked || !policy.acts_as(row.role, by.role)) continue;
    if (row.begins <= context.command.at && context.command.at < row.ends) return {};
    over = over || row.ends <= context.command.at;
    early = early || context.command.at < row.begins;
  }
  auto const who = "`" + by.user + "` may not act for `" + by.on_behalf_of + "` as `" + by.role + "`";
  if (over) return context.refuse("delegation_expired", who + " any more", "ask for a new delegation");
  if (early) return context.refuse("no_delegation", who + " yet", "wait until the delegation begins");
  return context.refuse("no_delegation", who, "`" + by.on_behalf_of + "` has to send `delegate` first");
}

Result<void> run(Context& context, trade::Delegate const& body) {
  auto const& by = context.command.by;
  context.outcome.subject = body.to;
  if (body.to == by.user) return context.refuse("bad_delegation", "nobody delegates to himself", "name somebody else");
  if (!by.on_behalf_of.empty()) return context.refuse("bad_delegation", "what was delegated is not delegated on", "ask `" + by.on_behalf_of + "`");
  auto const role = body.role.empty() ? by.role : body.role;
  if (!context.book().policy().acts_as(by.role, role)) {
    return context.refuse("bad_delegation", "`" + by.role + "` does not include `" + role + "`", "delegate a role that you have");
  }
  if (body.revoked) {
    auto const known = store::Control(context.store).delegations(by.user, body.to);
    if (!known) return Unexpected{known.error()};
    bool const stands = std::any_of(known->begin(), known->end(), [&](auto const& row) { return row.role == role && !row.revoked; });
    if (!stands) return context.refuse("no_delegation", "`" + body.to + "` does not act for you as `" + role + "`", "correct the name or the role");
  } else if (body.until <= context.command.at) {
    return context.refuse("bad_delegation", "it would be over before it begins", "write a later `until`");
  }
  auto const begins = body.from.value == INT64_MIN ? context.command.at : body.from;
  context.changes.delegations.push_back({by.user, body.to, role, begins, body.until, body.revoked});
  context.announce(body.revoked ? "delegation.revoked" : "delegation.given", body.to, role);
  return {};
}

}  // namespace bylaw::inline v0::engine
