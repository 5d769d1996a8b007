// Commands: what was asked, what came of it, and everything that it changed.
#include <bylaw/trade/amounts.hpp>
#include <bylaw/wire/commands.hpp>
#include <bylaw/wire/json.hpp>

#include "store/claims.hpp"
#include "store/store_impl.hpp"

namespace bylaw::inline v0::store {

using namespace trade;  // NOLINT: rows of `trade` are what a store is made of.

namespace {

/// What the auditor reads beside the kind of the command.
std::string note_of(CommandBody const& body) {
  auto const joined = [](std::string const& what, std::string const& note) { return what + (note.empty() ? "" : ": " + note); };
  if (auto const* event = body.get_if<OrderEvent>()) return joined(event->event, event->note);
  if (auto const* release = body.get_if<ReleaseHold>()) return joined(release->rule, release->note);
  if (auto const* back = body.get_if<ReturnEvent>()) return joined(back->event, back->note);
  if (auto const* place = body.get_if<PlaceHold>()) return joined(place->rule, place->note);
  if (auto const* stop = body.get_if<PlaceStop>()) return joined(stop->name, stop->text);
  if (auto const* lift = body.get_if<LiftStop>()) return joined(lift->name, lift->note);
  if (auto const* event = body.get_if<InstanceEvent>()) return joined(event->event, event->note);
  if (auto const* timer = body.get_if<FireTimer>()) return timer->name;
  if (auto const* migrate = body.get_if<Migrate>()) return joined("from version " + std::to_string(migrate->from), migrate->note);
  if (auto const* entry = body.get_if<DefineEntry>()) return joined(entry->kind + " " + entry->id, entry->note);
  if (auto const* seen = body.get_if<ObserveStock>())
    return joined(std::string(to_string(seen->what)) + " " + std::to_string(seen->quantity) + " at " + seen->location, seen->note);
  if (auto const* due = body.get_if<ExpectSupply>()) return joined(due->supply + " " + std::to_string(due->quantity) + " " + due->item, due->cause);
  if (auto const* in = body.get_if<ReceiveSupply>()) return joined(std::to_string(in->quantity) + " " + in->item + " of " + in->supply, in->note);
  if (auto const* change = body.get_if<ChangeOrder>()) return joined(change->thing + (change->reason.empty() ? "" : " " + change->reason), change->note);
  if (auto const* moved = body.get_if<MoveStock>())
    return joined(std::to_string(moved->quantity) + " " + moved->item + " from " + moved->from + " to " + moved->to, moved->note);
  if (auto const* promised = body.get_if<ReserveStock>()) return joined(promised->kind, promised->note);
  if (auto const* payment = body.get_if<RecordPayment>()) return joined(payment->what + " " + to_string(payment->amount), payment->note);
  if (auto const* in = body.get_if<ReceiveReturn>()) return joined("received", in->note);
  if (auto const* seen = body.get_if<InspectReturn>()) return joined("inspected", seen->note);
  if (auto const* refund = body.get_if<RefundOrder>()) return joined(refund->id, refund->note);
  if (auto const* back = body.get_if<ReturnToVendor>()) return joined(std::to_string(back->quantity) + " " + back->item, back->note);
  if (auto const* late = body.get_if<AdjustCost>()) return joined(to_string(late->amount), late->note);
  if (auto const* exchange = body.get_if<ExchangeReturn>()) return joined(exchange->undo ? "taken back" : exchange->item, exchange->note);
  if (auto const* lot = body.get_if<RecallLot>()) return joined(lot->item + " lot " + lot->lot, lot->note);
  if (auto const* answer = body.get_if<AnswerRequest>()) return joined(std::string(to_string(answer->answer)), answer->note);
  if (auto const* to = body.get_if<Delegate>()) return joined((to->revoked ? "no longer to " : "to ") + to->to, to->note);
  if (auto const* again = body.get_if<RedriveMessages>()) return joined(again->skip ? "skip" : "redrive", again->note);
  if (auto const* gone = body.get_if<ErasePerson>()) return gone->note;
  if (auto const* version = body.get_if<ActivatePolicy>()) return joined(std::string(to_string(version->rollout)), version->note);
  if (auto const* redrive = body.get_if<Redrive>()) return joined(std::to_string(redrive->letter), redrive->note);
  if (auto const* known = body.get_if<RecordFacts>()) {
    std::string paths;
    for (auto const& fact : known->facts) paths += (paths.empty() ? "" : ", ") + fact.path;
    return joined(paths, known->note);
  }
  return {};
}

/// Takes the values of a row in the order in which they are bound, for its hash.
struct RowHash {
  Digest& digest;
  RowHash& bind(std::int64_t value) { return digest.add(value), *this; }
  RowHash& bind(std::string_view value) { return digest.add(value), *this; }
  RowHash& bind_blob(std::string_view value) { return digest.add(value), *this; }
};

std::string facts_json(std::vector<Attribute> const& facts) {
  if (facts.empty()) return {};
  wire::JsonWriter out;
  out.begin_object();
  for (auto const& fact : facts) out.member(fact.path, fact.value);
  out.end_object();
  return out.take();
}

/// What returns and refunds have taken of earlier revisions is taken of this one.
bool take_earlier_claims(Store::Impl& s, std::string const& order) {
  Statement take(
      s.db.get(),
      ("UPDATE sale_line SET remaining = remaining - (SELECT " + std::string(claimed_units) +
       " FROM order_line l JOIN order_doc d ON d.seq = l.order_seq WHERE l.seq = sale_line.line_seq) WHERE line_seq IN (SELECT l.seq FROM order_line l "
       "JOIN order_doc d ON d.seq = l.order_seq WHERE d.id = ?1)")
          .c_str());
  return take.reset().bind(order).run();
}

/// The lines of earlier revisions are no sales any more.
bool drop_sales(Store::Impl& s, std::string const& order) {
  Statement drop(s.db.get(), "DELETE FROM sale_line WHERE line_seq IN (SELECT l.seq FROM order_line l JOIN order_doc d ON d.seq=l.order_seq WHERE d.id=?)");
  return drop.reset().bind(order).run();
}

}  // namespace

/// Its id is looked for by writing it: the index has to be gone through for that anyway. The hash takes the row only when it was new.
int Store::Impl::write_command(Command const& command, std::string_view body_hash, std::string_view body, Outcome const& outcome, std::int64_t policy) {
  constexpr auto table = static_cast<std::size_t>(Journal::command);
  auto const note = note_of(command.body);
  auto const bind = [&](auto& to) {
    to.bind(counters[table] + 1).bind(commit_seq + 1).bind(command.id).bind(std::string_view(kind_of(command.body))).bind(command.at.value);
    to.bind(command.by.user).bind(command.by.role).bind_blob(body_hash).bind(static_cast<std::int64_t>(outcome.status)).bind(outcome.code);
    to.bind(outcome.message).bind(outcome.remedy).bind(outcome.subject).bind(outcome.state).bind(note).bind(command.by.on_behalf_of);
    to.bind(command.cause).bind(body).bind(policy);
  };
  auto& insert = this->insert[table].reset();
  bind(insert);
  if (!insert.run()) return insert.code() == SQLITE_CONSTRAINT ? sqlite3_extended_errcode(db.get()) : insert.code();
  RowHash hash{digests[table]};
  bind(hash);
  ++counters[table];
  dirty = true;
  return SQLITE_OK;
}

Result<void> Store::record(Command const& command, std::string_view body_hash, std::string_view body, Outcome const& outcome, Changes const& changes,
                           ledger::Ledger const& ledger) {
  auto& s = *impl_;
  auto const written = s.write_command(command, body_hash, body, outcome, changes.policy);
  if (written == SQLITE_CONSTRAINT_UNIQUE) return failure("duplicate_command", "this id is known", command.id, {});
  bool ok = written == SQLITE_OK;
  auto const by = s.counters[static_cast<std::size_t>(Journal::command)];
  auto const at = command.at.value;
  ok = ok && s.write_accounts(ledger);
  for (auto const& [after, change] : changes.bounds) {
    ok = ok && s.row(Journal::bound_change)
                   .bind(s.last(Journal::transfer) + static_cast<std::int64_t>(after))
                   .bind(std::int64_t{change.account.value})
                   .bind(change.bounds.floor)
                   .bind(change.bounds.ceiling)
                   .run();
  }
  ok = ok && s.write_transfers(changes.transfers, by, nullptr, 0) && s.write_costs(changes.costs);
  for (auto const& lot : changes.lots) {
    ok = ok && s.row(Journal::lot).bind(lot.item).bind(lot.lot).bind(lot.received.value).bind(lot.removal.value).bind(lot.expires.value).run();
  }
  for (auto const& row : changes.orders) {
    auto o = row.order;
    s.orders.erase(o.id);
    ok = ok && s.separate_personal(o, changes.personal_paths, by);
    if (o.revision > 1) ok = ok && drop_sales(s, o.id);
    auto const header = wire::header_json(o);
    ok = ok && s.row(Journal::order_doc)
                   .bind(by)
                   .bind(o.id)
                   .bind(o.revision)
                   .bind(o.source)
                   .bind(o.channel)
                   .bind(o.customer.id)
                   .bind(o.currency.code())
                   .bind(o.total.amount_minor())
                   .bind(o.placed.value)
                   .bind(row.imported.value)
                   .bind(header)
                   .run();
    auto const order_seq = s.counters[static_cast<std::size_t>(Journal::order_doc)];
    auto const amounts = trade::amounts_of(o).value_or(std::vector<LineAmounts>{});
    for (std::size_t i = 0; i < o.lines.size(); ++i) {
      auto const& line = o.lines[i];
      auto const price = to_string(line.unit_price);
      ok = ok && s.row(Journal::order_line)
                     .bind(order_seq)
                     .bind(std::int64_t{line.number})
                     .bind(line.item)
                     .bind(line.title)
                     .bind(line.quantity)
                     .bind(price)
                     .bind(line.net.amount_minor())
                     .bind(std::int64_t{line.service})
                     .bind(line.tax.amount_minor())
                     .bind(std::int64_t{line.shipping})
                     .bind(line.bundle)
                     .bind(i < amounts.size() ? amounts[i].discount.amount_minor() : 0)
                     .bind(i < amounts.size() ? amounts[i].gross.amount_minor() : line.net.amount_minor())
                     .run();
      ok = ok && s.add_sale.reset()
                     .bind(o.customer.id)
                     .bind(line.item)
                     .bind(o.placed.value)
                     .bind(s.counters[static_cast<std::size_t>(Journal::order_line)])
                     .bind(line.quantity)
                     .run();
    }
    if (o.revision > 1) ok = ok && take_earlier_claims(s, o.id);
  }
  for (auto const& row : changes.returns) {
    auto const& r = row.request;
    auto& document = s.row(Journal::return_doc).bind(by).bind(r.id).bind(r.source).bind(r.customer).bind(r.requested.value);
    ok = ok && document.bind(r.currency.code()).bind(r.tender).run();
  }
  for (auto const& row : changes.return_lines) {
    auto const& l = row.line;
    ok = ok && s.row(Journal::return_line)
                   .bind(row.return_id)
                   .bind(std::int64_t{l.number})
                   .bind(l.order)
                   .bind(std::int64_t{l.order_line})
                   .bind(l.item)
                   .bind(l.quantity)
                   .bind(l.claimed_net.amount_minor())
                   .bind(l.reason)
                   .bind(l.claimed_condition)
                   .bind(std::int64_t{l.service})
                   .bind(row.verdict)
                   .bind(row.reasons)
                   .bind(row.refund_minor)
                   .bind(row.fee_minor)
                   .bind(row.sold.value)
                   .bind(row.rule)
                   .bind(l.serial)
                   .bind(facts_json(l.facts))
                   .run();
    if (ok && !l.order.empty()) ok = take_from_sale(l.order, l.order_line, l.quantity);
  }
  for (auto const& row : changes.dropped_claims) {
    if (ok && !row.line.order.empty()) ok = take_from_sale(row.line.order, row.line.order_line, -row.line.quantity);
  }
  for (auto const& row : changes.refunds) {
    if (ok && row.return_id.empty() && row.quantity != 0) ok = take_from_sale(row.order, row.order_line, row.quantity);
  }
  ok = ok && s.write_workflow(changes, by, command.at);
  for (auto const& h : changes.holds) {
    ok = ok && s.row(Journal::hold_event)
                   .bind(by)
                   .bind(h.order)
                   .bind(h.rule)
                   .bind(std::int64_t{h.line})
                   .bind(static_cast<std::int64_t>(h.action))
                   .bind(h.reason)
                   .bind(h.text)
                   .bind(h.queue)
                   .bind(h.blocks)
                   .bind(at)
                   .bind(changes.policy)
                   .bind(h.reads)
                   .bind(h.scope)
                   .bind(h.owner)
                   .bind(h.late)
                   .bind(h.due.value)
                   .bind(h.release_by)
                   .run();
  }
  for (auto const& d : changes.decisions) {
    ok = ok && s.row(Journal::decision).bind(by).bind(d.subject).bind(d.kind).bind(d.rule).bind(d.verdict).bind(changes.policy).bind(d.reads).run();
  }
  for (auto const& e : changes.events) {
    ok = ok && s.append(OutboxRow{0, by, command.at, e});
  }
  ok = ok && s.write_control(changes, by, command.at) && s.write_refunds(changes, by, command.at);
  if (!ok) return s.fail();
  return {};
}

bool Store::take_from_sale(std::string const& order, std::int32_t line, std::int64_t units) {
  auto& find = impl_->line_sold;
  if (!find.reset().bind(order).bind(std::int64_t{line}).step()) return false;
  auto const customer = find.text();
  auto const item = find.text();
  auto const placed = find.number();
  auto const line_seq = find.number();
  find.reset();
  return impl_->take_sale.reset().bind(units).bind(customer).bind(item).bind(placed).bind(line_seq).run();
}

}  // namespace bylaw::inline v0::store
