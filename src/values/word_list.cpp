#include <bylaw/values/word_list.hpp>

namespace bylaw::inline v0::values {

namespace {

/// Takes the first word off the list.
std::string_view take_word(std::string_view& list) noexcept {
  auto const comma = list.find(',');
  auto const word = list.substr(0, comma);
  list = comma == std::string_view::npos ? std::string_view{} : list.substr(comma + 1);
  return word;
}

}  // namespace

std::vector<std::string_view> split_words(std::string_view list) {
  std::vector<std::string_view> out;
  while (!list.empty()) out.push_back(take_word(list));
  return out;
}

std::string join_words(std::vector<std::string> const& words) {
  std::string out;
  for (auto const& word : words) out += (out.empty() ? "" : ",") + word;
  return out;
}

bool has_word(std::string_view list, std::string_view word) noexcept {
  while (!list.empty()) {
    if (take_word(list) == word) return true;
  }
  return false;
}

void add_word(std::string& list, std::string_view word) {
  if (has_word(list, word)) return;
  if (!list.empty()) list += ',';
  list += word;
}

}  // namespace bylaw::inline v0::values
