#pragma once
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <functional>

#include <doctest/doctest.h>

#include "fault/ledger/disk.hpp"

/// BYLAW_FAULT_STRIDE, or `otherwise`: every how many operations the disk fails.
inline std::int64_t fault_stride(std::int64_t otherwise) {
  auto const* text = std::getenv("BYLAW_FAULT_STRIDE");
  return text != nullptr ? std::max(1L, std::atol(text)) : otherwise;
}

/// Something that is done on a disk that fails meanwhile.
struct Faulty {
  std::function<void()> run;                ///< until it fails, or to its end
  std::function<void()> drop;               ///< lets go of everything that is open; the process is dead then
  std::function<void(std::int64_t)> check;  ///< what is there after the restart; `operation` is the one that failed
};

/// Runs it once for each way to fail and each `stride`-th of its operations, begun at another one for each way.
/// @return how often it failed
inline std::int64_t fail_everywhere(std::int64_t operations, std::int64_t stride, Faulty const& faulty) {
  using Failure = Disk::Failure;
  auto& disk = Disk::instance();
  std::int64_t tried = 0;
  std::int64_t begin = 1;
  for (auto const failure : {Failure::power, Failure::io_error, Failure::full, Failure::short_write, Failure::torn_sync}) {
    for (auto n = begin++; n <= operations; n += stride) {
      CAPTURE(static_cast<int>(failure));
      CAPTURE(n);
      disk.clear();
      disk.fail_at(n, failure);
      faulty.run();
      bool const cut = disk.power_was_cut();
      disk.kill();
      faulty.drop();
      disk.restart(cut, static_cast<std::uint64_t>(n));
      faulty.check(n);
      ++tried;
    }
  }
  return tried;
}
