// allocation_bench FOLDER: how good plans are, and how fast.
#include <cstdio>
#include <filesystem>

#include "bench/allocation/parts.hpp"

int main(int argc, char** argv) {
  std::string const folder = argc > 1 ? argv[1] : "/tmp/bylaw_allocation_bench";
  std::filesystem::create_directories(folder);
  std::printf("-- allocation\n");
  bool const engine = engine_part(folder);
  bool const oracle = oracle_part(folder);
  return engine && oracle ? 0 : 1;
}
