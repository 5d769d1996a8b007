// Policy versions with their text, and the definitions that instances are pinned to.
#include "store/store_impl.hpp"

namespace bylaw::inline v0::store {

namespace {

/// The definition of a workflow: a new one, unless this text is known under its name and version.
Result<std::int64_t> define(Store::Impl& s, std::int64_t policy, PolicyText::Workflow const& workflow) {
  Statement known(s.db.get(), "SELECT seq, hash FROM workflow_definition WHERE name=? AND version=? ORDER BY seq DESC LIMIT 1");
  if (known.reset().bind(workflow.name).bind(std::int64_t{workflow.version}).step()) {
    auto const number = known.number();
    auto const hash = known.text();
    if (hash == workflow.hash) return number;
    if (!hash.empty()) {
      return failure(
          "workflow_changed",
          "the workflow `" + workflow.name + "` is not what version " + std::to_string(workflow.version) + " of it was when instances started under it", s.path,
          "raise its `version`, and say with `migrate from " + std::to_string(workflow.version) + "` what becomes of its states");
    }
  }
  if (known.failed()) return s.fail();
  bool const written =
      s.row(Journal::workflow_definition).bind(policy).bind(workflow.name).bind(workflow.kind).bind(std::int64_t{workflow.version}).bind(workflow.hash).run();
  if (!written) return s.fail();
  return s.last(Journal::workflow_definition);
}

}  // namespace

Result<std::int64_t> Store::define(PolicyText::Workflow const& workflow) { return store::define(*impl_, 0, workflow); }

namespace {

bool write_text(Store::Impl& s, std::int64_t number, PolicyText const& policy) {
  for (auto const& file : policy.files) {
    if (!s.row(Journal::policy_source).bind(number).bind(std::int64_t{file.root}).bind(file.name).bind(file.text).run()) return false;
  }
  for (auto const& rule : policy.rules) {
    if (!s.row(Journal::policy_rule).bind(number).bind(rule.kind).bind(rule.name).bind(rule.file).run()) return false;
  }
  return true;
}

}  // namespace

Result<KeptPolicy> Store::keep_policy(PolicyText const& policy) {
  auto& s = *impl_;
  if (auto const known = s.policies.find(policy.hash); known != s.policies.end()) return known->second;
  KeptPolicy kept;
  Statement find(s.db.get(), "SELECT seq FROM policy_version WHERE hash=? ORDER BY seq DESC LIMIT 1");
  if (find.reset().bind(policy.hash).step()) kept.number = find.number();
  if (find.failed()) return s.fail();
  if (kept.number == 0) {
    if (!s.row(Journal::policy_version).bind(policy.hash).run()) return s.fail();
    kept.number = s.last(Journal::policy_version);
  }
  Statement has(s.db.get(), "SELECT count(*) FROM policy_source WHERE policy=?");
  if (!has.reset().bind(kept.number).step()) return s.fail();
  bool const has_text = has.number() > 0;
  has.reset();
  if (!has_text && !write_text(s, kept.number, policy)) return s.fail();
  for (auto const& workflow : policy.workflows) {
    auto const number = store::define(s, kept.number, workflow);
    if (!number) return Unexpected{number.error()};
    kept.definitions.push_back(*number);
  }
  return s.policies.emplace(policy.hash, kept).first->second;
}

Result<PolicyText> Store::policy_of(std::int64_t definition) {
  PolicyText out;
  Statement files(impl_->db.get(),
                  "SELECT f.name, f.text, f.root FROM policy_source f JOIN workflow_definition d ON d.policy=f.policy WHERE d.seq=? ORDER BY f.seq");
  files.reset().bind(definition);
  while (files.step()) out.files.push_back({files.text(), files.text(), files.number() != 0});
  if (files.failed()) return impl_->fail();
  if (out.files.empty()) {
    return failure("policy_lost", "the policy of an open instance is not in the store", impl_->path,
                   "run `bylaw migrate` with a policy that says what becomes of it");
  }
  return out;
}

namespace {
StoredDefinition read_definition(Statement& q) {
  StoredDefinition out;
  out.number = q.number();
  out.name = q.text();
  out.kind = q.text();
  out.version = static_cast<std::int32_t>(q.number());
  out.hash = q.text();
  return out;
}
}  // namespace

Result<std::optional<StoredDefinition>> Store::definition(std::int64_t number) {
  Statement q(impl_->db.get(), "SELECT seq, name, kind, version, hash FROM workflow_definition WHERE seq=?");
  std::optional<StoredDefinition> out;
  if (q.reset().bind(number).step()) out = read_definition(q);
  if (q.failed()) return impl_->fail();
  return out;
}

Result<std::vector<StoredDefinition>> Store::open_definitions() {
  std::vector<StoredDefinition> out;
  Statement q(impl_->db.get(),
              "SELECT d.seq, d.name, d.kind, d.version, d.hash, count(*) FROM instance i JOIN workflow_definition d ON d.seq=i.definition WHERE i.closed=0 "
              "GROUP BY d.seq ORDER BY d.seq");
  while (q.step()) {
    auto one = read_definition(q);
    one.open_instances = q.number();
    out.push_back(std::move(one));
  }
  if (q.failed()) return impl_->fail();
  return out;
}

}  // namespace bylaw::inline v0::store
