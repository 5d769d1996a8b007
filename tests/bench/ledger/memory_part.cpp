// In memory: full validation beside a flat map, and how much memory accounts and promises take.
#include <cstdio>

#include <malloc.h>

#include <bylaw/values/hash.hpp>

#include "parts.hpp"
#include "twins.hpp"

using namespace bylaw;
using namespace bylaw::ledger;

namespace {

Ledger opened(std::uint32_t accounts) {
  Ledger ledger;
  auto const source = ledger.open({AccountKind::quantity, "SKU-1", "supplier", "virtual", "", "", ""}, unbounded);
  Applied applied;
  for (std::uint32_t i = 0; i < accounts; ++i) {
    Group group;
    Transfer t;
    t.debit = source;
    t.credit = ledger.open(account_key(i), physical);
    t.amount = opening_balance;
    group.transfers = {t};
    if (!ledger.apply(group, {}, applied)) give_up("the opening balances are refused");
    ledger.commit();
  }
  return ledger;
}

std::size_t bytes_in_use() {
  auto const info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

}  // namespace

void in_memory() {
  constexpr std::size_t count = 2'000'000;
  auto const work = movements(count, 42);
  auto const groups = groups_of(work.data(), count, Ids::random, 0, 1);
  std::vector<double> ratios, ours, twins;
  for (int round = 0; round < 5; ++round) {
    FlatTwin twin(account_count, count);
    auto start = seconds_now();
    std::size_t moved = 0;
    for (std::size_t i = 0; i < count; ++i) {
      auto const& m = work[i];
      std::uint64_t const body[] = {std::uint64_t{m.debit} << 32 | m.credit, static_cast<std::uint64_t>(m.amount), static_cast<std::uint64_t>(m.effective),
                                    m.reference};
      moved += static_cast<std::size_t>(twin.post(groups[i].id, hash64(body, sizeof body), FlatTwin::key_of(m.debit), FlatTwin::key_of(m.credit), m.amount));
    }
    auto const twin_seconds = seconds_now() - start;
    auto ledger = opened(account_count);
    ledger.recent_ids().reserve(count);
    Applied applied;
    std::size_t accepted = 0;
    start = seconds_now();
    for (std::size_t i = 0; i < count; ++i) {
      if (i + 8 < count) ledger.prefetch(groups[i + 8]);
      accepted += ledger.submit(groups[i], body_hash(groups[i]), {}, applied).accepted() ? 1 : 0;
      if (i % 1'000 == 999) ledger.commit();
    }
    auto const seconds = seconds_now() - start;
    if (moved != count || accepted != count) give_up("the ledger and the flat map do not accept the same movements");
    for (std::uint32_t i = 0; i < account_count; ++i) {
      if (ledger.balance(AccountIndex(i + 1)).posted != twin.balance(FlatTwin::key_of(i))) give_up("the ledger and the flat map disagree about a balance");
    }
    ours.push_back(count / seconds);
    twins.push_back(count / twin_seconds);
    ratios.push_back(twin_seconds / seconds);
  }
  char details[120];
  std::snprintf(details, sizeof details, "%.1f million/s, flat map %.1f", median(ours) / 1e6, median(twins) / 1e6);
  report("in memory, full validation / flat map with ids and bodies", median(ratios), 0.5, false, details);
}

void memory_use() {
  constexpr std::uint32_t accounts = 1'000'000;
  auto before = bytes_in_use();
  Ledger ledger;
  for (std::uint32_t i = 0; i < accounts; ++i) {
    auto key = account_key(i);
    key.unit = "SKU-" + std::to_string(100'000 + i / 4);
    (void)ledger.open(key, physical);
    if (i % 1'000 == 999) ledger.commit();
  }
  ledger.commit();
  malloc_trim(0);
  auto const per_account = static_cast<double>(bytes_in_use() - before) / accounts;
  report("bytes an account, at a million, a lot for each", per_account, 160, true, "");

  for (bool const lapses : {false, true}) {
    constexpr std::uint32_t promises = 1'000'000;
    auto shop = opened(1'000);
    auto const customer = shop.open({AccountKind::quantity, "SKU-1", "customer", "virtual", "", "", ""}, unbounded);
    before = bytes_in_use();
    Applied applied;
    Group group;
    group.transfers.resize(1);
    for (std::uint32_t i = 0; i < promises; ++i) {
      auto& t = group.transfers[0];
      t.kind = TransferKind::pending;
      t.debit = AccountIndex(1 + i % 1'000);
      t.credit = customer;
      t.amount = 1;
      t.due = Timestamp(1'700'000'000'000 + i);
      t.expires = Timestamp(lapses ? 1'700'000'000'000 + i * 7919 % promises : 0);
      t.reference = "ORD-" + std::to_string(10'000'000 + i);  // every order with one promise: nothing is shared
      if (!shop.apply(group, {}, applied)) give_up("a promise is refused");
      if (i % 1'000 == 999) shop.commit();
    }
    malloc_trim(0);
    auto const bytes = static_cast<double>(bytes_in_use() - before) / promises;
    report(lapses ? "bytes an open promise with a time to lapse" : "bytes an open promise", bytes, 96, true, "");
  }
}
