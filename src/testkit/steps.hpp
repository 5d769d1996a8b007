#pragma once
#include <string>
#include <vector>

#include "testkit/test_file.hpp"

namespace bylaw::inline v0::testkit {

/// One kind of step of a scenario: its word, and the command of the engine that it stands for
/// (docs/commands.md). An event step may be written as `ship: A-1`; `subject` is the member that
/// then takes the id. Whoever adds a command adds its step here.
struct StepKind {
  char const* word;
  char const* about;
  char const* command;
  char const* subject;  ///< nullptr: what is written are the command's members
  char const* event;
};

[[nodiscard]] std::vector<StepKind> const& step_kinds();
/// The command of a step as JSON, without id and time.
[[nodiscard]] wire::Json build(TestFile const& file, StepKind const& kind, Yaml const& argument);

}  // namespace bylaw::inline v0::testkit
