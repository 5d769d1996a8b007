// What every function of bylaw.h does: check its arguments, catch what is thrown, write texts and errors into the caller's buffers.
#pragma once
#include <new>
#include <string>

#include <bylaw/rulebook/rulebook.hpp>
#include <bylaw/values/error.hpp>
#include <bylaw/values/zone.hpp>

#include "bylaw.h"

struct bylaw_policy {
  bylaw::rulebook::Rulebook book;
  bylaw::ZoneTable zones;
};

namespace bylaw_c {

/// Writes a text as far as it fits.
bylaw_status give(std::string const& text, bylaw_text* out);
/// Writes an error as JSON, as far as it fits, and returns its status.
bylaw_status fail(bylaw::Error const& error, bylaw_text* out, bylaw_status status = BYLAW_ERROR);
/// The same for a policy that does not compile.
bylaw_status fail(bylaw::rulebook::Loaded const& loaded, bylaw_text* out);
bylaw_status missing(char const* argument, bylaw_text* error);

/// An error for which no memory is to be had.
bylaw_status plain_error(bylaw_text* error, bylaw_status status, char const* json) noexcept;

/// Runs one function of the interface: nothing thrown leaves it.
template <class Work>
bylaw_status call(bylaw_text* error, Work work) noexcept {
  if (error != nullptr) {
    error->needed = 0;
    if (error->bytes != nullptr && error->capacity > 0) error->bytes[0] = '\0';
  }
  try {
    return work();
  } catch (std::bad_alloc const&) {
    return plain_error(error, BYLAW_OUT_OF_MEMORY,
                       R"({"code":"out_of_memory","message":"there is not enough memory","place":"","remedy":"","rendered":"out of memory"})");
  } catch (...) {
    return plain_error(error, BYLAW_ERROR,
                       R"({"code":"internal","message":"the library failed","place":"","remedy":"report it","rendered":"the library failed"})");
  }
}

}  // namespace bylaw_c
