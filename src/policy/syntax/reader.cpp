#include "policy/syntax/reader.hpp"

namespace bylaw::inline v0::policy::syntax {

namespace {

void append_utf8(std::string& out, std::uint32_t code) {
  auto const byte = [&](std::uint32_t value) { out += static_cast<char>(value); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xC0 | (code >> 6));
    byte(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    byte(0xE0 | (code >> 12));
    byte(0x80 | ((code >> 6) & 0x3F));
    byte(0x80 | (code & 0x3F));
  } else {
    byte(0xF0 | (code >> 18));
    byte(0x80 | ((code >> 12) & 0x3F));
    byte(0x80 | ((code >> 6) & 0x3F));
    byte(0x80 | (code & 0x3F));
  }
}

}  // namespace

std::string text_of(Token const& token) {
  std::string out;
  auto const inner = token.text.substr(1, token.text.size() - 2);
  for (std::size_t i = 0; i < inner.size(); ++i) {
    if (inner[i] != '\\') {
      out += inner[i];
      continue;
    }
    char const c = ++i < inner.size() ? inner[i] : '\\';
    if (c == 'u') {
      std::uint32_t code = 0;
      for (i += 2; i < inner.size() && inner[i] != '}'; ++i) {
        char const d = inner[i];
        code = code * 16 + static_cast<std::uint32_t>(d <= '9' ? d - '0' : (d | 32) - 'a' + 10);
      }
      bool const character = code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
      append_utf8(out, character ? code : 0xFFFD);
    } else {
      out += c == 'n' ? '\n' : c == 't' ? '\t' : c;
    }
  }
  return out;
}

}  // namespace bylaw::inline v0::policy::syntax
