// allocation_bench FOLDER [engine|oracle]: how good plans are, and how fast.
#include <cstdio>
#include <filesystem>

#include "bench/allocation/parts.hpp"

int main(int argc, char** argv) {
  std::string const folder = argc > 1 ? argv[1] : "/tmp/bylaw_allocation_bench";
  std::filesystem::create_directories(folder);
  std::printf("-- allocation\n");
  std::string const only = argc > 2 ? argv[2] : "";
  bool const engine = only == "oracle" || engine_part(folder);
  bool const oracle = only == "engine" || oracle_part(folder);
  return engine && oracle ? 0 : 1;
}
