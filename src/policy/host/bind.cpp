// Host objects as facts: checked once against schema and layout, then read slot by slot.
#include <bylaw/policy/bind.hpp>

#include <algorithm>

#include <bylaw/policy/diagnostic.hpp>
#include "policy/host/binding_check.hpp"
#include "policy/host/plan.hpp"

namespace bylaw::inline v0::policy::host {

namespace {

class Planner {
 public:
  Planner(Policy const& policy, std::vector<Kind> const& kinds, BindingCheck& check) : policy_(policy), kinds_(kinds), check_(check) {}

  Section section(Type const& type, Layout const& layout, std::string const& prefix) {
    Section plan;
    plan.layout = &layout;
    for (auto const& slot : layout.slots) plan.slots.push_back(slot_plan(type, slot, prefix));
    for (auto const& collection : layout.collections) {
      auto& many = plan.collections.emplace_back();
      auto const* at = follow(type, rest(collection.path, prefix), many.route);
      auto const name = collection.path.substr(collection.path.rfind('.') + 1);
      if (at == nullptr) {
        if (is_needed(collection)) check_.unbound(collection.path);
        continue;
      }
      if (collection.record.empty()) {
        many.values = find(at->fields, name);
        auto& element = many.element.emplace_back();
        element.layout = &collection.layout;
        SlotPlan entry;
        entry.field = many.values;
        if (entry.field != nullptr) intern(entry);
        element.slots.push_back(std::move(entry));
      } else {
        many.part = find(at->parts, name);
        if (many.part != nullptr) many.element.push_back(section(many.part->type[0], collection.layout, collection.path));
      }
      if (many.part == nullptr && many.values == nullptr && is_needed(collection)) check_.unbound(collection.path);
    }
    return plan;
  }

 private:
  static std::string_view rest(std::string_view path, std::string_view prefix) {
    return path.size() > prefix.size() ? path.substr(prefix.size() + 1) : std::string_view{};
  }

  bool is_needed(Slot const& slot) const {
    return kinds_.empty() || std::any_of(kinds_.begin(), kinds_.end(), [&](Kind kind) { return slot.is_read_by(kind); });
  }
  bool is_needed(Collection const& collection) const {
    return kinds_.empty() || std::any_of(kinds_.begin(), kinds_.end(), [&](Kind kind) { return collection.is_read_by(kind); });
  }

  /// The type that has the last field of a path.
  static Type const* follow(Type const& type, std::string_view path, Route& route) {
    auto const* at = &type;
    for (auto dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.')) {
      auto const* part = find(at->parts, path.substr(0, dot));
      if (part == nullptr || part->many) return nullptr;
      route.through.push_back(part);
      at = &part->type[0];
      path = path.substr(dot + 1);
    }
    return at;
  }

  SlotPlan slot_plan(Type const& type, Slot const& slot, std::string const& prefix) {
    SlotPlan out;
    if (slot.path.rfind("measures.", 0) == 0) {
      out.field = find(type.measures, std::string_view(slot.path).substr(9));
      if (out.field != nullptr && !fits(out.field->kind, slot.kind)) check_.mismatch(slot.path, *out.field, slot.kind);
    } else if (auto const* at = follow(type, rest(slot.path, prefix), out.route)) {
      out.field = find(at->fields, std::string_view(slot.path).substr(slot.path.rfind('.') + 1));
    }
    if (out.field != nullptr) intern(out);
    else if (!slot.optional && is_needed(slot)) check_.unbound(slot.path);
    return out;
  }

  void intern(SlotPlan& plan) const {
    for (auto const& name : plan.field->symbols) plan.symbol_ids.push_back(policy_.symbol(name));
  }

