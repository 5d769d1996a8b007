// Allocation, protection, publication and backorders: who gets which stock.
#include "policy/types/rules.hpp"

namespace bylaw::inline v0::policy {

using syntax::Cst;

void RuleCompiler::compile_allocation(Cst const& cst, std::uint32_t node) {
  AllocationRule rule;
  AllocationProgram program;
  rule.info = begin(cst, node, Kind::allocation, {"require"});
  enter(Kind::allocation, {Subject::order});
  auto const common = compile_common(cst, node, rule.info);
  // The rule is chosen by the order alone; the other clauses look at each candidate.
  if (auto candidate = checker_.subject_scope(Subject::candidate, 1)) {
    checker_.env.scopes.push_back(std::move(*candidate));
    checker_.env.level = 1;
  }
  each_clause(cst, node, [&](Clause& in) { allocation_clause(in, rule, program); });
  need(program.from >= 0, rule.info, "allocation", "from", "from location.active;");
  place(impl_.allocations, impl_.allocation_programs, std::move(rule), std::move(program), common);
}

void RuleCompiler::allocation_clause(Clause& in, AllocationRule& rule, AllocationProgram& program) {
  auto const& cst = in.cst();
  if (in.accept("from")) {
    program.from = checker_.condition(cst, in.take_child());
    checker_.assume(program.from);
  } else if (in.accept("require")) {
    program.require.push_back(checker_.condition(cst, in.take_child()));
  } else if (in.accept("prefer")) {
    do {
      Preference preference;
      preference.highest = in.take().text == "highest";
      preference.fact = checker_.fact(cst, in.take_child());
      if (preference.fact >= 0) program.prefer.push_back(preference);
    } while (in.accept(","));
  } else if (in.accept("keep")) {
    rule.keep_safety_stock = in.accept("safety");
    if (!rule.keep_safety_stock) program.keep = checker_.amount(cst, in.take_child(), Base::quantity);
  } else if (in.accept("split")) {
    if (in.accept("freely")) {
      rule.split_freely = true;
      return;
    }
    rule.shipments_max = 1;
    if (in.accept("never")) return;
    in.skip(2);  // at most
    rule.shipments_max = static_cast<std::int32_t>(whole_number(in, "the number of shipments", 1, 1000));
  } else if (in.accept("reserve")) {
    in.accept("for");
    rule.reserves = true;
    rule.reserve_for = duration(in);
  } else if (in.accept("scarce")) {
    in.accept("by");
    rule.scarce = in.at("priority") ? Scarcity::priority : in.at("promise") ? Scarcity::promise_date : Scarcity::fair_share;
  } else if (in.accept("short")) {
    do {
      in.accept("then");
      auto step = std::string(in.take().text);
      if (step == "hold") {
        hold_reference(in, in.peek());
        step += ":" + in.take_name();
      }
      rule.short_steps.push_back(std::move(step));
    } while (in.accept(","));
  }
}

void RuleCompiler::compile_protect(Cst const& cst, std::uint32_t node) {
  ProtectRule rule;
  ProtectProgram program;
  rule.info = begin(cst, node, Kind::protect, {});
  enter(Kind::protect, {Subject::position});
  auto const common = compile_common(cst, node, rule.info);
  program.guard = common.guard;
  bool set = false;
  each_clause(cst, node, [&](Clause& in) {
    if (in.accept("for")) {
      in.accept("channel");
      check_value(in, in.peek(), "channel", "channel");
      rule.channel = in.take_name();
    } else if (in.accept("keep")) {
      program.keep = checker_.amount(cst, in.take_child(), Base::quantity);
      program.limits = limits(in, Base::quantity);
    } else if (in.accept("set")) {
      set = true;
      rule.daily = in.accept("daily");
      if (!rule.daily) return;
      auto const& time = in.take();
      rule.at = TimeOfDay(detail::digits(time.text, 0, 2) * 60 + detail::digits(time.text, 3, 2));
      if (rule.at.value >= 24 * 60 || detail::digits(time.text, 3, 2) > 59) {
        checker_.error("BY0112", in.span_of(time), {{"problem", "`" + std::string(time.text) + "` is not a time of day"}, {"help", "write 00:00 to 23:59"}});
      }
    } else if (in.accept("until")) {
      rule.until = moment(in, true);
    }
  });
  need(!rule.channel.empty(), rule.info, "protect", "for channel", "for channel web;");
  need(program.keep >= 0, rule.info, "protect", "keep", "keep 20 percent of stock.on_hand;");
  need(set, rule.info, "protect", "set", "set at receipt;");
  impl_.protects.push_back(std::move(rule));
  impl_.protect_programs.push_back(program);
}

void RuleCompiler::compile_publish(Cst const& cst, std::uint32_t node) {
  PublishRule rule;
  PublishProgram program;
  rule.info = begin(cst, node, Kind::publish, {});
  enter(Kind::publish, {Subject::position});
  auto const common = compile_common(cst, node, rule.info);
  each_clause(cst, node, [&](Clause& in) {
    if (in.accept("for")) {
      in.accept("channel");
      check_value(in, in.peek(), "channel", "channel");
      rule.channel = in.take_name();
    } else if (in.accept("offer")) {
      program.offer = checker_.amount(cst, in.take_child(), Base::quantity);
    } else if (in.accept("zero")) {
      in.accept("below");
      program.zero_below = checker_.amount(cst, in.take_child(), Base::quantity);
    } else if (in.accept("at")) {
      in.accept("most");
      program.at_most = checker_.amount(cst, in.take_child(), Base::quantity);
    }
  });
  need(!rule.channel.empty(), rule.info, "publish", "for channel", "for channel marketplace;");
  need(program.offer >= 0, rule.info, "publish", "offer", "offer stock.available;");
  place(impl_.publishes, impl_.publish_programs, std::move(rule), program, common);
}

void RuleCompiler::compile_backorder(Cst const& cst, std::uint32_t node) {
  BackorderRule rule;
  BackorderProgram program;
  rule.info = begin(cst, node, Kind::backorder, {});
  enter(Kind::backorder, {Subject::order});
  enter_line();
  auto const common = compile_common(cst, node, rule.info);
  each_clause(cst, node, [&](Clause& in) {
    if (in.accept("at")) {
      in.accept("most");
      program.at_most = checker_.amount(cst, in.take_child(), Base::quantity);
    } else if (in.accept("ask")) {
      in.skip(2);  // customer after
      program.asks = true;
      program.ask_after = duration(in);
    } else if (in.accept("cancel")) {
      in.accept("after");
      program.cancels = true;
      program.cancel_after = duration(in);
      program.cancel_guard = guard(in);
    } else if (in.accept("promise")) {
      program.promise_supply_date = true;
    }
  });
  place(impl_.backorders, impl_.backorder_programs, std::move(rule), program, common);
}

}  // namespace bylaw::inline v0::policy
