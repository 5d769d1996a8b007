// The short way for hosts that do without commands: many steps in few statements.
#include <algorithm>

#include "store/store_impl.hpp"

namespace bylaw::inline v0::store {

namespace {

void bind_step(Statement& insert, std::int64_t seq, std::int64_t commit_seq, StepRow const& row) {
  insert.bind(seq)
      .bind(commit_seq)
      .bind(std::int64_t{0})
      .bind(row.instance)
      .bind(row.previous)
      .bind(row.event)
      .bind(row.from)
      .bind(row.to)
      .bind(row.at.value)
      .bind(row.who)
      .bind(row.payload)
      .bind(std::int64_t{row.closes});
}

bool insert_rows(Store::Impl& s, std::span<StepRow const> rows) {
  constexpr auto many = Store::Impl::rows_a_statement;
  constexpr auto table = static_cast<std::size_t>(Journal::transition);
  auto& seq = s.counters[table];
  s.dirty = s.dirty || rows.size() > 0;
  for (std::size_t i = 0; i < rows.size();) {
    bool const full = rows.size() - i >= many;
    auto& insert = (full ? s.insert_steps : s.insert[table]).reset(&s.digests[table]);
    for (auto const end = i + (full ? many : 1); i < end; ++i) bind_step(insert, ++seq, s.commit_seq + 1, rows[i]);
    if (!insert.run()) return false;
  }
  return true;
}

/// What the steps of one instance come to together: its row is written once.
struct Arrival {
  std::int64_t instance = 0;
  std::int64_t last = 0;
  StepRow const* step = nullptr;  ///< the last one that moved, or else the last one
  std::string_view data;
};

}  // namespace

Result<StartedInstance> Store::start_instance(std::string_view subject, std::string_view workflow, std::int32_t version, std::int64_t definition,
                                              std::string_view state, Timestamp at, std::string_view who, std::string_view data) {
  auto& s = *impl_;
  if (!s.flush_steps()) return s.fail();
  bool ok = s.row(Journal::instance_start).bind(std::int64_t{0}).bind(subject).bind(definition).bind(std::int64_t{0}).bind(data).run();
  StartedInstance out{s.last(Journal::instance_start), s.last(Journal::transition) + 1};
  ok = ok && s.start_instance.reset()
                 .bind(out.instance)
                 .bind(subject)
                 .bind(workflow)
                 .bind(std::int64_t{version})
                 .bind(definition)
                 .bind(std::int64_t{0})
                 .bind(at.value)
                 .bind_blob(data)
                 .run();
  ok = ok && s.row(Journal::transition)
                 .bind(std::int64_t{0})
                 .bind(out.instance)
                 .bind(std::int64_t{0})
                 .bind(std::string_view("start"))
                 .bind(std::string_view{})
                 .bind(state)
                 .bind(at.value)
                 .bind(who)
                 .bind(std::int64_t{0})
                 .bind(std::int64_t{0})
                 .run();
  ok = ok && s.move_instance.reset().bind(std::int64_t{0}).bind(state).bind(at.value).bind(out.transition).bind(out.instance).run();
  if (!ok) return s.fail();
  return out;
}

std::int64_t Store::next_step(std::size_t offset) const noexcept { return impl_->last(Journal::transition) + 1 + static_cast<std::int64_t>(offset); }

Result<void> Store::record_steps(std::span<StepRow const> rows) {
  auto& s = *impl_;
  s.instances.clear();
  if (!s.flush_steps()) return s.fail();
  auto const first = next_step(0);
  if (!insert_rows(s, rows)) return s.fail();
  // In order of their numbers, so that neighbours in the file are written together.
  std::vector<Arrival> arrivals(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) arrivals[i] = {rows[i].instance, first + static_cast<std::int64_t>(i), &rows[i], rows[i].data};
  std::sort(arrivals.begin(), arrivals.end(),
            [](Arrival const& a, Arrival const& b) { return a.instance != b.instance ? a.instance < b.instance : a.last < b.last; });
  for (std::size_t i = 0; i < arrivals.size();) {
    auto arrival = arrivals[i];
    for (++i; i < arrivals.size() && arrivals[i].instance == arrival.instance; ++i) {
      arrival.last = arrivals[i].last;
      if (!arrivals[i].step->to.empty() || arrival.step->to.empty()) arrival.step = arrivals[i].step;
      if (!arrivals[i].data.empty()) arrival.data = arrivals[i].data;
    }
    auto const& step = *arrival.step;
    auto& update = s.step_instance.reset();
    update.bind(std::int64_t{step.closes}).bind(step.to.empty() ? step.from : step.to).bind(step.at.value).bind(arrival.last);
    if (arrival.data.empty()) update.bind_null();
    else update.bind_blob(arrival.data);
    if (!update.bind(arrival.instance).run()) return s.fail();
  }
  return {};
}

Result<std::vector<OpenState>> Store::open_states(std::int64_t after, std::int64_t count_max) {
  std::vector<OpenState> out;
  Statement q(impl_->db.get(), "SELECT seq, subject, definition, state, last, data FROM instance WHERE seq>? AND closed=0 ORDER BY seq LIMIT ?");
  q.reset().bind(after).bind(count_max);
  while (q.step()) {
    OpenState row;
    row.number = q.number();
    row.subject = q.text();
    row.definition = q.number();
    row.state = q.text();
    row.last = q.number();
    row.data = q.text();
    out.push_back(std::move(row));
  }
  if (q.failed()) return impl_->fail();
  return out;
}

}  // namespace bylaw::inline v0::store
