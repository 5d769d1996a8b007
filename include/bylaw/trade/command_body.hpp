#pragma once
#include <cstdint>
#include <string_view>
#include <utility>

#include <bylaw/values/export.hpp>

namespace bylaw::inline v0::trade {

/// What a command asks for. Each body names its own as `command_kind`; the names are those of the JSON form.
enum class CommandKind : std::uint8_t {
  none,
  define_item,
  define_location,
  receive_stock,
  import_order,
  order_event,
  release_hold,
  request_return,
  return_event,
  record_facts,
  place_hold,
  place_stop,
  lift_stop,
  start_instance,
  instance_event,
  fire_timer,
  migrate,
  redrive,
  define_entry,
  observe_stock,
  answer_request,
  delegate,
  redrive_messages,
  erase_person,
  activate_policy,
  check_health,
  expect_supply,
  send_supply,
  receive_supply,
  move_stock,
  reserve_stock,
  release_reservation,
  allocate_orders,
  change_order,
  post_count,
  recall_lot,
  plan_shipments,
  replan,
  set_protection,
  record_payment,
  receive_return,
  inspect_return,
  refund_order,
  exchange_return,
  return_to_vendor,
  adjust_cost,
};

/// Short name of a kind of command, as in its JSON form (`import_order`); `none` has an empty one.
[[nodiscard]] BYLAW_EXPORT char const* to_string(CommandKind kind) noexcept;
/// Whether there is a kind of command of this name.
[[nodiscard]] BYLAW_EXPORT bool is_kind(std::string_view name) noexcept;

/// One of the bodies of commands (`ImportOrder`, `ReceiveStock` ...), held by value: a copy is a copy of the body. Empty by default and
/// after a move; the engine refuses a command without a body. Not a std::variant: that of so many alternatives costs each file that
/// includes it a tenth of a second.
class CommandBody {
 public:
  CommandBody() noexcept = default;
  template <class Body, CommandKind = Body::command_kind>
  CommandBody(Body body) : held_(new Of<Body>(std::move(body))) {}  // NOLINT(google-explicit-constructor): `command.body = ImportOrder{...}`
  CommandBody(CommandBody const& other) : held_(other.held_ == nullptr ? nullptr : other.held_->copy()) {}
  CommandBody(CommandBody&& other) noexcept : held_(std::exchange(other.held_, nullptr)) {}
  CommandBody& operator=(CommandBody other) noexcept {
    std::swap(held_, other.held_);
    return *this;
  }
  ~CommandBody() { delete held_; }

  [[nodiscard]] CommandKind kind() const noexcept { return held_ == nullptr ? CommandKind::none : held_->kind; }
  /// The body when it is of this type, otherwise null.
  template <class Body>
  [[nodiscard]] Body const* get_if() const noexcept {
    return kind() == Body::command_kind ? &static_cast<Of<Body> const*>(held_)->body : nullptr;
  }
  template <class Body>
  [[nodiscard]] Body* get_if() noexcept {
    return kind() == Body::command_kind ? &static_cast<Of<Body>*>(held_)->body : nullptr;
  }

 private:
  struct Held {
    explicit Held(CommandKind what) noexcept : kind(what) {}
    virtual ~Held() = default;
    [[nodiscard]] virtual Held* copy() const = 0;
    Held(Held const&) = delete;
    Held& operator=(Held const&) = delete;
    CommandKind kind;
  };
  template <class Body>
  struct Of final : Held {
    explicit Of(Body what) : Held(Body::command_kind), body(std::move(what)) {}
    [[nodiscard]] Held* copy() const override { return new Of(body); }
    Body body;
  };
  Held* held_ = nullptr;
};

[[nodiscard]] inline char const* kind_of(CommandBody const& body) noexcept { return to_string(body.kind()); }

}  // namespace bylaw::inline v0::trade
