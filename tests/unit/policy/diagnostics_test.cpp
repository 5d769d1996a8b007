#include <algorithm>

#include <doctest/doctest.h>

#include "fixture.hpp"

using namespace bylaw;

namespace {

std::string hold(std::string const& when) {
  return "policy p { currency USD; }\nhold h {\n  when " + when + ";\n  reason ADDRESS \"x\"; blocks release; release by order_desk;\n}\n";
}

}  // namespace

TEST_CASE("every mistake in a condition is found and named") {
  struct Row {
    std::string when;
    std::string expected;
  };
  Row const rows[] = {
      {"order.total > 100.00 USD", "ok"},
      {"order.totl > 100.00 USD", "BY0305"},
      {"order.total > 100", "BY0312"},
      {"order.total > 100.00 EUR", "BY0312"},
      {"order.total > 100.000 USD", "BY0322"},
      {"order.total > 100.00 ABC", "BY0321"},
      {"order.total == \"much\"", "BY0312"},
      {"order.channel == wbe", "BY0307"},
      {"order.channel == web", "ok"},
      {"web == order.channel", "ok"},
      {"order.channel > web", "BY0314"},
      {"order.channel in [web, store]", "ok"},
      {"order.channel in [web, moon]", "BY0307"},
      {"ship_to.country == US", "BY0310"},
      {"ship_to.country is known and ship_to.country == US", "ok"},
      {"ship_to.country is not known or ship_to.country == US", "ok"},
      {"ship_to.country else US == US", "ok"},
      {"order.total else 5.00 USD > 1.00 USD", "BY0320"},
      {"order.total", "BY0311"},
      {"any line where line.quantity > 5 each", "ok"},
      {"any line where line.quantity > 5 kg", "BY0312"},
      {"any line where line.quantity > 5", "BY0312"},
      {"any parcel where true", "BY0331"},
      {"count(line where line.item.service) > 2", "ok"},
      {"sum(line.net for line) > 5.00 USD", "ok"},
      {"max(line.net for line) > 5.00 USD", "BY0310"},
      {"max(line.net for line) else 0.00 USD > 5.00 USD", "ok"},
      {"order.lines == 3", "BY0326"},
      {"15 percent of order.total > 5.00 USD", "ok"},
      {"order.total / 0 > 5.00 USD", "BY0319"},
      {"order.total + order.line_count > 5.00 USD", "BY0318"},
      {"order.id matches \"[0-9]+(\"", "BY0317"},
      {"order.id matches \"[0-9]+\"", "ok"},
      {"order.id starts with \"W\" and not order.id contains \"-\"", "ok"},
      {"now - order.placed > 2 hours", "ok"},
      {"now - order.placed > 2 days", "BY0312"},
      {"order.placed > 2026-11-01", "ok"},
      {"date(order.placed) between 2026-11-01 and 2026-13-01", "BY0112"},
      {"nothing_here", "BY0308"},
      {"frobnicate(order.id)", "BY0332"},
  };
  for (auto const& row : rows) {
    CAPTURE(row.when);
    CHECK(codes(hold(row.when)) == row.expected);
  }
}

