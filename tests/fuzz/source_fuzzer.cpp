// Policy texts: whatever the bytes, compiling ends with findings or a policy; what parses is
// formatted to the same tree, twice the same; what compiles decides, explains and documents itself.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <bylaw/policy/document.hpp>
#include <bylaw/policy/explain.hpp>
#include <bylaw/policy/format.hpp>

#include "config/shipped.hpp"
#include "policy/program/decide.hpp"

using namespace bylaw;
using namespace bylaw::policy;

namespace {

[[noreturn]] void broken(char const* law, std::string const& text) {
  std::fprintf(stderr, "%s\n----\n%s\n----\n", law, text.c_str());
  std::abort();
}

bool load(void*, std::string_view, std::string_view wanted, Source& found) {
  auto const* file = config::find_shipped(wanted);
  if (file == nullptr) return false;
  found = {std::string(file->name), std::string(file->text)};
  return true;
}

void check_format(Source const& source) {
  auto const once = format(source);
  if (has_errors(once.diagnostics)) return;
  Source const formatted{source.name, once.text};
  if (syntax_tree(source) != syntax_tree(formatted)) broken("formatting changes the tree", once.text);
  if (format(formatted).text != once.text) broken("formatting twice differs", once.text);
}

Value plain(Slot const& slot, std::int64_t number) {
  Value value = Value::of(number);
  if (slot.kind == FactKind::boolean) value.number &= 1;
  if (slot.kind == FactKind::text) value.text = "x";
  if (slot.kind == FactKind::money && slot.detail.empty()) value.text = "USD";
  if (slot.kind == FactKind::time_of_day) value.number %= 1440;
  return value;
}

/// One element in each collection, the same number in every fact.
Frame frame_of(Layout const& layout, std::int64_t number) {
  Frame frame;
  for (auto const& slot : layout.slots) frame.values.push_back(number < 0 && slot.optional ? Value{} : plain(slot, std::abs(number)));
  for (auto const& collection : layout.collections) frame.collections.push_back({frame_of(collection.layout, number)});
  return frame;
}

/// The index may not change what is decided: every hold asked gives the same hits.
void check_index(Policy const& policy, Frame const& order, Timestamp now) {
  auto const& impl = policy.impl();
  auto const decided = policy.decide_holds(order, now).hits;
  auto hit = decided.begin();
  Session session{impl, now, {}, {}, {}};
  for (std::uint32_t rule = 0; rule < impl.holds.size(); ++rule) {
    if (!in_force(impl, impl.holds[rule].info, now)) continue;
    bool const by_line = impl.holds[rule].scope_line;
    auto const lines = !by_line || impl.lines_collection < 0 ? 1 : order.collections[static_cast<std::size_t>(impl.lines_collection)].size();
    for (std::size_t i = 0; i < lines; ++i) {
      auto const expected = decide_hold(session, rule, {&order, nullptr, Subject::order, by_line ? static_cast<std::int32_t>(i) : -1});
      if (!expected) continue;
      if (hit == decided.end() || hit->rule != rule || hit->state != expected->state || hit->reads != expected->reads)
        broken("the index decides otherwise", impl.holds[rule].info.name);
      ++hit;
    }
  }
  if (hit != decided.end()) broken("the index decides too much", impl.holds[hit->rule].info.name);
}

void decide(Policy const& policy, std::int64_t number) {
  Timestamp const now(1793527200000);
  auto const of = [&](Subject subject) { return frame_of(policy.layout(subject), number); };
  auto const order = of(Subject::order);
  check_index(policy, order, now);
  (void)policy.decide_validation(order, now);
  (void)policy.decide_allocation(order, {of(Subject::candidate), of(Subject::candidate)}, now);
  (void)policy.decide_protect(of(Subject::position), now);
  (void)policy.decide_publish("web", of(Subject::position), now);
  (void)policy.decide_service(order, of(Subject::candidate), now);
  (void)policy.decide_backorder(order, order.collections.empty() ? -1 : 0, now);
  (void)policy.decide_return(order, of(Subject::return_line), now);
  Question question;
  question.kind = Kind::hold;
  question.order = &order;
  (void)explain(policy, question, now);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  static ZoneTable const zones({{"UTC", {{Timestamp(0), 0}}}, {"America/New_York", {{Timestamp(0), -5 * hour_ms}}}});
  Source const source{"fuzz.bylaw", std::string(reinterpret_cast<char const*>(data), size)};
  check_format(source);
  auto const compiled = Policy::compile({source}, {load, nullptr}, zones);
  for (auto const& found : compiled.diagnostics) (void)render(found, compiled.sources);
  if (compiled.policy.empty()) {
    if (!has_errors(compiled.diagnostics)) broken("no policy and no error", source.text);
    return 0;
  }
  auto const& nodes = compiled.policy.impl().nodes;
  for (std::size_t i = 1; i < nodes.size(); ++i) {
    if (nodes[i].type.base == Base::error) broken("a mistake that nobody reports", source.text);
  }
  (void)document(compiled.policy);
  decide(compiled.policy, 0);
  decide(compiled.policy, 7);
  decide(compiled.policy, -100000);
  decide(compiled.policy, INT64_MAX);
  return 0;
}
