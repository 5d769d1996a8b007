#pragma once
#include <bylaw/policy/host.hpp>

namespace bylaw::inline v0::policy::host {

/// Collects everything of a binding that does not fit the schema, so that one start of the host shows it all.
class BindingCheck {
 public:
  explicit BindingCheck(Policy const& policy) : policy_(policy) {}

  void type(Type const& type, std::string const& path);
  /// A fact that rules need and nothing is bound to.
  void unbound(std::string const& path);
  void mismatch(std::string const& path, Field const& field, FactKind kind);
  /// Errors: `binding_mismatch`, with all problems in its message.
  [[nodiscard]] Result<void> result() const;

 private:
  void problem(std::string const& path, std::string const& what);
  void missing(Type const& type, std::string const& path, std::string const& name, std::vector<std::string> const& names);
  void check_field(Type const& type, Field const& field, std::string const& path, std::vector<std::string> const& names);
  void check_part(Type const& type, Part const& part, std::string const& path, std::vector<std::string> const& names);
  void twice(Type const& type, std::string const& path);

  Policy const& policy_;
  std::vector<std::string> problems_;
};

/// Whether a host's value can be a fact of a kind.
[[nodiscard]] bool fits(ValueKind from, FactKind to);
/// The one of that name; nullptr when there is none.
template <class Named>
Named const* find(std::vector<Named> const& all, std::string_view name) {
  for (auto const& one : all) {
    if (one.name == name) return &one;
  }
  return nullptr;
}

}  // namespace bylaw::inline v0::policy::host
