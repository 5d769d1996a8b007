// Decisions of generated policies about generated orders, by five ways that must agree: the index with the
// evaluator (facts in Frames), the batches over host structs and over columns, the evaluator over every
// rule, and the slow reference of this folder. BYLAW_DECISIONS sets how many orders are decided.
#include <algorithm>
#include <cstdlib>
#include <set>

#include <doctest/doctest.h>

#include "../../unit/policy/fixture.hpp"
#include "generator.hpp"
#include "policy/program/decide.hpp"
#include "reference.hpp"
#include "table.hpp"

using namespace bylaw;

namespace {

Timestamp const now(1'772'700'000'000);  // 2026-03-05

/// Every rule asked, in the order of rules and lines: what the index may never change.
policy::HoldDecision ask_all(policy::Policy const& held, policy::Frame const& order) {
  auto const& impl = held.impl();
  policy::HoldDecision out;
  policy::Session session{impl, now, {}, {}, {}};
  for (std::uint32_t rule = 0; rule < impl.holds.size(); ++rule) {
    if (!policy::in_force(impl, impl.holds[rule].info, now)) continue;
    bool const by_line = impl.holds[rule].scope_line;
    auto const lines = static_cast<std::size_t>(impl.lines_collection);
    auto const count = by_line ? static_cast<std::int32_t>(order.collections[lines].size()) : 1;
    for (std::int32_t i = 0; i < count; ++i) {
      if (auto hit = policy::decide_hold(session, rule, {&order, nullptr, policy::Subject::order, by_line ? i : -1})) out.hits.push_back(std::move(*hit));
    }
  }
  return out;
}

std::string text_of(policy::HoldHit const& hit) {
  auto out = std::to_string(hit.rule) + "/" + std::to_string(hit.line) + " " + std::to_string(static_cast<int>(hit.state)) + " " + hit.error;
  for (auto const& read : hit.reads) out += " " + read.path + "=" + read.value;
  return out;
}

std::string text_of(policy::HoldDecision const& decision) {
  std::string out;
  for (auto const& hit : decision.hits) out += text_of(hit) + "\n";
  return out;
}

/// What the slow reference says otherwise than the evaluator; empty when they agree.
std::string differs(policy::Policy const& held, policy::Frame const& order, policy::HoldDecision const& decision) {
  auto const& impl = held.impl();
  std::size_t at = 0;
  for (std::uint32_t rule = 0; rule < impl.holds.size(); ++rule) {
    auto const& program = impl.hold_programs[rule];
    bool const by_line = impl.holds[rule].scope_line;
    auto const count = by_line ? static_cast<std::int32_t>(order.collections[static_cast<std::size_t>(impl.lines_collection)].size()) : 1;
    for (std::int32_t i = 0; i < count; ++i) {
      auto const line = by_line ? i : -1;
      auto const* hit = at < decision.hits.size() && decision.hits[at].rule == rule && decision.hits[at].line == line ? &decision.hits[at] : nullptr;
      if (hit != nullptr) ++at;
      // What waits for facts is not a question of one condition.
      if (!program.awaits.empty()) continue;
      auto const here = "rule " + std::to_string(rule) + " line " + std::to_string(line);
      if (!policy::in_force(impl, impl.holds[rule].info, now)) {
        if (hit != nullptr) return here + ": a rule that is not in force";
        continue;
      }
      auto const answer = ask_reference(held, program.guard, program.clears_when, order, line);
      bool const expected = answer.failed || answer.holds;
      if (expected != (hit != nullptr)) return here + (expected ? ": a hit is lacking" : ": a hit too many");
      if (hit == nullptr) continue;
      if ((hit->state == policy::HoldState::failed) != answer.failed) return here + ": failed or not";
      if (hit->reads != answer.reads) return here + ": other facts were read";
    }
  }
  return at == decision.hits.size() ? "" : "hits out of order";
}

std::string text_of(policy::HoldBatch const& batch, std::size_t row) {
  std::string out;
  for (auto const* hit = batch.begin(row); hit != batch.end(row); ++hit) {
    out += std::to_string(hit->rule()) + "/" + std::to_string(hit->line()) + " " + std::to_string(static_cast<int>(hit->state())) + "\n";
  }
  return out;
}

std::string short_text_of(policy::HoldDecision const& decision) {
  std::string out;
  for (auto const& hit : decision.hits)
    out += std::to_string(hit.rule) + "/" + std::to_string(hit.line) + " " + std::to_string(static_cast<int>(hit.state)) + "\n";
  return out;
}

/// A policy of rules that compile: those that the checker refuses, because they contradict themselves, are taken out.
policy::Policy make_policy(Generator& generator, int count) {
  std::vector<std::string> rules;
  for (int i = 0; i < count; ++i) rules.push_back(generator.rule(i));
  for (;;) {
    auto text = Generator::schema();
    std::vector<std::size_t> ends;
    for (auto const& rule : rules) ends.push_back((text += rule).size());
    auto const compiled = compile(text);
    if (!compiled.policy.empty()) {
      // A mistake that nobody reports would be a condition that is silently false.
      auto const& nodes = compiled.policy.impl().nodes;
      REQUIRE(std::none_of(nodes.begin() + 1, nodes.end(), [](policy::Expr const& expr) { return expr.type.base == policy::Base::error; }));
      return compiled.policy;
    }
    std::set<std::size_t> refused;
    for (auto const& d : compiled.diagnostics) {
      if (d.severity != policy::Severity::error) continue;
      auto const at = d.labels.at(0).span.begin_offset;
      refused.insert(static_cast<std::size_t>(std::upper_bound(ends.begin(), ends.end(), at) - ends.begin()));
    }
    REQUIRE(*refused.rbegin() < rules.size());
    for (auto rule = refused.rbegin(); rule != refused.rend(); ++rule) rules.erase(rules.begin() + static_cast<std::ptrdiff_t>(*rule));
  }
}

void check_policy(std::uint32_t seed, std::size_t orders_count) {
  Generator generator(seed);
  static int const sizes[] = {1, 3, 8, 20, 70, 140};
  int const rules = seed % 50 == 0 ? 1100 : sizes[generator.pick(6)];
  CAPTURE(seed);
  auto const held = make_policy(generator, rules);
  policy::Symbols symbols;
  auto const binding = test_binding(symbols);
  auto const reader = binding.reader(held, policy::Subject::order, {policy::Kind::hold});
  auto const decider = binding.hold_decider(held);
  REQUIRE_MESSAGE(decider, (decider ? "" : to_string(decider.error())));
  std::vector<TestOrder> orders;
  for (std::size_t i = 0; i < orders_count; ++i) orders.push_back(generator.order(symbols));
  policy::HoldBatch batch;
  decider->decide(orders.data(), orders.size(), now, batch);
  Table const table(orders, symbols);
  policy::HoldBatch columns;
  auto const by_columns = policy::decide_holds(held, table.columns, now, columns);
  REQUIRE_MESSAGE(by_columns, (by_columns ? "" : to_string(by_columns.error())));
  policy::HoldBatch single;
  for (std::size_t i = 0; i < orders.size(); ++i) {
    CAPTURE(i);
    auto frame = reader->read(orders[i]);
    REQUIRE(frame);
    auto const all = ask_all(held, *frame);
    auto const indexed = held.decide_holds(*frame, now);
    if (text_of(indexed) != text_of(all)) FAIL("by index:\n" << text_of(indexed) << "all:\n" << text_of(all));
    if (text_of(batch, i) != short_text_of(all)) FAIL("batch:\n" << text_of(batch, i) << "all:\n" << short_text_of(all));
    if (text_of(columns, i) != text_of(batch, i)) FAIL("columns:\n" << text_of(columns, i) << "batch:\n" << text_of(batch, i));
    decider->decide(&orders[i], 1, now, single);
    if (text_of(single, 0) != text_of(batch, i)) FAIL("one:\n" << text_of(single, 0) << "batch:\n" << text_of(batch, i));
    auto const other = differs(held, *frame, all);
    if (!other.empty()) FAIL(other << "\n" << text_of(all));
    generator.damage(held, *frame);
    auto const damaged = ask_all(held, *frame);
    auto const damaged_indexed = held.decide_holds(*frame, now);
    if (text_of(damaged_indexed) != text_of(damaged)) FAIL("damaged, by index:\n" << text_of(damaged_indexed) << "all:\n" << text_of(damaged));
    auto const damaged_other = differs(held, *frame, damaged);
    if (!damaged_other.empty()) FAIL("damaged: " << damaged_other << "\n" << text_of(damaged));
  }
}

}  // namespace

TEST_CASE("the index, the batches, the evaluator and a slow reference decide alike") {
  char const* const wanted = std::getenv("BYLAW_DECISIONS");
  std::size_t const decisions = wanted == nullptr ? 5'000 : std::strtoull(wanted, nullptr, 10);
  std::size_t done = 0;
  for (std::uint32_t seed = 1; done < decisions; ++seed) {
    std::size_t const orders = seed % 50 == 0 ? 20 : 130;
    check_policy(seed, orders);
    done += orders;
  }
  MESSAGE(done << " orders decided");
}
