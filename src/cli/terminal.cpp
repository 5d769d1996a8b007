#include <algorithm>
#include <cstdio>

#include <unistd.h>

#include <bylaw/wire/json.hpp>

#include "cli/cli.hpp"

namespace bylaw::inline v0::cli {

int fail(Error const& error) {
  std::fprintf(stderr, "bylaw: %s\n", to_string(error).c_str());
  return exit_findings;
}

namespace {

std::size_t width_of(std::string const& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

/// Figures stand right-aligned, amounts of money among them.
bool is_figures(store::Table const& table, std::size_t column) {
  return std::all_of(table.rows.begin(), table.rows.end(), [&](std::vector<std::string> const& row) {
    return row[column].find_first_not_of("0123456789.-") == std::string::npos && row[column].find('-', 1) == std::string::npos;
  });
}

void print_table(store::Table const& table) {
  std::vector<std::size_t> widths;
  std::vector<bool> figures;
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    auto width = width_of(table.columns[c]);
    for (auto const& row : table.rows) width = std::max(width, width_of(row[c]));
    widths.push_back(width);
    figures.push_back(is_figures(table, c));
  }
  auto const line = [&](std::vector<std::string> const& cells) {
    std::string text;
    for (std::size_t c = 0; c < cells.size(); ++c) {
      std::string const pad(widths[c] - width_of(cells[c]), ' ');
      text += (c == 0 ? "" : "  ") + (figures[c] ? pad + cells[c] : cells[c] + pad);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    std::printf("%s\n", text.c_str());
  };
  line(table.columns);
  std::vector<std::string> rule;
  for (auto const width : widths) rule.emplace_back(width, '-');
  line(rule);
  for (auto const& row : table.rows) line(row);
}

void print_json(store::Table const& table) {
  wire::JsonWriter out;
  out.begin_array();
  for (auto const& row : table.rows) {
    out.begin_object();
    for (std::size_t c = 0; c < row.size(); ++c) {
      out.key(table.columns[c]);
      if (table.numeric[c] && !row[c].empty()) out.raw(row[c]);
      else out.text(row[c]);
    }
    out.end_object();
  }
  out.end_array();
  std::printf("%s\n", out.view().c_str());
}

void print_csv(store::Table const& table) {
  auto const line = [](std::vector<std::string> const& cells) {
    std::string text;
    for (std::size_t c = 0; c < cells.size(); ++c) {
      if (c > 0) text += ',';
      if (cells[c].find_first_of(",\"\n\r") == std::string::npos) {
        text += cells[c];
        continue;
      }
      text += '"';
      for (char const ch : cells[c]) text += ch == '"' ? "\"\"" : std::string(1, ch);
      text += '"';
    }
    std::printf("%s\n", text.c_str());
  };
  line(table.columns);
  for (auto const& row : table.rows) line(row);
}

}  // namespace

void print(store::Table const& table, Format format) {
  switch (format) {
    case Format::table: return print_table(table);
    case Format::json: return print_json(table);
    case Format::csv: return print_csv(table);
  }
}

Progress::Progress(std::string what, std::int64_t total)
    : what_(std::move(what)), total_(std::max<std::int64_t>(total, 1)), terminal_(isatty(STDERR_FILENO) == 1) {}

void Progress::at(std::int64_t done) {
  auto const percent = std::min<std::int64_t>(done * 100 / total_, 100);
  if (!terminal_ || percent == shown_) return;
  shown_ = percent;
  std::string bar(40, ' ');
  std::fill_n(bar.begin(), percent * 40 / 100, '#');
  std::fprintf(stderr, "\r%s [%s] %3d%%", what_.c_str(), bar.c_str(), static_cast<int>(percent));
}

Progress::~Progress() {
  if (terminal_ && shown_ >= 0) std::fprintf(stderr, "\r\033[K");
}

bool load_rules(std::vector<std::string> const& paths, ZoneTable& zones, rulebook::Rulebook& out, int& exit_code) {
  exit_code = exit_findings;
  auto table = config::load_zones();
  if (!table) return fail(table.error()), false;
  zones = std::move(*table);
  auto loaded = config::load_policy(paths, zones);
  if (!loaded) return fail(loaded.error()), false;
  if (!loaded->ok()) {
    std::fprintf(stderr, "%s", render(loaded->diagnostics, loaded->sources).c_str());
    return false;
  }
  out = std::move(loaded->rulebook);
  return true;
}

void tell_decided_only(rulebook::Rulebook const& book) {
  std::string list;
  for (auto const& rules : book.decided_only()) list += (list.empty() ? "" : ", ") + rules;
  if (!list.empty()) std::fprintf(stderr, "bylaw: note: the engine of this version does not act on %s; a host asks for their decisions\n", list.c_str());
}

}  // namespace bylaw::inline v0::cli
