// SPDX-License-Identifier: Apache-2.0
#include "agent/config/line_keys.h"

#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/formats/text_format.h"

namespace dims {
namespace {

struct NamedFormat {
  absl::string_view name;
  LineFormat format;
};

constexpr NamedFormat kLineFormats[] = {{"auto", LineFormat::kAuto},
                                        {"syslog", LineFormat::kSyslog},
                                        {"json", LineFormat::kJson},
                                        {"keyvalue", LineFormat::kKeyValue},
                                        {"raw", LineFormat::kRaw}};

}  // namespace

std::vector<std::string> LineFormatNames() {
  std::vector<std::string> names;
  for (const NamedFormat& known : kLineFormats) names.emplace_back(known.name);
  for (const TextFormat& format : TextFormats()) names.emplace_back(format.name);
  return names;
}

absl::Status SetLineFormat(absl::string_view name, LineSettings& lines) {
  for (const NamedFormat& known : kLineFormats) {
    if (known.name != name) continue;
    lines.format = known.format;
    lines.text_format = nullptr;
    return absl::OkStatus();
  }
  lines.format = LineFormat::kAuto;
  lines.text_format = FindTextFormat(name);
  if (lines.text_format != nullptr) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("\"", name, "\" is no format; there are ",
                                                 absl::StrJoin(LineFormatNames(), " ")));
}

absl::Status SetLineZone(const std::string& name, LineSettings& lines) {
  if (name == "local") {
    lines.zone = absl::LocalTimeZone();
    return absl::OkStatus();
  }
  if (absl::LoadTimeZone(name, &lines.zone)) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "\"", name, "\" is no time zone this machine knows; write a name like \"Europe/Berlin\", ",
      "\"UTC\" or \"local\""));
}

}  // namespace dims
