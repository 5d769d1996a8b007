// From root files to a compiled policy: fetch what they use, read the schema, check the rules.
#include <algorithm>
#include <deque>

#include <bylaw/values/digest.hpp>

#include "policy/analysis/lints.hpp"
#include "policy/index/frame_index.hpp"
#include "policy/types/header.hpp"
#include "policy/types/rules.hpp"

namespace bylaw::inline v0::policy {

using syntax::Cst;
using syntax::NodeKind;
using syntax::Reader;

namespace {

class SetBuilder {
 public:
  SetBuilder(Loader loader, Compilation& out) : loader_(loader), out_(out) {}

  void add_root(Source source) {
    if (is_loaded(source.name)) return;
    load(std::move(source));
  }

  /// The default schema comes in when no file declares the record that every rule speaks of.
  void add_default_schema() {
    for (auto const& file : files_) {
      for (auto const node : file.declarations) {
        Reader in(file, node);
        if (file.nodes[node].kind == NodeKind::record && !in.at("extend") && (in.skip(1), in.take_name() == "order")) return;
      }
    }
    Source schema;
    if (loader_.load == nullptr || !loader_.load(loader_.context, "", "schema.bylaw", schema)) return;
    if (is_loaded(schema.name)) return;
    load(std::move(schema));
  }

  std::vector<Cst> take_files() { return std::move(files_); }

 private:
  bool is_loaded(std::string const& name) const {
    return std::any_of(out_.sources.begin(), out_.sources.end(), [&](Source const& s) { return s.name == name; });
  }

  /// A used file stands where its `use` stands: its rules come before those below.
  void load(Source source) {
    auto const index = static_cast<std::uint32_t>(out_.sources.size());
    out_.sources.push_back(source);
    // Tokens are views: they point into this copy, which stays where it is.
    auto const& kept = kept_.emplace_back(std::move(source));
    open_.push_back(kept.name);
    auto cst = syntax::parse(kept, index, out_.diagnostics);
    for (auto const node : cst.declarations) {
      if (cst.nodes[node].kind == NodeKind::use) use(cst, node, kept.name);
    }
    open_.pop_back();
    files_.push_back(std::move(cst));
  }

  void use(Cst const& cst, std::uint32_t node, std::string const& from) {
    Reader in(cst, node);
    in.skip(1);
    auto const& token = in.take();
    auto const wanted = syntax::text_of(token);
    Source found;
    if (!wanted.empty() && wanted.front() == '/') {
      return report(out_.diagnostics, "BY0211", in.span_of(token));
    }
    if (loader_.load == nullptr || !loader_.load(loader_.context, from, wanted, found)) {
      return report(out_.diagnostics, "BY0206", in.span_of(token), {{"file", wanted}});
    }
    if (std::find(open_.begin(), open_.end(), found.name) != open_.end()) {
      return report(out_.diagnostics, "BY0207", in.span_of(token), {{"file", wanted}});
    }
    if (!is_loaded(found.name)) load(std::move(found));
  }

