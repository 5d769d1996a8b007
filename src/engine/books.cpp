#include <bylaw/engine/books.hpp>

#include <atomic>
#include <new>
#include <thread>
#include <utility>

#include "engine/clock.hpp"
#include "engine/writer.hpp"

namespace bylaw::inline v0::engine {

using ledger::AccountIndex;
using ledger::Receipt;

namespace {

Error too_long() { return {"name_too_long", "a name has at most " + std::to_string(ledger::name_bytes_max) + " bytes", {}, "shorten it"}; }

Error check_key(ledger::AccountKey const& key) {
  if (key.kind > ledger::AccountKind::money) return {"unknown_kind", "an account holds quantities or money", key.unit, {}};
  if (key.unit.empty() || key.place.empty() || key.status.empty()) {
    return {"unnamed_account", "an account has at least a unit, a place and a status", key.unit + "@" + key.place, "name them"};
  }
  for (auto const* part : {&key.unit, &key.place, &key.status, &key.detail, &key.owner, &key.pool}) {
    if (part->size() > ledger::name_bytes_max) return too_long();
  }
  return {};
}

/// What one caller wants. The body hashes are computed on the caller's thread, before anybody waits for it.
struct Request {
  std::vector<ledger::Group> const* groups = nullptr;
  std::vector<std::uint64_t> bodies;
  std::vector<Receipt> receipts;

  std::vector<AccountSpec> const* accounts = nullptr;
  std::vector<AccountIndex> opened;
  std::vector<ledger::CostPoolKey> const* pools = nullptr;
  std::vector<ledger::CostPoolIndex> opened_pools;

  std::int64_t expire_max = 0;
  std::vector<ledger::Pending> expired;

  Error refusal;  ///< of this work alone; what it did before stays
};

}  // namespace

struct Books::Impl final : Writer {
  Impl(BooksOptions o, store::Store s) : Writer(std::move(s), o.store_path, "books"), options(std::move(o)) { snapshot_transfers = options.snapshot_transfers; }

  struct Work : Ticket, Request {};

  BooksOptions options;
  ledger::Applied applied;
  mutable std::atomic<std::thread::id> visitor{};  ///< the thread that reads just now; the ledger is read under `state`

