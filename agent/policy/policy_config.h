// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/config/config_description.h"
#include "common/config/config_reader.h"
#include "common/config/config_report.h"
#include "common/event/ip_address.h"
#include "common/event/tlp.h"
#include "common/filter/filter_node.h"
#include "common/privacy/replacement.h"

namespace dims {

// Which fields of the events of some datasets may leave.
struct FieldsRule {
  ConfigPlace place;
  std::string dataset = "*";        // with * and ?
  std::optional<FilterNode> where;  // only of events that match
  std::vector<std::string> leave;   // only these do
  std::vector<std::string> stay;    // these do not
};

// What is replaced wherever it stands.
struct RedactRule {
  ConfigPlace place;
  std::vector<std::string> fields;  // their values are secrets of the event
  std::vector<Cidr> addresses;
  std::vector<std::string> names;
  RedactionStyle with = RedactionStyle::kMask;
  std::string label;
};

struct TlpRule {
  FilterNode where;
  Tlp tlp = Tlp::kRed;
};

// What the site takes of the server's directives (agent/directives): nothing, lists of values to
// tag, or also filters of events not to send.
enum class RemoteDirectives : std::uint8_t { kOff, kWatchlists, kFilters };

// A checked policy.toml. A value.
struct PolicyConfig {
  bool deny_by_default = false;
  RemoteDirectives remote = RemoteDirectives::kOff;
  std::vector<FieldsRule> fields;  // the profile's first
  std::vector<FilterNode> drops;
  std::vector<RedactRule> redactions;
  std::vector<TlpRule> tlps;
  std::vector<EffectiveValue> effective;

  // Nothing is changed or kept back.
  bool empty() const {
    return !deny_by_default && fields.empty() && drops.empty() && redactions.empty() &&
           tlps.empty();
  }

  // Some replacement depends on the site's key.
  bool needs_key() const;
};

inline constexpr std::size_t kPolicyRulesMax = 256;    // of each kind
inline constexpr std::size_t kPolicyValuesMax = 1024;  // of one list

// All problems go into `report`; InvalidArgument, with their text, when one is an error. NotFound:
// no such file.
absl::StatusOr<PolicyConfig> LoadPolicyConfig(const std::string& path, ConfigReport& report);
absl::StatusOr<PolicyConfig> ParsePolicyConfig(const std::string& name, const std::string& text,
                                               ConfigReport& report);

// The tables and keys of policy.toml as a reference, for docs/policy_config.md.
std::string PolicyConfigPage();

}  // namespace dims
