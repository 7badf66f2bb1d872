// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/netfilter.h"

#include <cstddef>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "agent/fields/text_cursor.h"

namespace dims {
namespace {

constexpr std::size_t kPrefixBytesMax = 160;
constexpr int kWordsMax = 64;
// "aa:bb:cc:dd:ee:ff" of the receiver, of the sender, and the two bytes of the kind of frame.
constexpr std::size_t kMacBytes = 17;
constexpr std::size_t kMacPairBytes = 2 * kMacBytes + 1;

constexpr absl::string_view kTcpFlags[] = {"SYN", "ACK", "FIN", "RST", "PSH", "URG", "ECE", "CWR"};

// Where "IN=" begins as a word of its own or right behind a prefix; npos: not in reach.
std::size_t FindStart(absl::string_view text) {
  const std::size_t out = FindKey(text.substr(0, kPrefixBytesMax), "OUT=");
  if (out == text.npos) return text.npos;
  const std::size_t in = text.substr(0, out).rfind("IN=");
  if (in != text.npos) return in;
  return text.npos;
}

bool IsDenying(absl::string_view word) {
  for (const absl::string_view part : {"drop", "den", "block", "reject", "bad", "invalid"}) {
    if (absl::StrContains(word, part)) return true;
  }
  return false;
}

bool IsAllowing(absl::string_view word) {
  for (const absl::string_view part : {"accept", "allow", "pass", "permit"}) {
    if (absl::StrContains(word, part)) return true;
  }
  return false;
}

void SetAction(const std::string& action, EventRow& row) {
  row.Means({"network", "connection", action, ""});
  if (IsDenying(action)) {
    row.builder().AddKeyword(Field::kEventType, "denied");
    row.Keyword(Field::kEventOutcome, "failure");
  } else if (IsAllowing(action)) {
    row.builder().AddKeyword(Field::kEventType, "allowed");
    row.Keyword(Field::kEventOutcome, "success");
  }
}

// Ubiquiti: "[RULE_SET-2000-D]", the rule's number or "default", and what it did.
bool SetUbiquiti(absl::string_view prefix, EventRow& row) {
  if (!absl::ConsumePrefix(&prefix, "[") || !absl::ConsumeSuffix(&prefix, "]")) return false;
  const std::size_t last = prefix.rfind('-');
  if (last == prefix.npos || last + 2 != prefix.size() || last == 0) return false;
  absl::string_view action;
  switch (prefix[last + 1]) {
    case 'A':
      action = "accept";
      break;
    case 'D':
      action = "drop";
      break;
    case 'R':
      action = "reject";
      break;
    default:
      return false;
  }
  const absl::string_view rule = prefix.substr(0, last);
  const std::size_t number = rule.rfind('-');
  row.Keyword(Field::kRuleName, rule.substr(0, number));
  if (number != rule.npos) row.Keyword(Field::kRuleId, rule.substr(number + 1));
  SetAction(std::string(action), row);
  return true;
}

// "[199974.947035] [UFW BLOCK] ", "iptables DROP_INPUT: ", "DA->DB ACCEPT ": the last word is what
// was done.
void SetPrefix(absl::string_view prefix, EventRow& row) {
  prefix = absl::StripAsciiWhitespace(prefix);
  if (!prefix.empty() && prefix.front() == '[') {  // the kernel's uptime
    const std::size_t close = FindByte(prefix, ']');
    const absl::string_view uptime =
        absl::StripLeadingAsciiWhitespace(prefix.substr(1, close == prefix.npos ? 0 : close - 1));
    if (!uptime.empty() && uptime.find_first_not_of("0123456789.") == uptime.npos) {
      prefix = absl::StripLeadingAsciiWhitespace(prefix.substr(close + 1));
    }
  }
  if (prefix.empty()) {
    SetAction("", row);
    return;
  }
  row.Label("labels.netfilter.prefix", prefix);
  if (SetUbiquiti(prefix, row)) return;
  absl::ConsumePrefix(&prefix, "[");
  while (!prefix.empty() &&
         (prefix.back() == ':' || prefix.back() == ']' || prefix.back() == ' ')) {
    prefix.remove_suffix(1);
  }
  const std::size_t blank = prefix.rfind(' ');
  const std::string action =
      absl::AsciiStrToLower(blank == prefix.npos ? prefix : prefix.substr(blank + 1));
  // A word that says nothing of the kind is a rule's name alone.
  if (IsDenying(action) || IsAllowing(action) || action == "audit" || action == "limit") {
    SetAction(action, row);
  } else {
    SetAction("", row);
    row.Keyword(Field::kRuleName, prefix);
  }
}

void SetMacs(absl::string_view value, EventRow& row) {
  if (value.size() < kMacPairBytes || value[kMacBytes] != ':') {
    row.Label("labels.netfilter.mac", value);
    return;
  }
  row.Keyword(Field::kDestinationMac, value.substr(0, kMacBytes));
  row.Keyword(Field::kSourceMac, value.substr(kMacBytes + 1, kMacBytes));
}

// The pairs of the packet; an ICMP error quotes another one in brackets, which ends them.
class Packet {
 public:
  explicit Packet(EventRow& row) : row_(row) {}

