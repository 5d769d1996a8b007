// Holds of a batch: the index leaves terms, terms become hits, and what is open is confirmed.
#include "policy/batch/hold_run.hpp"

#include <algorithm>
#include <tuple>

#include "policy/batch/batch_writer.hpp"
#include "policy/program/decide.hpp"

namespace bylaw::inline v0::policy {

HoldBatch::HoldBatch() : scratch_(new Scratch) {}
HoldBatch::HoldBatch(HoldBatch&& other) noexcept
    : ends_(std::move(other.ends_)), hits_(std::move(other.hits_)), errors_(std::move(other.errors_)), scratch_(std::exchange(other.scratch_, new Scratch)) {}
HoldBatch& HoldBatch::operator=(HoldBatch&& other) noexcept {
  std::swap(ends_, other.ends_);
  std::swap(hits_, other.hits_);
  std::swap(errors_, other.errors_);
  std::swap(scratch_, other.scratch_);
  return *this;
}
HoldBatch::~HoldBatch() { delete scratch_; }

namespace batch {

namespace {

/// One call. Level 0 is the order, level 1 the line where rules are asked per line.
class Run {
 public:
  Run(Policy const& policy, Facts& facts, std::size_t count, Timestamp now, Functions functions, HoldBatch& out)
      : impl_(policy.impl()),
        orders_(impl_.indexes->order_holds),
        lines_(impl_.indexes->line_holds),
        facts_(facts),
        total_(count),
        now_(now),
        functions_(functions),
        writer_(out, count),
        scratch_(writer_.scratch()),
        active_orders_(in_force_of(orders_.rules, scratch_.active_orders)),
        active_lines_(in_force_of(lines_.rules, scratch_.active_lines)),
        is_simple_(orders_.simple && lines_.rules.empty()),
        is_small_(is_simple_ && orders_.rules.words == 1) {
    if (is_small_ && scratch_.left.size() < index::Block::items_max) scratch_.left.resize(index::Block::items_max);
  }

  void decide() {
    for (first_ = 0; first_ < total_; first_ += index::Block::items_max) {
      count_ = static_cast<std::uint32_t>(std::min<std::size_t>(index::Block::items_max, total_ - first_));
      if (is_small_ && facts_.match_orders(first_, count_, (*active_orders_)[0], scratch_.left.data())) {
        for (std::uint32_t i = 0; i < count_; ++i) write_simple(i);
        continue;
      }
      auto& block = facts_.fill_orders(first_, count_);
      index::match(block, orders_.views, *active_orders_, scratch_.left);
      if (is_simple_ && block.refer.empty()) {
        for (std::uint32_t i = 0; i < count_; ++i) write_simple(i);
        continue;
      }
      scratch_.found.clear();
      for (std::uint32_t i = 0; i < count_; ++i) collect(block, i, i, -1);
      if (!lines_.rules.empty()) decide_lines();
      write();
    }
  }

 private:
  /// The terms of the rules that are in force; kept in `active` when they are not all.
  index::Bits const* in_force_of(index::RuleIndex const& index, index::Bits& active) const {
    if (index.dated_rules.empty()) return &index.all;
    active = index.all;
    auto const terms_end = index.rule_of.begin() + index.terms;
    for (auto const rule : index.dated_rules) {
      if (in_force(impl_, impl_.holds[rule].info, now_)) continue;
      for (auto at = std::lower_bound(index.rule_of.begin(), terms_end, rule); at != terms_end && *at == rule; ++at) {
        auto const term = static_cast<std::size_t>(at - index.rule_of.begin());
        active[term / 64] &= ~(std::uint64_t{1} << (term % 64));
      }
    }
    return &active;
  }

  /// The lines of the block's orders, as many at a time as a block takes.
  void decide_lines() {
    auto const& places = facts_.gather_lines();
    for (std::uint32_t begin = 0; begin < places.begins[count_]; begin += index::Block::items_max) {
      auto const items = std::min(index::Block::items_max, places.begins[count_] - begin);
      auto& block = facts_.fill_lines(begin, items);
      index::match(block, lines_.views, *active_lines_, scratch_.left);
      for (std::uint32_t i = 0; i < items; ++i) {
        auto const order = places.item_of(begin + i);
        collect(block, i, order, static_cast<std::int32_t>(begin + i - places.begins[order]));
      }
    }
  }

