#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <bylaw/values/result.hpp>

namespace bylaw::inline v0::wire {

/// A JSON document. Numbers keep their text, so that 12.10 stays exactly what was written.
struct Json {
  enum class Kind : std::uint8_t { null, boolean, number, text, array, object };
  Kind kind = Kind::null;
  bool truth = false;
  std::string text;               ///< of a text or a number
  std::vector<std::string> keys;  ///< object: names of `items`
  std::vector<Json> items;

  /// The member of an object, nullptr when there is none.
  [[nodiscard]] Json const* find(std::string_view key) const noexcept {
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (keys[i] == key) return &items[i];
    }
    return nullptr;
  }
};

/// Reads one JSON document. Errors: `bad_json` with what is wrong. At most 256 levels deep.
[[nodiscard]] BYLAW_EXPORT Result<Json> parse_json(std::string_view text);

/// The document as JSON text again: numbers exactly as they were written.
[[nodiscard]] BYLAW_EXPORT std::string to_text(Json const& json);

/// Writes JSON, member by member: `JsonWriter().member("id", "A-1")...`.
class BYLAW_EXPORT JsonWriter {
 public:
  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  JsonWriter& key(std::string_view name);
  JsonWriter& text(std::string_view value);
  JsonWriter& number(std::int64_t value);
  JsonWriter& truth(bool value);
  JsonWriter& null();
  /// JSON that is complete already.
  JsonWriter& raw(std::string_view json);

  JsonWriter& member(std::string_view name, std::string_view value) { return key(name).text(value); }
  JsonWriter& member(std::string_view name, char const* value) { return key(name).text(value); }
  JsonWriter& member(std::string_view name, std::int64_t value) { return key(name).number(value); }
  [[nodiscard]] std::string take() { return std::move(out_); }
  [[nodiscard]] std::string const& view() const noexcept { return out_; }

 private:
  void separate();
  std::string out_;
  bool fresh_ = true;  ///< nothing written yet at this level
};

}  // namespace bylaw::inline v0::wire
