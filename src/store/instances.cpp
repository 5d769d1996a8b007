// Instances of workflows: where they are, how they came there, their clocks and what waits for them.
#include <bylaw/wire/json.hpp>

#include "store/store_impl.hpp"

namespace bylaw::inline v0::store {

using namespace trade;  // NOLINT

namespace {

std::string to_text(std::vector<Attribute> const& attributes) {
  if (attributes.empty()) return {};
  wire::JsonWriter out;
  out.begin_object();
  for (auto const& attribute : attributes) out.member(attribute.path, attribute.value);
  out.end_object();
  return out.take();
}

StoredInstance read(Statement& q) {
  StoredInstance out;
  out.number = q.number();
  out.subject = q.text();
  out.workflow = q.text();
  out.version = static_cast<std::int32_t>(q.number());
  out.definition = q.number();
  out.parent = q.number();
  out.closed = q.number() != 0;
  out.state = q.text();
  out.since = Timestamp(q.number());
  out.last = q.number();
  // The attributes of one that a host of Workflows keeps are its own business and no JSON.
  auto const data = q.text();
  if (auto const json = data.empty() || data[0] != '{' ? Result<wire::Json>(failure("", "")) : wire::parse_json(data)) {
    for (std::size_t i = 0; i < json->keys.size(); ++i) out.attributes.push_back({json->keys[i], json->items[i].text});
  }
  return out;
}

}  // namespace

StoredInstance* Store::Impl::find_instance(std::string_view subject, bool& failed) {
  constexpr std::size_t cached_max = 4'096;
  std::string key(subject);
  if (auto const cached = instances.find(key); cached != instances.end()) return &cached->second;
  auto& q = instance_by_subject.reset().bind(subject);
  if (!q.step()) {
    failed = q.failed();
    return nullptr;
  }
  auto found = read(q);
  q.reset();
  if (instances.size() >= cached_max) instances.clear();
  return &instances.emplace(std::move(key), std::move(found)).first->second;
}

bool Store::Impl::write_start(StartRow const& row, std::int64_t command_seq, Timestamp at) {
  std::int64_t parent = 0;
  bool failed = false;
  if (!row.parent.empty()) {
    auto const* found = find_instance(row.parent, failed);
    if (found == nullptr) return false;
    parent = found->number;
  }
  auto const attributes = to_text(row.attributes);
  if (!this->row(Journal::instance_start).bind(command_seq).bind(row.subject).bind(row.definition).bind(parent).bind(attributes).run()) return false;
  return start_instance.reset()
      .bind(last(Journal::instance_start))
      .bind(row.subject)
      .bind(row.workflow)
      .bind(std::int64_t{row.version})
      .bind(row.definition)
      .bind(parent)
      .bind(at.value)
      .bind_blob(attributes)
      .run();
}

bool Store::Impl::write_transition(TransitionRow const& row, std::int64_t command_seq, Timestamp at) {
  bool failed = false;
  auto* const found = find_instance(row.subject, failed);
  if (found == nullptr) return false;
  auto& before = *found;
  bool const written = append(StepOfCommand{0, command_seq, before.number, before.last, at, row});
  if (row.from != row.to) before.since = at;
  before.state = row.to;
  before.closed = row.closes;
  before.last = last(Journal::transition);
  return written && move_instance.reset().bind(std::int64_t{row.closes}).bind(row.to).bind(before.since.value).bind(before.last).bind(before.number).run();
}

namespace {

/// The number of the instance that a row is about; 0 when there is none.
std::int64_t number_of(Store::Impl& s, std::string const& subject) {
  bool failed = false;
  auto const* found = s.find_instance(subject, failed);
  return found == nullptr ? 0 : found->number;
}

bool write(Store::Impl& s, TimerRow const& row, std::int64_t by) {
  auto const number = number_of(s, row.subject);
  bool const written =
      number != 0 && s.row(Journal::timer_event).bind(by).bind(number).bind(row.name).bind(static_cast<std::int64_t>(row.action)).bind(row.due.value).run();
  if (!written) return false;
  bool const stays = row.action == TimerAction::set || row.action == TimerAction::elapsed;
  if (!stays) return s.end_timer.reset().bind(number).bind(row.name).run();
  auto const set_by = s.last(Journal::timer_event);
  return s.put_timer.reset().bind(number).bind(row.name).bind(row.due.value).bind(std::int64_t{row.action == TimerAction::elapsed}).bind(set_by).run();
}

/// A parked event waits with a clock of its own, whose name is its number.
bool write(Store::Impl& s, ParkedRow const& row, std::int64_t by) {
  auto const number = number_of(s, row.subject);
  bool const written = number != 0 && s.row(Journal::parked_event)
                                          .bind(by)
                                          .bind(number)
                                          .bind(static_cast<std::int64_t>(row.action))
                                          .bind(row.parked)
                                          .bind(row.event)
                                          .bind(row.deadline.value)
                                          .bind(row.by.user)
                                          .bind(row.by.role)
                                          .bind(row.reason)
                                          .run();
  if (!written) return false;
  bool const waits = row.action == ParkedAction::parked;
  auto const about = waits ? s.last(Journal::parked_event) : row.parked;
  if (!waits && (about == 0 || row.action == ParkedAction::redriven)) return true;
  return write(s, TimerRow{row.subject, "parked/" + std::to_string(about), waits ? TimerAction::set : TimerAction::stopped, row.deadline}, by);
}

}  // namespace

bool Store::Impl::write_workflow(Changes const& changes, std::int64_t command_seq, Timestamp at) {
  for (auto const& each : changes.starts) {
    if (!write_start(each, command_seq, at)) return false;
  }
  for (auto const& each : changes.repins) {
    auto const number = number_of(*this, each.subject);
    if (number == 0 || !row(Journal::instance_repin).bind(command_seq).bind(number).bind(each.definition).run()) return false;
    Statement pin(db.get(), "UPDATE instance SET version=?, definition=? WHERE seq=?");
    if (!pin.reset().bind(std::int64_t{each.version}).bind(each.definition).bind(number).run()) return false;
    instances.erase(each.subject);
  }
  for (auto const& each : changes.transitions) {
    if (!write_transition(each, command_seq, at)) return false;
  }
  for (auto const& each : changes.timers) {
    if (!write(*this, each, command_seq)) return false;
  }
  for (auto const& each : changes.parked) {
    if (!write(*this, each, command_seq)) return false;
  }
  for (auto const& each : changes.facts) {
    bool const written = each.person.empty() ? row(Journal::order_fact).bind(command_seq).bind(each.order).bind(each.fact.path).bind(each.fact.value).run()
                                             : write_personal(each.person, each.order, each.fact.path, each.fact.value, command_seq);
    if (!written) return false;
  }
  for (auto const& s : changes.stops) {
    bool const written = row(Journal::stop_event)
                             .bind(command_seq)
                             .bind(s.name)
                             .bind(std::int64_t{s.lifted})
                             .bind(s.what)
                             .bind(s.target)
                             .bind(s.blocks)
                             .bind(s.reason)
                             .bind(s.text)
                             .bind(s.from.value)
                             .bind(s.until.value)
                             .bind(s.lift_by)
                             .run();
    if (!written) return false;
  }
  for (auto const& m : changes.measures) {
    if (!put_measure.reset().bind(m.measure).bind(m.key).bind(at.value).bind(m.subject).bind(m.amount).bind(std::int64_t{m.scale}).run()) return false;
  }
  return true;
}

Result<std::optional<StoredInstance>> Store::load_instance(std::string_view subject) {
  bool failed = false;
  auto const* found = impl_->find_instance(subject, failed);
  if (failed) return impl_->fail();
  return found == nullptr ? std::optional<StoredInstance>{} : *found;
}

Result<std::optional<StoredInstance>> Store::load_instance(std::int64_t number) {
  auto& q = impl_->instance_by_number.reset().bind(number);
  std::optional<StoredInstance> found;
  if (q.step()) found = read(q);
  if (q.failed()) return impl_->fail();
  q.reset();
  return found;
}

Result<std::vector<StoredInstance>> Store::children_of(std::int64_t number) {
  std::vector<StoredInstance> out;
  auto& q = impl_->children.reset().bind(number);
  while (q.step()) out.push_back(read(q));
  if (q.failed()) return impl_->fail();
  q.reset();
  return out;
}

Result<std::vector<StoredInstance>> Store::open_instances(std::int64_t definition, std::int64_t after, std::int64_t count_max) {
  std::vector<StoredInstance> out;
  Statement q(impl_->db.get(),
              "SELECT seq, subject, workflow, version, definition, parent, closed, state, since, last, data FROM instance WHERE seq>? AND definition=? AND "
              "closed=0 ORDER BY seq LIMIT ?");
  q.reset().bind(after).bind(definition).bind(count_max);
  while (q.step()) out.push_back(read(q));
  if (q.failed()) return impl_->fail();
  return out;
}

Result<std::vector<StoredTransition>> Store::history_of(StoredInstance const& instance, std::int64_t after) {
  std::vector<StoredTransition> out;
  if (!impl_->flush_steps()) return impl_->fail();
  for (auto seq = instance.last; seq > after;) {
    auto& q = impl_->find_transition.reset().bind(seq);
    if (!q.step()) break;
    seq = q.number();
    out.push_back({q.text(), q.text(), q.text(), Timestamp(q.number())});
  }
  if (impl_->find_transition.failed()) return impl_->fail();
  impl_->find_transition.reset();
  return out;
}

Result<std::vector<std::string>> Store::elapsed_timers(std::int64_t number) {
  std::vector<std::string> out;
  auto& q = impl_->elapsed.reset().bind(number);
  while (q.step()) out.push_back(q.text());
  if (q.failed()) return impl_->fail();
  q.reset();
  return out;
}

namespace {
Result<std::vector<StoredTimer>> read_timers(Store::Impl& s, Statement& q) {
  std::vector<StoredTimer> out;
  while (q.step()) out.push_back({q.text(), q.text(), Timestamp(q.number()), q.number()});
  if (q.failed()) return s.fail();
  q.reset();
  return out;
}
}  // namespace

Result<std::vector<StoredTimer>> Store::timers_of(std::int64_t number) { return read_timers(*impl_, impl_->timers.reset().bind(number)); }

Result<std::vector<StoredTimer>> Store::due_timers(Timestamp now, std::int64_t count_max) {
  return read_timers(*impl_, impl_->due.reset().bind(now.value).bind(count_max));
}

Result<std::optional<Timestamp>> Store::next_due() {
  std::optional<Timestamp> out;
  auto& q = impl_->first_due.reset();
  if (q.step()) out = Timestamp(q.number());
  if (q.failed()) return impl_->fail();
  q.reset();
  return out;
}

namespace {
StoredParked read_parked(Statement& q) {
  StoredParked out;
  out.number = q.number();
  out.subject = q.text();
  out.event = q.text();
  out.deadline = Timestamp(q.number());
  out.by.user = q.text();
  out.by.role = q.text();
  return out;
}
}  // namespace

Result<std::vector<StoredParked>> Store::parked_events(std::int64_t number) {
  std::vector<StoredParked> out;
  if (impl_->last(Journal::parked_event) == 0) return out;  // asked for every move, and in most stores nothing ever waited
  auto& q = impl_->parked.reset().bind(number);
  while (q.step()) out.push_back(read_parked(q));
  if (q.failed()) return impl_->fail();
  q.reset();
  return out;
}

Result<std::optional<StoredParked>> Store::dead_letter(std::int64_t letter) {
  Statement q(impl_->db.get(),
              "SELECT p.seq, i.subject, p.event, p.deadline, p.user, p.role FROM dead_letter p JOIN instance i ON i.seq=p.instance WHERE p.seq=?");
  std::optional<StoredParked> out;
  if (q.reset().bind(letter).step()) out = read_parked(q);
  if (q.failed()) return impl_->fail();
  return out;
}

}  // namespace bylaw::inline v0::store
