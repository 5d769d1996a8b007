#pragma once
#include <cstdint>
#include <string>

#include <bylaw/values/strong.hpp>

namespace bylaw::inline v0::ledger {

using AccountIndex = Strong<struct AccountIndexTag, std::uint32_t>;  ///< dense, in order of first use
inline constexpr AccountIndex no_account{UINT32_MAX};

/// What an account holds. Quantities are whole base units of one item, money is minor
/// units of one currency; a transfer never joins two kinds of unit.
enum class AccountKind : std::uint8_t { quantity, money };

/// The name of an account, as people and SQL read it.
///
/// Quantity: `unit` is the item, `place` the location (or a virtual place such as
/// `supplier`), `status` available, inspection, quarantine ... Money: `unit` is the
/// currency, `place` the company, `status` the account (`assets:receivable`).
/// `detail` is the lot or serial, `owner` and `pool` who owns it and for whom it is kept.
struct AccountKey {
  AccountKind kind = AccountKind::quantity;
  std::string unit;
  std::string place;
  std::string status;
  std::string detail;
  std::string owner;
  std::string pool;

  friend bool operator==(AccountKey const&, AccountKey const&) = default;
};

inline constexpr std::size_t name_bytes_max = 1'000;  ///< of each part of a key, of lots and of cost pools

inline constexpr std::int64_t no_floor = INT64_MIN;  ///< supplier, customer, adjustment, every money account
inline constexpr std::int64_t no_ceiling = INT64_MAX;

/// What an account may hold: floor <= posted - pending_out and posted + pending_in <= ceiling.
/// Floor 0 is physical stock, -N an allowance for backorders. With a ceiling of 1 and a `detail` the account
/// holds one serial number, which can lie in one such account only.
struct Bounds {
  std::int64_t floor = no_floor;
  std::int64_t ceiling = no_ceiling;

  friend bool operator==(Bounds const&, Bounds const&) = default;
};
inline constexpr Bounds unbounded{};
inline constexpr Bounds physical{0, no_ceiling};
inline constexpr Bounds one_serial{0, 1};

/// posted = credits - debits. `pending_out` is the sum of open pendings that take from the
/// account; `pending_in` of those that give.
struct Balance {
  std::int64_t posted = 0;
  std::int64_t pending_out = 0;
  std::int64_t pending_in = 0;

  [[nodiscard]] std::int64_t available() const noexcept { return posted - pending_out; }
  friend bool operator==(Balance const&, Balance const&) = default;
};

}  // namespace bylaw::inline v0::ledger
