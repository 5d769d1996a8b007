#include "policy/types/schema.hpp"

#include <algorithm>
#include <numeric>

namespace bylaw::inline v0::policy {

using syntax::Cst;
using syntax::NodeKind;
using syntax::Reader;

namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto diagonal = row[0]++;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      auto const above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0u : 1u)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

std::uint32_t intern(Policy::Impl& impl, std::string const& name) {
  auto const found = find_symbol(impl, name);
  if (found >= 0) return static_cast<std::uint32_t>(found);
  auto const id = static_cast<std::uint32_t>(impl.symbols.size());
  impl.symbols.push_back(name);
  impl.symbol_ids.emplace(name, id);
  return id;
}

class SchemaReader {
 public:
  SchemaReader(Policy::Impl& impl, Schema& schema, Diagnostics& out) : impl_(impl), schema_(schema), out_(out) {}

  /// Names first, so that a field may name a record of a later file.
  void read_names(Cst const& cst) {
    for (auto const index : cst.declarations) {
      switch (cst.nodes[index].kind) {
        case NodeKind::record: declare_record(cst, index); break;
        case NodeKind::enumeration: read_enumeration(cst, index); break;
        case NodeKind::role: read_role(cst, index); break;
        case NodeKind::reasons: read_reasons(cst, index); break;
        case NodeKind::list: declare(schema_.lists, "list", cst, index); break;
        case NodeKind::define: declare(schema_.defines, "define", cst, index); break;
        default: break;
      }
    }
  }

  void read_fields(Cst const& cst) {
    for (auto const index : cst.declarations) {
      if (cst.nodes[index].kind == NodeKind::record) read_record(cst, index);
    }
  }

  void check_roles(std::vector<Cst> const& files) {
    for (auto const& cst : files) {
      for (auto const index : cst.declarations) {
        if (cst.nodes[index].kind != NodeKind::role) continue;
        Reader in(cst, index);
        in.skip(3);  // role NAME includes
        for (; !in.done(); in.skip(1)) {
          auto const& token = in.peek();
          if (token.kind == syntax::TokenKind::symbol) continue;
          if (schema_.roles.count(syntax::name_of(token)) == 0) {
            report(out_, "BY0306", in.span_of(token), "there is no role `" + syntax::name_of(token) + "`",
                   "declare it with `role " + syntax::name_of(token) + ";`");
          }
        }
      }
    }
  }

 private:
  void declare_record(Cst const& cst, std::uint32_t index) {
    Reader in(cst, index);
    bool const extends = in.accept("extend");
    in.skip(1);
    auto const& token = in.take();
    auto const name = syntax::name_of(token);
    if (extends) return;
    if (!schema_.record_index.emplace(name, static_cast<std::uint32_t>(schema_.records.size())).second) {
      report(out_, "BY0301", in.span_of(token), "record `" + name + "` is declared twice", "use `extend record` to add fields");
      return;
    }
    schema_.records.push_back({name, {}});
  }

  void read_record(Cst const& cst, std::uint32_t index) {
    Reader in(cst, index);
    in.accept("extend");
    in.skip(1);
    auto const& token = in.take();
    auto const found = schema_.record_index.find(syntax::name_of(token));
    if (found == schema_.record_index.end()) {
      report(out_, "BY0302", in.span_of(token), "there is no record `" + syntax::name_of(token) + "` to extend",
             "write `record` to declare a new one" + did_you_mean(token.text, record_names()));
      return;
    }
    in.skip(1);
    while (in.has_child()) read_field(cst, in.take_child(), found->second);
  }

  void read_field(Cst const& cst, std::uint32_t index, std::uint32_t record) {
    Reader in(cst, index);
    auto const& token = in.take();
    Field field;
    field.name = syntax::name_of(token);
    in.skip(1);
    field.type = read_type(cst, in.take_child());
    field.personal = in.at("personal");
    if (schema_.records[record].find(field.name) != nullptr) {
      report(out_, "BY0301", in.span_of(token), "field `" + field.name + "` is declared twice in record `" +
             schema_.records[record].name + "`", "remove one of them");
      return;
    }
    if (field.type.base != Base::error) schema_.records[record].fields.push_back(field);
  }

  Type read_type(Cst const& cst, std::uint32_t index) {
    Reader in(cst, index);
    Type type;
    if (in.accept("optional")) {
      type = read_type(cst, in.take_child());
      type.optional = true;
    } else if (in.at("list")) {
      report(out_, "BY0303", in.span(), "fields that are lists are not part of this version", "use `many` of a record");
    } else if (in.accept("many")) {
      type = named_type(in, in.take());
      if (type.base == Base::record) type.base = Base::many;
    } else if (in.accept("quantity")) {
      type.base = Base::quantity;
      type.unit = in.accept("in") ? find_unit(in.take().text) : find_unit("each");
    } else if (in.accept("money")) {
      type.base = Base::money;
      if (in.at("in")) {
        type.base = Base::error;
        report(out_, "BY0303", in.span(), "`money in any currency` is not part of this version",
               "declare `money`; it has the policy's currency");
      }
    } else {
      type = named_type(in, in.take());
    }
    return type;
  }

