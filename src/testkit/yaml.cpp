// The only file of the test kit that knows yaml-cpp; its exceptions end here.
#include "testkit/yaml.hpp"

#include <algorithm>
#include <set>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

namespace bylaw::inline v0::testkit {

namespace {

struct Bad {
  Error error;
};

class Reader {
 public:
  explicit Reader(std::string file) : file_(std::move(file)) {}

  Yaml read(YAML::Node const& node, std::size_t line, int depth) {
    constexpr std::size_t values_max = 1'000'000;
    constexpr int depth_max = 100;
    Yaml out;
    out.line = node.Mark().is_null() ? line : static_cast<std::size_t>(node.Mark().line) + 1;
    if (++values_ > values_max) throw Bad{bad_test(file_, out.line, "the file unfolds to more than a million values", "use fewer anchors, or split it")};
    if (depth > depth_max) throw Bad{bad_test(file_, out.line, "the file is nested more than 100 deep", "write it flatter")};
    switch (node.Type()) {
      case YAML::NodeType::Scalar:
        out.kind = Yaml::Kind::text;
        out.text = node.Scalar();
        out.quoted = node.Tag() == "!";
        if (!out.quoted && (out.text == "~" || out.text == "null" || out.text.empty())) out.kind = Yaml::Kind::null;
        break;
      case YAML::NodeType::Sequence:
        out.kind = Yaml::Kind::list;
        for (auto const& item : node) out.items.push_back(read(item, out.line, depth + 1));
        break;
      case YAML::NodeType::Map: read_map(node, out, depth); break;
      default: break;
    }
    return out;
  }

 private:
  void read_map(YAML::Node const& node, Yaml& out, int depth) {
    out.kind = Yaml::Kind::map;
    std::set<std::string> seen;
    for (auto const& entry : node) {
      auto const line = entry.first.Mark().is_null() ? out.line : static_cast<std::size_t>(entry.first.Mark().line) + 1;
      if (!entry.first.IsScalar()) throw Bad{bad_test(file_, line, "a key is a single word", "write `key: value`")};
      auto const& key = entry.first.Scalar();
      if (!seen.insert(key).second) throw Bad{bad_test(file_, line, "`" + key + "` stands here twice", "keep one of them")};
      out.keys.push_back(key);
      out.key_lines.push_back(line);
      out.items.push_back(read(entry.second, line, depth + 1));
    }
  }

  std::string file_;
  std::size_t values_ = 0;
};

bool is_number(std::string_view text) {
  std::size_t at = !text.empty() && text[0] == '-' ? 1 : 0;
  bool digits = false;
  bool point = false;
  for (; at < text.size(); ++at) {
    if (text[at] == '.' && !point && digits) {
      point = true;
    } else if (text[at] >= '0' && text[at] <= '9') {
      digits = true;
    } else {
      return false;
    }
  }
  return digits && text.back() != '.';
}

}  // namespace

Error bad_test(std::string const& file, std::size_t line, std::string message, std::string remedy) {
  return {"bad_test", std::move(message), file + ":" + std::to_string(line), std::move(remedy)};
}

namespace {

/// Where the last document began; what is in it does not matter.
struct DocumentMark final : YAML::EventHandler {
  std::size_t line = 1;
  void OnDocumentStart(YAML::Mark const& mark) override { line = static_cast<std::size_t>(mark.line) + 1; }
  void OnDocumentEnd() override {}
  void OnNull(YAML::Mark const&, YAML::anchor_t) override {}
  void OnAlias(YAML::Mark const&, YAML::anchor_t) override {}
  void OnScalar(YAML::Mark const&, std::string const&, YAML::anchor_t, std::string const&) override {}
  void OnSequenceStart(YAML::Mark const&, std::string const&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(YAML::Mark const&, std::string const&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}
};

}  // namespace

Result<Yaml> parse_yaml(std::string const& file, std::string_view text) {
  try {
    // YAML::LoadAll never ends on some broken texts, whose rest is a document of nothing again and
    // again: two documents are too many here, and looked for by hand.
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    DocumentMark mark;
    if (!parser.HandleNextDocument(mark)) return Yaml{};
    if (parser.HandleNextDocument(mark)) return Unexpected{bad_test(file, mark.line, "the file has a second document", "make it a file of its own")};
    return Reader(file).read(YAML::Load(std::string(text)), 1, 0);
  } catch (Bad const& bad) {
    return Unexpected{bad.error};
  } catch (YAML::Exception const& error) {
    auto const line = error.mark.is_null() ? std::size_t{1} : static_cast<std::size_t>(error.mark.line) + 1;
    return Unexpected{bad_test(file, line, "this is not YAML: " + error.msg, "check indentation, brackets and quotes near this line")};
  }
}

wire::Json to_json(Yaml const& yaml) {
  wire::Json out;
  switch (yaml.kind) {
    case Yaml::Kind::null: break;
    case Yaml::Kind::text:
      out.kind = wire::Json::Kind::text;
      out.text = yaml.text;
      if (!yaml.quoted && (yaml.text == "true" || yaml.text == "false")) {
        out.kind = wire::Json::Kind::boolean;
        out.truth = yaml.text == "true";
      } else if (!yaml.quoted && is_number(yaml.text)) {
        out.kind = wire::Json::Kind::number;
      }
      break;
    case Yaml::Kind::list:
      out.kind = wire::Json::Kind::array;
      for (auto const& item : yaml.items) out.items.push_back(to_json(item));
      break;
    case Yaml::Kind::map:
      out.kind = wire::Json::Kind::object;
      out.keys = yaml.keys;
      for (auto const& item : yaml.items) out.items.push_back(to_json(item));
      break;
  }
  return out;
}

std::string to_text(Yaml const& yaml) {
  switch (yaml.kind) {
    case Yaml::Kind::null: return "missing";
    case Yaml::Kind::text: return yaml.text;
    case Yaml::Kind::list: {
      std::string out = "[";
      for (std::size_t i = 0; i < yaml.items.size(); ++i) out += (i == 0 ? "" : ", ") + to_text(yaml.items[i]);
      return out + "]";
    }
    case Yaml::Kind::map: break;
  }
  std::string out = "{";
  for (std::size_t i = 0; i < yaml.items.size(); ++i) out += (i == 0 ? "" : ", ") + yaml.keys[i] + ": " + to_text(yaml.items[i]);
  return out + "}";
}

Yaml merged(Yaml base, Yaml const& more) {
  if (!base.is_map() || !more.is_map()) return more;
  for (std::size_t i = 0; i < more.keys.size(); ++i) {
    auto const at = std::find(base.keys.begin(), base.keys.end(), more.keys[i]);
    if (at == base.keys.end()) {
      base.keys.push_back(more.keys[i]);
      base.key_lines.push_back(more.key_lines[i]);
      base.items.push_back(more.items[i]);
    } else {
      auto& item = base.items[static_cast<std::size_t>(at - base.keys.begin())];
      item = merged(std::move(item), more.items[i]);
    }
  }
  base.line = more.line;
  return base;
}

}  // namespace bylaw::inline v0::testkit
