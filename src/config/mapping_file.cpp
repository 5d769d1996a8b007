#include <set>

#include <yaml-cpp/yaml.h>

#include <bylaw/config/files.hpp>
#include <bylaw/config/mapping_file.hpp>

namespace bylaw::inline v0::config {

namespace {

/// Thrown inside this file only, and turned into an Error at its border, because yaml-cpp throws too.
struct Bad {
  Error error;
};

class MappingFile {
 public:
  MappingFile(std::string path, ZoneTable const& zones) : path_(std::move(path)), zones_(zones) {}

  wire::Mapping read(YAML::Node const& root) {
    wire::Mapping m;
    check_keys(root, {"source", "channel", "currency", "time_zone", "time_format", "columns", "strip_customer_suffix", "return_prefix", "service_items",
                      "service_unless_five_digits", "countries", "attributes", "lookback_orders", "lifecycle", "opening_stock"});
    m.source = text(root, "source", true);
    if (root["channel"]) m.channel = text(root, "channel");
    auto const currency = Currency::parse(text(root, "currency", true));
    if (!currency) bad(root["currency"], currency.error().message, currency.error().remedy);
    m.currency = *currency;
    if (root["time_zone"]) m.zone = zone(root["time_zone"]);
    if (root["time_format"]) m.time_format = text(root, "time_format");
    m.strip_customer_suffix = text(root, "strip_customer_suffix");
    m.return_prefix = text(root, "return_prefix");
    if (auto const node = root["service_unless_five_digits"]) m.service_unless_five_digits = truth(node);
    m.service_items = list(root["service_items"]);
    m.countries = table(root["countries"]);
    if (root["lookback_orders"]) m.lookback_orders = whole(root["lookback_orders"], 1, 10'000);
    read_columns(root["columns"], root, m);
    read_attributes(root["attributes"], m);
    read_lifecycle(root["lifecycle"], m);
    if (auto const node = root["opening_stock"]) {
      check_keys(node, {"location", "as_sold"});
      m.opening_stock_location = text(node, "location", true);
      if (!node["as_sold"] || !truth(node["as_sold"])) bad(node, "the only opening stock is what the file sells", "write `as_sold: true`");
    }
    return m;
  }

  [[noreturn]] void bad(YAML::Node const& node, std::string message, std::string remedy) const {
    auto const line = node && !node.Mark().is_null() ? ":" + std::to_string(node.Mark().line + 1) : std::string{};
    throw Bad{{"bad_mapping", std::move(message), path_ + line, std::move(remedy)}};
  }

 private:
  void check_keys(YAML::Node const& node, std::set<std::string> const& known) const {
    if (!node.IsMap()) bad(node, "`key: value` pairs are expected here", "see docs/import.md");
    for (auto const& entry : node) {
      auto const key = entry.first.as<std::string>();
      if (known.count(key) > 0) continue;
      std::string all;
      for (auto const& name : known) all += (all.empty() ? "" : ", ") + name;
      bad(entry.first, "`" + key + "` is not known here", "known are " + all);
    }
  }
  std::string text(YAML::Node const& node, char const* key, bool required = false) const {
    auto const value = node[key];
    if (!value) {
      if (required) bad(node, std::string("`") + key + "` is missing", std::string("add `") + key + ": ...`");
      return {};
    }
    if (!value.IsScalar()) bad(value, std::string("`") + key + "` is a single value", "write it on one line");
    return value.Scalar();
  }
  bool truth(YAML::Node const& node) const {
    if (!node.IsScalar() || (node.Scalar() != "true" && node.Scalar() != "false")) bad(node, "true or false is expected", "write true or false");
    return node.Scalar() == "true";
  }
  std::int32_t whole(YAML::Node const& node, std::int32_t least, std::int32_t most) const {
    auto const number = node.IsScalar() ? Decimal::parse(node.Scalar()) : Result<Decimal>(failure("", ""));
    if (!number || number->scale() != 0 || number->coefficient() < least || number->coefficient() > most) {
      bad(node, "a whole number from " + std::to_string(least) + " to " + std::to_string(most) + " is expected", "correct it");
    }
    return static_cast<std::int32_t>(number->coefficient());
  }
  std::vector<std::string> list(YAML::Node const& node) const {
    std::vector<std::string> out;
    if (!node) return out;
    if (!node.IsSequence()) bad(node, "a list is expected here", "write [a, b]");
    for (auto const& entry : node) out.push_back(entry.Scalar());
    return out;
  }
  wire::WordTable table(YAML::Node const& node) const {
    wire::WordTable out;
    if (!node) return out;
    if (!node.IsMap()) bad(node, "`word: value` pairs are expected here", "write `United Kingdom: GB`");
    for (auto const& entry : node) out.emplace_back(entry.first.Scalar(), entry.second.Scalar());
    return out;
  }
  Zone zone(YAML::Node const& node) const {
    auto const* found = node.IsScalar() ? zones_.find(node.Scalar()) : nullptr;
    if (found == nullptr) bad(node, "this is not a time zone", "use an IANA name such as Europe/London");
    return *found;
  }
  void read_columns(YAML::Node const& node, YAML::Node const& root, wire::Mapping& m) const {
    if (!node) bad(root, "`columns` is missing", "say which column holds what: columns: { order: ..., placed: ... }");
    check_keys(node, {"order", "item", "title", "quantity", "placed", "unit_price", "customer", "country", "city", "postal_code"});
    m.order_column = text(node, "order", true);
    m.placed_column = text(node, "placed", true);
    m.item_column = text(node, "item");
    m.title_column = text(node, "title");
    m.quantity_column = text(node, "quantity", !m.item_column.empty());
    m.price_column = text(node, "unit_price", !m.item_column.empty());
    m.customer_column = text(node, "customer");
    m.country_column = text(node, "country");
    m.city_column = text(node, "city");
    m.postal_code_column = text(node, "postal_code");
  }
  void read_attributes(YAML::Node const& node, wire::Mapping& m) const {
    if (!node) return;
    if (!node.IsSequence()) bad(node, "a list is expected here", "write `- path: order.status`");
    for (auto const& entry : node) {
      check_keys(entry, {"path", "column", "values"});
      m.attributes.push_back({text(entry, "path", true), text(entry, "column", true), table(entry["values"])});
    }
  }
  void read_lifecycle(YAML::Node const& node, wire::Mapping& m) const {
    if (!node) return;
    check_keys(node, {"orders", "returns", "inspected_condition"});
    m.order_events = list(node["orders"]);
    m.return_events = list(node["returns"]);
    m.inspected_condition = text(node, "inspected_condition");
  }

  std::string path_;
  ZoneTable const& zones_;
};

}  // namespace

Result<wire::Mapping> load_mapping(std::string const& path, ZoneTable const& zones) {
  auto const text = read_text(path);
  if (!text) return Unexpected{text.error()};
  try {
    return MappingFile(path, zones).read(YAML::Load(*text));
  } catch (Bad const& bad) {
    return Unexpected{bad.error};
  } catch (YAML::Exception const& error) {
    return failure("bad_mapping", "this is not YAML: " + error.msg, path + ":" + std::to_string(error.mark.line + 1), "check indentation and quotes");
  }
}

}  // namespace bylaw::inline v0::config
