#include <bylaw/values/digest.hpp>

#include <cstring>

#include <openssl/evp.h>

namespace bylaw::inline v0::values {

namespace {

/// Small pieces are gathered first: a call into libcrypto for each would cost more than the hashing.
struct State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  std::size_t used = 0;
  unsigned char buffer[4096];

  State() { start(); }
  ~State() { EVP_MD_CTX_free(context); }
  State(State const&) = delete;
  State& operator=(State const&) = delete;

  void start() { EVP_DigestInit_ex(context, EVP_sha256(), nullptr); }
  void flush() {
    EVP_DigestUpdate(context, buffer, used);
    used = 0;
  }
  void add(void const* bytes, std::size_t size) {
    if (size > sizeof buffer - used) flush();
    if (size > sizeof buffer) {
      EVP_DigestUpdate(context, bytes, size);
    } else if (size > 0) {
      std::memcpy(buffer + used, bytes, size);
      used += size;
    }
  }
};

State& state_of(void* state) { return *static_cast<State*>(state); }

}  // namespace

Digest::Digest() : state_(new State) {}

Digest::~Digest() { delete &state_of(state_); }

void Digest::add(std::string_view bytes) {
  add(static_cast<std::int64_t>(bytes.size()));
  state_of(state_).add(bytes.data(), bytes.size());
}

void Digest::add(std::int64_t number) {
  unsigned char bytes[8];
  auto rest = static_cast<std::uint64_t>(number);
  for (auto& byte : bytes) {
    byte = static_cast<unsigned char>(rest & 0xff);
    rest >>= 8;
  }
  state_of(state_).add(bytes, sizeof bytes);
}

std::string Digest::finish() {
  auto& state = state_of(state_);
  state.flush();
  std::string digest(32, '\0');
  EVP_DigestFinal_ex(state.context, reinterpret_cast<unsigned char*>(digest.data()), nullptr);
  state.start();
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
