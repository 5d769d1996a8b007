#pragma once
#include <bylaw/values/integer.hpp>

namespace bylaw::inline v0::policy {

/// An exact rational number: what a clause computes with until it is rounded once.
/// Numerator and denominator are kept in lowest terms; the denominator is positive.
struct Exact {
  Int128 numerator = 0;
  Int128 denominator = 1;
};

/// Arithmetic reports overflow by returning false; the rule then fails by name.
namespace exact {

inline Int128 gcd(Int128 a, Int128 b) {
  if (a < 0) a = -a;
  while (b != 0) {
    Int128 const rest = a % b;
    a = b;
    b = rest;
  }
  return a == 0 ? 1 : a;
}

inline void reduce(Exact& x) {
  if (x.denominator == 1) return;
  Int128 const divisor = gcd(x.numerator, x.denominator);
  x.numerator /= divisor;
  x.denominator /= divisor;
}

inline bool add(Exact a, Exact b, Exact& out) {
  Int128 left = 0;
  Int128 right = 0;
  if (multiply_overflows(a.numerator, b.denominator, left) || multiply_overflows(b.numerator, a.denominator, right) ||
      add_overflows(left, right, out.numerator) || multiply_overflows(a.denominator, b.denominator, out.denominator)) {
    return false;
  }
  reduce(out);
  return true;
}

inline Exact negate(Exact a) { return {-a.numerator, a.denominator}; }

inline bool multiply(Exact a, Exact b, Exact& out) {
  Exact left{a.numerator, b.denominator};
  Exact right{b.numerator, a.denominator};
  reduce(left);
  reduce(right);
  return !multiply_overflows(left.numerator, right.numerator, out.numerator) && !multiply_overflows(left.denominator, right.denominator, out.denominator);
}

inline bool divide(Exact a, Exact b, Exact& out) {
  if (b.numerator == 0) return false;
  if (b.numerator < 0) {
    a = negate(a);
    b = negate(b);
  }
  return multiply(a, {b.denominator, b.numerator}, out);
}

/// -1, 0 or 1; false on overflow.
inline bool compare(Exact a, Exact b, int& out) {
  Int128 left = 0;
  Int128 right = 0;
  if (multiply_overflows(a.numerator, b.denominator, left) || multiply_overflows(b.numerator, a.denominator, right)) {
    return false;
  }
  out = left < right ? -1 : left > right ? 1 : 0;
  return true;
}

}  // namespace exact
}  // namespace bylaw::inline v0::policy
