// What all rules share: names, comments, `when` and `unless`, roles, reasons, references.
#include "policy/types/rules.hpp"

#include <algorithm>

namespace bylaw::inline v0::policy {

using syntax::Cst;
using syntax::NodeKind;
using syntax::Reader;
using syntax::Token;
using syntax::TokenKind;

/// `##` lines straight above a declaration: only blanks and single line ends between.
std::string RuleCompiler::doc_comment(Cst const& cst, Token const& first) const {
  std::string_view const text = impl_.sources[cst.source_index].text;
  auto const& comments = cst.comments;
  auto end = std::lower_bound(comments.begin(), comments.end(), first.begin_offset,
                              [](syntax::Comment const& c, std::uint32_t offset) { return c.begin_offset < offset; });
  std::vector<std::string> lines;
  auto below = first.begin_offset;
  while (end != comments.begin()) {
    auto const& comment = *--end;
    auto const between = text.substr(comment.end_offset, below - comment.end_offset);
    auto const newline = between.find('\n');
    bool const joined = between.find_first_not_of(" \t\r\n") == std::string_view::npos && newline != std::string_view::npos &&
                        between.find('\n', newline + 1) == std::string_view::npos;
    if (!joined || !comment.is_doc()) break;
    auto line = comment.text.substr(2);
    while (!line.empty() && line.front() == ' ') line.remove_prefix(1);
    lines.emplace_back(line);
    below = comment.begin_offset;
  }
  std::string out;
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) out += (out.empty() ? "" : " ") + *line;
  return out;
}

RuleInfo RuleCompiler::begin(Cst const& cst, std::uint32_t node, Kind kind, std::vector<std::string> const& repeatable) {
  Reader in(cst, node);
  auto const& first = in.peek();
  in.accept("mandatory");
  in.skip(1);
  auto const& token = in.take();
  RuleInfo info;
  info.kind = kind;
  info.name = syntax::name_of(token);
  info.file = impl_.sources[cst.source_index].name;
  info.span = in.span_of(token);
  info.whole = in.span();
  info.header = header_;
  info.comment = doc_comment(cst, first);
  info.period = impl_.headers[header_].effective;
  auto const [at, fresh] = names_.emplace(std::string(word_of(kind)) + " " + info.name, info.span);
  if (!fresh) {
    auto twice = finding("BY0401", info.span, {{"kind", word_of(kind)}, {"name", info.name}});
    twice.labels.push_back({at->second, "first declared here"});
    out_.push_back(std::move(twice));
  }
  if (kind != Kind::workflow) check_once(cst, node, repeatable);
  return info;
}

void RuleCompiler::check_once(Cst const& cst, std::uint32_t node, std::vector<std::string> const& repeatable) {
  Reader in(cst, node);
  std::vector<std::pair<std::string, Span>> seen;
  while (in.peek().text != "{") in.skip(1);
  while (in.has_child()) {
    Reader clause(cst, in.take_child());
    auto word = std::string(clause.take().text);
    if (word == "release" || (word == "keep" && clause.at("item"))) word += " " + std::string(clause.peek().text);
    if (std::find(repeatable.begin(), repeatable.end(), word) != repeatable.end()) continue;
    auto const at = std::find_if(seen.begin(), seen.end(), [&](auto const& known) { return known.first == word; });
    if (at == seen.end()) {
      seen.emplace_back(word, clause.span());
      continue;
    }
    auto twice = finding("BY0402", clause.span(), {{"clause", word}});
    twice.labels.push_back({at->second, "first here"});
    out_.push_back(std::move(twice));
  }
}

RuleCompiler::Common RuleCompiler::compile_common(Cst const& cst, std::uint32_t node, RuleInfo& info) {
  Common common;
  std::vector<std::uint32_t> clauses;
  Reader in(cst, node);
  while (in.peek().text != "{") in.skip(1);
  while (in.has_child()) clauses.push_back(in.take_child());
  for (auto const child : clauses) {
    Reader clause(cst, child);
    auto const date = [&](Date& into) {
      auto const parsed = parse_date(clause.peek().text);
      if (!parsed) checker_.error("BY0112", clause.span_of(clause.peek()), {{"problem", parsed.error().message}, {"help", parsed.error().remedy}});
      clause.skip(1);
      if (parsed) into = *parsed;
    };
    if (clause.accept("effective")) {
      clause.skip(1);
      Period own;
      date(own.from);
      if (clause.accept("until")) date(own.until);
      if (own.until < own.from) checker_.error("BY0403", clause.span());
      info.period.from = std::max(info.period.from, own.from);
      info.period.until = std::min(info.period.until, own.until);
    } else if (clause.accept("before")) {
      common.before_span = clause.span_of(clause.peek());
      common.before = clause.take_name();
    } else if (clause.accept("note")) {
      info.note = syntax::text_of(clause.take());
    } else if (clause.accept("when")) {
      common.guard.when = checker_.condition(cst, clause.take_child());
    }
  }
  checker_.assume(common.guard.when);
  for (auto const child : clauses) {
    Reader clause(cst, child);
    if (clause.accept("unless")) common.guard.unless = checker_.condition(cst, clause.take_child());
  }
  checker_.assume(common.guard.unless, false);
  return common;
}

