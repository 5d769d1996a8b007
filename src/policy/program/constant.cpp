#include "policy/program/constant.hpp"

namespace bylaw::inline v0::policy {

bool constant_of(Policy::Impl const& impl, std::uint32_t index, Exact& out) {
  auto const& expr = impl.nodes[index];
  Exact right;
  switch (expr.op) {
    case Op::literal:
      out = expr.number;
      return expr.type.base != Base::names && expr.type.base != Base::error && expr.type.base != Base::business && expr.months == 0;
    case Op::negate:
      if (!constant_of(impl, expr.args[0], out)) return false;
      out = exact::negate(out);
      return true;
    case Op::add:
    case Op::subtract:
    case Op::multiply:
    case Op::divide: break;
    default: return false;
  }
  if (!constant_of(impl, expr.args[0], out) || !constant_of(impl, expr.args[1], right)) return false;
  if (expr.op == Op::multiply) return exact::multiply(out, right, out);
  if (expr.op == Op::divide) return exact::divide(out, right, out);
  return exact::add(out, expr.op == Op::add ? right : exact::negate(right), out);
}

Op flipped(Op op) {
  switch (op) {
    case Op::less: return Op::greater;
    case Op::less_equal: return Op::greater_equal;
    case Op::greater: return Op::less;
    case Op::greater_equal: return Op::less_equal;
    default: return op;
  }
}

}  // namespace bylaw::inline v0::policy
