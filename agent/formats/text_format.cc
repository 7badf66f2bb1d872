// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/text_format.h"

#include <array>
#include <bit>

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

// The more a format says about itself, the earlier it is asked; loose shapes come last.
constexpr TextFormat kFormats[] = {
    {"iptables.log", IsNetfilter, ParseNetfilter, SignsFor("=")},
    {"pfsense.log", IsFilterlog, ParseFilterlog, SignsFor(",")},
    {"cisco.asa", IsCiscoAsa, ParseCiscoAsa, SignsFor("%")},
    {"cisco.ftd", IsCiscoFtd, ParseCiscoFtd},
    {"cisco.ios", IsCiscoIos, ParseCiscoIos, SignsFor("%")},
    {"cisco_meraki.log", IsMeraki, ParseMeraki},
    {"sonicwall_firewall.log", IsSonicwall, ParseSonicwall, SignsFor("=")},
    {"fortinet.fortigate", IsFortigate, ParseFortigate, SignsFor("=")},
    {"panw.panos", IsPanos, ParsePanos, SignsFor(",")},
    {"juniper.srx", IsSrx, ParseSrx, SignsFor("_")},
    {"juniper.junos", IsJunosFilter, ParseJunosFilter, SignsFor("W")},
    {"juniper.netscreen", IsNetscreen, ParseNetscreen, SignsFor("=_")},
    {"tippingpoint", IsTippingPoint, ParseTippingPoint},
    {"websense", IsWebsense, ParseWebsense, SignsFor("=")},
    {"forcepoint.smc", IsForcepointSmc, ParseForcepointSmc, SignsFor("=\"")},
    {"cef", IsCef, ParseCef, SignsFor("|")},
    {"leef", IsLeef, ParseLeef, SignsFor("|")},
    {"web.access", &IsWebAccess, &ParseWebAccess, SignsFor("[/\"")},
    {"apache.error", &IsApacheError, &ParseApacheError, SignsFor("[")},
    {"iis.access", &IsIisAccess, &ParseIisAccess, SignsFor("/")},
    {"iis.error", &IsIisError, &ParseIisError},
    {"haproxy.log", &IsHaproxy, &ParseHaproxy},
    {"squid.log", &IsSquid, &ParseSquid},
    {"bind.log", &IsBind, &ParseBind},
    {"unbound.log", &IsUnbound, &ParseUnbound},
    {"dnsmasq", &IsDnsmasq, &ParseDnsmasq},
    {"dhcpd.log", &IsDhcpd, &ParseDhcpd},
    {"kea.log", &IsKea, &ParseKea, SignsFor("[")},
    {"postfix.log", &IsPostfix, &ParsePostfix},
    {"auditd.log", &IsAudit, &ParseAudit, SignsFor("=(")},
    {"systemd", &IsSystemd, &ParseSystemd},
    {"nginx.error", &IsNginxError, &ParseNginxError, SignsFor("[/")},
};

// Formats by their places in kFormats, the first one asked in the lowest bit.
using FormatSet = std::uint64_t;
static_assert(std::size(kFormats) <= 64);

// For every set of signs that a line can have: whose line it may be.
constexpr std::array<FormatSet, kByteSignSets> MakeFormatsBySigns() {
  std::array<FormatSet, kByteSignSets> sets{};
  for (ByteSigns signs = 0; signs < sets.size(); ++signs) {
    for (std::size_t n = 0; n < std::size(kFormats); ++n) {
      if ((kFormats[n].signs & ~signs) == 0) sets[signs] |= FormatSet{1} << n;
    }
  }
  return sets;
}

constexpr auto kFormatsBySigns = MakeFormatsBySigns();

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
  for (FormatSet left = kFormatsBySigns[FindByteSigns(input.tagged)]; left != 0; left &= left - 1) {
    const TextFormat& format = kFormats[std::countr_zero(left)];
    if (format.recognize(input)) return &format;
  }
  return nullptr;
}

}  // namespace dims
