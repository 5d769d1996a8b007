// Records, enumerations, roles, units, reasons and functions of the schema files, into the program.
#include "policy/types/schema.hpp"

#include <algorithm>

namespace bylaw::inline v0::policy {

using syntax::Cst;
using syntax::name_of;
using syntax::NodeKind;
using syntax::Reader;

namespace {

class SchemaReader {
 public:
  SchemaReader(Policy::Impl& impl, Schema& schema, Diagnostics& out) : impl_(impl), schema_(schema), out_(out) {}

  /// Names first, so that a field may name a record of a later file.
  void read_names(Cst const& cst, std::uint32_t header) {
    for (auto const index : cst.declarations) {
      switch (cst.nodes[index].kind) {
        case NodeKind::record: declare_record(cst, index); break;
        case NodeKind::enumeration: read_enumeration(cst, index); break;
        case NodeKind::role: read_role(cst, index); break;
        case NodeKind::reasons: read_reasons(cst, index); break;
        case NodeKind::unit: read_unit(cst, index); break;
        case NodeKind::list: declare(NamedNode::What::list, cst, index, header); break;
        case NodeKind::define: declare(NamedNode::What::define, cst, index, header); break;
        case NodeKind::table: declare(NamedNode::What::table, cst, index, header); break;
        case NodeKind::measure: declare(NamedNode::What::measure, cst, index, header); break;
        case NodeKind::function: declare(NamedNode::What::function, cst, index, header); break;
        default: break;
      }
    }
  }

  void read_fields(Cst const& cst) {
    for (auto const index : cst.declarations) {
      if (cst.nodes[index].kind == NodeKind::record) read_record(cst, index);
      if (cst.nodes[index].kind == NodeKind::enumeration) extend_enumeration(cst, index);
    }
  }

  void check_roles(Cst const& cst) {
    for (auto const index : cst.declarations) {
      if (cst.nodes[index].kind != NodeKind::role) continue;
      Reader in(cst, index);
      in.skip(1);
      auto const role = in.take_name();
      if (!in.accept("includes")) continue;
      for (; !in.at(";"); in.accept(",")) {
        auto const& token = in.take();
        auto const name = name_of(token);
        std::vector<std::string> roles;
        for (auto const& [known, includes] : schema_.roles) roles.push_back(known);
        auto const inner = schema_.roles.find(name);
        bool const loop = name == role || (inner != schema_.roles.end() && inner->second.count(role) != 0);
        if (loop) report(out_, "BY0342", in.span_of(token), {{"role", role}});
        if (schema_.roles.count(name) == 0) report(out_, "BY0306", in.span_of(token), {{"role", name}, {"near", nearest(name, roles)}});
      }
    }
  }

  /// Who includes a role may do what that role may do, through any number of steps.
  void close_roles() {
    for (bool grown = true; grown;) {
      grown = false;
      for (auto& [role, includes] : schema_.roles) {
        auto all = includes;
        for (auto const& name : includes) {
          auto const inner = schema_.roles.find(name);
          if (inner != schema_.roles.end()) all.insert(inner->second.begin(), inner->second.end());
        }
        grown = grown || all.size() != includes.size();
        includes = std::move(all);
      }
    }
  }

  /// A record inside itself would have no end.
  void check_recursion(std::vector<Cst> const& files) {
    for (std::uint32_t start = 0; start < schema_.records.size(); ++start) {
      std::vector<std::uint32_t> open{start};
      std::set<std::uint32_t> seen;
      while (!open.empty()) {
        auto const at = open.back();
        open.pop_back();
        for (auto const& field : schema_.records[at].fields) {
          if (field.type.base != Base::record) continue;
          if (field.type.index == start) {
            auto const& name = schema_.records[at].name;
            report(out_, "BY0343", span_of_record(files, name), {{"field", name + "." + field.name}, {"record", schema_.records[start].name}});
            return;
          }
          if (seen.insert(field.type.index).second) open.push_back(field.type.index);
        }
      }
    }
  }

  /// A name that is also an enumeration value could mean two things in a rule.
  void check_clashes() {
    for (auto const& [name, named] : schema_.named) {
      auto const id = find_symbol(impl_, name);
      if (id < 0) continue;
      for (auto const& enumeration : impl_.enumerations) {
        if (std::find(enumeration.symbols.begin(), enumeration.symbols.end(), static_cast<std::uint32_t>(id)) == enumeration.symbols.end()) continue;
        report(out_, "BY0338", named.name_span, {{"name", name}, {"enum", enumeration.name}, {"what", to_text(named.what)}});
        break;
      }
    }
  }

