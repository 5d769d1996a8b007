#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <bylaw/values/decimal.hpp>
#include <bylaw/values/time.hpp>

namespace bylaw::inline v0::policy {

/// What kind of value a fact has. `number` of a Value means, per kind: boolean 0 or 1;
/// decimal and quantity: coefficient with `scale`; money: minor units; elapsed:
/// milliseconds; days: calendar days; date: days since 1970; time_of_day: minutes;
/// timestamp: milliseconds UTC; symbol: the id from Policy::symbol. `text` is used by text
/// and, for money in any currency, holds the currency code.
enum class FactKind : std::uint8_t { boolean, decimal, money, quantity, elapsed, days, date, time_of_day, timestamp, text, symbol };

/// A fact of the world at decision time; `known` is false for one that is missing.
struct Value {
  bool known = false;
  std::int32_t scale = 0;
  std::int64_t number = 0;
  std::string text;

  [[nodiscard]] static Value of(std::int64_t number) { return {true, 0, number, {}}; }
  [[nodiscard]] static Value of(bool value) { return {true, 0, value ? 1 : 0, {}}; }
  [[nodiscard]] static Value of(Decimal value) { return {true, value.scale(), value.coefficient(), {}}; }
  [[nodiscard]] static Value of(Timestamp value) { return {true, 0, value.value, {}}; }
  [[nodiscard]] static Value of(Date value) { return {true, 0, value.value, {}}; }
  [[nodiscard]] static Value of(std::string value) { return {true, 0, 0, std::move(value)}; }
  friend bool operator==(Value const&, Value const&) = default;
};

/// Which kinds of rule read a fact: whoever decides only holds need not supply the facts of returns.
enum class Kind : std::uint8_t {
  hold,
  stop,
  validation,
  allocation,
  protect,
  publish,
  service,
  change,
  backorder,
  return_rule,
  approval,
  posting,
  brake,
  workflow
};

/// One fact that the loaded rules read.
struct Slot {
  std::string path;  ///< from the subject on: `order.customer.segment`
  FactKind kind{};
  bool optional = false;      ///< may be missing
  bool personal = false;      ///< recorded by reference, not by value
  std::string detail;         ///< money: currency, empty for any; quantity: unit; symbol: the enumeration
  std::uint32_t read_by = 0;  ///< bit 1 << Kind for each kind of rule that reads it

  [[nodiscard]] bool is_read_by(Kind by) const noexcept { return (read_by >> static_cast<unsigned>(by) & 1u) != 0; }
};

/// A collection that the loaded rules look through, with the facts they read of each element.
struct Collection;

/// Which facts a subject's Frame holds and in which order. Fixed once a policy is compiled.
struct Layout {
  std::vector<Slot> slots;
  std::vector<Collection> collections;
};

/// `record` is empty for a field that is a list of plain values: its layout then has the one slot
/// of the entries, whose path is the collection's.
struct Collection {
  std::string path;    ///< `order.lines`
  std::string record;  ///< `line`
  Layout layout;
  std::uint32_t read_by = 0;  ///< as of a Slot: rules that look through it, whether or not they read a fact of an element

  [[nodiscard]] bool is_read_by(Kind by) const noexcept { return (read_by >> static_cast<unsigned>(by) & 1u) != 0; }
};

/// The facts of one subject, in the order of its Layout.
struct Frame {
  std::vector<Value> values;
  std::vector<std::vector<Frame>> collections;
};

/// What a decision is about. Each has a Layout of its own, and its facts are those of the record
/// of the same name (`return_line`: the record `return`).
enum class Subject : std::uint8_t {
  order,
  candidate,
  position,
  return_line,
  change,
  request,
  shipment,
  invoice,
  payment,
  refund,
  receipt,
  adjustment,
  transfer  ///< what postings are made of
};
inline constexpr std::size_t subject_count = 13;
/// The name of the record whose fields are the subject's facts.
[[nodiscard]] constexpr std::string_view record_of(Subject subject) noexcept {
  constexpr std::string_view names[subject_count] = {"order",   "candidate", "position", "return",  "change",     "request", "shipment",
                                                     "invoice", "payment",   "refund",   "receipt", "adjustment", "transfer"};
  return names[static_cast<std::size_t>(subject)];
}

/// One argument of a host function. A record is passed field by field: `a.country`, `a.city` ...
struct FunctionArgument {
  std::string name;
  FactKind kind{};
  std::string detail;  ///< as Slot::detail
  Value value;
};
/// Answers the host functions that a schema declares. `call` writes the answer, or leaves it
/// unknown when there is none. Pure for one decision; called on the decider's thread, may not throw.
struct Functions {
  void (*call)(void* context, std::string_view function, std::vector<FunctionArgument> const& arguments, Value& answer) = nullptr;
  void* context = nullptr;
};

}  // namespace bylaw::inline v0::policy
