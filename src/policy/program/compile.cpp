// From root files to a compiled policy: fetch what they use, read the schema, check the rules.
#include <algorithm>
#include <deque>

#include <bylaw/values/digest.hpp>

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
      return report(out_.diagnostics, "BY0211", in.span_of(token), "a used file is named from the file that uses it", "write a relative name such as \"lists.bylaw\"");
    }
    if (loader_.load == nullptr || !loader_.load(loader_.context, from, wanted, found)) {
      return report(out_.diagnostics, "BY0206", in.span_of(token), "there is no file `" + wanted + "`",
                    "the name is looked up beside the file that uses it, then among the built-in files");
    }
    if (std::find(open_.begin(), open_.end(), found.name) != open_.end()) {
      return report(out_.diagnostics, "BY0207", in.span_of(token), "`" + wanted + "` uses this file again", "remove one `use` of the cycle");
    }
    if (!is_loaded(found.name)) load(std::move(found));
  }

  Loader loader_;
  Compilation& out_;
  std::deque<Source> kept_;
  std::vector<Cst> files_;
  std::vector<std::string> open_;
};

/// Reads the `policy` header of one file, or the defaults for a file without one.
Header read_header(Cst const& cst, ZoneTable const& zones, Diagnostics& out) {
  Header header;
  if (cst.declarations.empty() || cst.nodes[cst.declarations[0]].kind != NodeKind::header) return header;
  Reader in(cst, cst.declarations[0]);
  in.skip(1);
  header.name = in.take_name();
  in.skip(1);
  auto const date = [&](Reader& item, Date& into) {
    auto const& token = item.take();
    auto const parsed = parse_date(token.text);
    if (!parsed) return report(out, "BY0112", item.span_of(token), parsed.error().message, parsed.error().remedy);
    into = *parsed;
  };
  while (in.has_child()) {
    Reader item(cst, in.take_child());
    if (item.accept("effective")) {
      item.skip(1);
      date(item, header.effective_from);
      if (item.accept("until")) date(item, header.effective_until);
    } else if (item.accept("currency")) {
      auto const& token = item.take();
      header.currency = Currency::find(token.text);
      if (!header.currency.known()) report(out, "BY0321", item.span_of(token), "`" + std::string(token.text) + "` is not an ISO 4217 currency", "write a code such as USD, EUR or GBP");
    } else if (item.accept("time")) {
      item.skip(1);
      auto const& token = item.take();
      header.zone = syntax::text_of(token);
      if (zones.find(header.zone) == nullptr) {
        std::vector<std::string> names;
        for (auto const& zone : zones.zones()) names.push_back(zone.name);
        auto const near = did_you_mean(header.zone, names);
        report(out, "BY0208", item.span_of(token), "there is no time zone `" + header.zone + "`", near.empty() ? "use an IANA name such as \"Europe/London\"" : near.substr(1));
        header.zone = "UTC";
      }
    } else if (item.accept("window")) {
      item.skip(1);
      header.window_inclusive = item.at("inclusive");
    } else if (item.accept("undelivered")) {
      auto const& event = item.peek();
      header.undelivered_event = item.take_name();
      if (header.undelivered_event != "shipment") report(out, "BY0209", item.span_of(event), "an undelivered window starts from `shipment`");
      item.skip(1);
      bool ok = false;
      auto const& token = item.take();
      auto const duration = parse_duration(token.text, ok);
      if (duration.kind != Duration::Kind::calendar || duration.months != 0) report(out, "BY0209", item.span_of(token), "write this duration in days");
      header.undelivered_days = static_cast<std::int32_t>(duration.amount);
    } else if (item.at("refund") || item.at("discount") || item.at("short") || item.at("rank") || item.at("holidays") || item.at("business")) {
      auto const text = std::string(item.peek().text);
      out.push_back({Severity::warning, "BY0502", "`" + text + "` is read but has no effect in this version", {{item.span(), ""}}, ""});
    }
  }
  return header;
}

std::string hash_of(std::vector<Source> const& sources) {
  Digest digest;
  for (auto const& source : sources) {
    // The name without its folder: the same files are the same version wherever they lie.
    digest.add(std::string_view(source.name).substr(source.name.rfind('/') + 1));
    digest.add(source.text);
  }
  return to_hex(digest.finish());
}

}  // namespace

