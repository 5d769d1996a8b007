// What happens to an order on its way in: other names for items, what is missing or wrong, who and what looks the same.
#include <bylaw/values/split.hpp>
#include <bylaw/values/word_list.hpp>
#include "engine/intake.hpp"

#include <algorithm>

#include <bylaw/catalog/entry.hpp>
#include <bylaw/store/supplies.hpp>
#include <bylaw/wire/decisions.hpp>

#include "engine/order_facts.hpp"
#include "engine/stockroom.hpp"

namespace bylaw::inline v0::engine {

Result<void> map_items(Context& context, trade::Order& order) {
  if (!store::Supplies(context.store).has_entries("cross_reference")) return {};
  for (auto& line : order.lines) {
    if (line.service) continue;
    auto const known = context.store.load_item(line.item, context.command.at);
    if (!known) return Unexpected{known.error()};
    auto const entry = catalog_entry(context, "cross_reference", order.channel + "/" + line.item);
    if (!entry) return Unexpected{entry.error()};
    if (!*entry) continue;
    auto const item = std::string(catalog::value_of(**entry, "item"));
    auto const factor = std::max<std::int64_t>(whole_number(catalog::value_of(**entry, "units")).value_or(1), 1);
    std::int64_t quantity = 0;
    if (multiply_overflows(line.quantity, factor, quantity))
      return context.refuse("overflow", "line " + std::to_string(line.number) + " is too large", "check it");
    context.changes.decisions.push_back({order.id, "import", "cross_reference",
                                         "line " + std::to_string(line.number) + ": `" + line.item + "` is " + std::to_string(factor) + " of `" + item + "`",
                                         "{}"});
    line.item = item;
    line.quantity = quantity;
  }
  return {};
}

Result<std::vector<KitPart>> parts_of(Context& context, std::string const& kit, int depth) {
  constexpr int depth_max = 8;
  constexpr std::size_t parts_max = 1'000;
  if (depth > depth_max) return context.refuse("bad_kit", "`" + kit + "` is a kit within itself, or too deep", "write its parts without kits");
  std::vector<KitPart> out;
  auto const item = context.store.load_item(kit, context.command.at);
  if (!item) return Unexpected{item.error()};
  auto const words = *item ? std::string(catalog::value_of((*item)->attributes, "item.parts")) : std::string{};
  for (auto const word : split_words(words)) {
    auto const star = word.rfind('*');
    auto const units = star == std::string_view::npos ? std::nullopt : whole_number(word.substr(star + 1));
    if (!units || *units <= 0)
      return context.refuse("bad_kit", "`" + std::string(word) + "` is no part of a kit", "write the parts of `" + kit + "` as SKU*2,SKU*1");
    KitPart part{std::string(word.substr(0, star)), *units, *units};
    auto const known = context.store.load_item(part.item, context.command.at);
    if (!known) return Unexpected{known.error()};
    if (!*known) return context.refuse("bad_kit", "there is no item `" + part.item + "`, which is a part of `" + kit + "`", "define it first");
    if ((*known)->unit_cost && multiply_overflows((*known)->unit_cost->amount_minor(), *units, part.weight)) part.weight = *units;
    auto const inner = parts_of(context, part.item, depth + 1);
    if (!inner) return inner;
    for (auto sub : *inner) {
      bool const fits = !multiply_overflows(sub.units, *units, sub.units) && !multiply_overflows(sub.weight, *units, sub.weight);
      if (!fits) return context.refuse("bad_kit", "`" + kit + "` has too many parts", "check its parts");
      out.push_back(std::move(sub));
    }
    if (inner->empty()) out.push_back(std::move(part));
    if (out.size() > parts_max)
      return context.refuse("bad_kit", "`" + kit + "` has more than " + std::to_string(parts_max) + " parts", "sell it in smaller kits");
  }
  return out;
}

Result<void> unpack_kits(Context& context, trade::Order& order) {
  std::vector<trade::Line> out;
  bool any = false;
  for (std::size_t at = 0; at < order.lines.size(); ++at) {
    auto& line = order.lines[at];
    auto const item = context.store.load_item(line.item, context.command.at);
    if (!item) return Unexpected{item.error()};
    line.service = line.service || (*item != nullptr && (*item)->service);
    bool const kit = !line.service && *item != nullptr && !catalog::value_of((*item)->attributes, "item.parts").empty();
    auto const parts = kit ? parts_of(context, line.item) : Result<std::vector<KitPart>>(std::vector<KitPart>{});
    if (!parts) return Unexpected{parts.error()};
    if (parts->empty()) {
      if (any) out.push_back(line);
      continue;
    }
    // Lines are copied from the first kit on: most orders have none.
    if (!any) out.assign(order.lines.begin(), order.lines.begin() + static_cast<std::ptrdiff_t>(at));
    any = true;
    std::vector<std::int64_t> weights;
    for (auto const& part : *parts) weights.push_back(part.weight);
    auto const net = split_largest_remainder(line.net.amount_minor(), weights);
    auto const tax = split_largest_remainder(line.tax.amount_minor(), weights);
    if (!net || !tax) return Unexpected{net ? tax.error() : net.error()};
    for (std::size_t i = 0; i < parts->size(); ++i) {
      auto of = line;
      of.item = (*parts)[i].item;
      of.bundle = line.item;
      if (multiply_overflows(line.quantity, (*parts)[i].units, of.quantity))
        return context.refuse("overflow", "line " + std::to_string(line.number) + " is too large", "check it");
      of.net = Money((*net)[i], order.currency);
      of.tax = Money((*tax)[i], order.currency);
      of.unit_price = Decimal{};
      out.push_back(std::move(of));
    }
    context.changes.decisions.push_back(
        {order.id, "import", "kit", "line " + std::to_string(line.number) + ": `" + line.item + "` is sold by its parts", "{}"});
  }
  if (!any) return {};
  for (std::size_t i = 0; i < out.size(); ++i) out[i].number = static_cast<std::int32_t>(i + 1);
  order.lines = std::move(out);
  return {};
}

Result<void> look_around_customer(Context& context, OrderView& view) {
  auto const& order = view.stored.order;
  auto& facts = view.facts;
  store::Supplies supplies(context.store);
  auto const asks = [&](std::string_view path) { return asks_for(context, policy::Subject::order, path); };
  if (asks("order.duplicate_of")) {
    auto const same = supplies.similar_order(order, Timestamp(order.placed.value - day_ms));
    if (!same) return Unexpected{same.error()};
    facts.duplicate_of = *same;
  }
  if (asks("order.customer.same_as")) {
    auto const other = supplies.customer_of_email(order.customer.email, order.customer.id);
    if (!other) return Unexpected{other.error()};
    facts.customer_same_as = *other;
  }
  auto const sum = [&](bool invoiced, std::optional<Money>& out) -> Result<void> {
    auto const sums = supplies.open_orders(order.customer.id, order.id, invoiced);
    if (!sums) return Unexpected{sums.error()};
    out = Money(0, order.currency);
    // What is owed in another currency cannot be added: nobody knows then what is owed.
    for (auto const& money : *sums) out = money.currency() == order.currency ? std::optional(money) : std::nullopt;
    if (sums->size() > 1) out.reset();
    return {};
  };
  if (asks("order.customer.open_orders")) {
    if (auto const done = sum(false, facts.open_orders); !done) return done;
  }
  if (asks("order.customer.open_invoices")) {
    if (auto const done = sum(true, facts.open_invoices); !done) return done;
  }
  return {};
}

Result<void> validate(Context& context, OrderSubject& subject, bool& rejected) {
  auto const& policy = context.book().policy();
  if (policy.validations().empty()) return {};
  auto& view = subject.view;
  auto const& id = view.stored.order.id;
  auto const frame = context.book().order_frame(view.facts);
  if (!frame) return Unexpected{frame.error()};
  auto const decision = policy.decide_validation(*frame, context.command.at);
  for (auto const& repair : decision.repairs) {
    auto const& rule = policy.validations()[repair.rule];
    bool const personal = is_personal(context.version->personal_paths, repair.path);
    set_fact(context, view.stored.order, repair.path, repair.after);
    context.changes.decisions.push_back({id, "validation", rule.info.name,
                                         personal ? "repaired " + repair.path : "repaired " + repair.path + " from " + repair.before + " to " + repair.after,
                                         "{}"});
  }
  for (auto const& finding : decision.findings) {
    auto const& rule = policy.validations()[finding.rule];
    bool const fails = !finding.error.empty();
    bool const rejects = rule.rejects && !fails;
    context.changes.decisions.push_back({id, "validation", rule.info.name,
                                         fails     ? "could not be evaluated"
                                         : rejects ? "reject"
                                                   : "hold",
                                         wire::reads_json(finding.reads)});
    rejected = rejected || rejects;
    if (rejects) {
      context.outcome.message = rule.reason.code + ": " + rule.reason.text;
      continue;
    }
    policy::HoldHit hit;
    hit.line = finding.line;
    hit.reads = finding.reads;
    hit.error = finding.error;
    if (fails) hit.state = policy::HoldState::failed;
    auto const* hold = find_rule(policy, rule.hold);
    trade::HoldRow row;
    if (hold != nullptr) {
      row = orders::hold_row(*hold, id, hit);
    } else {
      // It was to reject or to repair, and cannot be computed: a person has to look.
      row.order = id;
      row.rule = rule.info.name;
      row.line = finding.line;
      row.reason = "POLICY";
      row.text = "validation `" + rule.info.name + "` could not be evaluated: " + finding.error;
      row.queue = "policy_error";
      row.blocks = "release";
      row.reads = wire::reads_json(finding.reads);
    }
    if (!rule.reason.code.empty() && !fails) {
      row.reason = rule.reason.code;
      row.text = rule.reason.text;
    }
    bool const stands = std::any_of(view.holds.begin(), view.holds.end(), [&](trade::HoldRow const& h) { return h.rule == row.rule && h.line == row.line; });
    if (!stands) subject.put(context, std::move(row));
  }
  return {};
}

}  // namespace bylaw::inline v0::engine
