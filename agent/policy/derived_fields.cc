// SPDX-License-Identifier: Apache-2.0
#include "agent/policy/derived_fields.h"

#include "absl/strings/match.h"
#include "absl/strings/strip.h"

namespace dims {
namespace {

constexpr Field kSourceKeys[] = {Field::kSourceIp, Field::kSourceMac, Field::kSourceDomain};
constexpr Field kDestinationKeys[] = {Field::kDestinationIp, Field::kDestinationMac,
                                      Field::kDestinationDomain};
constexpr Field kHostKeys[] = {Field::kHostName, Field::kHostIp};

bool IsLookedUp(absl::string_view rest, bool label) {
  if (label) return absl::StartsWith(rest, "asset");
  return absl::StartsWith(rest, "geo.") || absl::StartsWith(rest, "as.") || rest == "nat.ip";
}

}  // namespace

Origin OriginOf(absl::string_view field) {
  const bool label = absl::ConsumePrefix(&field, "labels.");
  if (absl::ConsumePrefix(&field, "source.")) {
    return IsLookedUp(field, label) ? kOfSource : kNoOrigin;
  }
  if (absl::ConsumePrefix(&field, "destination.")) {
    return IsLookedUp(field, label) ? kOfDestination : kNoOrigin;
  }
  return label && absl::StartsWith(field, "host.asset") ? kOfHost : kNoOrigin;
}

std::span<const Field> KeysOf(Origin origin) {
  switch (origin) {
    case kOfSource:
      return kSourceKeys;
    case kOfDestination:
      return kDestinationKeys;
    case kOfHost:
      return kHostKeys;
    case kNoOrigin:
      break;
  }
  return {};
}

}  // namespace dims
