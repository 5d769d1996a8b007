#include "engine/versions.hpp"

#include <algorithm>

#include <bylaw/orders/holds.hpp>
#include <bylaw/policy/rules.hpp>
#include <bylaw/values/digest.hpp>
#include <bylaw/values/hash.hpp>
#include <bylaw/values/word_list.hpp>

namespace bylaw::inline v0::engine {

namespace {

template <class Rules>
void add_rules(store::PolicyText& out, char const* kind, Rules const& rules) {
  for (auto const& rule : rules) out.rules.push_back({kind, rule.info.name, rule.info.file});
}

/// Another text makes other entries: a measure is kept under its name and what it says.
std::vector<std::string> kept_measures(policy::Policy const& policy) {
  std::vector<std::string> out;
  for (auto const& measure : policy.measures()) {
    out.push_back(measure.name + "#" + to_hex(sha256(policy.unfolded(measure.name, measure.span.source_index)).substr(0, 8)));
  }
  return out;
}

/// Personal fields of a record and of the records in it, whether or not a rule reads them.
void add_personal(policy::Policy const& policy, std::string const& record, std::string const& path, int depth, std::vector<std::string>& out) {
  constexpr int depth_max = 8;
  for (auto const& name : policy.fields_of(record)) {
    policy::FieldInfo field;
    if (!policy.find_field(record, name, field) || field.many) continue;
    if (field.slot.personal) out.push_back(path + "." + name);
    if (!field.record.empty() && depth < depth_max) add_personal(policy, field.record, path + "." + name, depth + 1, out);
  }
}

std::vector<std::string> personal_paths(policy::Policy const& policy) {
  std::vector<std::string> out;
  add_personal(policy, "order", "order", 0, out);
  return out;
}

}  // namespace

store::PolicyText text_of(rulebook::Rulebook const& book) {
  store::PolicyText out;
  auto const& policy = book.policy();
  out.hash = policy.version_hash();
  auto const& roots = policy.roots();
  // Roots first and in their order, because that is the order in which rules of one kind are tried.
  for (auto const& root : roots) {
    for (auto const& source : policy.sources()) {
      if (source.name == root) out.files.push_back({source.name, source.text, true});
    }
  }
  for (auto const& source : policy.sources()) {
    if (std::find(roots.begin(), roots.end(), source.name) == roots.end()) out.files.push_back({source.name, source.text, false});
  }
  for (auto const& workflow : book.workflows()) out.workflows.push_back({workflow.name, workflow.kind, workflow.version, workflow.hash});
  add_rules(out, "hold", policy.holds());
  add_rules(out, "allocation", policy.allocations());
  add_rules(out, "return", policy.returns());
  add_rules(out, "approval", policy.approvals());
  add_rules(out, "brake", policy.brakes());
  return out;
}

bool is_in_part(store::StoredActivation const& part, trade::Order const& order) {
  if (!part.channels.empty() && !has_word(part.channels, order.channel)) return false;
  if (!part.locations.empty()) {
    bool there = has_word(part.locations, order.ship_to.country) || has_word(part.locations, order.ship_to.region);
    for (auto const& attribute : order.attributes) there = there || (attribute.path == "order.location" && has_word(part.locations, attribute.value));
    if (!there) return false;
  }
  // By its id, so that an order stays on its side, here and on every other machine.
  return part.share_percent == 0 || hash64(order.id) % 100 < static_cast<std::uint64_t>(part.share_percent);
}

Version const& Versions::deciding(trade::Order const& order) const {
  for (auto const& part : parts_) {
    if (is_in_part(part.scope, order)) return *part.version;
  }
  return *in_force_;
}

std::vector<Version const*> Versions::active() const {
  std::vector<Version const*> out{in_force_};
  for (auto const& part : parts_) out.push_back(part.version);
  out.insert(out.end(), shadows_.begin(), shadows_.end());
  return out;
}

Result<bool> Versions::use(store::Store& store, bool strict) {
  if (!stale_) return false;
  auto const rows = store::Control(store).activations();
  if (!rows) return Unexpected{rows.error()};
  if (auto const done = read(store, *rows, strict); !done) return Unexpected{done.error()};
  stale_ = false;
  return true;
}

Result<void> Versions::read(store::Store& store, std::vector<store::StoredActivation> const& rows, bool strict) {
  in_force_ = nullptr;
  parts_.clear();
  shadows_.clear();
  for (auto const& row : rows) {
    auto version = load_kept(store, row);
    if (!version && version.error().code == "policy_lost") {
      // It compiled under an earlier Bylaw. What decides only beside another is left out; the one in force is stood in for by the one
      // that was given, so that the store can be opened and another be activated.
      if (row.rollout != "full") continue;
      if (!given_.policy().empty()) version = keep(store, given_);
    }
    if (!version) return Unexpected{version.error()};
    if (row.rollout == "full") in_force_ = *version;
    else if (row.rollout == "part") parts_.push_back({*version, row});
    else shadows_.push_back(*version);
  }
  bool const governed = in_force_ != nullptr;
  if (governed) drop_others();
  auto const given = given_.policy().empty() ? std::string{} : given_.policy().version_hash();
  if (strict && governed && !given.empty() && given != in_force_->book.policy().version_hash()) {
    return failure("policy_not_in_force",
                   "the store decides under version " + in_force_->book.policy().version_hash().substr(0, 12) + ", and this is " + given.substr(0, 12), {},
                   "put it in force with `bylaw activate`, or open the engine without a policy");
  }
  if (governed) return {};
  // Nobody has activated one: the one that was given decides, or else the one that decided last.
  auto const last = given.empty() ? store::Control(store).last_policy() : Result<std::optional<store::StoredActivation>>(std::nullopt);
  if (!last) return Unexpected{last.error()};
  if (given.empty() && !*last) return failure("no_rules", "an engine needs a rulebook", {}, "load a policy without errors first");
  auto const version = given.empty() ? load_kept(store, **last) : keep(store, given_);
  if (!version) return Unexpected{version.error()};
  in_force_ = *version;
  return {};
}

/// Versions that were only looked at take memory for nothing.
void Versions::drop_others() {
  auto const used = active();
  std::erase_if(loaded_, [&](auto const& one) { return std::find(used.begin(), used.end(), one.second.get()) == used.end(); });
}

Result<Version const*> Versions::keep(store::Store& store, rulebook::Rulebook const& book) {
  auto const text = text_of(book);
  auto const kept = store.keep_policy(text);
  if (!kept) return Unexpected{kept.error()};
  auto& place = loaded_[text.hash];
  if (place == nullptr) {
    place = std::make_unique<Version>();
    place->book = book;
    place->measures = kept_measures(book.policy());
    place->personal_paths = personal_paths(book.policy());
  }
  // Numbers are new when the transaction that gave them was given up.
  place->number = kept->number;
  place->definitions = kept->definitions;
  return static_cast<Version const*>(place.get());
}

Result<Version const*> Versions::load_kept(store::Store& store, store::StoredActivation const& row) {
  if (!given_.policy().empty() && given_.policy().version_hash() == row.hash) return keep(store, given_);
  if (auto const known = loaded_.find(row.hash); known != loaded_.end()) return keep(store, known->second->book);
  auto const text = store::Control(store).policy_text(row.policy);
  if (!text) return Unexpected{text.error()};
  auto loaded = rulebook::load_kept(text->files, zones_);
  if (!loaded.ok()) {
    auto const why = loaded.diagnostics.empty() ? std::string{} : ": " + policy::render(loaded.diagnostics.front(), loaded.sources);
    return failure("policy_lost", "the policy version " + row.hash.substr(0, 12) + " does not compile here" + why, {},
                   "open the engine with a policy that does and with the time zones it names, and activate that one");
  }
  return keep(store, loaded.rulebook);
}

Result<Version const*> Versions::load(store::Store& store, std::vector<rulebook::KeptFile> const& files) {
  auto loaded = rulebook::load_kept(files, zones_);
  if (loaded.ok()) return keep(store, loaded.rulebook);
  for (auto const& found : loaded.diagnostics) {
    if (found.severity == policy::Severity::error)
      return failure("policy_invalid", policy::render(found, loaded.sources), {}, "run `bylaw check`, and correct it");
  }
  return failure("policy_invalid", "the policy has no rules", {}, "send its files");
}

std::int64_t Versions::definition(Version const& version, rulebook::Workflow const& workflow) {
  auto const index = static_cast<std::size_t>(&workflow - version.book.workflows().data());
  return index < version.definitions.size() ? version.definitions[index] : 0;
}

Result<Pin> Versions::find(store::Store& store, store::StoredInstance const& instance) {
  for (auto const* version : active()) {
    for (std::size_t i = 0; i < version->definitions.size(); ++i) {
      if (version->definitions[i] == instance.definition) return Pin{&version->book, &version->book.workflows()[i]};
    }
  }
  if (auto const known = old_.find(instance.definition); known != old_.end()) return known->second->pin;
  auto const definition = store.definition(instance.definition);
  if (!definition) return Unexpected{definition.error()};
  // Stores of the first versions did not keep texts: what has the same name and version is the same there.
  if (*definition && (*definition)->hash.empty()) {
    auto const* workflow = in_force_->book.find_workflow((*definition)->name);
    if (workflow != nullptr && workflow->version == (*definition)->version) return Pin{&in_force_->book, workflow};
  }
  auto const text = store.policy_of(instance.definition);
  if (!text) return Unexpected{text.error()};
  auto old = std::make_unique<Old>();
  auto loaded = rulebook::load_kept(text->files, zones_);
  auto const* workflow = loaded.ok() && *definition ? loaded.rulebook.find_workflow((*definition)->name) : nullptr;
  if (workflow == nullptr) {
    return failure("policy_lost", "the policy version that `" + instance.subject + "` started under does not compile any more", instance.subject,
                   "say with `migrate from " + std::to_string(instance.version) + "` what becomes of its states, and run `bylaw migrate`");
  }
  old->book = std::move(loaded.rulebook);
  old->pin = {&old->book, old->book.find_workflow((*definition)->name)};
  return old_.emplace(instance.definition, std::move(old)).first->second->pin;
}

}  // namespace bylaw::inline v0::engine
