#include <algorithm>

#include <bylaw/allocation/parcels.hpp>

namespace bylaw::inline v0::allocation {

namespace {

/// How many units of it still go into the parcel.
std::int64_t room(Parcel const& parcel, Content const& content, std::int64_t weight_g_max) {
  if (weight_g_max <= 0 || content.unit_weight_g <= 0) return content.quantity;
  return std::max<std::int64_t>((weight_g_max - parcel.weight_g) / content.unit_weight_g, 0);
}

}  // namespace

std::vector<Parcel> pack(std::vector<Content> const& contents, std::int64_t weight_g_max) {
  std::vector<Parcel> out;
  for (auto left : contents) {
    while (left.quantity > 0) {
      Parcel* parcel = nullptr;
      for (auto& known : out) {
        if (known.location == left.location && room(known, left, weight_g_max) > 0) parcel = &known;
      }
      if (parcel == nullptr) parcel = &out.emplace_back(Parcel{left.location, {}, 0});
      auto const fits = parcel->contents.empty() ? std::max<std::int64_t>(room(*parcel, left, weight_g_max), 1) : room(*parcel, left, weight_g_max);
      auto part = left;
      part.quantity = std::min(fits, left.quantity);
      parcel->weight_g += part.quantity * part.unit_weight_g;
      left.quantity -= part.quantity;
      parcel->contents.push_back(std::move(part));
    }
  }
  return out;
}

}  // namespace bylaw::inline v0::allocation
