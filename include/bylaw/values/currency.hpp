#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include <bylaw/values/result.hpp>

namespace bylaw::inline v0::values {

/// A currency by its ISO 4217 code and the number of decimals it has.
///
/// Only codes of the standard exist: `Currency::parse` refuses others. The
/// default value is no currency (`known()` is false) and belongs to no Money.
class Currency {
 public:
  constexpr Currency() noexcept = default;

  /// Errors: `unknown_currency`.
  [[nodiscard]] static Result<Currency> parse(std::string_view code) {
    auto const currency = find(code);
    if (!currency.known()) {
      return failure("unknown_currency", "`" + std::string(code) + "` is not an ISO 4217 currency", {}, "write three capitals such as USD, EUR or GBP");
    }
    return currency;
  }

  /// The currency, or an unknown one. For constants: `Currency::find("USD")`.
  [[nodiscard]] static constexpr Currency find(std::string_view code) noexcept {
    if (code.size() != 3) return {};
    constexpr std::string_view by_decimals[] = {decimals_0, decimals_2, decimals_3, decimals_4};
    constexpr std::uint8_t decimals[] = {0, 2, 3, 4};
    for (int group = 0; group < 4; ++group) {
      for (std::size_t at = 0; at + 3 <= by_decimals[group].size(); at += 4) {
        if (by_decimals[group].substr(at, 3) == code) return Currency(code, decimals[group]);
      }
    }
    return {};
  }

  [[nodiscard]] constexpr bool known() const noexcept { return code_[0] != 0; }
  /// Decimals of the minor unit: 2 for USD, 0 for JPY, 3 for KWD (ISO 4217).
  [[nodiscard]] constexpr int exponent() const noexcept { return exponent_; }
  [[nodiscard]] constexpr std::string_view code() const noexcept { return known() ? std::string_view(code_, 3) : std::string_view{}; }
  friend constexpr bool operator==(Currency const&, Currency const&) = default;

 private:
  constexpr Currency(std::string_view code, std::uint8_t exponent) noexcept : code_{code[0], code[1], code[2]}, exponent_(exponent) {}

  // Source: ISO 4217 table A.1 as of 2026. Funds and metals without a minor unit are left out.
  static constexpr std::string_view decimals_0 = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
  static constexpr std::string_view decimals_2 =
      "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE "
      "CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL "
      "HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR "
      "MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK "
      "SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD "
      "XCG YER ZAR ZMW ZWG";
  static constexpr std::string_view decimals_3 = "BHD IQD JOD KWD LYD OMR TND";
  static constexpr std::string_view decimals_4 = "CLF UYW";

  char code_[3] = {0, 0, 0};
  std::uint8_t exponent_ = 0;
};

}  // namespace bylaw::inline v0::values
