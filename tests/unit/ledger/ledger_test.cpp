#include <doctest/doctest.h>

#include <bylaw/ledger/ledger.hpp>

using namespace bylaw;
using namespace bylaw::ledger;

namespace {

AccountKey item(char const* place) { return {AccountKind::quantity, "SKU", place, "available", "", "", ""}; }

struct Shop {
  Ledger ledger;
  AccountIndex supplier = ledger.open(item("supplier"), no_floor);
  AccountIndex shelf = ledger.open(item("shelf"), 0);
  AccountIndex customer = ledger.open(item("customer"), no_floor);

  static Transfer move(TransferKind kind, AccountIndex from, AccountIndex to, std::int64_t amount, std::int64_t pending = 0) {
    Transfer t;
    t.kind = kind;
    t.debit = from;
    t.credit = to;
    t.amount = amount;
    t.pending = Sequence(pending);
    t.reference = "A-1";
    return t;
  }
  std::string apply(std::vector<Transfer> group) {
    auto const done = ledger.apply(group);
    return done ? "ok" : done.error().code;
  }
};

}  // namespace

TEST_CASE("promises are refused when the bound says no, and posting a promise cannot fail") {
  Shop s;
  CHECK(s.apply({Shop::move(TransferKind::post, s.supplier, s.shelf, 10)}) == "ok");
  CHECK(s.apply({Shop::move(TransferKind::pending, s.shelf, s.customer, 7)}) == "ok");
  CHECK(s.apply({Shop::move(TransferKind::pending, s.shelf, s.customer, 4)}) == "bound");
  CHECK(s.apply({Shop::move(TransferKind::post, s.shelf, s.customer, 4)}) == "bound");
  CHECK(s.ledger.balance(s.shelf).available() == 3);
  CHECK(s.apply({Shop::move(TransferKind::post_pending, s.shelf, s.customer, 8, 2)}) == "above_pending");
  CHECK(s.apply({Shop::move(TransferKind::post_pending, s.shelf, s.customer, 5, 2)}) == "ok");
  CHECK(s.ledger.balance(s.shelf).posted == 5);
  CHECK(s.ledger.balance(s.shelf).pending_out == 0);
  CHECK(s.apply({Shop::move(TransferKind::void_pending, s.shelf, s.customer, 5, 2)}) == "unknown_pending");
}

TEST_CASE("a group is all or nothing") {
  Shop s;
  auto const before = s.ledger.last_sequence();
  CHECK(s.apply({Shop::move(TransferKind::post, s.supplier, s.shelf, 10), Shop::move(TransferKind::post, s.shelf, s.customer, 11)}) == "bound");
  CHECK(s.ledger.balance(s.shelf).posted == 0);
  CHECK(s.ledger.balance(s.supplier).posted == 0);
  CHECK(s.ledger.last_sequence() == before);
}

TEST_CASE("bad transfers are named") {
  Shop s;
  auto const other = s.ledger.open({AccountKind::quantity, "OTHER", "shelf", "available", "", "", ""}, 0);
  CHECK(s.apply({Shop::move(TransferKind::post, s.supplier, s.shelf, 0)}) == "not_positive");
  CHECK(s.apply({Shop::move(TransferKind::post, s.shelf, s.shelf, 1)}) == "same_account");
  CHECK(s.apply({Shop::move(TransferKind::post, s.supplier, other, 1)}) == "unit_mismatch");
  CHECK(s.apply({Shop::move(TransferKind::post, s.supplier, s.shelf, INT64_MAX), Shop::move(TransferKind::post, s.supplier, s.shelf, 1)}) == "overflow");
}

TEST_CASE("undo brings back every balance, reservation and account") {
  Shop s;
  REQUIRE(s.apply({Shop::move(TransferKind::post, s.supplier, s.shelf, 10), Shop::move(TransferKind::pending, s.shelf, s.customer, 4)}) == "ok");
  s.ledger.commit();
  std::uint64_t seed = 3;
  for (int round = 0; round < 300; ++round) {
    auto const mark = s.ledger.mark();
    for (int i = 0; i < 5; ++i) {
      seed = seed * 6364136223846793005u + 1442695040888963407u;
      auto const kind = static_cast<TransferKind>((seed >> 40) % 4);
      (void)s.apply({Shop::move(kind, kind == TransferKind::post && (seed & 64) != 0 ? s.supplier : s.shelf,
                                kind == TransferKind::post && (seed & 64) != 0 ? s.shelf : s.customer, 1 + static_cast<std::int64_t>((seed >> 50) % 5), 2)});
      (void)s.ledger.open(item(("new" + std::to_string(i)).c_str()), 0);
    }
    s.ledger.undo_to(mark);
    REQUIRE(s.ledger.balance(s.shelf).posted == 10);
    REQUIRE(s.ledger.balance(s.shelf).pending_out == 4);
    REQUIRE(s.ledger.pending_count() == 1);
    REQUIRE(s.ledger.account_count() == 3);
    REQUIRE(s.ledger.last_sequence() == Sequence(2));
  }
}
