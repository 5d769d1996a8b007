#pragma once
#include <memory>

#include <bylaw/policy/host.hpp>

namespace bylaw::inline v0::policy::host {

/// How to come to the object that has a fact: through these records, each of which may be missing.
struct Route {
  std::vector<Part const*> through;
};

struct SlotPlan {
  Route route;
  Field const* field = nullptr;          ///< nullptr: always missing
  std::vector<std::int64_t> symbol_ids;  ///< by index of Field::symbols
};

/// Mirrors a Layout. An entry without a part has no elements.
struct Section {
  Layout const* layout = nullptr;
  std::vector<SlotPlan> slots;
  struct Many {
    Route route;
    Part const* part = nullptr;
    Field const* values = nullptr;  ///< a list of plain values instead
    std::vector<Section> element;   ///< one, when it is bound
  };
  std::vector<Many> collections;
};

/// What a reader keeps: everything that its pointers point into.
struct Plan {
  Policy policy;
  Type type;
  Section root;
};

/// Checks a binding and lays out how its facts are read. Errors: as Reader::make.
[[nodiscard]] Result<std::unique_ptr<Plan>> make_plan(Type type, Policy const& policy, Subject subject, std::vector<Kind> const& kinds);

/// Calls `use` with what a getter finds.
template <class Use>
void each(Getter const& getter, void const* object, Use use) {
  getter.read(object, {&use, [](void* context, void const* item) { (*static_cast<Use*>(context))(item); }});
}

/// The object at the end of a route; nullptr when a record on the way is missing.
[[nodiscard]] void const* arrive(Route const& route, void const* object);
/// What a getter gave as a fact. Errors: `wrong_type`.
[[nodiscard]] Result<policy::Value> to_fact(Policy const& policy, Slot const& slot, SlotPlan const& plan, Value const& given);
/// One fact of an object; not known when it is missing. Errors: `wrong_type`.
[[nodiscard]] Result<policy::Value> read_fact(Policy const& policy, Slot const& slot, SlotPlan const& plan, void const* object);
[[nodiscard]] Result<Frame> read_frame(Policy const& policy, Section const& plan, void const* object);

}  // namespace bylaw::inline v0::policy::host