  Type named_type(Reader const& in, syntax::Token const& token) {
    static std::map<std::string, Base, std::less<>> const scalars = {
        {"bool", Base::boolean}, {"decimal", Base::decimal},     {"duration", Base::elapsed}, {"date", Base::date},
        {"time", Base::time_of_day}, {"timestamp", Base::timestamp}, {"text", Base::text}};
    auto const name = syntax::name_of(token);
    Type type;
    if (auto const scalar = scalars.find(name); scalar != scalars.end()) {
      type.base = scalar->second;
    } else if (auto const record = schema_.record_index.find(name); record != schema_.record_index.end()) {
      type.base = Base::record;
      type.index = record->second;
    } else if (auto const found = schema_.enumeration_index.find(name); found != schema_.enumeration_index.end()) {
      type.base = Base::symbol;
      type.index = found->second;
    } else {
      auto names = record_names();
      for (auto const& [known, base] : scalars) names.push_back(known);
      for (auto const& [known, number] : schema_.enumeration_index) names.push_back(known);
      report(out_, "BY0304", in.span_of(token), "there is no type `" + name + "`",
             "types are bool, decimal, money, quantity, duration, date, time, timestamp, text, a record or an enum;" +
                 did_you_mean(name, names));
    }
    return type;
  }

  void read_enumeration(Cst const& cst, std::uint32_t index) {
    Reader in(cst, index);
    in.skip(1);
    auto const& token = in.take();
    Enumeration enumeration{syntax::name_of(token), {}};
    in.skip(2);
    while (!in.at("]")) {
      enumeration.symbols.push_back(intern(impl_, in.take_name()));
      in.accept(",");
    }
    auto const number = static_cast<std::uint32_t>(impl_.enumerations.size());
    if (!schema_.enumeration_index.emplace(enumeration.name, number).second) {
      return report(out_, "BY0301", in.span_of(token), "enum `" + enumeration.name + "` is declared twice", "remove one of them");
    }
    impl_.enumerations.push_back(std::move(enumeration));
  }

  void read_role(Cst const& cst, std::uint32_t index) {
    Reader in(cst, index);
    in.skip(1);
    auto& includes = schema_.roles[in.take_name()];
    if (!in.accept("includes")) return;
    while (!in.at(";")) {
      includes.insert(in.take_name());
      in.accept(",");
    }
  }

  void read_reasons(Cst const& cst, std::uint32_t index) {
    Reader in(cst, index);
    in.skip(1);
    auto& codes = schema_.reasons[in.take_name()];
    in.skip(1);
    while (in.has_child()) {
      Reader row(cst, in.take_child());
      auto const code = row.take_name();
      codes[code] = syntax::text_of(row.take());
      intern(impl_, code);
    }
  }

  void declare(std::map<std::string, NamedNode, std::less<>>& names, char const* what, Cst const& cst, std::uint32_t index) {
    Reader in(cst, index);
    in.skip(1);
    auto const& token = in.take();
    auto const name = syntax::name_of(token);
    if (schema_.lists.count(name) + schema_.defines.count(name) > 0) {
      report(out_, "BY0301", in.span_of(token), std::string(what) + " `" + name + "` is declared twice", "rename one of them");
      return;
    }
    names[name] = {&cst, index, in.span_of(token), false};
  }

  std::vector<std::string> record_names() const {
    std::vector<std::string> names;
    for (auto const& record : schema_.records) names.push_back(record.name);
    return names;
  }

  Policy::Impl& impl_;
  Schema& schema_;
  Diagnostics& out_;
};

}  // namespace

std::string did_you_mean(std::string_view wrong, std::vector<std::string> const& names) {
  std::string const* best = nullptr;
  auto best_distance = wrong.size() / 3 + 2;
  for (auto const& name : names) {
    if (name.size() > 60 || wrong.size() > 60) continue;
    auto const distance = edit_distance(wrong, name);
    if (distance < best_distance && distance < name.size()) {
      best_distance = distance;
      best = &name;
    }
  }
  return best == nullptr ? "" : " did you mean `" + *best + "`?";
}

std::int64_t find_symbol(Policy::Impl const& impl, std::string_view name) noexcept {
  auto const found = impl.symbol_ids.find(name);
  return found == impl.symbol_ids.end() ? -1 : static_cast<std::int64_t>(found->second);
}

void read_schema(std::vector<Cst> const& files, Policy::Impl& impl, Schema& schema, Diagnostics& out) {
  SchemaReader reader(impl, schema, out);
  for (auto const& file : files) reader.read_names(file);
  for (auto const& file : files) reader.read_fields(file);
  reader.check_roles(files);
  // The governed reason codes of returns are the values of the type `return_reason`.
  if (!impl.enumerations.empty()) {
    auto const found = schema.enumeration_index.find("return_reason");
    if (found != schema.enumeration_index.end()) {
      for (auto const& [code, text] : schema.reasons["return"]) {
        impl.enumerations[found->second].symbols.push_back(static_cast<std::uint32_t>(find_symbol(impl, code)));
      }
    }
  }
}

}  // namespace bylaw::inline v0::policy