  /// The rules of one item whose terms are left. Of a rule with several terms one is enough; if one of
  /// them must be confirmed, the rule must.
  void collect(index::Block const& block, std::uint32_t item, std::uint32_t row, std::int32_t line) {
    auto const& index = *block.index;
    auto const* left = scratch_.left.data() + item * std::size_t{index.words};
    auto const* refer = block.refer.empty() ? nullptr : block.refer.data() + item * std::size_t{index.words};
    auto& found = scratch_.found;
    std::uint32_t last = UINT32_MAX;
    for (std::uint32_t w = 0; w < index.words; ++w) {
      auto const open = index.inexact[w] | (refer == nullptr ? 0 : refer[w]);
      for (auto bits = left[w]; bits != 0; bits &= bits - 1) {
        auto const rule = index.rule_of[64 * w + static_cast<std::uint32_t>(__builtin_ctzll(bits))];
        bool const is_open = (open & bits & -bits) != 0;
        if (rule == last) found.back().open = found.back().open || is_open;
        else found.push_back({row, {rule, line, HoldState::placed}, is_open});
        last = rule;
      }
    }
  }

  /// Hits where nothing has to be confirmed and each rule is one term.
  void write_simple(std::uint32_t item) {
    auto const& index = orders_.rules;
    auto const* left = scratch_.left.data() + item * std::size_t{index.words};
    auto* hit = writer_.room(index.terms + 2);
    for (std::uint32_t w = 0; w < index.words; ++w) {
      auto bits = left[w];
      // Two are put in any case: how many a word has is not foreseen.
      for (int i = 0; i < 2; ++i) {
        *hit = BatchHit(index.rule_of[64 * w + static_cast<std::uint32_t>(__builtin_ctzll(bits | std::uint64_t{1} << 63))], -1, HoldState::placed);
        hit += bits != 0 ? 1 : 0;
        bits &= bits - 1;
      }
      for (; bits != 0; bits &= bits - 1) {
        *hit++ = BatchHit(index.rule_of[64 * w + static_cast<std::uint32_t>(__builtin_ctzll(bits))], -1, HoldState::placed);
      }
    }
    writer_.end_row(hit);
  }

  void write() {
    auto& found = scratch_.found;
    if (!lines_.rules.empty()) {
      auto const before = [](auto const& a, auto const& b) {
        return std::tuple(a.row, a.hit.rule(), a.hit.line()) < std::tuple(b.row, b.hit.rule(), b.hit.line());
      };
      std::sort(found.begin(), found.end(), before);
    }
    auto at = found.begin();
    for (std::uint32_t row = 0; row < count_; ++row) {
      auto const begin = at;
      bool open = false;
      for (; at != found.end() && at->row == row; ++at) open = open || at->open;
      auto* hit = writer_.room(static_cast<std::size_t>(at - begin));
      if (open) {
        confirm(row, begin, at, hit);
        continue;
      }
      for (auto sure = begin; sure != at; ++sure) *hit++ = sure->hit;
      writer_.end_row(hit);
    }
  }

  /// Hits that the index alone cannot decide: the reference evaluator does.
  template <class At>
  void confirm(std::uint32_t row, At begin, At end, BatchHit* out) {
    auto const frame = facts_.read(first_ + row);
    if (!frame) return writer_.fail_row(frame.error());
    Session session{impl_, now_, functions_, {}, {}, false};
    for (auto at = begin; at != end; ++at) {
      if (!at->open) *out++ = at->hit;
      else if (auto const hit = decide_hold(session, at->hit.rule(), {&*frame, nullptr, Subject::order, at->hit.line()}))
        *out++ = {hit->rule, hit->line, hit->state};
    }
    writer_.end_row(out);
  }

  Policy::Impl const& impl_;
  index::FrameIndex const& orders_;
  index::FrameIndex const& lines_;
  Facts& facts_;
  std::size_t total_;
  Timestamp now_;
  Functions functions_;
  BatchWriter writer_;
  HoldBatch::Scratch& scratch_;
  index::Bits const* active_orders_;
  index::Bits const* active_lines_;
  bool is_simple_;  ///< what is left of an order's terms is what applies
  bool is_small_;   ///< and it is one word
  std::size_t first_ = 0;
  std::uint32_t count_ = 0;
};

}  // namespace

void decide_holds(Policy const& policy, Facts& facts, std::size_t count, Timestamp now, Functions functions, HoldBatch& out) {
  Run(policy, facts, count, now, functions, out).decide();
}

}  // namespace batch
}  // namespace bylaw::inline v0::policy
