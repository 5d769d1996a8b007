#pragma once
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <bylaw/policy/policy.hpp>
#include <bylaw/values/money.hpp>
#include <bylaw/values/quantity.hpp>

namespace bylaw::inline v0::policy {

/// The parts of a binding that do not depend on the host's types.
namespace host {

/// What a C++ type can stand for in a policy. `whole` fits a number, a count of days, or a quantity in the field's unit.
enum class ValueKind : std::uint8_t { boolean, whole, decimal, money, quantity, elapsed, date, time_of_day, timestamp, text, symbol };

/// One member as it was read. `number`: as in policy::Value; `symbol`: index into the names of its field.
struct Value {
  bool known = true;
  std::int32_t scale = 0;
  std::int64_t number = 0;
  Currency currency;
  Unit const* unit = nullptr;
  std::string text;
};

/// Receives what a getter finds: a host::Value for a field, the object for a record.
struct Each {
  void* context = nullptr;
  void (*call)(void* context, void const* item) = nullptr;
  void operator()(void const* item) const { call(context, item); }
};

/// Reads one member of an object whose type only the getter knows. Owns what it wraps; copies are deep.
class Getter {
 public:
  struct Base {
    virtual ~Base() = default;
    virtual void read(void const* object, Each each) const = 0;
    [[nodiscard]] virtual Base* clone() const = 0;
  };
  Getter() noexcept = default;
  explicit Getter(Base* base) noexcept : base_(base) {}
  Getter(Getter const& other) : base_(other.base_ == nullptr ? nullptr : other.base_->clone()) {}
  Getter(Getter&& other) noexcept : base_(std::exchange(other.base_, nullptr)) {}
  Getter& operator=(Getter other) noexcept {
    std::swap(base_, other.base_);
    return *this;
  }
  ~Getter() { delete base_; }
  void read(void const* object, Each each) const { base_->read(object, each); }

 private:
  Base* base_ = nullptr;
};

/// `Use` is called with the object and an Each.
template <class T, class Use>
Getter getter_of(Use use) {
  struct Wrapped final : Getter::Base {
    explicit Wrapped(Use u) : use(std::move(u)) {}
    void read(void const* object, Each each) const override { use(*static_cast<T const*>(object), each); }
    [[nodiscard]] Getter::Base* clone() const override { return new Wrapped(use); }
    Use use;
  };
  return Getter(new Wrapped(std::move(use)));
}

struct Field {
  std::string name;
  ValueKind kind{};
  bool optional = false;
  bool list = false;                 ///< each entry is read
  std::vector<std::string> symbols;  ///< ValueKind::symbol: names by index
  Getter getter;
};

struct Type;
struct Part {
  std::string name;
  bool optional = false;
  bool many = false;
  std::vector<Type> type;  ///< exactly one
  Getter getter;           ///< the record, if it is there, or each of many
};

/// A host type as the record that it stands for.
struct Type {
  std::string record;
  std::vector<Field> fields;
  std::vector<Part> parts;
  std::vector<Field> measures;
};

struct Plan;

/// Reads objects of one Type into frames of one Layout. Immutable; thread safe if the host's getters are.
class BYLAW_EXPORT Reader {
 public:
  /// Errors: `binding_mismatch`, whose message names every field that does not fit; `no_policy`.
  [[nodiscard]] static Result<Reader> make(Type type, Policy const& policy, Subject subject, std::vector<Kind> const& kinds);
  Reader(Reader&& other) noexcept : plan_(std::exchange(other.plan_, nullptr)) {}
  Reader& operator=(Reader&& other) noexcept {
    std::swap(plan_, other.plan_);
    return *this;
  }
  ~Reader();
  /// Errors: `wrong_type`, with the path of the fact.
  [[nodiscard]] Result<Frame> read(void const* object) const;

