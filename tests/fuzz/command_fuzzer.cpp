// Commands as JSON: whatever the bytes, they are read as they were meant or refused; what is read is written and read again as the same; and
// the engine answers it, over a store that is intact afterwards.
#include <cstdint>
#include <cstdlib>
#include <string>

#include <bylaw/engine/engine.hpp>
#include <bylaw/store/store.hpp>
#include <bylaw/wire/commands.hpp>

#include "fuzz/shop.hpp"

using namespace bylaw;

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const text(reinterpret_cast<char const*>(data), size);
  auto const batch = wire::parse_batch(text);
  if (!batch) return 0;
  for (auto const& command : batch->commands) {
    auto const written = wire::to_json(command);
    auto const again = wire::parse_command(written);
    if (!again || wire::to_json(*again) != written) std::abort();
  }
  static int number = 0;
  auto const path = "memory:fuzz-" + std::to_string(number++);
  auto engine = fuzz::open_shop(path);
  auto const outcomes = batch->together ? engine.submit_together(batch->commands) : engine.submit(batch->commands);
  if (!outcomes) std::abort();
  if (outcomes->size() != batch->commands.size()) std::abort();
  auto const verified = store::verify(path);
  if (!verified || !verified->findings.empty()) std::abort();
  return 0;
}
