// Orders in columns: numpy's memory as it lies, and decisions as arrays.
#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include "table.hpp"

namespace bylaw_python {

using namespace bylaw;

namespace {

policy::Memory::Form form_of(py::array const& array, std::string const& path) {
  auto const type = array.dtype();
  auto const kind = type.kind();
  auto const size = type.itemsize();
  if (type.byteorder() == '>') raise({"columns_mismatch", "the numbers have the byte order of another machine", path, "convert them first"}, "FactError");
  using Form = policy::Memory::Form;
  if (kind == 'b') return Form::u8;
  if (kind == 'i') return size == 1 ? Form::i8 : size == 2 ? Form::i16 : size == 4 ? Form::i32 : Form::i64;
  if (kind == 'u' && size < 8) return size == 1 ? Form::u8 : size == 2 ? Form::u16 : Form::u32;
  raise({"columns_mismatch",
         "whole numbers of at most 64 bits with a sign are expected, and it has " + py::str(static_cast<py::object const&>(type)).cast<std::string>(), path,
         "convert it with .astype('int64')"},
        "FactError");
}

}  // namespace

void Table::add_field(std::string const& path, py::array const& values, py::object const& valid, int scale, std::vector<std::string> dictionary) {
  policy::FieldColumn field;
  field.path = path;
  field.form = form_of(values, path);
  if (values.ndim() != 1) raise({"columns_mismatch", "one dimension is expected", path, "give a column"}, "FactError");
  field.values = values.data();
  field.count = static_cast<std::size_t>(values.size());
  if (values.strides(0) <= 0 && values.size() > 1)
    raise({"columns_mismatch", "its values do not lie one behind the other", path, "copy it first"}, "FactError");
  field.stride = static_cast<std::size_t>(values.strides(0));
  field.scale = scale;
  kept_.push_back(values);
  if (!valid.is_none()) {
    auto const bits = valid.cast<py::array_t<std::uint8_t, py::array::c_style>>();
    if (static_cast<std::size_t>(bits.size()) * 8 < field.count) raise({"columns_mismatch", "too few bits say which values there are", path, ""}, "FactError");
    field.valid = bits.data();
    kept_.push_back(bits);
  }
  if (!dictionary.empty()) {
    texts_.push_back(std::make_unique<std::vector<std::string>>(std::move(dictionary)));
    for (auto const& text : *texts_.back()) field.dictionary.push_back(text);
  }
  columns_.fields.push_back(std::move(field));
}

void Table::add_list(std::string const& path, py::array_t<std::uint32_t, py::array::c_style> const& offsets) {
  if (static_cast<std::size_t>(offsets.size()) != columns_.rows + 1)
    raise({"columns_mismatch", "one offset more than orders is expected", path, ""}, "FactError");
  columns_.lists.push_back({path, offsets.data()});
  kept_.push_back(offsets);
}

void bind_table(py::module_& module) {
  py::class_<Table>(module, "Table")
      .def(py::init<std::size_t>(), py::arg("rows"))
      .def("add_field", &Table::add_field, py::arg("path"), py::arg("values"), py::arg("valid") = py::none(), py::arg("scale") = 0,
           py::arg("dictionary") = std::vector<std::string>{})
      .def("add_list", &Table::add_list, py::arg("path"), py::arg("offsets"))
      .def_property_readonly("rows", [](Table const& self) { return self.columns().rows; });
  module.def("decide", &decide, py::arg("policy"), py::arg("table"), py::arg("now_ms"), py::arg("at"), py::arg("threads"));
}

}  // namespace bylaw_python
