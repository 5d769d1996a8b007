#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include <bylaw/values/decimal.hpp>
#include <bylaw/values/time.hpp>

namespace bylaw::inline v0::policy {

/// What kind of value a fact has. `number` of a Value means, per kind: boolean 0 or 1;
/// decimal and quantity: coefficient with `scale`; money: minor units; elapsed:
/// milliseconds; date: days; time_of_day: minutes; timestamp: milliseconds UTC;
/// symbol: the id from Policy::symbol. `text` is used by text only.
enum class FactKind : std::uint8_t { boolean, decimal, money, quantity, elapsed, date, time_of_day, timestamp, text, symbol };

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
};

/// One fact that the loaded rules read.
struct Slot {
  std::string path;          ///< from the subject on: `order.customer.segment`
  FactKind kind{};
  bool optional = false;     ///< may be missing
  bool personal = false;     ///< recorded by reference, not by value
  std::string detail;        ///< money: currency; quantity: unit; symbol: the enumeration
};

/// A collection that the loaded rules look through, with the facts they read of each element.
struct Collection;

/// Which facts a subject's Frame holds and in which order. Fixed once a policy is compiled.
struct Layout {
  std::vector<Slot> slots;
  std::vector<Collection> collections;
};

struct Collection {
  std::string path;    ///< `order.lines`
  std::string record;  ///< `line`
  Layout layout;
};

/// The facts of one subject, in the order of its Layout.
struct Frame {
  std::vector<Value> values;
  std::vector<std::vector<Frame>> collections;
};

/// What a decision is about; each has a Layout of its own.
enum class Subject : std::uint8_t { order, candidate, return_line };

}  // namespace bylaw::inline v0::policy
