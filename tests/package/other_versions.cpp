// A host that carries another version of what the library uses: the same names of yaml-cpp and Boost, with other insides. A linker that
// mixes them calls these from inside the library, and the host aborts.
#include <cstdio>
#include <cstdlib>
#include <string>

#include <bylaw/config/files.hpp>
#include <bylaw/config/mapping_file.hpp>
#include <bylaw/testkit/testkit.hpp>

namespace YAML {

struct NodeType {
  enum value { Undefined, Null, Scalar, Sequence, Map };
};
struct Mark;

/// The classes of another version: what lies in them is not what the library's version has.
class Node {
 public:
  ~Node();
  NodeType::value Type() const;
  void EnsureNodeExists() const;
  std::string const& Scalar() const;
  long other_layout[9] = {};
};

[[noreturn]] inline void mixed(char const* what) {
  std::printf("mixed: the library called the host's %s\n", what);
  std::fflush(stdout);
  std::_Exit(3);
}
inline __attribute__((noinline)) NodeType::value Node::Type() const {
  if (other_layout[0] != 42) mixed("YAML::Node::Type");
  return NodeType::Null;
}
inline __attribute__((noinline)) void Node::EnsureNodeExists() const {
  if (other_layout[0] != 42) mixed("YAML::Node::EnsureNodeExists");
}
inline __attribute__((noinline)) std::string const& Node::Scalar() const {
  static std::string const text = "the host's";
  if (other_layout[0] != 42) mixed("YAML::Node::Scalar");
  return text;
}
inline __attribute__((noinline)) Node::~Node() {
  if (other_layout[0] != 42) mixed("YAML::Node::~Node");
}

}  // namespace YAML

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  // The host uses its own version.
  YAML::Node own;
  own.other_layout[0] = 42;
  own.EnsureNodeExists();
  if (own.Type() != YAML::NodeType::Null || own.Scalar() != "the host's") return 1;
  // And the library its own: a mapping is read by yaml-cpp.
  auto const zones = bylaw::config::load_zones();
  if (!zones) return 1;
  auto const mapping = bylaw::config::load_mapping(argv[1], *zones);
  std::printf("%s\n", mapping ? mapping->source.c_str() : to_string(mapping.error()).c_str());
  return mapping ? 0 : 1;
}
