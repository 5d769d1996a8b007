#pragma once
#include "engine/context.hpp"

namespace bylaw::inline v0::engine {

/// What a command is called where policies speak of it: by its kind, and an event of an order, return or instance by that.
/// Some have the name of what they do: releasing a hold is `release`, changing a vendor is `vendor_change`.
[[nodiscard]] std::vector<std::string> names_of(trade::CommandBody const& body);

/// Whether the sender may send this at all: his role, and that he acts for somebody else only while he may.
/// Errors: `not_permitted`, `unknown_role`, `no_delegation`, `delegation_expired`.
[[nodiscard]] Result<void> authorize(Context& context);

/// Whether two are, or act for, one and the same person.
[[nodiscard]] bool same_person(trade::Actor const& one, trade::Actor const& other) noexcept;

}  // namespace bylaw::inline v0::engine