  Result<void> submit(Work& work);
  Result<void> write_all(Group const& group) override;
  Result<void> write_one(Work& work, Timestamp now);
  Result<void> book(ledger::Group const& group, std::uint64_t body, Timestamp now, Receipt& receipt);
  Result<void> expire(Work& work, Timestamp now);
};

/// A group: answered from history, refused, or done. Only a failing store fails everybody.
Result<void> Books::Impl::book(ledger::Group const& group, std::uint64_t body, Timestamp now, Receipt& receipt) {
  receipt = ledger.submit(group, body, now, applied, store.history());
  if (!store.usable()) return failure("store_failed", "the journal could not be read", options.store_path, "open the books again");
  return receipt.duplicate ? store.recall(receipt) : store.record(group, body, receipt, applied, ledger);
}

Result<void> Books::Impl::expire(Work& work, Timestamp now) {
  ledger::Group group;
  auto lapsed = ledger.lapsed(now, static_cast<std::size_t>(work.expire_max));
  for (auto const& pending : lapsed) {
    ledger::Transfer transfer;
    transfer.kind = ledger::TransferKind::expire;
    transfer.target = pending.sequence;
    transfer.effective = now;
    group.transfers.push_back(std::move(transfer));
  }
  if (group.transfers.empty()) return {};
  Receipt receipt;
  if (auto const done = book(group, 0, now, receipt); !done) return done;
  if (!receipt.accepted()) return Unexpected{receipt.error};
  work.expired = std::move(lapsed);
  return {};
}

Result<void> Books::Impl::write_one(Work& work, Timestamp now) {
  if (work.accounts != nullptr) {
    for (auto const& [key, bounds] : *work.accounts) {
      work.refusal = check_key(key);
      if (!work.refusal.code.empty()) break;
      work.opened.push_back(ledger.open(key, bounds));
    }
    if (auto const kept = store.record({}, 0, {}, {}, ledger); !kept) return kept;
  }
  if (work.pools != nullptr) {
    for (auto const& key : *work.pools) {
      if (key.item.size() > ledger::name_bytes_max || key.place.size() > ledger::name_bytes_max) {
        work.refusal = too_long();
        break;
      }
      auto const pool = ledger.open_pool(key);
      if (!pool) {
        work.refusal = pool.error();
        break;
      }
      work.opened_pools.push_back(*pool);
    }
    if (auto const kept = store.record({}, 0, {}, {}, ledger); !kept) return kept;
  }
  if (work.groups != nullptr) {
    constexpr std::size_t ahead = 8;
    work.receipts.resize(work.groups->size());
    for (std::size_t i = 0; i < work.groups->size(); ++i) {
      if (i + ahead < work.groups->size()) ledger.prefetch((*work.groups)[i + ahead]);
      if (auto const done = book((*work.groups)[i], work.bodies[i], now, work.receipts[i]); !done) return done;
    }
  }
  return work.expire_max > 0 ? expire(work, now) : Result<void>{};
}

Result<void> Books::Impl::write_all(Group const& group) {
  // The clock may go back; what is recorded does not, and promises lapse by what is recorded.
  auto const now = std::max(read_clock(options.clock), store.last_recorded());
  if (auto const begun = store.begin(); !begun) return begun;
  for (auto* ticket : group) {
    if (auto const done = write_one(*static_cast<Work*>(ticket), now); !done) return done;
  }
  return store.commit(now, ledger);
}

Result<void> Books::Impl::submit(Work& work) {
  if (visitor == std::this_thread::get_id()) return failure("reentered", "what reads the ledger may not call the books", options.store_path);
  if (auto const done = Writer::submit(work); !done) return done;
  if (!work.refusal.code.empty()) return Unexpected{std::move(work.refusal)};
  return {};
}

Result<Books> Books::open(BooksOptions options) noexcept {
  try {
    auto store = store::Store::open(options.store_path, options.create);
    if (!store) return Unexpected{store.error()};
    store->keep_recent_ids(options.recent_ids_max);
    auto impl = std::make_unique<Impl>(std::move(options), std::move(*store));
    if (auto const loaded = impl->load(); !loaded) return Unexpected{loaded.error()};
    return Books(impl.release());
  } catch (...) {
    return Unexpected{out_of_memory()};
  }
}

Books::Books(Books&& other) noexcept : impl_(std::exchange(other.impl_, nullptr)) {}
Books& Books::operator=(Books&& other) noexcept {
  std::swap(impl_, other.impl_);
  return *this;
}
Books::~Books() {
  if (impl_ != nullptr) (void)close();
  delete impl_;
}

Result<std::vector<AccountIndex>> Books::open_accounts(std::vector<AccountSpec> const& accounts) noexcept {
  try {
    Impl::Work work;
    work.accounts = &accounts;
    if (auto const done = impl_->submit(work); !done) return Unexpected{done.error()};
    return std::move(work.opened);
  } catch (...) {
    return Unexpected{out_of_memory()};
  }
}

Result<std::vector<ledger::CostPoolIndex>> Books::open_pools(std::vector<ledger::CostPoolKey> const& pools) noexcept {
  try {
    Impl::Work work;
    work.pools = &pools;
    if (auto const done = impl_->submit(work); !done) return Unexpected{done.error()};
    return std::move(work.opened_pools);
  } catch (...) {
    return Unexpected{out_of_memory()};
  }
}

Result<std::vector<Receipt>> Books::submit(std::vector<ledger::Group> const& groups) noexcept {
  try {
    Impl::Work work;
    work.groups = &groups;
    work.bodies.reserve(groups.size());
    for (auto const& group : groups) work.bodies.push_back(ledger::body_hash(group));
    if (auto const done = impl_->submit(work); !done) return Unexpected{done.error()};
    return std::move(work.receipts);
  } catch (...) {
    return Unexpected{out_of_memory()};
  }
}

Result<Receipt> Books::submit(ledger::Group const& group) noexcept {
  try {
    auto receipts = submit(std::vector<ledger::Group>{group});
    if (!receipts) return Unexpected{receipts.error()};
    return std::move(receipts->front());
  } catch (...) {
    return Unexpected{out_of_memory()};
  }
}

Result<std::vector<ledger::Pending>> Books::expire(std::int64_t count_max) noexcept {
  try {
    if (count_max <= 0) return std::vector<ledger::Pending>{};
    Impl::Work work;
    work.expire_max = count_max;
    if (auto const done = impl_->submit(work); !done) return Unexpected{done.error()};
    return std::move(work.expired);
  } catch (...) {
    return Unexpected{out_of_memory()};
  }
}

Result<void> Books::read(void (*visit)(void*, ledger::Ledger const&), void* context) const noexcept {
  try {
    if (impl_->visitor == std::this_thread::get_id()) return failure("reentered", "what reads the ledger may not call the books", impl_->options.store_path);
    std::lock_guard const lock(impl_->state);
    if (impl_->failed) return Unexpected{impl_->not_usable()};
    impl_->visitor = std::this_thread::get_id();
    bool threw = false;
    try {
      visit(context, impl_->ledger);
    } catch (...) {
      threw = true;
    }
    impl_->visitor = std::thread::id{};
    return threw ? failure("visitor_threw", "what reads the ledger may not throw", impl_->options.store_path) : Result<void>{};
  } catch (...) {
    return Unexpected{out_of_memory()};
  }
}

Result<ledger::Balance> Books::balance(AccountIndex account) const noexcept {
  Result<ledger::Balance> found = Unexpected{Error{}};
  auto const look = [&](ledger::Ledger const& ledger) {
    if (account.value < ledger.account_count()) found = ledger.balance(account);
  };
  if (auto const read_it = read(look); !read_it) return Unexpected{read_it.error()};
  try {
    return found ? found : failure("unknown_account", "there is no such account", {}, "open it first");
  } catch (...) {
    return Unexpected{out_of_memory()};
  }
}

Result<void> Books::close() noexcept {
  try {
    std::lock_guard const lock(impl_->state);
    return impl_->close();
  } catch (...) {
    return Unexpected{out_of_memory()};
  }
}

bool Books::failed() const noexcept { return impl_->failed; }

}  // namespace bylaw::inline v0::engine
