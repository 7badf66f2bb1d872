// SPDX-License-Identifier: Apache-2.0
#include "common/filter/field_names.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/event/fields.h"

namespace dims {
namespace {

constexpr absl::string_view kGroups[] = {"ip", "port", "host", "user", "hash", "domain"};
constexpr absl::string_view kVirtual[] = {"event.id", "event.stream", "event.ordinal"};

struct Alias {
  absl::string_view typed;
  absl::string_view field;
};

constexpr Alias kAliases[] = {{"site", "organization.id"},  {"time", "@timestamp"},
                              {"timestamp", "@timestamp"},  {"tag", "tags"},
                              {"dataset", "event.dataset"}, {"action", "event.action"}};

// Edits that turn `a` into `b`: Levenshtein's distance.
std::size_t Distance(absl::string_view a, absl::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0u : 1u)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

std::vector<std::string> AllNames(const KnownFields& known) {
  std::vector<std::string> names(known.more);
  for (const FieldDefinition& field : CoreFields()) {
    if (!field.internal) names.emplace_back(field.name);
  }
  for (const absl::string_view group : kGroups) names.emplace_back(group);
  names.emplace_back("event.id");
  names.emplace_back("site");
  return names;
}

}  // namespace

std::optional<std::string> ResolveField(absl::string_view typed, const KnownFields& known) {
  const std::string folded = absl::AsciiStrToLower(typed);
  if (FindCoreField(folded) != nullptr || !GroupFields(folded).empty()) return folded;
  if (std::find(std::begin(kVirtual), std::end(kVirtual), folded) != std::end(kVirtual)) {
    return folded;
  }
  for (const Alias& alias : kAliases) {
    if (folded == alias.typed) return std::string(alias.field);
  }
  if (absl::StartsWith(folded, "labels.") && folded.size() > 7) {
    return absl::StrCat("labels.", typed.substr(7));
  }
  for (const std::string& name : known.more) {
    if (absl::EqualsIgnoreCase(name, typed)) return name;
  }
  return std::nullopt;
}

std::string NearestField(absl::string_view typed, const KnownFields& known) {
  constexpr std::size_t kTypedBytesMax = 64;  // bounds the work
  if (typed.size() > kTypedBytesMax) return "";
  // What other systems call the two ends of a connection.
  const std::string folded = absl::StrReplaceAll(
      absl::AsciiStrToLower(typed), {{"src", "source"}, {"dst", "destination"}, {"_", "."}});
  std::string nearest;
  std::size_t best = std::max<std::size_t>(2, typed.size() / 3) + 1;
  for (const std::string& name : AllNames(known)) {
    std::size_t distance = Distance(folded, name);
    // "name" for user.name, "src_ip" for source.ip: the end of a name is as good as two edits.
    if (absl::EndsWith(name, absl::StrCat(".", folded))) distance = 2;
    if (distance < best || (distance == best && !nearest.empty() && name < nearest)) {
      best = distance;
      nearest = name;
    }
  }
  return nearest;
}

}  // namespace dims
