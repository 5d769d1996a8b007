// Questions to the outside, and what becomes of its answers.
#include <bylaw/engine/ports.hpp>

#include <algorithm>
#include <array>
#include <new>

#include <bylaw/engine/engine.hpp>
#include <bylaw/trade/command.hpp>

namespace bylaw::inline v0::engine {

namespace {

constexpr std::array<std::string_view, 7> names = {"payment", "tax", "carrier_rates", "carrier_label", "address", "fraud", "message"};

struct Rights {
  std::vector<std::string_view> prefixes;  ///< of paths, without `order.`
  bool events = false;
};
Rights rights_of(PortKind kind) {
  switch (kind) {
    case PortKind::payment: return {{"payment."}, true};
    case PortKind::tax: return {{"tax."}, false};
    case PortKind::carrier_rates: return {{"carrier."}, false};
    case PortKind::carrier_label: return {{"carrier.", "tracking."}, true};
    case PortKind::address: return {{"ship_to.", "payment.address_match"}, false};
    case PortKind::fraud: return {{"payment.risk_score", "payment.review"}, false};
    case PortKind::message: break;
  }
  return {};
}

/// Why a value cannot be right; empty: it may be.
std::string wrong_value(std::string_view path, std::string const& value, trade::Order const* order) {
  if (path == "payment.risk_score") {
    auto const score = Decimal::parse(value);
    bool const fits = score && score->coefficient() >= 0 && *score <= Decimal(100);
    return fits ? "" : "a score is between 0 and 100, not `" + value + "`";
  }
  if (path != "payment.amount" || order == nullptr) return {};
  auto const amount = parse_money(value);
  if (!amount || amount->currency() != order->currency) return "an amount of the order's currency is expected, not `" + value + "`";
  bool const fits = amount->amount_minor() >= 0 && amount->amount_minor() <= order->total.amount_minor();
  return fits ? "" : "`" + value + "` is not between nothing and what the order costs";
}

/// Why an answer cannot be taken; empty: it can.
std::string wrong(Port const& port, PortReply const& reply, trade::Order const* order) {
  auto const rights = rights_of(port.kind);
  if (!reply.event.empty() && !rights.events) return "this kind of port asserts no events";
  if (!reply.facts.empty() && order == nullptr) return "facts are of orders, and the message is about none";
  for (auto const& fact : reply.facts) {
    auto const path = std::string_view(fact.path).substr(fact.path.compare(0, 6, "order.") == 0 ? 6 : 0);
    bool const may =
        std::any_of(rights.prefixes.begin(), rights.prefixes.end(), [&](std::string_view prefix) { return path.substr(0, prefix.size()) == prefix; });
    if (!may) return "this kind of port may not set `" + fact.path + "`";
    if (auto why = wrong_value(path, fact.value, order); !why.empty()) return why;
  }
  return {};
}

/// One call of one port.
class Session {
 public:
  Session(Engine& engine, Port const& port, Timestamp now) : engine_(engine), port_(port), now_(now), terms_(port.terms) {
    terms_.consumer = "port:" + port.name;
  }

  Result<PortRun> run(std::size_t count_max) {
    auto const messages = engine_.lease(terms_, count_max);
    if (!messages) return Unexpected{messages.error()};
    for (auto const& message : *messages) {
      if (auto const done = one(message); !done) return Unexpected{done.error()};
    }
    return out_;
  }

 private:
  Result<void> one(Message const& message) {
    auto const order = engine_.order(message.subject);
    if (!order) return Unexpected{order.error()};
    auto const* about = *order ? &**order : nullptr;
    PortRequest const request{port_.kind, terms_.consumer + ":" + std::to_string(message.number), message.attempts, &message, about};
    PortReply reply;
    ++out_.asked;
    try {
      if (port_.ask != nullptr) port_.ask(port_.context, request, reply);
    } catch (...) {
      reply = {};
      reply.reason = "the adapter threw an exception";
    }
    if (!reply.answered) {
      ++out_.later;
      return later(message, reply.reason.empty() ? "not now" : reply.reason, reply.not_before);
    }
    if (auto const why = wrong(port_, reply, about); !why.empty()) {
      ++out_.wrong;
      return later(message, "wrong answer: " + why, Timestamp(INT64_MIN));
    }
    ++out_.answered;
    return send(message, request, reply, about);
  }

  Result<void> later(Message const& message, std::string const& reason, Timestamp not_before) {
    auto const settled = engine_.nack(terms_, message, reason, not_before);
    if (!settled) return Unexpected{settled.error()};
    out_.dead += *settled == Settled::dead ? 1 : 0;
    return {};
  }

  /// The answer first, and then that the message is done: between the two it may come again, and is then known.
  Result<void> send(Message const& message, PortRequest const& request, PortReply const& reply, trade::Order const* about) {
    std::vector<trade::Command> commands;
    auto const add = [&](char const* what, trade::CommandBody body) {
      commands.push_back({request.key + ":" + what, now_, {terms_.consumer, port_.role}, std::move(body), "message:" + std::to_string(message.number)});
    };
    if (!reply.facts.empty()) add("facts", trade::RecordFacts{message.subject, reply.facts, reply.reason});
    if (!reply.event.empty() && about != nullptr) add("event", trade::OrderEvent{message.subject, reply.event, reply.reason});
    bool const of_return = message.type.compare(0, 7, "return.") == 0;
    if (!reply.event.empty() && about == nullptr && of_return) add("event", trade::ReturnEvent{message.subject, reply.event, "", reply.reason});
    if (!reply.event.empty() && about == nullptr && !of_return) add("event", trade::InstanceEvent{message.subject, reply.event, reply.reason});
    if (!commands.empty()) {
      auto const outcomes = engine_.submit(commands);
      if (!outcomes) return Unexpected{outcomes.error()};
      for (auto const& outcome : *outcomes) {
        bool const known = outcome.duplicate || outcome.code == "id_conflict";
        out_.again += known ? 1 : 0;
        out_.refused += !known && outcome.status == trade::Status::refused ? 1 : 0;
      }
    }
    auto const done = engine_.ack(terms_.consumer, {message});
    return done ? Result<void>{} : Result<void>(Unexpected{done.error()});
  }

  Engine& engine_;
  Port const& port_;
  Timestamp now_;
  DeliveryTerms terms_;
  PortRun out_;
};

}  // namespace

std::string_view to_string(PortKind kind) noexcept { return names[static_cast<std::size_t>(kind)]; }

Result<PortRun> run_port(Engine& engine, Port const& port, Timestamp now, std::size_t count_max) noexcept {
  try {
    if (port.name.empty()) return failure("unnamed_port", "a port needs a name", {}, "give it one that stays: messages are remembered by it");
    return Session(engine, port, now).run(count_max);
  } catch (...) {
    return Unexpected{Error{"out_of_memory", "out of memory", {}, {}}};
  }
}

}  // namespace bylaw::inline v0::engine
