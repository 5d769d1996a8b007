#include <bylaw/wire/facts.hpp>
#include <bylaw/policy/rules.hpp>

#include <algorithm>

namespace bylaw::inline v0::wire {

using policy::Frame;
using policy::Layout;
using policy::Policy;
using policy::Slot;
using policy::Value;

namespace {

/// What stands at a path, or that something on the way to it is no object and so hides it.
struct Found {
  Json const* json = nullptr;
  bool wrong_shape = false;
};

Found walk(Json const* at, std::string_view path) {
  while (at != nullptr && at->kind != Json::Kind::null && !path.empty()) {
    if (at->kind != Json::Kind::object) return {nullptr, true};
    auto const dot = path.find('.');
    at = at->find(path.substr(0, dot));
    path = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
  }
  return {at, false};
}

/// `order.customer.segment` under the root, or `customer.segment` beside the subject.
Found look_up(Json const& root, std::string_view path) {
  auto const found = walk(&root, path);
  if (found.json != nullptr || found.wrong_shape) return found;
  auto const dot = path.find('.');
  return dot == std::string_view::npos ? Found{} : walk(&root, path.substr(dot + 1));
}

Result<Value> to_value(Policy const& policy, Slot const& slot, Json const* json) {
  if (json == nullptr || json->kind == Json::Kind::null) return Value{};
  if (json->kind == Json::Kind::boolean) return parse_value(policy, slot, json->truth ? "true" : "false");
  if (json->kind == Json::Kind::number && (slot.kind == policy::FactKind::text || slot.kind == policy::FactKind::symbol)) {
    return failure("wrong_type", "`" + json->text + "` is a number, not a text", slot.path, "write it in double quotes");
  }
  if (json->kind == Json::Kind::number || json->kind == Json::Kind::text) return parse_value(policy, slot, json->text);
  return failure("wrong_type", "a single value is expected here", slot.path, "write a text, a number, true or false");
}

/// How the facts of a frame are found: under the root of a document, or inside one object whose
/// paths begin with `strip`.
struct Place {
  Json const& json;
  std::string_view strip;

  [[nodiscard]] Found find(std::string_view path) const {
    if (path.size() == strip.size() && !strip.empty()) return {&json, false};  // an entry of a plain list
    if (strip.empty()) return look_up(json, path);
    // A measure stands beside the subject, not inside it.
    return path.substr(0, strip.size()) == strip ? walk(&json, path.substr(strip.size() + 1)) : walk(&json, path);
  }
};

Result<void> fill(Policy const& policy, Layout const& layout, Place const& place, Frame& frame) {
  for (auto const& slot : layout.slots) {
    auto const found = place.find(slot.path);
    if (found.wrong_shape) return failure("wrong_type", "something on the way to this fact is not an object", slot.path, "write {\"...\": {...}}");
    auto value = to_value(policy, slot, found.json);
    if (!value) return Unexpected{value.error()};
    frame.values.push_back(std::move(*value));
  }
  for (auto const& collection : layout.collections) {
    auto& elements = frame.collections.emplace_back();
    auto const found = place.find(collection.path);
    if (found.wrong_shape) return failure("wrong_type", "something on the way to this list is not an object", collection.path, "write {\"...\": [...]}");
    auto const* list = found.json;
    if (list == nullptr || list->kind == Json::Kind::null) continue;
    if (list->kind != Json::Kind::array) {
      bool const plain = collection.record.empty();
      return failure("wrong_type", "a list is expected here", collection.path, plain ? "write [\"...\", \"...\"]" : "write [{...}, {...}]");
    }
    for (std::size_t i = 0; i < list->items.size(); ++i) {
      auto const filled = fill(policy, collection.layout, {list->items[i], collection.path}, elements.emplace_back());
      if (!filled) {
        auto error = filled.error();
        error.place = collection.path + "[" + std::to_string(i) + "]" + error.place.substr(std::min(error.place.size(), collection.path.size()));
        return Unexpected{std::move(error)};
      }
    }
  }
  return {};
}

Error not_an_object() { return {"wrong_type", "facts are a JSON object", {}, "write {\"order\": {...}}"}; }

}  // namespace

Result<Frame> parse_facts(Policy const& policy, policy::Subject subject, Json const& document) {
  if (document.kind != Json::Kind::object) return Unexpected{not_an_object()};
  Frame frame;
  auto const filled = fill(policy, policy.layout(subject), {document, {}}, frame);
  if (!filled) return Unexpected{filled.error()};
  return frame;
}

Result<Frame> parse_subject(Policy const& policy, policy::Subject subject, Json const& object) {
  if (object.kind != Json::Kind::object) return Unexpected{not_an_object()};
  Frame frame;
  auto const filled = fill(policy, policy.layout(subject), {object, policy::record_of(subject)}, frame);
  if (!filled) return Unexpected{filled.error()};
  return frame;
}

namespace {

/// Whether a call has the arguments that a row names.
Result<bool> fits(Policy const& policy, Json const& with, std::vector<policy::FunctionArgument> const& arguments) {
  for (std::size_t i = 0; i < with.keys.size(); ++i) {
    auto const argument = std::find_if(arguments.begin(), arguments.end(), [&](auto const& a) { return a.name == with.keys[i]; });
    if (argument == arguments.end()) {
      std::string names;
      for (auto const& known : arguments) names += (names.empty() ? "" : ", ") + known.name;
      return failure("wrong_type", "the function has no argument `" + with.keys[i] + "`", "functions", "its arguments are " + names);
    }
    Slot slot;
    slot.path = with.keys[i];
    slot.kind = argument->kind;
    slot.detail = argument->detail;
    auto const wanted = to_value(policy, slot, &with.items[i]);
    if (!wanted) return Unexpected{wanted.error()};
    if (to_text(policy, slot, *wanted) != to_text(policy, slot, argument->value)) return false;
  }
  return true;
}

}  // namespace

void JsonFunctions::call(void* context, std::string_view function, std::vector<policy::FunctionArgument> const& arguments, Value& answer) {
  auto& self = *static_cast<JsonFunctions*>(context);
  auto const* functions = self.document_.kind == Json::Kind::object ? self.document_.find("functions") : nullptr;
  auto const* given = functions == nullptr ? nullptr : functions->find(function);
  if (given != nullptr && given->kind == Json::Kind::array) {
    Json const* found = nullptr;
    for (auto const& row : given->items) {
      auto const* with = row.find("with");
      auto const fit = with == nullptr ? Result<bool>(true) : fits(self.policy_, *with, arguments);
      if (!fit && self.error_.code.empty()) self.error_ = fit.error();
      if (found == nullptr && fit && *fit) found = row.find("gives");
    }
    given = found;
  }
  for (auto const& declared : self.policy_.functions()) {
    if (declared.name != function) continue;
    Slot slot;
    slot.path = "functions." + declared.name;
    slot.kind = declared.result;
    slot.detail = declared.detail;
    if (slot.kind == policy::FactKind::money && slot.detail.empty()) {
      for (auto const& header : self.policy_.headers()) {
        if (header.currency.known()) slot.detail = std::string(header.currency.code());
      }
    }
    auto value = to_value(self.policy_, slot, given);
    if (value) answer = std::move(*value);
    else if (self.error_.code.empty()) self.error_ = value.error();
  }
}

namespace {

class UnknownFacts {
 public:
  explicit UnknownFacts(Policy const& policy) : policy_(policy) {}

