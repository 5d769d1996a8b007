// Events as entries, by the postings of the policy.
#include "engine/postings.hpp"

#include <algorithm>

#include <bylaw/returns/amounts.hpp>
#include <bylaw/trade/amounts.hpp>

#include "engine/exceptions.hpp"

namespace bylaw::inline v0::engine {

namespace {

policy::PostingRule const* first_on(policy::Policy const& policy, std::string_view event) {
  for (auto const& rule : policy.postings()) {
    if (rule.event == event) return &rule;
  }
  return nullptr;
}

/// Debits and credits of one rule, company and element balance, so that they can be told as movements from one account to another.
void add_entries(Context& context, std::vector<policy::PostingLeg> legs, std::string const& reference, std::vector<ledger::Transfer>& group) {
  for (auto& debit : legs) {
    if (!debit.debit) continue;
    for (auto& credit : legs) {
      bool const same = !credit.debit && credit.rule == debit.rule && credit.element == debit.element && credit.company == debit.company;
      if (!same || debit.amount.amount_minor() == 0 || credit.amount.amount_minor() == 0 || debit.account == credit.account) continue;
      auto const amount = std::min(debit.amount.amount_minor(), credit.amount.amount_minor());
      auto const currency = debit.amount.currency();
      auto const company = context.company;
      if (!debit.company.empty()) context.company = debit.company;
      context.add_legs(group, {{debit.account, credit.account, Money(amount, currency)}}, reference);
      context.company = company;
      debit.amount = Money(debit.amount.amount_minor() - amount, currency);
      credit.amount = Money(credit.amount.amount_minor() - amount, currency);
    }
  }
}

}  // namespace

bool policy_posts(Context const& context, std::string_view account) {
  auto const& rules = context.book().policy().postings();
  return std::any_of(rules.begin(), rules.end(),
                     [&](policy::PostingRule const& rule) { return std::find(rule.accounts.begin(), rule.accounts.end(), account) != rule.accounts.end(); });
}

bool policy_posts_on(Context const& context, std::string_view event) { return first_on(context.book().policy(), event) != nullptr; }

Result<void> post_event(Context& context, std::string const& event, rulebook::OrderFacts const* order, trade::Order const* lines,
                        std::vector<trade::Attribute> const& values, std::string const& reference, std::vector<ledger::Transfer>& group) {
  auto const& book = context.book();
  auto const* rule = first_on(book.policy(), event);
  if (rule == nullptr) return {};
  rulebook::OrderFacts part;
  if (lines != nullptr) {
    part.order = lines;
    auto amounts = trade::amounts_of(*lines);
    if (!amounts) return Unexpected{amounts.error()};
    part.amounts = std::move(*amounts);
    for (auto const& line : lines->lines) {
      auto item = context.store.load_item(line.item, context.command.at);
      if (!item) return Unexpected{item.error()};
      part.items.push_back(*item);
    }
  }
  auto const failed = [&](std::string const& why) {
    return open_exception(context, "posting_failed", "finance", {{"exception.event", event}, {"exception.order", reference}},
                          "`" + event + "` could not be posted: " + why);
  };
  auto const frame = book.posting_frame(rule->subject, part, values);
  if (!frame) return failed(frame.error().message);
  auto const order_frame = book.order_frame(order == nullptr ? rulebook::OrderFacts{} : *order);
  if (!order_frame) return failed(order_frame.error().message);
  auto const decision = book.policy().decide_posting(event, *order_frame, *frame, context.command.at);
  add_entries(context, decision.legs, reference, group);
  for (auto const& error : decision.errors) {
    if (auto const opened = failed(error); !opened) return opened;
  }
  return {};
}

trade::Order part_of(trade::Order const& order, std::map<std::string, std::int64_t> units) {
  trade::Order out = order;
  out.discounts.clear();
  out.lines.clear();
  auto const amounts = trade::amounts_of(order);
  for (std::size_t i = 0; amounts && i < order.lines.size(); ++i) {
    auto line = order.lines[i];
    auto const wanted = units.find(line.item);
    auto const part = wanted == units.end() ? 0 : std::min(wanted->second, line.quantity);
    if (part == 0) continue;
    wanted->second -= part;
    auto const share = returns::share((*amounts)[i], part, line.quantity);
    line.quantity = part;
    line.tax = share.tax;
    line.net = order.tax_included ? share.gross : share.net();
    out.lines.push_back(std::move(line));
  }
  if (auto const total = trade::total_of(out)) out.total = *total;
  return out;
}

}  // namespace bylaw::inline v0::engine
