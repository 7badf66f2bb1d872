// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/sonicwall.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "agent/fields/text_cursor.h"
#include "agent/fields/time_value.h"
#include "agent/formats/keyed_fields.h"
#include "common/event/ip_address.h"

namespace dims {
namespace {

constexpr int kPairsMax = 128;
constexpr std::size_t kLeadBytesMax = 64;

constexpr absl::string_view kLevels[] = {"emergency", "alert",  "critical", "error",
                                         "warning",   "notice", "info",     "debug"};

enum Slot : std::uint8_t {
  kTime,
  kPriority,
  kSource,
  kTarget,
  kSourceV6,
  kTargetV6,
  kSourceNat,
  kTargetNat,
  kProtocol,
  kMessage,
  kAction,
  kMethod,
  kArgument,
  kNumber,
};

constexpr KeyRule kRules[] = {
    {"id", KeyRole::kKeyword, Field::kObserverName},
    {"time", KeyRole::kSlot, Field::kCount, kTime},
    {"pri", KeyRole::kSlot, Field::kCount, kPriority},
    {"m", KeyRole::kSlot, Field::kCount, kNumber},
    {"msg", KeyRole::kSlot, Field::kCount, kMessage},
    {"src", KeyRole::kSlot, Field::kCount, kSource},
    {"dst", KeyRole::kSlot, Field::kCount, kTarget},
    {"srcV6", KeyRole::kSlot, Field::kCount, kSourceV6},
    {"dstV6", KeyRole::kSlot, Field::kCount, kTargetV6},
    {"natSrc", KeyRole::kSlot, Field::kCount, kSourceNat},
    {"natDst", KeyRole::kSlot, Field::kCount, kTargetNat},
    {"natSrcV6", KeyRole::kSlot, Field::kCount, kSourceNat},
    {"natDstV6", KeyRole::kSlot, Field::kCount, kTargetNat},
    {"srcMac", KeyRole::kKeyword, Field::kSourceMac},
    {"dstMac", KeyRole::kKeyword, Field::kDestinationMac},
    {"proto", KeyRole::kSlot, Field::kCount, kProtocol},
    {"sent", KeyRole::kInteger, Field::kSourceBytes},
    {"rcvd", KeyRole::kInteger, Field::kDestinationBytes},
    {"out", KeyRole::kInteger, Field::kSourceBytes},
    {"in", KeyRole::kInteger, Field::kDestinationBytes},
    {"spkt", KeyRole::kInteger, Field::kSourcePackets},
    {"rpkt", KeyRole::kInteger, Field::kDestinationPackets},
    {"usr", KeyRole::kUser, Field::kUserName},
    {"user", KeyRole::kUser, Field::kUserName},
    {"dstname", KeyRole::kHost, Field::kUrlDomain},
    {"arg", KeyRole::kSlot, Field::kCount, kArgument},
    {"op", KeyRole::kSlot, Field::kCount, kMethod},
    {"result", KeyRole::kInteger, Field::kHttpResponseStatusCode},
    {"rule", KeyRole::kKeyword, Field::kRuleId},
    {"dur", KeyRole::kSeconds},
    {"cdur", KeyRole::kMillis},
    {"fw_action", KeyRole::kSlot, Field::kCount, kAction},
    {"ipscat", KeyRole::kKeyword, Field::kRuleCategory},
};

const KeyTable& Keys() {
  // Built on first use and never changed: a table, not state.
  static const auto& keys = *new KeyTable("labels.sonicwall.", kRules);
  return keys;
}

struct Meaning {
  absl::string_view category;
  absl::string_view type;
  absl::string_view more_type;
  absl::string_view action;
  absl::string_view outcome;
};

constexpr Meaning kStart = {"network", "connection", "start", "connection-start", "success"};
constexpr Meaning kEnd = {"network", "connection", "end", "connection-end", "success"};
constexpr Meaning kDropped = {"network", "denied", "", "packet-dropped", "failure"};
constexpr Meaning kDenied = {"network", "connection", "denied", "connection-denied", "failure"};
constexpr Meaning kAllowed = {"network", "connection", "allowed", "connection-allowed", "success"};
constexpr Meaning kLogin = {"authentication", "start", "info", "login-success", "success"};
constexpr Meaning kLoginFailed = {"authentication", "start", "info", "login-failure", "failure"};
constexpr Meaning kLogout = {"authentication", "end", "info", "logout", "success"};
constexpr Meaning kAttack = {"intrusion_detection", "info", "", "attack-detected", "success"};
constexpr Meaning kAttackBlocked = {"intrusion_detection", "denied", "", "attack-blocked",
                                    "success"};
constexpr Meaning kMalware = {"malware", "denied", "", "malware-blocked", "success"};
constexpr Meaning kSessionStart = {"session", "start", "", "session-start", "success"};
constexpr Meaning kSessionEnd = {"session", "end", "", "session-end", "success"};
constexpr Meaning kMapping = {"network", "connection", "info", "connection-info", "success"};
constexpr Meaning kFault = {"host", "error", "", "internal-log-failure", "failure"};
constexpr Meaning kWeb = {"web", "access", "", "", ""};
constexpr Meaning kLocked = {"iam", "user", "info", "user-account-locked", "success"};
constexpr Meaning kNote = {"network", "info", "", "", ""};

struct Message {
  std::int32_t number;
  const Meaning* meaning;
};

// Of the several hundred numbers those that say what became of a connection, a login or an attack;
// in their order.
constexpr Message kMessages[] = {
    {14, &kDenied},          {16, &kWeb},           {22, &kAttackBlocked},  {23, &kAttackBlocked},
    {25, &kAttack},          {27, &kAttackBlocked}, {29, &kLogin},          {30, &kLoginFailed},
    {31, &kLogin},           {32, &kLoginFailed},   {33, &kLoginFailed},    {35, &kLoginFailed},
    {36, &kDropped},         {37, &kDropped},       {38, &kDropped},        {41, &kDropped},
    {53, &kFault},           {82, &kAttack},        {83, &kAttack},         {97, &kWeb},
    {98, &kStart},           {173, &kDropped},      {174, &kDropped},       {175, &kDropped},
    {199, &kLogin},          {200, &kLoginFailed},  {235, &kLogin},         {236, &kLogin},
    {237, &kLogin},          {238, &kLogin},        {261, &kLogout},        {262, &kLogout},
    {263, &kLogout},         {264, &kLogout},       {265, &kLogout},        {267, &kAttackBlocked},
    {329, &kLocked},         {520, &kLogout},       {522, &kDropped},       {523, &kDropped},
    {524, &kDropped},        {537, &kEnd},          {608, &kAttack},        {609, &kAttackBlocked},
    {646, &kDropped},        {647, &kDropped},      {794, &kAttackBlocked}, {795, &kAttack},
    {809, &kMalware},        {860, &kAttack},       {861, &kAttack},        {994, &kSessionStart},
    {995, &kSessionEnd},     {998, &kSessionEnd},   {1080, &kLogin},        {1107, &kFault},
    {1155, &kAttackBlocked}, {1197, &kMapping},     {1198, &kDropped},      {1199, &kDropped},
    {1200, &kDropped},       {1201, &kDropped},     {1235, &kAllowed},      {1369, &kAttack},
};

// Null: the number says nothing.
const Meaning* FindMeaning(std::int64_t number) {
  const auto found = std::lower_bound(
      std::begin(kMessages), std::end(kMessages), number,
      [](const Message& message, std::int64_t sought) { return message.number < sought; });
  return found != std::end(kMessages) && found->number == number ? found->meaning : nullptr;
}

// What the words of a message say whose number is not among those.
const Meaning& MeaningOf(absl::string_view text) {
  const bool login = absl::StrContains(text, "ogin");
  if (absl::StrContains(text, "logged out")) return kLogout;
  if (absl::StrContains(text, "denied") || absl::StrContains(text, "failed")) {
    return login ? kLoginFailed : absl::StrContains(text, "denied") ? kDenied : kNote;
  }
  if (login && absl::StrContains(text, "allowed")) return kLogin;
  if (absl::StrContains(text, "dropped") || absl::StrContains(text, "blocked")) return kDropped;
  if (absl::StrContains(text, "Flood") || absl::StrContains(text, "attack")) return kAttack;
  return kNote;
}

// By byte: may it stand in a key.
constexpr std::array<bool, 256> kKeyCharacters = [] {
  std::array<bool, 256> known{};
  for (std::size_t c = 0; c < known.size(); ++c) {
    known[c] = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-';
  }
  return known;
}();

bool IsKeyCharacter(char c) {
  return kKeyCharacters[static_cast<unsigned char>(c)];
}

absl::string_view WithoutBlanks(absl::string_view text) {
  while (!text.empty() && absl::ascii_isspace(static_cast<unsigned char>(text.front()))) {
    text.remove_prefix(1);
  }
  return text;
}

// Length of a key that an equals sign follows; 0: none.
std::size_t KeyLength(absl::string_view text) {
  std::size_t length = 0;
  while (length < text.size() && IsKeyCharacter(text[length])) ++length;
  return length > 0 && length < text.size() && text[length] == '=' ? length : 0;
}

// Reads pair after pair: values in quotes, or up to a blank that a key follows.
bool NextPair(const KeyedFields& fields, absl::string_view* text, absl::string_view* key,
              absl::string_view* value) {
  *text = WithoutBlanks(*text);
  std::size_t length = fields.ExpectedKey(*text);
  if (length == 0) length = KeyLength(*text);
  if (length == 0) return false;
  *key = text->substr(0, length);
  text->remove_prefix(length + 1);
  if (!text->empty() && (text->front() == '"' || text->front() == '\'')) {
    const std::size_t close = FindByte(*text, text->front(), 1);
    if (close != text->npos) {
      *value = text->substr(1, close - 1);
      text->remove_prefix(close + 1);
      return true;
    }
  }
  std::size_t end = FindByte(*text, ' ');
  while (end != text->npos) {
    const absl::string_view next = WithoutBlanks(text->substr(end));
    if (next.empty() || KeyLength(next) > 0) break;
    end = FindByte(*text, ' ', end + 1);
  }
  *value = text->substr(0, end);
  text->remove_prefix(end == text->npos ? text->size() : end);
  return true;
}

// "192.0.2.9:1:X0:host": address, port, interface and name, each of which may be missing.
struct End {
  absl::string_view address;
  absl::string_view port;
  absl::string_view interface;
  absl::string_view name;
};

End ReadEnd(absl::string_view text) {
  End end;
  // With a dot before the first colon it is no address of version 6, which has colons itself.
  const std::size_t colon = FindByte(text, ':');
  if (FindByte(text.substr(0, colon), '.') == text.npos && IpAddress::Parse(text)) {
    end.address = text;
    return end;
  }
  TextCursor cursor(text);
  end.address = cursor.TakeUntil(':');
  end.port = cursor.TakeUntil(':');
  end.interface = cursor.TakeUntil(':');
  end.name = cursor.rest();
  return end;
}

class Parser {
 public:
  explicit Parser(EventRow& row) : row_(row), fields_(row, Keys()) {}

