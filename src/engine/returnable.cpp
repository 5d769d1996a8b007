// What may be given back, asked without asking for it.
#include <bylaw/engine/returnable.hpp>

#include <algorithm>

#include <bylaw/values/word_list.hpp>

#include "engine/engine_impl.hpp"

namespace bylaw::inline v0::engine {

namespace {

/// A request for everything that is left of the order; lines of which nothing is are left out.
Result<trade::Return> whole_request(store::Store& store, trade::Order const& order, std::string const& reason, std::string const& condition, Timestamp at) {
  trade::Return out;
  out.id = "returnable?";
  out.requested = at;
  out.currency = order.currency;
  for (auto const& line : order.lines) {
    auto const sale = store.sale_line(order.id, line.number);
    if (!sale) return Unexpected{sale.error()};
    if (line.shipping || !*sale || (*sale)->remaining <= 0) continue;
    trade::ReturnLine back;
    back.number = static_cast<std::int32_t>(out.lines.size() + 1);
    back.order = order.id;
    back.order_line = line.number;
    back.item = line.item;
    back.quantity = (*sale)->remaining;
    back.claimed_net = Money(0, order.currency);
    back.reason = reason;
    back.claimed_condition = condition;
    out.lines.push_back(std::move(back));
  }
  return out;
}

}  // namespace

Result<std::vector<Returnable>> Engine::returnable(std::string const& order, std::string const& reason, std::string const& condition, Timestamp at) noexcept {
  try {
    std::lock_guard const lock(impl_->state);
    if (impl_->failed || impl_->closed) return Unexpected{impl_->not_usable()};
    if (auto const begun = impl_->store.begin(); !begun) return Unexpected{begun.error()};
    auto const ask = [&]() -> Result<std::vector<Returnable>> {
      auto const stored = impl_->store.load_order(order);
      if (!stored) return Unexpected{stored.error()};
      if (!*stored) return failure("unknown_order", "there is no order `" + order + "`", order, "import it first, or correct the id");
      auto request = whole_request(impl_->store, (*stored)->order, reason, condition, at);
      if (!request) return Unexpected{request.error()};
      if (request->lines.empty()) return std::vector<Returnable>{};
      if (auto const used = impl_->use_versions(at); !used) return Unexpected{used.error()};
      trade::Command const command{"returnable?", at, {}, trade::RequestReturn{std::move(*request)}, {}};
      auto context = impl_->context(command);
      context.decide_about((*stored)->order);
      if (auto const decided = run(context, *command.body.get_if<trade::RequestReturn>()); !decided) return Unexpected{decided.error()};
      std::vector<Returnable> out;
      for (auto const& row : context.changes.return_lines) {
        Returnable line{row.line.order_line, row.line.item, row.line.quantity, row.verdict, {}, row.rule, {}, {}};
        for (auto const code : split_words(row.reasons)) line.reasons.emplace_back(code);
        line.refund = Money(row.verdict == "deny" ? 0 : row.refund_minor, (*stored)->order.currency);
        line.fee = Money(row.fee_minor, (*stored)->order.currency);
        out.push_back(std::move(line));
      }
      return out;
    };
    auto out = ask();
    // Nothing of it was meant to stay.
    impl_->drop_trial();
    return out;
  } catch (...) {
    impl_->failed = true;
    return Unexpected{out_of_memory()};
  }
}

}  // namespace bylaw::inline v0::engine
