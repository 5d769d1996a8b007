#pragma once
#include <optional>
#include <string>
#include <vector>

#include <bylaw/values/money.hpp>
#include <bylaw/values/time.hpp>
#include <bylaw/wire/json.hpp>

namespace bylaw::inline v0::wire {

/// Reads the members of one JSON object and remembers the first thing that is wrong.
/// Members that nobody asked for are an error, found by `finish`.
class Members {
 public:
  Members(Json const& json, std::string place) : json_(json), place_(std::move(place)), used_(json.keys.size(), false) {
    if (json.kind != Json::Kind::object) fail("", "an object is expected", "write {...}");
  }

  std::string text(char const* name, bool required = false) {
    auto const* member = take(name, required);
    if (member == nullptr) return {};
    if (member->kind != Json::Kind::text) return fail(name, "a text is expected", "write it in double quotes"), std::string{};
    return member->text;
  }
  std::int64_t whole(char const* name, std::int64_t otherwise, bool required = false) {
    auto const* member = take(name, required);
    if (member == nullptr) return otherwise;
    auto const number = member->kind == Json::Kind::number ? Decimal::parse(member->text) : Result<Decimal>(failure("", ""));
    if (!number || number->scale() != 0) return fail(name, "a whole number of at most 18 digits is expected", "write digits without a point"), otherwise;
    return number->coefficient();
  }
  std::optional<Decimal> decimal(char const* name) {
    auto const* member = take(name, false);
    if (member == nullptr) return std::nullopt;
    bool const spelled = member->kind == Json::Kind::number || member->kind == Json::Kind::text;
    auto const number = spelled ? Decimal::parse(member->text) : Result<Decimal>(failure("", "a number is expected"));
    if (!number) return fail(name, number.error().message, number.error().remedy), std::nullopt;
    return *number;
  }
  bool truth(char const* name, bool otherwise) {
    auto const* member = take(name, false);
    if (member == nullptr) return otherwise;
    if (member->kind != Json::Kind::boolean) fail(name, "true or false is expected", "write true or false");
    return member->truth;
  }
  /// "12.50 GBP", or 12.50 in the currency given.
  std::optional<Money> money(char const* name, Currency currency, bool required = false) {
    auto const* member = take(name, required);
    if (member == nullptr) return std::nullopt;
    bool const plain = member->kind == Json::Kind::number || (member->kind == Json::Kind::text && member->text.find(' ') == std::string::npos);
    auto const money = parse_money(plain ? member->text + " " + std::string(currency.code()) : member->text);
    if (!money) return fail(name, money.error().message, money.error().remedy), std::nullopt;
    if (currency.known() && money->currency() != currency)
      return fail(name, "another currency than the order's", "write it in " + std::string(currency.code())), std::nullopt;
    return *money;
  }
  Timestamp time(char const* name, bool required) {
    auto const* member = take(name, required);
    if (member == nullptr) return {};
    auto const time = parse_timestamp(member->text);
    if (!time) return fail(name, time.error().message, time.error().remedy), Timestamp{};
    return *time;
  }
  /// A member that the caller reads itself.
  Json const* take(char const* name, bool required) {
    for (std::size_t i = 0; i < json_.keys.size(); ++i) {
      if (json_.keys[i] != name) continue;
      used_[i] = true;
      return json_.items[i].kind == Json::Kind::null && !required ? nullptr : &json_.items[i];
    }
    if (required) fail(name, "this member is missing", std::string("add \"") + name + "\"");
    return nullptr;
  }
  void fail(std::string const& name, std::string message, std::string remedy) {
    if (!error.code.empty()) return;
    auto place = place_;
    if (!name.empty()) place += (place.empty() ? "" : ".") + name;
    error = {"bad_command", std::move(message), std::move(place), std::move(remedy)};
  }
  void finish() {
    for (std::size_t i = 0; i < used_.size(); ++i) {
      if (!used_[i]) fail(json_.keys[i], "this member is not known here", "remove it, or correct its name");
    }
  }
  [[nodiscard]] std::string const& place() const { return place_; }
  Error error;

 private:
  Json const& json_;
  std::string place_;
  std::vector<bool> used_;
};

}  // namespace bylaw::inline v0::wire
