// Facts between their forms: as the host gives them, as they are computed with, as people read them.
#include "policy/program/evaluate.hpp"

namespace bylaw::inline v0::policy {

char const* word_of(Kind kind) {
  switch (kind) {
    case Kind::hold: return "hold";
    case Kind::stop: return "stop";
    case Kind::validation: return "validation";
    case Kind::allocation: return "allocation";
    case Kind::protect: return "protect";
    case Kind::publish: return "publish";
    case Kind::service: return "service";
    case Kind::change: return "change";
    case Kind::backorder: return "backorder";
    case Kind::return_rule: return "return";
    case Kind::approval: return "approval";
    case Kind::posting: return "posting";
    case Kind::brake: return "brake";
    case Kind::workflow: break;
  }
  return "workflow";
}

std::string to_text(Duration const& duration) {
  auto const count = [](std::int64_t number, char const* unit) { return std::to_string(number) + " " + unit + (number == 1 ? "" : "s"); };
  std::string out;
  if (duration.months != 0) out = duration.months % 12 == 0 ? count(duration.months / 12, "year") : count(duration.months, "month");
  if (duration.amount == 0) return out;
  std::string const business = duration.kind == Duration::Kind::business_time || duration.kind == Duration::Kind::business_days ? "business " : "";
  bool const days = duration.kind == Duration::Kind::calendar || duration.kind == Duration::Kind::business_days;
  auto const amount = duration.amount;
  auto const unit = days                      ? std::pair<std::int64_t, char const*>{1, "day"}
                    : amount % hour_ms == 0   ? std::pair<std::int64_t, char const*>{hour_ms, "hour"}
                    : amount % minute_ms == 0 ? std::pair<std::int64_t, char const*>{minute_ms, "minute"}
                                              : std::pair<std::int64_t, char const*>{second_ms, "second"};
  return std::to_string(amount / unit.first) + " " + business + unit.second + (amount / unit.first == 1 ? "" : "s");
}

Datum to_datum(Policy::Impl const& impl, Slot const& slot, Value const& value) {
  Datum datum;
  datum.known = value.known;
  if (!value.known) return datum;
  datum.number = {value.number, value.scale > 0 ? power_of_ten(value.scale) : 1};
  if (slot.kind == FactKind::quantity) {
    if (auto const* unit = find_any_unit(impl, slot.detail)) exact::multiply(datum.number, {unit->base_units, 1}, datum.number);
  }
  exact::reduce(datum.number);
  datum.text = value.text;
  return datum;
}

bool to_value(Policy::Impl const& impl, Type const& type, Datum const& datum, Value& out) {
  (void)impl;
  out = {};
  out.known = datum.known;
  if (!datum.known) return true;
  out.text = std::string(datum.text);
  auto number = datum.number;
  if (type.base == Base::quantity && !exact::divide(number, {type.unit->base_units, 1}, number)) return false;
  if (type.base == Base::decimal || type.base == Base::percent || type.base == Base::quantity) {
    out.scale = 9;
    number.numerator *= power_of_ten(9);
  }
  auto whole = divide_rounded(number.numerator, number.denominator, Rounding::half_even);
  while (out.scale > 0 && whole % 10 == 0) {
    whole /= 10;
    --out.scale;
  }
  if (!fits_int64(whole)) return false;
  out.number = static_cast<std::int64_t>(whole);
  return true;
}

bool to_minor(Datum const& datum, std::int64_t& out) {
  auto const rounded = divide_rounded(datum.number.numerator, datum.number.denominator, Rounding::half_even);
  if (!fits_int64(rounded)) return false;
  out = static_cast<std::int64_t>(rounded);
  return true;
}

std::string element_path(std::string const& path, std::string const& collection, std::int32_t element) {
  return collection + "[" + std::to_string(element) + "]" + path.substr(collection.size());
}

std::string to_text(Policy::Impl const& impl, Slot const& slot, Value const& value) {
  if (!value.known) return "missing";
  if (slot.personal) return "personal";
  switch (slot.kind) {
    case FactKind::boolean: return value.number != 0 ? "true" : "false";
    case FactKind::decimal: return to_string(Decimal::scaled(value.number, value.scale));
    case FactKind::money: return to_string(Money(value.number, Currency::find(slot.detail.empty() ? value.text : slot.detail)));
    case FactKind::quantity: return to_string(Decimal::scaled(value.number, value.scale)) + " " + slot.detail;
    case FactKind::elapsed:
      if (value.number % hour_ms == 0 && value.number != 0) return std::to_string(value.number / hour_ms) + " hours";
      return value.number % minute_ms == 0 ? std::to_string(value.number / minute_ms) + " minutes" : to_string(Decimal::scaled(value.number, 3)) + " seconds";
    case FactKind::days: return std::to_string(value.number) + " days";
    case FactKind::date: return to_string(Date(static_cast<std::int32_t>(value.number)));
    case FactKind::time_of_day: return to_string(TimeOfDay(static_cast<std::int32_t>(value.number)));
    case FactKind::timestamp: return to_string(Timestamp(value.number));
    case FactKind::symbol:
      return value.number >= 0 && static_cast<std::size_t>(value.number) < impl.symbols.size() ? impl.symbols[static_cast<std::size_t>(value.number)]
                                                                                               : value.text;
    case FactKind::text: break;
  }
  return value.text;
}

std::string to_text(Policy const& policy, Slot const& slot, Value const& value) { return to_text(policy.impl(), slot, value); }

Date local_date(Policy::Impl const& impl, std::uint32_t header, Timestamp at) { return date_of(to_local(at, *impl.header_zones[header])); }

Timestamp after(Policy::Impl const& impl, std::uint32_t header, Timestamp at, Duration const& duration) {
  auto const& zone = *impl.header_zones[header];
  auto const& calendar = impl.headers[header].calendar;
  auto const end_of = [&](Date date) { return Timestamp(from_local(at_midnight(Date(date.value + 1)), zone).time.value - 1); };
  switch (duration.kind) {
    case Duration::Kind::elapsed: return Timestamp(at.value + duration.amount);
    case Duration::Kind::business_time: return from_local(add_business_time(to_local(at, zone), duration.amount, calendar), zone).time;
    case Duration::Kind::business_days: return end_of(add_business_days(local_date(impl, header, at), duration.amount, calendar));
    case Duration::Kind::calendar: break;
  }
  return end_of(add_calendar(local_date(impl, header, at), duration.months, duration.amount));
}

}  // namespace bylaw::inline v0::policy
