// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/text_format.h"

#include "agent/formats/audit.h"
#include "agent/formats/cef.h"
#include "agent/formats/cisco_asa.h"
#include "agent/formats/cisco_ios.h"
#include "agent/formats/dhcp.h"
#include "agent/formats/filterlog.h"
#include "agent/formats/forcepoint_smc.h"
#include "agent/formats/fortigate.h"
#include "agent/formats/haproxy.h"
#include "agent/formats/iis.h"
#include "agent/formats/junos_filter.h"
#include "agent/formats/leef.h"
#include "agent/formats/meraki.h"
#include "agent/formats/name_server.h"
#include "agent/formats/netfilter.h"
#include "agent/formats/netscreen.h"
#include "agent/formats/panos.h"
#include "agent/formats/postfix.h"
#include "agent/formats/sonicwall.h"
#include "agent/formats/squid.h"
#include "agent/formats/srx.h"
#include "agent/formats/systemd.h"
#include "agent/formats/tippingpoint.h"
#include "agent/formats/web_access.h"
#include "agent/formats/web_error.h"
#include "agent/formats/websense.h"

namespace dims {
namespace {

// Formats that more than one kind of line has (JSON and tables) or whose lines follow from the
// lines before: LineParser finds them out by itself (JsonLine, ZeekTsv); here are their names.
bool IsNever(const TextInput& /*input*/) {
  return false;
}

std::optional<TextResult> ParseNever(const TextInput& /*input*/, EventRow& /*row*/) {
  return std::nullopt;
}

// The more a format says about itself, the earlier it is asked; loose shapes come last.
constexpr TextFormat kFormats[] = {
    {"iptables.log", IsNetfilter, ParseNetfilter},
    {"pfsense.log", IsFilterlog, ParseFilterlog},
    {"suricata.eve", IsNever, ParseNever},
    {"windows", IsNever, ParseNever},
    {"zeek", IsNever, ParseNever},
    {"cisco.asa", IsCiscoAsa, ParseCiscoAsa},
    {"cisco.ios", IsCiscoIos, ParseCiscoIos},
    {"cisco_meraki.log", IsMeraki, ParseMeraki},
    {"sonicwall_firewall.log", IsSonicwall, ParseSonicwall},
    {"fortinet.fortigate", IsFortigate, ParseFortigate},
    {"panw.panos", IsPanos, ParsePanos},
    {"juniper.srx", IsSrx, ParseSrx},
    {"juniper.junos", IsJunosFilter, ParseJunosFilter},
    {"juniper.netscreen", IsNetscreen, ParseNetscreen},
    {"tippingpoint", IsTippingPoint, ParseTippingPoint},
    {"websense", IsWebsense, ParseWebsense},
    {"forcepoint.smc", IsForcepointSmc, ParseForcepointSmc},
    {"cef", IsCef, ParseCef},
    {"leef", IsLeef, ParseLeef},
    {"web.access", &IsWebAccess, &ParseWebAccess},
    {"apache.error", &IsApacheError, &ParseApacheError},
    {"iis.access", &IsIisAccess, &ParseIisAccess},
    {"iis.error", &IsIisError, &ParseIisError},
    {"haproxy.log", &IsHaproxy, &ParseHaproxy},
    {"squid.log", &IsSquid, &ParseSquid},
    {"bind.log", &IsBind, &ParseBind},
    {"unbound.log", &IsUnbound, &ParseUnbound},
    {"dnsmasq", &IsDnsmasq, &ParseDnsmasq},
    {"dhcpd.log", &IsDhcpd, &ParseDhcpd},
    {"kea.log", &IsKea, &ParseKea},
    {"postfix.log", &IsPostfix, &ParsePostfix},
    {"auditd.log", &IsAudit, &ParseAudit},
    {"systemd", &IsSystemd, &ParseSystemd},
    {"nginx.error", &IsNginxError, &ParseNginxError},
};

}  // namespace

std::span<const TextFormat> TextFormats() {
  return kFormats;
}

const TextFormat* FindTextFormat(absl::string_view name) {
  for (const TextFormat& format : kFormats) {
    if (format.name == name) return &format;
  }
  return nullptr;
}

const TextFormat* RecognizeText(const TextInput& input) {
  for (const TextFormat& format : kFormats) {
    if (format.recognize(input)) return &format;
  }
  return nullptr;
}

}  // namespace dims
