#pragma once
#include "engine/flow.hpp"

namespace bylaw::inline v0::engine {

/// A command that waits for an answer. Its clock lets it lapse; when it comes to nothing, what it counted counts no more.
class RequestSubject : public Subject {
 public:
  [[nodiscard]] Result<void> load(Context& context, store::StoredInstance stored);
  [[nodiscard]] Result<void> reload(Context& context) override;
  [[nodiscard]] Result<bool> fire(Context& context, store::StoredTimer const& timer) override;

 private:
  [[nodiscard]] Result<Frames> frames(Context& context) override;
  [[nodiscard]] Result<void> act(Context&, std::string const&) override { return {}; }
  [[nodiscard]] Result<void> arrived(Context& context) override;
};

/// Where a request keeps the command that waits; nobody else may say it of an instance.
inline constexpr char const* command_path = "approval.command";

/// Whether an instance of the workflow `approval` is the engine's own: hosts start others, and answer them as they like.
[[nodiscard]] bool is_request(store::StoredInstance const& instance);

}  // namespace bylaw::inline v0::engine