  TextResult Parse(absl::string_view text) {
    absl::string_view key;
    absl::string_view value;
    for (int pairs = 0; pairs < kPairsMax && NextPair(fields_, &text, &key, &value); ++pairs) {
      fields_.Set(key, value);
    }
    SetMeaning();
    SetPriority();
    SetEnds();
    SetProtocol();
    SetWeb();
    row_.Keyword(Field::kEventReason, fields_.slot(kMessage));
    return Time();
  }

 private:
  void SetMeaning() {
    const absl::string_view number = fields_.slot(kNumber);
    row_.Keyword(Field::kEventCode, number);
    const Meaning* meaning = FindMeaning(ParseDigits(number).value_or(-1));
    if (meaning == nullptr) meaning = &MeaningOf(fields_.slot(kMessage));
    row_.Means({meaning->category, meaning->type, meaning->action, meaning->outcome});
    if (!meaning->more_type.empty()) {
      row_.builder().AddKeyword(Field::kEventType, meaning->more_type);
    }
    if (meaning->category == "intrusion_detection" || meaning->category == "malware") {
      row_.Keyword(Field::kEventKind, "alert");
    }
    const absl::string_view action = fields_.slot(kAction);
    fields_.Label("fw_action", action);
    if (row_.Has(Field::kEventAction)) return;
    if (action == "drop") {
      row_.Means({"", "denied", "packet-dropped", "failure"});
    } else if (action == "forward") {
      row_.Means({"", "allowed", "packet-forwarded", "success"});
    } else if (action == "mgmt") {
      row_.Means({"", "", "packet-management", ""});
    }
  }

