#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <bylaw/policy/decision.hpp>
#include <bylaw/policy/policy.hpp>
#include <bylaw/policy/batch.hpp>
#include <bylaw/policy/memory.hpp>
#include <bylaw/policy/symbols.hpp>
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
    /// Many records that stand one behind the other. False when they do not; then read() gives them one by one.
    virtual bool span(void const* object, void const*& first, std::size_t& count) const {
      (void)object;
      (void)first;
      (void)count;
      return false;
    }
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
  bool span(void const* object, void const*& first, std::size_t& count) const { return base_->span(object, first, count); }

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
  Memory memory;
  std::vector<std::int64_t> symbol_values;  ///< the host's numbers for `symbols`
  Symbols* interned = nullptr;              ///< the memory has ids of these
  Currency currency;                        ///< the memory has minor units of this
};

struct Type;
struct Part {
  std::string name;
  bool optional = false;
  bool many = false;
  std::vector<Type> type;  ///< exactly one
  Getter getter;           ///< the record, if it is there, or each of many
  Memory memory;           ///< offset: of one record inside its object
  std::size_t size = 0;    ///< of a record, in bytes
};

/// A host type as the record that it stands for.
struct Type {
  std::string record;
  std::vector<Field> fields;
  std::vector<Part> parts;
  std::vector<Field> measures;
};

/// The integers that are read from memory.
template <class V>
constexpr Memory::Form memory_form() {
  if constexpr (std::is_enum_v<V>) return memory_form<std::underlying_type_t<V>>();
  else if constexpr (!std::is_integral_v<V>) return Memory::Form::none;
  else if constexpr (sizeof(V) == 1) return std::is_signed_v<V> ? Memory::Form::i8 : Memory::Form::u8;
  else if constexpr (sizeof(V) == 2) return std::is_signed_v<V> ? Memory::Form::i16 : Memory::Form::u16;
  else if constexpr (sizeof(V) == 4) return std::is_signed_v<V> ? Memory::Form::i32 : Memory::Form::u32;
  else return std::is_signed_v<V> ? Memory::Form::i64 : Memory::Form::none;
}
/// The place of a member in a T, which may have it from a base. A pointer to a data member is its offset in
/// the C++ ABI of g++ and clang++, once it is one of T.
template <class T, class V, class U>
Memory memory_of(V U::*member) {
  if constexpr (!std::is_function_v<V> && std::is_convertible_v<V U::*, V T::*>) {
    V T::*const own = member;
    static_assert(sizeof own == sizeof(std::ptrdiff_t));
    return {memory_form<std::remove_cv_t<V>>(), __builtin_bit_cast(std::ptrdiff_t, own)};
  } else {
    return {};
  }
}
template <class T, class Get>
Memory memory_of(Get const&) {
  return {};
}

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

struct Machine;

/// Decides holds of objects of one Type, as they lie in memory. Immutable, cheap to copy, shared between
/// threads without locks; thread safe if the host's getters are.
class BYLAW_EXPORT Decider {
 public:
  /// `size`: of one object in bytes. Errors: as Reader::make.
  [[nodiscard]] static Result<Decider> make(Type type, std::size_t size, Policy const& policy);
  Decider(Decider const& other) noexcept;
  Decider(Decider&& other) noexcept : machine_(std::exchange(other.machine_, nullptr)) {}
  Decider& operator=(Decider other) noexcept {
    std::swap(machine_, other.machine_);
    return *this;
  }
  ~Decider();
  void decide(void const* objects, std::size_t count, Timestamp now, HoldBatch& out, Functions functions) const;
  [[nodiscard]] Policy const& policy() const noexcept;

 private:
  explicit Decider(Machine const* machine) noexcept : machine_(machine) {}
  Machine const* machine_ = nullptr;
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
    static_assert(std::is_integral_v<typename V::rep>, "no double decides: bind a duration that counts in whole numbers");
    static_assert(1000 * V::period::num % V::period::den == 0, "a policy counts milliseconds: bind a coarser duration");
    constexpr std::int64_t factor = 1000 * V::period::num / V::period::den;
    if (__builtin_mul_overflow(static_cast<std::int64_t>(v.count()), factor, &out.number)) out.number = v.count() < 0 ? INT64_MIN : INT64_MAX;
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

/// Records that stand one behind the other, and are no more than these records: of what is derived from
/// them, the next one stands further on.
template <class V, class Inner>
concept contiguous = requires(V const& v) {
  requires std::is_same_v<std::remove_cv_t<std::remove_pointer_t<decltype(std::data(v))>>, Inner>;
  std::size(v);
};

/// A container of records, or a view of them such as std::span.
template <class T, class Inner, class Get>
Getter many_getter_of(Get get) {
  using Given = std::invoke_result_t<Get const&, T const&>;
  static_assert(std::is_reference_v<Given> || std::ranges::enable_borrowed_range<std::remove_cv_t<Given>>,
                "the records are read where they are: give the container by reference (`-> auto const&`), or a view such as std::span");
  static_assert(std::is_lvalue_reference_v<decltype(*std::begin(std::declval<Given&>()))>, "the container must hold its records, not make them");
  struct Many final : Getter::Base {
    explicit Many(Get g) : get(std::move(g)) {}
    void read(void const* object, Each each) const override {
      auto&& members = host::call(get, *static_cast<T const*>(object));
      for (Inner const& element : members) each(&element);
    }
    bool span(void const* object, void const*& first, std::size_t& count) const override {
      auto&& members = host::call(get, *static_cast<T const*>(object));
      if constexpr (contiguous<decltype(members), Inner>) {
        first = static_cast<Inner const*>(std::data(members));
        count = static_cast<std::size_t>(std::size(members));
        return true;
      } else {
        return false;
      }
    }
    [[nodiscard]] Getter::Base* clone() const override { return new Many(get); }
    Get get;
  };
  return Getter(new Many(std::move(get)));
}

}  // namespace host

}  // namespace bylaw::inline v0::policy
