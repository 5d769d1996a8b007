#pragma once
#include "engine/flow.hpp"

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

}  // namespace bylaw::inline v0::engine
