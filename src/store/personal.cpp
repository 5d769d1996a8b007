// Personal values by themselves: the chain has a salted hash of each, so that one can go and the chain stays.
#include <algorithm>

#include <bylaw/store/control.hpp>

#include "store/store_impl.hpp"

namespace bylaw::inline v0::store {

using namespace trade;  // NOLINT

std::string personal_digest(std::string_view salt, std::string_view path, std::string_view value) {
  Digest digest;
  digest.add(salt);
  digest.add(path);
  digest.add(value);
  return digest.finish();
}

bool Store::Impl::write_personal(std::string const& person, std::string const& subject, std::string const& path, std::string const& value,
                                 std::int64_t command_seq) {
  // The salt is what keeps a short value from being guessed from its hash once it is gone.
  char bytes[16];
  sqlite3_randomness(sizeof bytes, bytes);
  std::string_view const salt(bytes, sizeof bytes);
  auto const digest = personal_digest(salt, path, value);
  bool const written = row(Journal::personal_value).bind(command_seq).bind(person).bind(subject).bind(path).bind_blob(digest).run();
  return written && put_personal.reset().bind(last(Journal::personal_value)).bind_blob(salt).bind(value).run();
}

bool Store::Impl::separate_personal(Order& order, std::vector<std::string> const& paths, std::int64_t command_seq) {
  auto const person = person_of(order);
  struct {
    char const* path;
    std::string* value;
  } const fixed[] = {{"customer.name", &order.customer.name}, {"customer.email", &order.customer.email}, {"ship_to.street", &order.ship_to.street}};
  for (auto const& field : fixed) {
    if (field.value->empty()) continue;
    if (!write_personal(person, order.id, field.path, *field.value, command_seq)) return false;
    field.value->clear();
  }
  auto const is_personal = [&](Attribute const& a) {
    auto const whole = a.path.compare(0, 6, "order.") == 0 ? a.path : "order." + a.path;
    return std::find(paths.begin(), paths.end(), whole) != paths.end();
  };
  for (auto const& attribute : order.attributes) {
    if (is_personal(attribute) && !write_personal(person, order.id, attribute.path, attribute.value, command_seq)) return false;
  }
  std::erase_if(order.attributes, is_personal);
  return true;
}

bool Store::Impl::restore_personal(Order& order, std::int64_t command_seq) {
  auto& q = personal_of.reset().bind(order.id).bind(command_seq);
  while (q.step()) {
    auto const path = q.text();
    auto value = q.text();
    if (path == "customer.name") order.customer.name = std::move(value);
    else if (path == "customer.email") order.customer.email = std::move(value);
    else if (path == "ship_to.street") order.ship_to.street = std::move(value);
    else {
      std::erase_if(order.attributes, [&](Attribute const& a) { return a.path == path; });
      order.attributes.push_back({path, std::move(value)});
    }
  }
  bool const read = !q.failed();
  q.reset();
  return read;
}

bool Store::Impl::erase(std::string const& person, std::int64_t command_seq) {
  orders.clear();
  // What is deleted is overwritten on disk too, and the WAL with it once the erasure is committed.
  bool ok = execute(db.get(), "PRAGMA secure_delete=ON");
  Statement gone(db.get(), "DELETE FROM personal WHERE seq IN (SELECT seq FROM personal_value WHERE person=?)");
  ok = ok && gone.reset().bind(person).run();
  auto const count = static_cast<std::int64_t>(sqlite3_changes(db.get()));
  // Keys of measures may be an address or a mail: what this person's orders added to them goes too.
  Statement measures(db.get(), "DELETE FROM measure_entry WHERE subject IN (SELECT subject FROM personal_value WHERE person=?)");
  ok = ok && measures.reset().bind(person).run();
  empty_wal = true;
  return ok && row(Journal::erasure).bind(command_seq).bind(person).bind(count).run();
}

Result<std::string> Control::personal_value(std::string_view subject, std::string_view path) {
  Statement q(impl_->db.get(),
              "SELECT p.value FROM personal_value v JOIN personal p ON p.seq=v.seq WHERE v.subject=? AND v.path=? ORDER BY v.seq DESC LIMIT 1");
  std::string out;
  if (q.reset().bind(subject).bind(path).step()) out = q.text();
  if (q.failed()) return impl_->fail();
  return out;
}

Result<std::int64_t> Control::personal_count(std::string_view person) {
  Statement q(impl_->db.get(), "SELECT count(*) FROM personal_value v JOIN personal p ON p.seq=v.seq WHERE v.person=?");
  if (!q.reset().bind(person).step()) return impl_->fail();
  return q.number();
}

std::string person_of(Order const& order) { return order.customer.id.empty() ? "order:" + order.id : order.customer.id; }

}  // namespace bylaw::inline v0::store
