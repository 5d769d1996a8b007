#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <bylaw/trade/command.hpp>
#include <bylaw/values/result.hpp>

namespace bylaw::inline v0::wire {

struct Json;  // <bylaw/wire/json.hpp>

/// One command from JSON; docs/commands.md shows each. Unknown members are refused, so that a
/// typo never passes for a missing value.
/// Errors: `bad_json`, `bad_command` with the member and what to write instead.
[[nodiscard]] BYLAW_EXPORT Result<trade::Command> parse_command(std::string_view text);
/// One line of a feed: a command, or `{"batch": [command, ...]}`, which is done as a whole or not at all.
struct Batch {
  std::vector<trade::Command> commands;
  bool together = false;
};
inline constexpr std::size_t batch_commands_max = 10'000;
[[nodiscard]] BYLAW_EXPORT Result<Batch> parse_batch(std::string_view text);
/// The `command_id` of a line that is refused for its form, so that who sent it knows which it was; empty when it has none that can be read.
[[nodiscard]] BYLAW_EXPORT std::string command_id_of(std::string_view text);
/// The whole command, as parse_command reads it.
[[nodiscard]] BYLAW_EXPORT std::string to_json(trade::Command const& command);
[[nodiscard]] BYLAW_EXPORT std::string to_json(trade::Outcome const& outcome);
/// The body in a fixed member order: what "the same body" means for a repeated id.
[[nodiscard]] BYLAW_EXPORT std::string to_json(trade::CommandBody const& body);
/// An order without its lines, as the store keeps it, and back.
[[nodiscard]] BYLAW_EXPORT std::string header_json(trade::Order const& order);
[[nodiscard]] BYLAW_EXPORT Result<trade::Order> parse_order(Json const& json);
[[nodiscard]] BYLAW_EXPORT std::string to_json(trade::Item const& item);
[[nodiscard]] BYLAW_EXPORT Result<trade::Item> parse_item(Json const& json);
[[nodiscard]] BYLAW_EXPORT std::string to_json(trade::Location const& location);
[[nodiscard]] BYLAW_EXPORT Result<trade::Location> parse_location(Json const& json);

}  // namespace bylaw::inline v0::wire
