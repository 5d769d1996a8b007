#pragma once
#include <span>

#include <bylaw/report/report.hpp>

namespace bylaw::inline v0::report {

/// Reports of stock, supply, promises and channels.
[[nodiscard]] std::span<Report const> stock_reports();

}  // namespace bylaw::inline v0::report