  void SetPriority() {
    const auto priority = ParseDigits(fields_.slot(kPriority));
    if (!priority || *priority > 7) return;
    row_.Integer(Field::kEventSeverity, *priority);
    row_.Keyword(Field::kLogLevel, kLevels[static_cast<std::size_t>(*priority)]);
  }

  void SetEnds() {
    const End source = ReadEnd(fields_.slot(kSource));
    const End target = ReadEnd(fields_.slot(kTarget));
    const absl::string_view source_v6 = fields_.slot(kSourceV6);
    const absl::string_view target_v6 = fields_.slot(kTargetV6);
    const absl::string_view from = source_v6.empty() ? source.address : source_v6;
    const absl::string_view to = target_v6.empty() ? target.address : target_v6;
    if (!from.empty()) row_.Source(from);
    if (!to.empty()) row_.Destination(to);
    if (const auto port = ParseDigits(source.port)) row_.SourcePort(*port);
    if (const auto port = ParseDigits(target.port)) row_.DestinationPort(*port);
    row_.Label("labels.observer.ingress.interface.name", source.interface);
    row_.Label("labels.observer.egress.interface.name", target.interface);
    SetName(source.name, Field::kSourceDomain);
    SetName(target.name, Field::kDestinationDomain);
    SetNat(fields_.slot(kSourceNat), Field::kSourceNatIp, "labels.source.nat.port");
    SetNat(fields_.slot(kTargetNat), Field::kDestinationNatIp, "labels.destination.nat.port");
  }

