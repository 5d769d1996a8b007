// The `bylaw` program: argument parsing only; each command has a file of its own.
#include <CLI/CLI.hpp>

#include "cli/cli.hpp"

namespace {

using bylaw::cli::Format;

Format to_format(std::string const& name) { return name == "json" ? Format::json : name == "csv" ? Format::csv : Format::table; }

}  // namespace

int main(int argc, char** argv) {
  using namespace bylaw;  // NOLINT
  CLI::App app{"Policies for orders, stock and returns: checked, decided, posted, audited."};
  app.require_subcommand(1);
  app.set_version_flag("--version", "bylaw 0.1.0");
  app.failure_message(CLI::FailureMessage::help);
  app.get_formatter()->column_width(34);

  std::vector<std::string> paths;
  std::string format = "text";
  auto* check = app.add_subcommand("check", "Parse and type-check policy files");
  check->add_option("PATH", paths, "policy files, or folders of them")->required();
  check->add_option("--format", format, "text, json or sarif")->check(CLI::IsMember({"text", "json", "sarif"}));

  bool check_only = false;
  auto* fmt = app.add_subcommand("fmt", "Lay policy files out, in place");
  fmt->add_option("PATH", paths, "policy files, or folders of them")->required();
  fmt->add_flag("--check", check_only, "change nothing; exit with 1 when a file would change");

  cli::TestOptions test_options;
  auto* test = app.add_subcommand("test", "Run the tests of policies (*.test.yaml)");
  test->add_option("PATH", test_options.paths, "test files, or folders of them")->required();
  test->add_flag("--coverage", test_options.coverage, "show which rules and comparisons no test has shown to decide");
  test->add_option("--junit", test_options.junit, "also write the results as JUnit XML");

  auto* doc = app.add_subcommand("doc", "The policy set in words, as Markdown");
  doc->add_option("PATH", paths, "policy files, or folders of them")->required();

  std::string graph_format = "mermaid";
  auto* graph = app.add_subcommand("graph", "The workflows as diagrams");
  graph->add_option("PATH", paths, "policy files, or folders of them")->required();
  graph->add_option("--format", graph_format, "mermaid or dot")->check(CLI::IsMember({"mermaid", "dot"}));

  cli::DecideOptions decide_options;
  auto* decide = app.add_subcommand("decide", "Decide facts from stdin, one JSON object a line");
  decide->add_option("--policy", decide_options.policy, "policy file or folder; may be given again")->required()->allow_extra_args(false);
  auto* explain =
      decide->add_option("--explain", decide_options.explain, "also say why each rule applied or not, and what would turn it round; =json for programs");
  explain->expected(0, 1)->default_str("text");
  decide->add_option("--at", decide_options.at, "decision time in UTC (default: now)");

  cli::RunOptions run_options;
  auto* run = app.add_subcommand("run", "Run commands through the engine, one JSON object a line");
  run->add_option("--store", run_options.store, "the store; made when there is none")->required();
  run->add_option("--policy", run_options.policy, "policy file or folder; may be given again")->required()->allow_extra_args(false);
  run->add_option("FEED", run_options.feeds, "files of commands (default: stdin)");

  cli::ImportOptions import_options;
  auto* import = app.add_subcommand("import", "Import a channel's CSV through a mapping");
  import->add_option("--store", import_options.store, "the store; made when there is none")->required();
  import->add_option("--policy", import_options.policy, "policy file or folder; may be given again")->required()->allow_extra_args(false);
  import->add_option("--mapping", import_options.mapping, "YAML mapping of the columns")->required();
  import->add_option("FILE", import_options.file, "CSV file with a header row")->required();
  import->add_flag("--json", import_options.json, "print the summary as JSON");

  std::string store;
  std::string name = "summary";
  std::string table_format = "table";
  bool list = false;
  auto* report = app.add_subcommand("report", "Show a report of a store");
  report->add_option("--store", store, "the store")->required();
  report->add_option("--format", table_format, "table, json or csv")->check(CLI::IsMember({"table", "json", "csv"}));
  report->add_flag("--list", list, "list the reports");
  report->add_option("NAME", name, "which report (default: summary)");

  cli::MigrateOptions migrate_options;
  auto* migrate = app.add_subcommand("migrate", "Move open instances of earlier workflow versions to those of a policy");
  migrate->add_option("--store", migrate_options.store, "the store")->required();
  migrate->add_option("--policy", migrate_options.policy, "policy file or folder; may be given again")->required()->allow_extra_args(false);
  migrate->add_flag("--dry-run", migrate_options.dry_run, "change nothing; list every open instance and what would become of it");
  migrate->add_option("--user", migrate_options.user, "who asks (default: operator)");
  migrate->add_option("--note", migrate_options.note, "why");
  migrate->add_option("--format", table_format, "table, json or csv")->check(CLI::IsMember({"table", "json", "csv"}));

  cli::ActivateOptions activate_options;
  auto* activate = app.add_subcommand("activate", "Put a policy version in force, for everything or a part, or show what it would change");
  activate->add_option("--store", activate_options.store, "the store")->required();
  activate->add_option("--policy", activate_options.policy, "policy file or folder; may be given again")->allow_extra_args(false);
  activate->add_option("--version-hash", activate_options.version, "instead of the policy: a version that the store has, such as the one before");
  activate->add_option("--rollout", activate_options.rollout, "full, part, shadow or stop")->check(CLI::IsMember({"full", "part", "shadow", "stop"}));
  activate->add_option("--channel", activate_options.channels, "only orders of this channel; may be given again")->allow_extra_args(false);
  activate->add_option("--location", activate_options.locations, "only orders to this country or region, or of this location")->allow_extra_args(false);
  auto* share = activate->add_option("--share", activate_options.share_percent, "only so many percent of all orders, by their ids");
  activate->add_flag("--dry-run", activate_options.dry_run, "list every open order, hold and return that it would change");
  activate->add_option("--user", activate_options.user, "who does it, for the audit");
  activate->add_option("--role", activate_options.role, "in which role");
  activate->add_option("--on-behalf-of", activate_options.on_behalf_of, "whose delegate the user is");
  activate->add_option("--note", activate_options.note, "why");
  activate->add_option("--at", activate_options.at, "business time in UTC (default: now)");
  activate->add_option("--id", activate_options.id, "id of the command, so that it is done once");
  activate->add_option("--format", table_format, "table, json or csv")->check(CLI::IsMember({"table", "json", "csv"}));

  std::string order;
  auto* audit = app.add_subcommand("audit", "Everything that happened to one order or return");
  audit->add_option("--store", store, "the store")->required();
  audit->add_option("--order", order, "its id")->required();
  audit->add_option("--format", table_format, "table, json or csv")->check(CLI::IsMember({"table", "json", "csv"}));

  auto* verify = app.add_subcommand("verify", "Recompute everything from the journal and compare");
  verify->add_option("--store", store, "the store")->required();
  std::string target;
  auto* backup = app.add_subcommand("backup", "Copy a store while its host goes on");
  backup->add_option("--store", store, "the store")->required();
  backup->add_option("target", target, "the file to make; it must not exist")->required();

  std::string export_format = "ledger";
  auto* exported = app.add_subcommand("export", "The money journal for outside tools, on stdout");
  exported->add_option("--store", store, "the store")->required();
  exported->add_option("--format", export_format, "ledger, beancount or csv")->check(CLI::IsMember({"ledger", "beancount", "csv"}));

  try {
    app.parse(argc, argv);
  } catch (CLI::CallForHelp const& help) {
    return app.exit(help);
  } catch (CLI::CallForVersion const& version) {
    return app.exit(version);
  } catch (CLI::ParseError const& error) {
    app.exit(error);
    return cli::exit_usage;
  }
  if (*explain && decide_options.explain.empty()) decide_options.explain = "text";
  if (*check) return cli::check(paths, format);
  if (*fmt) return cli::format(paths, check_only);
  if (*test) return cli::test(test_options);
  if (*doc) return cli::document(paths);
  if (*graph) return cli::graph(paths, graph_format);
  if (*decide) return cli::decide(decide_options);
  if (*run) return cli::run(run_options);
  if (*import) return cli::import(import_options);
  if (*report) return cli::report(store, name, to_format(table_format), list);
  migrate_options.format = to_format(table_format);
  if (*migrate) return cli::migrate(migrate_options);
  activate_options.format = to_format(table_format);
  activate_options.has_share = share->count() > 0;
  if (*activate) return cli::activate(activate_options);
  if (*audit) return cli::audit(store, order, to_format(table_format));
  if (exported->parsed()) return cli::export_money(store, export_format);
  if (backup->parsed()) return cli::backup(store, target);
  return cli::verify(store);
}
