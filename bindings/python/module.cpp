// The thin Python side: load a policy, decide rows. No logic of its own.
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <bylaw/config/files.hpp>
#include <bylaw/wire/decisions.hpp>

namespace py = pybind11;

namespace {

struct PolicyError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Policy {
 public:
  static Policy load(std::string const& path) {
    auto zones = bylaw::config::load_zones();
    if (!zones) throw PolicyError(to_string(zones.error()));
    auto loaded = bylaw::config::load_policy({path}, *zones);
    if (!loaded) throw PolicyError(to_string(loaded.error()));
    if (!loaded->ok()) throw PolicyError(render(loaded->diagnostics, loaded->sources));
    Policy policy;
    policy.policy_ = loaded->rulebook.policy();
    return policy;
  }

  /// JSON texts in, JSON texts out; the interpreter is free meanwhile.
  std::vector<std::string> decide_json(std::vector<std::string> const& rows, std::int64_t now_ms, bool explain) const {
    std::vector<std::string> out;
    std::string problem;
    {
      py::gil_scoped_release const released;
      out.reserve(rows.size());
      for (std::size_t i = 0; i < rows.size() && problem.empty(); ++i) {
        auto decision = bylaw::wire::decide_json(policy_, rows[i], bylaw::Timestamp(now_ms), explain ? bylaw::wire::Explain::json : bylaw::wire::Explain::no);
        if (decision) out.push_back(std::move(*decision));
        else problem = "row " + std::to_string(i) + ": " + to_string(decision.error());
      }
    }
    if (!problem.empty()) throw py::value_error(problem);
    return out;
  }

  std::string version_hash() const { return policy_.version_hash(); }

 private:
  bylaw::policy::Policy policy_;
};

/// One row of a DataFrame or one dict as the nested document that rules read: the column
/// `customer.segment` becomes {"customer": {"segment": ...}}.
py::object decide(Policy const& policy, py::object const& data, py::object const& now, bool explain) {
  auto const json = py::module_::import("json");
  auto const datetime = py::module_::import("datetime").attr("datetime");
  bool const frame = py::hasattr(data, "to_dict") && py::hasattr(data, "columns");
  auto const records = frame ? data.attr("to_dict")("records") : data;
  auto const is_missing = [&](py::handle value) {
    // NaN, NaT and pandas' NA are missing facts; NaN is the value that does not equal itself.
    if (value.is_none()) return true;
    if (py::str(py::type::of(value).attr("__name__")).cast<std::string>() == "NAType") return true;
    return py::isinstance<py::float_>(value) && !value.attr("__eq__")(value).cast<bool>();
  };
  std::vector<std::string> rows;
  for (auto const record : records) {
    py::dict root;
    for (auto const& [key, value] : record.cast<py::dict>()) {
      if (is_missing(value)) continue;
      auto const path = py::str(key).attr("split")(".").cast<std::vector<std::string>>();
      py::dict at = root;
      for (std::size_t i = 0; i + 1 < path.size(); ++i) {
        if (!at.contains(path[i].c_str())) at[path[i].c_str()] = py::dict();
        at = at[path[i].c_str()].cast<py::dict>();
      }
      py::object plain = py::reinterpret_borrow<py::object>(value);
      if (py::hasattr(plain, "item") && py::hasattr(plain, "dtype")) plain = plain.attr("item")();
      bool const is_time = py::isinstance(plain, datetime);
      if (is_time) plain = plain.attr("strftime")("%Y-%m-%dT%H:%M:%SZ");
      else if (py::str(py::type::of(plain).attr("__name__")).cast<std::string>() == "Decimal") plain = py::str(plain);
      at[path.back().c_str()] = plain;
    }
    rows.push_back(json.attr("dumps")(root).cast<std::string>());
  }
  auto const time = now.is_none() ? py::module_::import("time").attr("time")().cast<double>() : now.attr("timestamp")().cast<double>();
  py::list out;
  for (auto const& text : policy.decide_json(rows, static_cast<std::int64_t>(time) * 1000, explain)) out.append(json.attr("loads")(text));
  return out;
}

}  // namespace

PYBIND11_MODULE(bylaw, module) {
  module.doc() = "Order, stock and return policies as typed text files.";
  py::register_exception<PolicyError>(module, "PolicyError");
  py::class_<Policy>(module, "Policy", "A compiled policy set: immutable, safe to share between threads.")
      .def_static("load", &Policy::load, py::arg("path"),
                  "Load a policy file or folder.\n\nRaises PolicyError with the findings rendered as `bylaw check` prints them.")
      .def("decide", &decide, py::arg("data"), py::arg("now") = py::none(), py::arg("explain") = false,
           "Decide a DataFrame (columns named by path, such as `order.total`) or an iterable of dicts.\n\n"
           "Money is text with its currency ('12.50 USD') or a Decimal; missing values are missing facts.\n"
           "Returns one dict per row, in order. Raises ValueError naming row, fact and expected type.")
      .def_property_readonly("version_hash", &Policy::version_hash, "SHA-256 over names and texts of all files.");
}
