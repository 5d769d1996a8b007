// A store that is read while its host goes on: reports, audit trails, the journal.
#include <pybind11/stl.h>

#include <mutex>

#include <bylaw/config/files.hpp>
#include <bylaw/report/report.hpp>
#include <bylaw/store/store.hpp>

#include "bindings.hpp"

namespace bylaw_python {

using namespace bylaw;

namespace {

class StoreReader {
 public:
  explicit StoreReader(std::string path) : path_(std::move(path)), reader_(value_or_raise(store::Reader::open(path_), "StoreError")) {}

  py::tuple report(std::string const& name) {
    auto const zones = value_or_raise(config::load_zones());
    return asked([&] { return report::run(reader_, name, zones); });
  }
  py::tuple audit(std::string const& subject) {
    return asked([&] { return report::audit(reader_, subject); });
  }
  py::tuple standing(std::string const& subject) {
    return asked([&] { return report::standing(reader_, subject); });
  }
  /// The commands of the journal after one, in order, at most so many.
  py::tuple journal(std::int64_t after, std::int64_t count_max) {
    return asked([&] { return report::journal(reader_, after, count_max); });
  }
  py::dict verify() {
    auto const verified = without_gil([&] { return store::verify(path_); });
    if (!verified) raise(verified.error(), "StoreError");
    py::dict out;
    out["intact"] = verified->findings.empty();
    out["findings"] = verified->findings;
    out["commits"] = verified->commits;
    out["transfers"] = verified->transfers;
    out["subjects"] = verified->subjects;
    out["state"] = verified->state_hash;
    return out;
  }

 private:
  /// The answer to one question; the reader's connection is for one thread at a time.
  template <class Question>
  py::tuple asked(Question const& question) {
    auto const table = without_gil([&] {
      std::lock_guard const alone(busy_);
      return question();
    });
    if (!table) raise(table.error(), "StoreError");
    return py::make_tuple(table->columns, std::vector<bool>(table->numeric), table->rows);
  }

  std::string path_;
  std::mutex busy_;
  store::Reader reader_;
};

}  // namespace

void bind_store(py::module_& module) {
  py::class_<StoreReader>(module, "StoreReader")
      .def(py::init<std::string>(), py::arg("path"))
      .def("report", &StoreReader::report, py::arg("name"))
      .def("audit", &StoreReader::audit, py::arg("subject"))
      .def("standing", &StoreReader::standing, py::arg("subject"))
      .def("journal", &StoreReader::journal, py::arg("after"), py::arg("count_max"))
      .def("verify", &StoreReader::verify);
  module.def("reports", [] {
    py::list out;
    for (auto const& entry : report::list()) out.append(py::make_tuple(entry.name, entry.about));
    return out;
  });
}

}  // namespace bylaw_python
