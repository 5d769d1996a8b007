#include <algorithm>

#include "testkit/test_file.hpp"

namespace bylaw::inline v0::testkit {

using policy::FieldInfo;
using policy::Policy;
using policy::Subject;

namespace {

std::string joined(std::vector<std::string> const& names) {
  std::string out;
  for (std::size_t i = 0; i < names.size() && i < 14; ++i) out += (i == 0 ? "" : ", ") + names[i];
  return names.size() > 14 ? out + " ..." : out;
}

class FactCheck {
 public:
  FactCheck(TestFile const& file) : file_(file), policy_(file.book.policy()) {}

  void root(Yaml const& facts) const {
    if (facts.kind == Yaml::Kind::null) return;
    if (!facts.is_map()) file_.refuse(facts.line, "facts are `name: value` pairs", "write order: {...}");
    for (std::size_t i = 0; i < facts.keys.size(); ++i) entry(facts.keys[i], facts.items[i], facts.key_lines[i]);
  }

 private:
  void entry(std::string const& key, Yaml const& value, std::size_t line) const {
    if (key == "measures" || key == "functions") return named_figures(key, value);
    if (key == "open_holds") return;
    if (key == "event") {
      auto const& rules = policy_.postings();
      bool const known = std::any_of(rules.begin(), rules.end(), [&](auto const& rule) { return rule.event == value.text; });
      if (!known) file_.refuse(value.line, "no posting is on the event `" + value.text + "`", "name an event that a posting of the policy is on");
      return;
    }
    if (key == "candidates") {
      for (auto const& item : value.items) record("candidate", item, {});
      return;
    }
    for (std::size_t i = 0; i < policy::subject_count; ++i) {
      auto const name = std::string(policy::record_of(static_cast<Subject>(i)));
      if (key != name) continue;
      // What a question asks beside the facts of its record.
      if (key == "request") return record(name, value, {"earlier", "id"});
      if (key == "change") return record(name, value, {"reached", "times_before"});
      return record(name, value, {});
    }
    // A field of a subject may stand beside it: `customer` for `order.customer`.
    for (std::size_t i = 0; i < policy::subject_count; ++i) {
      FieldInfo info;
      if (policy_.find_field(policy::record_of(static_cast<Subject>(i)), key, info)) return field(info, key, value);
    }
    std::vector<std::string> known{"measures", "functions", "candidates", "event", "open_holds"};
    for (std::size_t i = 0; i < policy::subject_count; ++i) known.emplace_back(policy::record_of(static_cast<Subject>(i)));
    file_.refuse(line, "`" + key + "` is no record and no fact of an order", "known are " + joined(known));
  }

  void named_figures(std::string const& kind, Yaml const& value) const {
    if (!value.is_map()) file_.refuse(value.line, "`" + kind + "` are `name: value` pairs", "write {name: value}");
    for (std::size_t i = 0; i < value.keys.size(); ++i) {
      bool known = false;
      std::vector<std::string> names;
      if (kind == "measures") {
        for (auto const& measure : policy_.measures()) names.push_back(measure.name);
      } else {
        for (auto const& function : policy_.functions()) names.push_back(function.name);
      }
      known = std::find(names.begin(), names.end(), value.keys[i]) != names.end();
      if (!known)
        file_.refuse(value.key_lines[i], "there is no `" + value.keys[i] + "` among the " + kind,
                     names.empty() ? "the policy declares none" : "known are " + joined(names));
    }
  }

  void record(std::string const& name, Yaml const& value, std::vector<std::string> const& also) const {
    if (value.kind == Yaml::Kind::null) return;
    if (!value.is_map()) file_.refuse(value.line, "`" + name + "` has fields", "write " + name + ": {field: value}");
    for (std::size_t i = 0; i < value.keys.size(); ++i) {
      FieldInfo info;
      if (policy_.find_field(name, value.keys[i], info)) {
        field(info, value.keys[i], value.items[i]);
      } else if (std::find(also.begin(), also.end(), value.keys[i]) == also.end()) {
        auto known = policy_.fields_of(name);
        known.insert(known.end(), also.begin(), also.end());
        file_.refuse(value.key_lines[i], "`" + value.keys[i] + "` is not a field of `" + name + "`", "its fields are " + joined(known));
      }
    }
  }

