#include <algorithm>
#include <array>

#include <bylaw/trade/command.hpp>
#include <bylaw/trade/journal.hpp>

namespace bylaw::inline v0::trade {

namespace {

constexpr std::array<std::string_view, 4> payment_states = {"none", "authorized", "captured", "failed"};
constexpr std::array<std::string_view, 3> observations = {"counted", "damaged", "shipped"};
constexpr std::array<std::string_view, 3> answers = {"approve", "deny", "withdraw"};
constexpr std::array<std::string_view, 3> supply_kinds = {"purchase_order", "transfer", "production"};
constexpr std::array<std::string_view, 4> rollouts = {"full", "part", "shadow", "stop"};

template <class Enum, std::size_t Count>
bool find(std::array<std::string_view, Count> const& names, std::string_view text, Enum& out) noexcept {
  for (std::size_t i = 0; i < Count; ++i) {
    if (names[i] != text) continue;
    out = static_cast<Enum>(i);
    return true;
  }
  return false;
}

}  // namespace

std::string_view to_string(PaymentState state) noexcept { return payment_states[static_cast<std::size_t>(state)]; }
bool parse(std::string_view text, PaymentState& out) noexcept { return find(payment_states, text, out); }
std::string_view to_string(Observation what) noexcept { return observations[static_cast<std::size_t>(what)]; }
bool parse(std::string_view text, Observation& out) noexcept { return find(observations, text, out); }
std::string_view to_string(Answer answer) noexcept { return answers[static_cast<std::size_t>(answer)]; }
bool parse(std::string_view text, Answer& out) noexcept { return find(answers, text, out); }
std::string_view to_string(SupplyKind kind) noexcept { return supply_kinds[static_cast<std::size_t>(kind)]; }
bool parse(std::string_view text, SupplyKind& out) noexcept { return find(supply_kinds, text, out); }
std::string_view to_string(Rollout rollout) noexcept { return rollouts[static_cast<std::size_t>(rollout)]; }
bool parse(std::string_view text, Rollout& out) noexcept { return find(rollouts, text, out); }

char const* to_string(HoldAction action) noexcept {
  constexpr std::array actions = {"placed", "waiting", "released", "cleared", "escalated", "expiring", "expired"};
  return actions[static_cast<std::size_t>(action)];
}

namespace {
constexpr std::array names = {"",
                              "define_item",
                              "define_location",
                              "receive_stock",
                              "import_order",
                              "order_event",
                              "release_hold",
                              "request_return",
                              "return_event",
                              "record_facts",
                              "place_hold",
                              "place_stop",
                              "lift_stop",
                              "start_instance",
                              "instance_event",
                              "fire_timer",
                              "migrate",
                              "redrive",
                              "define_entry",
                              "observe_stock",
                              "answer_request",
                              "delegate",
                              "redrive_messages",
                              "erase_person",
                              "activate_policy",
                              "check_health",
                              "expect_supply",
                              "send_supply",
                              "receive_supply",
                              "move_stock",
                              "reserve_stock",
                              "release_reservation",
                              "allocate_orders",
                              "change_order",
                              "post_count",
                              "recall_lot",
                              "plan_shipments",
                              "replan",
                              "set_protection",
                              "record_payment",
                              "receive_return",
                              "inspect_return",
                              "refund_order",
                              "exchange_return",
                              "return_to_vendor",
                              "adjust_cost"};
static_assert(names.size() == static_cast<std::size_t>(CommandKind::adjust_cost) + 1);
}  // namespace

char const* to_string(CommandKind kind) noexcept { return names[static_cast<std::size_t>(kind)]; }

bool is_kind(std::string_view name) noexcept { return !name.empty() && std::find(names.begin(), names.end(), name) != names.end(); }

}  // namespace bylaw::inline v0::trade
