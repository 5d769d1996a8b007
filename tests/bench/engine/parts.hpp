#pragma once
#include <string>

#include <bylaw/engine/engine.hpp>
#include <bylaw/trade/command.hpp>

// Each prints its ratios, and says whether answers were right and targets met.
[[nodiscard]] bool durable_part(std::string const& folder);
[[nodiscard]] bool threads_part(std::string const& folder);
[[nodiscard]] bool order_path_part(std::string const& folder);

/// A fresh store with a policy of tests/bench/engine. Ends the program when that fails.
[[nodiscard]] bylaw::engine::Engine open_fresh(std::string const& path, std::string const& policy);
void remove_store(std::string const& path);
/// Commands through the engine; ends the program when it fails.
[[nodiscard]] std::vector<bylaw::trade::Outcome> send(bylaw::engine::Engine& engine, std::vector<bylaw::trade::Command> const& commands);
