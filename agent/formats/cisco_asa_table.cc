// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>

#include "agent/formats/cisco_asa_message.h"

namespace dims {
namespace {

constexpr AsaMeaning kDeny = {"network", "", "connection", "denied", "firewall-rule", "failure"};
constexpr AsaMeaning kVerdict = {"network", "", "connection", "", "firewall-rule", ""};
constexpr AsaMeaning kAuthStart = {"authentication",         "network", "start", "",
                                   "authentication-started", ""};
constexpr AsaMeaning kLoggedIn = {"authentication", "network",   "info",
                                  "allowed",        "logged-in", "success"};
constexpr AsaMeaning kLoginFailed = {"authentication", "network",      "info",
                                     "denied",         "logon-failed", "failure"};
constexpr AsaMeaning kAuthEnd = {"authentication", "network", "end", "", "logged-out", "success"};
constexpr AsaMeaning kNoRoute = {"network", "", "connection", "info", "firewall-rule", "failure"};
constexpr AsaMeaning kConfig = {"configuration", "", "change", "", "configuration", "success"};
constexpr AsaMeaning kCommand = {"configuration", "", "info", "", "configuration", "success"};
constexpr AsaMeaning kLockedOut = {"iam", "", "user", "change", "user-locked-out", "success"};
constexpr AsaMeaning kUnlocked = {"iam", "", "user", "change", "user-unlocked", "success"};
constexpr AsaMeaning kVpnDown = {
    "network", "session", "connection", "end", "client-vpn-disconnected", "success"};
constexpr AsaMeaning kSessionUp = {
    "network", "session", "connection", "start", "client-vpn-connected", "success"};
constexpr AsaMeaning kInfo = {"network", "", "info", "", "firewall-rule", ""};
constexpr AsaMeaning kHost = {"host", "", "info", "", "", ""};
constexpr AsaMeaning kFlowStart = {"network",       "",       "connection", "start",
                                   "flow-creation", "success"};
constexpr AsaMeaning kCount = {"network", "", "info", "", "", ""};
constexpr AsaMeaning kFlowEnd = {"network", "", "connection", "end", "flow-expiration", "success"};
constexpr AsaMeaning kFtp = {"network", "file", "access", "", "ftp", "success"};
constexpr AsaMeaning kUrlAllowed = {"network", "web", "access", "allowed", "url-access", "success"};
constexpr AsaMeaning kUrlDenied = {"network", "web", "access", "denied", "url-access", "failure"};
constexpr AsaMeaning kNatUp = {"network", "configuration", "creation", "", "nat-slot", "success"};
constexpr AsaMeaning kNatDown = {"network", "configuration", "deletion", "", "nat-slot", "success"};
constexpr AsaMeaning kSshEnd = {"network", "session", "connection", "end", "ssh-session-ended", ""};
constexpr AsaMeaning kBotnet = {"network", "intrusion_detection", "connection",
                                "",        "dynamic-filter",      ""};
constexpr AsaMeaning kIds = {"intrusion_detection", "network", "info", "",
                             "intrusion-detected",  ""};
constexpr AsaMeaning kShun = {"network", "configuration", "change", "", "firewall-rule", "success"};
constexpr AsaMeaning kDupSyn = {"network", "", "connection", "info", "firewall-rule", ""};
constexpr AsaMeaning kBypass = {"network", "", "info", "", "bypass", ""};
constexpr AsaMeaning kUserAdded = {"iam", "", "user", "creation", "user-added", "success"};
constexpr AsaMeaning kUserDeleted = {"iam", "", "user", "deletion", "user-deleted", "success"};
constexpr AsaMeaning kPrivilege = {"iam",    "", "user", "change", "privilege-level-changed",
                                   "success"};
constexpr AsaMeaning kGroupAdded = {"iam",    "", "group", "creation", "group-policy-added",
                                    "success"};
constexpr AsaMeaning kGroupDeleted = {"iam",    "", "group", "deletion", "group-policy-deleted",
                                      "success"};
constexpr AsaMeaning kFlowStopped = {"network", "", "connection", "end", "flow-termination", ""};
constexpr AsaMeaning kSaUp = {"network", "", "connection", "start", "sa-created", "success"};
constexpr AsaMeaning kSaDown = {"network", "", "connection", "end", "sa-deleted", "success"};
constexpr AsaMeaning kDhcp = {"network", "", "connection", "info", "dhcp-lease", "success"};
constexpr AsaMeaning kSip = {"network", "", "info", "", "firewall-rule", "success"};
constexpr AsaMeaning kLoggedOut = {"authentication", "network", "end", "", "logged-out", "success"};
constexpr AsaMeaning kSaEnd = {"network", "", "connection", "info", "sa-rekeying", ""};
constexpr AsaMeaning kPermit = {"network", "", "connection", "allowed", "firewall-rule", "success"};
constexpr AsaMeaning kVpnReady = {"network", "", "connection", "start", "firewall-rule", "success"};
constexpr AsaMeaning kVpnInfo = {"network", "", "connection", "info", "firewall-rule", "success"};
constexpr AsaMeaning kAssigned = {"network",          "",       "connection", "info",
                                  "address-assigned", "success"};
constexpr AsaMeaning kVpnError = {"network", "", "info", "", "client-vpn-error", "failure"};
constexpr AsaMeaning kVpnNote = {"network", "", "info", "", "", ""};
constexpr AsaMeaning kVpnUp = {"network", "session", "connection", "start", "client-vpn-connected",
                               "success"};
constexpr AsaMeaning kUrlGranted = {"authentication", "network", "info", "allowed", "", "success"};
constexpr AsaMeaning kUrlRefused = {"authentication", "network", "info", "denied", "", "failure"};
constexpr AsaMeaning kVpnResumed = {
    "network", "session", "connection", "start", "client-vpn-resumed", "success"};
constexpr AsaMeaning kCertFailed = {"network", "", "info", "error", "certificate-refused",
                                    "failure"};
constexpr AsaMeaning kCertGood = {"network", "", "info", "", "certificate-validated", "success"};
constexpr AsaMeaning kTunnelDown = {"network", "", "connection", "end", "", "success"};
constexpr AsaMeaning kTunnelUp = {"network", "", "connection", "start", "", "success"};
constexpr AsaMeaning kClient = {"network", "", "connection", "info", "", ""};
constexpr AsaMeaning kTlsStart = {"network", "", "connection", "start", "", "success"};
constexpr AsaMeaning kTlsReady = {"network", "", "connection", "info", "", "success"};
constexpr AsaMeaning kTlsFailed = {"network", "", "connection", "error", "", "failure"};
constexpr AsaMeaning kTlsEnd = {"network", "", "connection", "end", "", "success"};
constexpr AsaMeaning kRate = {"network", "", "info", "", "firewall-rule", ""};
constexpr AsaMeaning kScanShun = {"network", "intrusion_detection", "info",
                                  "",        "firewall-rule",       "success"};
constexpr AsaMeaning kAddressFailed = {"network", "", "connection", "info", "", "failure"};
constexpr AsaMeaning kVpnNoteGood = {"network", "", "connection", "info", "", "success"};
constexpr AsaMeaning kMapped = {"iam", "", "user", "info", "user-mapping", "success"};
constexpr AsaMeaning kIkeStart = {"network", "", "connection", "start", "connection-started",
                                  "success"};
constexpr AsaMeaning kIkeFailed = {"network",          "",       "connection", "error",
                                   "connection-error", "failure"};
constexpr AsaMeaning kOffloadStart = {"network", "", "connection", "start", "flow-offload-started",
                                      "success"};
constexpr AsaMeaning kOffloadEnd = {"network", "", "connection", "end", "flow-offload-ended",
                                    "success"};

// By Cisco's "ASA Series Syslog Messages"; sorted by number, the shapes of one number in the order
// they are tried, the fuller before the shorter.
constexpr AsaMessage kMessages[] = {
    {106001, &kDeny, "{g} {t} connection denied from {S} to {D} flags {f} on interface {I}"},
    {106002, &kDeny, "{t} Connection denied by outbound list {a} src {S} dest {D}"},
    {106006, &kDeny, "Deny {g} {t} from {S} to {D} on interface {I}"},
    {106007, &kDeny, "Deny {g} {t} from {S} to {D} due to {P} {_}"},
    {106010, &kDeny, "Deny {g} {t} src {S} dst {D}"},
    {106011, &kDeny, "Deny inbound (No xlate) {t} src {S} dst {D}"},
    {106012, &kDeny, "Deny {t} from {S} to {D}, {r}"},
    {106013, &kDeny, "Dropping echo request from {S} to PAT address {D}"},
    {106014, &kDeny, "Deny {g} {t} src {S} dst {D}"},
    {106015, &kDeny, "Deny {t} (no connection) from {S} to {D} flags {f} on interface {I}"},
    {106016, &kDeny, "Deny IP spoof from ({S}) to {D} on interface {I}"},
    {106017, &kDeny, "Deny IP due to {r} from {S} to {D}"},
    {106018, &kDeny, "{t} packet type {n} denied by outbound list {a} src {S} dest {D}"},
    {106020, &kDeny, "Deny IP {r} (size = {_}, offset = {_}) from {S} to {D}"},
    {106021, &kDeny, "Deny {t} reverse path check from {S} to {D} on interface {I}"},
    {106022, &kDeny, "Deny {t} connection spoof from {S} to {D} on interface {I}"},
    {106023, &kDeny, "Deny {t} src {S} dst {D} by access-group \"{a}\""},
    {106023, &kDeny, "Deny {t} src {S} dst {D} by access-group {a} ["},
    {106023, &kDeny, "Deny {t} src {S} dst {D} by {a}"},
    {106027, &kDeny, "Deny src {S} dst {D} by access-group \"{a}\""},
    {106100, &kVerdict, "access-list {a} {k} {t} {A} -> {B} hit-cnt {_}"},
    {106100, &kVerdict, "access-list {a} {k} {t} {A} -> {B}"},
    {106102, &kVerdict, "access-list {a} {k} {t} for user {u} {A} -> {B} hit-cnt {_}"},
    {106102, &kVerdict, "access-list {a} {k} {t} for user {u} {A} {B} hit-cnt {_}"},
    {106103, &kVerdict, "access-list {a} {k} {t} for user {u} {A} -> {B} hit-cnt {_}"},
    {106103, &kVerdict, "access-list {a} {k} {t} for user {u} {A} {B} hit-cnt {_}"},
    {109001, &kAuthStart, "Auth start for user {u} from {S} to {D}"},
    {109005, &kLoggedIn, "Authentication succeeded for user {u} from {S} to {D} on interface {I}"},
    {109006, &kLoginFailed, "Authentication failed for user {u} from {S} to {D} on interface {I}"},
    {109007, &kLoggedIn, "Authorization permitted for user {u} from {S} to {D} on interface {I}"},
    {109008, &kLoginFailed, "Authorization denied for user {u} from {S} to {D} on interface {I}"},
    {109011, &kAuthStart, "Authen Session Start: user '{u}'"},
    {109012, &kAuthEnd, "Authen Session End: user '{u}'"},
    {109017, &kLoginFailed, "User at {S} exceeded auth proxy connection limit"},
    {109023, &kAuthStart, "User from {S} to {D} on interface {I} must authenticate before"},
    {109025, &kLoginFailed,
     "Authorization denied (acl={a}) for user {u} from {S} to {D} on interface {I} using {t}"},
    {109031, &kLoginFailed, "NT Domain Authentication Failed: rejecting guest login for {u}"},
    {109033, &kLoginFailed, "Authentication failed for admin user {u} from {S}"},
    {109034, &kLoginFailed, "Authentication failed for network user {u} from {S} to {D}"},
    {110002, &kNoRoute, "{r} for {t} from {S} to {D}"},
    {110003, &kNoRoute, "{r} for {t} from {S} to {D}"},
    {111001, &kConfig, "Begin configuration: {S} writing to {_}"},
    {111002, &kConfig, "Begin configuration: {S} reading from {_}"},
    {111003, &kConfig, "{S} Erase configuration"},
    {111004, &kConfig, "{S} end configuration: {r}"},
    {111005, &kConfig, "{S} end configuration: {r}"},
    {111007, &kConfig, "Begin configuration: {S} reading from {_}"},
    {111008, &kConfig, "User '{u}' executed the '{m}' command"},
    {111008, &kConfig, "User {u} executed the {m} command"},
    {111009, &kCommand, "User '{u}' executed cmd: {m}"},
    {111009, &kCommand, "User {u} executed cmd:{m}"},
    {111010, &kConfig, "User '{u}', running '{e}' from IP {S}, executed '{m}'"},
    {111010, &kConfig, "User {u}, running {e} from IP {S}, executed {m}"},
    {113003, &kLoggedIn, "AAA group policy for user {u} is being set to {G}"},
    {113004, &kLoggedIn, "AAA user {_} Successful{_}server = {D} : user = {u}"},
    {113004, &kLoggedIn, "AAA user {_} Successful{_}server = {D} , User = {u}"},
    {113004, &kLoggedIn, "AAA user {_} Successful{_}server = {D}, User = {u}"},
    {113005, &kLoginFailed,
     "AAA user {_} Rejected{_}reason = {r}: server = {D} : user = {u}: user IP = {S}"},
    {113005, &kLoginFailed,
     "AAA user {_} Rejected{_}reason = {r}: server = {D}, User = {u}: user IP = {S}"},
    {113005, &kLoginFailed, "AAA user {_} Rejected{_}reason = {r}: server = {D} : user = {u}"},
    {113006, &kLockedOut, "User {u} locked out on exceeding {r}"},
    {113007, &kUnlocked, "User {u} unlocked by {v}"},
    {113008, &kLoggedIn, "AAA transaction status ACCEPT{_}user = {u}"},
    {113009, &kLoggedIn, "AAA retrieved default group policy {G} for user {u}"},
    {113010, &kLoggedIn, "AAA challenge received for user {u} from server {D}"},
    {113011, &kLoggedIn, "AAA retrieved user specific group policy {G} for user {u}"},
    {113012, &kLoggedIn, "AAA user {_} Successful{_}local database{_}user = {u}"},
    {113013, &kLoginFailed, "AAA unable to complete the request Error{_}reason = {r}: user = {u}"},
    {113014, &kLoginFailed, "AAA {_} server not accessible{_}server = {D} : user = {u}"},
    {113015, &kLoginFailed,
     "AAA user {_} Rejected{_}reason = {r}: local database{_}user = {u}: user IP = {S}"},
    {113015, &kLoginFailed, "AAA user {_} Rejected{_}reason = {r}: local database{_}user = {u}"},
    {113016, &kLoginFailed,
     "AAA credentials rejected{_}reason = {r}: server = {D} : user = {u}: user IP = {S}"},
    {113016, &kLoginFailed, "AAA credentials rejected{_}reason = {r}: server = {D} : user = {u}"},
    {113017, &kLoginFailed,
     "AAA credentials rejected{_}reason = {r}: local database{_}user = {u}: user IP = {S}"},
    {113017, &kLoginFailed, "AAA credentials rejected{_}reason = {r}: local database{_}user = {u}"},
    {113019, &kVpnDown,
     "Session disconnected. Session Type: {_}, Duration: {T}, Bytes xmt: {x}, Bytes rcv: {y}, "
     "Reason: {r}"},
    {113021, &kLoginFailed, "Attempted console login failed. User {u} did NOT {r}"},
    {113039, &kSessionUp, ""},
    {113042, &kInfo, "Non-HTTP connection from {S} to {D} denied by redirect filter; {r}"},
    {199018, &kHost, ""},
    {199019, &kHost, ""},
    {209005, &kDeny,
     "Discard IP fragment set with more than {_} elements:  src = {S}, dest = {D}, proto = {t}, "
     "id"},
    {210007, &kInfo, "{r} for {_} {t} translation from {S} ({s}) to {D} ({d})"},
    {302003, &kFlowStart, "Built H245 connection for faddr {D} laddr {S}"},
    {302004, &kFlowStart, "Pre-allocate H323 {t} backconnection for faddr {D} to laddr {S}"},
    {302010, &kCount, ""},
    {302012, &kFlowStart,
     "Pre-allocate H225 Call Signalling Connection for faddr {D} to laddr {S}"},
    {302013, &kFlowStart, "Built {g} {t} connection {c} for {S} ({s}){q} to {D} ({d}){Q}"},
    {302014, &kFlowEnd, "Teardown {t} connection {c} for {S} to {D} duration {T} bytes {b}{r}"},
    {302015, &kFlowStart, "Built {g} {t} connection {c} for {S} ({s}){q} to {D} ({d}){Q}"},
    {302016, &kFlowEnd, "Teardown {t} connection {c} for {S} to {D} duration {T} bytes {b}{r}"},
    {302017, &kFlowStart, "Built {g} {t} connection {c} from {S} ({s}){q} to {D} ({d}){Q}"},
    {302018, &kFlowEnd,
     "Teardown {t} connection {c} from {S} ({s}){q} to {D} ({d}) duration {T} bytes {b}{r}"},
    {302018, &kFlowEnd, "Teardown {t} connection {c} from {S} to {D} duration {T} bytes {b}{r}"},
    {302019, &kInfo, ""},
    {302020, &kFlowStart, "Built {g} {t} connection for faddr {S} gaddr {d} laddr {D}"},
    {302021, &kFlowEnd, "Teardown {t} connection for faddr {S} gaddr {d} laddr {D}"},
    {302022, &kFlowStart, "Built {_} stub {t} connection for {S} ({s}) to {D} ({d})"},
    {302023, &kFlowEnd,
     "Teardown {_}stub {t} connection for {S} to {D} duration {T} forwarded bytes {b}{r}"},
    {302024, &kFlowStart, "Built {_} stub {t} connection for {S} ({s}) to {D} ({d})"},
    {302024, &kFlowStart, "Built {_} stub {t} connection for {S} ({s} to {D} ({d})"},
    {302025, &kFlowEnd,
     "Teardown {_}stub {t} connection for {S} to {D} duration {T} forwarded bytes {b}{r}"},
    {302026, &kFlowStart, "Built {_} stub {t} connection for {S} ({s}) to {D} ({d})"},
    {302027, &kFlowEnd,
     "Teardown {_}stub {t} connection for {S} to {D} duration {T} forwarded bytes {b}{r}"},
    {302033, &kFlowStart, "Pre-allocated H323 GUP Connection for faddr {D} to laddr {S}"},
    {302035, &kFlowStart, "Built {g} {t} connection {c} for {S} ({s}){q} to {D} ({d}){Q}"},
    {302036, &kFlowEnd, "Teardown {t} connection {c} for {S} to {D} duration {T} bytes {b}{r}"},
    {302303, &kFlowStart, "Built {t} state-bypass connection {c} from {S} ({s}) to {D} ({d})"},
    {302304, &kFlowEnd,
     "Teardown {t} state-bypass connection {c} from {S} to {D} duration {T} bytes {b}{r}"},
    {302305, &kFlowStart, "Built SCTP state-bypass connection {c} for {S} ({s}) to {D} ({d})"},
    {302306, &kFlowEnd,
     "Teardown SCTP state-bypass connection {c} for {S} to {D} duration {T} bytes {b}{r}"},
    {303002, &kFtp, "{P} connection from {S} to {D}, user {u} {j} file {p}"},
    {303002, &kFtp, "{S} {j} {D}:{p}"},
    {303004, &kDeny,
     "{P} {_} command unsupported - failed strict inspection, terminating connection from {S} to "
     "{D}"},
    {303005, &kDeny, "Strict {P} inspection matched {r} from {S} to {D}"},
    {304001, &kUrlAllowed, "{S} Accessed URL {D}:{l}"},
    {304001, &kUrlAllowed, "{S} Accessed JAVA URL {D}:{l}"},
    {304001, &kUrlAllowed, "{S} accessed URL {D}:{l}"},
    {304002, &kUrlDenied, "Access denied URL {l} SRC {S} DEST {D} on interface {I}"},
    {304002, &kUrlDenied, "Access denied URL {l} SRC {S} DEST {D}"},
    {305005, &kDeny, "No translation group found for {t} src {S} dst {D}"},
    {305006, &kInfo, "{r} failed for {t} src {S} dst {D}"},
    {305009, &kNatUp, "Built {_} translation from {S} to {D}"},
    {305010, &kNatDown, "Teardown {_} translation from {S} to {D} duration {T}"},
    {305011, &kNatUp, "Built {_} {t} translation from {S} to {D}"},
    {305012, &kNatDown, "Teardown {_} {t} translation from {S} to {D} duration {T}"},
    {305013, &kDeny,
     "Asymmetric NAT rules matched for forward and reverse flows; Connection for {t} src {S} dst "
     "{D} denied due to {r}"},
    {305014, &kNatUp, "Allocated {_} block of ports for translation from {S} to {D}"},
    {305015, &kNatDown, "Released {_} block of ports for translation from {S} to {D}"},
    {308001, &kLoginFailed, "{_} (from {S})"},
    {313001, &kDeny, "Denied {t} type={n}, code={o} from {S} on interface {I}"},
    {313004, &kDeny, "Denied {t} type={n}, from laddr {S} on interface {I} to {D}: {r}"},
    {313004, &kDeny, "Denied {t} type={n}, from {S} on interface {I} to {D}: {r}"},
    {313005, &kDeny,
     "No matching connection for ICMP error message: {t} src {S} dst {D} on {I} interface. {r}"},
    {313008, &kDeny, "Denied {t} type={n}, code={o} from {S} on interface {I}"},
    {313009, &kDeny, "Denied invalid {t} code {o}, for {S} ({s}) to {D} ({d})"},
    {315001, &kLoginFailed, "Denied SSH session from {S} on interface {I}"},
    {315002, &kLoggedIn, "Permitted SSH session from {S} on interface {I} for user \"{u}\""},
    {315011, &kSshEnd,
     "SSH session from {S} on interface {I} for user {u} disconnected by SSH server, reason: {r}"},
    {315011, &kSshEnd, "SSH session from {S} on interface {I} for user {u} terminated normally"},
    {322001, &kDeny, "Deny MAC address {_}, possible spoof attempt on interface {I}"},
    {322002, &kInfo,
     "ARP inspection check failed for arp {_} received from host {M} on interface {I}"},
    {322003, &kInfo,
     "ARP inspection check failed for arp {_} received from host {M} on interface {I}"},
    {338001, &kBotnet,
     "Dynamic {_} {k} {_} {t} traffic from {S} ({s}) to {D} ({d}), {H} resolved from {_} list: "
     "{h}, threat-level: {L}, category: {K}"},
    {338001, &kBotnet,
     "Dynamic {_} {k} black listed {t} traffic from {S} ({s}) to {D} ({d}), {H} resolved from {_} "
     "list: {h}"},
    {338001, &kBotnet,
     "Dynamic {_} {k} {_} {t} traffic from {S} ({s}) to {D} ({d}), {H} resolved from {_} list: "
     "{h}"},
    {338301, &kInfo, "Intercepted DNS reply for domain {h} from {S} to {D}, matched {a}"},
    {338303, &kInfo, ""},
    {400000, &kIds, "IDS:{i} {a} from {S} to {D} on interface {I}"},
    {401002, &kShun, "Shun added: {S} {D} {_}"},
    {401003, &kShun, "Shun deleted: {S}"},
    {401004, &kDeny, "Shunned packet: {S} ==> {D} on interface {I}"},
    {401004, &kDeny, "Shunned packet: {S} = {D} on interface {I}"},
    {402117, &kDeny, "IPSEC: Received a non-IPSec packet (protocol= {t}) from {S} to {D}"},
    {405001, &kDeny, "Received ARP {_} collision from {N} on interface {I}"},
    {405003, &kInfo, "IP address collision detected between host {S} at {M} and interface {I}, "},
    {406001, &kDeny, "FTP port command low port: {S} to {D} on interface {I}"},
    {406002, &kDeny, "FTP port command different address: {S}({_}) to {D} on interface {I}"},
    {407002, &kDeny,
     "Embryonic limit {_} for through connections exceeded. {S} to {D} on interface {I}"},
    {409023, &kInfo, "{r} for user {u} : "},
    {410001, &kDeny, "Dropped {t} {P} {_} from {S} to {D}; {r}"},
    {410003, &kInfo, "{P} Classification: {_} {P} {_} from {S} to {D}; {r}"},
    {410004, &kInfo, "{P} Classification: {_} {P} {_} from {S} to {D}; {r}"},
    {415006, &kDeny, "HTTP - matched {r} URI length: {_} from {S} to {D}"},
    {418001, &kDeny,
     "Through-the-device packet to/from management-only network is denied: {t} src {S} dst {D}"},
    {419001, &kDeny, "Dropping {t} packet from {S} to {D}, reason: {r}"},
    {419002, &kDupSyn, "Duplicate {t} SYN from {S} to {D} with different"},
    {420002, &kDeny, "IPS requested to drop {t} packet from {S} to {D}"},
    {420003, &kDeny, "IPS requested to reset {t} connection from {S} to {D}"},
    {421001, &kDeny, "{t} flow from {S} to {D} is {r}"},
    {434002, &kDeny, "SFR requested to drop {t} packet from {S} to {D}"},
    {434003, &kDeny, "SFR requested to reset {t} connection from {S} to {D}"},
    {434004, &kBypass,
     "SFR requested {_} to bypass further packet redirection and process {t} flow from {S} to {D} "
     "locally"},
    {434004, &kBypass,
     "SFR requested to bypass further packet redirection and process {t} flow from {S} to {D} "
     "locally"},
    {500001, &kDeny, "ActiveX content modified src {S} dest {D} on interface {I}"},
    {500002, &kDeny, "Java content modified src {S} dest {D} on interface {I}"},
    {500003, &kDeny,
     "Bad TCP hdr length (hdrlen={_}, pktlen={_}) from {S} to {D}, flags: {f}, on interface {I}"},
    {500004, &kDeny, "Invalid transport field for protocol={t}, from {S} to {D}"},
    {500005, &kFlowEnd, "connection terminated for {t} from {S} to {D} due to {r}"},
    {502101, &kUserAdded, "New user added to local dbase: Uname: {u} Priv: {_}"},
    {502102, &kUserDeleted, "User deleted from local dbase: Uname: {u} Priv: {_}"},
    {502103, &kPrivilege, "User priv level changed: Uname: {u} From: {X} To: {Y}"},
    {502111, &kGroupAdded, "New group policy added: name: {G} {_}"},
    {502112, &kGroupDeleted, "Group policy deleted: name: {G} {_}"},
    {505001, &kHost, ""},
    {507003, &kFlowStopped,
     "{t} flow from {S} to {D} terminated by inspection engine, reason - {r}"},
    {507003, &kFlowStopped, "{t} flow from {S} to {D} {r}"},
    {602101, &kInfo,
     "PMTU-D packet {_} bytes greater than effective mtu {_} dest_addr={D}, src_addr={S}, "
     "prot={t}"},
    {602303, &kSaUp,
     "IPSEC: An {g} {_} SA (SPI= {_}) between {S} and {D} (user= {u}) has been created"},
    {602304, &kSaDown,
     "IPSEC: An {g} {_} SA (SPI= {_}) between {S} and {D} (user= {u}) has been deleted"},
    {603108, &kVpnUp,
     "Built {_} Tunnel at {I}, tunnel-id = {_}, remote-peer = {S}, virtual-interface = {_}, "
     "client-dynamic-ip = {V}, username = {u}, "},
    {603109, &kVpnDown, "Teardown {_} Tunnel at {I}, tunnel-id = {_}, remote-peer = {S}"},
    {604103, &kDhcp, "DHCP daemon interface {I}: address granted {M} ({D})"},
    {604104, &kDhcp, "DHCP daemon interface {I}: address released {M} ({D})"},
    {605004, &kLoginFailed, "Login denied from {S} to {D} for user \"{u}\""},
    {605005, &kLoggedIn, "Login permitted from {S} to {D} for user \"{u}\""},
    {606001, &kLoggedIn, "ASDM session number {_} from {S} started"},
    {606002, &kAuthEnd, "ASDM session number {_} from {S} ended"},
    {606003, &kAuthStart, "ASDM logging session number {_} from {S} started"},
    {606004, &kAuthEnd, "ASDM logging session number {_} from {S} ended"},
    {607001, &kSip, "Pre-allocate SIP {_} {t} secondary channel for {D} to {S} from {_} message"},
    {609001, &kFlowStart, "Built local-host {S}"},
    {609002, &kFlowEnd, "Teardown local-host {S} duration {T}"},
    {611101, &kLoggedIn, "User authentication succeeded: IP address: {S}, Uname: {u}"},
    {611101, &kLoggedIn, "User authentication succeeded: Uname: {u}"},
    {611102, &kLoginFailed, "User authentication failed: IP address: {S}, Uname: {u}"},
    {611102, &kLoginFailed, "User authentication failed: Uname: {u}"},
    {611103, &kLoggedOut, "User logged out: Uname: {u}"},
    {611104, &kLoggedOut, "Serial console idle timeout exceeded"},
    {620001, &kFlowStart,
     "Pre-allocate CTIQBE {_} secondary channel for {S} to {D} from {_} message"},
    {702305, &kSaEnd,
     "IPSEC: An {g} {_} SA (SPI= {_}) between {S} and {D} (user= {u}) is rekeying {r}"},
    {702307, &kSaEnd,
     "IPSEC: An {g} {_} SA (SPI= {_}) between {S} and {D} (user= {u}) is rekeying {r}"},
    {710001, &kPermit, "{t} access requested from {S} to {D}"},
    {710002, &kPermit, "{t} access permitted from {S} to {D}"},
    {710003, &kDeny, "{t} access denied by ACL from {S} to {D}"},
    {710004, &kDeny, "{t} connection limit exceeded from {S} to {D} ("},
    {710005, &kDeny, "{t} request discarded from {S} to {D}"},
    {710006, &kDeny, "{t} request discarded from {S} to {D}"},
    {713049, &kVpnReady, ""},
    {713119, &kVpnInfo, "PHASE 1 COMPLETED"},
    {713120, &kVpnInfo, "{r} ("},
    {713202, &kVpnInfo, "{r}."},
    {713228, &kAssigned, "Assigned private IP address {V} to remote user"},
    {713901, &kVpnError, "{r}"},
    {713902, &kVpnError, "{r}"},
    {713903, &kVpnNote, "{r}"},
    {713904, &kVpnNote, "{r}"},
    {713905, &kVpnNote, "{r}"},
    {715001, &kVpnNote, ""},
    {716001, &kVpnUp, "WebVPN session started"},
    {716002, &kVpnDown, "WebVPN session terminated: {r}."},
    {716003, &kUrlGranted, "WebVPN access GRANTED: {l}"},
    {716004, &kUrlRefused, "WebVPN access DENIED to specified location: {l}"},
    {716038, &kLoggedIn, "Authentication: successful, Session Type: {_}"},
    {716038, &kLoggedIn, "Authentication: successful, group = {G} user = {u}, Session Type: {_}"},
    {716039, &kLoginFailed, "Authentication: rejected, group = {G} user = {u}, Session Type: {_}"},
    {716039, &kLoginFailed, "Authentication: rejected, Session Type: {_}"},
    {716058, &kVpnDown, "AnyConnect session lost connection. {r}"},
    {716059, &kVpnResumed, "AnyConnect session resumed. Connection from {S}"},
    {716059, &kVpnResumed, "AnyConnect session resumed connection from IP {S}"},
    {717009, &kCertFailed, "Certificate validation failed. {r}"},
    {717022, &kCertGood, "Certificate was successfully validated. {r}"},
    {717027, &kCertFailed, "Certificate chain failed validation. {r}"},
    {717028, &kCertGood, "Certificate chain was successfully validated {r}"},
    {721016, &kVpnUp, "{_} session for client user {u}, IP{_} {D} has been created"},
    {721018, &kVpnDown, "{_} session for client user {u}, IP{_} {D} has been deleted"},
    {722022, &kVpnUp, "{r}"},
    {722023, &kVpnDown, "{r}"},
    {722028, &kTunnelDown, "{r}"},
    {722029, &kVpnInfo, "{r}"},
    {722030, &kVpnInfo, "{r}"},
    {722032, &kTunnelUp, "{r}"},
    {722033, &kTunnelUp, "{r}"},
    {722034, &kTunnelUp, "{r}"},
    {722037, &kTunnelDown, "SVC closing connection: {r}."},
    {722041, &kVpnInfo, "{r}"},
    {722051, &kAssigned, "IPv4 Address {V} IPv6 address {_} assigned to session"},
    {722055, &kClient, "Client Type: {w}"},
    {725001, &kTlsStart, "Starting SSL handshake with {_} {S} to {D} for {_}"},
    {725001, &kTlsStart, "Starting SSL handshake with {_} {S} for {_}"},
    {725002, &kTlsReady, "Device completed SSL handshake with {_} {S} to {D} for {_}"},
    {725002, &kTlsReady, "Device completed SSL handshake with {_} {S} to {D}"},
    {725002, &kTlsReady, "Device completed SSL handshake with {_} {S}"},
    {725003, &kTlsReady, "SSL client {S} to {D} request to resume previous session"},
    {725003, &kTlsReady, "SSL client {S} request to resume previous session"},
    {725006, &kTlsFailed, "Device failed SSL handshake with {_} {S} to {D}"},
    {725006, &kTlsFailed, "Device failed SSL handshake with {_} {S}"},
    {725007, &kTlsEnd, "SSL session with {_} {S} to {D} terminated"},
    {725007, &kTlsEnd, "SSL session with {_} {S} terminated"},
    {725016, &kTlsReady, "Device selects trust-point {_} for {_} {S} to {D}"},
    {733100, &kRate, "[{O}] drop {_} exceeded. {r}"},
    {733101, &kRate, "{O} {r}"},
    {733102, &kScanShun, "Threat-detection adds host {S} to shun list"},
    {733103, &kScanShun, "Threat-detection removes host {S} from shun list"},
    {734001, &kLoggedIn, "DAP: User {u}, Addr {S}, Connection {_}: {r}"},
    {734003, &kVpnInfo, "DAP: User {u}, Addr {S}: {r}"},
    {735001, &kHost, ""},
    {737003, &kAddressFailed, ""},
    {737006, &kVpnNoteGood, ""},
    {737016, &kVpnNoteGood, "{_}reeing {_} address {V}"},
    {737026, &kVpnNoteGood, "{_}lient assigned {V} from {_}"},
    {737034, &kAddressFailed, "IPAA: Session={_}, {r}"},
    {737034, &kAddressFailed, "IPAA: {r}"},
    {746012, &kMapped, "user-identity: Add IP-User mapping {S} - {u} Succeeded"},
    {746013, &kMapped, "user-identity: Delete IP-User mapping {S} - {u} Succeeded"},
    {750002, &kIkeStart, "Local:{S} Remote:{D} Username:{u} {r}"},
    {750003, &kIkeFailed,
     "Local:{S} Remote:{D} Username:{u} {_}egotiation aborted due to ERROR: {r}"},
    {750006, &kSaUp, "Local:{S} Remote:{D} Username:{u} {r}"},
    {750007, &kSaDown, "Local:{S} Remote:{D} Username:{u} {r}"},
    {751025, &kVpnNote, "Local:{S} Remote:{D} Username:{u} {r}"},
    {805001, &kOffloadStart, "Offloaded {t} Flow for connection {c} from {S} ({s}) to {D} ({d})"},
    {805002, &kOffloadEnd,
     "{t} Flow is no longer offloaded for connection {c} from {S} ({s}) to {D} ({d})"},
    {852001, &kInfo, "{r} event from application {_} for {t} flow {S} to {D}"},
    {852002, &kInfo, "{r} event from application {_} for {t} flow {S} to {D}"},
};

// Numbers that share their shapes with another: ranges that differ in the list or signature only.
std::int32_t Representative(std::int32_t number) {
  if (number >= 400000 && number <= 400050) return 400000;
  if (number >= 338001 && number <= 338300) return 338001;
  return number;
}

}  // namespace

AsaMessages AllAsaMessages() {
  return {std::begin(kMessages), std::end(kMessages)};
}

AsaMessages FindAsaMessages(std::int32_t number) {
  number = Representative(number);
  const auto [first, last] = std::equal_range(
      std::begin(kMessages), std::end(kMessages), AsaMessage{number, nullptr, {}},
      [](const AsaMessage& a, const AsaMessage& b) { return a.number < b.number; });
  return {first, last};
}

}  // namespace dims
