// Clocks: when something is due, and how old it is as a queue counts.
#include "policy/program/evaluate.hpp"

namespace bylaw::inline v0::policy {

namespace {

/// A moment as the calendar can say it; what lies beyond is its edge.
Timestamp clamped(Int128 ms) {
  Int128 const first = Int128{first_date.value} * day_ms;
  Int128 const last = (Int128{last_date.value} + 1) * day_ms - 1;
  return Timestamp(static_cast<std::int64_t>(ms < first ? first : ms > last ? last : ms));
}

}  // namespace

Timestamp Policy::due(std::uint32_t header, Timestamp from, Duration const& duration) const noexcept {
  auto const& zone = *impl_->header_zones[header];
  auto const& calendar = impl_->headers[header].calendar;
  from = clamped(from.value);
  if (duration.kind == Duration::Kind::elapsed) return clamped(Int128{from.value} + duration.amount);
  auto const local = to_local(from, zone);
  if (duration.kind == Duration::Kind::business_time) return clamped(from_local(add_business_time(local, duration.amount, calendar), zone).time.value);
  auto const days = std::min<std::int64_t>(duration.amount, 4'000'000);
  auto const months = std::min<std::int32_t>(duration.months, 120'000);
  bool const business = duration.kind == Duration::Kind::business_days;
  auto const date = business ? add_business_days(date_of(local), days, calendar) : add_calendar(date_of(local), months, days);
  if (!is_in_calendar(date)) return clamped(INT64_MAX);
  auto const clock = local.value - at_midnight(date_of(local)).value;
  return clamped(from_local(LocalTime(at_midnight(date).value + clock), zone).time.value);
}

Timestamp Policy::due_in_queue(std::uint32_t header, Timestamp from, Duration duration) const noexcept {
  if (impl_->headers[header].business_hours && duration.months == 0) {
    if (duration.kind == Duration::Kind::elapsed) duration.kind = Duration::Kind::business_time;
    if (duration.kind == Duration::Kind::calendar) duration.kind = Duration::Kind::business_days;
  }
  return due(header, from, duration);
}

std::int64_t Policy::queue_time_ms(std::uint32_t header, Timestamp from, Timestamp to) const noexcept {
  from = clamped(from.value);
  to = clamped(to.value);
  if (to <= from) return 0;
  if (!impl_->headers[header].business_hours) return to.value - from.value;
  auto const& zone = *impl_->header_zones[header];
  return business_time_between(to_local(from, zone), to_local(to, zone), impl_->headers[header].calendar);
}

Result<Value> Policy::measure(std::size_t index, Frame const& record, Timestamp now, Functions functions) const {
  auto const& program = impl_->measure_programs[index];
  Session session{*impl_, now, functions, {}, {}};
  session.recording = false;
  Evaluation evaluation(session);
  evaluation.enter(0, record, measure_layout());
  Value out;
  if (program.where < 0 || evaluation.truth(program.where)) {
    if (program.value < 0) {
      out = Value::of(std::int64_t{1});
    } else {
      auto const datum = evaluation.value(program.value);
      if (evaluation.error.empty() && datum.known && !to_value(*impl_, impl_->node(program.value).type, datum, out)) evaluation.error = "a value is too large";
    }
  }
  if (!evaluation.error.empty()) return failure("policy_error", "the measure `" + impl_->measures[index].name + "` cannot be computed: " + evaluation.error);
  return out;
}

}  // namespace bylaw::inline v0::policy
