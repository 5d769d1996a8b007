// Reads a record that the store keeps as JSON.
#pragma once
#include <bylaw/wire/json.hpp>

#include "store/store_impl.hpp"

namespace bylaw::inline v0::store {

template <class Record>
Result<std::optional<Record>> parse_body(Statement& statement, Result<Record> (*parse)(wire::Json const&), std::string const& path) {
  auto const json = wire::parse_json(statement.text());
  if (!json) return failure("store_corrupt", "a stored record is not readable", path, "run `bylaw verify`");
  auto record = parse(*json);
  if (!record) return failure("store_corrupt", "a stored record is not readable: " + record.error().message, path, "run `bylaw verify`");
  return std::optional<Record>(std::move(*record));
}
}  // namespace bylaw::inline v0::store
