#pragma once
#include "engine/order_subject.hpp"

namespace bylaw::inline v0::engine {

/// Whether a posting of the policy names the account: what it books there, the engine leaves to it.
[[nodiscard]] bool policy_posts(Context const& context, std::string_view account);

/// Whether the policy has a posting on an event: what is only gathered for it need not be otherwise.
[[nodiscard]] bool policy_posts_on(Context const& context, std::string_view event);

/// Adds what the postings of the policy make of an event (`shipment.shipped`). `order` is what it belongs to (nullptr: nothing), `lines` the part
/// of it that the event is about, `values` the fields of its record by path. A posting that could not be computed opens an exception: what has
/// happened is not refused for it.
[[nodiscard]] Result<void> post_event(Context& context, std::string const& event, rulebook::OrderFacts const* order, trade::Order const* lines,
                                      std::vector<trade::Attribute> const& values, std::string const& reference, std::vector<ledger::Transfer>& group);

/// So many units of an item of an order as an order of their own: lines in turn, with their shares of what they come to.
[[nodiscard]] trade::Order part_of(trade::Order const& order, std::map<std::string, std::int64_t> units);

}  // namespace bylaw::inline v0::engine
