// Decisions of tables, on as many threads as the caller wants, without the interpreter.
#include <thread>

#include "table.hpp"

namespace bylaw_python {

using namespace bylaw;

static_assert(sizeof(Timestamp) == sizeof(std::int64_t), "an array of milliseconds is an array of timestamps");

Moments::Moments(std::int64_t now_ms, py::object const& at, std::size_t rows) : now_(now_ms), each_(!at.is_none()) {
  if (!each_) return;
  at_ = at.cast<py::array_t<std::int64_t, py::array::c_style>>();
  if (static_cast<std::size_t>(at_.size()) != rows) raise({"columns_mismatch", "one time for each order is expected", "at", ""}, "FactError");
}

policy::OrderRange Moments::range(std::size_t begin, std::size_t end) const {
  return {begin, end, now_, each_ ? reinterpret_cast<Timestamp const*>(at_.data()) : nullptr};
}

Result<void> in_parts(std::size_t rows, int threads, Result<void> (*work)(void* context, int part, std::size_t begin, std::size_t end), void* context) {
  auto const parts = static_cast<std::size_t>(std::max(threads, 1));
  std::vector<Result<void>> done(parts, Result<void>{});
  std::vector<std::thread> others;
  auto const run = [&](std::size_t part) {
    // An exception may not leave a thread.
    try {
      done[part] = work(context, static_cast<int>(part), rows * part / parts, rows * (part + 1) / parts);
    } catch (std::exception const& problem) {
      done[part] = bylaw::failure("out_of_memory", problem.what(), {}, "decide fewer orders at a time");
    }
  };
  std::size_t started = 1;
  try {
    for (; started < parts; ++started) others.emplace_back(run, started);
  } catch (std::exception const&) {
    // No more threads are to be had: what they would have done is done here.
  }
  run(0);
  for (auto part = started; part < parts; ++part) run(part);
  for (auto& other : others) other.join();
  for (auto& one : done) {
    if (!one) return one;
  }
  return {};
}

namespace {

/// What one thread has found.
struct Hits {
  std::vector<std::int64_t> ends;
  std::vector<std::uint32_t> rule;
  std::vector<std::int32_t> line;
  std::vector<std::uint8_t> state;
  std::vector<policy::BatchError> errors;

  void add(std::size_t first, policy::HoldBatch const& batch) {
    for (std::size_t row = 0; row < batch.size(); ++row) {
      for (auto const* hit = batch.begin(row); hit != batch.end(row); ++hit) {
        rule.push_back(hit->rule());
        line.push_back(hit->line());
        state.push_back(static_cast<std::uint8_t>(hit->state()));
      }
      ends.push_back(static_cast<std::int64_t>(rule.size()));
    }
    for (auto const& error : batch.errors()) errors.push_back({first + error.row, error.error});
  }
};

template <class T>
py::array_t<T> gathered(std::vector<Hits> const& parts, std::vector<T> Hits::*member) {
  std::size_t size = 0;
  for (auto const& part : parts) size += (part.*member).size();
  py::array_t<T> out(static_cast<py::ssize_t>(size));
  auto* to = out.mutable_data();
  for (auto const& part : parts) to = std::copy((part.*member).begin(), (part.*member).end(), to);
  return out;
}

struct Question {
  policy::Policy const& policy;
  policy::OrderColumns const& columns;
  Moments const& moments;
  std::vector<Hits>& parts;
};

Result<void> decide_part(void* context, int part, std::size_t begin, std::size_t end) {
  auto const& question = *static_cast<Question*>(context);
  auto const take = [](void* to, std::size_t first, policy::HoldBatch const& batch) {
    static_cast<Hits*>(to)->add(first, batch);
    return true;
  };
  return policy::decide_holds_in_parts(question.policy, question.columns, question.moments.range(begin, end),
                                       {take, &question.parts[static_cast<std::size_t>(part)]});
}

}  // namespace

py::dict decide(LoadedPolicy const& policy, Table const& table, std::int64_t now_ms, py::object const& at, int threads) {
  auto const rows = table.columns().rows;
  Moments const moments(now_ms, at, rows);
  std::vector<Hits> parts(static_cast<std::size_t>(std::max(threads, 1)));
  Question question{policy.policy(), table.columns(), moments, parts};
  Result<void> done;
  {
    py::gil_scoped_release const released;
    done = in_parts(rows, threads, decide_part, &question);
    std::int64_t before = 0;
    for (auto& part : parts) {
      for (auto& end : part.ends) end += before;
      before += static_cast<std::int64_t>(part.rule.size());
    }
  }
  if (!done) raise(done.error(), "FactError");
  py::list errors;
  for (auto const& part : parts) {
    for (auto const& error : part.errors) errors.append(py::make_tuple(error.row, error.error.place, to_string(error.error)));
  }
  py::dict out;
  out["ends"] = gathered(parts, &Hits::ends);
  out["rule"] = gathered(parts, &Hits::rule);
  out["line"] = gathered(parts, &Hits::line);
  out["state"] = gathered(parts, &Hits::state);
  out["errors"] = errors;
  return out;
}

}  // namespace bylaw_python