  Loader loader_;
  Compilation& out_;
  std::deque<Source> kept_;
  std::vector<Cst> files_;
  std::vector<std::string> open_;
};

std::string hash_of(std::vector<Source> const& sources) {
  Digest digest;
  for (auto const& source : sources) {
    // The name without its folder: the same files are the same version wherever they lie.
    digest.add(std::string_view(source.name).substr(source.name.rfind('/') + 1));
    digest.add(source.text);
  }
  return to_hex(digest.finish());
}

/// Slots that decisions of a kind stand on, whether or not a rule names them.
void find_fixed_slots(Policy::Impl& impl, Checker& checker) {
  auto const slot = [&](Subject subject, std::vector<std::string> const& path) {
    auto const scope = checker.subject_scope(subject, 0);
    return scope ? checker.slot_of(*scope, path) : -1;
  };
  bool const awaits = std::any_of(impl.hold_programs.begin(), impl.hold_programs.end(), [](HoldProgram const& hold) { return !hold.awaits.empty(); });
  checker.env.kind = Kind::hold;
  if (awaits) impl.imported_slot = slot(Subject::order, {"imported"});
  if (impl.returns.empty()) return;
  checker.env.kind = Kind::return_rule;
  impl.placed_slot = slot(Subject::order, {"placed"});
  impl.delivered_slot = slot(Subject::return_line, {"delivered"});
  impl.shipped_slot = slot(Subject::return_line, {"shipped"});
  impl.requested_slot = slot(Subject::return_line, {"requested"});
  impl.claimed_slot = slot(Subject::return_line, {"claimed", "condition"});
  impl.inspected_slot = slot(Subject::return_line, {"inspected", "condition"});
}

void tidy(Diagnostics& findings) {
  std::stable_sort(findings.begin(), findings.end(), [](Diagnostic const& a, Diagnostic const& b) {
    auto const& x = a.labels[0].span;
    auto const& y = b.labels[0].span;
    if (x.source_index != y.source_index) return x.source_index < y.source_index;
    return x.begin_offset != y.begin_offset ? x.begin_offset < y.begin_offset : a.code < b.code;
  });
  // A define that is unfolded twice repeats its own mistakes; one report of each is enough.
  auto const same = [](Diagnostic const& a, Diagnostic const& b) { return a.code == b.code && a.message == b.message && a.labels[0].span == b.labels[0].span; };
  findings.erase(std::unique(findings.begin(), findings.end(), same), findings.end());
}

}  // namespace

Compilation Policy::compile(std::vector<Source> roots, Loader loader, ZoneTable const& zones, Date today) {
  Compilation out;
  SetBuilder builder(loader, out);
  std::vector<std::string> root_names;
  for (auto& root : roots) {
    root_names.push_back(root.name);
    builder.add_root(std::move(root));
  }
  builder.add_default_schema();
  auto const files = builder.take_files();

  auto impl = std::make_unique<Impl>();
  impl->zones = zones;
  impl->version_hash = hash_of(out.sources);
  impl->sources = out.sources;
  impl->roots = std::move(root_names);
  impl->nodes.emplace_back();  // index 0 is the failed expression
  Schema schema{impl->records, {}, {}, {}, {}, {}};
  read_headers(files, *impl, out.diagnostics);
  read_schema(files, *impl, schema, out.diagnostics);
  read_holidays(files, *impl, schema, out.diagnostics);
  RuleCompiler compiler(*impl, schema, out.diagnostics);
  compiler.declare_figures(files);
  for (std::size_t i = 0; i < files.size(); ++i) compiler.compile_file(files[i], static_cast<std::uint32_t>(i));
  compiler.finish();
  find_fixed_slots(*impl, compiler.checker());
  compiler.checker().check_unused_lists();
  check_tables(compiler.checker(), *impl, schema);
  lint(*impl, schema, today, out.diagnostics);
  tidy(out.diagnostics);
  if (!has_errors(out.diagnostics)) {
    impl->indexes = std::make_unique<index::Indexes>(index::build(*impl));
    out.policy = Policy(impl.release());
  }
  return out;
}

Policy::Impl::Impl() = default;
Policy::Impl::~Impl() = default;

Policy::Policy(Policy const& other) noexcept : impl_(other.impl_) {
  if (impl_ != nullptr) __atomic_add_fetch(&impl_->references, 1, __ATOMIC_RELAXED);
}
Policy::Policy(Policy&& other) noexcept : impl_(other.impl_) { other.impl_ = nullptr; }
Policy& Policy::operator=(Policy other) noexcept {
  std::swap(impl_, other.impl_);
  return *this;
}
Policy::~Policy() {
  if (impl_ != nullptr && __atomic_sub_fetch(&impl_->references, 1, __ATOMIC_ACQ_REL) == 0) delete impl_;
}

std::string const& Policy::version_hash() const noexcept { return impl_->version_hash; }
std::vector<Header> const& Policy::headers() const noexcept { return impl_->headers; }
std::vector<HoldRule> const& Policy::holds() const noexcept { return impl_->holds; }
std::vector<StopRule> const& Policy::stops() const noexcept { return impl_->stops; }
std::vector<ValidationRule> const& Policy::validations() const noexcept { return impl_->validations; }
std::vector<AllocationRule> const& Policy::allocations() const noexcept { return impl_->allocations; }
std::vector<ProtectRule> const& Policy::protects() const noexcept { return impl_->protects; }
std::vector<PublishRule> const& Policy::publishes() const noexcept { return impl_->publishes; }
std::vector<ServiceRule> const& Policy::services() const noexcept { return impl_->services; }
std::vector<ChangeRule> const& Policy::changes() const noexcept { return impl_->changes; }
std::vector<BackorderRule> const& Policy::backorders() const noexcept { return impl_->backorders; }
std::vector<ReturnRule> const& Policy::returns() const noexcept { return impl_->returns; }
std::vector<ApprovalRule> const& Policy::approvals() const noexcept { return impl_->approvals; }
std::vector<BrakeRule> const& Policy::brakes() const noexcept { return impl_->brakes; }
std::vector<Permit> const& Policy::permits() const noexcept { return impl_->permits; }
std::vector<PostingRule> const& Policy::postings() const noexcept { return impl_->postings; }
std::vector<WorkflowDeclaration> const& Policy::workflows() const noexcept { return impl_->workflows; }
std::vector<Measure> const& Policy::measures() const noexcept { return impl_->measures; }
std::vector<HostFunction> const& Policy::functions() const noexcept { return impl_->functions; }
std::vector<Source> const& Policy::sources() const noexcept { return impl_->sources; }
std::vector<std::string> const& Policy::roots() const noexcept { return impl_->roots; }
ZoneTable const& Policy::zones() const noexcept { return impl_->zones; }
Layout const& Policy::measure_layout() const noexcept { return impl_->layouts[subject_count]; }
Layout const& Policy::layout(Subject subject) const noexcept { return impl_->layouts[static_cast<std::size_t>(subject)]; }

std::int64_t Policy::symbol(std::string_view name) const noexcept { return find_symbol(*impl_, name); }
std::string const& Policy::symbol_name(std::int64_t id) const noexcept { return impl_->symbols[static_cast<std::size_t>(id)]; }
Unit const* Policy::unit(std::string_view name) const noexcept { return find_any_unit(*impl_, name); }

namespace {

/// The one currency of the set: a file that names none has that of the others.
Currency shared_currency(Policy::Impl const& impl) {
  for (auto const& header : impl.headers) {
    if (header.currency.known()) return header.currency;
  }
  return {};
}

Enumeration const* find_enumeration(Policy::Impl const& impl, std::string_view name) {
  for (auto const& known : impl.enumerations) {
    if (known.name == name) return &known;
  }
  return nullptr;
}

}  // namespace

bool Policy::find_field(std::string_view record, std::string_view field, FieldInfo& out) const {
  for (auto const& known : impl_->records) {
    if (known.name != record) continue;
    auto const* found = known.find(std::string(field));
    if (found == nullptr) return false;
    out = {};
    out.plain = fact_kind(found->type, out.slot.kind);
    out.slot.path = std::string(record) + "." + std::string(field);
    out.slot.optional = found->type.optional;
    out.slot.personal = found->personal;
    auto type = found->type;
    if (type.base == Base::list) {
      out.list = true;
      type.base = type.element;
      (void)fact_kind(type, out.slot.kind);
    }
    out.many = type.base == Base::many;
    if (out.many || type.base == Base::record) out.record = impl_->records[type.index].name;
    if (type.base == Base::money) type.index = found->type.element == Base::money ? 0 : currency_index(shared_currency(*impl_));
    if (out.plain || out.list) out.slot.detail = detail_of(type, *impl_);
    return true;
  }
  return false;
}

std::vector<std::string> Policy::roles_acting_as(std::string_view role) const {
  std::vector<std::string> out{std::string(role)};
  for (auto const& [name, includes] : impl_->roles) {
    if (name != role && includes.count(std::string(role)) != 0) out.push_back(name);
  }
  return out;
}

std::vector<std::string> Policy::fields_of(std::string_view record) const {
  for (auto const& known : impl_->records) {
    if (known.name == record) return known.names();
  }
  return {};
}

bool Policy::enumeration_has(std::string_view enumeration, std::string_view name) const noexcept {
  auto const id = find_symbol(*impl_, name);
  auto const* known = find_enumeration(*impl_, enumeration);
  return known != nullptr && id >= 0 && std::find(known->symbols.begin(), known->symbols.end(), static_cast<std::uint32_t>(id)) != known->symbols.end();
}

std::vector<std::string> Policy::enumeration_values(std::string_view enumeration) const {
  std::vector<std::string> values;
  if (auto const* known = find_enumeration(*impl_, enumeration)) {
    for (auto const id : known->symbols) values.push_back(impl_->symbols[id]);
  }
  return values;
}

}  // namespace bylaw::inline v0::policy
