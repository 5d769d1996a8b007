// Functions that the host answers and measures that the engine keeps: what rules see of them.
#include "policy/types/rules.hpp"

namespace bylaw::inline v0::policy {

using syntax::Cst;
using syntax::NodeKind;
using syntax::Reader;

void RuleCompiler::declare_figures(std::vector<Cst> const& files) {
  for (auto const wanted : {NodeKind::function, NodeKind::measure}) {
    for (std::size_t i = 0; i < files.size(); ++i) {
      header_ = static_cast<std::uint32_t>(i);
      for (auto const node : files[i].declarations) {
        if (files[i].nodes[node].kind != wanted) continue;
        wanted == NodeKind::function ? declare_function(files[i], node) : declare_measure(files[i], node);
      }
    }
  }
}

FunctionProgram::Parameter RuleCompiler::parameter(Cst const& cst, std::uint32_t node) {
  Reader in(cst, node);
  FunctionProgram::Parameter out;
  out.name = in.take_name();
  in.skip(1);
  out.type = read_type(cst, in.take_child(), impl_, schema_, out_);
  FactKind kind{};
  if (out.type.base == Base::record) {
    // A record is passed as its plain fields, those of the records inside it too.
    std::vector<std::pair<std::string, std::uint32_t>> open{{out.name, out.type.index}};
    while (!open.empty() && out.fields.size() < 1000) {
      auto const [prefix, record] = open.back();
      open.pop_back();
      for (auto const& field : schema_.records[record].fields) {
        if (field.type.base == Base::record) open.emplace_back(prefix + "." + field.name, field.type.index);
        if (!fact_kind(field.type, kind)) continue;
        out.fields.push_back(prefix + "." + field.name);
        out.kinds.push_back(kind);
      }
    }
  } else if (fact_kind(out.type, kind)) {
    out.fields.push_back(out.name);
    out.kinds.push_back(kind);
  } else if (out.type.base != Base::error) {
    checker_.error("BY0326", in.span(), {{"found", checker_.describe(out.type)}, {"help", "a function takes plain values and records"}});
  }
  return out;
}

void RuleCompiler::declare_function(Cst const& cst, std::uint32_t node) {
  Reader in(cst, node);
  in.skip(1);
  auto const name = in.take_name();
  auto* named = schema_.find(name, NamedNode::What::function);
  if (named == nullptr || named->node != node || named->cst != &cst) return;
  FunctionProgram program;
  while (in.child().kind == NodeKind::param) program.parameters.push_back(parameter(cst, in.take_child()));
  auto const type_node = in.take_child();
  program.result = read_type(cst, type_node, impl_, schema_, out_);
  auto const& result = program.result;
  HostFunction function{name, {}, result.base == Base::money ? std::string{} : detail_of(result, impl_), result.optional};
  if (!fact_kind(result, function.result) && result.base != Base::error) {
    checker_.error("BY0326", Reader(cst, type_node).span(), {{"found", checker_.describe(result)}, {"help", "a function gives a plain value"}});
    program.result = {};
  }
  named->index = static_cast<std::uint32_t>(impl_.functions.size());
  impl_.functions.push_back(std::move(function));
  impl_.function_programs.push_back(std::move(program));
}

/// A key is a plain field; a record stands for all its plain fields, so that an address is one place.
void RuleCompiler::measure_key(Reader path, Measure& measure) {
  auto const span = path.span();
  std::vector<std::string> names{path.take_name()};
  while (path.accept(".")) names.push_back(path.take_name());
  if (names.size() > 1 && names[0] == measure.record) names.erase(names.begin());
  if (checker_.env.scopes.empty()) return;
  auto const found = checker_.walk(checker_.env.scopes.front(), names, span);
  if (!found) return;
  std::string key;
  for (auto const& name : names) key += (key.empty() ? "" : ".") + name;
  auto const add = [&](std::string path_of_field, Type const& type, bool may_miss) {
    FactKind kind{};
    if (!fact_kind(type, kind)) return false;
    measure.keys.push_back(std::move(path_of_field));
    measure.key_kinds.push_back(kind);
    measure.key_may_miss.push_back(may_miss);
    return true;
  };
  bool any = add(key, found->second, false);
  if (found->second.base == Base::record) {
    for (auto const& field : schema_.records[found->second.index].fields) any = add(key + "." + field.name, field.type, true) || any;
  }
  if (!any) checker_.error("BY0326", span, {{"found", checker_.describe(found->second)}, {"help", "a measure is kept by plain values"}});
}

void RuleCompiler::declare_measure(Cst const& cst, std::uint32_t node) {
  Reader in(cst, node);
  in.skip(1);
  auto const& name_token = in.take();
  Measure measure;
  MeasureProgram program;
  measure.name = syntax::name_of(name_token);
  measure.span = in.span_of(name_token);
  measure.kind = FactKind::decimal;
  auto* named = schema_.find(measure.name, NamedNode::What::measure);
  if (named == nullptr || named->node != node || named->cst != &cst) return;
  in.skip(1);
  measure.function = std::string(in.take().text);
  bool const counts = measure.function == "count";
  auto const value = counts ? 0 : in.take_child();
  in.accept("for");
  auto const& record_token = in.take();
  measure.record = syntax::name_of(record_token);
  enter(Kind::hold, {});
  if (auto const found = schema_.record_index.find(measure.record); found != schema_.record_index.end()) {
    // The engine computes the figure over stored records; here it is typed.
    checker_.env.scopes.push_back({measure.record, found->second, measure.record, measure_subject, {}, 0});
    if (!counts) {
      program.value = static_cast<ExprIndex>(checker_.check(cst, value));
      auto const& type = checker_.node(program.value).type;
      if (!fact_kind(type, measure.kind) && type.base != Base::error) {
        checker_.error("BY0326", Reader(cst, value).span(), {{"found", checker_.describe(type)}, {"help", "a measure adds up plain values"}});
      }
    }
    if (in.accept("where")) program.where = checker_.condition(cst, in.take_child());
  } else {
    checker_.error("BY0340", in.span_of(record_token),
                   {{"name", measure.name}, {"record", measure.record}, {"near", nearest(measure.record, schema_.record_names())}});
    if (in.accept("where")) (void)in.take_child();
  }
  in.accept("by");
  do {
    measure_key(Reader(cst, in.take_child()), measure);
  } while (in.accept(","));
  in.accept("over");
  measure.over = duration(in);
  named->index = static_cast<std::uint32_t>(impl_.measures.size());
  impl_.measures.push_back(std::move(measure));
  impl_.measure_programs.push_back(program);
}

}  // namespace bylaw::inline v0::policy
