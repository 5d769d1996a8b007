#include "policy/types/header.hpp"

#include <algorithm>

#include "policy/types/checker.hpp"

namespace bylaw::inline v0::policy {

using syntax::Cst;
using syntax::NodeKind;
using syntax::Reader;

namespace {

class HeaderReader {
 public:
  HeaderReader(Policy::Impl const& impl, Diagnostics& out) : impl_(impl), out_(out) {}

  Header read(Cst const& cst) {
    Header header;
    if (cst.declarations.empty() || cst.nodes[cst.declarations[0]].kind != NodeKind::header) return header;
    Reader in(cst, cst.declarations[0]);
    in.skip(1);
    header.name = in.take_name();
    in.skip(1);
    while (in.has_child()) {
      Reader item(cst, in.take_child());
      read_item(item, header);
    }
    return header;
  }

 private:
  void read_item(Reader& in, Header& header) {
    if (in.accept("effective")) {
      auto const span = in.span();
      in.accept("from");
      date(in, header.effective.from);
      if (in.accept("until")) date(in, header.effective.until);
      if (header.effective.until < header.effective.from) report(out_, "BY0403", span);
    } else if (in.accept("currency")) {
      auto const& token = in.take();
      header.currency = Currency::find(token.text);
      if (!header.currency.known()) report(out_, "BY0321", in.span_of(token), {{"currency", std::string(token.text)}});
    } else if (in.accept("time")) {
      in.accept("zone");
      zone(in, header);
    } else if (in.accept("business")) {
      in.accept("hours");
      header.business_hours = true;
      auto const span = in.span();
      header.calendar.opens = clock(in);
      in.accept("to");
      header.calendar.closes = clock(in);
      if (header.calendar.closes <= header.calendar.opens) report(out_, "BY0213", span);
    } else if (in.accept("window")) {
      in.accept("edge");
      header.window_inclusive = in.at("inclusive");
    } else if (in.accept("undelivered")) {
      undelivered(in, header);
    } else if (in.accept("refund")) {
      in.skip(2);  // above remaining
      header.refund_cap = in.at("cap");
    } else if (in.accept("discount")) {
      header.recompute_discount = in.at("recompute");
    } else if (in.accept("short")) {
      in.accept("network");
      header.all_or_nothing = in.at("all");
    } else if (in.accept("rank")) {
      header.rank_before_reservations = in.at("before");
    }
  }

  void date(Reader& in, Date& into) {
    auto const& token = in.take();
    auto const parsed = parse_date(token.text);
    if (!parsed) return report(out_, "BY0112", in.span_of(token), {{"problem", parsed.error().message}, {"help", parsed.error().remedy}});
    into = *parsed;
  }

  TimeOfDay clock(Reader& in) {
    auto const& token = in.take();
    int const minutes = detail::digits(token.text, 0, 2) * 60 + detail::digits(token.text, 3, 2);
    if (minutes > 24 * 60 || detail::digits(token.text, 3, 2) > 59) {
      report(out_, "BY0112", in.span_of(token), {{"problem", "`" + std::string(token.text) + "` is not a time of day"}, {"help", "write 00:00 to 24:00"}});
    }
    return TimeOfDay(minutes);
  }

  void zone(Reader& in, Header& header) {
    auto const& token = in.take();
    header.zone = syntax::text_of(token);
    if (impl_.zones.find(header.zone) != nullptr) return;
    std::vector<std::string> names;
    for (auto const& zone : impl_.zones.zones()) names.push_back(zone.name);
    report(out_, "BY0208", in.span_of(token), {{"zone", header.zone}, {"near", nearest(header.zone, names)}});
    header.zone = "UTC";
  }

  void undelivered(Reader& in, Header& header) {
    auto const& event = in.take();
    in.accept("plus");
    auto const& token = in.take();
    bool ok = false;
    auto const duration = parse_duration(token.text, ok);
    if (event.text != "shipment") report(out_, "BY0209", in.span_of(event));
    else if (!ok || duration.kind != Duration::Kind::calendar || duration.months != 0) report(out_, "BY0209", in.span_of(token));
    header.undelivered_days = static_cast<std::int32_t>(duration.amount);
  }

  Policy::Impl const& impl_;
  Diagnostics& out_;
};

}  // namespace

void read_headers(std::vector<Cst> const& files, Policy::Impl& impl, Diagnostics& out) {
  Currency shared;
  for (auto const& file : files) {
    impl.headers.push_back(HeaderReader(impl, out).read(file));
    auto const& header = impl.headers.back();
    auto const* zone = impl.zones.find(header.zone);
    impl.header_zones.push_back(zone != nullptr ? zone : impl.zones.zones().data());
    if (!header.currency.known()) continue;
    if (shared.known() && header.currency != shared) {
      report(out, "BY0210", {file.source_index, 0, 6}, {{"currency", std::string(header.currency.code())}, {"other", std::string(shared.code())}});
    }
    shared = header.currency;
  }
}

void read_holidays(std::vector<Cst> const& files, Policy::Impl& impl, Schema& schema, Diagnostics& out) {
  for (std::size_t i = 0; i < files.size(); ++i) {
    auto const& cst = files[i];
    if (cst.declarations.empty() || cst.nodes[cst.declarations[0]].kind != NodeKind::header) continue;
    Reader in(cst, cst.declarations[0]);
    in.skip(3);
    while (in.has_child()) {
      Reader item(cst, in.take_child());
      if (!item.accept("holidays")) continue;
      auto const& token = item.take();
      auto const name = syntax::name_of(token);
      auto* list = schema.find(name, NamedNode::What::list);
      if (list == nullptr) {
        report(out, "BY0212", item.span_of(token), {{"list", name}});
        continue;
      }
      list->used = true;
      Reader values(*list->cst, list->node);
      values.skip(3);
      Reader entries(*list->cst, values.take_child());
      bool dates = true;
      while (entries.has_child()) {
        Reader entry(*list->cst, entries.take_child());
        auto const date = parse_date(entry.peek().text);
        if (entry.peek().kind != syntax::TokenKind::date) dates = false;
        else if (!date) report(out, "BY0112", entry.span(), {{"problem", date.error().message}, {"help", date.error().remedy}});
        else impl.headers[i].calendar.holidays.push_back(*date);
      }
      if (!dates) report(out, "BY0212", item.span_of(token), {{"list", name}});
      std::sort(impl.headers[i].calendar.holidays.begin(), impl.headers[i].calendar.holidays.end());
    }
  }
}

}  // namespace bylaw::inline v0::policy
