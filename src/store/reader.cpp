// A store that is read while another process writes it.
#include <bylaw/store/reader.hpp>

#include "store/store_impl.hpp"

namespace bylaw::inline v0::store {

struct Reader::Impl {
  std::string path;
  Database db;
};

Result<Reader> Reader::open(std::string const& path) {
  auto db = open_to_read(path);
  if (!db) return Unexpected{db.error()};
  auto impl = std::make_unique<Impl>();
  impl->path = path;
  impl->db = std::move(*db);
  return Reader(impl.release());
}

Reader::Reader(Reader&& other) noexcept : impl_(std::exchange(other.impl_, nullptr)) {}
Reader& Reader::operator=(Reader&& other) noexcept {
  std::swap(impl_, other.impl_);
  return *this;
}
Reader::~Reader() { delete impl_; }

Result<Table> Reader::query(char const* sql, std::vector<std::string> const& parameters) {
  Statement statement(impl_->db.get(), sql);
  if (statement.failed()) return Unexpected{describe(statement.code(), impl_->db.get(), impl_->path)};
  for (auto const& parameter : parameters) statement.bind(parameter);
  Table table;
  auto const count = sqlite3_column_count(statement.raw());
  for (int i = 0; i < count; ++i) table.columns.emplace_back(sqlite3_column_name(statement.raw(), i));
  table.numeric.assign(table.columns.size(), true);
  while (statement.step()) {
    auto& row = table.rows.emplace_back();
    for (int i = 0; i < count; ++i) {
      auto const type = sqlite3_column_type(statement.raw(), i);
      if (type != SQLITE_INTEGER && type != SQLITE_FLOAT && type != SQLITE_NULL) table.numeric[static_cast<std::size_t>(i)] = false;
      row.push_back(statement.text());
    }
  }
  if (statement.failed()) return Unexpected{describe(statement.code(), impl_->db.get(), impl_->path)};
  return table;
}

}  // namespace bylaw::inline v0::store
