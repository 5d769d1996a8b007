#include <array>

#include <bylaw/trade/command.hpp>
#include <bylaw/trade/journal.hpp>

namespace bylaw::inline v0::trade {

namespace {
constexpr std::array<std::string_view, 4> payment_states = {"none", "authorized", "captured", "failed"};
}

std::string_view to_string(PaymentState state) noexcept { return payment_states[static_cast<std::size_t>(state)]; }

bool parse(std::string_view text, PaymentState& out) noexcept {
  for (std::size_t i = 0; i < payment_states.size(); ++i) {
    if (payment_states[i] != text) continue;
    out = static_cast<PaymentState>(i);
    return true;
  }
  return false;
}

char const* to_string(HoldAction action) noexcept {
  constexpr std::array names = {"placed", "waiting", "released", "cleared", "escalated", "expiring", "expired"};
  return names[static_cast<std::size_t>(action)];
}

char const* kind_of(CommandBody const& body) noexcept {
  constexpr std::array names = {"define_item",    "define_location", "receive_stock", "import_order", "order_event", "release_hold",
                                "request_return", "return_event",    "record_facts",  "place_hold",   "place_stop",  "lift_stop",
                                "start_instance", "instance_event",  "fire_timer",    "migrate",      "redrive"};
  return names[body.index()];
}

}  // namespace bylaw::inline v0::trade
