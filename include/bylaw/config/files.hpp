#pragma once
#include <string>
#include <vector>

#include <bylaw/rulebook/rulebook.hpp>
#include <bylaw/values/zone.hpp>

namespace bylaw::inline v0::config {

/// The whole IANA time zone database of this machine (Debian: tzdata). Read once and kept by the
/// caller. Errors: `no_time_zones`.
[[nodiscard]] BYLAW_EXPORT Result<ZoneTable> load_zones() noexcept;

/// Reads a file of text. Errors: `cannot_read`, `too_large` (above 16 MB).
[[nodiscard]] BYLAW_EXPORT Result<std::string> read_text(std::string const& path);

/// The policy files of a path: the file itself, or every `.bylaw` file of a folder in order of name.
/// Errors: `cannot_read`.
[[nodiscard]] BYLAW_EXPORT Result<std::vector<std::string>> policy_files(std::string const& path);

/// Loads a policy from a file, or from every `.bylaw` file of a folder in order of name. `use`
/// looks beside the using file, then among the shipped files (schema, order, return, holds/fraud ...).
/// `today` as in Policy::compile.
/// Errors: `cannot_read`; what is wrong inside the files is in Loaded::diagnostics.
[[nodiscard]] BYLAW_EXPORT Result<rulebook::Loaded> load_policy(std::vector<std::string> const& paths, ZoneTable const& zones, Date today = Date{INT32_MIN});

/// The same from texts in memory: `use` looks beside the name of the using text, then among the shipped files.
[[nodiscard]] BYLAW_EXPORT rulebook::Loaded load_texts(std::vector<policy::Source> roots, ZoneTable const& zones, Date today = Date{INT32_MIN});

}  // namespace bylaw::inline v0::config
