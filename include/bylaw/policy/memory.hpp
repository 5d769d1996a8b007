#pragma once
#include <cstddef>
#include <cstdint>

namespace bylaw::inline v0::policy {

/// Where a member lies in its object when it can be read without a call: a whole number at an offset in bytes.
struct Memory {
  enum class Form : std::uint8_t { none, u8, i8, u16, i16, u32, i32, i64 };
  Form form = Form::none;
  std::ptrdiff_t offset = -1;  ///< -1: not known
};

}  // namespace bylaw::inline v0::policy
