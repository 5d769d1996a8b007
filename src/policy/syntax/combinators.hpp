#pragma once
// The few parsers that turn Spirit X3 into a parser of tokens. Grammar rules carry
// no attributes: each named rule pushes a node on success, so that the grammar
// reads like the EBNF it comes from and compiles fast.
#include <algorithm>
#include <functional>
#include <string>

#include <boost/spirit/home/x3.hpp>

#include <bylaw/policy/diagnostic.hpp>
#include "policy/syntax/cst.hpp"
#include "policy/syntax/recovery.hpp"

namespace bylaw::inline v0::policy::syntax {

namespace x3 = boost::spirit::x3;

/// What the parsers share while one file is read.
struct Sink {
  Cst& cst;
  Diagnostics& out;
  std::vector<std::uint32_t> stack;        ///< nodes whose parent is not finished
  Token const* farthest = nullptr;         ///< where the parser got stuck
  std::vector<std::string_view> expected;  ///< what would have fit there
  int depth = 0;
  bool too_deep = false;

  void fail_at(Token const* token, std::string_view what) {
    if (farthest == nullptr || token > farthest) {
      farthest = token;
      expected.clear();
    }
    if (token == farthest && std::find(expected.begin(), expected.end(), what) == expected.end()) {
      expected.push_back(what);
    }
  }
  std::uint32_t index_of(Token const* token) const { return static_cast<std::uint32_t>(token - cst.tokens.data()); }
};

struct SinkTag {};

struct unattributed {
  using attribute_type = x3::unused_type;
  static bool const has_attribute = false;
};

/// A terminal: one token for which `Match` holds.
template <class Match>
struct TokenParser : x3::parser<TokenParser<Match>>, unattributed {
  using unattributed::has_attribute;
  using attribute_type = unattributed::attribute_type;
  Match match;
  std::string_view what;
  TokenParser(Match m, std::string_view w) : match(m), what(w) {}

  template <class It, class Context, class RContext, class Attribute>
  bool parse(It& first, It const& last, Context const& context, RContext&, Attribute&) const {
    if (first != last && match(*first)) {
      ++first;
      return true;
    }
    x3::get<SinkTag>(context).get().fail_at(first, what);
    return false;
  }
};

struct IsText {
  TokenKind kind;
  std::string_view text;
  bool operator()(Token const& token) const { return token.kind == kind && token.text == text; }
};
inline auto word(char const* text) { return TokenParser(IsText{TokenKind::word, text}, text); }
inline auto sym(char const* text) { return TokenParser(IsText{TokenKind::symbol, text}, text); }

struct IsKind {
  TokenKind kind;
  bool operator()(Token const& token) const { return token.kind == kind; }
};
struct IsName {
  bool operator()(Token const& token) const { return token.kind == TokenKind::quoted_word || (token.kind == TokenKind::word && !token.reserved); }
};
struct IsWord {
  bool operator()(Token const& token) const { return token.kind == TokenKind::word || token.kind == TokenKind::quoted_word; }
};
struct IsUnit {
  bool operator()(Token const& token) const;
};
struct IsMonth {
  bool operator()(Token const& token) const { return token.kind == TokenKind::word && month_number(token.text) > 0; }
};
struct IsCurrency {
  bool operator()(Token const& token) const {
    return token.kind == TokenKind::word && token.text.size() == 3 &&
           std::all_of(token.text.begin(), token.text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  }
};

/// Leaves a node of `Kind` behind. With `Fold`, a rule that consists of one sub-node
/// alone leaves only that one, so that `a` does not become a tower of eight nodes.
template <class Subject, NodeKind Kind, bool Fold>
struct NodeParser : x3::unary_parser<Subject, NodeParser<Subject, Kind, Fold>>, unattributed {
  using unattributed::has_attribute;
  using attribute_type = unattributed::attribute_type;
  NodeParser(Subject const& subject) : x3::unary_parser<Subject, NodeParser>(subject) {}

