// Policies: loading, what they read, and decisions of single documents.
#include <pybind11/stl.h>

#include <algorithm>

#include <bylaw/config/files.hpp>
#include <bylaw/policy/rules.hpp>
#include <bylaw/rulebook/kept.hpp>
#include <bylaw/wire/decisions.hpp>
#include <bylaw/wire/facts.hpp>

#include "bindings.hpp"

namespace bylaw_python {

using namespace bylaw;

policy::Slot const* find_slot(policy::Layout const& layout, std::string_view path) {
  for (auto const& slot : layout.slots) {
    if (slot.path == path) return &slot;
  }
  for (auto const& collection : layout.collections) {
    if (auto const* slot = find_slot(collection.layout, path)) return slot;
  }
  return nullptr;
}

namespace {

std::shared_ptr<ZoneTable const> zones() {
  auto loaded = value_or_raise(config::load_zones());
  return std::make_shared<ZoneTable const>(std::move(loaded));
}

py::list diagnostics_of(rulebook::Loaded const& loaded) {
  py::list out;
  for (auto const& finding : loaded.diagnostics) {
    py::dict row;
    row["code"] = finding.code;
    row["severity"] = finding.severity == policy::Severity::error ? "error" : "warning";
    row["message"] = finding.message;
    row["help"] = finding.help;
    row["file"] = py::none();
    row["line"] = py::none();
    row["column"] = py::none();
    if (!finding.labels.empty()) {
      auto const& span = finding.labels[0].span;
      if (span.source_index < loaded.sources.size()) {
        auto const at = policy::position_of(loaded.sources[span.source_index], span.begin_offset);
        row["file"] = loaded.sources[span.source_index].name;
        row["line"] = at.line;
        row["column"] = at.column;
      }
    }
    out.append(row);
  }
  return out;
}

LoadedPolicy finish(rulebook::Loaded loaded, std::shared_ptr<ZoneTable const> zones) {
  if (!loaded.ok()) {
    auto const type = py::module_::import("bylaw.errors").attr("PolicyError");
    auto const instance = type(render(loaded.diagnostics, loaded.sources), diagnostics_of(loaded));
    PyErr_SetObject(type.ptr(), instance.ptr());
    throw py::error_already_set();
  }
  return {std::move(loaded.rulebook), std::move(zones)};
}

LoadedPolicy load(std::vector<std::string> const& paths) {
  auto all = zones();
  auto loaded = without_gil([&] { return config::load_policy(paths, *all); });
  if (!loaded) raise(loaded.error());
  return finish(std::move(*loaded), std::move(all));
}

LoadedPolicy from_texts(std::vector<std::pair<std::string, std::string>> const& texts) {
  auto all = zones();
  std::vector<policy::Source> roots;
  for (auto const& [name, text] : texts) roots.push_back({name, text});
  auto loaded = without_gil([&] { return config::load_texts(std::move(roots), *all); });
  return finish(std::move(loaded), std::move(all));
}

/// The same set as `kept` said, on another machine or in another process: files that are `use`d are among the texts.
LoadedPolicy from_kept(std::vector<std::tuple<std::string, std::string, bool>> const& files) {
  auto all = zones();
  std::vector<rulebook::KeptFile> kept;
  for (auto const& [name, text, root] : files) kept.push_back({name, text, root});
  auto loaded = without_gil([&] { return rulebook::load_kept(kept, *all); });
  return finish(std::move(loaded), std::move(all));
}

py::list kept(LoadedPolicy const& self) {
  auto const& roots = self.policy().roots();
  py::list out;
  for (auto const& source : self.policy().sources()) {
    out.append(py::make_tuple(source.name, source.text, std::find(roots.begin(), roots.end(), source.name) != roots.end()));
  }
  return out;
}

void describe(policy::Policy const& policy, policy::Layout const& layout, std::string const& list, py::list& out) {
  for (auto const& slot : layout.slots) {
    py::dict row;
    row["path"] = slot.path;
    row["kind"] = policy::type_name(slot.kind);
    row["optional"] = slot.optional;
    row["detail"] = slot.detail;
    row["list"] = list;
    row["holds"] = slot.is_read_by(policy::Kind::hold);
    row["values"] = slot.kind == policy::FactKind::symbol ? py::cast(policy.enumeration_values(slot.detail)) : py::object(py::none());
    out.append(row);
  }
  for (auto const& collection : layout.collections) {
    py::dict row;
    row["path"] = collection.path;
    row["kind"] = "list";
    row["optional"] = true;
    row["detail"] = collection.record;
    row["list"] = list;
    row["holds"] = collection.is_read_by(policy::Kind::hold);
    row["values"] = py::none();
    out.append(row);
    describe(policy, collection.layout, collection.path, out);
  }
}

py::list facts(LoadedPolicy const& self) {
  py::list out;
  describe(self.policy(), self.policy().layout(policy::Subject::order), "", out);
  return out;
}

py::list holds(LoadedPolicy const& self) {
  py::list out;
  for (auto const& rule : self.policy().holds()) {
    py::dict row;
    row["name"] = rule.info.name;
    row["file"] = rule.info.file;
    row["comment"] = rule.info.comment;
    row["scope"] = rule.scope_line ? "line" : "order";
    row["reason"] = rule.reason.code;
    row["text"] = rule.reason.text;
    row["queue"] = rule.queue;
    row["priority"] = rule.priority;
    row["blocks"] = rule.blocks;
    row["release_by"] = rule.release_by;
    out.append(row);
  }
  return out;
}

/// What is wrong with a path of an order's fact, with what was meant; nothing when the schema has it.
std::string problem_of(LoadedPolicy const& self, std::string const& path) {
  if (!path.starts_with("order.")) return {};
  policy::FieldInfo found;
  return policy::find_path(self.policy(), path, found);
}

/// JSON texts in, JSON texts out; the interpreter is free meanwhile.
std::vector<std::string> decide_json(LoadedPolicy const& self, std::vector<std::string> const& documents, std::int64_t now_ms, int explain) {
  std::vector<std::string> out;
  Error problem;
  std::size_t row = 0;
  {
    py::gil_scoped_release const released;
    out.reserve(documents.size());
    for (; row < documents.size() && problem.code.empty(); ++row) {
      auto decided = wire::decide_json(self.policy(), documents[row], Timestamp(now_ms), static_cast<wire::Explain>(explain));
      if (decided) out.push_back(std::move(*decided));
      else problem = decided.error();
    }
  }
  if (!problem.code.empty()) {
    problem.message = "row " + std::to_string(row - 1) + ": " + (problem.place.empty() ? "" : problem.place + ": ") + problem.message;
    raise(problem, "FactError");
  }
  return out;
}

std::vector<std::string> unknown_facts(LoadedPolicy const& self, std::string const& document) {
  auto const json = value_or_raise(wire::parse_json(document), "FactError");
  std::vector<std::string> out;
  for (auto const& error : wire::find_unknown_facts(self.policy(), json)) out.push_back(to_string(error));
  return out;
}

}  // namespace

void bind_policy(py::module_& module) {
  py::class_<LoadedPolicy>(module, "Policy")
      .def_static("load", &load, py::arg("paths"))
      .def_static("from_texts", &from_texts, py::arg("texts"))
      .def_static("from_kept", &from_kept, py::arg("files"))
      .def("decide_json", &decide_json, py::arg("documents"), py::arg("now_ms"), py::arg("explain"))
      .def("unknown_facts", &unknown_facts, py::arg("document"))
      .def("facts", &facts)
      .def("holds", &holds)
      .def("kept", &kept)
      .def("currencies",
           [](LoadedPolicy const& self) {
             std::vector<std::string> out;
             for (auto const& header : self.policy().headers()) out.emplace_back(header.currency.code());
             return out;
           })
      .def("problem_of", &problem_of, py::arg("path"))
      .def("version_hash", [](LoadedPolicy const& self) { return self.policy().version_hash(); });
}

}  // namespace bylaw_python
