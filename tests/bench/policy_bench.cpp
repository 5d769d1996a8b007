// Parsing against type checks and lints, in CPU time of one run. Prints what was asked beside what
// was measured; the exit code is 1 when a bound is not met.
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <string>

#include <bylaw/policy/policy.hpp>
#include <bylaw/values/zone.hpp>

#include "config/shipped.hpp"
#include "policy/syntax/cst.hpp"

using namespace bylaw;

namespace {

std::string numbered(char const* format, int a, int b, int c, int d) {
  char line[900];
  std::snprintf(line, sizeof line, format, a, b, c, d);
  return line;
}

/// What a set of rules is like decides what its pairwise lints cost.
struct Shape {
  char const* name;
  std::string (*condition)(int i);
};

Shape const shapes[] = {
    {"nested ranges, a few contained",
     [](int i) {
       return numbered(
           "order.total > %d.00 USD and order.channel in [web, store, b2b] and customer.segment == retail\n    and any line where line.quantity >= %d each",
           i + 5, i % 50 + 1, 0, 0);
     }},
    {"ranges that do not touch",
     [](int i) { return numbered("order.total > %d.00 USD and order.total <= %d.00 USD and order.line_count > %d", 2 * i, 2 * i + 1, i % 7, 0); }},
    {"ranges that overlap, none contained",
     [](int i) { return numbered("order.total between %d.00 USD and %d.00 USD and order.line_count <= %d", i + 1, 20000 + i, 50, 0); }},
    {"ranges against ranges, none contained", [](int i) { return numbered("order.total > %d.00 USD and order.line_count < %d", i + 1, i + 1, 0, 0); }},
    {"lists of codes",
     [](int i) {
       return numbered("ship_to.postal_code else \"\" in [\"%05d\", \"%05d\", \"%05d\"] and order.total > %d.00 USD", 3 * i, 3 * i + 1, 3 * i + 2, i % 100);
     }},
    {"alternatives",
     [](int i) { return numbered("(order.total > %d.00 USD or order.line_count > %d) and (customer.chargebacks else 0) > %d", i + 5, i % 90 + 3, i % 4, 0); }},
};

std::string policy_text(Shape const& shape, int rules) {
  std::string text = "policy p { currency USD; time zone \"UTC\"; }\n";
  for (int i = 0; i < rules; ++i) {
    text += numbered("# Agreed with the desk, see the meeting of 2026-11-%02d.\n## Stops orders that somebody has to look at.\nhold rule_%d {\n  when ",
                     i % 28 + 1, i, 0, 0);
    text += shape.condition(i) + ";  # the usual\n";
    text +=
        numbered("  unless customer.trusted;\n  reason HIGH_VALUE \"large order\";\n  blocks release; queue desk priority 10;\n  release by order_desk;\n}\n",
                 0, 0, 0, 0);
  }
  return text;
}

double cpu_ms() { return 1e3 * static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

template <class Work>
double best_of(int runs, Work work) {
  double best = 1e12;
  for (int run = 0; run < runs; ++run) {
    auto const start = cpu_ms();
    work();
    best = std::min(best, cpu_ms() - start);
  }
  return best;
}

double parse_ms(std::string const& text, int runs, bool& clean) {
  policy::Source const source{"bench.bylaw", text};
  return best_of(runs, [&] {
    policy::Diagnostics found;
    auto const cst = policy::syntax::parse(source, 0, found);
    clean = clean && found.empty() && cst.comments.size() > 10;
  });
}

bool verdict(char const* what, double measured, double bound, bool at_least) {
  bool const met = at_least ? measured >= bound : measured <= bound;
  std::printf("%-52s %8.1f   asked: %s %.0f   %s\n", what, measured, at_least ? "at least" : "at most", bound, met ? "met" : "NOT MET");
  return met;
}

}  // namespace

int main() {
  bool met = true;
  bool clean = true;
  auto const speed_text = policy_text(shapes[0], 5000);
  auto const speed_ms = parse_ms(speed_text, 7, clean);
  met &= verdict("parsing with comments kept, MB/s", static_cast<double>(speed_text.size()) / speed_ms / 1e3, 10, true);

  ZoneTable const zones({{"UTC", {{Timestamp(0), 0}}}});
  std::string schema(config::find_shipped("schema.bylaw")->text);
  auto const load = [](void* context, std::string_view, std::string_view, policy::Source& found) {
    found = {"schema.bylaw", *static_cast<std::string const*>(context)};
    return true;
  };
  for (int const rules : {1000, 10000}) {
    for (auto const& shape : shapes) {
      auto const text = policy_text(shape, rules);
      int const runs = rules > 1000 ? 3 : 5;
      auto const parsing = parse_ms(text, runs, clean);
      std::size_t findings = 0;
      auto const all = best_of(runs, [&] {
        auto const compiled = policy::Policy::compile({{"bench.bylaw", text}}, {load, &schema}, zones);
        clean = clean && !compiled.policy.empty() && compiled.policy.holds().size() == static_cast<std::size_t>(rules);
        findings = compiled.diagnostics.size();
      });
      char what[160];
      std::snprintf(what, sizeof what, "%5d rules, %s (%zu findings)", rules, shape.name, findings);
      met &= verdict(what, (all - parsing) / parsing, rules > 1000 ? 15 : 5, false);
    }
  }
  if (!clean) std::puts("a text did not parse or compile as it should: the figures mean nothing");
  return met && clean ? 0 : 1;
}
