#pragma once
#include <bylaw/policy/host.hpp>

namespace bylaw::inline v0::policy {

/// Reads host objects of one type as the facts of a subject. Immutable; thread safe if the host's
/// getters are.
template <class T>
class FactReader {
 public:
  explicit FactReader(host::Reader reader) : reader_(std::move(reader)) {}
  /// Errors: `wrong_type` with the path of the fact: money in another currency, a text that is no
  /// value of the enumeration, a quantity that does not convert.
  [[nodiscard]] Result<Frame> read(T const& object) const { return reader_.read(&object); }

 private:
  host::Reader reader_;
};

/// Decides the holds of many host objects at once, as they lie in memory, without building Frames:
/// what rules compare with constants is looked up, and only rules that are left ask for more.
/// Immutable, cheap to copy, shared between threads without locks.
template <class T>
class HoldDecider {
 public:
  explicit HoldDecider(host::Decider decider) : decider_(std::move(decider)) {}
  /// `out` is filled anew and keeps its memory from batch to batch: one per thread. Same hits as
  /// Policy::decide_holds gives for each object.
  void decide(T const* objects, std::size_t count, Timestamp now, HoldBatch& out, Functions functions = {}) const {
    decider_.decide(objects, count, now, out, functions);
  }
  [[nodiscard]] Policy const& policy() const noexcept { return decider_.policy(); }
  /// Without the host's type.
  [[nodiscard]] host::Decider decider() && { return std::move(decider_); }

 private:
  host::Decider decider_;
};

/// How the members of a host type are called in policies. Written once, checked against the schema
/// each time a policy loads:
///
///     auto const lines = bylaw::bind<Line>("line").field("quantity", &Line::quantity);
///     auto const orders = bylaw::bind<Order>("order").field("total", &Order::total).many("lines", &Order::lines, lines);
///     auto reader = orders.reader(policy, bylaw::policy::Subject::order);   // names every field that does not fit
///     auto facts = reader->read(order);
///     auto decision = policy.decide_holds(*facts, now);
///
/// A getter is a pointer to a member, to a member function, or a callable of `T const&`. Nothing is
/// copied out of objects but the facts that the loaded rules read.
template <class T>
class Binding {
 public:
  explicit Binding(std::string record) { type_.record = std::move(record); }

  /// A value, an optional of one, or a container of values for a field that is a list.
  template <class Get>
  Binding& field(std::string name, Get get) {
    type_.fields.push_back(make_field(std::move(name), std::move(get)));
    return *this;
  }
  /// An enumeration of the host, value by value. One without a name here is refused when it is read.
  template <class Get, class Enum>
  Binding& symbol(std::string name, Get get, std::initializer_list<std::pair<Enum, char const*>> names) {
    using Member = host::member_of<Get, T>;
    host::Field field;
    field.name = std::move(name);
    field.kind = host::ValueKind::symbol;
    field.optional = host::optional_like<Member>;
    field.memory = host::memory_of<T>(get);
    std::vector<Enum> values;
    for (auto const& [value, word] : names) {
      values.push_back(value);
      field.symbol_values.push_back(static_cast<std::int64_t>(value));
      field.symbols.emplace_back(word);
    }
    field.getter = host::getter_of<T>([get = std::move(get), values = std::move(values)](T const& object, host::Each each) {
      auto const& member = host::call(get, object);
      host::Value out;
      auto const put = [&](Enum value) {
        auto const count = static_cast<std::int64_t>(values.size());
        while (out.number < count && values[static_cast<std::size_t>(out.number)] != value) ++out.number;
      };
      if constexpr (host::maybe<Member>) {
        out.known = static_cast<bool>(member);
        if (out.known) put(*member);
      } else {
        put(member);
      }
      each(&out);
    });
    type_.fields.push_back(std::move(field));
    return *this;
  }
  /// A text that the host has interned: its member is the id. What is compared most often is then never a text.
  /// `symbols` must outlive the binding and all that is made of it.
  template <class Get>
  Binding& interned(std::string name, Get get, Symbols& symbols) {
    using Member = host::member_of<Get, T>;
    static_assert(std::is_integral_v<Member> && sizeof(Member) <= 4, "an id of Symbols is a std::int32_t");
    host::Field field;
    field.name = std::move(name);
    field.kind = host::ValueKind::text;
    field.memory = host::memory_of<T>(get);
    field.interned = &symbols;
    field.getter = host::getter_of<T>([get = std::move(get), &symbols](T const& object, host::Each each) {
      host::Value out;
      out.text = std::string(symbols.text(static_cast<std::int32_t>(host::call(get, object))));
      each(&out);
    });
    type_.fields.push_back(std::move(field));
    return *this;
  }
  /// Money that the host keeps as a whole number of minor units of one currency.
  template <class Get>
  Binding& money(std::string name, Get get, Currency currency) {
    using Member = host::member_of<Get, T>;
    static_assert(std::is_integral_v<Member> && (sizeof(Member) < 8 || std::is_signed_v<Member>), "minor units are a signed whole number");
    host::Field field;
    field.name = std::move(name);
    field.kind = host::ValueKind::money;
    field.memory = host::memory_of<T>(get);
    field.currency = currency;
    field.getter = host::getter_of<T>([get = std::move(get), currency](T const& object, host::Each each) {
      host::Value out;
      out.number = static_cast<std::int64_t>(host::call(get, object));
      out.currency = currency;
      each(&out);
    });
    type_.fields.push_back(std::move(field));
    return *this;
  }
  /// A truth that the host keeps as a whole number: nought is no, everything else is yes.
  template <class Get>
  Binding& flag(std::string name, Get get) {
    static_assert(std::is_integral_v<host::member_of<Get, T>>, "a flag is a whole number");
    host::Field field;
    field.name = std::move(name);
    field.kind = host::ValueKind::boolean;
    field.memory = host::memory_of<T>(get);
    field.getter = host::getter_of<T>([get = std::move(get)](T const& object, host::Each each) {
      host::Value out;
      out.number = host::call(get, object) != 0 ? 1 : 0;
      each(&out);
    });
    type_.fields.push_back(std::move(field));
    return *this;
  }
  /// A record inside this one; `get` gives a reference, an optional or a pointer. Null is a missing
  /// record: a rule that needs one of its facts then fails by name.
  template <class Get, class Inner>
  Binding& record(std::string name, Get get, Binding<Inner> const& inner) {
    using Member = host::member_of<Get, T>;
    static_assert(std::is_reference_v<std::invoke_result_t<Get const&, T const&>> || std::is_pointer_v<Member>,
                  "a record is read through a reference or a pointer, not from a copy");
    Memory memory;
    if constexpr (std::is_same_v<Member, Inner>) memory = host::memory_of<T>(get);
    auto getter = host::getter_of<T>([get = std::move(get)](T const& object, host::Each each) {
      auto const& member = host::call(get, object);
      if constexpr (host::maybe<Member>) {
        if (!member) return;
        Inner const& held = *member;
        each(&held);
      } else {
        Inner const& held = member;
        each(&held);
      }
    });
    type_.parts.push_back({std::move(name), host::optional_like<Member>, false, {inner.type()}, std::move(getter), memory, sizeof(Inner)});
    return *this;
  }
  /// A container of records: anything with begin() and end() whose elements are `Inner`.
  template <class Get, class Inner>
  Binding& many(std::string name, Get get, Binding<Inner> const& inner) {
    type_.parts.push_back({std::move(name), false, true, {inner.type()}, host::many_getter_of<T, Inner>(std::move(get)), {}, sizeof(Inner)});
    return *this;
  }
  /// A figure that the policy declares with `measure` and the host counts.
  template <class Get>
  Binding& measure(std::string name, Get get) {
    type_.measures.push_back(make_field(std::move(name), std::move(get)));
    return *this;
  }

