// Store files that somebody has changed: the input says which bytes of a good store are overwritten. Opening, verifying, reading and
// writing end with an error or an answer.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <unistd.h>

#include <bylaw/engine/messages.hpp>
#include <bylaw/report/report.hpp>
#include <bylaw/store/history.hpp>
#include <bylaw/store/store.hpp>
#include <bylaw/trade/command.hpp>

#include "fuzz/shop.hpp"

using namespace bylaw;

namespace {

struct Good {
  std::filesystem::path folder = "/dev/shm/bylaw_store_fuzz_" + std::to_string(getpid());
  std::string bytes;
  Good() {
    std::filesystem::create_directories(folder);
    auto const path = (folder / "good.db").string();
    {
      auto engine = fuzz::open_shop(path);
      if (!engine.close()) std::abort();
    }
    std::ifstream in(path, std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(in), {});
  }
  ~Good() { std::filesystem::remove_all(folder); }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  static Good const good;
  auto bytes = good.bytes;
  // Six bytes an edit: where (four), how many of the same (one), what.
  for (std::size_t at = 0; at + 6 <= size && at < 6 * 32; at += 6) {
    std::uint32_t place = 0;
    std::memcpy(&place, data + at, 4);
    for (std::size_t i = 0; i <= data[at + 4] % 16u; ++i) bytes[(place + i) % bytes.size()] = static_cast<char>(data[at + 5]);
  }
  if (size % 7 == 3) bytes.resize(bytes.size() / 2);
  auto const path = (good.folder / "bad.db").string();
  for (auto const* end : {"", "-wal", "-shm", "-writer"}) std::filesystem::remove(path + end);
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  (void)store::verify(path);
  if (auto reader = store::Reader::open(path)) {
    for (auto const* name : {"summary", "holds", "availability", "money", "requests", "deliveries"}) (void)report::run(*reader, name);
    (void)report::audit(*reader, "A-1");
  }
  engine::Options options;
  options.store_path = path;
  options.create = false;
  if (auto engine = engine::Engine::open(options)) {
    (void)engine->submit({"f-1", Timestamp(1'794'211'200'000), {}, trade::ReleaseHold{"A-1", "big", ""}, {}});
    (void)engine->submit({"f-2", Timestamp(1'794'211'200'000), {}, trade::ReceiveStock{"TEA", "DC1", 1, ""}, {}});
    (void)engine->health();
  }
  return 0;
}
