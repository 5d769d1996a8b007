#pragma once
#include <algorithm>

#include <bylaw/trade/command.hpp>

#include "wire/members.hpp"

namespace bylaw::inline v0::wire {

/// A list of words; none may have a comma.
[[nodiscard]] inline std::vector<std::string> texts(Members& in, char const* name) {
  std::vector<std::string> out;
  auto const* list = in.take(name, false);
  if (list == nullptr) return out;
  bool good = list->kind == Json::Kind::array;
  for (auto const& item : list->items) {
    good = good && item.kind == Json::Kind::text && !item.text.empty() && item.text.find(',') == std::string::npos;
    out.push_back(item.text);
  }
  if (!good) in.fail(name, "a list of words is expected", "write [\"release\", \"ship\"]");
  return out;
}

/// Paths and their values, as texts.
[[nodiscard]] inline std::vector<trade::Attribute> read_attributes(Members& in, char const* name, bool required) {
  std::vector<trade::Attribute> out;
  auto const* json = in.take(name, required);
  if (json == nullptr) return out;
  if (json->kind != Json::Kind::object) in.fail(name, "paths and their values are expected", "write {\"order.payment.risk_score\": 12}");
  for (std::size_t i = 0; i < json->keys.size(); ++i) {
    auto const& value = json->items[i];
    bool const plain = value.kind == Json::Kind::text || value.kind == Json::Kind::number || value.kind == Json::Kind::boolean;
    if (!plain) in.fail(name, "the value of `" + json->keys[i] + "` is not a plain one", "write a text, a number, true or false");
    out.push_back({json->keys[i], value.kind == Json::Kind::boolean ? (value.truth ? "true" : "false") : value.text});
  }
  return out;
}

/// A time that may be left out.
[[nodiscard]] inline Timestamp time_or(Members& in, char const* name, Timestamp otherwise) {
  return in.take(name, false) == nullptr ? otherwise : in.time(name, false);
}

/// One of a closed set of words.
template <class Enum>
void choice(Members& in, char const* name, Enum& out, char const* words) {
  auto const word = in.text(name, true);
  if (!parse(word, out)) in.fail(name, "`" + word + "` is not known here", std::string("write ") + words);
}

/// Objects of a list, each read by `read`.
template <class Read>
void objects(Members& in, char const* name, bool required, Read read) {
  auto const* list = in.take(name, required);
  if (list == nullptr) return;
  if (list->kind != Json::Kind::array) return in.fail(name, "a list is expected", "write [{...}]");
  for (std::size_t i = 0; i < list->items.size() && in.error.code.empty(); ++i) {
    Members inner(list->items[i], std::string(name) + "[" + std::to_string(i) + "]");
    read(inner);
    inner.finish();
    in.error = inner.error;
  }
}

/// The commands that govern. False: `kind` is none of them.
[[nodiscard]] bool read_control(std::string const& kind, Members& in, trade::CommandBody& body);
/// The commands about stock. False: `kind` is none of them.
[[nodiscard]] bool read_supply(std::string const& kind, Members& in, trade::CommandBody& body);
/// The commands about payments, returns and refunds. False: `kind` is none of them.
[[nodiscard]] bool read_refunds(std::string const& kind, Members& in, trade::CommandBody& body);

}  // namespace bylaw::inline v0::wire
