#include "file_port.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

#include <bylaw/wire/commands.hpp>
#include <bylaw/wire/json.hpp>

using namespace bylaw;

namespace {

/// A key as the name of a file.
std::string file_name(std::string key) {
  std::replace(key.begin(), key.end(), ':', '_');
  return key + ".json";
}

/// What the other side has to know, by the kind of the port.
std::string question(engine::PortRequest const& request) {
  wire::JsonWriter out;
  out.begin_object().member("key", request.key).member("kind", engine::to_string(request.kind)).member("attempt", request.attempt);
  out.member("message", request.message->type).member("subject", request.message->subject);
  if (auto const* order = request.order) {
    out.member("total", to_string(order->total));
    using engine::PortKind;
    bool const address = request.kind == PortKind::address || request.kind == PortKind::carrier_rates || request.kind == PortKind::carrier_label ||
                         request.kind == PortKind::tax;
    if (address) {
      out.key("ship_to").begin_object().member("country", order->ship_to.country).member("region", order->ship_to.region);
      out.member("postal_code", order->ship_to.postal_code).member("city", order->ship_to.city).member("street", order->ship_to.street).end_object();
    }
    if (request.kind == PortKind::message) out.member("email", order->customer.email);
    if (request.kind == PortKind::fraud) out.member("customer", order->customer.id);
    if (request.kind == PortKind::payment) out.member("method", order->payment.method);
  }
  out.end_object();
  return out.take();
}

}  // namespace

FilePort::FilePort(std::filesystem::path folder) : folder_(std::move(folder)) {
  std::filesystem::create_directories(folder_ / "questions");
  std::filesystem::create_directories(folder_ / "answers");
}

engine::Port FilePort::port(std::string name, engine::PortKind kind, std::vector<std::string> types) {
  engine::Port out;
  out.name = std::move(name);
  out.kind = kind;
  out.ask = &FilePort::ask;
  out.context = this;
  out.terms.types = std::move(types);
  return out;
}

void FilePort::ask(void* self, engine::PortRequest const& request, engine::PortReply& reply) {
  auto const& folder = static_cast<FilePort*>(self)->folder_;
  auto const name = file_name(request.key);
  // Whole or not at all: the other side may be reading.
  std::ofstream(folder / "questions" / (name + ".part")) << question(request) << "\n";
  std::error_code failed;
  std::filesystem::rename(folder / "questions" / (name + ".part"), folder / "questions" / name, failed);
  std::ifstream in(folder / "answers" / name);
  std::string const text{std::istreambuf_iterator<char>(in), {}};
  auto const json = failed ? Result<wire::Json>(failure("", "")) : wire::parse_json(text);
  if (!json) {
    reply.reason = failed ? "the question could not be written" : text.empty() ? "no answer yet" : "the answer cannot be read";
    return;
  }
  if (auto const* later = json->find("later")) {
    reply.reason = later->text;
    return;
  }
  reply.answered = true;
  if (auto const* event = json->find("event")) reply.event = event->text;
  if (auto const* reason = json->find("reason")) reply.reason = reason->text;
  if (auto const* facts = json->find("facts")) {
    for (std::size_t i = 0; i < facts->keys.size(); ++i) reply.facts.push_back({facts->keys[i], facts->items[i].text});
  }
}
