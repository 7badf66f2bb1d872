// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/windows_meaning.h"

#include <algorithm>
#include <iterator>
#include <span>

namespace dims {
namespace {

using R = WindowsRole;

// clang-format off
// By number.
constexpr WindowsMeaning kSecurity[] = {
    {1100, "logging-service-shutdown", {"process"}, {"end"}, R::kSubject},
    {1102, "audit-log-cleared", {"iam"}, {"admin", "change"}, R::kSubject},
    {1104, "logging-full", {"iam"}, {"admin"}, R::kSubject},
    {1105, "auditlog-archived", {"iam"}, {"admin", "change"}, R::kSubject},
    {1108, "logging-processing-error", {"iam"}, {"admin", "error"}, R::kSubject},
    {4608, "system-started", {"host"}, {"start"}, R::kSubject},
    {4610, "authentication-package-loaded", {"configuration"}, {"access"}, R::kSubject},
    {4611, "trusted-logon-process-registered", {"configuration"}, {"change"}, R::kSubject},
    {4614, "notification-package-loaded", {"configuration"}, {"change"}, R::kSubject},
    {4616, "changed-system-time", {"host"}, {"change"}, R::kSubject},
    {4622, "security-package-loaded", {"configuration"}, {"access"}, R::kSubject},
    {4624, "logged-in", {"authentication"}, {"start"}, R::kTarget},
    {4625, "logon-failed", {"authentication"}, {"start"}, R::kTarget},
    {4634, "logged-out", {"authentication"}, {"end"}, R::kTarget},
    {4647, "logged-out", {"authentication"}, {"end"}, R::kTarget},
    {4648, "logged-in-explicit", {"authentication"}, {"start"}, R::kExplicit},
    {4657, "registry-value-modified", {"registry", "configuration"}, {"change"}, R::kSubject},
    {4670, "permissions-changed", {"iam", "configuration"}, {"admin", "change"}, R::kSubject},
    {4672, "logged-in-special", {"iam"}, {"admin"}, R::kSubject},
    {4673, "privileged-service-called", {"iam"}, {"admin"}, R::kSubject},
    {4674, "privileged-operation", {"iam"}, {"admin"}, R::kSubject},
    {4688, "created-process", {"process"}, {"start"}, R::kExplicit},
    {4689, "exited-process", {"process"}, {"end"}, R::kSubject},
    {4697, "service-installed", {"iam", "configuration"}, {"admin", "change"}, R::kSubject},
    {4698, "scheduled-task-created", {"iam", "configuration"}, {"creation", "admin"}, R::kSubject},
    {4699, "scheduled-task-deleted", {"iam", "configuration"}, {"deletion", "admin"}, R::kSubject},
    {4700, "scheduled-task-enabled", {"iam", "configuration"}, {"change", "admin"}, R::kSubject},
    {4701, "scheduled-task-disabled", {"iam", "configuration"}, {"change", "admin"}, R::kSubject},
    {4702, "scheduled-task-updated", {"iam", "configuration"}, {"change", "admin"}, R::kSubject},
    {4706, "domain-trust-added", {"configuration"}, {"creation"}, R::kSubject},
    {4707, "domain-trust-removed", {"configuration"}, {"deletion"}, R::kSubject},
    {4713, "kerberos-policy-changed", {"configuration"}, {"change"}, R::kSubject},
    {4714, "encrypted-data-recovery-policy-changed", {"configuration"}, {"change"}, R::kSubject},
    {4715, "object-audit-policy-changed", {"configuration"}, {"change"}, R::kSubject},
    {4716, "trusted-domain-information-changed", {"configuration"}, {"change"}, R::kSubject},
    {4717, "system-security-access-granted", {"iam", "configuration"}, {"admin", "change"}, R::kSubject},
    {4718, "system-security-access-removed", {"iam", "configuration"}, {"admin", "change"}, R::kSubject},
    {4719, "changed-audit-config", {"iam", "configuration"}, {"admin", "change"}, R::kSubject},
    {4720, "added-user-account", {"iam"}, {"user", "creation"}, R::kSubjectTarget},
    {4722, "enabled-user-account", {"iam"}, {"user", "change"}, R::kSubjectTarget},
    {4723, "changed-password", {"iam"}, {"user", "change"}, R::kSubjectTarget},
    {4724, "reset-password", {"iam"}, {"user", "change"}, R::kSubjectTarget},
    {4725, "disabled-user-account", {"iam"}, {"user", "change"}, R::kSubjectTarget},
    {4726, "deleted-user-account", {"iam"}, {"user", "deletion"}, R::kSubjectTarget},
    {4727, "added-group-account", {"iam"}, {"group", "creation"}, R::kGroup},
    {4728, "added-member-to-group", {"iam"}, {"group", "change"}, R::kGroup},
    {4729, "removed-member-from-group", {"iam"}, {"group", "change"}, R::kGroup},
    {4730, "deleted-group-account", {"iam"}, {"group", "deletion"}, R::kGroup},
    {4731, "added-group-account", {"iam"}, {"group", "creation"}, R::kGroup},
    {4732, "added-member-to-group", {"iam"}, {"group", "change"}, R::kGroup},
    {4733, "removed-member-from-group", {"iam"}, {"group", "change"}, R::kGroup},
    {4734, "deleted-group-account", {"iam"}, {"group", "deletion"}, R::kGroup},
    {4735, "modified-group-account", {"iam"}, {"group", "change"}, R::kGroup},
    {4737, "modified-group-account", {"iam"}, {"group", "change"}, R::kGroup},
    {4738, "modified-user-account", {"iam"}, {"user", "change"}, R::kSubjectTarget},
    {4739, "domain-policy-changed", {"configuration"}, {"change"}, R::kSubject},
    {4740, "locked-out-user-account", {"iam"}, {"user", "change"}, R::kSubjectTarget},
    {4741, "added-computer-account", {"iam"}, {"creation", "admin"}, R::kSubjectTarget},
    {4742, "changed-computer-account", {"iam"}, {"change", "admin"}, R::kSubjectTarget},
    {4743, "deleted-computer-account", {"iam"}, {"deletion", "admin"}, R::kSubjectTarget},
    {4744, "added-distribution-group-account", {"iam"}, {"group", "creation"}, R::kGroup},
    {4745, "changed-distribution-group-account", {"iam"}, {"group", "change"}, R::kGroup},
    {4746, "added-member-to-distribution-group", {"iam"}, {"group", "change"}, R::kGroup},
    {4747, "removed-member-from-distribution-group", {"iam"}, {"group", "change"}, R::kGroup},
    {4748, "deleted-distribution-group-account", {"iam"}, {"group", "deletion"}, R::kGroup},
    {4749, "added-distribution-group-account", {"iam"}, {"group", "creation"}, R::kGroup},
    {4750, "changed-distribution-group-account", {"iam"}, {"group", "change"}, R::kGroup},
    {4751, "added-member-to-distribution-group", {"iam"}, {"group", "change"}, R::kGroup},
    {4752, "removed-member-from-distribution-group", {"iam"}, {"group", "change"}, R::kGroup},
    {4753, "deleted-distribution-group-account", {"iam"}, {"group", "deletion"}, R::kGroup},
    {4754, "added-group-account", {"iam"}, {"group", "creation"}, R::kGroup},
    {4755, "modified-group-account", {"iam"}, {"group", "change"}, R::kGroup},
    {4756, "added-member-to-group", {"iam"}, {"group", "change"}, R::kGroup},
    {4757, "removed-member-from-group", {"iam"}, {"group", "change"}, R::kGroup},
    {4758, "deleted-group-account", {"iam"}, {"group", "deletion"}, R::kGroup},
    {4759, "added-distribution-group-account", {"iam"}, {"group", "creation"}, R::kGroup},
    {4760, "changed-distribution-group-account", {"iam"}, {"group", "change"}, R::kGroup},
    {4761, "added-member-to-distribution-group", {"iam"}, {"group", "change"}, R::kGroup},
    {4762, "removed-member-from-distribution-group", {"iam"}, {"group", "change"}, R::kGroup},
    {4763, "deleted-distribution-group-account", {"iam"}, {"group", "deletion"}, R::kGroup},
    {4764, "type-changed-group-account", {"iam"}, {"group", "change"}, R::kGroup},
    {4767, "unlocked-user-account", {"iam"}, {"user", "change"}, R::kSubjectTarget},
    {4768, "kerberos-authentication-ticket-requested", {"authentication"}, {"start"}, R::kTarget},
    {4769, "kerberos-service-ticket-requested", {"authentication"}, {"start"}, R::kTarget},
    {4770, "kerberos-service-ticket-renewed", {"authentication"}, {"start"}, R::kTarget},
    {4771, "kerberos-preauth-failed", {"authentication"}, {"start"}, R::kTarget},
    {4776, "credential-validated", {"authentication"}, {"start"}, R::kTarget},
    {4778, "session-reconnected", {"authentication", "session"}, {"start"}, R::kSubject},
    {4779, "session-disconnected", {"authentication", "session"}, {"end"}, R::kSubject},
    {4781, "renamed-user-account", {"iam"}, {"user", "change"}, R::kSubjectTarget},
    {4798, "group-membership-enumerated", {"iam"}, {"user", "info"}, R::kSubjectTarget},
    {4799, "user-member-enumerated", {"iam"}, {"group", "info"}, R::kGroup},
    {4800, "workstation-locked", {"session"}, {"info"}, R::kTarget},
    {4801, "workstation-unlocked", {"session"}, {"info"}, R::kTarget},
    {4817, "object-audit-changed", {"iam", "configuration"}, {"admin", "change"}, R::kSubject},
    {4902, "user-audit-policy-created", {"iam", "configuration"}, {"admin", "creation"}, R::kSubject},
    {4904, "security-event-source-added", {"iam", "configuration"}, {"admin", "change"}, R::kSubject},
    {4905, "security-event-source-removed", {"iam", "configuration"}, {"admin", "deletion"}, R::kSubject},
    {4906, "crash-on-audit-changed", {"iam", "configuration"}, {"admin", "change"}, R::kSubject},
    {4907, "audit-setting-changed", {"iam", "configuration"}, {"admin", "change"}, R::kSubject},
    {4908, "special-group-table-changed", {"iam", "configuration"}, {"admin", "change"}, R::kSubject},
    {4912, "per-user-audit-policy-changed", {"iam", "configuration"}, {"admin", "change"}, R::kSubject},
    {4950, "windows-firewall-setting-changed", {"configuration"}, {"change"}, R::kSubject},
    {4964, "logged-in-special", {"iam"}, {"admin", "group"}, R::kTarget},
    {5140, "network-share-object-accessed", {"network", "file"}, {"info", "access"}, R::kSubject},
    {5142, "network-share-object-added", {"network", "file"}, {"info", "creation"}, R::kSubject},
    {5143, "network-share-object-modified", {"network", "file"}, {"info", "change"}, R::kSubject},
    {5144, "network-share-object-deleted", {"network", "file"}, {"info", "deletion"}, R::kSubject},
    {5145, "network-share-object-access-checked", {"network", "file"}, {"info", "access"}, R::kSubject},
    {5152, "windows-firewall-packet-block", {"network"}, {"connection", "denied"}, R::kSubject},
    {5154, "windows-firewall-port-listened", {"network"}, {"connection", "info"}, R::kSubject},
    {5156, "windows-firewall-connection", {"network"}, {"connection", "start", "allowed"}, R::kSubject},
    {5157, "windows-firewall-packet-block", {"network"}, {"connection", "denied"}, R::kSubject},
    {5158, "windows-firewall-port-bound", {"network"}, {"connection", "info"}, R::kSubject},
    {5379, "credential-manager-credentials-were-read", {"iam"}, {"user", "access"}, R::kSubject},
    {5381, "vault-credentials-were-read", {"iam"}, {"user", "access"}, R::kSubject},
    {5382, "vault-credentials-were-read", {"iam"}, {"user", "access"}, R::kSubject},
    {7036, "service-state-changed", {"configuration"}, {"change"}, R::kSubject},
    {7040, "service-start-type-changed", {"configuration"}, {"change"}, R::kSubject},
    {7045, "service-installed", {"iam", "configuration"}, {"creation", "change"}, R::kSubject},
};

constexpr WindowsMeaning kSysmon[] = {
    {1, "process-created", {"process"}, {"start"}, R::kSubject},
    {2, "file-creation-time-changed", {"file"}, {"change"}, R::kSubject},
    {3, "network-connection", {"network"}, {"start", "connection", "protocol"}, R::kSubject},
    {4, "sysmon-state-changed", {"process"}, {"change"}, R::kSubject},
    {5, "process-terminated", {"process"}, {"end"}, R::kSubject},
    {6, "driver-loaded", {"driver"}, {"start"}, R::kSubject},
    {7, "image-loaded", {"process"}, {"change"}, R::kSubject},
    {8, "remote-thread-created", {"process"}, {"change"}, R::kSubject},
    {9, "raw-access-read", {"process"}, {"access"}, R::kSubject},
    {10, "process-accessed", {"process"}, {"access"}, R::kSubject},
    {11, "file-created", {"file"}, {"creation"}, R::kSubject},
    {12, "registry-key-changed", {"configuration", "registry"}, {"change"}, R::kSubject},
    {13, "registry-value-set", {"configuration", "registry"}, {"change"}, R::kSubject},
    {14, "registry-key-renamed", {"configuration", "registry"}, {"change"}, R::kSubject},
    {15, "file-stream-created", {"file"}, {"access"}, R::kSubject},
    {16, "sysmon-configuration-changed", {"configuration"}, {"change"}, R::kSubject},
    {17, "pipe-created", {"file"}, {"creation"}, R::kSubject},
    {18, "pipe-connected", {"file"}, {"access"}, R::kSubject},
    {19, "wmi-filter", {"configuration"}, {"creation"}, R::kSubject},
    {20, "wmi-consumer", {"configuration"}, {"creation"}, R::kSubject},
    {21, "wmi-binding", {"configuration"}, {"creation"}, R::kSubject},
    {22, "dns-query", {"network"}, {"connection", "protocol", "info"}, R::kSubject},
    {23, "file-deleted", {"file"}, {"deletion"}, R::kSubject},
    {24, "clipboard-changed", {"host"}, {"change"}, R::kSubject},
    {25, "process-tampered", {"process"}, {"change"}, R::kSubject},
    {26, "file-deleted", {"file"}, {"deletion"}, R::kSubject},
    {27, "file-blocked", {"file"}, {"denied"}, R::kSubject},
    {28, "file-shredding-blocked", {"file"}, {"denied"}, R::kSubject},
    {29, "executable-detected", {"file"}, {"creation"}, R::kSubject},
    {255, "sysmon-error", {"host"}, {"error"}, R::kSubject},
};

// clang-format on

const WindowsMeaning* Find(std::span<const WindowsMeaning> table, std::int64_t code) {
  const auto found = std::lower_bound(
      table.begin(), table.end(), code,
      [](const WindowsMeaning& meaning, std::int64_t wanted) { return meaning.code < wanted; });
  return found != table.end() && found->code == code ? &*found : nullptr;
}

}  // namespace

const WindowsMeaning* SecurityMeaning(std::int64_t code) {
  return Find(kSecurity, code);
}

const WindowsMeaning* SysmonMeaning(std::int64_t code) {
  return Find(kSysmon, code);
}

}  // namespace dims
