// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/cisco_asa_row.h"

#include <cstddef>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "agent/fields/text_cursor.h"
#include "agent/formats/keyed_fields.h"
#include "common/event/ip_address.h"

namespace dims {
namespace {

// Messages whose second end opened the connection.
bool OpenedBySecond(std::int32_t number, absl::string_view direction) {
  switch (number) {
    case 302013:
    case 302015:
    case 302035:
      return direction == "outbound";
    case 302020:
    case 302021:
      return direction != "inbound";  // from the local address
    default:
      return false;
  }
}

class CaptureSetter {
 public:
  CaptureSetter(std::int32_t number, EventRow& row) : number_(number), row_(row) {}

  void Set(const AsaCaptures& captures, const AsaSession& session) {
    for (std::size_t i = 0; i < captures.count; ++i) {
      const auto& [placeholder, text] = captures.items[i];
      if (!TakeEnd(placeholder, text) && !SetRule(placeholder, text)) SetOther(placeholder, text);
    }
    SetSession(session);
    if (OpenedBySecond(number_, direction_)) {
      std::swap(source_, destination_);
      std::swap(mapped_source_, mapped_destination_);
    }
    SetEnds();
  }

 private:
  bool TakeEnd(char placeholder, absl::string_view text) {
    switch (placeholder) {
      case 'S':
        source_ = ReadAsaEnd(text);
        return true;
      case 'D':
        destination_ = ReadAsaEnd(text);
        return true;
      case 'A':
        source_ = ReadAsaSlashedEnd(text);
        return true;
      case 'B':
        destination_ = ReadAsaSlashedEnd(text);
        return true;
      case 's':
        mapped_source_ = ReadAsaEnd(text);
        return true;
      case 'd':
        mapped_destination_ = ReadAsaEnd(text);
        return true;
      case 'q':
        SetAsaNotes(text, source_);
        return true;
      case 'Q':
        SetAsaNotes(text, destination_);
        return true;
      default:
        return false;
    }
  }

  bool SetRule(char placeholder, absl::string_view text) {
    switch (placeholder) {
      case 'a':
        row_.Keyword(Field::kRuleName, AsaTrimmed(text));
        return true;
      case 'i':
        row_.Keyword(Field::kRuleId, text);
        return true;
      case 'k':
        SetVerdict(text);
        return true;
      case 't':
        SetTransport(text);
        return true;
      case 'g':
        direction_ = absl::EqualsIgnoreCase(text, "outbound") ? "outbound" : "inbound";
        row_.Keyword(Field::kNetworkDirection, direction_);
        return true;
      case 'r':
        SetReason(text);
        return true;
      case 'L':
        row_.Label("labels.cisco.threat_level", text);
        return true;
      case 'K':
        row_.Label("labels.cisco.threat_category", text);
        return true;
      default:
        return false;
    }
  }

  void SetOther(char placeholder, absl::string_view text) {
    switch (placeholder) {
      case 'c':
        row_.Label("labels.cisco.connection_id", text);
        break;
      case 'T':
        if (const std::int64_t nanos = AsaDurationNanos(text); nanos >= 0) {
          row_.Integer(Field::kEventDuration, nanos);
        }
        break;
      case 'b':
        if (const auto bytes = ParseDigits(text)) {
          row_.builder().NamedInteger("labels.network.bytes", *bytes);
        }
        break;
      case 'x':
      case 'y':
        if (const auto bytes = ParseDigits(text)) {
          row_.Integer(placeholder == 'x' ? Field::kSourceBytes : Field::kDestinationBytes, *bytes);
        }
        break;
      case 'n':
        icmp_type_ = text;
        break;
      case 'o':
        icmp_code_ = text;
        break;
      case 'u':
        SetUser(AsaTrimmed(text));
        break;
      case 'v':
        row_.User(Field::kUserEffectiveName, AsaTrimmed(text));
        break;
      case 'W':
        row_.User(Field::kUserTargetName, AsaTrimmed(text));
        break;
      case 'Z':
        destination_.port = AsaTrimmed(text);
        break;
      case 'z':
        if (const auto packets = ParseDigits(text)) row_.Integer(Field::kSourcePackets, *packets);
        break;
      case 'G':
        row_.Keyword(Field::kGroupName, AsaTrimmed(text));
        break;
      default:
        SetText(placeholder, text);
    }
  }

