// Memory that runs out at the n-th allocation of a commit: the caller is told, the books fail rather than go on with half
// a step, and opening them again finds what was acknowledged.
#include <cstdlib>
#include <memory>
#include <new>

#include <doctest/doctest.h>

#include <bylaw/store/store.hpp>

#include "work.hpp"

namespace {
thread_local std::int64_t allocations_left = -1;  // below 0: as many as there are

void* allocate(std::size_t size) {
  if (allocations_left == 0) throw std::bad_alloc();
  if (allocations_left > 0) --allocations_left;
  if (auto* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
}  // namespace

void* operator new(std::size_t size) { return allocate(size); }
void* operator new[](std::size_t size) { return allocate(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

using namespace bylaw;
using namespace bylaw::ledger;
using engine::Books;

namespace {

/// A group that does many things at once.
Group busy(std::uint64_t number) {
  Group group;
  group.id = {77, number};
  auto const leg = [&](TransferKind kind, std::uint32_t debit, std::uint32_t credit, std::int64_t amount, Force force = Force::none) {
    Transfer t;
    t.kind = kind;
    t.force = force;
    t.debit = AccountIndex(debit);
    t.credit = AccountIndex(credit);
    t.amount = amount;
    t.reference = "a reference that is longer than a short string " + std::to_string(number);
    group.transfers.push_back(t);
  };
  leg(TransferKind::post, 0, 2, 10);
  leg(TransferKind::pending, 2, 1, 4);
  leg(TransferKind::pending, 2, 1, 5);
  leg(TransferKind::post, 2, 1, 8, Force::fact);  // takes from both promises
  group.lots = {{"SKU", "a lot with a name that needs memory " + std::to_string(number), {}, {}, {}}};
  group.bounds = {{AccountIndex(3), {-static_cast<std::int64_t>(number), no_ceiling}}};
  return group;
}

}  // namespace

TEST_CASE("memory runs out at every allocation of a commit") {
  TempStore temp;
  std::int64_t failed_commits = 0;
  std::uint64_t number = 1;
  auto books = std::make_unique<Result<Books>>(Books::open({temp.path, true, {}, 50, 4}));
  REQUIRE(books->has_value());
  REQUIRE((*books)->open_accounts(shelves()).has_value());
  for (std::int64_t n = 0; n < 400; ++n) {
    CAPTURE(n);
    auto const group = busy(number++);
    std::vector<Group> const batch{group};
    allocations_left = n;
    auto receipts = (*books)->submit(batch);
    allocations_left = -1;
    if (receipts) CHECK((*receipts)[0].accepted());
    if (receipts && !(*books)->failed()) continue;  // a snapshot after the commit may have failed as well
    ++failed_commits;
    if (!receipts) CHECK(receipts.error().code == "out_of_memory");
    // Either it was noticed before anybody wrote, or the books have to be opened again.
    if ((*books)->failed()) {
      CHECK((*books)->submit(batch).error().code == "engine_failed");
      books.reset();
      books = std::make_unique<Result<Books>>(Books::open({temp.path, true, {}, 50, 4}));
      REQUIRE(books->has_value());
    }
    auto const again = (*books)->submit(batch);
    REQUIRE(again.has_value());
    CHECK((*again)[0].accepted());
  }
  CHECK(failed_commits > 30);
  books.reset();
  auto const verified = store::verify(temp.path);
  REQUIRE(verified.has_value());
  CHECK_MESSAGE(verified->findings.empty(), verified->findings.front());
}