  /// Checks every name and type against the schema of a policy, and that every fact is bound which
  /// rules of these kinds need (all kinds when none is named). Errors: `binding_mismatch`, whose
  /// message names each field that does not fit; `no_policy`.
  [[nodiscard]] Result<FactReader<T>> reader(Policy const& policy, Subject subject, std::vector<Kind> const& kinds = {}) const {
    auto reader = host::Reader::make(type_, policy, subject, kinds);
    if (!reader) return Unexpected{reader.error()};
    return FactReader<T>(std::move(*reader));
  }

  /// As reader(), for the holds of many orders at once.
  [[nodiscard]] Result<HoldDecider<T>> hold_decider(Policy const& policy) const {
    auto decider = host::Decider::make(type_, sizeof(T), policy);
    if (!decider) return Unexpected{decider.error()};
    return HoldDecider<T>(std::move(*decider));
  }

  [[nodiscard]] host::Type const& type() const noexcept { return type_; }

 private:
  template <class Get>
  static host::Field make_field(std::string name, Get get) {
    using Member = host::member_of<Get, T>;
    host::Field field;
    field.name = std::move(name);
    if constexpr (std::is_integral_v<Member>) field.memory = host::memory_of<T>(get);
    if constexpr (host::container<Member>) {
      field.list = true;
      field.kind = host::kind_of<std::remove_cvref_t<decltype(*std::declval<Member const&>().begin())>>();
    } else if constexpr (host::maybe<Member>) {
      field.optional = host::optional_like<Member>;
      field.kind = host::kind_of<std::remove_cvref_t<decltype(*std::declval<Member const&>())>>();
    } else {
      field.kind = host::kind_of<Member>();
    }
    field.getter = host::getter_of<T>([get = std::move(get)](T const& object, host::Each each) {
      auto const& member = host::call(get, object);
      auto const give = [&](host::Value const& value) { each(&value); };
      if constexpr (host::container<Member>) {
        for (auto const& entry : member) give(host::value_of(entry));
      } else if constexpr (host::maybe<Member>) {
        host::Value missing;
        missing.known = false;
        give(member ? host::value_of(*member) : missing);
      } else {
        give(host::value_of(member));
      }
    });
    return field;
  }

  host::Type type_;
};

/// Begins the binding of a host type to a record of the schema.
template <class T>
[[nodiscard]] Binding<T> bind(std::string record) {
  return Binding<T>(std::move(record));
}

}  // namespace bylaw::inline v0::policy

namespace bylaw::inline v0 {
using policy::bind;
}  // namespace bylaw::inline v0
