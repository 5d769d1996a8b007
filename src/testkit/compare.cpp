// Expected against got, in words.
#include <algorithm>

#include "testkit/test_file.hpp"

namespace bylaw::inline v0::testkit {

using wire::Json;

std::string shown(Json const* json) {
  if (json == nullptr || json->kind == Json::Kind::null) return "nothing";
  switch (json->kind) {
    case Json::Kind::boolean: return json->truth ? "true" : "false";
    case Json::Kind::array: {
      std::string out = "[";
      for (std::size_t i = 0; i < json->items.size(); ++i) out += (i == 0 ? "" : ", ") + shown(&json->items[i]);
      return out + "]";
    }
    case Json::Kind::object: {
      std::string out = "{";
      for (std::size_t i = 0; i < json->items.size(); ++i) out += (i == 0 ? "" : ", ") + json->keys[i] + ": " + shown(&json->items[i]);
      return out + "}";
    }
    default: return json->text;
  }
}

namespace {

/// The member that tells one entry of a list from another, for lists that may be written as bare names.
Json const* name_of(Json const& item) {
  if (item.kind != Json::Kind::object) return &item;
  for (auto const* key : {"rule", "reason", "name"}) {
    if (auto const* found = item.find(key)) return found;
  }
  return nullptr;
}

bool has_failed(Json const& item) {
  auto const* error = item.kind == Json::Kind::object ? item.find("error") : nullptr;
  return error != nullptr && !error->text.empty();
}

bool same(TestFile const& file, Yaml const& expected, Json const& got) {
  std::vector<std::string> problems;
  if (expected.is_text() && got.kind == Json::Kind::object) {
    // A bare name means that the rule decided: one that could not be evaluated is written out with its error.
    auto const* name = name_of(got);
    return name != nullptr && shown(name) == expected.text && !has_failed(got);
  }
  compare(file, "", expected, &got, problems);
  return problems.empty();
}

std::string names(Json const& list) {
  std::string out = "[";
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    auto const* name = name_of(list.items[i]);
    out += (i == 0 ? "" : ", ") + shown(name != nullptr ? name : &list.items[i]);
    if (has_failed(list.items[i])) out += " (failed: " + list.items[i].find("error")->text + ")";
  }
  return out + "]";
}

}  // namespace

void compare(TestFile const& file, std::string const& name, Yaml const& expected, Json const* got, std::vector<std::string>& problems) {
  auto const differ = [&](std::string const& is) { problems.push_back(name + ": expected " + to_text(expected) + ", got " + is); };
  if (expected.kind == Yaml::Kind::null) {
    if (got != nullptr && got->kind != Json::Kind::null) differ(shown(got));
    return;
  }
  if (expected.is_text()) {
    if (got == nullptr || shown(got) != expected.text) differ(shown(got));
    return;
  }
  if (expected.is_map()) {
    if (expected.keys.empty()) file.refuse(expected.line, "nothing is expected here, so the test cannot fail", "name what must be so");
    if (got == nullptr || got->kind != Json::Kind::object) return differ(shown(got));
    bool const failed = has_failed(*got) && expected.find("error") == nullptr && expected.find("state") == nullptr;
    if (failed) problems.push_back((name.empty() ? "" : name + ": ") + "the rule could not be evaluated: " + got->find("error")->text);
    for (std::size_t i = 0; i < expected.keys.size(); ++i) {
      compare(file, name.empty() ? expected.keys[i] : name + "." + expected.keys[i], expected.items[i], got->find(expected.keys[i]), problems);
    }
    return;
  }
  // Lists are compared as sets, each expected entry against one that was got.
  static Json const none;
  if (got != nullptr && got->kind != Json::Kind::array && got->kind != Json::Kind::null) return differ(shown(got));
  auto const& list = got != nullptr && got->kind == Json::Kind::array ? *got : none;
  std::vector<bool> used(list.items.size());
  bool all = expected.items.size() == list.items.size();
  for (auto const& wanted : expected.items) {
    bool found = false;
    for (std::size_t i = 0; i < list.items.size() && !found; ++i) {
      if (used[i] || !same(file, wanted, list.items[i])) continue;
      used[i] = true;
      found = true;
    }
    all = all && found;
  }
  bool const plain = std::all_of(expected.items.begin(), expected.items.end(), [](Yaml const& y) { return y.is_text(); });
  if (!all) differ(got == nullptr ? "nothing" : plain ? names(list) : shown(&list));
}

}  // namespace bylaw::inline v0::testkit
