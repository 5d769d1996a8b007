#include <bylaw/wire/csv.hpp>

#include <cstring>

#include <csv.h>
#include <simdjson.h>

namespace bylaw::inline v0::wire {

struct CsvReader::Impl {
  std::string file;
  Sink sink;
  csv_parser parser{};
  std::string rest;  ///< the line that has not ended yet
  std::vector<std::string> fields;
  std::size_t columns = 0;
  std::int64_t line = 0;      ///< lines fed so far
  std::int64_t row_line = 1;  ///< where the current row began
  std::size_t row_bytes = 0;  ///< a quote without its partner must not swallow the file
  Error error;
  bool ended = true;

  void fail(char const* code, std::string message, std::int64_t at, std::string remedy) {
    if (error.code.empty()) error = {code, std::move(message), file + ":" + std::to_string(at), std::move(remedy)};
  }

  static void on_field(void* bytes, std::size_t size, void* self) { static_cast<Impl*>(self)->fields.emplace_back(static_cast<char const*>(bytes), size); }

  static void on_row(int, void* self) { static_cast<Impl*>(self)->end_row(); }

  void end_row() {
    Result<void> done;
    if (!error.code.empty()) return;
    if (columns == 0) {
      columns = fields.size();
      done = sink.header(sink.context, fields);
    } else if (fields.size() != columns) {
      fail("bad_csv", "this row has " + std::to_string(fields.size()) + " fields, the header has " + std::to_string(columns), row_line,
           "the file is cut off here, or a comma or quote is missing");
    } else {
      done = sink.row(sink.context, {row_line, fields});
    }
    if (!done) {
      error = done.error();
      if (error.place.empty()) error.place = file + ":" + std::to_string(row_line);
    }
    fields.clear();
    row_bytes = 0;
    row_line = line + 1;
  }

  /// One line at a time, so that findings can name it.
  Result<void> feed_line(std::string_view text) {
    ++line;
    row_bytes += text.size();
    if (row_bytes > line_bytes_max) {
      fail("bad_csv", "a double quote that opens here is never closed", row_line, "close it; quotes inside a quoted field are written twice");
    }
    if (!simdjson::validate_utf8(text.data(), text.size())) {
      fail("bad_encoding", "this line is not UTF-8", line, "convert the file first: iconv -f WINDOWS-1252 -t UTF-8");
    }
    if (error.code.empty() && csv_parse(&parser, text.data(), text.size(), on_field, on_row, this) != text.size() && error.code.empty()) {
      bool const quote = csv_error(&parser) == CSV_EPARSE;
      fail("bad_csv", quote ? "a double quote stands in the middle of a field" : std::string("the row cannot be read: ") + csv_strerror(csv_error(&parser)),
           line, "write quotes inside a quoted field twice");
    }
    if (!error.code.empty()) return Unexpected{error};
    return {};
  }

  Result<void> too_long() {
    fail("line_too_long", "this line is longer than 1 MB", line + 1, "the file is not CSV with one record a line, or a quote is missing");
    return Unexpected{error};
  }
};

CsvReader::CsvReader(std::string file_name, Sink sink) : impl_(new Impl) {
  impl_->file = std::move(file_name);
  impl_->sink = sink;
  csv_init(&impl_->parser, CSV_STRICT | CSV_STRICT_FINI);
  // Blanks around a field are part of it.
  csv_set_space_func(&impl_->parser, [](unsigned char) { return 0; });
}

CsvReader::~CsvReader() {
  csv_free(&impl_->parser);
  delete impl_;
}

bool CsvReader::ended_with_line_break() const noexcept { return impl_->ended; }

Result<void> CsvReader::feed(std::string_view bytes) {
  if (impl_->line == 0 && impl_->rest.empty() && bytes.substr(0, 3) == "\xEF\xBB\xBF") bytes.remove_prefix(3);
  while (!bytes.empty()) {
    auto const newline = bytes.find('\n');
    if (newline == std::string_view::npos) {
      if (impl_->rest.size() + bytes.size() > line_bytes_max) return impl_->too_long();
      impl_->rest.append(bytes);
      return {};
    }
    auto line = bytes.substr(0, newline + 1);
    bytes.remove_prefix(newline + 1);
    if (impl_->rest.size() + line.size() > line_bytes_max) return impl_->too_long();
    Result<void> done;
    if (impl_->rest.empty()) {
      done = impl_->feed_line(line);
    } else {
      impl_->rest.append(line);
      done = impl_->feed_line(impl_->rest);
      impl_->rest.clear();
    }
    if (!done) return done;
  }
  return {};
}

Result<void> CsvReader::finish() {
  impl_->ended = impl_->rest.empty();
  if (!impl_->rest.empty()) {
    if (auto const done = impl_->feed_line(impl_->rest); !done) return done;
    impl_->rest.clear();
  }
  if (csv_fini(&impl_->parser, Impl::on_field, Impl::on_row, impl_) != 0) {
    impl_->fail("bad_csv", "a double quote that opens here is never closed", impl_->row_line, "close it, or the file is cut off");
  }
  if (impl_->columns == 0) impl_->fail("bad_csv", "the file is empty", 1, "the first row names the columns");
  if (!impl_->error.code.empty()) return Unexpected{impl_->error};
  return {};
}

}  // namespace bylaw::inline v0::wire
