#include <bylaw/wire/json.hpp>

#include <unordered_set>

#include <simdjson.h>

namespace bylaw::inline v0::wire {

namespace {

namespace od = simdjson::ondemand;
constexpr int depth_max = 256;
constexpr auto duplicate_key = simdjson::NUM_ERROR_CODES;  // not one of simdjson's own

simdjson::error_code convert(od::value value, Json& out, int depth) {
  if (depth > depth_max) return simdjson::DEPTH_ERROR;
  od::json_type type{};
  if (auto const error = value.type().get(type)) return error;
  switch (type) {
    case od::json_type::null: {
      // A word such as `note` begins like a null: taking the answer as a bool would throw.
      bool is_null = false;
      if (auto const error = value.is_null().get(is_null)) return error;
      return is_null ? simdjson::SUCCESS : simdjson::INCORRECT_TYPE;
    }
    case od::json_type::boolean: out.kind = Json::Kind::boolean; return value.get_bool().get(out.truth);
    case od::json_type::number: {
      out.kind = Json::Kind::number;
      auto token = value.raw_json_token();
      while (!token.empty() && (token.back() == ' ' || token.back() == '\n' || token.back() == '\r' || token.back() == '\t')) token.remove_suffix(1);
      out.text = std::string(token);
      double ignored = 0;  // Validates the spelling; the value itself is never used.
      return value.get_double().get(ignored);
    }
    case od::json_type::string: {
      out.kind = Json::Kind::text;
      std::string_view text;
      if (auto const error = value.get_string().get(text)) return error;
      out.text = std::string(text);
      return simdjson::SUCCESS;
    }
    case od::json_type::array: {
      out.kind = Json::Kind::array;
      od::array array;
      if (auto const error = value.get_array().get(array)) return error;
      for (auto element : array) {
        od::value item;
        if (auto const error = element.get(item)) return error;
        if (auto const error = convert(item, out.items.emplace_back(), depth + 1)) return error;
      }
      return simdjson::SUCCESS;
    }
    case od::json_type::object: {
      out.kind = Json::Kind::object;
      od::object object;
      std::unordered_set<std::string> seen;
      if (auto const error = value.get_object().get(object)) return error;
      for (auto entry : object) {
        od::field field;
        if (auto const error = std::move(entry).get(field)) return error;
        std::string_view name;
        if (auto const error = field.unescaped_key().get(name)) return error;
        // The second of two equal names would be lost without a word.
        if (!seen.insert(std::string(name)).second) return duplicate_key;
        out.keys.emplace_back(name);
        if (auto const error = convert(field.value(), out.items.emplace_back(), depth + 1)) return error;
      }
      return simdjson::SUCCESS;
    }
  }
  return simdjson::INCORRECT_TYPE;
}

}  // namespace

Result<Json> parse_json(std::string_view text) {
  thread_local od::parser parser;
  simdjson::padded_string const padded(text);
  od::document document;
  Json out;
  auto error = parser.iterate(padded).get(document);
  if (!error) {
    od::value value;
    error = document.get_value().get(value);
    // A document that is one bare word or number is no record of ours.
    if (error == simdjson::SCALAR_DOCUMENT_AS_VALUE) return failure("bad_json", "a JSON object is expected", {}, "write {\"...\": ...}");
    if (!error) error = convert(value, out, 1);
    char const* rest = nullptr;
    if (!error && document.current_location().get(rest) == simdjson::SUCCESS) error = simdjson::TAPE_ERROR;
  }
  if (error == duplicate_key) return failure("bad_json", "a member of this object is given twice", {}, "keep one of them");
  if (error) return failure("bad_json", std::string("this is not JSON: ") + simdjson::error_message(error), {}, "write one JSON object a line");
  return out;
}

namespace {

void write(JsonWriter& out, Json const& json) {
  switch (json.kind) {
    case Json::Kind::null: out.null(); return;
    case Json::Kind::boolean: out.truth(json.truth); return;
    case Json::Kind::number: out.raw(json.text); return;
    case Json::Kind::text: out.text(json.text); return;
    case Json::Kind::array:
      out.begin_array();
      for (auto const& item : json.items) write(out, item);
      out.end_array();
      return;
    case Json::Kind::object:
      out.begin_object();
      for (std::size_t i = 0; i < json.keys.size(); ++i) {
        out.key(json.keys[i]);
        write(out, json.items[i]);
      }
      out.end_object();
      return;
  }
}

}  // namespace

std::string to_text(Json const& json) {
  JsonWriter out;
  write(out, json);
  return out.take();
}

void JsonWriter::separate() {
  if (!fresh_) out_ += ',';
  fresh_ = false;
}
JsonWriter& JsonWriter::begin_object() {
  separate();
  out_ += '{';
  fresh_ = true;
  return *this;
}
JsonWriter& JsonWriter::end_object() {
  out_ += '}';
  fresh_ = false;
  return *this;
}
JsonWriter& JsonWriter::begin_array() {
  separate();
  out_ += '[';
  fresh_ = true;
  return *this;
}
JsonWriter& JsonWriter::end_array() {
  out_ += ']';
  fresh_ = false;
  return *this;
}
JsonWriter& JsonWriter::key(std::string_view name) {
  text(name);
  out_ += ':';
  fresh_ = true;
  return *this;
}
JsonWriter& JsonWriter::text(std::string_view value) {
  constexpr char hex[] = "0123456789abcdef";
  separate();
  out_ += '"';
  for (char const c : value) {
    auto const byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out_ += '\\';
      out_ += c;
    } else if (c == '\n') {
      out_ += "\\n";
    } else if (c == '\t') {
      out_ += "\\t";
    } else if (byte < 0x20) {
      out_ += "\\u00";
      out_ += hex[byte >> 4];
      out_ += hex[byte & 15];
    } else {
      out_ += c;
    }
  }
  out_ += '"';
  return *this;
}
JsonWriter& JsonWriter::number(std::int64_t value) { return raw(std::to_string(value)); }
JsonWriter& JsonWriter::truth(bool value) { return raw(value ? "true" : "false"); }
JsonWriter& JsonWriter::null() { return raw("null"); }
JsonWriter& JsonWriter::raw(std::string_view json) {
  separate();
  out_ += json;
  return *this;
}

}  // namespace bylaw::inline v0::wire
