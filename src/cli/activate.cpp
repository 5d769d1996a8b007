// activate: what a policy version would change, and putting it in force.
#include <chrono>
#include <cstdio>

#include <bylaw/engine/activation.hpp>
#include <bylaw/engine/engine.hpp>
#include <bylaw/trade/command.hpp>

#include "cli/cli.hpp"

namespace bylaw::inline v0::cli {

namespace {

std::vector<trade::PolicyFile> files_of(policy::Policy const& policy) {
  std::vector<trade::PolicyFile> out;
  auto const is_root = [&](std::string const& name) {
    for (auto const& root : policy.roots()) {
      if (root == name) return true;
    }
    return false;
  };
  // Roots first and in their order, because that is the order in which rules of one kind are tried.
  for (auto const& root : policy.roots()) {
    for (auto const& source : policy.sources()) {
      if (source.name == root) out.push_back({source.name, source.text, true});
    }
  }
  for (auto const& source : policy.sources()) {
    if (!is_root(source.name)) out.push_back({source.name, source.text, false});
  }
  return out;
}

void print_plan(engine::ActivationPlan const& plan, Format format) {
  store::Table table{{"subject", "kind", "rule", "change", "value"}, {false, false, false, false, false}, {}};
  for (auto const& change : plan.changes) table.rows.push_back({change.subject, change.kind, change.rule, change.change, to_string(change.value)});
  print(table, format);
  if (format != Format::table) return;
  std::string values;
  for (auto const& value : plan.values) values += (values.empty() ? "" : ", ") + to_string(value);
  std::printf("%lld open orders and %lld returns looked at; %zu changes%s%s\n", static_cast<long long>(plan.orders), static_cast<long long>(plan.returns),
              plan.changes.size(), values.empty() ? "" : ", worth ", values.c_str());
  std::printf("version %s would take the place of %s\n", plan.version.substr(0, 12).c_str(), plan.in_force.substr(0, 12).c_str());
  for (auto const& what : plan.irreversible) std::printf("cannot be undone: %s under the version in force\n", what.c_str());
}

}  // namespace

int activate(ActivateOptions const& options) {
  ZoneTable zones;
  engine::Options engine_options;
  rulebook::Rulebook book;
  int exit_code = exit_ok;
  trade::ActivatePolicy activation;
  if (options.policy.empty() == options.version.empty()) {
    return fail({"bad_activation", "a policy or the hash of a version is expected", {}, "add --policy, or --version-hash"}), exit_usage;
  }
  if (options.version.empty()) {
    if (!load_rules(options.policy, zones, book, exit_code)) return exit_code;
  } else {
    auto loaded = config::load_zones();
    if (!loaded) return fail(loaded.error());
    zones = std::move(*loaded);
  }
  if (options.has_share && (options.share_percent < 1 || options.share_percent > 99)) {
    return fail({"bad_activation", "a share is between 1 and 99 percent", {}, "write --share 10, or leave it out"}), exit_usage;
  }
  if (options.version.empty()) activation.files = files_of(book.policy());
  activation.version = options.version;
  if (!parse(options.rollout, activation.rollout)) return exit_usage;
  activation.channels = options.channels;
  activation.locations = options.locations;
  activation.share_percent = options.share_percent;
  activation.note = options.note;
  bool const part = !options.channels.empty() || !options.locations.empty() || options.has_share;
  if (part && options.rollout == "full") activation.rollout = trade::Rollout::part;
  if (part != (activation.rollout == trade::Rollout::part)) {
    return fail({"bad_rollout", "`part` names channels, locations or a share, and nothing else does", {}, "add --channel, --location or --share"}), exit_usage;
  }
  engine_options.store_path = options.store;
  engine_options.zones = zones;
  // As long as nobody has activated a version, the one that is given decides; afterwards the store says which does.
  engine_options.create = false;
  auto engine = engine::Engine::open(engine_options);
  if (!engine && engine.error().code == "no_rules") {
    engine_options.rulebook = book;
    engine = engine::Engine::open(engine_options);
  }
  if (!engine) return fail(engine.error());
  Timestamp now(std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count());
  if (!options.at.empty()) {
    auto const at = parse_timestamp(options.at);
    if (!at) return fail(at.error()), exit_usage;
    now = *at;
  }
  if (options.dry_run) {
    auto const plan = engine->plan_activation(activation, now);
    if (!plan) return fail(plan.error());
    print_plan(*plan, options.format);
    return exit_ok;
  }
  trade::Command command;
  command.id = options.id.empty() ? "activate:" + std::to_string(now.value) + ":" + options.rollout + ":" +
                                        (options.version.empty() ? book.policy().version_hash() : options.version).substr(0, 12)
                                  : options.id;
  command.at = now;
  command.by = {options.user, options.role, options.on_behalf_of};
  command.body = activation;
  auto const outcome = engine->submit(command);
  if (!outcome) return fail(outcome.error());
  if (outcome->status == trade::Status::refused) return fail({outcome->code, outcome->message, outcome->subject, outcome->remedy});
  std::printf("%s: %s%s%s\n", outcome->subject.c_str(), outcome->code == "ok" ? outcome->state.c_str() : outcome->code.c_str(),
              outcome->message.empty() ? "" : "; ", outcome->message.c_str());
  if (auto const closed = engine->close(); !closed) return fail(closed.error());
  return outcome->code == "waits_for_approval" ? exit_findings : exit_ok;
}

}  // namespace bylaw::inline v0::cli