Compilation Policy::compile(std::vector<Source> roots, Loader loader, ZoneTable const& zones) {
  Compilation out;
  SetBuilder builder(loader, out);
  for (auto& root : roots) builder.add_root(std::move(root));
  builder.add_default_schema();
  auto const files = builder.take_files();

  auto impl = std::make_unique<Impl>();
  impl->zones = zones;
  impl->version_hash = hash_of(out.sources);
  impl->nodes.emplace_back();  // index 0 is the failed expression
  for (auto const& file : files) impl->headers.push_back(read_header(file, impl->zones, out.diagnostics));
  Currency shared;
  for (std::size_t i = 0; i < files.size(); ++i) {
    impl->header_zones.push_back(impl->zones.find(impl->headers[i].zone));
    if (impl->header_zones.back() == nullptr) impl->header_zones.back() = impl->zones.zones().data();
    auto const currency = impl->headers[i].currency;
    if (!currency.known()) continue;
    if (shared.known() && currency != shared) {
      report(out.diagnostics, "BY0210", {files[i].source_index, 0, 6}, "this file is in another currency than the files before it",
             "load policies of two currencies as two sets");
    }
    shared = currency;
  }
  Schema schema;
  read_schema(files, *impl, schema, out.diagnostics);
  RuleCompiler compiler(*impl, schema, out.sources, out.diagnostics);
  for (std::size_t i = 0; i < files.size(); ++i) compiler.compile_file(files[i], static_cast<std::uint32_t>(i));
  compiler.check_set();

  if (schema.record("order") != nullptr) {
    auto const order = schema.record_index.find("order")->second;
    Checker checker(*impl, schema, out.diagnostics);
    impl->imported_slot = checker.slot_of({"order", order, "order", Subject::order, {}, 0}, {"imported"});
    auto const& collections = impl->layouts[0].collections;
    for (std::size_t i = 0; i < collections.size(); ++i) {
      if (collections[i].path == "order.lines") impl->lines_collection = static_cast<std::int32_t>(i);
    }
  }
  constexpr std::size_t rules_max = 20'000;
  if (impl->holds.size() + impl->allocations.size() + impl->returns.size() > rules_max) {
    report(out.diagnostics, "BY0407", impl->holds.empty() ? Span{} : impl->holds.back().info.span, "the policy has more than 20,000 rules");
  }
  std::stable_sort(out.diagnostics.begin(), out.diagnostics.end(), [](Diagnostic const& a, Diagnostic const& b) {
    auto const& x = a.labels[0].span;
    auto const& y = b.labels[0].span;
    return x.source_index != y.source_index ? x.source_index < y.source_index : x.begin_offset < y.begin_offset;
  });
  // A define that is unfolded twice repeats its own mistakes; one report of each is enough.
  auto const same = [](Diagnostic const& a, Diagnostic const& b) {
    return a.code == b.code && a.message == b.message && a.labels[0].span == b.labels[0].span;
  };
  out.diagnostics.erase(std::unique(out.diagnostics.begin(), out.diagnostics.end(), same), out.diagnostics.end());
  if (!has_errors(out.diagnostics)) out.policy = Policy(impl.release());
  return out;
}

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
std::vector<AllocationRule> const& Policy::allocations() const noexcept { return impl_->allocations; }
std::vector<ReturnRule> const& Policy::returns() const noexcept { return impl_->returns; }
std::vector<WorkflowDeclaration> const& Policy::workflows() const noexcept { return impl_->workflows; }
Layout const& Policy::layout(Subject subject) const noexcept { return impl_->layouts[static_cast<std::size_t>(subject)]; }

std::int64_t Policy::symbol(std::string_view name) const noexcept { return find_symbol(*impl_, name); }

bool Policy::enumeration_has(std::string_view enumeration, std::string_view name) const noexcept {
  auto const id = find_symbol(*impl_, name);
  for (auto const& known : impl_->enumerations) {
    if (known.name != enumeration || id < 0) continue;
    return std::find(known.symbols.begin(), known.symbols.end(), static_cast<std::uint32_t>(id)) != known.symbols.end();
  }
  return false;
}

std::vector<std::string> Policy::enumeration_values(std::string_view enumeration) const {
  std::vector<std::string> values;
  for (auto const& known : impl_->enumerations) {
    if (known.name != enumeration) continue;
    for (auto const id : known.symbols) values.push_back(impl_->symbols[id]);
  }
  return values;
}

}  // namespace bylaw::inline v0::policy
