#include <bylaw/values/digest.hpp>

#include <openssl/evp.h>

namespace bylaw::inline v0::values {

namespace {
EVP_MD_CTX* context_of(void* context) { return static_cast<EVP_MD_CTX*>(context); }
}  // namespace

Digest::Digest() : context_(EVP_MD_CTX_new()) { EVP_DigestInit_ex(context_of(context_), EVP_sha256(), nullptr); }

Digest::~Digest() { EVP_MD_CTX_free(context_of(context_)); }

void Digest::add(std::string_view bytes) {
  add(static_cast<std::int64_t>(bytes.size()));
  EVP_DigestUpdate(context_of(context_), bytes.data(), bytes.size());
}

void Digest::add(std::int64_t number) {
  unsigned char bytes[8];
  auto rest = static_cast<std::uint64_t>(number);
  for (auto& byte : bytes) {
    byte = static_cast<unsigned char>(rest & 0xff);
    rest >>= 8;
  }
  EVP_DigestUpdate(context_of(context_), bytes, sizeof bytes);
}

std::string Digest::finish() {
  std::string digest(32, '\0');
  EVP_DigestFinal_ex(context_of(context_), reinterpret_cast<unsigned char*>(digest.data()), nullptr);
  EVP_DigestInit_ex(context_of(context_), EVP_sha256(), nullptr);
  return digest;
}

std::string sha256(std::string_view bytes) {
  Digest digest;
  digest.add(bytes);
  return digest.finish();
}

std::string to_hex(std::string_view bytes) {
  constexpr char digits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (char const c : bytes) {
    auto const byte = static_cast<unsigned char>(c);
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

}  // namespace bylaw::inline v0::values
