#include <bylaw/values/digest.hpp>
#include <bylaw/workflow/definition.hpp>

namespace bylaw::inline v0::workflow {

namespace {

void add(Digest& digest, std::vector<std::string> const& texts) {
  digest.add(static_cast<std::int64_t>(texts.size()));
  for (auto const& text : texts) digest.add(text);
}
void add(Digest& digest, Duration const& d) {
  for (auto const number : {static_cast<std::int64_t>(d.kind), d.amount, std::int64_t{d.months}}) digest.add(number);
}

}  // namespace

std::string fingerprint(Definition const& definition) {
  Digest digest;
  digest.add(definition.name);
  for (auto const start : definition.starts) digest.add(std::int64_t{start});
  for (auto const& state : definition.states) {
    digest.add(state.name);
    digest.add(state.region);
    for (auto const number : {std::int64_t{state.parent}, std::int64_t{state.final}, static_cast<std::int64_t>(state.others)}) digest.add(number);
    for (auto const start : state.starts) digest.add(std::int64_t{start});
    add(digest, state.park_for);
    add(digest, state.enter);
    add(digest, state.leave);
    for (auto const& t : state.transitions) {
      digest.add(t.event);
      add(digest, t.by);
      for (auto const number : {std::int64_t{t.timed}, std::int64_t{t.guard}, std::int64_t{t.target}}) digest.add(number);
      add(digest, t.after);
      add(digest, t.actions);
    }
  }
  return to_hex(digest.finish()).substr(0, 32);
}

}  // namespace bylaw::inline v0::workflow
