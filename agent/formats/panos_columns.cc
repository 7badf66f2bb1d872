// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/panos_columns.h"

namespace dims {
namespace {

// From "Syslog field descriptions" of the PAN-OS administrator's guide, names as there.
// clang-format off
constexpr absl::string_view kTraffic[] = {
    "src", "dst", "natsrc", "natdst", "rule", "srcuser", "dstuser", "app", "vsys", "from", "to", "inbound_if",
    "outbound_if", "logset", "", "sessionid", "repeatcnt", "sport", "dport", "natsport", "natdport", "flags", "proto",
    "action", "bytes", "bytes_sent", "bytes_received", "packets", "start", "elapsed", "category", "", "seqno",
    "actionflags", "srcloc", "dstloc", "", "pkts_sent", "pkts_received", "session_end_reason", "dg_1", "dg_2", "dg_3",
    "dg_4", "vsys_name", "device_name", "action_source", "src_uuid", "dst_uuid", "tunnelid", "monitortag",
    "parent_session_id", "parent_start_time", "tunnel", "assoc_id", "chunks", "chunks_sent", "chunks_received",
    "rule_uuid", "http2_connection", "link_change_count", "policy_id", "link_switches", "sdwan_cluster",
    "sdwan_device_type", "sdwan_cluster_type", "sdwan_site", "dynusergroup_name", "xff_ip", "src_category",
    "src_profile", "src_model", "src_vendor", "src_osfamily", "src_osversion", "src_host", "src_mac", "dst_category",
    "dst_profile", "dst_model", "dst_vendor", "dst_osfamily", "dst_osversion", "dst_host", "dst_mac", "container_id",
    "pod_namespace", "pod_name", "src_edl", "dst_edl", "hostid", "serialnumber", "src_dag", "dst_dag",
    "session_owner", "high_res_timestamp", "nssai_sst", "nssai_sd", "subcategory_of_app", "category_of_app",
    "technology_of_app", "risk_of_app", "characteristic_of_app", "container_of_app", "tunneled_app", "is_saas_of_app",
    "sanctioned_state_of_app", "offloaded", "flow_type", "cluster_name"};
constexpr absl::string_view kThreat[] = {
    "src", "dst", "natsrc", "natdst", "rule", "srcuser", "dstuser", "app", "vsys", "from", "to", "inbound_if",
    "outbound_if", "logset", "", "sessionid", "repeatcnt", "sport", "dport", "natsport", "natdport", "flags", "proto",
    "action", "misc", "threatid", "category", "severity", "direction", "seqno", "actionflags", "srcloc", "dstloc", "",
    "contenttype", "pcap_id", "filedigest", "cloud", "url_idx", "user_agent", "filetype", "xff", "referer", "sender",
    "subject", "recipient", "reportid", "dg_1", "dg_2", "dg_3", "dg_4", "vsys_name", "device_name", "", "src_uuid",
    "dst_uuid", "http_method", "tunnelid", "monitortag", "parent_session_id", "parent_start_time", "tunnel",
    "thr_category", "contentver", "", "assoc_id", "ppid", "http_headers", "url_category_list", "rule_uuid",
    "http2_connection", "dynusergroup_name", "xff_ip", "src_category", "src_profile", "src_model", "src_vendor",
    "src_osfamily", "src_osversion", "src_host", "src_mac", "dst_category", "dst_profile", "dst_model", "dst_vendor",
    "dst_osfamily", "dst_osversion", "dst_host", "dst_mac", "container_id", "pod_namespace", "pod_name", "src_edl",
    "dst_edl", "hostid", "serialnumber", "domain_edl", "src_dag", "dst_dag", "partial_hash", "high_res_timestamp",
    "reason", "justification", "nssai_sst", "subcategory_of_app", "category_of_app", "technology_of_app",
    "risk_of_app", "characteristic_of_app", "container_of_app", "tunneled_app", "is_saas_of_app",
    "sanctioned_state_of_app", "cloud_reportid", "cluster_name", "flow_type"};
constexpr absl::string_view kSystem[] = {
    "vsys", "eventid", "object", "", "", "module", "severity", "opaque", "seqno", "actionflags", "dg_1", "dg_2",
    "dg_3", "dg_4", "vsys_name", "device_name", "", "", "high_res_timestamp"};
constexpr absl::string_view kConfig[] = {
    "host", "vsys", "cmd", "admin", "client", "result", "path", "seqno", "actionflags", "dg_1", "dg_2", "dg_3",
    "dg_4", "vsys_name", "device_name", "dg_id", "comment", "", "high_res_timestamp"};
constexpr absl::string_view kHipMatch[] = {
    "srcuser", "vsys", "machinename", "os", "src", "matchname", "repeatcnt", "matchtype", "", "", "seqno",
    "actionflags", "dg_1", "dg_2", "dg_3", "dg_4", "vsys_name", "device_name", "vsys_id", "srcipv6", "hostid",
    "serialnumber", "mac", "high_res_timestamp"};
constexpr absl::string_view kGlobalProtect[] = {
    "vsys", "eventid", "stage", "auth_method", "tunnel_type", "srcuser", "srcregion", "machinename", "public_ip",
    "public_ipv6", "private_ip", "private_ipv6", "hostid", "serialnumber", "client_ver", "client_os", "client_os_ver",
    "repeatcnt", "reason", "error", "opaque", "status", "location", "login_duration", "connect_method", "error_code",
    "portal", "seqno", "actionflags", "high_res_timestamp", "selection_type", "response_time", "priority",
    "attempted_gateways", "gateway", "dg_1", "dg_2", "dg_3", "dg_4", "vsys_name", "device_name", "vsys_id"};
constexpr absl::string_view kUserId[] = {
    "vsys", "ip", "user", "datasourcename", "eventid", "repeatcnt", "timeout", "beginport", "endport", "datasource",
    "datasourcetype", "seqno", "actionflags", "dg_1", "dg_2", "dg_3", "dg_4", "vsys_name", "device_name", "vsys_id",
    "factortype", "factorcompletiontime", "factorno", "", "", "ugflags", "userbysource", "tag_name",
    "high_res_timestamp", "origindatasource"};
constexpr absl::string_view kAuthentication[] = {
    "vsys", "ip", "user", "normalize_user", "object", "authpolicy", "repeatcnt", "authid", "vendor", "logset",
    "serverprofile", "desc", "clienttype", "event", "factorno", "seqno", "actionflags", "dg_1", "dg_2", "dg_3",
    "dg_4", "vsys_name", "device_name", "vsys_id", "authproto", "rule_uuid", "high_res_timestamp", "src_category",
    "src_profile", "src_model", "src_vendor", "src_osfamily", "src_osversion", "src_host", "src_mac", "region", "",
    "user_agent", "sessionid"};
constexpr absl::string_view kDecryption[] = {
    "src", "dst", "natsrc", "natdst", "rule", "srcuser", "dstuser", "app", "vsys", "from", "to", "inbound_if",
    "outbound_if", "logset", "time_received", "sessionid", "repeatcnt", "sport", "dport", "natsport", "natdport",
    "flags", "proto", "action", "tunnel", "", "", "src_uuid", "dst_uuid", "rule_uuid", "hs_stage_c2f", "hs_stage_f2s",
    "tls_version", "tls_keyxchg", "tls_enc", "tls_auth", "policy_name", "ec_curve", "err_index", "root_status",
    "chain_status", "proxy_type", "cert_serial", "fingerprint", "notbefore", "notafter", "cert_ver", "cert_size",
    "cn_len", "issuer_len", "rootcn_len", "sni_len", "cert_flags", "cn", "issuer_cn", "root_cn", "sni", "error",
    "container_id", "pod_namespace", "pod_name", "src_edl", "dst_edl", "src_dag", "dst_dag", "high_res_timestamp",
    "src_category", "src_profile", "src_model", "src_vendor", "src_osfamily", "src_osversion", "src_host", "src_mac",
    "dst_category", "dst_profile", "dst_model", "dst_vendor", "dst_osfamily", "dst_osversion", "dst_host", "dst_mac",
    "seqno", "actionflags", "dg_1", "dg_2", "dg_3", "dg_4", "vsys_name", "device_name", "vsys_id",
    "subcategory_of_app", "category_of_app", "technology_of_app", "risk_of_app", "characteristic_of_app",
    "container_of_app", "tunneled_app", "is_saas_of_app", "sanctioned_state_of_app", "cluster_name"};
constexpr absl::string_view kCorrelation[] = {
    "src", "srcuser", "vsys", "category", "severity", "dg_1", "dg_2", "dg_3", "dg_4", "vsys_name", "device_name",
    "vsys_id", "object", "object_id", "evidence"};
constexpr absl::string_view kIpTag[] = {
    "vsys", "ip", "tag_name", "eventid", "repeatcnt", "timeout", "datasourcename", "datasource_type",
    "datasource_subtype", "seqno", "actionflags", "dg_1", "dg_2", "dg_3", "dg_4", "vsys_name", "device_name",
    "vsys_id", "high_res_timestamp"};
constexpr absl::string_view kGtp[] = {
    "src", "dst", "", "", "rule", "", "", "app", "vsys", "from", "to", "inbound_if", "outbound_if", "logset", "",
    "sessionid", "", "sport", "dport", "", "", "", "proto", "action", "event_type", "msisdn", "apn", "rat",
    "msg_type", "end_ip_adr", "teid1", "teid2", "gtp_interface", "cause_code", "severity", "mcc", "mnc", "area_code",
    "cell_id", "event_code", "", "", "srcloc", "dstloc", "", "", "", "", "", "", "", "imsi", "imei", "", "", "", "",
    "", "", "", "", "", "", "", "", "", "", "", "", "start", "elapsed", "tunnel_insp_rule", "remote_user_ip",
    "remote_user_id", "rule_uuid", "pcap_id", "high_res_timestamp", "nssai_sst", "nssai_sd", "subcategory_of_app",
    "category_of_app", "technology_of_app", "risk_of_app", "characteristic_of_app", "container_of_app",
    "tunneled_app", "is_saas_of_app", "sanctioned_state_of_app"};
constexpr absl::string_view kTunnel[] = {
    "src", "dst", "natsrc", "natdst", "rule", "srcuser", "dstuser", "app", "vsys", "from", "to", "inbound_if",
    "outbound_if", "logset", "", "sessionid", "repeatcnt", "sport", "dport", "natsport", "natdport", "flags", "proto",
    "action", "severity", "seqno", "actionflags", "srcloc", "dstloc", "dg_1", "dg_2", "dg_3", "dg_4", "vsys_name",
    "device_name", "tunnelid", "monitortag", "parent_session_id", "parent_start_time", "tunnel", "bytes",
    "bytes_sent", "bytes_received", "packets", "pkts_sent", "pkts_received", "max_encap", "unknown_proto",
    "strict_check", "tunnel_fragment", "sessions_created", "sessions_closed", "session_end_reason", "action_source",
    "start", "elapsed", "tunnel_insp_rule", "remote_user_ip", "remote_user_id", "rule_uuid", "pcap_id",
    "dynusergroup_name", "src_edl", "dst_edl", "high_res_timestamp", "nssai_sst", "nssai_sd", "pdu_session_id",
    "subcategory_of_app", "category_of_app", "technology_of_app", "risk_of_app", "characteristic_of_app",
    "container_of_app", "tunneled_app", "is_saas_of_app", "sanctioned_state_of_app", "cluster_name"};
constexpr absl::string_view kSctp[] = {
    "src", "dst", "", "", "rule", "", "", "", "vsys", "from", "to", "inbound_if", "outbound_if", "logset", "",
    "sessionid", "repeatcnt", "sport", "dport", "", "", "", "", "proto", "action", "dg_1", "dg_2", "dg_3", "dg_4",
    "vsys_name", "device_name", "seqno", "", "assoc_id", "ppid", "severity", "sctp_chunk_type", "", "verif_tag_1",
    "verif_tag_2", "sctp_cause_code", "diam_app_id", "diam_cmd_code", "diam_avp_code", "stream_id",
    "assoc_end_reason", "op_code", "ssn_of_cgpa", "ssn_of_cdpa", "filter", "chunks", "chunks_sent", "chunks_received",
    "packets", "pkts_sent", "pkts_received", "rule_uuid", "high_res_timestamp"};

// clang-format on

struct RecordType {
  absl::string_view name;
  std::span<const absl::string_view> columns;
};

constexpr RecordType kTypes[] = {
    {"TRAFFIC", kTraffic},
    {"THREAT", kThreat},
    {"SYSTEM", kSystem},
    {"CONFIG", kConfig},
    {"HIP-MATCH", kHipMatch},
    {"HIPMATCH", kHipMatch},
    {"HIP", kHipMatch},
    {"GLOBALPROTECT", kGlobalProtect},
    {"USERID", kUserId},
    {"AUTHENTICATION", kAuthentication},
    {"AUTH", kAuthentication},
    {"DECRYPTION", kDecryption},
    {"CORRELATION", kCorrelation},
    {"IPTAG", kIpTag},
    {"GTP", kGtp},
    {"START", kTunnel},
    {"END", kTunnel},
    {"SCTP", kSctp},
};

}  // namespace

std::span<const absl::string_view> PanosColumns(absl::string_view type) {
  for (const RecordType& known : kTypes) {
    if (known.name == type) return known.columns;
  }
  return {};
}

}  // namespace dims
