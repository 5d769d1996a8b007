#include <bylaw/returns/tenders.hpp>

#include <algorithm>

#include <bylaw/values/split.hpp>

namespace bylaw::inline v0::returns {

namespace {

class Placing {
 public:
  Placing(std::int64_t amount, std::vector<Payment> payments) : payments_(std::move(payments)) { out_.unplaced = amount; }

  void take(std::string const& word, bool open) {
    if (word == "original_ratio") return by_ratio();
    if (word == "original_last") {
      for (auto payment = payments_.rbegin(); payment != payments_.rend(); ++payment) give(*payment, payment->left);
      return;
    }
    for (auto& payment : payments_) {
      if (word == "original_tender" || payment.tender == word) give(payment, payment.left);
    }
    if (open && out_.unplaced > 0) {
      out_.placed.push_back({"", word, out_.unplaced});
      out_.unplaced = 0;
    }
  }

  Placement finish() { return std::move(out_); }

 private:
  void give(Payment& payment, std::int64_t most) {
    auto const amount = std::min({most, payment.left, out_.unplaced});
    if (amount <= 0) return;
    payment.left -= amount;
    out_.unplaced -= amount;
    auto const same = std::find_if(out_.placed.begin(), out_.placed.end(), [&](Placed const& p) { return p.payment == payment.id; });
    if (same != out_.placed.end()) same->amount += amount;
    else out_.placed.push_back({payment.id, payment.tender, amount});
  }

  /// What a payment cannot take is shared among the others again.
  void by_ratio() {
    for (std::size_t round = 0; out_.unplaced > 0 && round <= payments_.size(); ++round) {
      std::vector<std::int64_t> weights;
      for (auto const& payment : payments_) weights.push_back(payment.left > 0 ? payment.captured : 0);
      if (std::all_of(weights.begin(), weights.end(), [](std::int64_t w) { return w == 0; })) return;
      auto const shares = split_largest_remainder(out_.unplaced, weights);
      if (!shares) return;
      for (std::size_t i = 0; i < payments_.size(); ++i) give(payments_[i], (*shares)[i]);
    }
  }

  std::vector<Payment> payments_;
  Placement out_;
};

}  // namespace

Placement place(std::int64_t amount, std::vector<std::string> const& tenders, bool chosen, std::vector<Payment> payments) {
  Placing placing(amount, std::move(payments));
  for (auto const& word : tenders) {
    bool const original = word == "original_tender" || word == "original_ratio" || word == "original_last";
    placing.take(word, word == "store_credit" || word == "check" || (chosen && !original));
  }
  return placing.finish();
}

}  // namespace bylaw::inline v0::returns
