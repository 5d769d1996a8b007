// Messages and transitions of commands: gathered, and written many at a time.
#include "store/store_impl.hpp"

namespace bylaw::inline v0::store {

namespace {

void bind(Statement& insert, std::int64_t commit_seq, OutboxRow const& row) {
  insert.bind(row.seq).bind(commit_seq).bind(row.command_seq).bind(row.event.type).bind(row.event.subject).bind(row.event.data).bind(row.at.value);
}

void bind(Statement& insert, std::int64_t commit_seq, StepOfCommand const& step) {
  insert.bind(step.seq).bind(commit_seq).bind(step.command_seq).bind(step.instance).bind(step.previous).bind(step.row.event).bind(step.row.from);
  insert.bind(step.row.to).bind(step.at.value).bind(std::string_view{}).bind(std::int64_t{0}).bind(std::int64_t{step.row.closes});
}

/// A full statement at once, or what there is one by one.
template <class Row>
bool write(std::vector<Row>& rows, Statement& many, Statement& one, Digest& digest, std::int64_t commit_seq) {
  bool ok = true;
  if (rows.size() == Store::Impl::rows_a_statement) {
    many.reset(&digest);
    for (auto const& row : rows) bind(many, commit_seq, row);
    ok = many.run();
  } else {
    for (std::size_t i = 0; i < rows.size() && ok; ++i) {
      bind(one.reset(&digest), commit_seq, rows[i]);
      ok = one.run();
    }
  }
  rows.clear();
  return ok;
}

}  // namespace

bool Store::Impl::append(OutboxRow row) {
  dirty = true;
  row.seq = ++counters[static_cast<std::size_t>(Journal::outbox)];
  waiting_outbox.push_back(std::move(row));
  return waiting_outbox.size() < rows_a_statement || flush_outbox();
}

bool Store::Impl::append(StepOfCommand row) {
  dirty = true;
  row.seq = ++counters[static_cast<std::size_t>(Journal::transition)];
  waiting_steps.push_back(std::move(row));
  return waiting_steps.size() < rows_a_statement || flush_steps();
}

bool Store::Impl::flush_outbox() {
  constexpr auto table = static_cast<std::size_t>(Journal::outbox);
  return write(waiting_outbox, insert_outbox, insert[table], digests[table], commit_seq + 1);
}

bool Store::Impl::flush_steps() {
  constexpr auto table = static_cast<std::size_t>(Journal::transition);
  return write(waiting_steps, insert_steps, insert[table], digests[table], commit_seq + 1);
}

}  // namespace bylaw::inline v0::store
