// Service promises with their deadlines, and what a customer may still change.
#include <algorithm>

#include "policy/types/rules.hpp"

namespace bylaw::inline v0::policy {

using syntax::Cst;

void RuleCompiler::compile_service(Cst const& cst, std::uint32_t node) {
  ServiceRule rule;
  ServiceProgram program;
  rule.info = begin(cst, node, Kind::service, {"warn"});
  enter(Kind::service, {Subject::order, Subject::candidate});
  auto const common = compile_common(cst, node, rule.info);
  each_clause(cst, node, [&](Clause& in) {
    if (in.at("ship") || in.at("deliver")) {
      auto& deadlines = in.take().text == "ship" ? program.ship : program.deliver;
      do {
        bool const otherwise = in.accept("otherwise");
        deadlines.push_back(compile_deadline(cst, in.take_child()));
        deadlines.back().otherwise = otherwise;
      } while (in.accept(","));
    } else if (in.accept("warn")) {
      WarnClause warn;
      auto const& token = in.peek();
      warn.before = duration(in);
      if (warn.before.kind != Duration::Kind::elapsed) checker_.error("BY0410", in.span_of(token), {{"what", "the time before a warning"}});
      in.skip(2);  // before to
      check_role(in, in.peek());
      warn.to = in.take_name();
      program.warnings.push_back(std::move(warn));
    } else if (in.accept("miss")) {
      in.accept("reason");
      rule.miss = reason(in, "service");
    }
  });
  need(!program.ship.empty() || !program.deliver.empty(), rule.info, "service", "ship", "ship within 2 business days;");
  place(impl_.services, impl_.service_programs, std::move(rule), std::move(program), common);
}

void RuleCompiler::read_place(Clause& in, Deadline& deadline) {
  auto const& time = in.take();
  deadline.has_time = true;
  deadline.time = TimeOfDay(detail::digits(time.text, 0, 2) * 60 + detail::digits(time.text, 3, 2));
  if (deadline.time.value >= 24 * 60 || detail::digits(time.text, 3, 2) > 59) {
    checker_.error("BY0112", in.span_of(time), {{"problem", "`" + std::string(time.text) + "` is not a time of day"}, {"help", "write 00:00 to 23:59"}});
  }
  in.accept("of");
  auto const where = checker_.place(in.cst(), in.take_child());
  if (!where) return;
  deadline.zone = where->zone;
  deadline.owner = where->owner;
  deadline.holidays = where->holidays;
}

Deadline RuleCompiler::compile_deadline(Cst const& cst, std::uint32_t node) {
  Clause in(cst, node);
  Deadline deadline;
  if (in.accept("by")) {
    read_place(in, deadline);
  } else if (in.accept("within")) {
    deadline.form = Deadline::Form::within;
    deadline.within = duration(in);
  } else {
    deadline.form = Deadline::Form::next_business_day;
    in.skip(3);
    if (in.accept("by")) read_place(in, deadline);
  }
  deadline.guard = guard(in);
  return deadline;
}

void RuleCompiler::compile_change(Cst const& cst, std::uint32_t node) {
  ChangeRule rule;
  ChangeProgram program;
  rule.info = begin(cst, node, Kind::change, {"allow"});
  enter(Kind::change, {Subject::order, Subject::change});
  auto const common = compile_common(cst, node, rule.info);
  each_clause(cst, node, [&](Clause& in) {
    if (in.accept("recheck")) {
      rule.recheck_holds = true;
    } else if (in.accept("allow")) {
      AllowClause clause;
      clause.things = values(in, "change_thing", "thing that can be changed");
      for (auto const& thing : clause.things) {
        if (std::find(rule.things.begin(), rule.things.end(), thing) == rule.things.end()) rule.things.push_back(thing);
      }
      in.accept("until");
      check_value(in, in.peek(), "order_state", "state of an order");
      clause.until = in.take_name();
      clause.once = in.accept("once");
      clause.guard = guard(in);
      if (in.accept(",")) {
        in.accept("otherwise");
        if (in.accept("intercept")) {
          clause.otherwise = ChangeVerdict::intercept;
        } else if (in.accept("review")) {
          in.accept("by");
          check_role(in, in.peek());
          clause.otherwise = ChangeVerdict::review;
          clause.review_by = in.take_name();
        }
      }
      program.allow.push_back(std::move(clause));
    }
  });
  need(!program.allow.empty(), rule.info, "change", "allow", "allow address until picked;");
  place(impl_.changes, impl_.change_programs, std::move(rule), std::move(program), common);
}

}  // namespace bylaw::inline v0::policy