  void SetText(char placeholder, absl::string_view text) {
    switch (placeholder) {
      case 'm':
        row_.Text(Field::kProcessCommandLine, absl::StripSuffix(AsaTrimmed(text), "."));
        break;
      case 'e':
        row_.Keyword(Field::kProcessName, text);
        break;
      case 'p':
        row_.Keyword(Field::kFilePath, text);
        break;
      case 'l':
        SetUrl(AsaTrimmed(text), {}, row_);
        break;
      case 'h':
        SetListed(text);
        break;
      case 'P':
        row_.Keyword(Field::kNetworkProtocol, absl::AsciiStrToLower(text));
        break;
      case 'w':
        row_.Keyword(Field::kUserAgentOriginal, text);
        break;
      case 'I':
        row_.Label("labels.observer.ingress.interface.name", absl::StripSuffix(text, "."));
        break;
      case 'V':
        SetRelated("labels.cisco.assigned_ip", AsaTrimmed(text));
        break;
      case 'O':
        SetRelated("labels.cisco.object", absl::StripAsciiWhitespace(text));
        break;
      case 'N':
        source_ = ReadAsaEnd(text.substr(0, FindByte(text, '/')));
        break;
      default:
        SetLabel(placeholder, text);
    }
  }

  void SetLabel(char placeholder, absl::string_view text) {
    text = absl::StripAsciiWhitespace(text);
    switch (placeholder) {
      case 'f':
        row_.Label("labels.cisco.tcp_flags", text);
        break;
      case 'j':
        row_.Label("labels.cisco.file_action", text);
        break;
      case 'X':
        row_.Label("labels.cisco.privilege_before", text);
        break;
      case 'Y':
        row_.Label("labels.cisco.privilege_after", text);
        break;
      case 'M':
        row_.Keyword(Field::kSourceMac, text);
        break;
      case 'E':
        row_.Keyword(Field::kEventAction, text);
        break;
      case 'F':
        row_.Keyword(Field::kNetworkVlanId, absl::StripSuffix(text, "."));
        break;
      default:
        break;  // {H}: the listed end, which is one of the two
    }
  }

  void SetVerdict(absl::string_view word) {
    const bool denied = absl::StartsWith(word, "den") || absl::StartsWith(word, "drop");
    const bool allowed = absl::StrContains(word, "permit") || absl::StrContains(word, "allow");
    if (denied || allowed) {
      row_.builder().AddKeyword(Field::kEventType, denied ? "denied" : "allowed");
      row_.Keyword(Field::kEventOutcome, denied ? "failure" : "success");
    }
    row_.Label("labels.cisco.verdict", word);
  }

  // "tcp", "TCP", "protocol 47"; names that are services are left to the others.
  void SetTransport(absl::string_view text) {
    text = absl::StripAsciiWhitespace(text);
    if (!absl::ConsumePrefix(&text, "protocol ")) absl::ConsumePrefix(&text, "Protocol ");
    const std::size_t blank = text.rfind(' ');
    if (blank != text.npos) text.remove_prefix(blank + 1);
    if (text.empty() || text == "IP" || text == "ip") return;
    row_.Transport(text);
  }

