#pragma once

/// Marks what the library shows to a host. Everything else is hidden
/// (-fvisibility=hidden), so that two libraries in one process never meet.
#if defined(_WIN32)
#define BYLAW_EXPORT
#else
#define BYLAW_EXPORT __attribute__((visibility("default")))
#endif

namespace bylaw::inline v0 {
namespace values {}
using namespace values;  // NOLINT: the value types are the vocabulary of every module.
}  // namespace bylaw::inline v0
