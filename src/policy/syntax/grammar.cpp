// A whole file: the header, declarations that are not rules, and where reading
// goes on after a mistake. The words stand here as in docs/language.md section 3.
#include "policy/syntax/terminals.hpp"

namespace bylaw::inline v0::policy::syntax {

namespace {

auto const header_item =
    (word("effective") >> period) | (word("currency") >> currency) | (word("time") >> word("zone") >> text) | (word("holidays") >> name) |
    (word("business") >> word("hours") >> time_of_day >> word("to") >> time_of_day) |
    (word("window") >> word("edge") >> (word("inclusive") | word("exclusive"))) | (word("undelivered") >> any_word >> word("plus") >> duration) |
    (word("refund") >> word("above") >> word("remaining") >> (word("refuse") | word("cap"))) |
    (word("discount") >> ((word("keep") >> word("shares")) | (word("recompute") >> word("promotion")))) |
    (word("short") >> word("network") >> ((word("all") >> word("or") >> word("nothing")) | (word("ship") >> word("what") >> word("is") >> word("available")))) |
    (word("rank") >> (word("before") | word("after")) >> word("reservations"));
auto const header = node<K::header>(block("policy", header_item));

auto const param = node<K::param>(any_word >> sym(":") >> type);
auto const params = sym("(") >> param % sym(",") >> sym(")");
auto const list_of_values = node<K::list_value>(sym("[") >> -(expr % sym(",")) >> sym("]"));

auto const use = node<K::use>(word("use") >> text >> sym(";"));
auto const list = node<K::list>(word("list") >> name >> sym("=") >> list_of_values >> sym(";"));
auto const define = node<K::define>(word("define") >> name >> -params >> sym("=") >> expr >> sym(";"));
auto const compare = sym("==") | sym("!=") | sym("<=") | sym(">=") | sym("<") | sym(">");
auto const cell = node<K::cell>(word("any") | (compare >> sum >> -(word("and") >> compare >> sum)) | (sum >> -(word("to") >> sum)));
auto const row = (word("hit") >> (word("first") | word("unique") | word("sum") | word("max"))) | (word("row") >> cell % sym(",") >> word("gives") >> expr) |
                 (word("otherwise") >> word("gives") >> expr);
auto const table = node<K::table>(word("table") >> name >> params >> word("gives") >> type >> sym("{") >> *clause(row) >> sym("}"));
auto const measure = node<K::measure>(word("measure") >> name >> sym("=") >>
                                      ((word("count") >> name) | ((word("sum") | word("min") | word("max")) >> expr >> word("for") >> name)) >>
                                      -(word("where") >> expr) >> word("by") >> path % sym(",") >> word("over") >> duration >> sym(";"));
auto const record_field = any_word >> sym(":") >> type >> -word("personal");
auto const record_body = block("record", record_field);
auto const enum_body = word("enum") >> name >> sym("=") >> sym("[") >> names >> sym("]") >> sym(";");
auto const record = node<K::record>(record_body);
auto const enumeration = node<K::enumeration>(enum_body);
// Committed after `extend`: what follows decides which node it is.
auto const extend = node<K::record>(word("extend") >> record_body) | node<K::enumeration>(word("extend") >> enum_body);
auto const role = node<K::role>(word("role") >> name >> -(word("includes") >> names) >> sym(";"));
auto const permit = node<K::permit>(word("permit") >> names >> word("to") >> (word("everything") | any_word % sym(",")) >> sym(";"));
auto const unit = node<K::unit>(word("unit") >> name >> sym("=") >> number >> unit_word >> sym(";"));
auto const reason_row = name >> text >> -(word("fault") >> any_word);
auto const reasons = node<K::reasons>(block("reasons", reason_row));
auto const function = node<K::function>(word("function") >> name >> params >> word("gives") >> type >> sym(";"));

auto const declaration =
    use | list | define | table | measure | record | enumeration | extend | role | permit | unit | reasons | function | rule_declaration | workflow_declaration;

class FileParser {
 public:
  FileParser(Cst& cst, Diagnostics& out)
      : sink_{cst, out, {}, nullptr, {}, 0, false}, at_(cst.tokens.data()), last_(cst.tokens.data() + cst.tokens.size() - 1) {}

  void run() {
    if (at_->text == "policy") one(header);
    while (at_ != last_) {
      if (at_->text == "policy") {
        misplaced_header();
      } else {
        one(declaration);
      }
    }
  }

 private:
  template <class Parser>
  void one(Parser const& parser) {
    auto const* const begin = at_;
    auto const findings = sink_.out.size();
    sink_.farthest = nullptr;
    sink_.stack.clear();
    if (x3::parse(at_, last_, x3::with<SinkTag>(std::ref(sink_))[parser])) {
      sink_.cst.declarations.push_back(sink_.stack.back());
      return;
    }
    // A clause inside may have been reported already; the block then lacks only its end.
    if (sink_.out.size() == findings || sink_.farthest == nullptr || sink_.farthest->kind == TokenKind::end) {
      report_stuck(sink_, begin, "declaration");
    }
    skip_declaration(begin);
  }

  void skip_declaration(Token const* begin) {
    at_ = std::max(begin + 1, sink_.farthest == nullptr ? begin + 1 : sink_.farthest);
    while (at_ < last_ && !starts_declaration(at_)) ++at_;
    at_ = std::min(at_, last_);
  }

  void misplaced_header() {
    sink_.out.push_back(finding("BY0204", {sink_.cst.source_index, at_->begin_offset, at_->end_offset}));
    auto const* const begin = at_;
    sink_.farthest = nullptr;
    skip_declaration(begin);
  }

  Sink sink_;
  Token const* at_;
  Token const* last_;
};

}  // namespace

Cst parse(Source const& source, std::uint32_t source_index, Diagnostics& out) {
  Cst cst;
  cst.source_index = source_index;
  auto list = tokenize(source, source_index, out);
  cst.tokens = std::move(list.tokens);
  cst.comments = std::move(list.comments);
  if (list.usable) FileParser(cst, out).run();
  return cst;
}

}  // namespace bylaw::inline v0::policy::syntax
