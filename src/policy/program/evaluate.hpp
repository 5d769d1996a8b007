#pragma once
#include "policy/program/program.hpp"

namespace bylaw::inline v0::policy {

/// Computes expressions over the facts of one subject. One object per decision; not thread safe.
///
/// The first thing that cannot be computed (overflow, a required fact missing)
/// stays in `error`; results are then meaningless and the rule has failed.
class Evaluation {
 public:
  Evaluation(Policy::Impl const& impl, Timestamp now) : impl_(impl), now_(now) {}

  void enter(std::uint32_t depth, Frame const& frame, Layout const& layout, std::int32_t element = -1) {
    levels_[depth] = {&frame, &layout, element};
  }
  /// The value an awaited fact has from its deadline on.
  void assume(std::uint32_t slot, Datum value) { assumed_.emplace_back(slot, value); }

  [[nodiscard]] Datum value(ExprIndex index) { return eval(static_cast<std::uint32_t>(index)); }
  [[nodiscard]] bool truth(ExprIndex index) { return eval(static_cast<std::uint32_t>(index)).number.numerator != 0; }
  /// `when` holds and `unless` does not.
  [[nodiscard]] bool passes(Guard const& guard) {
    return (guard.when < 0 || truth(guard.when)) && error.empty() && (guard.unless < 0 || !truth(guard.unless)) && error.empty();
  }
  [[nodiscard]] Datum slot_value(std::uint32_t depth, std::uint32_t slot);

  std::string error;
  std::vector<Read> reads;

 private:
  struct Level {
    Frame const* frame = nullptr;
    Layout const* layout = nullptr;
    std::int32_t element = -1;
  };

  Datum eval(std::uint32_t index);
  Datum eval_slot(Expr const& expr);
  Datum eval_arithmetic(Expr const& expr);
  Datum eval_add(Expr const& expr);
  Datum eval_order(Expr const& expr);
  Datum eval_in(Expr const& expr);
  Datum eval_collection(Expr const& expr);
  Datum eval_least(Expr const& expr);
  Datum eval_text(Expr const& expr);
  Datum eval_time(Expr const& expr);
  [[nodiscard]] bool equal(Type type, Datum const& a, Datum const& b);
  [[nodiscard]] int compare(Datum const& a, Datum const& b);
  Datum fail(std::string message);
  [[nodiscard]] static Datum boolean(bool value) { return {true, {value ? 1 : 0, 1}, 0, {}}; }
  void record(Level const& level, std::uint32_t slot);

  Policy::Impl const& impl_;
  Timestamp now_;
  Level levels_[6];
  std::vector<std::pair<std::uint32_t, Datum>> assumed_;
};

/// A fact as the evaluator computes with it.
[[nodiscard]] Datum to_datum(Slot const& slot, Value const& value);
/// A computed amount brought to minor units, rounded half to even. False on overflow.
[[nodiscard]] bool to_minor(Datum const& datum, std::int64_t& out);

}  // namespace bylaw::inline v0::policy
