#pragma once
#include "engine/order_subject.hpp"

namespace bylaw::inline v0::engine {

/// A return that moves: its actions receive goods, send them where they belong, and pay back.
class ReturnSubject : public Subject {
 public:
  store::StoredReturn stored;
  std::string inspected_condition;  ///< of the command that moves it, for `inspect`

  /// Refuses with `unknown_return`.
  [[nodiscard]] Result<void> load(Context& context, std::string const& id);
  [[nodiscard]] Result<void> reload(Context& context) override { return load(context, instance.stored.subject); }

 private:
  [[nodiscard]] Result<Frames> frames(Context& context) override;
  [[nodiscard]] Result<void> act(Context& context, std::string const& action) override;
  [[nodiscard]] Result<void> arrived(Context& context) override;
};

/// A line of a return with the sale that it belongs to, as the rules see it.
struct ReturnedLine {
  OrderView view;
  std::optional<trade::Item> item;
  rulebook::ReturnFacts facts;

  [[nodiscard]] Result<void> look(Context& context, trade::Return const& request, trade::ReturnLineRow const& row, std::string const& inspected_condition);
  [[nodiscard]] Result<policy::ReturnDecision> decide(Version const& version, Timestamp at) const;
};

}  // namespace bylaw::inline v0::engine
