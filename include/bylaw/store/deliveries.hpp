#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <bylaw/store/messages.hpp>
#include <bylaw/store/store.hpp>

namespace bylaw::inline v0::store {

/// The outbox as its consumers see it: every message at least once, those of one subject one at a time and in order, whatever fails.
/// A message that is dead keeps back what follows it of the same subject, until it is redriven or skipped. Part of Store, and used as
/// it is: by the writer's thread, inside a transaction.
class BYLAW_EXPORT Deliveries {
 public:
  explicit Deliveries(Store& store) noexcept : impl_(store.impl_) {}

  [[nodiscard]] Result<std::vector<StoredMessage>> lease(DeliveryTerms const& terms, Timestamp now, std::size_t count_max);
  [[nodiscard]] Result<std::vector<Settled>> ack(std::string const& consumer, std::span<Receipt const> receipts, Timestamp now);
  /// It is tried again later: after `backoff`, or not before `not_before` when that is later.
  [[nodiscard]] Result<Settled> nack(DeliveryTerms const& terms, Receipt receipt, std::string const& reason, Timestamp now, Timestamp not_before);
  /// Numbers of a consumer's dead letters, or the one that is named.
  [[nodiscard]] Result<std::vector<std::int64_t>> dead(std::string_view consumer, std::int64_t message);
  [[nodiscard]] Result<std::vector<DeliveryHealth>> health(Timestamp now);

 private:
  Store::Impl* impl_;
};

/// How long to wait after so many attempts: doubles each time, and is between half of that and all of it.
[[nodiscard]] BYLAW_EXPORT std::int64_t backoff_ms(DeliveryTerms const& terms, std::int64_t message, std::int64_t attempts) noexcept;

}  // namespace bylaw::inline v0::store
