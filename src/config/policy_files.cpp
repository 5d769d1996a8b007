#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <date/tz.h>

#include <bylaw/config/files.hpp>

#include "config/shipped.hpp"

namespace bylaw::inline v0::config {

namespace fs = std::filesystem;

Result<ZoneTable> load_zones() noexcept {
  try {
    std::vector<Zone> zones{{"UTC", {{Timestamp(0), 0}}}};
    for (auto const& zone : date::get_tzdb().zones) {
      if (zone.name() == "UTC") continue;
      Zone row{std::string(zone.name()), {}};
      auto at = date::sys_seconds{date::sys_days{date::year{1970} / 1 / 1}};
      auto const end = date::sys_seconds{date::sys_days{date::year{2100} / 1 / 1}};
      while (at < end) {
        auto const info = zone.get_info(at);
        row.offsets.push_back({Timestamp(at.time_since_epoch().count() * second_ms), info.offset.count() * second_ms});
        if (info.end <= at) break;
        at = info.end;
      }
      if (!row.offsets.empty()) zones.push_back(std::move(row));
    }
    return ZoneTable(std::move(zones));
  } catch (...) {
    return failure("no_time_zones", "the time zone database of this machine cannot be read", "/usr/share/zoneinfo", "install the package tzdata");
  }
}

Result<std::string> read_text(std::string const& path) {
  constexpr std::uintmax_t bytes_max = 16u << 20;
  std::error_code error;
  if (fs::is_directory(path, error)) return failure("cannot_read", "this is a folder, not a file", path, "name a file");
  std::ifstream file(path, std::ios::binary);
  if (!file) return failure("cannot_read", std::string("the file cannot be read: ") + std::strerror(errno), path, "check the name and its permissions");
  if (auto const size = fs::file_size(path, error); !error && size > bytes_max) {
    return failure("too_large", "the file is larger than 16 MB", path, "this is not a policy or a mapping");
  }
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (file.bad()) return failure("cannot_read", "the file cannot be read to its end", path, "check the disk");
  return text;
}

namespace {

bool load_used(void*, std::string_view from, std::string_view wanted, policy::Source& found) {
  auto const beside = (fs::path(from).parent_path() / fs::path(wanted)).lexically_normal().string();
  std::error_code error;
  if (!from.empty() && fs::is_regular_file(beside, error)) {
    auto text = read_text(beside);
    if (!text) return false;
    found = {beside, std::move(*text)};
    return true;
  }
  auto const* shipped = find_shipped(wanted);
  if (shipped == nullptr) return false;
  found = {std::string(shipped->name), std::string(shipped->text)};
  return true;
}

}  // namespace

Result<std::vector<std::string>> policy_files(std::string const& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return std::vector<std::string>{path};
  std::vector<std::string> files;
  for (auto const& entry : fs::directory_iterator(path, error)) {
    if (entry.path().extension() == ".bylaw") files.push_back(entry.path().lexically_normal().string());
  }
  if (error) return failure("cannot_read", "the folder cannot be read", path, "check its permissions");
  if (files.empty()) return failure("cannot_read", "the folder has no policy files", path, "policy files end in .bylaw");
  std::sort(files.begin(), files.end());
  return files;
}

Result<rulebook::Loaded> load_policy(std::vector<std::string> const& paths, ZoneTable const& zones, Date today) {
  std::vector<policy::Source> roots;
  for (auto const& path : paths) {
    auto const files = policy_files(path);
    if (!files) return Unexpected{files.error()};
    for (auto const& file : *files) {
      auto text = read_text(file);
      if (!text) return Unexpected{text.error()};
      roots.push_back({fs::path(file).lexically_normal().string(), std::move(*text)});
    }
  }
  return load_texts(std::move(roots), zones, today);
}

rulebook::Loaded load_texts(std::vector<policy::Source> roots, ZoneTable const& zones, Date today) {
  return rulebook::load(std::move(roots), {load_used, nullptr}, zones, today);
}

}  // namespace bylaw::inline v0::config
