// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/cef.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"
#include "agent/fields/text_cursor.h"
#include "agent/formats/cef_fortigate.h"
#include "agent/formats/cef_line.h"
#include "agent/formats/device_time.h"
#include "agent/formats/keyed_fields.h"
#include "agent/formats/panos_meaning.h"

namespace dims {
namespace {

constexpr int kPairsMax = 256;
constexpr std::size_t kCustomsMax = 32;

enum Slot : std::uint8_t {
  kTime,
  kStart,
  kEnd,
  kZone,
  kSourceUser,
  kTargetUser,
  kOutcome,
  kHash,
  kUrlSlot,
  kDirection,
  kHost,
  kBytesIn,
  kBytesOut,
  kReason,
  kMsg,
  kName,
  kSeverity,
  kDevice,
};

constexpr auto kSlotRole = KeyRole::kSlot;
constexpr auto kNone = Field::kCount;

constexpr KeyRule kRules[] = {
    {"src", KeyRole::kSourceEnd},
    {"c6a2", KeyRole::kSourceEnd},
    {"dst", KeyRole::kTargetEnd},
    {"c6a3", KeyRole::kTargetEnd},
    {"spt", KeyRole::kSourcePort},
    {"dpt", KeyRole::kTargetPort},
    {"shost", KeyRole::kHost, Field::kSourceDomain},
    {"dhost", KeyRole::kHost, Field::kDestinationDomain},
    {"smac", KeyRole::kKeyword, Field::kSourceMac},
    {"dmac", KeyRole::kKeyword, Field::kDestinationMac},
    {"sourceTranslatedAddress", KeyRole::kAddress, Field::kSourceNatIp},
    {"destinationTranslatedAddress", KeyRole::kAddress, Field::kDestinationNatIp},
    {"suser", kSlotRole, kNone, kSourceUser},
    {"duser", kSlotRole, kNone, kTargetUser},
    {"suid", KeyRole::kKeyword, Field::kUserId},
    {"loginID", KeyRole::kKeyword, Field::kUserId},
    {"sntdom", KeyRole::kKeyword, Field::kUserDomain},
    {"proto", KeyRole::kTransport},
    {"app", KeyRole::kLowerKeyword, Field::kNetworkProtocol},
    {"act", KeyRole::kKeyword, Field::kEventAction},
    {"outcome", kSlotRole, kNone, kOutcome},
    {"categoryOutcome", kSlotRole, kNone, kOutcome},
    {"reason", kSlotRole, kNone, kReason},
    {"msg", kSlotRole, kNone, kMsg},
    {"in", kSlotRole, kNone, kBytesIn},
    {"out", kSlotRole, kNone, kBytesOut},
    {"request", kSlotRole, kNone, kUrlSlot},
    {"requestMethod", KeyRole::kKeyword, Field::kHttpRequestMethod},
    {"refererUrl", KeyRole::kKeyword, Field::kHttpRequestReferrer},
    {"requestContext", KeyRole::kKeyword, Field::kHttpRequestReferrer},
    {"requestClientApplication", KeyRole::kKeyword, Field::kUserAgentOriginal},
    {"dvchost", kSlotRole, kNone, kHost},
    {"deviceProcessName", KeyRole::kKeyword, Field::kProcessName},
    {"dproc", KeyRole::kKeyword, Field::kProcessName},
    {"dpid", KeyRole::kInteger, Field::kProcessPid},
    {"dvcpid", KeyRole::kInteger, Field::kProcessPid},
    {"filePath", KeyRole::kKeyword, Field::kFilePath},
    {"fileHash", kSlotRole, kNone, kHash},
    {"deviceDirection", kSlotRole, kNone, kDirection},
    {"deviceReceiptTime", kSlotRole, kNone, kTime},
    {"rt", kSlotRole, kNone, kTime},
    {"start", kSlotRole, kNone, kStart},
    {"startTime", kSlotRole, kNone, kStart},
    {"end", kSlotRole, kNone, kEnd},
    {"endTime", kSlotRole, kNone, kEnd},
    {"dtz", kSlotRole, kNone, kZone},
    {"destinationServiceName", KeyRole::kKeyword, Field::kServiceName},
    // The names their vendors give custom values, where a field says the same.
    {"DispositionCode", KeyRole::kKeyword, Field::kEventCode},
    {"Rule Name", KeyRole::kKeyword, Field::kRuleName},
    {"Rule", KeyRole::kKeyword, Field::kRuleName},
    {"RuleName", KeyRole::kKeyword, Field::kRuleName},
    {"Policy Name", KeyRole::kKeyword, Field::kRuleName},
    {"Rule ID", KeyRole::kKeyword, Field::kRuleId},
    {"RuleID", KeyRole::kKeyword, Field::kRuleId},
    {"RuleId", KeyRole::kKeyword, Field::kRuleId},
    {"Policy Id", KeyRole::kKeyword, Field::kRuleId},
    {"Matched Category", KeyRole::kKeyword, Field::kRuleCategory},
    {"Duration in Seconds", KeyRole::kSeconds},
    {"SessionDuration", KeyRole::kSeconds},
    {"User-Agent", KeyRole::kKeyword, Field::kUserAgentOriginal},
    {"Referer", KeyRole::kKeyword, Field::kHttpRequestReferrer},
    {"SHA256", KeyRole::kHash, Field::kFileHashSha256},
    {"MD5", KeyRole::kHash, Field::kFileHashMd5},
    {"SHA1", KeyRole::kHash, Field::kFileHashSha1},
    {"response_code", KeyRole::kInteger, Field::kHttpResponseStatusCode},
    {"ResponseCode", KeyRole::kInteger, Field::kHttpResponseStatusCode},
    {"Response Code", KeyRole::kInteger, Field::kHttpResponseStatusCode},
    {"PanOSPacketsSent", KeyRole::kInteger, Field::kSourcePackets},
    {"PanOSPacketsReceived", KeyRole::kInteger, Field::kDestinationPackets},
    {"PacketsReceived", KeyRole::kInteger, Field::kDestinationPackets},
};

const KeyTable& Keys() {
  static const auto& table = *new KeyTable("labels.cef.", kRules);
  return table;
}

struct Pair {
  absl::string_view key;
  absl::string_view value;
};

// cs1, cn3, cfp2, c6a4, deviceCustomDate1, flexString2: values that another pair names.
bool IsCustom(absl::string_view key) {
  constexpr absl::string_view kFamilies[] = {
      "cs", "cn", "cfp", "c6a", "flexString", "flexDate", "deviceCustomDate", "flexNumber"};
  if (key.size() < 3 || !IsDigit(key.back())) return false;
  if (key.front() != 'c' && key.front() != 'f' && key.front() != 'd') return false;
  const absl::string_view family = key.substr(0, key.size() - 1);
  return std::any_of(std::begin(kFamilies), std::end(kFamilies),
                     [&](absl::string_view known) { return family == known; });
}

// Pairs that wait for their names, bounded.
class Customs {
 public:
  // False: no such pair, or too many of them.
  bool Take(absl::string_view key, absl::string_view value) {
    if (key.empty() || names_count_ + values_count_ >= kCustomsMax) return false;
    if (key.back() == 'l' && absl::EndsWith(key, "Label")) {
      names_[names_count_++] = {key, value};
      return true;
    }
    if (!IsCustom(key)) return false;
    values_[values_count_++] = {key, value};
    return true;
  }