  void Read(absl::string_view text) {
    TextCursor cursor(text);
    for (int words = 0; words < kWordsMax; ++words) {
      cursor.SkipBlanks();
      if (cursor.empty()) break;
      if (cursor.Consume('[')) {
        row_.Label("labels.netfilter.quoted", cursor.TakeUntil(']'));
        continue;
      }
      const absl::string_view word = cursor.TakeWord();
      const std::size_t equals = FindByte(word, '=');
      if (equals == word.npos) {
        SetFlag(word);
      } else {
        Set(word.substr(0, equals), word.substr(equals + 1));
      }
    }
    row_.Label("labels.netfilter.tcp_flags", flags_);
    if (type_ >= 0) row_.IcmpTypeAndCode(type_, code_);
  }

 private:
  void SetFlag(absl::string_view word) {
    for (const absl::string_view flag : kTcpFlags) {
      if (word == flag) absl::StrAppend(&flags_, flags_.empty() ? "" : " ", word);
    }
  }

  void Set(absl::string_view key, absl::string_view value) {
    if (value.empty()) return;
    const auto number = ParseDigits(value);
    if (key == "SRC") {
      row_.Source(value);
    } else if (key == "DST") {
      row_.Destination(value);
    } else if (key == "SPT") {
      if (number) row_.SourcePort(*number);
    } else if (key == "DPT") {
      if (number) row_.DestinationPort(*number);
    } else if (key == "PROTO") {
      row_.Transport(value);
    } else if (key == "IN") {
      row_.Label("labels.observer.ingress.interface.name", value);
    } else if (key == "OUT") {
      row_.Label("labels.observer.egress.interface.name", value);
    } else if (key == "MAC") {
      SetMacs(value, row_);
    } else if (key == "LEN") {
      // Of the packet; UDP tells its own again.
      if (number && !row_.Has(Field::kSourceBytes)) row_.Integer(Field::kSourceBytes, *number);
    } else if (key == "TYPE") {
      type_ = number.value_or(-1);
      row_.Label("labels.icmp.type", value);
    } else if (key == "CODE") {
      code_ = number.value_or(0);
      row_.Label("labels.icmp.code", value);
    } else {
      SetOther(key, value);
    }
  }

  void SetOther(absl::string_view key, absl::string_view value) {
    struct Kept {
      absl::string_view key;
      absl::string_view label;
    };

    constexpr Kept kKept[] = {
        {"PHYSIN", "labels.netfilter.physical_in"},
        {"PHYSOUT", "labels.netfilter.physical_out"},
        {"MARK", "labels.netfilter.mark"},
        {"TTL", "labels.netfilter.ttl"},
        {"TOS", "labels.netfilter.tos"},
        {"UID", "labels.netfilter.uid"},
        {"HOPLIMIT", "labels.netfilter.ttl"},
        {"MACPROTO", "labels.netfilter.frame"},
        {"VPROTO", "labels.netfilter.frame"},
        {"VID", "labels.network.vlan"},
    };
    if (key == "MACSRC") return row_.Keyword(Field::kSourceMac, value);
    if (key == "MACDST") return row_.Keyword(Field::kDestinationMac, value);
    for (const Kept& kept : kKept) {
      if (kept.key == key) row_.Label(kept.label, value);
    }
  }

  EventRow& row_;
  std::string flags_;
  std::int64_t type_ = -1;
  std::int64_t code_ = 0;
};

}  // namespace

bool IsNetfilter(const TextInput& input) {
  const std::size_t start = FindStart(input.tagged);
  return start != absl::string_view::npos &&
         absl::StrContains(input.tagged.substr(start), " SRC=") &&
         absl::StrContains(input.tagged.substr(start), " PROTO=");
}

std::optional<TextResult> ParseNetfilter(const TextInput& input, EventRow& row) {
  // "DENY: IN=..." without a program: the prefix was taken for a tag.
  const absl::string_view text = input.app == "kernel" ? input.text : input.tagged;
  const std::size_t start = FindStart(text);
  if (start == text.npos) return std::nullopt;
  row.Keyword(Field::kEventDataset, "iptables.log");
  row.Keyword(Field::kObserverType, "firewall");
  row.Keyword(Field::kObserverVendor, "Linux");
  SetPrefix(text.substr(0, start), row);
  Packet(row).Read(text.substr(start));
  return TextResult{};
}

}  // namespace dims