  template <class It, class Context, class RContext, class Attribute>
  bool parse(It& first, It const& last, Context const& context, RContext& rcontext, Attribute&) const {
    Sink& sink = x3::get<SinkTag>(context).get();
    auto const mark = sink.stack.size();
    It const begin = first;
    if (!this->subject.parse(first, last, context, rcontext, x3::unused)) {
      sink.stack.resize(mark);
      first = begin;
      return false;
    }
    Node node{Kind, sink.index_of(begin), sink.index_of(first), static_cast<std::uint32_t>(sink.cst.children.size()),
              static_cast<std::uint32_t>(sink.stack.size() - mark)};
    if (Fold && node.child_count == 1) {
      auto const& only = sink.cst.nodes[sink.stack.back()];
      if (only.first_token == node.first_token && only.end_token == node.end_token) return true;
    }
    sink.cst.children.insert(sink.cst.children.end(), sink.stack.begin() + static_cast<std::ptrdiff_t>(mark), sink.stack.end());
    sink.stack.resize(mark);
    sink.stack.push_back(static_cast<std::uint32_t>(sink.cst.nodes.size()));
    sink.cst.nodes.push_back(node);
    return true;
  }
};
template <NodeKind Kind, class Parser>
auto node(Parser const& parser) {
  return NodeParser<typename x3::extension::as_parser<Parser>::value_type, Kind, false>(x3::as_parser(parser));
}
template <NodeKind Kind, class Parser>
auto folded(Parser const& parser) {
  return NodeParser<typename x3::extension::as_parser<Parser>::value_type, Kind, true>(x3::as_parser(parser));
}

/// Counts the depth of what may nest in itself, so that no input overflows the stack.
template <class Subject>
struct NestedParser : x3::unary_parser<Subject, NestedParser<Subject>>, unattributed {
  using unattributed::has_attribute;
  using attribute_type = unattributed::attribute_type;
  NestedParser(Subject const& subject) : x3::unary_parser<Subject, NestedParser>(subject) {}

  template <class It, class Context, class RContext, class Attribute>
  bool parse(It& first, It const& last, Context const& context, RContext& rcontext, Attribute&) const {
    Sink& sink = x3::get<SinkTag>(context).get();
    if (sink.depth >= nesting_depth_max) {
      sink.too_deep = true;
      sink.fail_at(first, "less nesting");
      return false;
    }
    ++sink.depth;
    bool const ok = this->subject.parse(first, last, context, rcontext, x3::unused);
    --sink.depth;
    return ok;
  }
};
template <class Parser>
auto nested(Parser const& parser) {
  return NestedParser<typename x3::extension::as_parser<Parser>::value_type>(x3::as_parser(parser));
}

/// Reports what stopped the parser since `sink.farthest` was cleared.
void report_stuck(Sink& sink, Token const* begin, std::string_view what);
/// Where reading goes on after a clause or declaration that did not parse.
Token const* resume_clause(Token const* begin, Token const* farthest, Token const* last);

/// A clause inside a block: when it does not parse it is reported and skipped, so
/// that one mistake costs one clause.
template <class Subject>
struct ClauseParser : x3::unary_parser<Subject, ClauseParser<Subject>>, unattributed {
  using unattributed::has_attribute;
  using attribute_type = unattributed::attribute_type;
  ClauseParser(Subject const& subject) : x3::unary_parser<Subject, ClauseParser>(subject) {}

  template <class It, class Context, class RContext, class Attribute>
  bool parse(It& first, It const& last, Context const& context, RContext& rcontext, Attribute&) const {
    Sink& sink = x3::get<SinkTag>(context).get();
    if (first == last || first->kind == TokenKind::end || first->text == "}") return false;
    if (starts_declaration(first)) {
      // The block before lacks its `}`; the declaration that begins here must not be lost with it.
      sink.fail_at(first, "}");
      sink.out.push_back(finding("BY0214", {sink.cst.source_index, (first - 1)->begin_offset, (first - 1)->end_offset}));
      return false;
    }
    auto const mark = sink.stack.size();
    It const begin = first;
    sink.farthest = nullptr;
    if (this->subject.parse(first, last, context, rcontext, x3::unused)) return true;
    sink.stack.resize(mark);
    Token const* const resume = resume_clause(begin, sink.farthest, last);
    if (resume == nullptr) return false;  // The block itself lacks its end; the declaration reports it.
    report_stuck(sink, begin, "clause");
    first = resume;
    return true;
  }
};
template <class Parser>
auto clause(Parser const& parser) {
  auto const whole = node<NodeKind::clause>(parser >> sym(";"));
  return ClauseParser<std::decay_t<decltype(whole)>>(whole);
}

}  // namespace bylaw::inline v0::policy::syntax
