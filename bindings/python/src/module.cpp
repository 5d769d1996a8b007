// The module itself, and how errors of the library become exceptions.
#include "bindings.hpp"

namespace bylaw_python {

void raise(bylaw::Error const& error, char const* exception) {
  auto const type = py::module_::import("bylaw.errors").attr(exception);
  auto const instance = type(error.code, error.message, error.place, error.remedy);
  PyErr_SetObject(type.ptr(), instance.ptr());
  throw py::error_already_set();
}

}  // namespace bylaw_python

PYBIND11_MODULE(_bylaw, module) {
  module.doc() = "The compiled part of `bylaw`: use the package, which checks and explains what it is given.";
  bylaw_python::bind_policy(module);
  bylaw_python::bind_table(module);
  bylaw_python::bind_tally(module);
  bylaw_python::bind_values(module);
  bylaw_python::bind_store(module);
  bylaw_python::bind_engine(module);
}
