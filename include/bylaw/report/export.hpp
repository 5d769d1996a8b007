#pragma once
#include <string_view>

#include <bylaw/store/reader.hpp>

namespace bylaw::inline v0::report {

enum class ExportFormat : std::uint8_t { ledger, beancount, csv };
[[nodiscard]] BYLAW_EXPORT bool parse(std::string_view text, ExportFormat& out) noexcept;

/// Text that is written bit by bit, so that a large journal needs no memory. False: it could not be written, stop.
struct Sink {
  bool (*write)(void* context, std::string_view text) = nullptr;
  void* context = nullptr;
};

/// The money journal for outside tools: one transaction per command (or group of a host), with its entries summed by account. Debits are
/// positive. `ledger`: ledger-cli and hledger. `beancount`: accounts begin with a capital, each is opened before its first use. `csv`: one row
/// per entry. A company's accounts stand under its name where there is more than one. Dates are UTC.
/// Errors: `store_*`; `write_failed`.
[[nodiscard]] BYLAW_EXPORT Result<void> export_money(store::Reader& reader, ExportFormat format, Sink const& sink);

}  // namespace bylaw::inline v0::report
