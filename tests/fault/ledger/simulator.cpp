// Random work on the books, over a disk that fails, with the process dying between any two steps. After every step an
// independent model has to agree with the ledger.
//   BYLAW_SIM_STEPS=1000000   how many steps in all; episodes of 400 steps
//   BYLAW_SIM_SEED=17         that episode only
//   BYLAW_SIM_TRACE=1         every group
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include <unistd.h>

#include <bylaw/engine/books.hpp>
#include <bylaw/store/store.hpp>

#include "disk.hpp"
#include "generator.hpp"

using namespace bylaw;
using namespace bylaw::ledger;
using engine::Books;

namespace {

constexpr int episode_steps = 400;

struct Counts {
  long steps = 0, groups = 0, accepted = 0, refused = 0, duplicates = 0, crashes = 0, power_cuts = 0, failed_commits = 0, verified = 0;
};

class Episode {
 public:
  Episode(std::uint64_t seed, std::string folder, Counts& counts) : seed_(seed), generator_(seed), path_(folder + "/sim.db"), counts_(counts) {
    Disk::instance().clear();
    options_.store_path = path_;
    options_.clock = {[](void* self) { return Timestamp(static_cast<Episode*>(self)->clock_); }, this};
    options_.snapshot_transfers = 1 + generator_.below(200);
    options_.recent_ids_max = 1 + generator_.below(30);
  }

  bool run() {
    if (!reopen()) return false;
    if (!set_up()) return false;
    for (int step = 0; step < episode_steps; ++step) {
      ++counts_.steps;
      if (!one_step() || !agrees("after step " + std::to_string(step))) return false;
    }
    if (!books_->close()) return fail("the books cannot be closed");
    books_.reset();
    return verify();
  }

 private:
  bool fail(std::string const& why) {
    std::printf("FAILED: %s\n  BYLAW_SIM_SEED=%llu %s\n", why.c_str(), static_cast<unsigned long long>(seed_), "build/tests/simulator");
    return false;
  }

  bool reopen() {
    books_.reset();
    auto opened = Books::open(options_);
    if (!opened) return fail("cannot be opened: " + opened.error().code + " " + opened.error().message);
    books_ = std::make_unique<Books>(std::move(*opened));
    return true;
  }

  bool set_up() {
    auto const world = small_world();
    std::vector<engine::AccountSpec> accounts;
    for (auto const& [key, bounds] : world.accounts) {
      accounts.push_back({key, bounds});
      (void)model_.open(key, bounds);
    }
    for (auto const& key : world.pools) (void)model_.open_pool(key);
    if (world.accounts[world.pools[0].inventory.value].first.status != "inventory") return fail("the world is not what the generator thinks");
    return books_->open_accounts(accounts) && books_->open_pools(world.pools) ? true : fail("the accounts cannot be opened");
  }

