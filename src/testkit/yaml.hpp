#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <bylaw/values/result.hpp>
#include <bylaw/wire/json.hpp>

namespace bylaw::inline v0::testkit {

/// A YAML document with the line of every value. Anchors are unfolded; a key that stands twice is refused.
struct Yaml {
  enum class Kind : std::uint8_t { null, text, list, map };
  Kind kind = Kind::null;
  bool quoted = false;
  std::string text;
  std::size_t line = 1;
  std::vector<std::string> keys;
  std::vector<std::size_t> key_lines;
  std::vector<Yaml> items;

  [[nodiscard]] Yaml const* find(std::string_view key) const {
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (keys[i] == key) return &items[i];
    }
    return nullptr;
  }
  [[nodiscard]] bool is_map() const { return kind == Kind::map; }
  [[nodiscard]] bool is_list() const { return kind == Kind::list; }
  [[nodiscard]] bool is_text() const { return kind == Kind::text; }
};

/// Reads one document. Errors: `bad_test` with file and line. At most a million values and 100 levels.
[[nodiscard]] Result<Yaml> parse_yaml(std::string const& file, std::string_view text);

/// Plain words become numbers, true, false and null; quoted ones stay texts.
[[nodiscard]] wire::Json to_json(Yaml const& yaml);
/// `[a, b]`, `{rule: a}`, `12`: for messages and examples.
[[nodiscard]] std::string to_text(Yaml const& yaml);
/// Facts of `more` over those of `base`: maps are joined, everything else is replaced.
[[nodiscard]] Yaml merged(Yaml base, Yaml const& more);

/// An error of a test file.
[[nodiscard]] Error bad_test(std::string const& file, std::size_t line, std::string message, std::string remedy);

}  // namespace bylaw::inline v0::testkit
