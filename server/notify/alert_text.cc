// SPDX-License-Identifier: Apache-2.0
#include "server/notify/alert_text.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "common/base/log.h"
#include "common/event/time_text.h"

namespace dims {
namespace {

constexpr int kPriority = 16 * 8 + 1;  // local0, alert
constexpr std::size_t kHostBytesMax = 255;
constexpr std::size_t kTitleBytesMax = 1024;
constexpr char kReplacement[] = "\xEF\xBF\xBD";

// Length of the UTF-8 sequence at the start of `text`; 0: there is none.
std::size_t SequenceLength(absl::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xc2 && lead < 0xe0   ? 2
                             : lead >= 0xe0 && lead < 0xf0 ? 3
                             : lead >= 0xf0 && lead < 0xf5 ? 4
                                                           : 0;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) return 0;
  }
  const auto second = static_cast<unsigned char>(text[1]);
  const bool overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
  const bool outside = (lead == 0xed && second >= 0xa0) || (lead == 0xf4 && second >= 0x90);
  return overlong || outside ? 0 : length;
}

std::string ValidUtf8(absl::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = SequenceLength(text);
    if (length == 0) {
      out += kReplacement;
      text.remove_prefix(1);
    } else {
      out.append(text.data(), length);
      text.remove_prefix(length);
    }
  }
  return out;
}

std::string JsonText(absl::string_view text) {
  std::string out = "\"";
  for (const char c : ValidUtf8(text)) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (absl::ascii_iscntrl(static_cast<unsigned char>(c))) {
      absl::StrAppendFormat(&out, "\\u%04x", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string JsonList(const std::vector<std::string>& texts) {
  std::vector<std::string> parts;
  for (const std::string& text : texts) parts.push_back(JsonText(text));
  return absl::StrCat("[", absl::StrJoin(parts, ","), "]");
}

// RFC 5424: '"', '\' and ']' are escaped inside a parameter.
std::string Parameter(absl::string_view name, absl::string_view value) {
  std::string out = absl::StrCat(" ", name, "=\"");
  for (const char c : EscapeControls(ValidUtf8(value))) {
    if (c == '"' || c == '\\' || c == ']') out += '\\';
    out += c;
  }
  return out + "\"";
}

// Header fields are printable ASCII without spaces.
std::string HeaderField(absl::string_view text) {
  std::string out(text.substr(0, kHostBytesMax));
  for (char& c : out) {
    if (!absl::ascii_isgraph(static_cast<unsigned char>(c))) c = '_';
  }
  return out.empty() ? "-" : out;
}

}  // namespace

std::string AlertJson(const Alert& alert) {
  return absl::StrCat("{\"id\":", alert.id, ",\"raised\":", JsonText(PrintTime(alert.raised_ns)),
                      ",\"rule\":", JsonText(alert.rule), ",\"key\":", JsonText(alert.key),
                      ",\"title\":", JsonText(alert.title), ",\"sites\":", JsonList(alert.sites),
                      ",\"evidence\":", JsonList(alert.evidence),
                      ",\"tlp\":", JsonText(TlpName(alert.tlp)), "}");
}

std::string AlertSyslog(const Alert& alert, const SyslogSender& sender) {
  // Whole microseconds: RFC 5424 has no finer ones.
  const std::string time = PrintTime(alert.raised_ns - alert.raised_ns % 1000);
  const std::string fields =
      absl::StrCat(Parameter("id", absl::StrCat(alert.id)), Parameter("rule", alert.rule),
                   Parameter("key", alert.key.substr(0, kTitleBytesMax)),
                   Parameter("sites", absl::StrJoin(alert.sites, ",").substr(0, kTitleBytesMax)),
                   Parameter("tlp", TlpName(alert.tlp)));
  const std::string title = EscapeControls(ValidUtf8(alert.title.substr(0, kTitleBytesMax)));
  return absl::StrCat("<", kPriority, ">1 ", time, " ", HeaderField(sender.host), " dims-server ",
                      sender.pid, " alert [dims@32473", fields, "] \xEF\xBB\xBF", title);
}

}  // namespace dims