  std::vector<Error> find(Json const& document) {
    if (document.kind != Json::Kind::object) return {};
    for (std::size_t i = 0; i < document.keys.size(); ++i) root(document.keys[i], document.items[i]);
    return std::move(out_);
  }

 private:
  void root(std::string const& key, Json const& value) {
    static constexpr std::string_view asked[] = {"measures", "functions", "event", "open_holds", "id"};
    if (std::find(std::begin(asked), std::end(asked), key) != std::end(asked)) return;
    if (key == "candidates") {
      for (auto const& item : value.items) record("candidate", key, item);
      return;
    }
    std::vector<std::string> known;
    for (std::size_t i = 0; i < policy::subject_count; ++i) {
      auto const name = std::string(policy::record_of(static_cast<policy::Subject>(i)));
      if (key == name) return record(name, key, value);
      known.push_back(name);
    }
    for (std::size_t i = 0; i < policy::subject_count; ++i) {
      policy::FieldInfo info;
      if (policy_.find_field(policy::record_of(static_cast<policy::Subject>(i)), key, info)) return field(info, key, value);
    }
    for (auto const& name : policy_.fields_of("order")) known.push_back(name);
    report(key, key, known);
  }

  void record(std::string const& name, std::string const& path, Json const& value) {
    if (value.kind != Json::Kind::object) return;  // its shape is told when it is read
    for (std::size_t i = 0; i < value.keys.size(); ++i) {
      auto const& key = value.keys[i];
      bool const question = (name == "request" && key == "earlier") || (name == "change" && (key == "reached" || key == "times_before")) || key == "id";
      policy::FieldInfo info;
      if (policy_.find_field(name, key, info)) field(info, path + "." + key, value.items[i]);
      else if (!question) report(path + "." + key, key, policy_.fields_of(name));
    }
  }

  void field(policy::FieldInfo const& info, std::string const& path, Json const& value) {
    if (info.record.empty()) return;
    if (!info.many) return record(info.record, path, value);
    for (auto const& item : value.items) record(info.record, path, item);
  }

  void report(std::string const& path, std::string const& key, std::vector<std::string> const& known) {
    auto const same = std::any_of(out_.begin(), out_.end(), [&](Error const& error) { return error.place == path; });
    auto const near = policy::nearest(key, known);
    if (!same)
      out_.push_back({"unknown_fact", "no record of the schema has this fact", path, near.empty() ? "rules cannot read it" : "did you mean `" + near + "`?"});
  }

  Policy const& policy_;
  std::vector<Error> out_;
};

}  // namespace

std::vector<Error> find_unknown_facts(Policy const& policy, Json const& document) { return UnknownFacts(policy).find(document); }

}  // namespace bylaw::inline v0::wire
