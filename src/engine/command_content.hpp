#pragma once

#include <string>
#include <vector>

#include <bylaw/store/store.hpp>
#include <bylaw/trade/command.hpp>

namespace bylaw::inline v0::engine {

/// The command of a clock that runs out, and its id, which nobody else can take.
trade::Command fire(store::StoredTimer const& timer, Timestamp now);

/// Nobody can take the id that a clock will have, and nobody can be answered without one.
bool has_reserved_id(trade::Command const& command);

/// The content without personal values: a hash of them could be guessed back once they are erased.
std::string content_of(trade::Command const& command, std::vector<std::string> const& personal_paths);

/// What a command with the same id must have in common with the first: its kind, content, time and actor.
/// @param content as `content_of` gives it
std::string hash_of(trade::Command const& command, std::string const& content);

/// What is kept of a command's content. Orders and returns are kept as such, policies as their texts.
std::string audit_body(trade::Command const& command, std::string content);

}  // namespace bylaw::inline v0::engine
