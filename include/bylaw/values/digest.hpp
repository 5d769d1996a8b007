#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include <bylaw/values/export.hpp>

namespace bylaw::inline v0::values {

/// A running SHA-256. The only value type that is compiled: it stands on libcrypto.
/// Not thread safe. `finish` returns 32 bytes and starts anew.
class BYLAW_EXPORT Digest {
 public:
  Digest();
  ~Digest();
  Digest(Digest const&) = delete;
  Digest& operator=(Digest const&) = delete;

  /// Adds the length and then the bytes, so that ("ab","c") and ("a","bc") differ.
  void add(std::string_view bytes);
  void add(std::int64_t number);
  [[nodiscard]] std::string finish();

 private:
  void* state_;
};

[[nodiscard]] BYLAW_EXPORT std::string sha256(std::string_view bytes);
/// Lower-case hexadecimal of any bytes.
[[nodiscard]] BYLAW_EXPORT std::string to_hex(std::string_view bytes);

}  // namespace bylaw::inline v0::values
