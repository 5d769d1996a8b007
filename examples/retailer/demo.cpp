// Runs the whole job on the example retailer and shows what happened: `make demo`.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

namespace {

namespace fs = std::filesystem;

int call(std::string const& title, std::string const& command, bool quiet = false) {
  if (!quiet) std::printf("\n== %s\n", title.c_str());
  std::fflush(stdout);
  auto const status = std::system(command.c_str());
  return status == -1 ? 127 : (status >> 8) & 0xff;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return std::fputs("usage: retailer_demo BYLAW EXAMPLE_FOLDER WORK_FOLDER\n", stderr), 2;
  std::string const bylaw = argv[1];
  std::string const policy = std::string(argv[2]) + "/policy";
  fs::path const work = argv[3];
  std::error_code error;
  fs::remove_all(work, error);
  fs::create_directories(work, error);
  if (error) return std::fprintf(stderr, "cannot make %s: %s\n", work.c_str(), error.message().c_str()), 1;
  auto const store = (work / "retailer.db").string();
  auto const feed = (work / "feed.jsonl").string();
  auto const generate = (fs::path(argv[0]).parent_path() / "retailer_generate").string();

  std::printf("A year of a mid-size retailer: %s\n", feed.c_str());
  if (call("", generate + " 1 8000 > " + feed, true) != 0) return 1;
  if (call("The policies are sound", bylaw + " check " + policy) != 0) return 1;
  // Exit code 1 says that some commands were refused: the feed has faults on purpose.
  if (call("Running the feed", bylaw + " run --store " + store + " --policy " + policy + " " + feed + " > " + (work / "outcomes.jsonl").string()) > 1) return 1;
  std::printf("outcomes: %s\n", (work / "outcomes.jsonl").c_str());
  for (auto const* report : {"summary", "orders", "queues", "held", "returns", "stock", "money", "margin"}) {
    if (call(std::string("bylaw report ") + report, bylaw + " report --store " + store + " " + report) != 0) return 1;
  }
  if (call("bylaw audit of one order", bylaw + " audit --store " + store + " --order W100001") != 0) return 1;
  return call("bylaw verify", bylaw + " verify --store " + store);
}