  bool one_step() {
    if (Disk::instance().dead()) return come_back();  // while a snapshot was written, after the commit was acknowledged
    auto const what = generator_.below(100);
    if (trace_) std::printf("step %ld: kind %ld, failed %d dead %d\n", counts_.steps, what, books_->failed(), Disk::instance().dead());
    if (what < 6) clock_ += generator_.below(5'000);
    if (what == 6) clock_ = std::max(clock_ - generator_.below(4'000), clock_min_);
    if (what == 7) return die(false);
    if (what == 8) return die(true);
    if (what == 9) return close_and_open();
    if (what == 10) return expire();
    if (what == 11 && generator_.one_in(3)) return verify_while_open();
    if (what < 16) arm();
    return submit();
  }

  void arm() {
    Disk::Failure const failures[] = {Disk::Failure::power, Disk::Failure::io_error, Disk::Failure::full, Disk::Failure::short_write, Disk::Failure::torn_sync};
    armed_ = true;
    Disk::instance().fail_at(1 + generator_.below(12), failures[generator_.below(5)]);
  }

  /// Groups that are new, sent again, or sent again with another content; several in one commit, in any order.
  std::vector<Group> draw() {
    std::vector<Group> groups;
    for (auto left = generator_.one_in(4) ? 1 + generator_.below(5) : 1; left > 0; --left) {
      if (!sent_.empty() && generator_.one_in(8)) {
        groups.push_back(sent_[static_cast<std::size_t>(generator_.below(static_cast<std::int64_t>(sent_.size())))]);
        if (generator_.one_in(4) && !groups.back().transfers.empty()) ++groups.back().transfers[0].amount;
      } else {
        groups.push_back(generator_.group(model_, recorded_));
      }
    }
    if (groups.size() > 1 && generator_.one_in(2)) std::swap(groups.front(), groups.back());
    return groups;
  }

  std::int64_t now() const { return std::max(clock_, recorded_); }

  bool submit() {
    auto const groups = draw();
    auto const before = model_;
    auto const at = now();
    std::vector<BooksModel::Outcome> expected;
    for (auto const& group : groups) expected.push_back(model_.submit(group, at));
    auto const receipts = books_->submit(groups);
    if (trace_) {
      std::printf("step %ld: %s\n", counts_.steps, receipts ? "committed" : receipts.error().message.c_str());
      for (auto const& group : groups) std::printf("%s", spelled(group).c_str());
    }
    if (!receipts) return survive(before, at, receipts.error());
    Disk::instance().mend();
    armed_ = false;
    for (std::size_t i = 0; i < groups.size(); ++i) {
      auto const& r = (*receipts)[i];
      auto const& e = expected[i];
      if (r.error.code != e.code || r.duplicate != e.duplicate || (e.code.empty() && (r.first.value != e.first || r.count != e.count) && e.count > 0)) {
        return fail("group " + std::to_string(i) + ": `" + r.error.code + "` " + std::to_string(r.first.value) + "+" + std::to_string(r.count) +
                    (r.duplicate ? " again" : "") + " instead of `" + e.code + "` " + std::to_string(e.first) + "+" + std::to_string(e.count) +
                    (e.duplicate ? " again" : "") + "\n" + spelled(groups[i]));
      }
      ++(r.duplicate ? counts_.duplicates : r.accepted() ? counts_.accepted : counts_.refused);
      ++counts_.groups;
    }
    bool wrote = false;
    for (std::size_t i = 0; i < groups.size(); ++i) {
      wrote = wrote || (!(*receipts)[i].duplicate && (!groups[i].id.none() || (*receipts)[i].count > 0));
      if (!groups[i].id.none()) sent_.push_back(groups[i]);
    }
    if (wrote) committed(at);
    else clock_min_ = std::max(clock_min_, std::min(clock_, at));  // perhaps nothing was recorded: nobody knows which time counts
    return true;
  }

  bool expire() {
    auto const before = model_;
    auto const at = now();
    auto const expected = model_.expire(at, 3);
    auto const done = books_->expire(3);
    if (!done) return survive(before, at, done.error());
    if (expected > 0) committed(at);
    return static_cast<std::int64_t>(done->size()) == expected ? true : fail("other promises lapsed than should have");
  }

  /// Recorded time moves with commits that wrote something; nothing that lapses depends on more than that.
  void committed(std::int64_t at) { recorded_ = std::max(recorded_, at); }

  /// A commit failed. Either nothing of it happened, and the books go on; or nobody knows, and they have to be opened again.
  bool survive(BooksModel const& before, std::int64_t at, Error const& error) {
    if (!armed_ && !Disk::instance().dead() && !books_->failed())
      return fail("a commit failed though nothing was to fail: " + error.code + " " + error.message);
    armed_ = false;
    ++counts_.failed_commits;
    auto const after = model_;
    bool const dead = Disk::instance().dead();
    bool const cut = Disk::instance().power_was_cut();
    if (!dead && !books_->failed()) {
      Disk::instance().mend();
      model_ = before;
      return true;
    }
    Disk::instance().kill();
    books_.reset();
    Disk::instance().restart(cut, seed_ + static_cast<std::uint64_t>(counts_.steps));
    if (!reopen()) return false;
    clock_ = clock_min_ = std::max(clock_, at);  // nobody knows whether the commit was recorded: its time is over
    model_ = before;
    auto const from_before = difference();
    if (from_before.empty()) return true;
    model_ = after;
    committed(at);
    return agrees("after a failed commit the books are as before but for [" + from_before + "], or as after it but");
  }

  bool die(bool power) {
    ++(power ? counts_.power_cuts : counts_.crashes);
    Disk::instance().kill();
    books_.reset();
    Disk::instance().restart(power, seed_ ^ static_cast<std::uint64_t>(counts_.steps));
    return reopen();
  }

  bool come_back() {
    bool const cut = Disk::instance().power_was_cut();
    books_.reset();
    Disk::instance().restart(cut, seed_ ^ static_cast<std::uint64_t>(counts_.steps));
    armed_ = false;
    return reopen();
  }

  bool close_and_open() {
    if (!books_->close()) return fail("the books cannot be closed");
    return reopen();
  }

  std::string difference() const {
    struct Ask {
      BooksModel const* model;
      std::string answer;
    } ask{&model_, {}};
    auto const read = books_->read(
        [](void* context, Ledger const& ledger) {
          auto& a = *static_cast<Ask*>(context);
          a.answer = a.model->compare(ledger);
          std::map<std::string, std::int64_t> sums;
          for (std::uint32_t i = 0; i < ledger.account_count(); ++i) {
            auto const key = ledger.key(AccountIndex(i));
            sums[std::to_string(int(key.kind)) + key.unit] += ledger.balance(AccountIndex(i)).posted;
          }
          for (auto const& [unit, sum] : sums) {
            if (sum != 0) a.answer += unit + " does not sum to zero; ";
          }
        },
        &ask);
    return read ? ask.answer : read.error().message;
  }
  bool agrees(std::string const& when) {
    auto const text = difference();
    return text.empty() ? true : fail(when + ": " + text);
  }

  /// The file as it would be found now, verified beside the running books.
  bool verify_while_open() {
    auto& disk = Disk::instance();
    for (auto const* suffix : {"", "-wal"}) disk.write(path_ + ".copy" + suffix, disk.read(path_ + suffix));
    return verify(path_ + ".copy");
  }
  bool verify() { return verify(path_); }
  bool verify(std::string const& path) {
    ++counts_.verified;
    auto const result = store::verify(path);
    if (!result) return fail("cannot be verified: " + result.error().message);
    if (!result->findings.empty()) return fail("verify: " + result->findings.front());
    return result->transfers == static_cast<std::int64_t>(model_.history.size()) ? true : fail("verify counts other transfers");
  }

  bool trace_ = std::getenv("BYLAW_SIM_TRACE") != nullptr;  ///< prints every group
  std::uint64_t seed_;
  Generator generator_;
  std::string path_;
  engine::BooksOptions options_;
  std::unique_ptr<Books> books_;
  BooksModel model_;
  std::vector<Group> sent_;
  std::int64_t clock_ = 1'700'000'000'000;
  std::int64_t clock_min_ = 0;
  bool armed_ = false;  ///< the disk has been told to fail
  std::int64_t recorded_ = 1'700'000'000'000;
  Counts& counts_;
};

}  // namespace

int main() {
  auto const* steps_text = std::getenv("BYLAW_SIM_STEPS");
  auto const* seed_text = std::getenv("BYLAW_SIM_SEED");
  long const steps = steps_text != nullptr ? std::atol(steps_text) : 10'000;
  auto const folder = (std::filesystem::temp_directory_path() / ("bylaw_sim_" + std::to_string(getpid()))).string();
  std::filesystem::create_directories(folder);
  Counts counts;
  bool good = true;
  std::uint64_t seed = seed_text != nullptr ? std::strtoull(seed_text, nullptr, 10) : 1;
  do {
    good = Episode(seed++, folder, counts).run();
  } while (good && seed_text == nullptr && counts.steps < steps);
  std::filesystem::remove_all(folder);
  std::printf("%ld steps: %ld groups (%ld accepted, %ld refused, %ld again), %ld crashes, %ld power cuts, %ld failed commits, %ld times verified\n",
              counts.steps, counts.groups, counts.accepted, counts.refused, counts.duplicates, counts.crashes, counts.power_cuts, counts.failed_commits,
              counts.verified);
  return good && counts.accepted > counts.steps / 10 ? 0 : 1;
}
