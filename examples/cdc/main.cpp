// A reader of changes beside a running host: it follows the view `outbox_debezium`, prints what is new, and remembers where it was.
//
//   cdc_reader STORE POSITION_FILE [ROUNDS]
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>

#include <bylaw/store/reader.hpp>

using namespace bylaw;

namespace {

std::string read_position(char const* file) {
  std::string position;
  std::ifstream(file) >> position;
  return position.empty() ? "0" : position;
}

/// Whole or not at all: a position that is half written would lose or repeat changes.
bool write_position(std::string const& file, std::string const& position) {
  auto const part = file + ".part";
  std::ofstream out(part);
  out << position << "\n";
  out.close();
  return out.good() && std::rename(part.c_str(), file.c_str()) == 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return std::puts("usage: cdc_reader STORE POSITION_FILE [ROUNDS]"), 2;
  auto reader = store::Reader::open(argv[1]);
  if (!reader) return std::fprintf(stderr, "%s\n", to_string(reader.error()).c_str()), 1;
  auto const rounds = argc > 3 ? std::atoi(argv[3]) : INT32_MAX;
  auto position = read_position(argv[2]);
  for (int round = 0; round < rounds; ++round) {
    auto const changes = reader->query(
        "SELECT id, aggregatetype, aggregateid, type, timestamp, payload FROM outbox_debezium WHERE id > CAST(?1 AS INTEGER) ORDER BY id LIMIT 1000",
        {position});
    if (!changes) return std::fprintf(stderr, "%s\n", to_string(changes.error()).c_str()), 1;
    for (auto const& row : changes->rows) {
      std::printf("%s %s/%s %s %s %s\n", row[0].c_str(), row[1].c_str(), row[2].c_str(), row[3].c_str(), row[4].c_str(), row[5].c_str());
    }
    // Printed first and remembered afterwards: after a crash the last ones come again, and none is left out.
    std::fflush(stdout);
    if (!changes->rows.empty()) {
      position = changes->rows.back()[0];
      if (!write_position(argv[2], position)) return std::perror(argv[2]), 1;
    } else {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }
}
