#pragma once
#include <algorithm>
#include <deque>
#include <map>

#include "policy/program/program.hpp"

namespace bylaw::inline v0::policy {

/// Whether a number of days or of milliseconds is one of the calendar.
[[nodiscard]] constexpr bool is_date(Int128 days) noexcept { return days >= first_date.value && days <= last_date.value; }
[[nodiscard]] constexpr bool is_time(Int128 ms) noexcept { return ms >= Int128{first_date.value} * day_ms && ms < (Int128{last_date.value} + 1) * day_ms; }

/// What all rules of one decision share: the time, the host's functions and their answers so far.
/// Not thread safe; one object per decision.
struct Session {
  Policy::Impl const& impl;
  Timestamp now;
  Functions functions;
  std::map<std::string, Value> answers;  ///< a function is called at most once per argument set
  std::deque<std::string> texts;         ///< texts that were computed, kept for the views of Datum
  bool recording = true;                 ///< whether decisions note what they read
};

/// Computes expressions over the facts of one rule's subjects. One object per rule and decision.
///
/// The first thing that cannot be computed (overflow, a required fact missing)
/// stays in `error`; results are then meaningless and the rule has failed.
class Evaluation {
 public:
  explicit Evaluation(Session& session) : recording(session.recording), session_(session), impl_(session.impl) {}

  void enter(std::uint32_t level, Frame const& frame, Layout const& layout) { levels_[level] = {&frame, &layout, -1, nullptr, 0}; }
  void enter(std::uint32_t level, Frame const& frame, Subject subject) { enter(level, frame, impl_.layout(subject)); }
  /// The element of a collection of the frame at `owner`; false when there is none.
  bool enter_element(std::uint32_t level, std::uint32_t owner, std::uint32_t collection, std::size_t index);
  /// Stands again where another evaluation of the same rule stood.
  void restore(Evaluation const& saved) { std::copy(std::begin(saved.levels_), std::end(saved.levels_), std::begin(levels_)); }
  /// The value an awaited fact has from its deadline on.
  void assume(std::uint32_t level, std::uint32_t slot, Datum value) { assumed_.push_back({level, slot, value}); }

  [[nodiscard]] Datum value(ExprIndex index) { return eval(static_cast<std::uint32_t>(index)); }
  [[nodiscard]] bool truth(ExprIndex index) { return eval(static_cast<std::uint32_t>(index)).number.numerator != 0; }
  /// `when` holds and `unless` does not.
  [[nodiscard]] bool passes(Guard const& guard) {
    return (guard.when < 0 || truth(guard.when)) && error.empty() && (guard.unless < 0 || !truth(guard.unless)) && error.empty();
  }
  [[nodiscard]] Datum slot_value(std::uint32_t level, std::uint32_t slot);
  [[nodiscard]] std::size_t element_count(std::uint32_t owner, std::uint32_t collection) const;
  /// Holidays of a place, rising; empty when the place has none of its own.
  [[nodiscard]] std::vector<Date> holidays(std::uint32_t header, std::uint32_t owner, std::uint32_t collection);
  [[nodiscard]] Session& session() { return session_; }

  std::string error;
  std::vector<Read> reads;
  bool recording;  ///< whether `reads` is filled

 private:
  struct Level {
    Frame const* frame = nullptr;
    Layout const* layout = nullptr;
    std::int32_t element = -1;
    Collection const* of = nullptr;  ///< of an element: its collection, and the level whose frame has it
    std::uint32_t owner = 0;
  };
  struct Assumed {
    std::uint32_t level;
    std::uint32_t slot;
    Datum value;
  };

  Datum eval(std::uint32_t index);
  Datum eval_slot(Expr const& expr);
  Datum eval_arithmetic(Expr const& expr);
  Datum eval_add(Expr const& expr);
  Datum eval_order(Expr const& expr);
  Datum eval_in(Expr const& expr);
  Datum eval_collection(Expr const& expr);
  Datum eval_table(Expr const& expr);
  Datum eval_least(Expr const& expr);
  Datum eval_text(Expr const& expr);
  Datum eval_time(Expr const& expr);
  Datum eval_clock(Expr const& expr);
  Datum eval_call(Expr const& expr);
  [[nodiscard]] bool equal(Type const& type, Datum const& a, Datum const& b);
  [[nodiscard]] int compare(Datum const& a, Datum const& b);
  Datum fail(std::string message);
  [[nodiscard]] static Datum boolean(bool value) { return {true, {value ? 1 : 0, 1}, 0, {}}; }
  void record(std::uint32_t level, std::uint32_t slot);

  Session& session_;
  Policy::Impl const& impl_;
  static constexpr std::size_t levels_max = 8;
  Level levels_[levels_max];
  std::vector<Assumed> assumed_;
};

/// A fact as the evaluator computes with it.
[[nodiscard]] Datum to_datum(Policy::Impl const& impl, Slot const& slot, Value const& value);
/// The other way round; false when the value does not fit its kind.
[[nodiscard]] bool to_value(Policy::Impl const& impl, Type const& type, Datum const& datum, Value& out);
/// A value as people write it; `missing` when not known, `personal` when it may not be recorded.
[[nodiscard]] std::string to_text(Policy::Impl const& impl, Slot const& slot, Value const& value);
/// A computed amount brought to minor units, rounded half to even. False on overflow.
[[nodiscard]] bool to_minor(Datum const& datum, std::int64_t& out);
/// `order.lines.item` of the third line reads `order.lines[2].item`.
[[nodiscard]] std::string element_path(std::string const& path, std::string const& collection, std::int32_t element);
/// The local date on which a rule's settings say `at` falls.
[[nodiscard]] Date local_date(Policy::Impl const& impl, std::uint32_t header, Timestamp at);
/// `at` plus a duration: calendar days end with the local day, business time runs in the header's calendar.
[[nodiscard]] Timestamp after(Policy::Impl const& impl, std::uint32_t header, Timestamp at, Duration const& duration);

}  // namespace bylaw::inline v0::policy