  void SetName(absl::string_view name, Field field) {
    if (name.empty()) return;
    row_.Keyword(field, name);
    row_.builder().AddKeyword(Field::kRelatedHosts, name);
  }

  void SetNat(absl::string_view text, Field field, absl::string_view port_label) {
    if (text.empty()) return;
    const std::size_t colon = text.rfind(':');
    const bool with_port = colon != text.npos && FindByte(text.substr(0, colon), '.') != text.npos;
    auto address = with_port ? std::nullopt : IpAddress::Parse(text);
    if (!address) {
      if (colon == text.npos) return;
      row_.Label(port_label, text.substr(colon + 1));
      text = absl::StripSuffix(absl::StripPrefix(text.substr(0, colon), "["), "]");
      address = IpAddress::Parse(text);
    }
    if (address) row_.Address(field, *address);
  }

  // "tcp/https", "udp/1900", "tcp".
  void SetProtocol() {
    const absl::string_view text = fields_.slot(kProtocol);
    if (text.empty()) return;
    const std::size_t slash = FindByte(text, '/');
    row_.Transport(text.substr(0, slash));
    if (slash == text.npos || ParseDigits(text.substr(slash + 1))) return;
    row_.Keyword(Field::kNetworkProtocol, absl::AsciiStrToLower(text.substr(slash + 1)));
  }

  void SetWeb() {
    constexpr absl::string_view kMethods[] = {"", "GET", "POST", "HEAD"};
    const auto method = ParseDigits(fields_.slot(kMethod));
    if (method && *method > 0 && *method < 4) {
      row_.Keyword(Field::kHttpRequestMethod, kMethods[static_cast<std::size_t>(*method)]);
    } else if (!method) {
      fields_.Label("op", fields_.slot(kMethod));
    }
    const absl::string_view path = fields_.slot(kArgument);
    if (path.empty()) return;
    row_.Keyword(Field::kUrlPath, path.substr(0, FindByte(path, '?')));
    const std::size_t query = FindByte(path, '?');
    if (query != path.npos) row_.Keyword(Field::kUrlQuery, path.substr(query + 1));
  }

  // "2026-01-15 11:59:58", with " UTC" behind it where the device is set so.
  TextResult Time() {
    TextResult result;
    const absl::string_view text = fields_.slot(kTime);
    auto clock = ReadIsoClock(text);
    if (!clock) return result;
    if (absl::StrContains(text.substr(clock->length), "UTC")) {
      clock->has_zone = true;
      clock->offset_s = 0;
    }
    result.time_ns = CompleteTime(*clock);
    if (!result.time_ns) result.clock = clock;
    return result;
  }

  EventRow& row_;
  KeyedFields fields_;
};

// Where "id=" begins; npos: not such a line.
std::size_t FindStart(absl::string_view text) {
  const std::size_t at = FindKey(text.substr(0, kLeadBytesMax), "id=");
  if (at == text.npos || (at > 0 && text[at - 1] != ' ')) return text.npos;
  const absl::string_view rest = text.substr(at);
  if (!absl::StrContains(rest, " sn=") || !absl::StrContains(rest, " fw=")) return text.npos;
  return absl::StrContains(rest, " m=") || absl::StrContains(rest, " pri=") ? at : text.npos;
}

}  // namespace

bool IsSonicwall(const TextInput& input) {
  return FindStart(input.text) != absl::string_view::npos;
}

std::optional<TextResult> ParseSonicwall(const TextInput& input, EventRow& row) {
  const std::size_t start = FindStart(input.text);
  if (start == absl::string_view::npos) return std::nullopt;
  row.Keyword(Field::kEventDataset, "sonicwall_firewall.log");
  row.Keyword(Field::kObserverVendor, "SonicWall");
  row.Keyword(Field::kObserverType, "firewall");
  const absl::string_view before = absl::StripAsciiWhitespace(input.text.substr(0, start));
  if (const auto address = IpAddress::Parse(before)) row.Address(Field::kHostIp, *address);
  return Parser(row).Parse(input.text.substr(start));
}

}  // namespace dims
