// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/audit_record.h"

#include <utility>

#include "absl/container/flat_hash_map.h"

namespace dims {
namespace {

using AuditType = std::pair<absl::string_view, EventMeaning>;

constexpr AuditType kAuditTypes[] = {
    {"ACCT_LOCK", {"iam", "change", "locked-account", ""}},
    {"ACCT_UNLOCK", {"iam", "change", "unlocked-account", ""}},
    {"ADD_GROUP", {"iam", "creation", "added-group-account-to", ""}},
    {"ADD_USER", {"iam", "creation", "added-user-account", ""}},
    {"ANOM_ABEND", {"process", "end", "crashed-program", ""}},
    {"ANOM_EXEC", {"process", "start", "attempted-execution-of-forbidden-program", ""}},
    {"ANOM_LINK", {"file", "info", "used-suspcious-link", ""}},
    {"ANOM_LOGIN_ACCT", {"authentication", "info", "attempted-log-in-with-forbidden-account", ""}},
    {"ANOM_LOGIN_FAILURES", {"authentication", "info", "failed-log-in-too-many-times-to", ""}},
    {"ANOM_LOGIN_LOCATION",
     {"authentication", "info", "attempted-log-in-from-unusual-place-to", ""}},
    {"ANOM_LOGIN_SESSIONS", {"authentication", "info", "opened-too-many-sessions-to", ""}},
    {"ANOM_LOGIN_TIME", {"authentication", "info", "attempted-log-in-during-unusual-hour-to", ""}},
    {"ANOM_PROMISCUOUS", {"network", "change", "changed-promiscuous-mode-on-device", ""}},
    {"AVC", {"process", "denied", "avc", ""}},
    {"CHGRP_ID", {"iam", "change", "changed-group", ""}},
    {"CHUSER_ID", {"iam", "change", "changed-user-id", ""}},
    {"CONFIG_CHANGE", {"configuration", "change", "changed-audit-configuration", ""}},
    {"CRED_ACQ", {"authentication", "info", "acquired-credentials", ""}},
    {"CRED_DISP", {"authentication", "info", "disposed-credentials", ""}},
    {"CRED_REFR", {"authentication", "info", "refreshed-credentials", ""}},
    {"CRYPTO_KEY_USER", {"process", "info", "negotiated-crypto-key", ""}},
    {"CRYPTO_LOGIN", {"authentication", "start", "crypto-officer-logged-in", ""}},
    {"CRYPTO_LOGOUT", {"authentication", "end", "crypto-officer-logged-out", ""}},
    {"CRYPTO_SESSION", {"process", "info", "started-crypto-session", ""}},
    {"DAEMON_ABORT", {"process", "end", "aborted-auditd-startup", ""}},
    {"DAEMON_ACCEPT", {"network", "start", "remote-audit-connected", ""}},
    {"DAEMON_CLOSE", {"network", "end", "remote-audit-disconnected", ""}},
    {"DAEMON_CONFIG", {"configuration", "change", "changed-auditd-configuration", ""}},
    {"DAEMON_END", {"process", "end", "shutdown-audit", ""}},
    {"DAEMON_ERR", {"process", "error", "audit-error", ""}},
    {"DAEMON_RESUME", {"process", "info", "resumed-audit-logging", ""}},
    {"DAEMON_ROTATE", {"process", "info", "rotated-audit-logs", ""}},
    {"DAEMON_START", {"process", "start", "started-audit", ""}},
    {"DEL_GROUP", {"iam", "deletion", "deleted-group-account-from", ""}},
    {"DEL_USER", {"iam", "deletion", "deleted-user-account", ""}},
    {"DEV_ALLOC", {"host", "info", "allocated-device", ""}},
    {"DEV_DEALLOC", {"host", "info", "deallocated-device", ""}},
    {"FEATURE_CHANGE", {"configuration", "change", "changed-audit-feature", ""}},
    {"FS_RELABEL", {"file", "change", "relabeled-filesystem", ""}},
    {"GRP_AUTH", {"authentication", "info", "authenticated-to-group", ""}},
    {"GRP_CHAUTHTOK", {"iam", "change", "changed-group-password", ""}},
    {"GRP_MGMT", {"iam", "change", "modified-group-account", ""}},
    {"KERN_MODULE", {"driver", "start", "loaded-kernel-module", ""}},
    {"LABEL_LEVEL_CHANGE", {"configuration", "change", "modified-level-of", ""}},
    {"LABEL_OVERRIDE", {"configuration", "change", "overrode-label-of", ""}},
    {"LOGIN", {"authentication", "start", "changed-login-id-to", ""}},
    {"MAC_CONFIG_CHANGE", {"configuration", "change", "changed-selinux-boolean", ""}},
    {"MAC_POLICY_LOAD", {"configuration", "change", "loaded-selinux-policy", ""}},
    {"MAC_STATUS", {"configuration", "change", "changed-selinux-enforcement", ""}},
    {"NETFILTER_CFG", {"configuration", "change", "loaded-firewall-rule-to", ""}},
    {"ROLE_ASSIGN", {"iam", "change", "assigned-user-role-to", ""}},
    {"ROLE_REMOVE", {"iam", "change", "removed-use-role-from", ""}},
    {"SECCOMP", {"process", "denied", "violated-seccomp-policy", ""}},
    {"SELINUX_ERR", {"process", "error", "caused-mac-policy-error", ""}},
    {"SERVICE_START", {"process", "start", "started-service", ""}},
    {"SERVICE_STOP", {"process", "end", "stopped-service", ""}},
    {"SOFTWARE_UPDATE", {"package", "info", "package-updated", ""}},
    {"SYSCALL", {"process", "info", "syscall", ""}},
    {"SYSTEM_BOOT", {"host", "info", "booted-system", ""}},
    {"SYSTEM_RUNLEVEL", {"host", "change", "changed-to-runlevel", ""}},
    {"SYSTEM_SHUTDOWN", {"host", "info", "shutdown-system", ""}},
    {"TEST", {"process", "info", "sent-test", ""}},
    {"TRUSTED_APP", {"process", "info", "unknown", ""}},
    {"TTY", {"process", "info", "typed", ""}},
    {"USER", {"process", "info", "sent-message", ""}},
    {"USER_ACCT", {"authentication", "info", "was-authorized", ""}},
    {"USER_AUTH", {"authentication", "info", "authenticated", ""}},
    {"USER_AVC", {"process", "denied", "access-permission", ""}},
    {"USER_CHAUTHTOK", {"iam", "change", "changed-password", ""}},
    {"USER_CMD", {"process", "start", "ran-command", ""}},
    {"USER_END", {"session", "end", "ended-session", ""}},
    {"USER_ERR", {"authentication", "info", "user-error", ""}},
    {"USER_LOGIN", {"authentication", "start", "logged-in", ""}},
    {"USER_LOGOUT", {"authentication", "end", "logged-out", ""}},
    {"USER_MAC_POLICY_LOAD", {"configuration", "change", "loaded-mac-policy", ""}},
    {"USER_MGMT", {"iam", "change", "modified-user-account", ""}},
    {"USER_ROLE_CHANGE", {"iam", "change", "changed-role-to", ""}},
    {"USER_SELINUX_ERR", {"process", "error", "access-error", ""}},
    {"USER_START", {"session", "start", "started-session", ""}},
    {"USER_TTY", {"process", "info", "typed", ""}},
    {"USYS_CONFIG", {"configuration", "change", "changed-configuration", ""}},
    {"VIRT_CONTROL", {"host", "creation", "issued-vm-control", ""}},
    {"VIRT_CREATE", {"host", "creation", "created-vm-image", ""}},
    {"VIRT_DESTROY", {"host", "deletion", "deleted-vm-image", ""}},
    {"VIRT_INTEGRITY_CHECK", {"host", "info", "checked-integrity-of", ""}},
    {"VIRT_MACHINE_ID", {"host", "creation", "assigned-vm-id", ""}},
    {"VIRT_MIGRATE_IN", {"host", "info", "migrated-vm-to", ""}},
    {"VIRT_MIGRATE_OUT", {"host", "info", "migrated-vm-from", ""}},
    {"VIRT_RESOURCE", {"host", "change", "assigned-vm-resource", ""}},
};

// The types the kernel itself writes (include/uapi/linux/audit.h).
constexpr std::pair<absl::string_view, absl::string_view> kKernelTypes[] = {
    {"1300", "SYSCALL"},       {"1302", "PATH"},
    {"1304", "CONFIG"},        {"1305", "CONFIG_CHANGE"},
    {"1306", "SOCKADDR"},      {"1307", "CWD"},
    {"1309", "EXECVE"},        {"1325", "NETFILTER_CFG"},
    {"1326", "SECCOMP"},       {"1327", "PROCTITLE"},
    {"1330", "KERN_MODULE"},   {"1334", "BPF"},
    {"1400", "AVC"},           {"1403", "MAC_POLICY_LOAD"},
    {"1404", "MAC_STATUS"},    {"1700", "ANOM_PROMISCUOUS"},
    {"1701", "ANOM_ABEND"},    {"1006", "LOGIN"},
    {"1130", "SERVICE_START"}, {"1131", "SERVICE_STOP"},
    {"1100", "USER_AUTH"},     {"1101", "USER_ACCT"},
    {"1103", "CRED_ACQ"},      {"1104", "CRED_DISP"},
    {"1105", "USER_START"},    {"1106", "USER_END"},
    {"1112", "USER_LOGIN"},    {"1123", "USER_CMD"},
    {"2000", "KERNEL"},
};

}  // namespace

const EventMeaning* MeaningOfAudit(absl::string_view type) {
  // Built on first use and never changed: a table, not state.
  static const auto& types = *new absl::flat_hash_map<absl::string_view, EventMeaning>(
      std::begin(kAuditTypes), std::end(kAuditTypes));
  const auto found = types.find(type);
  return found == types.end() ? nullptr : &found->second;
}

absl::string_view AuditTypeName(absl::string_view type) {
  for (const auto& [number, name] : kKernelTypes) {
    if (number == type) return name;
  }
  return type;
}

}  // namespace dims