  void field(FieldInfo const& info, std::string const& name, Yaml const& value) const {
    if (value.kind == Yaml::Kind::null) return;
    if (info.many) {
      if (!value.is_list()) file_.refuse(value.line, "`" + name + "` is a list of `" + info.record + "`", "write [{...}, {...}]");
      for (auto const& item : value.items) record(info.record, item, {});
    } else if (info.list) {
      if (!value.is_list()) file_.refuse(value.line, "`" + name + "` is a list", "write [a, b]");
      for (auto const& item : value.items) plain(info, name, item);
    } else if (info.plain) {
      plain(info, name, value);
    } else {
      record(info.record, value, {});
    }
  }

  void plain(FieldInfo const& info, std::string const& name, Yaml const& value) const {
    if (!value.is_text()) file_.refuse(value.line, "`" + name + "` is a single value", "write it on one line");
    bool const bare_number = !value.quoted && !value.text.empty() && value.text.find_first_not_of("0123456789.-") == std::string::npos;
    if (bare_number && info.slot.kind == policy::FactKind::text) {
      file_.refuse(value.line, "`" + name + "` is a text, and `" + value.text + "` would be read as a number", "write it in quotes: \"" + value.text + "\"");
    }
    auto const parsed = parse_value(policy_, info.slot, value.text);
    if (!parsed) file_.refuse(value.line, "`" + name + "`: " + parsed.error().message, parsed.error().remedy);
  }

  TestFile const& file_;
  Policy const& policy_;
};

}  // namespace

void check_facts(TestFile const& file, Yaml const& facts) { FactCheck(file).root(facts); }

Yaml under_subject(TestFile const& file, Yaml const& facts) {
  if (!facts.is_map()) return facts;
  Yaml inside;
  inside.kind = Yaml::Kind::map;
  Yaml out = inside;
  out.line = inside.line = facts.line;
  for (std::size_t i = 0; i < facts.keys.size(); ++i) {
    bool subject = false;
    for (std::size_t s = 0; s < policy::subject_count; ++s) subject = subject || facts.keys[i] == policy::record_of(static_cast<Subject>(s));
    FieldInfo info;
    bool const beside = !subject && file.book.policy().find_field("order", facts.keys[i], info);
    auto& target = beside ? inside : out;
    target.keys.push_back(facts.keys[i]);
    target.key_lines.push_back(facts.key_lines[i]);
    target.items.push_back(facts.items[i]);
  }
  if (inside.keys.empty()) return out;
  if (auto const* order = facts.find("order")) {
    for (std::size_t i = 0; i < inside.keys.size(); ++i) {
      if (order->find(inside.keys[i]) != nullptr) file.refuse(inside.key_lines[i], "`" + inside.keys[i] + "` stands in `order` and beside it", "write it once");
    }
  }
  Yaml order;
  order.kind = Yaml::Kind::map;
  order.line = facts.line;
  order.keys = {"order"};
  order.key_lines = {facts.line};
  order.items = {std::move(inside)};
  return merged(std::move(out), order);
}

void TestFile::check_keys(Yaml const& map, std::vector<std::string> const& known) const {
  if (!map.is_map()) refuse(map.line, "`key: value` pairs are expected here", "known keys are " + joined(known));
  for (std::size_t i = 0; i < map.keys.size(); ++i) {
    if (std::find(known.begin(), known.end(), map.keys[i]) == known.end()) {
      refuse(map.key_lines[i], "`" + map.keys[i] + "` is not known here", "known are " + joined(known));
    }
  }
}

std::string TestFile::text(Yaml const& yaml, char const* what) const {
  if (!yaml.is_text() || yaml.text.empty()) refuse(yaml.line, std::string(what) + " is a text", "write it on one line");
  return yaml.text;
}

Timestamp TestFile::time(Yaml const& yaml) const {
  auto const parsed = parse_timestamp(yaml.text);
  if (!parsed) refuse(yaml.line, "`" + yaml.text + "` is not a point in time", "write UTC, such as 2026-11-24T12:00:00Z");
  return *parsed;
}

}  // namespace bylaw::inline v0::testkit
