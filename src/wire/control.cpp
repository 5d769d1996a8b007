// The JSON forms of the commands that govern.
#include "wire/command_parts.hpp"

namespace bylaw::inline v0::wire {

using namespace trade;  // NOLINT: this file is about nothing else.

namespace {

DefineEntry read_entry(Members& in) {
  DefineEntry body;
  body.kind = in.text("kind", true);
  body.id = in.text("id", true);
  body.values = read_attributes(in, "values", false);
  body.effective = time_or(in, "effective", body.effective);
  body.removed = in.truth("removed", false);
  body.note = in.text("note");
  if (body.id.empty()) in.fail("id", "an entry needs an id", "write its code");
  return body;
}

ObserveStock read_observation(Members& in) {
  ObserveStock body;
  choice(in, "what", body.what, "counted, damaged or shipped");
  body.item = in.text("item", true);
  body.location = in.text("location", true);
  body.quantity = in.whole("quantity", 0, true);
  body.order = in.text("order");
  body.expected = in.whole("expected", -1);
  body.reason = in.text("reason");
  body.note = in.text("note");
  body.lot = in.text("lot");
  if (body.expected < -1) in.fail("expected", "what the books said is not below zero", "leave it out, or write what they said");
  bool const counted = body.what == Observation::counted;
  if (body.quantity < 0 || (!counted && body.quantity == 0)) in.fail("quantity", "a quantity above zero is expected", "write how many units were seen");
  return body;
}

AnswerRequest read_answer(Members& in) {
  AnswerRequest body;
  body.request = in.text("request", true);
  choice(in, "answer", body.answer, "approve, deny or withdraw");
  body.note = in.text("note");
  return body;
}

Delegate read_delegate(Members& in) {
  Delegate body;
  body.to = in.text("to", true);
  body.role = in.text("role");
  body.from = time_or(in, "from", body.from);
  body.revoked = in.truth("revoked", false);
  body.until = body.revoked ? time_or(in, "until", Timestamp{}) : in.time("until", true);
  body.note = in.text("note");
  if (body.to.empty()) in.fail("to", "a user is expected", "name who acts for you");
  if (!body.revoked && body.until <= body.from) in.fail("until", "it is over before it begins", "write a later time");
  return body;
}

std::vector<PolicyFile> read_files(Members& in) {
  std::vector<PolicyFile> out;
  auto const* list = in.take("files", false);
  if (list == nullptr) return out;
  if (list->kind != Json::Kind::array) in.fail("files", "a list of files is expected", "write [{\"name\": \"holds.bylaw\", \"text\": \"...\"}]");
  for (std::size_t i = 0; i < list->items.size() && in.error.code.empty(); ++i) {
    Members file(list->items[i], "files[" + std::to_string(i) + "]");
    out.push_back({file.text("name", true), file.text("text", true), file.truth("root", true)});
    file.finish();
    in.error = file.error;
  }
  return out;
}

ActivatePolicy read_activation(Members& in) {
  ActivatePolicy body;
  body.files = read_files(in);
  body.version = in.text("version");
  choice(in, "rollout", body.rollout, "full, part, shadow or stop");
  body.channels = texts(in, "channels");
  body.locations = texts(in, "locations");
  body.share_percent = in.whole("share_percent", 0);
  body.instead_of = in.text("instead_of");
  body.note = in.text("note");
  bool const scoped = !body.channels.empty() || !body.locations.empty() || body.share_percent != 0;
  if (body.files.empty() == body.version.empty())
    in.fail("files", "either files or a version are expected", "send the texts, or the hash of a version that is known");
  if (!body.version.empty() && body.version.size() < 8) in.fail("version", "a hash has 64 characters", "write at least the first 8 of it");
  if (body.share_percent < 0 || body.share_percent > 99) in.fail("share_percent", "a share is between 1 and 99 percent", "write 10, or `full`");
  if (scoped != (body.rollout == Rollout::part))
    in.fail("rollout", "`part` names channels, locations or a share, and nothing else does", "write part, or leave them out");
  return body;
}

}  // namespace

bool read_control(std::string const& kind, Members& in, CommandBody& body) {
  if (kind == "define_entry") body = read_entry(in);
  else if (kind == "observe_stock") body = read_observation(in);
  else if (kind == "answer_request") body = read_answer(in);
  else if (kind == "delegate") body = read_delegate(in);
  else if (kind == "redrive_messages") body = RedriveMessages{in.text("consumer", true), in.whole("message", 0), in.truth("skip", false), in.text("note")};
  else if (kind == "erase_person") body = ErasePerson{in.text("person", true), in.text("note")};
  else if (kind == "activate_policy") body = read_activation(in);
  else if (kind == "check_health") body = CheckHealth{};
  else return false;
  return true;
}

}  // namespace bylaw::inline v0::wire
