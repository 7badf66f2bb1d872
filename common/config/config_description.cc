// SPDX-License-Identifier: Apache-2.0
#include "common/config/config_description.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/config/config_units.h"

namespace dims {
namespace {

// Edits between two names, a swap of neighbours counted as one.
std::size_t Distance(absl::string_view a, absl::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

std::string Bound(const ConfigKey& key, std::int64_t value) {
  switch (key.kind) {
    case ConfigKind::kBytes:
      return FormatByteCount(static_cast<std::uint64_t>(value));
    case ConfigKind::kDuration:
      return FormatTimeSpan(absl::Milliseconds(value));
    case ConfigKind::kInteger:
    case ConfigKind::kText:
    case ConfigKind::kTextList:
    case ConfigKind::kChoice:
    case ConfigKind::kBool:
    case ConfigKind::kEntries:
      break;
  }
  return absl::StrCat(value);
}

std::string KindColumn(const ConfigKey& key) {
  if (key.kind == ConfigKind::kChoice) {
    return absl::StrCat("`\"", absl::StrJoin(key.choices, "\"`, `\""), "\"`");
  }
  std::string text(ConfigKindName(key.kind));
  if (key.most != std::numeric_limits<std::int64_t>::max()) {
    absl::StrAppend(&text, ", ", Bound(key, key.least), " to ", Bound(key, key.most));
  }
  return text;
}

}  // namespace

absl::string_view ConfigKindName(ConfigKind kind) {
  switch (kind) {
    case ConfigKind::kText:
      return "text";
    case ConfigKind::kTextList:
      return "list of text";
    case ConfigKind::kChoice:
      return "choice";
    case ConfigKind::kBool:
      return "true or false";
    case ConfigKind::kInteger:
      return "whole number";
    case ConfigKind::kBytes:
      return "size";
    case ConfigKind::kDuration:
      return "time";
    case ConfigKind::kEntries:
      return "table";
  }
  return "";
}

const ConfigTable* ConfigDescription::Find(absl::string_view name) const {
  for (const ConfigTable& table : tables) {
    if (table.name == name) return &table;
  }
  return nullptr;
}

std::string ConfigReferencePage(const ConfigDescription& description) {
  std::string page;
  for (const ConfigTable& table : description.tables) {
    const absl::string_view open = table.repeated ? "[[" : "[";
    const absl::string_view close = table.repeated ? "]]" : "]";
    absl::StrAppend(&page, "## `", open, table.name, close, "`\n\n", table.meaning, "\n\n",
                    "| key | value | default | meaning |\n|---|---|---|---|\n");
    for (const ConfigKey& key : table.keys) {
      const std::string fallback = key.required           ? "required"
                                   : key.fallback.empty() ? ""
                                                          : absl::StrCat("`", key.fallback, "`");
      absl::StrAppend(&page, "| `", key.name, "` | ", KindColumn(key), " | ", fallback, " | ",
                      key.meaning, " |\n");
    }
    page += "\n";
  }
  return page;
}

std::string ClosestName(absl::string_view written, const std::vector<std::string>& known) {
  constexpr std::size_t kNameBytesMax = 64;  // of what somebody may have meant
  if (written.size() > kNameBytesMax) return "";
  const std::string lower = absl::AsciiStrToLower(written);
  std::string best;
  std::size_t least = std::max<std::size_t>(1, written.size() / 3) + 1;
  for (const std::string& name : known) {
    const std::size_t distance = Distance(lower, name);
    if (distance >= least) continue;
    least = distance;
    best = name;
  }
  return best;
}

}  // namespace dims
