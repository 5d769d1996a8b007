#include "engine/command_content.hpp"

#include <utility>

#include <bylaw/values/digest.hpp>
#include <bylaw/wire/commands.hpp>

#include "engine/context.hpp"

namespace bylaw::inline v0::engine {

using trade::Command;

Command fire(store::StoredTimer const& timer, Timestamp now) {
  return {"timer:" + std::to_string(timer.set_by), now, {}, trade::FireTimer{timer.subject, timer.name, timer.due}, {}};
}

bool has_reserved_id(Command const& command) {
  bool const is_timer = command.body.kind() == trade::FireTimer::command_kind;
  return command.id.empty() || (!is_timer && command.id.compare(0, 6, "timer:") == 0);
}

std::string content_of(Command const& command, std::vector<std::string> const& personal_paths) {
  if (auto const* import = command.body.get_if<trade::ImportOrder>()) {
    auto masked = *import;
    masked.order.customer.name.clear();
    masked.order.customer.email.clear();
    masked.order.ship_to.street.clear();
    for (auto& attribute : masked.order.attributes) {
      if (is_personal(personal_paths, attribute.path)) attribute.value = "personal";
    }
    return wire::to_json(trade::CommandBody(std::move(masked)));
  }
  if (auto const* change = command.body.get_if<trade::ChangeOrder>()) {
    auto masked = *change;
    if (masked.ship_to) masked.ship_to->street.clear();
    for (auto& value : masked.values) {
      if (is_personal(personal_paths, value.path)) value.value = "personal";
    }
    return wire::to_json(trade::CommandBody(std::move(masked)));
  }
  auto const* facts = command.body.get_if<trade::RecordFacts>();
  if (facts == nullptr || personal_paths.empty()) return wire::to_json(command.body);
  auto masked = *facts;
  for (auto& fact : masked.facts) {
    if (is_personal(personal_paths, fact.path)) fact.value = "personal";
  }
  return wire::to_json(trade::CommandBody(std::move(masked)));
}

std::string hash_of(Command const& command, std::string const& body) {
  Digest digest;
  digest.add(std::string_view(kind_of(command.body)));
  digest.add(body);
  digest.add(command.at.value);
  digest.add(command.by.user);
  digest.add(command.by.role);
  if (!command.by.on_behalf_of.empty()) digest.add(command.by.on_behalf_of);
  return digest.finish();
}

std::string audit_body(Command const& command, std::string content) {
  bool const kept_elsewhere = command.body.kind() == trade::ImportOrder::command_kind || command.body.kind() == trade::RequestReturn::command_kind ||
                              command.body.kind() == trade::ActivatePolicy::command_kind || command.body.kind() == trade::FireTimer::command_kind;
  return kept_elsewhere ? std::string{} : std::move(content);
}

}  // namespace bylaw::inline v0::engine
