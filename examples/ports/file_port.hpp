#pragma once
#include <filesystem>

#include <bylaw/engine/ports.hpp>

/// An adapter for every kind of port that asks by writing a file and is answered by one: for trying out, for tests, and for partners who
/// exchange files. A question is `questions/KEY.json`; an answer is `answers/KEY.json`: `{"facts": {...}, "event": "...", "reason": "..."}`
/// or `{"later": "why"}`.
class FilePort {
 public:
  explicit FilePort(std::filesystem::path folder);
  /// As a port of this name and kind, asked when messages of these types come.
  [[nodiscard]] bylaw::engine::Port port(std::string name, bylaw::engine::PortKind kind, std::vector<std::string> types);

 private:
  static void ask(void* self, bylaw::engine::PortRequest const& request, bylaw::engine::PortReply& reply);
  std::filesystem::path folder_;
};
