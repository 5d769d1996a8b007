#include <bylaw/policy/symbols.hpp>

#include <deque>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <unordered_map>

namespace bylaw::inline v0::policy {

struct Symbols::Table {
  mutable std::shared_mutex mutex;
  std::deque<std::string> texts;  ///< a deque, so that what refers to a text stays valid
  std::unordered_map<std::string_view, std::int32_t> ids;
};

Symbols::Symbols() : table_(new Table) {}
Symbols::~Symbols() { delete table_; }

std::int32_t Symbols::intern(std::string_view text) {
  {
    std::shared_lock const lock(table_->mutex);
    auto const found = table_->ids.find(text);
    if (found != table_->ids.end()) return found->second;
  }
  std::unique_lock const lock(table_->mutex);
  auto const found = table_->ids.find(text);
  if (found != table_->ids.end()) return found->second;
  auto const id = static_cast<std::int32_t>(table_->texts.size());
  table_->ids.emplace(table_->texts.emplace_back(text), id);
  return id;
}

std::string_view Symbols::text(std::int32_t id) const noexcept {
  std::shared_lock const lock(table_->mutex);
  return id < 0 || static_cast<std::size_t>(id) >= table_->texts.size() ? std::string_view{} : std::string_view(table_->texts[static_cast<std::size_t>(id)]);
}

std::size_t Symbols::size() const noexcept {
  std::shared_lock const lock(table_->mutex);
  return table_->texts.size();
}

}  // namespace bylaw::inline v0::policy
