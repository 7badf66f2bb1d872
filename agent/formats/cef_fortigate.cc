// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/cef_fortigate.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "agent/fields/text_cursor.h"
#include "agent/formats/fortigate_record.h"

namespace dims {
namespace {

constexpr int kPairsMax = 256;

// Keys of CEF, and the FortiOS keys they stand for.
constexpr std::pair<absl::string_view, absl::string_view> kNames[] = {
    {"src", "srcip"},
    {"spt", "srcport"},
    {"dst", "dstip"},
    {"dpt", "dstport"},
    {"act", "action"},
    {"app", "service"},
    {"in", "rcvdbyte"},
    {"out", "sentbyte"},
    {"suser", "user"},
    {"duser", "user"},
    {"request", "url"},
    {"dhost", "hostname"},
    {"shost", "srcname"},
    {"requestClientApplication", "agent"},
    {"requestMethod", "httpmethod"},
    {"deviceExternalId", "devid"},
    {"dvchost", "devname"},
    {"sourceTranslatedAddress", "transip"},
    {"sourceTranslatedPort", "transport"},
    {"destinationTranslatedAddress", "tranip"},
    {"destinationTranslatedPort", "tranport"},
    {"outcome", "status"},
    {"sproc", "ui"},
    {"deviceInboundInterface", "srcintf"},
    {"deviceOutboundInterface", "dstintf"},
    {"externalId", "sessionid"},
    {"fname", "filename"},
    {"fsize", "filesize"},
    {"fileHash", "filehash"},
    {"deviceSeverity", "level"},
    {"smac", "srcmac"},
    {"dmac", "dstmac"},
};

absl::string_view FortigateKey(absl::string_view key) {
  if (absl::ConsumePrefix(&key, "FTNTFGT") || absl::ConsumePrefix(&key, "FortinetFortiGate") ||
      absl::ConsumePrefix(&key, "ad.")) {
    return key;
  }
  for (const auto& [theirs, ours] : kNames) {
    if (theirs == key) return ours;
  }
  return key;
}

}  // namespace

bool IsFortigateCef(const CefReader& cef) {
  return cef.part(CefReader::kVendor) == "Fortinet" &&
         absl::StartsWithIgnoreCase(cef.part(CefReader::kProduct), "fortigate");
}

std::optional<TextResult> ParseFortigateCef(CefReader& cef, EventRow& row) {
  row.Keyword(Field::kEventDataset, "fortinet.fortigate");
  FortigateRecord record(row);
  absl::string_view key;
  absl::string_view value;
  bool typed = false;
  for (int pairs = 0; pairs < kPairsMax && cef.Next(&key, &value); ++pairs) {
    if (key == "cat") {  // "traffic:forward"
      const std::size_t colon = FindByte(value, ':');
      record.Set("type", value.substr(0, colon));
      if (colon != value.npos) record.Set("subtype", value.substr(colon + 1));
      typed = true;
    } else if (key == "deviceDirection") {
      record.Set("direction", value == "0" ? "incoming" : "outgoing");
    } else if (key == "FTNTFGTsubtype" || key == "FortinetFortiGatesubtype") {
      if (!typed) record.Set("subtype", value);
    } else if (key == "start") {
      record.Set("devicetime", value);
    } else {
      record.Set(FortigateKey(key), value);
    }
  }
  record.Set("product_version", cef.part(CefReader::kVersion));
  record.Set("cef_name", cef.part(CefReader::kName));
  if (!row.Has(Field::kEventCode)) row.Keyword(Field::kEventCode, cef.part(CefReader::kClass));
  return record.Finish();
}

}  // namespace dims
