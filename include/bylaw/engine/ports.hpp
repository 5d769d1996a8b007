#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <bylaw/engine/messages.hpp>
#include <bylaw/trade/records.hpp>

namespace bylaw::inline v0::engine {

class Engine;

/// What the outside is asked for. Each kind may set facts of its own and no others.
enum class PortKind : std::uint8_t {
  payment,        ///< authorize, capture, void, pay back: `payment.*`, and events
  tax,            ///< `tax.*`
  carrier_rates,  ///< `carrier.*`
  carrier_label,  ///< `carrier.*`, `tracking.*`, and events
  address,        ///< `ship_to.*`, `payment.address_match`
  fraud,          ///< `payment.risk_score` (0 to 100), `payment.review`
  message         ///< to a customer: nothing
};
[[nodiscard]] BYLAW_EXPORT std::string_view to_string(PortKind kind) noexcept;

struct PortRequest {
  PortKind kind{};
  std::string key;  ///< the same in every attempt: what the other side should know the request by
  std::int64_t attempt = 1;
  Message const* message = nullptr;     ///< that made it ask
  trade::Order const* order = nullptr;  ///< that the message is about; nullptr: it is about something else
};

struct PortReply {
  bool answered = false;  ///< false: not now; it is asked again later
  std::vector<trade::Attribute> facts;
  std::string event;   ///< of the order, return or instance; empty: none
  std::string reason;  ///< not now: why; an event: its note
  Timestamp not_before{INT64_MIN};
};

/// A connection to the outside that a host fills.
struct Port {
  std::string name;
  PortKind kind{};
  /// Asks; runs on the thread that calls `run_port`, without locks, and may call the engine. May not throw.
  void (*ask)(void* context, PortRequest const& request, PortReply& reply) = nullptr;
  void* context = nullptr;
  std::string role = "system";  ///< in which its answers are sent, by the user `port:NAME`
  DeliveryTerms terms;          ///< `types`: the messages that make it ask; `consumer` is `port:NAME`
};

/// What a run came to.
struct PortRun {
  std::int64_t asked = 0;
  std::int64_t answered = 0;
  std::int64_t later = 0;    ///< not now
  std::int64_t wrong = 0;    ///< answers that this kind of port may not give
  std::int64_t dead = 0;     ///< of `later` and `wrong`: given up, and dead letters now
  std::int64_t refused = 0;  ///< answers that the engine refused
  std::int64_t again = 0;    ///< answers that had been given before: nothing happened
};

/// Asks a port about at most `count_max` messages, and sends what it answers as commands (`port:NAME:MESSAGE:facts`, `:event`), whose
/// ids are the same in every attempt: a port that answers twice, or after another has answered in its place, changes nothing.
/// A message is done when its answer is committed, so that none is lost when the program ends in between.
/// Errors: those of Engine::lease. Thread safe, as the engine is.
[[nodiscard]] BYLAW_EXPORT Result<PortRun> run_port(Engine& engine, Port const& port, Timestamp now, std::size_t count_max = 100) noexcept;

}  // namespace bylaw::inline v0::engine
