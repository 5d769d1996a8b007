// What a piece of text comes to with everything that it names.
#include <cctype>
#include <set>

#include <bylaw/policy/policy.hpp>

#include "policy/program/program.hpp"

namespace bylaw::inline v0::policy {

namespace {

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// Words and signs with one blank between; comments are gone, texts in quotes stay as they are.
std::string plain(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '#') {
      while (i < text.size() && text[i] != '\n') ++i;
    } else if (text[i] == '"') {
      auto const from = i++;
      while (i < text.size() && text[i] != '"') i += text[i] == '\\' ? 2 : 1;
      out += text.substr(from, i + 1 - from);
      continue;
    } else if (std::isspace(static_cast<unsigned char>(text[i])) == 0) {
      out += text[i];
      continue;
    }
    if (!out.empty() && out.back() != ' ') out += ' ';
  }
  return out;
}

/// `define blocked = ...`: the second word.
std::string name_in(std::string_view declaration) {
  std::size_t at = 0;
  while (at < declaration.size() && is_word(declaration[at])) ++at;
  while (at < declaration.size() && !is_word(declaration[at])) ++at;
  auto const from = at;
  while (at < declaration.size() && is_word(declaration[at])) ++at;
  return std::string(declaration.substr(from, at - from));
}

}  // namespace

std::string Policy::unfolded(std::string_view text, std::uint32_t header) const {
  std::map<std::string, std::string> declared;
  for (auto const& [what, span] : impl_->definitions) {
    auto const declaration = std::string_view(impl_->sources[span.source_index].text).substr(span.begin_offset, span.end_offset - span.begin_offset);
    declared.emplace(name_in(declaration), plain(declaration));
  }
  auto out = plain(text);
  std::set<std::string> seen;
  for (std::size_t at = 0; at < out.size();) {
    if (!is_word(out[at])) {
      ++at;
      continue;
    }
    auto const from = at;
    while (at < out.size() && is_word(out[at])) ++at;
    auto const word = out.substr(from, at - from);
    auto const found = declared.find(word);
    if (found != declared.end() && seen.insert(word).second) out += "; " + found->second;
  }
  auto const& settings = impl_->headers[header];
  out += "; " + settings.zone + " " + std::to_string(settings.calendar.opens.value) + " " + std::to_string(settings.calendar.closes.value);
  for (auto const holiday : settings.calendar.holidays) out += " " + std::to_string(holiday.value);
  return out;
}

}  // namespace bylaw::inline v0::policy
