#pragma once
// The order workload, as ../shared/bench/workflow describes it, in a form of our own for machines without that folder: nine
// states, twelve events, five of them guarded, and six scripts of eight events.
#include <cstdint>

enum St : std::uint8_t { imported, validated, on_hold, released, allocated, shipped, invoiced, settled, cancelled, N_ST };
enum Ev : std::uint8_t { e_validate, e_hold, e_unhold, e_release, e_allocate, e_deallocate, e_ship, e_invoice, e_pay, e_settle, e_cancel, e_amend, N_EV };

struct Ctx {
  std::int64_t amount, paid;
  std::int32_t holds, fraud;
  std::uint8_t address_ok, shortq, script, pad;
};

inline std::uint64_t mix(std::uint64_t x) {  // splitmix64, Sebastiano Vigna
  x += 0x9E3779B97F4A7C15ull;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
  return x ^ (x >> 31);
}

inline constexpr Ev scripts[6][8] = {
    {e_validate, e_release, e_allocate, e_ship, e_invoice, e_pay, e_pay, e_settle},
    {e_validate, e_hold, e_hold, e_unhold, e_unhold, e_release, e_allocate, e_ship},
    {e_validate, e_hold, e_unhold, e_release, e_allocate, e_deallocate, e_cancel, e_ship},
    {e_validate, e_release, e_hold, e_unhold, e_release, e_allocate, e_ship, e_invoice},
    {e_validate, e_amend, e_validate, e_release, e_allocate, e_ship, e_invoice, e_settle},
    {e_validate, e_release, e_allocate, e_hold, e_unhold, e_release, e_allocate, e_cancel},
};

inline void init_ctx(Ctx& c, std::uint64_t order) {
  auto const h = mix(order);
  auto const p = static_cast<unsigned>(h % 100);
  unsigned const script = p < 60 ? 0 : p < 77 ? 1 : p < 85 ? 2 : p < 92 ? 3 : p < 97 ? 4 : 5;
  c = {1000 + static_cast<std::int64_t>((h >> 8) % 50000), 0, 0, script == 3 ? 90 : 10, script != 4, script == 5, static_cast<std::uint8_t>(script), 0};
}
inline Ev ev_of(Ctx const& c, int k) { return scripts[c.script][k]; }
inline std::int64_t payload_of(Ctx const& c, int k) {
  if (c.script != 0) return 0;
  return k == 5 ? c.amount / 2 : k == 6 ? c.amount - c.amount / 2 : 0;
}

/// The twin: what somebody writes by hand for this one workflow.
inline __attribute__((always_inline)) bool step(St& s, Ctx& c, Ev e, std::int64_t pay) {
  auto const go = [&](St to) {
    s = to;
    return true;
  };
  switch (s) {
    case imported:
      if (e == e_validate) return c.address_ok != 0 && go(validated);
      if (e == e_hold) return ++c.holds, go(on_hold);
      if (e == e_cancel) return go(cancelled);
      if (e == e_amend) return c.address_ok = 1, true;
      return false;
    case validated:
      if (e == e_hold) return ++c.holds, go(on_hold);
      if (e == e_release) return c.holds == 0 && c.fraud < 80 && go(released);
      if (e == e_cancel) return go(cancelled);
      if (e == e_amend) return c.address_ok = 1, go(imported);
      return false;
    case on_hold:
      if (e == e_hold) return ++c.holds, true;
      if (e == e_cancel) return go(cancelled);
      if (e != e_unhold) return false;
      if (c.holds != 1) return --c.holds, true;
      c.holds = c.fraud = 0;
      return go(validated);
    case released:
      if (e == e_allocate) return !c.shortq && go(allocated);
      if (e == e_hold) return ++c.holds, go(on_hold);
      return e == e_cancel && go(cancelled);
    case allocated:
      if (e == e_deallocate) return go(released);
      if (e == e_ship) return go(shipped);
      return e == e_cancel && go(cancelled);
    case shipped: return e == e_invoice && go(invoiced);
    case invoiced:
      if (e == e_pay) return c.paid += pay, true;
      return e == e_settle && c.paid >= c.amount && go(settled);
    default: return false;
  }
}