 private:
  static Span span_of_record(std::vector<Cst> const& files, std::string const& name) {
    for (auto const& cst : files) {
      for (auto const index : cst.declarations) {
        if (cst.nodes[index].kind != NodeKind::record) continue;
        Reader in(cst, index);
        in.accept("extend");
        in.skip(1);
        if (name_of(in.peek()) == name) return in.span_of(in.peek());
      }
    }
    return {};
  }

  void declare_record(Cst const& cst, std::uint32_t index) {
    Reader in(cst, index);
    bool const extends = in.accept("extend");
    in.skip(1);
    auto const& token = in.take();
    auto const name = name_of(token);
    if (extends) return;
    if (!schema_.record_index.emplace(name, static_cast<std::uint32_t>(schema_.records.size())).second) {
      report(out_, "BY0301", in.span_of(token), {{"what", "record"}, {"name", name}, {"help", "use `extend record` to add fields"}});
      return;
    }
    schema_.records.push_back({name, {}, {}});
  }

  void read_record(Cst const& cst, std::uint32_t index) {
    Reader in(cst, index);
    in.accept("extend");
    in.skip(1);
    auto const& token = in.take();
    auto const name = name_of(token);
    auto const found = schema_.record_index.find(name);
    if (found == schema_.record_index.end()) {
      report(out_, "BY0302", in.span_of(token), {{"record", name}, {"near", nearest(name, schema_.record_names())}});
      return;
    }
    in.skip(1);
    while (in.has_child()) read_field(cst, in.take_child(), found->second);
  }

  void read_field(Cst const& cst, std::uint32_t index, std::uint32_t record_index) {
    Reader in(cst, index);
    auto const& token = in.take();
    Field field;
    field.name = name_of(token);
    in.skip(1);
    field.type = read_type(cst, in.take_child(), impl_, schema_, out_);
    field.personal = in.at("personal");
    auto& record = schema_.records[record_index];
    if (record.find(field.name) != nullptr) {
      report(out_, "BY0301", in.span_of(token), {{"what", "field"}, {"name", field.name}});
      return;
    }
    if (field.type.base == Base::error) return;
    record.index.emplace(field.name, static_cast<std::uint32_t>(record.fields.size()));
    record.fields.push_back(std::move(field));
  }

  std::uint32_t intern(std::string const& name) {
    auto const [at, fresh] = impl_.symbol_ids.emplace(name, static_cast<std::uint32_t>(impl_.symbols.size()));
    if (fresh) impl_.symbols.push_back(name);
    return at->second;
  }

  void read_enumeration(Cst const& cst, std::uint32_t index) {
    Reader in(cst, index);
    if (in.accept("extend")) return;  // after all enumerations are known
    in.skip(1);
    auto const& token = in.take();
    auto const number = static_cast<std::uint32_t>(impl_.enumerations.size());
    if (!schema_.enumeration_index.emplace(name_of(token), number).second) {
      return report(out_, "BY0301", in.span_of(token), {{"what", "enum"}, {"name", name_of(token)}, {"help", "use `extend enum` to add values"}});
    }
    impl_.enumerations.push_back({name_of(token), {}});
    read_values(in, impl_.enumerations.back());
  }

  void extend_enumeration(Cst const& cst, std::uint32_t index) {
    Reader in(cst, index);
    if (!in.accept("extend")) return;
    in.skip(1);
    auto const& token = in.take();
    auto const found = schema_.enumeration_index.find(name_of(token));
    if (found != schema_.enumeration_index.end()) return read_values(in, impl_.enumerations[found->second]);
    std::vector<std::string> names;
    for (auto const& [known, number] : schema_.enumeration_index) names.push_back(known);
    report(out_, "BY0303", in.span_of(token), {{"enum", name_of(token)}, {"near", nearest(token.text, names)}});
  }

  void read_values(Reader& in, Enumeration& enumeration) {
    in.skip(2);
    std::set<std::uint32_t> seen(enumeration.symbols.begin(), enumeration.symbols.end());
    for (; !in.at("]"); in.accept(",")) {
      auto const& value = in.take();
      auto const id = intern(name_of(value));
      if (!seen.insert(id).second) {
        report(out_, "BY0341", in.span_of(value), {{"enum", enumeration.name}, {"value", name_of(value)}});
        continue;
      }
      enumeration.symbols.push_back(id);
    }
  }