  Policy const& policy_;
  std::vector<Kind> const& kinds_;
  BindingCheck& check_;
};

Error wrong(Slot const& slot, std::string message, std::string remedy) { return {"wrong_type", std::move(message), slot.path, std::move(remedy)}; }

}  // namespace

Result<policy::Value> to_fact(Policy const& policy, Slot const& slot, SlotPlan const& plan, Value const& given) {
  policy::Value out;
  if (!given.known) return out;
  out.known = true;
  out.number = given.number;
  out.scale = given.scale;
  switch (plan.field->kind) {
    case ValueKind::money: {
      auto const code = std::string(given.currency.code());
      if (!slot.detail.empty() && slot.detail != code) {
        return Unexpected{
            wrong(slot, "it is in " + code + ", and the policy is in " + slot.detail, "convert it, or declare the field `money in any currency`")};
      }
      if (slot.detail.empty()) out.text = code;
      break;
    }
    case ValueKind::quantity: {
      auto const* unit = policy.unit(slot.detail);
      auto const converted = convert({Decimal::scaled(given.number, given.scale), given.unit}, *unit);
      if (!converted) return Unexpected{wrong(slot, converted.error().message, "give it in " + slot.detail)};
      out.number = converted->amount.coefficient();
      out.scale = converted->amount.scale();
      break;
    }
    case ValueKind::symbol: {
      if (given.number >= static_cast<std::int64_t>(plan.symbol_ids.size())) {
        return Unexpected{wrong(slot, "this value of the host's enumeration has no name", "name it in .symbol(...)")};
      }
      out.number = plan.symbol_ids[static_cast<std::size_t>(given.number)];
      break;
    }
    case ValueKind::text: {
      if (slot.kind != FactKind::symbol) {
        out.text = given.text;
        break;
      }
      if (!policy.enumeration_has(slot.detail, given.text)) {
        auto const near = nearest(given.text, policy.enumeration_values(slot.detail));
        return Unexpected{
            wrong(slot, "`" + given.text + "` is not a value of `" + slot.detail + "`", near.empty() ? "see the schema" : "did you mean `" + near + "`?")};
      }
      out.number = policy.symbol(given.text);
      break;
    }
    default: break;
  }
  return out;
}

void const* arrive(Route const& route, void const* object) {
  for (auto const* part : route.through) {
    void const* next = nullptr;
    each(part->getter, object, [&](void const* inner) { next = inner; });
    if (next == nullptr) return nullptr;
    object = next;
  }
  return object;
}

Result<policy::Value> read_fact(Policy const& policy, Slot const& slot, SlotPlan const& plan, void const* object) {
  auto const* holder = plan.field == nullptr ? nullptr : arrive(plan.route, object);
  Result<policy::Value> fact = policy::Value{};
  if (holder == nullptr) return fact;
  each(plan.field->getter, holder, [&](void const* given) { fact = to_fact(policy, slot, plan, *static_cast<Value const*>(given)); });
  return fact;
}

namespace {

Result<void> read_slots(Policy const& policy, Section const& plan, void const* object, Frame& frame) {
  for (std::size_t i = 0; i < plan.slots.size(); ++i) {
    auto fact = read_fact(policy, plan.layout->slots[i], plan.slots[i], object);
    if (!fact) return Unexpected{fact.error()};
    frame.values.push_back(std::move(*fact));
  }
  return {};
}

Result<void> read_elements(Policy const& policy, Section::Many const& many, void const* object, std::vector<Frame>& out) {
  Error error;
  auto const take = [&](Result<Frame> frame) {
    if (!error.code.empty()) return;
    if (frame) out.push_back(std::move(*frame));
    else error = frame.error();
    // A list is counted as the policy counts it, from nought.
    if (!error.code.empty()) error.message = "element " + std::to_string(out.size()) + ": " + error.message;
  };
  if (many.part != nullptr) {
    each(many.part->getter, object, [&](void const* element) { take(read_frame(policy, many.element[0], element)); });
  } else {
    auto const& slot = many.element[0].layout->slots[0];
    each(many.values->getter, object, [&](void const* given) {
      auto fact = to_fact(policy, slot, many.element[0].slots[0], *static_cast<Value const*>(given));
      if (!fact) return take(Unexpected{fact.error()});
      Frame entry;
      entry.values.push_back(std::move(*fact));
      take(std::move(entry));
    });
  }
  if (!error.code.empty()) return Unexpected{std::move(error)};
  return {};
}

}  // namespace

Result<Frame> read_frame(Policy const& policy, Section const& plan, void const* object) {
  Frame frame;
  auto const slots = read_slots(policy, plan, object, frame);
  if (!slots) return Unexpected{slots.error()};
  for (auto const& many : plan.collections) {
    auto& elements = frame.collections.emplace_back();
    bool const bound = many.part != nullptr || many.values != nullptr;
    auto const* holder = bound ? arrive(many.route, object) : nullptr;
    if (holder == nullptr) continue;
    auto const read = read_elements(policy, many, holder, elements);
    if (!read) return Unexpected{read.error()};
  }
  return frame;
}

Result<std::unique_ptr<Plan>> make_plan(Type type, Policy const& policy, Subject subject, std::vector<Kind> const& kinds) {
  if (policy.empty()) return failure("no_policy", "there is no policy to read facts for", {}, "load one without errors first");
  auto const record = std::string(record_of(subject));
  if (type.record != record) {
    return failure("binding_mismatch", "the binding is for `" + type.record + "`, and the facts are those of `" + record + "`", {},
                   "bind the host's type to `" + record + "`");
  }
  BindingCheck check(policy);
  check.type(type, record);
  auto plan = std::make_unique<Plan>(Plan{policy, std::move(type), {}});
  plan->root = Planner(policy, kinds, check).section(plan->type, policy.layout(subject), record);
  auto const checked = check.result();
  if (!checked) return Unexpected{checked.error()};
  return plan;
}

Result<Reader> Reader::make(Type type, Policy const& policy, Subject subject, std::vector<Kind> const& kinds) {
  auto plan = make_plan(std::move(type), policy, subject, kinds);
  if (!plan) return Unexpected{plan.error()};
  return Reader(plan->release());
}

Reader::~Reader() { delete plan_; }

Result<Frame> Reader::read(void const* object) const { return read_frame(plan_->policy, plan_->root, object); }

}  // namespace bylaw::inline v0::policy::host
