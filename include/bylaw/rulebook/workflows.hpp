#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <bylaw/policy/migration.hpp>
#include <bylaw/workflow/machine.hpp>

namespace bylaw::inline v0::rulebook {

/// A workflow of the loaded policy set, checked and ready to run.
struct Workflow {
  std::string name;  ///< as declared: `marketplace_order`
  std::string kind;  ///< the workflow at the root of what it extends: `order`
  std::int32_t version = 1;
  std::string hash;          ///< of everything it says: two of one name and version must have the same
  std::uint32_t header = 0;  ///< whose calendar and zone its clocks run by
  workflow::Machine machine;
  std::vector<policy::Migration> migrations;
};

/// What becomes of an instance that is in `state` of an earlier version: a state that the new one renames or still has.
struct MigrationPlan {
  std::string state;    ///< where it goes; empty: it cannot
  std::string problem;  ///< why not, and what to write
};
[[nodiscard]] BYLAW_EXPORT MigrationPlan plan_migration(Workflow const& to, std::int32_t from_version, std::string_view state);

/// The actions that workflows of orders and of returns may name: the engine does them.
inline constexpr std::string_view order_actions[] = {"reserve_stock", "release_stock", "ship_stock", "record_delivery", "post_invoice", "post_payment"};
inline constexpr std::string_view return_actions[] = {"receive_goods", "disposition_goods", "post_refund", "approve_reviewed"};
/// What hosts do for any workflow: they are told so by a message, with what stands in the brackets.
inline constexpr std::string_view outside_actions[] = {"notify",       "request",         "request_allocation", "print_label",
                                                       "void_payment", "capture_payment", "send_refund",        "ask_customer"};
[[nodiscard]] BYLAW_EXPORT bool is_outside_action(std::string_view action) noexcept;

/// The workflows that every policy set has: those that it does not declare are the shipped ones (`order.bylaw` ...).
inline constexpr std::string_view shipped_workflows[] = {"order",    "return",      "shipment", "refund",    "purchase_order",
                                                         "transfer", "stock_count", "approval", "exception", "reservation"};

}  // namespace bylaw::inline v0::rulebook