  // "TCP FINs from outside (alice)": who ended it stands behind.
  void SetReason(absl::string_view text) {
    text = absl::StripAsciiWhitespace(text);
    const bool teardown = number_ >= 302000 && number_ < 303000;
    if (teardown && !text.empty() && text.back() == ')') {
      const std::size_t open = text.rfind('(');
      if (open != text.npos) {
        ending_user_ = text.substr(open + 1, text.size() - open - 2);
        text = absl::StripTrailingAsciiWhitespace(text.substr(0, open));
      }
    }
    row_.Keyword(Field::kEventReason, text);
    if (number_ / 1'000 == 111 && text == "FAILED") row_.Keyword(Field::kEventOutcome, "failure");
  }

  // The name or network on the list that one of the ends is.
  void SetListed(absl::string_view text) {
    text = absl::StripAsciiWhitespace(text);
    row_.Label("labels.cisco.listed", text);
    if (text.find('/') == text.npos && !IpAddress::Parse(text)) {
      row_.Keyword(Field::kDestinationDomain, text);
      row_.builder().AddKeyword(Field::kRelatedHosts, text);
    }
  }

  void SetRelated(absl::string_view label, absl::string_view text) {
    row_.Label(label, text);
    if (const auto address = IpAddress::Parse(text)) {
      row_.builder().AddIp(Field::kRelatedIp, *address);
    }
  }

  // "LOCAL\alice": the directory before the last backslash.
  void SetUser(absl::string_view text) {
    const std::size_t slash = text.rfind('\\');
    if (slash != text.npos) {
      row_.Keyword(Field::kUserDomain, text.substr(0, FindByte(text, '\\')));
      text.remove_prefix(slash + 1);
    }
    row_.User(Field::kUserName, text);
  }

  void SetSession(const AsaSession& session) {
    row_.Keyword(Field::kGroupName, session.group);
    if (!session.user.empty()) SetUser(session.user);
    if (session.address.empty()) return;
    // In these the device speaks of its peer as the other end.
    const bool as_destination = number_ == 113019 || number_ == 716059;
    AsaEnd& end = as_destination ? destination_ : source_;
    end.host = session.address;
  }

  void SetEnds() {
    if (!source_.host.empty()) row_.Source(source_.host);
    if (!destination_.host.empty()) row_.Destination(destination_.host);
    const bool icmp =
        number_ == 302020 || number_ == 302021 || number_ == 302026 || number_ == 302027;
    if (!icmp) {  // there the number is ICMP's own
      SetPort(source_.port, Field::kSourcePort);
      SetPort(destination_.port, Field::kDestinationPort);
    }
    SetMapped(source_, mapped_source_, Field::kSourceNatIp, "labels.source.nat.ip",
              "labels.source.nat.port");
    SetMapped(destination_, mapped_destination_, Field::kDestinationNatIp,
              "labels.destination.nat.ip", "labels.destination.nat.port");
    row_.Label("labels.observer.ingress.interface.name", source_.interface);
    row_.Label("labels.observer.egress.interface.name", destination_.interface);
    SetUsers();
    SetIcmp();
  }

  void SetPort(absl::string_view port, Field field) {
    if (port.empty()) return;
    if (const auto number = ParseDigits(port)) {
      field == Field::kSourcePort ? row_.SourcePort(*number) : row_.DestinationPort(*number);
    } else if (!row_.Has(Field::kNetworkProtocol)) {
      row_.Keyword(Field::kNetworkProtocol, absl::AsciiStrToLower(port));
    }
  }

  void SetMapped(const AsaEnd& end, const AsaEnd& mapped, Field field, absl::string_view label,
                 absl::string_view port_label) {
    if (!mapped.host.empty() && mapped.host != end.host) {
      if (const auto address = IpAddress::Parse(mapped.host)) {
        row_.Address(field, *address);
      } else {
        row_.Label(label, mapped.host);
      }
    }
    if (!mapped.port.empty() && mapped.port != end.port && number_ != 302020 && number_ != 302021) {
      row_.Label(port_label, mapped.port);
    }
  }

  void SetUsers() {
    if (!source_.user.empty()) {
      SetUser(source_.user);
      row_.Label("labels.cisco.source_user", source_.user);
    }
    row_.Label("labels.cisco.source_group_tag", source_.tag);
    if (!destination_.user.empty()) {
      if (!row_.Has(Field::kUserName)) SetUser(destination_.user);
      row_.Label("labels.cisco.destination_user", destination_.user);
    }
    row_.Label("labels.cisco.destination_group_tag", destination_.tag);
    row_.Label("labels.cisco.termination_user", ending_user_);
  }

  // "3, code 1" or "8 code 0".
  void SetIcmp() {
    absl::string_view both = source_.icmp.empty() ? destination_.icmp : source_.icmp;
    if (!both.empty()) {
      const std::size_t code = both.find("code ");
      const std::size_t slash = FindByte(both, '/');  // "3/4"
      icmp_type_ = both.substr(0, both.find_first_not_of("0123456789"));
      icmp_code_ = code == both.npos ? absl::string_view() : both.substr(code + 5);
      if (code == both.npos && slash != both.npos) icmp_code_ = both.substr(slash + 1);
      icmp_code_ = icmp_code_.substr(0, icmp_code_.find_first_not_of("0123456789"));
    }
    const auto type = ParseDigits(icmp_type_);
    if (!type) return;
    const auto code = ParseDigits(icmp_code_);
    if (code) row_.IcmpTypeAndCode(*type, *code);
    row_.Label("labels.icmp.type", icmp_type_);
    row_.Label("labels.icmp.code", icmp_code_);
  }

  std::int32_t number_;
  EventRow& row_;
  AsaEnd source_;
  AsaEnd destination_;
  AsaEnd mapped_source_;
  AsaEnd mapped_destination_;
  absl::string_view direction_;
  absl::string_view icmp_type_;
  absl::string_view icmp_code_;
  absl::string_view ending_user_;
};

}  // namespace

void SetAsaCaptures(std::int32_t number, const AsaCaptures& captures, const AsaSession& session,
                    EventRow& row) {
  CaptureSetter(number, row).Set(captures, session);
}

}  // namespace dims