 private:
  explicit Reader(Plan const* plan) noexcept : plan_(plan) {}
  Plan const* plan_ = nullptr;
};

template <class V>
concept text_like = std::is_convertible_v<V const&, std::string_view>;
template <class V>
concept container = !text_like<V> && requires(V const& v) {
  v.begin();
  v.end();
};
/// std::optional, a raw or a smart pointer: what may hold nothing.
template <class V>
concept maybe = !text_like<V> && requires(V const& v) {
  *v;
  static_cast<bool>(v);
};
/// std::optional says that a value may be missing; a pointer may only be the way to one that is always there.
template <class V>
concept optional_like = maybe<V> && requires(V const& v) {
  v.has_value();
};
/// std::chrono::duration, recognized without its header.
template <class V>
concept chrono_duration = requires(V const& v) {
  v.count();
  V::period::num;
  V::period::den;
};

template <class V>
constexpr ValueKind kind_of() {
  static_assert(!std::is_floating_point_v<V>, "no double decides: bind a Decimal, or a whole number of the smallest unit");
  static_assert(!std::is_enum_v<V>, "bind an enumeration with .symbol(name, member, {{Channel::web, \"web\"}, ...})");
  if constexpr (std::is_same_v<V, bool>) return ValueKind::boolean;
  else if constexpr (std::is_integral_v<V>) return ValueKind::whole;
  else if constexpr (std::is_same_v<V, Decimal>) return ValueKind::decimal;
  else if constexpr (std::is_same_v<V, Money>) return ValueKind::money;
  else if constexpr (std::is_same_v<V, Quantity>) return ValueKind::quantity;
  else if constexpr (std::is_same_v<V, Date>) return ValueKind::date;
  else if constexpr (std::is_same_v<V, TimeOfDay>) return ValueKind::time_of_day;
  else if constexpr (std::is_same_v<V, Timestamp>) return ValueKind::timestamp;
  else if constexpr (chrono_duration<V>) return ValueKind::elapsed;
  else {
    static_assert(text_like<V>, "bind a bool, an integer, a text, a value of bylaw/values/, a std::chrono duration, or an optional of these");
    return ValueKind::text;
  }
}

template <class V>
Value value_of(V const& v) {
  Value out;
  if constexpr (std::is_integral_v<V>) {
    static_assert(sizeof(V) < 8 || std::is_signed_v<V>, "an unsigned 64-bit number may not fit: bind a std::int64_t");
    out.number = static_cast<std::int64_t>(v);
  } else if constexpr (std::is_same_v<V, Decimal>) {
    out.number = v.coefficient();
    out.scale = v.scale();
  } else if constexpr (std::is_same_v<V, Money>) {
    out.number = v.amount_minor();
    out.currency = v.currency();
  } else if constexpr (std::is_same_v<V, Quantity>) {
    out.number = v.amount.coefficient();
    out.scale = v.amount.scale();
    out.unit = v.unit;
  } else if constexpr (std::is_same_v<V, Date> || std::is_same_v<V, TimeOfDay> || std::is_same_v<V, Timestamp>) {
    out.number = v.value;
  } else if constexpr (chrono_duration<V>) {
    static_assert(1000 * V::period::num % V::period::den == 0, "a policy counts milliseconds: bind a coarser duration");
    out.number = static_cast<std::int64_t>(v.count()) * (1000 * V::period::num / V::period::den);
  } else {
    out.text = std::string(std::string_view(v));
  }
  return out;
}

template <class Get, class T>
using member_of = std::remove_cvref_t<std::invoke_result_t<Get const&, T const&>>;

/// std::invoke, without its header.
template <class Get, class T>
decltype(auto) call(Get const& get, T const& object) {
  if constexpr (std::is_member_function_pointer_v<Get>) return (object.*get)();
  else if constexpr (std::is_member_object_pointer_v<Get>) return (object.*get);
  else return get(object);
}

}  // namespace host

}  // namespace bylaw::inline v0::policy
