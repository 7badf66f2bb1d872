// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/cisco_ios.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "agent/fields/text_cursor.h"
#include "agent/formats/cisco_asa_message.h"
#include "agent/formats/cisco_asa_row.h"
#include "agent/formats/cisco_tag.h"
#include "agent/formats/sshd.h"

namespace dims {
namespace {

constexpr EventMeaning kNote = {"network", "info", "", ""};
constexpr EventMeaning kAccess = {"network", "connection", "", ""};
constexpr EventMeaning kLogin = {"authentication", "start", "logged-in", "success"};
constexpr EventMeaning kLoginFailed = {"authentication", "start", "logon-failed", "failure"};
constexpr EventMeaning kLogout = {"authentication", "end", "logged-out", "success"};
constexpr EventMeaning kSession = {"session", "info", "", ""};
constexpr EventMeaning kConfig = {"configuration", "change", "configuration", "success"};
constexpr EventMeaning kCommand = {"configuration", "info", "command", ""};
constexpr EventMeaning kHost = {"host", "info", "", ""};
constexpr EventMeaning kDown = {"host", "info", "down", ""};
constexpr EventMeaning kUp = {"host", "info", "up", "success"};
constexpr EventMeaning kLogHostFailed = {"host", "error", "", "failure"};
constexpr EventMeaning kJoinRefused = {"network", "denied", "multicast-join", "failure"};
constexpr EventMeaning kAttack = {"intrusion_detection", "info", "intrusion-detected", ""};
constexpr EventMeaning kFlowStart = {"network", "start", "flow-creation", "success"};
constexpr EventMeaning kFlowEnd = {"network", "end", "flow-expiration", "success"};
constexpr EventMeaning kPortViolation = {"network", "denied", "", "failure"};

// A mnemonic (or its beginning, up to a star), what it means and a shape of its text; placeholders
// as in cisco_asa_message.h.
struct Message {
  absl::string_view mnemonic;
  EventMeaning meaning;
  absl::string_view pattern;
};

constexpr Message kMessages[] = {
    {"IPACCESSLOGP", kAccess, "list {a} {k} {t} {S} -> {D}, {z} packet"},
    {"IPACCESSLOGDP", kAccess, "list {a} {k} {t} {S} -> {D}, {z} packet"},
    {"IPACCESSLOGRP", kAccess, "list {a} {k} {t} {S} -> {D}, {z} packet"},
    {"IPACCESSLOGNP", kAccess, "list {a} {k} {t} {S} -> {D}, {z} packet"},
    {"IPACCESSLOGSP", kAccess, "list {a} {k} {t} {S} -> {D} ({_}), {z} packet"},
    {"IPACCESSLOGS", kAccess, "list {a} {k} {S} {z} packet"},
    {"IPACCESSLOGRL", kNote, ""},
    {"ACCESSLOGP", kAccess, "list {a} {k} {t} {S} -> {D}, {z} packet"},
    {"ACCESSLOGDP", kAccess, "list {a} {k} {t} {S} -> {D}, {z} packet"},
    {"ACCESSLOGNP", kAccess, "list {a} {k} {t} {S} -> {D}, {z} packet"},
    {"ACCESSLOGSP", kAccess, "list {a} {k} {_} {S} -> {D}, {z} packet"},
    {"SESS_AUDIT_TRAIL_START", kFlowStart, "Start {t} session: initiator ({S}) -- responder ({D})"},
    {"SESS_AUDIT_TRAIL", kFlowEnd,
     "Stop {t} session: initiator ({S}) sent {x} bytes -- responder ({D}) sent {y} bytes"},
    {"SIGNATURE", kAttack, "Sig:{i} Subsig:{_} Sev:{_} {a} [{S} -> {D}]"},
    {"LOGIN_SUCCESS", kLogin, "Login Success [user: {u}] [Source: {S}] [localport: {Z}]"},
    {"LOGIN_FAILED", kLoginFailed,
     "Login failed [user: {u}] [Source: {S}] [localport: {Z}] [Reason: {r}]"},
    {"LOGOUT*", kLogout, "User {u} has exited tty session {_}({S})"},
    {"LOGOUT*", kLogout, "User {u} has exited"},
    {"PRIV_AUTH_FAIL", kLoginFailed,
     "Authentication to privilege level {Y} failed by {u} on {_} ({S})"},
    {"PRIV_AUTH_PASS", kLogin, "Privilege level set to {Y} by {u} on {_} ({S})"},
    {"SSH2_USERAUTH", kLogin,
     "User '{u}' authentication for SSH2 Session from {S} (tty = {_}, hmac '{_}' Succeeded"},
    {"SSH2_USERAUTH", kLoginFailed, "User '{u}' authentication for SSH2 Session from {S} (tty = "},
    {"SSH2_SESSION", kSession, "SSH2 Session request from {S} (tty = "},
    {"SSH2_CLOSE", kSession, "SSH2 Session from {S} (tty = {_}) for user '{u}'"},
    {"TTY_EXPIRE_TIMER", kSession, "(exec timer expired, tty {_} ({S})), user {u}"},
    {"USER_RESET", kHost, "User {W} failed attempts reset by {u} on {_} ({S})"},
    {"CONFIG_I", kConfig, "Configured from {_} by {u} on {_} ({S})"},
    {"CONFIG_I", kConfig, "Configured from {_} by {u} on {_}"},
    {"CONFIG_I", kConfig, "Configured from {_} by {e}"},
    {"CONFIG_P", kConfig,
     "Configured programmatically by process {e} from {_} as {u} on {_} ({S})"},
    {"CONFIG_P", kConfig, "Configured programmatically by process {e} from"},
    {"VSHD_SYSLOG_CONFIG_I", kConfig, "Configured from {_} by {u} on {S}@{_}"},
    {"VSHD_SYSLOG_CMD_EXEC", kCommand, "User:{u} executed the command:{m}"},
    {"CFGLOG_LOGGEDCMD", kCommand, "User:{u}logged command:{m}"},
    {"ACCTLOCAL", kCommand, "Username: {u} Privilege level: {Y} Command: {m}"},
    {"AAA_ACCOUNTING_MESSAGE", kCommand, "{_}:{S}@{_}:{u}:{m}"},
    {"UPDOWN", kHost, "Line protocol on Interface {I}, changed state to {E}"},
    {"UPDOWN", kHost, "Interface {I}, changed state to {E}"},
    {"CHANGED", kHost, "Interface {I}, changed state to {E}"},
    {"IF_DOWN*", kDown, "Interface {I} (description:{_}) is down({r})"},
    {"IF_DOWN*", kDown, "Interface {I} is down ({r})"},
    {"IF_DOWN*", kDown, "Interface {I} is down"},
    {"IF_*UP", kUp, "Interface {I} is"},
    {"IF_ADMIN_UP", kUp, "Interface {I} is admin up"},
    {"IF_UP", kUp, "Interface {I} is up"},
    {"IF_*", kHost, "Interface {I}, {r}"},
    {"SPEED", kHost, "Interface {I}, {r}"},
    {"ADJCHG*", kHost, "Process {_}, Nbr {S} on {I} from {_} to {E}, {r}"},
    {"ADJCHANGE", kHost, "neighbor {S} {E}"},
    {"NBRCHANGE", kHost, "{_} Neighbor {S} ({I}) is {E}: {r}"},
    {"BADAUTH", kLoginFailed, "{r} from {S} to {D}"},
    {"DUPADDR", kNote, "Duplicate address {S} on Vlan{F}, sourced by {M}"},
    {"DUPADDR", kNote, "Duplicate address {S} on {I}, sourced by {M}"},
    {"DUP_SRC_IP", kNote,
     "{_} Source address of packet received from {M} on {I}({_}) is duplicate of local, {S}"},
    {"PSECURE_VIOLATION*", kPortViolation,
     "Security violation on port {I} due to MAC address {M} on VLAN {F}"},
    {"PSECURE_VIOLATION*", kPortViolation, "{_}MAC address {M} on port {I} attempting"},
    {"PSECURE_VIOLATION*", kPortViolation, "{_}MAC address {M} on port {I}"},
    {"BLOCK_BPDUGUARD", kPortViolation, "Received BPDU from bridge {M} on port {I} with"},
    {"LOOPGUARD_BLOCK", kNote, "Loop guard blocking port {I} on VLAN{F}"},
    {"ROOTCHANGE", kNote, "Root Changed for vlan {F}: {r}"},
    {"DHCP_SNOOPING*", kNote, "{_}message type: {_}, MAC sa: {M}"},
    {"START", kNote, "Starting '{_}' for client ({M}) on Interface {I} AuditSessionID"},
    {"SUCCESS", kLogin, "{_} for client ({M}) on Interface {I} AuditSessionID"},
    {"FAIL", kLoginFailed, "{_} for client ({M}) on Interface {I} AuditSessionID"},
    {"INVALID_RP_JOIN", kJoinRefused, "Received ({_}) Join from {S} for {r} RP {D}"},
    {"LOGGINGHOST_FAIL", kLogHostFailed, "Logging to host {D} port {Z} failed"},
    {"LOGGINGHOST_STARTSTOP", kHost, "Logging to host {D} port {Z} {r}"},
    {"SYSTEM_MSG", kLoginFailed, "pam_aaa:Authentication failed for user {u} from {S}"},
    {"CFGWRITE_DONE", kConfig, "Configuration copy successful"},
    {"L2FM_MAC_MOVE*", kNote, "Mac {M} in vlan {F} has moved from {_} to {I}"},
    {"INVAL_IP", kNote, "{_} Received packet with {r} from {M} on {I}"},
    {"SYSTEM_MSG", kLoginFailed, "Login failed for user {u}"},
    {"SYSTEM_MSG", kLoginFailed, "pam_aaa:Authentication failed from {S}"},
    {"SYSTEM_MSG", kLoginFailed, "{_} authentication failure; {_} rhost={S} user={u}"},
    {"SYSTEM_MSG", kCommand, "{u} : TTY={_} ; PWD={_} ; USER={v} ; COMMAND={m}"},
};

// "IF_DOWN*" names all that begin so.
bool IsNamed(absl::string_view mnemonic, absl::string_view name) {
  const std::size_t star = FindByte(name, '*');
  if (star == name.npos) return mnemonic == name;
  return absl::StartsWith(mnemonic, name.substr(0, star)) &&
         absl::EndsWith(mnemonic, name.substr(star + 1));
}

// IOS XE names the processor first: "R0/0: fman_fp_image: list ...".
absl::string_view WithoutProcessor(absl::string_view text) {
  const std::size_t image = text.substr(0, 40).find("_image: ");
  if (image == text.npos) return text;
  text.remove_prefix(image + 8);
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  return text;
}

// NX-OS puts the program behind its message: "... - sshd[10021]". Takes it off `text`.
absl::string_view TakeProgram(absl::string_view* text, EventRow& row) {
  const std::size_t dash = text->rfind(" - ");
  if (dash == text->npos) return {};
  TextCursor cursor(text->substr(dash + 3));
  const absl::string_view name = cursor.TakeUntil('[');
  if (name.empty() || name.find_first_of(" :()") != name.npos) return {};
  if (const auto pid = cursor.TakeNumber()) row.Integer(Field::kProcessPid, *pid);
  row.Keyword(Field::kProcessName, name);
  *text = absl::StripTrailingAsciiWhitespace(text->substr(0, dash));
  return name;
}

// "... (SUCCESS)" of accounting.
void SetCommandOutcome(absl::string_view text, EventRow& row) {
  if (absl::EndsWith(text, "(SUCCESS)")) row.Keyword(Field::kEventOutcome, "success");
  if (absl::EndsWith(text, "(FAILURE)")) row.Keyword(Field::kEventOutcome, "failure");
}

// The words of access lists are verdicts.
void SetVerdict(absl::string_view word, EventRow& row) {
  if (word.empty()) return;
  row.Keyword(Field::kEventAction, absl::StartsWith(word, "den") ? "deny" : "allow");
}

void ParseMessage(const CiscoTag& tag, EventRow& row) {
  absl::string_view text = WithoutProcessor(tag.text);
  absl::string_view program;
  if (tag.mnemonic == "SYSTEM_MSG") program = TakeProgram(&text, row);
  AsaCaptures captures;
  const Message* named = nullptr;
  for (const Message& message : kMessages) {
    if (!IsNamed(tag.mnemonic, message.mnemonic)) continue;
    if (named == nullptr) named = &message;
    captures.count = 0;
    if (!MatchAsaPattern(message.pattern, text, &captures)) {
      captures.count = 0;
      continue;
    }
    row.Means(message.meaning);
    SetAsaCaptures(0, captures, {}, row);
    SetVerdict(captures.Of('k'), row);
    if (message.meaning.action == "command") SetCommandOutcome(text, row);
    if (message.meaning.category == "intrusion_detection") row.Keyword(Field::kEventKind, "alert");
    return;
  }
  if (program == "sshd") {
    ParseSshd(text, row);
    return;
  }
  // A known name in other words means the same, unless words decide.
  const bool sure = named != nullptr && named->meaning.outcome.empty();
  row.Means(sure ? named->meaning : kNote);
}

}  // namespace

bool IsCiscoIos(const TextInput& input) {
  const auto tag = FindCiscoTag(input);
  return tag && !tag->facility.empty() && tag->severity < 8;
}

std::optional<TextResult> ParseCiscoIos(const TextInput& input, EventRow& row) {
  const auto tag = FindCiscoTag(input);
  if (!tag) return std::nullopt;
  SetCiscoTag(*tag, "router", row);
  row.Label("labels.cisco.facility", tag->facility);
  row.Label("labels.cisco.unit", tag->subfacility);
  ParseMessage(*tag, row);
  return TextResult{};
}

}  // namespace dims