  void read_role(Cst const& cst, std::uint32_t index) {
    Reader in(cst, index);
    in.skip(1);
    auto& includes = schema_.roles[in.take_name()];
    if (!in.accept("includes")) return;
    for (; !in.at(";"); in.accept(",")) includes.insert(in.take_name());
  }

  void read_reasons(Cst const& cst, std::uint32_t index) {
    Reader in(cst, index);
    in.skip(1);
    auto& codes = schema_.reasons[in.take_name()];
    in.skip(1);
    while (in.has_child()) {
      Reader row(cst, in.take_child());
      auto const& token = row.take();
      auto const code = name_of(token);
      auto const words = syntax::text_of(row.take());
      if (!codes.emplace(code, words).second) report(out_, "BY0301", row.span_of(token), {{"what", "reason"}, {"name", code}});
      if (row.accept("fault")) {
        auto const& fault = row.take();
        if (fault.text != "seller" && fault.text != "customer" && fault.text != "carrier") {
          report(out_, "BY0456", row.span_of(fault),
                 {{"word", std::string(fault.text)},
                  {"what", "fault"},
                  {"near", nearest(fault.text, {"seller", "customer", "carrier"})},
                  {"values", "seller, customer, carrier"}});
        }
      }
      intern(code);
    }
  }

  void read_unit(Cst const& cst, std::uint32_t index) {
    Reader in(cst, index);
    in.skip(1);
    auto const& token = in.take();
    auto const name = name_of(token);
    in.skip(1);
    auto const& number_token = in.take();
    auto const number = Decimal::parse(number_token.text);
    auto const* base = find_unit(in.take().text);
    if (find_any_unit(impl_, name) != nullptr) {
      return report(out_, "BY0301", in.span_of(token), {{"what", "unit"}, {"name", name}});
    }
    Int128 size = 0;
    bool const fits = number && number->coefficient() > 0 && !multiply_overflows<Int128>(number->coefficient(), base->base_units, size) &&
                      size % power_of_ten(number->scale()) == 0 && fits_int64(size / power_of_ten(number->scale()));
    if (!fits) {
      return report(out_, "BY0110", in.span_of(number_token),
                    {{"problem", "this is not an exact size of a unit"}, {"help", "write a number above zero such as `200 l`"}});
    }
    impl_.unit_names.push_back(name);
    impl_.units.push_back({impl_.unit_names.back().c_str(), base->dimension, static_cast<std::int64_t>(size / power_of_ten(number->scale()))});
  }

  void declare(NamedNode::What what, Cst const& cst, std::uint32_t index, std::uint32_t header) {
    Reader in(cst, index);
    in.skip(1);
    auto const& token = in.take();
    auto const name = name_of(token);
    NamedNode const named{what, &cst, index, header, 0, in.span_of(token), false};
    auto const [at, fresh] = schema_.named.emplace(name, named);
    if (fresh) {
      impl_.definitions.emplace_back(to_text(what), in.span());
      return;
    }
    auto clash = finding("BY0301", in.span_of(token), {{"what", to_text(what)}, {"name", name}});
    clash.labels.push_back({at->second.name_span, "first declared here"});
    out_.push_back(std::move(clash));
  }

  Policy::Impl& impl_;
  Schema& schema_;
  Diagnostics& out_;
};

}  // namespace

void read_schema(std::vector<Cst> const& files, Policy::Impl& impl, Schema& schema, Diagnostics& out) {
  SchemaReader reader(impl, schema, out);
  // The default schema comes first, so that what is declared again is found in the author's file.
  std::vector<std::size_t> order(files.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_partition(order.begin(), order.end(), [&](std::size_t i) { return impl.sources[files[i].source_index].name == "schema.bylaw"; });
  for (auto const i : order) reader.read_names(files[i], static_cast<std::uint32_t>(i));
  for (auto const i : order) reader.read_fields(files[i]);
  reader.close_roles();
  impl.roles = schema.roles;
  for (auto const& file : files) reader.check_roles(file);
  reader.check_recursion(files);
  // The governed reason codes of returns are the values of the type `return_reason`.
  if (auto const found = schema.enumeration_index.find("return_reason"); found != schema.enumeration_index.end()) {
    auto& values = impl.enumerations[found->second].symbols;
    for (auto const& [code, text] : schema.reasons["return"]) {
      auto const id = static_cast<std::uint32_t>(find_symbol(impl, code));
      if (std::find(values.begin(), values.end(), id) == values.end()) values.push_back(id);
    }
  }
  reader.check_clashes();
}

}  // namespace bylaw::inline v0::policy
