#include <algorithm>
#include <string_view>

#include <bylaw/policy/diagnostic.hpp>

#include "policy/diagnostic/utf8.hpp"

namespace bylaw::inline v0::policy {

namespace {

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

std::size_t characters_in(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return !continues_character(c); }));
}

struct Line {
  std::size_t begin = 0;
  std::string_view text;
};

Line line_at(std::string_view text, std::uint32_t offset) {
  auto const at = std::min<std::size_t>(offset, text.size());
  auto const before = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
  auto const begin = before == std::string_view::npos ? 0 : before + 1;
  auto end = text.find('\n', at);
  if (end == std::string_view::npos) end = text.size();
  if (end > begin && text[end - 1] == '\r') --end;
  return {begin, text.substr(begin, std::max(end, begin) - begin)};
}

/// A line as a terminal may show it: nothing that steers it, nothing that is not UTF-8. One column per character stays one.
std::string printable(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    auto const length = utf8_length(text, at);
    auto const byte = static_cast<unsigned char>(text[at]);
    if (length == 0) out += continues_character(text[at]) ? "" : "\xEF\xBF\xBD";
    else if ((byte < 0x20 && byte != '\t') || byte == 0x7F) out += '?';
    else out += text.substr(at, length);
    at += std::max<std::size_t>(length, 1);
  }
  return out;
}

/// Very long lines are cut around the finding, so that a diagnostic stays readable.
constexpr std::size_t shown_bytes_max = 160;

std::string underline(Line line, Span span) {
  std::string marks;
  auto const begin = std::min<std::size_t>(span.begin_offset - line.begin, line.text.size());
  for (char const c : line.text.substr(0, begin)) {
    if (!continues_character(c)) marks += c == '\t' ? '\t' : ' ';
  }
  auto const end = std::min<std::size_t>(span.end_offset - line.begin, line.text.size());
  auto const width = end > begin ? characters_in(line.text.substr(begin, end - begin)) : 0;
  return marks.append(std::max<std::size_t>(width, 1), '^');
}

void render_label(std::string& out, Source const& source, Label const& label, bool primary) {
  auto const where = position_of(source, label.span.begin_offset);
  auto line = line_at(source.text, label.span.begin_offset);
  auto const number = std::to_string(where.line);
  std::string const margin(number.size(), ' ');
  out += margin + (primary ? " --> " : " ::: ") + source.name + ':' + number + ':' + std::to_string(where.column) + '\n';
  if (line.text.size() > shown_bytes_max) {
    auto const at = label.span.begin_offset - line.begin;
    auto cut = at > shown_bytes_max / 2 ? at - shown_bytes_max / 2 : 0;
    while (cut > 0 && continues_character(line.text[cut])) --cut;
    line.begin += cut;
    line.text = line.text.substr(cut, shown_bytes_max);
  }
  std::string const bar = margin + "  | ";
  out += margin + "  |\n " + number + " | " + printable(line.text) + '\n';
  out += bar + underline(line, label.span) + (label.text.empty() ? "" : " " + label.text) + '\n';
}

}  // namespace

bool has_errors(Diagnostics const& diagnostics) noexcept {
  return std::any_of(diagnostics.begin(), diagnostics.end(), [](Diagnostic const& d) { return d.severity == Severity::error; });
}

Position position_of(Source const& source, std::uint32_t offset) noexcept {
  std::string_view const before = std::string_view(source.text).substr(0, offset);
  auto const line = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1;
  auto const newline = before.rfind('\n');
  auto const begin = newline == std::string_view::npos ? 0 : newline + 1;
  return {line, characters_in(before.substr(begin)) + 1};
}

std::string render(Diagnostic const& diagnostic, std::vector<Source> const& sources) {
  std::string out = diagnostic.severity == Severity::error ? "error[" : "warning[";
  out += diagnostic.code + "]: " + diagnostic.message + '\n';
  bool primary = true;
  for (auto const& label : diagnostic.labels) {
    if (label.span.source_index < sources.size()) render_label(out, sources[label.span.source_index], label, primary);
    primary = false;
  }
  if (!diagnostic.help.empty()) out += "   = help: " + diagnostic.help + '\n';
  return out;
}

std::string render(Diagnostics const& diagnostics, std::vector<Source> const& sources) {
  std::string out;
  for (auto const& diagnostic : diagnostics) {
    if (!out.empty()) out += '\n';
    out += render(diagnostic, sources);
  }
  return out;
}

}  // namespace bylaw::inline v0::policy
