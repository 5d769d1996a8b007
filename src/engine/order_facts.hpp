#pragma once
#include <optional>
#include <string_view>

#include <bylaw/allocation/share.hpp>

#include "engine/context.hpp"

/// Facts that an order carries as attributes: read, written, and what they make of its claim to stock.
namespace bylaw::inline v0::engine {

/// A whole number as it is written; nothing for every other text.
[[nodiscard]] std::optional<std::int64_t> whole_number(std::string_view text);

/// The last value under that path; empty without one.
[[nodiscard]] std::string attribute_of(trade::Order const& order, std::string_view path);
/// A fact that the order has from now on, with its person where the schema calls it personal.
void set_fact(Context& context, trade::Order& order, std::string path, std::string value);

/// Whoever says nothing stands in the middle.
inline constexpr std::int64_t priority_default = 100;
/// Whose turn it is when stock is scarce: by `order.priority`, `order.promised` and `order.ship_complete`. Its quantity is 0.
[[nodiscard]] allocation::Claim claim_of(trade::Order const& order);

/// Attributes that say how an order is allocated are what the engine reads of them. Errors: `wrong_type`, `unknown_fact` (without its path).
[[nodiscard]] Result<void> check_steering(Context const& context, trade::Order const& order);

}  // namespace bylaw::inline v0::engine
