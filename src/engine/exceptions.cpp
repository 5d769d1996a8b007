#include "engine/exceptions.hpp"

#include "engine/flow.hpp"

namespace bylaw::inline v0::engine {

namespace {

class ExceptionSubject : public Subject {
 private:
  [[nodiscard]] Result<void> reload(Context&) override { return {}; }
  [[nodiscard]] Result<Frames> frames(Context&) override {
    auto frame = instance.pin.book->order_frame(rulebook::OrderFacts{});
    if (!frame) return Unexpected{frame.error()};
    return Frames{std::move(*frame), std::nullopt};
  }
  [[nodiscard]] Result<void> act(Context&, std::string const&) override { return {}; }
};

}  // namespace

Result<void> open_exception(Context& context, std::string const& kind, std::string const& owner, std::vector<trade::Attribute> values, std::string message) {
  auto const* workflow = context.book().find_workflow("exception");
  if (workflow == nullptr) return context.refuse("no_workflow", "the policy has no workflow `exception`", "use \"exception.bylaw\"");
  // Nobody else's ids begin like this, so it is free unless a command of the same name was asked for before.
  auto id = "exception:" + context.command.id;
  std::size_t number = 1;
  auto const taken = [&](std::string const& name) {
    for (auto const& start : context.changes.starts) {
      if (start.subject == name) return true;
    }
    return false;
  };
  for (auto const first = id; taken(id);) id = first + "/" + std::to_string(++number);
  values.insert(values.begin(), {"exception.kind", kind});
  values.push_back({"exception.owner", owner});
  ExceptionSubject subject;
  auto const outcome = context.outcome;
  auto const started = Flow(context, subject).start(*workflow, id, "", kind, std::move(values));
  context.outcome = outcome;
  context.outcome.code = kind;
  context.outcome.message = std::move(message) + "; `" + id + "` is open";
  context.announce("exception.opened", id, kind);
  return started;
}

}  // namespace bylaw::inline v0::engine