  void Write(KeyedFields& fields) const {
    for (std::size_t i = 0; i < values_count_; ++i) {
      fields.Set(NameOf(values_[i].key), values_[i].value);
    }
  }

 private:
  absl::string_view NameOf(absl::string_view key) const {
    // These say what they are, whatever they are called.
    if (key == "c6a2" || key == "c6a3") return key;
    for (std::size_t i = 0; i < names_count_; ++i) {
      const absl::string_view label = names_[i].key;
      if (label.size() == key.size() + 5 && absl::StartsWith(label, key) &&
          !names_[i].value.empty()) {
        return names_[i].value;
      }
    }
    return key;
  }

  std::array<Pair, kCustomsMax> names_;   // cs1Label=Policy
  std::array<Pair, kCustomsMax> values_;  // cs1=strict
  std::size_t names_count_ = 0;
  std::size_t values_count_ = 0;
};

void SetPeople(KeyedFields& fields, EventRow& row) {
  absl::string_view source = fields.slot(kSourceUser);
  absl::string_view target = fields.slot(kTargetUser);
  if (target == "N/A") target = {};
  if (source.empty()) {
    source = target;
  } else {
    row.User(Field::kUserTargetName, target);
  }
  // "LDAP://192.0.2.1 OU=Users,DC=example/Alice Smith" is how a directory is quoted.
  if (absl::StartsWith(source, "LDAP://")) {
    if (const std::size_t at = source.find("DC="); at != source.npos) {
      const absl::string_view domain = source.substr(at + 3);
      row.Keyword(Field::kUserDomain, domain.substr(0, domain.find_first_of(",/")));
    }
    source = source.substr(source.rfind('/') + 1);
  }
  const std::size_t slash = source.find('\\');
  if (slash != source.npos && slash + 1 < source.size()) {
    if (!row.Has(Field::kUserDomain)) row.Keyword(Field::kUserDomain, source.substr(0, slash));
    source = source.substr(source.rfind('\\') + 1);
  }
  row.User(Field::kUserName, source);
}

// "Success", "/Failure", "failed".
absl::string_view OutcomeOf(absl::string_view word) {
  absl::ConsumePrefix(&word, "/");
  if (absl::StartsWithIgnoreCase(word, "succe")) return "success";
  if (absl::StartsWithIgnoreCase(word, "fail")) return "failure";
  return OutcomeOfAction(word);
}

void SetOutcome(KeyedFields& fields, absl::string_view action, EventRow& row) {
  const absl::string_view word = fields.slot(kOutcome);
  const absl::string_view said = OutcomeOf(word);
  const absl::string_view done = OutcomeOfAction(action);
  if (said.empty()) fields.Label("outcome", word);
  row.Keyword(Field::kEventOutcome, said.empty() ? done : said);
  if (done.empty()) return;
  row.Means({"", done == "success" ? "allowed" : "denied", "", ""});
}

void SetSeverity(KeyedFields& fields, absl::string_view severity, EventRow& row) {
  constexpr Pair kWords[] = {{"Low", "3"}, {"Medium", "6"}, {"High", "8"}, {"Very-High", "10"}};
  std::int64_t number = 0;
  for (const Pair& word : kWords) {
    if (!absl::EqualsIgnoreCase(severity, word.key)) continue;
    fields.Label("severity_name", severity);
    severity = word.value;
  }
  if (absl::SimpleAtoi(severity, &number)) {
    row.Integer(Field::kEventSeverity, number);
  } else {
    fields.Label("severity_name", severity);
  }
}

// Bytes in flow from source to destination, says the standard; these vendors mean their own side.
void SetBytes(KeyedFields& fields, bool in_is_answer, EventRow& row) {
  const auto in = ParseDigits(fields.slot(kBytesIn));
  const auto out = ParseDigits(fields.slot(kBytesOut));
  if (in) row.Integer(in_is_answer ? Field::kDestinationBytes : Field::kSourceBytes, *in);
  if (out) row.Integer(in_is_answer ? Field::kSourceBytes : Field::kDestinationBytes, *out);
}

TextResult TimesOf(const KeyedFields& fields, EventRow& row) {
  const absl::string_view zone = fields.slot(kZone);
  const DeviceTime start = ReadDeviceTime(fields.slot(kStart), zone);
  const DeviceTime end = ReadDeviceTime(fields.slot(kEnd), zone);
  if (start.time_ns) row.Integer(Field::kEventStart, *start.time_ns);
  if (end.time_ns) row.Integer(Field::kEventEnd, *end.time_ns);
  TextResult result;
  for (const DeviceTime& time : {ReadDeviceTime(fields.slot(kTime), zone), end, start}) {
    if (!time.time_ns && !time.clock) continue;
    result.time_ns = time.time_ns;
    result.clock = time.clock;
    break;
  }
  return result;
}

void SetRest(KeyedFields& fields, EventRow& row) {
  SetUrl(fields.slot(kUrlSlot), {}, row);
  if (!fields.slot(kHash).empty() && !SetFileHash(fields.slot(kHash), row)) {
    fields.Label("fileHash", fields.slot(kHash));
  }
  const absl::string_view direction = fields.slot(kDirection);
  if (direction == "0") row.Keyword(Field::kNetworkDirection, "inbound");
  if (direction == "1") row.Keyword(Field::kNetworkDirection, "outbound");
  if (direction.size() > 1) row.Keyword(Field::kNetworkDirection, absl::AsciiStrToLower(direction));
  const absl::string_view reason = fields.slot(kReason);
  const absl::string_view msg = fields.slot(kMsg);
  row.Keyword(Field::kEventReason, reason.empty() ? msg : reason);
  if (!reason.empty()) fields.Label("msg", msg);
}

// What the event is called and how it is numbered stand for a rule where no rule is named.
void SetNames(const CefReader& cef, KeyedFields& fields, EventRow& row) {
  row.Keyword(Field::kObserverVendor, cef.part(CefReader::kVendor));
  fields.Label("product", cef.part(CefReader::kProduct));
  fields.Label("product_version", cef.part(CefReader::kVersion));
  if (!row.Has(Field::kEventCode)) row.Keyword(Field::kEventCode, cef.part(CefReader::kClass));
  if (!row.Has(Field::kRuleId)) row.Keyword(Field::kRuleId, cef.part(CefReader::kClass));
  if (!row.Has(Field::kRuleName)) {
    row.Keyword(Field::kRuleName, cef.part(CefReader::kName));
  } else {
    fields.Label("name", cef.part(CefReader::kName));
  }
  SetSeverity(fields, cef.part(CefReader::kSeverity), row);
  const absl::string_view host = fields.slot(kHost);
  if (host.empty()) return;
  row.Keyword(Field::kObserverName, host);
  if (!row.Has(Field::kHostName)) row.Keyword(Field::kHostName, host);
  row.builder().AddKeyword(Field::kRelatedHosts, host);
}

// Where the event begins: the header's program tag may be "CEF", or the bare version may begin it.
absl::string_view EventOf(const TextInput& input) {
  if (const std::size_t at = FindEventFormat(input.tagged, "CEF:"); at != absl::string_view::npos) {
    return input.tagged.substr(at);
  }
  const absl::string_view text = input.text;
  if (text.size() < 2 || !IsDigit(text[0]) || text[1] != '|') return {};
  return std::count(text.begin(), text.end(), '|') >= CefReader::kPartsCount ? text
                                                                             : absl::string_view();
}

}  // namespace

absl::string_view OutcomeOfAction(absl::string_view action) {
  constexpr absl::string_view kLet[] = {"accept",   "allow",  "permit", "pass",
                                        "success",  "alert",  "detect", "bypass",
                                        "notified", "logged", "monitor"};
  constexpr absl::string_view kRefused[] = {"drop", "deny",       "denied", "block",   "reject",
                                            "fail", "quarantine", "reset",  "prevent", "discard"};
  if (action.empty()) return {};
  const char first = absl::ascii_tolower(static_cast<unsigned char>(action.front()));
  const auto begins = [&](absl::string_view word) {
    return word.front() == first && absl::StartsWithIgnoreCase(action, word);
  };
  if (std::any_of(std::begin(kRefused), std::end(kRefused), begins)) return "failure";
  if (std::any_of(std::begin(kLet), std::end(kLet), begins)) return "success";
  return {};
}

bool IsCef(const TextInput& input) {
  return !EventOf(input).empty();
}

std::optional<TextResult> ParseCef(const TextInput& input, EventRow& row) {
  CefReader cef(EventOf(input));
  if (!cef.ReadHeader()) return std::nullopt;
  if (IsFortigateCef(cef)) return ParseFortigateCef(cef, row);
  KeyedFields fields(row, Keys());
  Customs customs;
  absl::string_view key;
  absl::string_view value;
  absl::string_view action;
  for (int pairs = 0; pairs < kPairsMax && cef.Next(&key, &value); ++pairs) {
    if (customs.Take(key, value)) continue;
    if (key == "act") action = value;
    fields.Set(key, value);
  }
  customs.Write(fields);
  const bool panos = cef.part(CefReader::kVendor) == "Palo Alto Networks";
  if (panos) {
    row.Keyword(Field::kEventDataset, "panw.panos");
    row.Keyword(Field::kObserverType, "firewall");
    SetPanosMeaning({cef.part(CefReader::kClass), cef.part(CefReader::kName), action, "",
                     fields.slot(kOutcome)},
                    row);
  } else {
    SetOutcome(fields, action, row);
  }
  SetPeople(fields, row);
  const bool forcepoint = cef.part(CefReader::kVendor) == "Forcepoint";
  SetBytes(fields, panos || forcepoint, row);
  if (const auto body = ParseDigits(fields.slot(kBytesIn)); body && forcepoint) {
    row.Integer(Field::kHttpResponseBytes, *body);
  }
  SetRest(fields, row);
  SetNames(cef, fields, row);
  return TimesOf(fields, row);
}

}  // namespace dims