TEST_CASE("rules that cannot work are refused on load") {
  CHECK(codes("policy p {} hold h { reason ADDRESS \"x\"; blocks release; }") == "BY0408");
  CHECK(codes("policy p {} hold h { release by order_desk; }") == "BY0409");
  CHECK(codes("policy p {} hold h { reason NOPE \"x\"; release by order_desk; }") == "BY0309");
  CHECK(codes("policy p {} hold h { reason ADDRESS \"x\"; release by nobody; }") == "BY0306");
  CHECK(codes("policy p {} hold h { reason ADDRESS; release by order_desk; } hold h { reason ADDRESS; release by order_desk; }") == "BY0401");
  CHECK(codes("policy p {} hold h { reason ADDRESS; reason ADDRESS; release by order_desk; }") == "BY0402");
  CHECK(codes("policy p {} allocation a { when order.channel == web; from location.active; }") == "BY0416");
  CHECK(codes("policy p {} allocation a { from location.active; } allocation b { from location.active; }") == "BY0417");
  CHECK(codes("policy p {} return r { within 0 days of delivery; approve otherwise; }") == "BY0420");
  CHECK(codes("policy p {} return r { within 30 days of delivery; approve when return.matched; }") == "BY0419");
  CHECK(codes("policy p { currency USD; } return r { within no limit; fee 150 percent of return.net; approve otherwise; }") == "BY0423");
  CHECK(codes("policy p {} list l = [US];") == "BY0501");
  CHECK(codes("policy p {} define a = a; hold h { when a; reason ADDRESS; release by order_desk; }") == "BY0328");
  CHECK(codes("policy p { time zone \"Mars/Base\"; }") == "BY0208");
  CHECK(codes("use \"missing.bylaw\";") == "BY0206");
}

TEST_CASE("hostile text gets a diagnostic, never a crash") {
  CHECK(codes("hold h { when " + std::string(5000, '(')) == "BY0103");
  auto deep = std::string("policy p {} hold h { when ");
  for (int i = 0; i < 5000; ++i) deep += "not ";
  CHECK(codes(deep + "true; reason ADDRESS; release by order_desk; }").substr(0, 6) == "BY0103");
  CHECK(codes(std::string(10u << 20, 'a')) == "BY0101");
  CHECK(codes(std::string(2u << 20, 'a')) == "BY0102");
  CHECK(codes(std::string("policy p {}\0", 12)).substr(0, 6) == "BY0104");
  CHECK(codes("# \xff\xfe\n") == "BY0105");
  CHECK(codes("\xEF\xBB\xBFpolicy p {}") == "BY0106");
  CHECK(codes("policy p {}\r\nlist a = [US];\r\n") == "BY0501");
  CHECK(codes("define t = \"no end\n;").substr(0, 6) == "BY0107");
  CHECK(codes("") == "ok");
  std::string doubling = "policy p {} define d0 = 1;";
  for (int i = 1; i < 60; ++i) doubling += "define d" + std::to_string(i) + " = d" + std::to_string(i - 1) + " + d" + std::to_string(i - 1) + ";";
  CHECK(codes(doubling + "hold h { when d59 > 0; reason ADDRESS; release by order_desk; }").find("BY0405") != std::string::npos);
  CHECK(codes("use \"/etc/passwd\";") == "BY0211");
}

TEST_CASE("one bad clause costs one message, and the rest is still checked") {
  auto const found = codes(
      "policy p { currency USD; }\n"
      "hold a {\n  when order.totl > 1.00 USD\n  reason ADDRESS \"x\";\n  frobs release;\n  queue;\n  release by nobody;\n}\n"
      "hold b {\n  when order.chanel == web;\n  reason NOPE \"x\";\n  release by order_desk\n}\n"
      "lst c = [US];\n"
      "hold d {\n  when order.total > 5;\n  reason ADDRESS;\n  release by order_desk;\n}\n");
  // Nine mistakes, nine messages, in the order of the text; what seems to follow from them is not said.
  CHECK(found == "BY0201 BY0202 BY0201 BY0306 BY0305 BY0309 BY0201 BY0203 BY0312");
}

TEST_CASE("a finding shows line, underline and what to write instead") {
  auto const compiled = compile(hold("order.totl > 100.00 USD"));
  CHECK(render(compiled.diagnostics, compiled.sources) ==
        "error[BY0305]: `totl` is not a field of `order`\n"
        "  --> test.bylaw:3:8\n"
        "   |\n"
        " 3 |   when order.totl > 100.00 USD;\n"
        "   |        ^^^^^^^^^^ unknown field\n"
        "   = help: did you mean `total`?\n");
}
