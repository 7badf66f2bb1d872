// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/judged_fields.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "common/event/ip_address.h"

namespace dims {
namespace {

const std::set<absl::string_view>& Judged() {
  static const auto& names = *new std::set<absl::string_view>{"@timestamp",
                                                              "destination.bytes",
                                                              "destination.domain",
                                                              "destination.ip",
                                                              "destination.mac",
                                                              "destination.nat.ip",
                                                              "destination.packets",
                                                              "destination.port",
                                                              "dns.question.name",
                                                              "dns.question.type",
                                                              "dns.resolved_ip",
                                                              "dns.response_code",
                                                              "event.action",
                                                              "event.code",
                                                              "event.outcome",
                                                              "file.hash.md5",
                                                              "file.hash.sha1",
                                                              "file.hash.sha256",
                                                              "file.path",
                                                              "group.name",
                                                              "host.name",
                                                              "http.request.method",
                                                              "http.request.referrer",
                                                              "http.response.bytes",
                                                              "http.response.status_code",
                                                              "http.version",
                                                              "log.level",
                                                              "network.community_id",
                                                              "network.direction",
                                                              "network.iana_number",
                                                              "network.protocol",
                                                              "network.transport",
                                                              "network.vlan.id",
                                                              "observer.name",
                                                              "process.command_line",
                                                              "process.executable",
                                                              "process.name",
                                                              "process.parent.executable",
                                                              "process.pid",
                                                              "process.working_directory",
                                                              "rule.category",
                                                              "rule.id",
                                                              "rule.name",
                                                              "source.bytes",
                                                              "source.domain",
                                                              "source.ip",
                                                              "source.mac",
                                                              "source.nat.ip",
                                                              "source.packets",
                                                              "source.port",
                                                              "tls.client.ja3",
                                                              "tls.client.server_name",
                                                              "url.domain",
                                                              "url.original",
                                                              "url.path",
                                                              "url.query",
                                                              "user.domain",
                                                              "user.effective.name",
                                                              "user.id",
                                                              "user.name",
                                                              "user.target.name",
                                                              "user_agent.original"};
  return names;
}

// Names of ECS that mean a field we have. The later ones count where the earlier are absent.
constexpr std::pair<const char*, const char*> kNames[] = {
    {"host.hostname", "host.name"},
    {"http.response.body.bytes", "http.response.bytes"},
    {"user.group.name", "group.name"},
    {"observer.hostname", "observer.name"},
    {"source.user.name", "user.name"},
    {"client.user.name", "user.name"},
    {"client.ip", "source.ip"},
    {"client.port", "source.port"},
    {"client.domain", "source.domain"},
    {"client.mac", "source.mac"},
    {"client.bytes", "source.bytes"},
    {"client.nat.ip", "source.nat.ip"},
    {"server.ip", "destination.ip"},
    {"server.port", "destination.port"},
    {"server.domain", "destination.domain"},
    {"server.mac", "destination.mac"},
    {"server.bytes", "destination.bytes"},
    {"tls.client.ja3_hash", "tls.client.ja3"},
};

// One spelling for all that mean the same.
std::string Normal(absl::string_view field, const std::string& text) {
  if (const auto address = IpAddress::Parse(text)) return address->ToString();
  if (absl::EndsWith(field, ".mac")) {
    return absl::AsciiStrToLower(absl::StrReplaceAll(text, {{"-", ""}, {":", ""}, {".", ""}}));
  }
  if (absl::StartsWith(field, "file.hash.") || field == "http.request.method" ||
      field == "log.level" || field == "host.name" || field == "network.protocol" ||
      field == "network.transport") {
    return absl::AsciiStrToLower(text);
  }
  double number = 0;
  if (absl::SimpleAtod(text, &number)) return absl::StrCat(number);
  if (field == "dns.question.name") return std::string(absl::StripSuffix(text, "."));
  return text;
}

// Others keep milliseconds.
bool SameMoment(const std::string& want, const std::string& got) {
  absl::Time theirs;
  absl::Time ours;
  std::string error;
  std::string text = want;
  if (!absl::ParseTime(absl::RFC3339_full, text, &theirs, &error) &&
      !absl::ParseTime(absl::RFC3339_full, absl::StrCat(text, "Z"), &theirs, &error)) {
    return false;
  }
  return absl::ParseTime(absl::RFC3339_full, got, &ours, &error) &&
         absl::AbsDuration(theirs - ours) < absl::Milliseconds(1);
}

}  // namespace

Document JudgedPart(const Document& expected) {
  Document judged;
  for (const auto& [name, values] : expected) {
    // "-" is how logs say that there is nothing.
    // An address is no domain.
    const bool address = absl::EndsWith(name, ".domain") && IpAddress::Parse(values.front());
    const bool says = values.size() > 1 || (values.front() != "-" && !address);
    if (says && Judged().contains(name)) judged[name] = values;
  }
  for (const auto& [theirs, ours] : kNames) {
    const auto found = expected.find(theirs);
    if (found == expected.end()) continue;
    const bool address =
        absl::EndsWith(theirs, ".domain") && IpAddress::Parse(found->second.front());
    if (!address) judged.try_emplace(ours, found->second);
  }
  return judged;
}

bool SameValues(absl::string_view field, std::vector<std::string> want,
                std::vector<std::string> got) {
  if (field == "@timestamp") return !got.empty() && SameMoment(want.front(), got.front());
  for (auto* values : {&want, &got}) {
    for (std::string& value : *values) value = Normal(field, value);
    std::sort(values->begin(), values->end());
    values->erase(std::unique(values->begin(), values->end()), values->end());
  }
  return want == got;
}

}  // namespace dims
