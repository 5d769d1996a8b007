#pragma once
#include <string>
#include <vector>

#include <bylaw/config/files.hpp>
#include <bylaw/store/reader.hpp>

namespace bylaw::inline v0::cli {

/// Exit codes of every command: 0 done, 1 something was refused or found, 2 the call itself was wrong.
inline constexpr int exit_ok = 0;
inline constexpr int exit_findings = 1;
inline constexpr int exit_usage = 2;

/// One sentence on stderr with place and remedy.
int fail(Error const& error);

enum class Format : std::uint8_t { table, json, csv };
void print(store::Table const& table, Format format);

/// A line on stderr that grows while long work goes on; silent unless stderr is a terminal.
class Progress {
 public:
  Progress(std::string what, std::int64_t total);
  ~Progress();
  Progress(Progress const&) = delete;
  Progress& operator=(Progress const&) = delete;
  void at(std::int64_t done);

 private:
  std::string what_;
  std::int64_t total_;
  std::int64_t shown_ = -1;
  bool terminal_;
};

/// Loads zones and a policy; findings go to stderr. Empty with errors, after `exit_code` is set.
[[nodiscard]] bool load_rules(std::vector<std::string> const& paths, ZoneTable& zones, rulebook::Rulebook& out, int& exit_code);

/// Says once what of the rules the engine leaves to the host.
void tell_decided_only(rulebook::Rulebook const& book);

struct DecideOptions {
  std::vector<std::string> policy;
  std::string explain;
  std::string at;
};
struct RunOptions {
  std::string store;
  std::vector<std::string> policy;
  std::vector<std::string> feeds;
};
struct ImportOptions {
  std::string store;
  std::vector<std::string> policy;
  std::string mapping;
  std::string file;
  bool json = false;
};

struct MigrateOptions {
  std::string store;
  std::vector<std::string> policy;
  bool dry_run = false;
  std::string user = "operator";
  std::string note;
  Format format = Format::table;
};

struct ActivateOptions {
  std::string store;
  std::vector<std::string> policy;
  std::string version;
  std::string rollout = "full";
  std::vector<std::string> channels;
  std::vector<std::string> locations;
  std::int64_t share_percent = 0;
  bool has_share = false;
  bool dry_run = false;
  std::string user = "operator";
  std::string role = "system";
  std::string on_behalf_of;
  std::string note;
  std::string at;
  std::string id;
  Format format = Format::table;
};

struct TestOptions {
  std::vector<std::string> paths;
  std::string junit;
  bool coverage = false;
};

/// The date of the machine's clock in UTC; only the edge may read it.
[[nodiscard]] Date today();
int check(std::vector<std::string> const& paths, std::string const& format);
int format(std::vector<std::string> const& paths, bool check_only);
int test(TestOptions const& options);
int document(std::vector<std::string> const& paths);
int graph(std::vector<std::string> const& paths, std::string const& format);
int decide(DecideOptions const& options);
int run(RunOptions const& options);
int import(ImportOptions const& options);
int report(std::string const& store, std::string const& name, Format format, bool list);
int migrate(MigrateOptions const& options);
int activate(ActivateOptions const& options);
int audit(std::string const& store, std::string const& order, Format format);
int verify(std::string const& store);
int backup(std::string const& store, std::string const& target);
int export_money(std::string const& store, std::string const& format);

}  // namespace bylaw::inline v0::cli
