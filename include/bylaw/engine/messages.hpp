#pragma once
#include <string>
#include <string_view>

#include <bylaw/store/messages.hpp>

namespace bylaw::inline v0::engine {

/// A message of the outbox that a consumer has leased.
using Message = store::StoredMessage;
using store::DeliveryHealth;
using store::DeliveryTerms;
using store::Settled;

/// The message in the envelope of CloudEvents 1.0 (structured JSON), with the extensions `partitionkey`, `sequence` and
/// `causationid`. `source` and `id` together name it for ever: a receiver that has seen them before has seen the message.
[[nodiscard]] BYLAW_EXPORT std::string cloud_event(Message const& message, std::string_view source);

}  // namespace bylaw::inline v0::engine
