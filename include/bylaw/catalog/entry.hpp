#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <bylaw/trade/control.hpp>
#include <bylaw/values/result.hpp>

namespace bylaw::inline v0::catalog {

enum class FieldType : std::uint8_t { text, whole, currency, country, time_of_day, dates, truth, amount };

/// What an entry of a kind may say.
struct Field {
  char const* name;
  FieldType type = FieldType::text;
  bool required = false;
  char const* about = "";
};

/// A kind of master data beside items and locations.
struct Kind {
  char const* name;
  char const* id;  ///< how its ids are made: `CHANNEL/SKU`, from fields of these names; empty: free
  char const* about;
  std::vector<Field> fields;
};

/// All kinds: vendor, cross_reference, reason, carrier, calendar, stock_level, lane, capacity, substitute.
[[nodiscard]] BYLAW_EXPORT std::vector<Kind> const& kinds();
/// nullptr when there is none of that name.
[[nodiscard]] BYLAW_EXPORT Kind const* find_kind(std::string_view name);

/// Whether an entry says what its kind needs, and nothing else. Pure. Errors: `unknown_kind`, `bad_entry` with the field and what to write.
[[nodiscard]] BYLAW_EXPORT Result<void> check(trade::DefineEntry const& entry);

/// The text of a field; empty when it is not given.
[[nodiscard]] BYLAW_EXPORT std::string_view value_of(std::vector<trade::Attribute> const& values, std::string_view field) noexcept;

}  // namespace bylaw::inline v0::catalog
