#pragma once
#include <concepts>
#include <string>
#include <string_view>
#include <vector>

#include <bylaw/values/export.hpp>

/// Words joined by commas, `pick,pack,ship`: how roles, transitions, channels and dates are kept in one column or attribute. A word
/// has no comma in it. Pure, and safe from several threads.
namespace bylaw::inline v0::values {

/// The words, in their order. They point into the list, which has to outlive them.
[[nodiscard]] BYLAW_EXPORT std::vector<std::string_view> split_words(std::string_view list);
/// A text that ends with the statement would leave the words pointing nowhere.
template <std::same_as<std::string> Text>
std::vector<std::string_view> split_words(Text&& list) = delete;
[[nodiscard]] BYLAW_EXPORT std::string join_words(std::vector<std::string> const& words);
[[nodiscard]] BYLAW_EXPORT bool has_word(std::string_view list, std::string_view word) noexcept;
/// Adds a word at the end, unless it is there already.
BYLAW_EXPORT void add_word(std::string& list, std::string_view word);

}  // namespace bylaw::inline v0::values
