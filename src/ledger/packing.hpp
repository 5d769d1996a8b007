#pragma once
#include <cstring>
#include <string>
#include <string_view>

namespace bylaw::inline v0::ledger {

/// A plain byte string of lengths and little-endian numbers; the format version guards its shape.
class Packer {
 public:
  void number(std::int64_t value) { raw(&value, sizeof value); }
  void text(std::string_view text) {
    auto const size = static_cast<std::uint32_t>(text.size());
    raw(&size, sizeof size);
    raw(text.data(), text.size());
  }
  void raw(void const* bytes, std::size_t size) { bytes_.append(static_cast<char const*>(bytes), size); }
  [[nodiscard]] std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

/// Reads what a Packer wrote, whatever the bytes really are: past the end it gives zeros and is no longer `ok`.
class Unpacker {
 public:
  explicit Unpacker(std::string_view bytes) : bytes_(bytes) {}

  [[nodiscard]] std::int64_t number() {
    std::int64_t value = 0;
    if (auto const* at = raw(sizeof value); at != nullptr) std::memcpy(&value, at, sizeof value);
    return value;
  }
  /// How many of something follow; never more than there are bytes left.
  [[nodiscard]] std::size_t count() {
    auto const value = number();
    ok_ = ok_ && value >= 0 && static_cast<std::uint64_t>(value) <= bytes_.size();
    return ok_ ? static_cast<std::size_t>(value) : 0;
  }
  [[nodiscard]] std::string_view text() {
    std::uint32_t size = 0;
    if (auto const* at = raw(sizeof size); at != nullptr) std::memcpy(&size, at, sizeof size);
    auto const* at = raw(size);
    return at == nullptr ? std::string_view{} : std::string_view(at, size);
  }
  void skip_text() { (void)text(); }
  /// The next bytes, or nullptr when there are not so many.
  [[nodiscard]] char const* raw(std::size_t size) {
    ok_ = ok_ && bytes_.size() - at_ >= size;
    if (!ok_) return nullptr;
    at_ += size;
    return bytes_.data() + at_ - size;
  }
  [[nodiscard]] bool ok() const noexcept { return ok_; }
  [[nodiscard]] bool done() const noexcept { return ok_ && at_ == bytes_.size(); }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace bylaw::inline v0::ledger
