#pragma once
#include <span>

#include <bylaw/report/report.hpp>

namespace bylaw::inline v0::report {

/// Reports of returns, refunds and what is owed. Each is a view of the store; docs/returns.md defines them.
[[nodiscard]] std::span<Report const> return_reports();

}  // namespace bylaw::inline v0::report
