// Personal values go when their person asks for it.
#include <algorithm>

#include "engine/context.hpp"

namespace bylaw::inline v0::engine {

bool is_personal(std::vector<std::string> const& paths, std::string const& path) {
  auto const whole = path.compare(0, 6, "order.") == 0 ? path : "order." + path;
  return std::find(paths.begin(), paths.end(), whole) != paths.end();
}

Result<void> run(Context& context, trade::ErasePerson const& body) {
  context.outcome.subject = body.person;
  auto const count = store::Control(context.store).personal_count(body.person);
  if (!count) return Unexpected{count.error()};
  if (*count == 0) {
    return context.refuse("unknown_person", "nothing personal of `" + body.person + "` is here", "name a customer's id, or `order:ID` of a guest's order");
  }
  context.changes.erased.push_back(body.person);
  context.outcome.message = std::to_string(*count) + " values erased";
  context.announce("person.erased", body.person, "erased");
  return {};
}

}  // namespace bylaw::inline v0::engine
