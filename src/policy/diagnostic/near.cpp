#include <bylaw/policy/diagnostic.hpp>

#include <algorithm>
#include <numeric>

namespace bylaw::inline v0::policy {

namespace {

constexpr std::size_t compared_bytes_max = 60;

/// Optimal string alignment distance: insertions, deletions, replacements and swapped neighbours.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0u : 1u)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    before_last = last;
    last = row;
  }
  return last[b.size()];
}

}  // namespace

std::string nearest(std::string_view wrong, std::vector<std::string> const& names) {
  std::string const* best = nullptr;
  auto best_distance = wrong.size() / 3 + 2;
  for (auto const& name : names) {
    if (name.size() > compared_bytes_max || wrong.size() > compared_bytes_max) continue;
    auto const distance = edit_distance(wrong, name);
    if (distance < best_distance && distance < name.size()) {
      best_distance = distance;
      best = &name;
    }
  }
  return best == nullptr ? std::string{} : *best;
}

}  // namespace bylaw::inline v0::policy
