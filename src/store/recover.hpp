#pragma once
#include <bylaw/ledger/ledger.hpp>

#include "store/connection.hpp"

namespace bylaw::inline v0::store {

/// Replays accounts and transfers after `after` into a ledger, with all its checks.
[[nodiscard]] Result<void> replay_journal(sqlite3* db, std::string const& path, std::int64_t after, ledger::Ledger& ledger);

}  // namespace bylaw::inline v0::store
