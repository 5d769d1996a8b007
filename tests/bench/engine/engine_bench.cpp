// The engine as a host uses it, with inbox, outbox and audit, beside SQLite by hand; and what threads and a whole order cost.
#include <cstdio>
#include <filesystem>
#include <string>

#include "bench/engine/parts.hpp"

int main(int argc, char** argv) {
  // On a real disk: syncs of a folder in memory cost nothing.
  std::string const folder = argc > 1 ? argv[1] : "bench_engine";
  std::filesystem::create_directories(folder);
  bool good = durable_part(folder);
  good = threads_part(folder) && good;
  good = order_path_part(folder) && good;
  std::filesystem::remove_all(folder);
  std::printf(good ? "all targets met\n" : "A TARGET IS MISSED\n");
  return good ? 0 : 1;
}
