// Rows of control: activations, requests and their answers, what was spent, delegation, the catalog.
#include "store/store_impl.hpp"

namespace bylaw::inline v0::store {

using namespace trade;  // NOLINT

namespace {

bool write(Store::Impl& s, CatalogRow const& r, std::int64_t by) {
  s.forget_items();
  s.locations.reset();
  if (s.kinds_known) s.kinds.insert(r.kind);
  return s.row(Journal::catalog_entry).bind(by).bind(r.kind).bind(r.id).bind(r.effective.value).bind(std::int64_t{r.removed}).bind(r.body).run();
}

bool write(Store::Impl& s, AnswerRow const& r, std::int64_t by) {
  Statement find(s.db.get(), "SELECT seq FROM instance WHERE subject=?");
  if (!find.reset().bind(r.subject).step()) return false;
  return s.row(Journal::request_answer)
      .bind(by)
      .bind(find.number())
      .bind(r.answer)
      .bind(r.by.user)
      .bind(r.by.role)
      .bind(r.by.on_behalf_of)
      .bind(r.rule)
      .bind(r.note)
      .run();
}

bool write(Store::Impl& s, SpendRow const& r, std::int64_t by, Timestamp at) {
  return s.row(Journal::spend)
      .bind(by)
      .bind(r.command)
      .bind(r.order)
      .bind(r.customer)
      .bind(r.requester)
      .bind(std::int64_t{r.automatic})
      .bind(r.amount ? r.amount->amount_minor() : 0)
      .bind(r.amount ? r.amount->currency().code() : std::string_view{})
      .bind(at.value)
      .bind(r.request)
      .bind(std::int64_t{r.dropped})
      .run();
}

bool write(Store::Impl& s, DelegationRow const& r, std::int64_t by) {
  return s.row(Journal::delegation_event)
      .bind(by)
      .bind(r.from)
      .bind(r.to)
      .bind(r.role)
      .bind(r.begins.value)
      .bind(r.ends.value)
      .bind(std::int64_t{r.revoked})
      .run();
}

bool write(Store::Impl& s, DifferenceRow const& r, std::int64_t by, Timestamp at) {
  return s.row(Journal::shadow_difference)
      .bind(by)
      .bind(r.subject)
      .bind(r.in_force)
      .bind(r.shadow)
      .bind(r.rule)
      .bind(r.change)
      .bind(r.value ? r.value->amount_minor() : 0)
      .bind(r.value ? r.value->currency().code() : std::string_view{})
      .bind(at.value)
      .run();
}

}  // namespace

bool Store::Impl::write_control(Changes const& changes, std::int64_t command_seq, Timestamp at) {
  for (auto const& each : changes.catalog) {
    if (!write(*this, each, command_seq)) return false;
  }
  for (auto const& each : changes.answers) {
    if (!write(*this, each, command_seq)) return false;
  }
  for (auto const& each : changes.spends) {
    if (!write(*this, each, command_seq, at)) return false;
  }
  for (auto const& each : changes.delegations) {
    if (!write(*this, each, command_seq)) return false;
  }
  for (auto const& each : changes.deliveries) {
    if (!write_delivery(each, command_seq, at)) return false;
  }
  for (auto const& r : changes.activations) {
    auto& row = this->row(Journal::activation);
    if (!row.bind(command_seq).bind(r.rollout).bind(r.policy).bind(r.channels).bind(r.locations).bind(r.share_percent).bind(at.value).run()) return false;
  }
  for (auto const& each : changes.differences) {
    if (!write(*this, each, command_seq, at)) return false;
  }
  for (auto const& r : changes.alerts) {
    auto& row = this->row(Journal::alert_event);
    if (!row.bind(command_seq).bind(r.name).bind(std::int64_t{r.raised}).bind(r.value).bind(r.limit).bind(at.value).run()) return false;
  }
  for (auto const& r : changes.supplies) {
    auto& row = this->row(Journal::supply_event);
    row.bind(command_seq).bind(r.supply).bind(r.kind).bind(r.item).bind(r.location).bind(r.from).bind(r.ordered).bind(r.received).bind(r.due.value);
    if (!row.bind(r.tolerance_percent).bind(std::int64_t{r.sent}).bind(std::int64_t{r.closed}).bind(r.cause).bind(at.value).run()) return false;
  }
  for (auto const& r : changes.feed) {
    auto& row = this->row(Journal::feed_event);
    row.bind(command_seq).bind(r.channel).bind(r.item).bind(r.location).bind(r.number).bind(r.quantity).bind(r.total).bind(r.on_hand).bind(r.reserved);
    if (!row.bind(r.rule).bind(at.value).run()) return false;
  }
  for (auto const& person : changes.erased) {
    if (!erase(person, command_seq)) return false;
  }
  return true;
}

}  // namespace bylaw::inline v0::store
