// Master data beside items and locations: what each kind may say, and whether an entry says it.
#include <bylaw/catalog/entry.hpp>

#include <algorithm>

#include <bylaw/values/currency.hpp>
#include <bylaw/values/decimal.hpp>
#include <bylaw/values/time.hpp>
#include <bylaw/values/word_list.hpp>

namespace bylaw::inline v0::catalog {

namespace {

bool is_whole(std::string_view text) {
  auto const number = Decimal::parse(text);
  return number && number->scale() == 0 && number->coefficient() >= 0;
}

bool is_amount(std::string_view text) {
  auto const number = Decimal::parse(text);
  return number && number->coefficient() >= 0;
}

bool is_country(std::string_view text) {
  return text.size() == 2 && std::all_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool is_time_of_day(std::string_view text) {
  auto const digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  if (text.size() != 5 || text[2] != ':' || !digit(0) || !digit(1) || !digit(3) || !digit(4)) return false;
  return (text[0] - '0') * 10 + (text[1] - '0') < 24 && text[3] < '6';
}

bool are_dates(std::string_view text) {
  auto const dates = split_words(text);
  return std::all_of(dates.begin(), dates.end(), [](std::string_view date) { return parse_date(date).has_value(); });
}

bool fits(FieldType type, std::string_view text) {
  switch (type) {
    case FieldType::text: return true;
    case FieldType::whole: return is_whole(text);
    case FieldType::currency: return Currency::parse(text).has_value();
    case FieldType::country: return is_country(text);
    case FieldType::time_of_day: return is_time_of_day(text);
    case FieldType::dates: return are_dates(text);
    case FieldType::truth: return text == "true" || text == "false";
    case FieldType::amount: return is_amount(text);
  }
  return false;
}

char const* example_of(FieldType type) {
  switch (type) {
    case FieldType::text: return "a text";
    case FieldType::whole: return "a whole number such as 14";
    case FieldType::currency: return "a currency such as USD";
    case FieldType::country: return "a country such as US";
    case FieldType::time_of_day: return "a time such as 17:30";
    case FieldType::dates: return "dates such as 2026-12-25,2027-01-01";
    case FieldType::truth: return "true or false";
    case FieldType::amount: return "a number such as 4.95";
  }
  return "";
}

/// `CHANNEL/SKU` from the fields that the kind names.
std::string expected_id(Kind const& kind, std::vector<trade::Attribute> const& values) {
  std::string out;
  std::string_view rest = kind.id;
  while (!rest.empty()) {
    auto const slash = rest.find('/');
    out += (out.empty() ? "" : "/") + std::string(value_of(values, rest.substr(0, slash)));
    rest = slash == std::string_view::npos ? std::string_view{} : rest.substr(slash + 1);
  }
  return out;
}

}  // namespace

std::vector<Kind> const& kinds() {
  using enum FieldType;
  static std::vector<Kind> const all = {
      {"vendor",
       "",
       "who supplies; changes of its bank account are what fraud is made of",
       {{"name", text, true, ""},
        {"country", country, false, ""},
        {"currency", currency, false, "what it is paid in"},
        {"bank_account", text, false, "as it is written on an invoice"},
        {"lead_time_days", whole, false, "calendar days from order to receipt"},
        {"terms_days", whole, false, "calendar days to pay"},
        {"active", truth, false, ""}}},
      {"cross_reference",
       "channel/channel_sku",
       "what a channel calls an item, and how many base units one of it is",
       {{"channel", text, true, ""}, {"channel_sku", text, true, ""}, {"item", text, true, "SKU"}, {"units", whole, false, "base units, from 1"}}},
      {"reason",
       "kind/code",
       "a governed reason code",
       {{"kind", text, true, "return, hold, adjustment ..."},
        {"code", text, true, ""},
        {"text", text, true, ""},
        {"fault", text, false, "seller, customer or carrier"},
        {"cause", text, false, "root cause, for reports: quality, listing, packaging, fulfilment, customer"}}},
      {"carrier",
       "",
       "who carries parcels",
       {{"name", text, true, ""},
        {"services", text, false, "joined by commas"},
        {"cut_off", time_of_day, false, "local time of the location"},
        {"tracking_url", text, false, ""},
        {"active", truth, false, ""}}},
      {"calendar",
       "",
       "when a place or queue works",
       {{"zone", text, true, "an IANA name"}, {"opens", time_of_day, false, ""}, {"closes", time_of_day, false, ""}, {"holidays", dates, false, ""}}},
      {"stock_level",
       "item/location",
       "what an item needs at a location; `*` as location: in the whole network",
       {{"item", text, true, "SKU"},
        {"location", text, true, "a location, or *"},
        {"safety_stock", whole, false, "base units that are kept back; with location *: wherever nothing else is said"},
        {"reorder_point", whole, false, "base units at which it is ordered again"},
        {"backorders", whole, false, "base units that may be promised here without stock; not with location *"},
        {"order_min", whole, false, "base units that an order for it has to have; with location *"},
        {"order_max", whole, false, "base units that one order may have; with location *"},
        {"order_multiple", whole, false, "orders are in multiples of so many base units; with location *"},
        {"removal", text, false, "fefo, fifo or lifo: which lot goes first; with location *: wherever nothing else is said"}}},
      {"lane",
       "location/destination",
       "the way from a location to a country (US), to postal codes that begin so (US-02), or to everywhere (*)",
       {{"location", text, true, ""},
        {"destination", text, true, "US, US-02 or *"},
        {"distance_km", whole, false, ""},
        {"days", whole, false, "calendar days from shipping to delivery"},
        {"cost", amount, false, "of a parcel, in the policy's currency"},
        {"open", truth, false, "goods may go this way"},
        {"hazmat", truth, false, "hazardous goods too"},
        {"export", truth, false, "controlled goods too"}}},
      {"capacity",
       "location",
       "how many orders a location takes",
       {{"location", text, true, ""}, {"orders_open_max", whole, true, "with stock reserved here"}}},
      {"substitute",
       "item/by",
       "an item that may be sent in place of another",
       {{"item", text, true, "SKU that was ordered"},
        {"by", text, true, "SKU that is sent"},
        {"cost_rise_percent_max", whole, false, "it may cost so much more than the one ordered; without it, any"}}},
  };
  return all;
}

Kind const* find_kind(std::string_view name) {
  for (auto const& kind : kinds()) {
    if (name == kind.name) return &kind;
  }
  return nullptr;
}

std::string_view value_of(std::vector<trade::Attribute> const& values, std::string_view field) noexcept {
  for (auto const& value : values) {
    if (value.path == field) return value.value;
  }
  return {};
}

Result<void> check(trade::DefineEntry const& entry) {
  auto const* kind = find_kind(entry.kind);
  if (kind == nullptr) {
    return failure("unknown_kind", "there is no master data of the kind `" + entry.kind + "`", entry.id,
                   "write vendor, cross_reference, reason, carrier or calendar; items and locations have commands of their own");
  }
  if (entry.removed) return {};
  for (auto const& value : entry.values) {
    auto const known = std::find_if(kind->fields.begin(), kind->fields.end(), [&](Field const& f) { return value.path == f.name; });
    if (known == kind->fields.end()) {
      std::string names;
      for (auto const& field : kind->fields) names += (names.empty() ? "" : ", ") + std::string(field.name);
      return failure("bad_entry", "a " + entry.kind + " has no `" + value.path + "`", entry.id, "its fields are " + names);
    }
    if (!fits(known->type, value.value)) {
      return failure("bad_entry", "`" + value.value + "` does not fit `" + value.path + "`", entry.id, std::string("write ") + example_of(known->type));
    }
  }
  for (auto const& field : kind->fields) {
    if (field.required && value_of(entry.values, field.name).empty()) {
      return failure("bad_entry", "a " + entry.kind + " needs `" + field.name + "`", entry.id, std::string("add ") + example_of(field.type));
    }
  }
  if (*kind->id == '\0' || expected_id(*kind, entry.values) == entry.id) return {};
  return failure("bad_entry", "the id of a " + entry.kind + " is made of " + kind->id, entry.id, "write " + expected_id(*kind, entry.values));
}

}  // namespace bylaw::inline v0::catalog