Guard RuleCompiler::guard(Clause& in) {
  Guard guard;
  auto const known = checker_.env.known.size();
  if (in.accept("when")) guard.when = checker_.condition(in.cst(), in.take_child());
  checker_.assume(guard.when);
  if (in.accept("unless")) guard.unless = checker_.condition(in.cst(), in.take_child());
  checker_.env.known.resize(known);
  return guard;
}

void RuleCompiler::enter(Kind kind, std::initializer_list<Subject> subjects) {
  checker_.env = Environment{};
  checker_.env.header = header_;
  checker_.env.kind = kind;
  std::uint32_t level = 0;
  for (auto const subject : subjects) {
    if (auto scope = checker_.subject_scope(subject, level)) checker_.env.scopes.push_back(std::move(*scope));
    checker_.env.level = level++;
  }
}

void RuleCompiler::enter_line() {
  if (checker_.env.scopes.empty()) return;
  auto scope = checker_.element_scope(Scope(checker_.env.scopes[0]), "lines", "line");
  if (!scope) return;
  impl_.lines_collection = static_cast<std::int32_t>(scope->collections.back());
  checker_.env.level = scope->level;
  checker_.env.scopes.push_back(std::move(*scope));
}

bool RuleCompiler::read_scope(Cst const& cst, std::uint32_t node) {
  bool line = false;
  each_clause(cst, node, [&](Clause& clause) {
    if (!clause.accept("scope")) return;
    auto const& word = clause.take();
    line = word.text == "line";
    if (word.text != "line" && word.text != "order") checker_.error("BY0407", clause.span_of(word), {{"found", std::string(word.text)}});
  });
  return line;
}

std::vector<std::string> RuleCompiler::roles(Clause& in) {
  std::vector<std::string> out;
  do {
    check_role(in, in.peek());
    out.push_back(in.take_name());
  } while (in.accept(","));
  return out;
}

void RuleCompiler::check_role(Clause const& in, Token const& token) {
  auto const name = syntax::name_of(token);
  if (schema_.roles.count(name) > 0) return;
  std::vector<std::string> names;
  for (auto const& [role, includes] : schema_.roles) names.push_back(role);
  checker_.error("BY0306", in.span_of(token), {{"role", name}, {"near", nearest(name, names)}});
}

std::vector<std::string> RuleCompiler::values(Clause& in, char const* enumeration, char const* what) {
  std::vector<std::string> out;
  do {
    check_value(in, in.peek(), enumeration, what);
    out.push_back(in.take_name());
  } while (in.accept(","));
  return out;
}

/// Words of the trade are the values of an enumeration of the schema, so that a host may add its own.
void RuleCompiler::check_value(Clause const& in, Token const& token, char const* enumeration, char const* what) {
  auto const found = schema_.enumeration_index.find(std::string_view(enumeration));
  if (found == schema_.enumeration_index.end()) return;
  auto const name = syntax::name_of(token);
  std::vector<std::string> names;
  for (auto const id : impl_.enumerations[found->second].symbols) names.push_back(impl_.symbols[id]);
  if (std::find(names.begin(), names.end(), name) != names.end()) return;
  checker_.error("BY0456", in.span_of(token), {{"word", name}, {"what", what}, {"near", nearest(name, names)}, {"values", joined(names)}});
}

Reason RuleCompiler::reason(Clause& in, char const* kind) {
  auto const& token = in.take();
  Reason out{syntax::name_of(token), ""};
  auto const& known = schema_.reasons[kind];
  auto const found = known.find(out.code);
  if (found != known.end()) out.text = found->second;
  if (!in.done() && in.peek().kind == TokenKind::text) out.text = syntax::text_of(in.take());
  if (found == known.end()) {
    std::vector<std::string> names;
    for (auto const& [code, text] : known) names.push_back(code);
    checker_.error("BY0309", in.span_of(token), {{"code", out.code}, {"kind", kind}, {"near", nearest(out.code, names)}});
  }
  return out;
}

Duration RuleCompiler::duration(Clause& in, bool business_allowed) {
  auto const& token = in.take();
  bool ok = false;
  auto const out = parse_duration(token.text, ok);
  if (!ok) checker_.error("BY0111", in.span_of(token));
  if (out.kind == Duration::Kind::business_time && business_allowed && !impl_.headers[header_].business_hours) {
    checker_.error("BY0337", in.span_of(token));
  }
  return out;
}

