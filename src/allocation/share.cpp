// Scarce stock divided among those who want it.
#include <algorithm>
#include <numeric>

#include <bylaw/allocation/share.hpp>
#include <bylaw/values/integer.hpp>

namespace bylaw::inline v0::allocation {

namespace {

/// By what was promised, by when it was ordered, by id: what every tie is decided by.
bool comes_before(Claim const& a, Claim const& b) {
  auto const due = [](Claim const& claim) { return claim.promised.value == 0 ? INT64_MAX : claim.promised.value; };
  if (due(a) != due(b)) return due(a) < due(b);
  if (a.placed != b.placed) return a.placed < b.placed;
  return a.id < b.id;
}

std::vector<std::int64_t> one_after_the_other(std::vector<Claim> const& claims, std::int64_t available, std::vector<std::size_t> const& turns) {
  std::vector<std::int64_t> out(claims.size(), 0);
  for (auto const c : turns) {
    auto const units = std::min(claims[c].quantity, available);
    if (units <= 0 || (claims[c].complete && units < claims[c].quantity)) continue;
    out[c] = units;
    available -= units;
  }
  return out;
}

/// Largest remainders: everybody gets the whole part of his share, and what is left goes to the largest parts that were cut off.
std::vector<std::int64_t> proportional(std::vector<Claim> const& claims, std::vector<std::size_t> const& among, std::int64_t available) {
  std::vector<std::int64_t> out(claims.size(), 0);
  Int128 wanted = 0;
  for (auto const c : among) wanted += claims[c].quantity;
  if (wanted <= available) {
    for (auto const c : among) out[c] = claims[c].quantity;
    return out;
  }
  if (wanted == 0 || available <= 0) return out;
  std::vector<Int128> remainder(claims.size(), 0);
  auto left = available;
  for (auto const c : among) {
    Int128 const exact = Int128{available} * claims[c].quantity;
    out[c] = static_cast<std::int64_t>(exact / wanted);
    remainder[c] = exact % wanted;
    left -= out[c];
  }
  auto order = among;
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return remainder[a] != remainder[b] ? remainder[a] > remainder[b] : comes_before(claims[a], claims[b]); });
  for (auto const c : order) {
    if (left == 0) break;
    if (out[c] == claims[c].quantity) continue;
    ++out[c];
    --left;
  }
  return out;
}

}  // namespace

std::vector<std::size_t> in_turn(std::vector<Claim> const& claims, Fairness fairness) {
  std::vector<std::size_t> out(claims.size());
  std::iota(out.begin(), out.end(), std::size_t{0});
  std::sort(out.begin(), out.end(), [&](std::size_t a, std::size_t b) {
    bool const ranked = fairness == Fairness::priority && claims[a].priority != claims[b].priority;
    return ranked ? claims[a].priority < claims[b].priority : comes_before(claims[a], claims[b]);
  });
  return out;
}

std::vector<std::int64_t> share(std::vector<Claim> const& claims, std::int64_t available, Fairness fairness) {
  auto const turns = in_turn(claims, fairness);
  if (fairness != Fairness::fair_share) return one_after_the_other(claims, available, turns);
  auto out = proportional(claims, turns, available);
  // Those that want all or nothing and got a part give it back; in turn, whoever can be made whole with what lies there is.
  std::int64_t left = available;
  std::vector<std::size_t> open;
  for (auto const c : turns) {
    if (claims[c].complete && out[c] < claims[c].quantity) out[c] = 0;
    left -= out[c];
    if (claims[c].complete && out[c] == 0 && claims[c].quantity > 0) open.push_back(c);
  }
  for (auto const c : open) {
    if (claims[c].quantity > left) continue;
    out[c] = claims[c].quantity;
    left -= out[c];
  }
  // What is left after that is for those who take parts, again in proportion to what each still wants.
  auto rest = claims;
  std::vector<std::size_t> among;
  for (auto const c : turns) {
    rest[c].quantity -= out[c];
    if (!claims[c].complete && rest[c].quantity > 0) among.push_back(c);
  }
  auto const more = proportional(rest, among, left);
  for (auto const c : among) out[c] += more[c];
  return out;
}

}  // namespace bylaw::inline v0::allocation
