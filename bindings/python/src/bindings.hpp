// What the files of the extension share. Each binds one part of the library; nothing is decided here.
#pragma once
#include <pybind11/pybind11.h>

#include <memory>
#include <string>

#include <bylaw/policy/columns.hpp>
#include <bylaw/rulebook/rulebook.hpp>
#include <bylaw/values/error.hpp>
#include <bylaw/values/zone.hpp>

namespace bylaw_python {

namespace py = pybind11;

/// Raises the exception class of `bylaw.errors` that fits the error, with its code, place and remedy.
[[noreturn]] void raise(bylaw::Error const& error, char const* exception = "BylawError");

template <class T>
T value_or_raise(bylaw::Result<T> result, char const* exception = "BylawError") {
  if (!result) raise(result.error(), exception);
  return std::move(*result);
}

/// What a call of the library comes to, while other threads of Python go on.
template <class Call>
auto without_gil(Call const& call) {
  py::gil_scoped_release const released;
  return call();
}

/// A compiled policy set with the zones that it was compiled with.
struct LoadedPolicy {
  bylaw::rulebook::Rulebook book;
  std::shared_ptr<bylaw::ZoneTable const> zones;
  [[nodiscard]] bylaw::policy::Policy const& policy() const { return book.policy(); }
};

/// A slot of the order's layout that rules read, by its path; the collection it belongs to is in its path. nullptr: no rule reads it.
bylaw::policy::Slot const* find_slot(bylaw::policy::Layout const& layout, std::string_view path);

void bind_policy(py::module_& module);
void bind_table(py::module_& module);
void bind_tally(py::module_& module);
void bind_values(py::module_& module);
void bind_store(py::module_& module);
void bind_engine(py::module_& module);

}  // namespace bylaw_python