std::int64_t RuleCompiler::whole_number(Clause& in, char const* what, std::int64_t low, std::int64_t high) {
  auto const& token = in.take();
  auto const number = Decimal::parse(token.text);
  if (number && number->scale() == 0 && number->coefficient() >= low && number->coefficient() <= high) return number->coefficient();
  checker_.error("BY0412", in.span_of(token), {{"what", what}, {"low", std::to_string(low)}, {"high", std::to_string(high)}});
  return low;
}

Limits RuleCompiler::limits(Clause& in, Base base) {
  Limits out;
  auto const begin = in.peek();
  while (in.at(",")) {
    auto ahead = in;
    ahead.skip(1);
    if (!ahead.accept("at")) break;
    bool const least = ahead.take().text == "least";
    in = ahead;
    (least ? out.at_least : out.at_most) = checker_.amount(in.cst(), in.take_child(), base);
  }
  int order = 0;
  if (out.at_least >= 0 && out.at_most >= 0) {
    auto const& low = checker_.node(out.at_least);
    auto const& high = checker_.node(out.at_most);
    bool const constant = low.op == Op::literal && high.op == Op::literal;
    if (constant && exact::compare(low.number, high.number, order) && order > 0) checker_.error("BY0455", in.span_of(begin), {{"kind", "clause"}});
  }
  return out;
}

/// A date means its first moment, or with `end_of_day` the first moment after it.
Timestamp RuleCompiler::moment(Clause& in, bool end_of_day) {
  auto const& token = in.take();
  auto const& zone = *impl_.header_zones[header_];
  auto const bad = [&](Error const& error) { checker_.error("BY0112", in.span_of(token), {{"problem", error.message}, {"help", error.remedy}}); };
  if (token.kind == TokenKind::date) {
    auto const date = parse_date(token.text);
    if (!date) bad(date.error());
    return from_local(at_midnight(Date((date ? date->value : 0) + (end_of_day ? 1 : 0))), zone).time;
  }
  auto const local = parse_local_time(token.text);
  if (!local) {
    bad(local.error());
    return {};
  }
  auto const instant = from_local(*local, zone);
  if (!instant.unique) checker_.error("BY0113", in.span_of(token), {{"zone", impl_.headers[header_].zone}});
  return instant.time;
}

/// A clause that did not parse may be the one that seems to be lacking.
bool RuleCompiler::is_damaged(RuleInfo const& info) const {
  return std::any_of(out_.begin(), out_.end(), [&](Diagnostic const& known) {
    auto const& span = known.labels[0].span;
    bool const syntax = known.code.compare(0, 4, "BY01") == 0 || known.code.compare(0, 4, "BY02") == 0;
    return syntax && span.source_index == info.whole.source_index && span.begin_offset >= info.whole.begin_offset && span.begin_offset <= info.whole.end_offset;
  });
}

void RuleCompiler::need(bool there, RuleInfo const& info, char const* kind, char const* clause, char const* example) {
  if (!there && !is_damaged(info)) checker_.error("BY0413", info.span, {{"kind", kind}, {"rule", info.name}, {"clause", clause}, {"example", example}});
}

void RuleCompiler::hold_reference(Clause const& in, Token const& token) { hold_references_.push_back({syntax::name_of(token), in.span_of(token)}); }

void RuleCompiler::compile_file(Cst const& cst, std::uint32_t header) {
  header_ = header;
  for (auto const node : cst.declarations) {
    switch (cst.nodes[node].kind) {
      case NodeKind::hold: compile_hold(cst, node); break;
      case NodeKind::stop: compile_stop(cst, node); break;
      case NodeKind::validation: compile_validation(cst, node); break;
      case NodeKind::allocation: compile_allocation(cst, node); break;
      case NodeKind::protect: compile_protect(cst, node); break;
      case NodeKind::publish: compile_publish(cst, node); break;
      case NodeKind::service: compile_service(cst, node); break;
      case NodeKind::change: compile_change(cst, node); break;
      case NodeKind::backorder: compile_backorder(cst, node); break;
      case NodeKind::return_rule: compile_return(cst, node); break;
      case NodeKind::approval: compile_approval(cst, node); break;
      case NodeKind::brake: compile_brake(cst, node); break;
      case NodeKind::permit: compile_permit(cst, node); break;
      case NodeKind::posting: compile_posting(cst, node); break;
      case NodeKind::workflow: compile_workflow(cst, node); break;
      default: break;
    }
  }
}

void RuleCompiler::finish() {
  std::vector<std::string> names;
  for (auto const& hold : impl_.holds) names.push_back(hold.info.name);
  for (auto const& reference : hold_references_) {
    if (std::find(names.begin(), names.end(), reference.name) != names.end()) continue;
    checker_.error("BY0415", reference.span, {{"rule", reference.name}, {"near", nearest(reference.name, names)}});
  }
  extend_workflows();
  for (auto const& workflow : impl_.workflows) check_states(workflow);
}

}  // namespace bylaw::inline v0::policy
