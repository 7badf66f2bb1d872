// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/zeek_columns.h"

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"

namespace dims {
namespace {

struct DefaultColumns {
  absl::string_view log;
  absl::string_view names;  // "@": ts, uid and the four of the connection
};

constexpr absl::string_view kConnection[] = {"ts",        "uid",       "id.orig_h",
                                             "id.orig_p", "id.resp_h", "id.resp_p"};

// clang-format off
constexpr DefaultColumns kDefaults[] = {
    {"conn", "@ proto service duration orig_bytes resp_bytes conn_state local_orig local_resp missed_bytes history orig_pkts orig_ip_bytes resp_pkts resp_ip_bytes tunnel_parents"},
    {"conn", "@ proto service duration orig_bytes resp_bytes conn_state local_orig local_resp missed_bytes history orig_pkts orig_ip_bytes resp_pkts resp_ip_bytes tunnel_parents community_id"},
    {"dns", "@ proto trans_id query qclass qclass_name qtype qtype_name rcode rcode_name AA TC RD RA Z answers TTLs rejected"},
    {"dns", "@ proto trans_id rtt query qclass qclass_name qtype qtype_name rcode rcode_name AA TC RD RA Z answers TTLs rejected"},
    {"http", "@ trans_depth method host uri referrer version user_agent origin request_body_len response_body_len status_code status_msg info_code info_msg tags username password proxied orig_fuids orig_filenames orig_mime_types resp_fuids resp_filenames resp_mime_types"},
    {"http", "@ trans_depth method host uri referrer version user_agent request_body_len response_body_len status_code status_msg info_code info_msg tags username password proxied orig_fuids orig_filenames orig_mime_types resp_fuids resp_filenames resp_mime_types"},
    {"ssl", "@ version cipher curve server_name resumed last_alert next_protocol established cert_chain_fuids client_cert_chain_fuids subject issuer client_subject client_issuer"},
    {"ssl", "@ version cipher curve server_name resumed last_alert next_protocol established cert_chain_fuids client_cert_chain_fuids subject issuer client_subject client_issuer validation_status"},
    {"ssl", "@ version cipher curve server_name resumed last_alert next_protocol established ssl_history cert_chain_fps client_cert_chain_fps sni_matches_cert"},
    {"files", "ts fuid tx_hosts rx_hosts conn_uids source depth analyzers mime_type filename duration local_orig is_orig seen_bytes total_bytes missing_bytes overflow_bytes timedout parent_fuid md5 sha1 sha256 extracted extracted_cutoff extracted_size"},
    {"files", "ts fuid uid id.orig_h id.orig_p id.resp_h id.resp_p source depth analyzers mime_type filename duration local_orig is_orig seen_bytes total_bytes missing_bytes overflow_bytes timedout parent_fuid md5 sha1 sha256 extracted extracted_cutoff extracted_size"},
    {"notice", "@ fuid file_mime_type file_desc proto note msg sub src dst p n peer_descr actions email_dest suppress_for remote_location.country_code remote_location.region remote_location.city remote_location.latitude remote_location.longitude"},
    {"weird", "@ name addl notice peer source"},
    {"weird", "@ name addl notice peer"},
    {"ssh", "@ version auth_success auth_attempts direction client server cipher_alg mac_alg compression_alg kex_alg host_key_alg host_key"},
    {"ssh", "@ version auth_success auth_attempts direction client server cipher_alg mac_alg compression_alg kex_alg host_key_alg host_key remote_location.country_code remote_location.region remote_location.city remote_location.latitude remote_location.longitude"},
    {"dpd", "@ proto analyzer failure_reason"},
    {"ftp", "@ user password command arg mime_type file_size reply_code reply_msg data_channel.passive data_channel.orig_h data_channel.resp_h data_channel.resp_p fuid"},
    {"smtp", "@ trans_depth helo mailfrom rcptto date from to cc reply_to msg_id in_reply_to subject x_originating_ip first_received second_received last_reply path user_agent tls fuids"},
    {"kerberos", "@ request_type client service success error_msg from till cipher forwardable renewable client_cert_subject client_cert_fuid server_cert_subject server_cert_fuid"},
    {"ntlm", "@ username hostname domainname server_nb_computer_name server_dns_computer_name server_tree_name success"},
    {"rdp", "@ cookie result security_protocol client_channels keyboard_layout client_build client_name client_dig_product_id desktop_width desktop_height requested_color_depth cert_type cert_count cert_permanent encryption_level encryption_method"},
    {"dce_rpc", "@ rtt named_pipe endpoint operation"},
    {"smb_mapping", "@ path service native_file_system share_type"},
    {"smb_files", "@ fuid action path name size prev_name times.modified times.accessed times.created times.changed"},
    {"dhcp", "ts uids client_addr server_addr mac host_name client_fqdn domain requested_addr assigned_addr lease_time client_message server_message msg_types duration"},
    {"ntp", "@ version mode stratum poll precision root_delay root_disp ref_id ref_time org_time rec_time xmt_time num_exts"},
    {"snmp", "@ duration version community get_requests get_bulk_requests get_responses set_requests display_string up_since"},
    {"software", "ts host host_p software_type name version.major version.minor version.minor2 version.minor3 version.addl unparsed_version"},
    {"known_services", "ts host port_num port_proto service"},
    {"known_hosts", "ts host"},
    {"syslog", "@ proto facility severity message"},
    {"tunnel", "@ tunnel_type action"},
    {"mysql", "@ cmd arg success rows response"},
    {"modbus", "@ func exception"},
    {"dnp3", "@ fc_request fc_reply iin"},
    {"capture_loss", "ts ts_delta peer gaps acks percent_lost"},
    {"traceroute", "ts src dst proto"},
};

// clang-format on

std::vector<absl::string_view> Expand(absl::string_view names) {
  std::vector<absl::string_view> columns;
  for (const absl::string_view name : absl::StrSplit(names, ' ')) {
    if (name == "@") {
      columns.insert(columns.end(), std::begin(kConnection), std::end(kConnection));
    } else {
      columns.push_back(name);
    }
  }
  return columns;
}

}  // namespace

std::vector<absl::string_view> DefaultZeekColumns(absl::string_view log, std::size_t count) {
  if (log.empty()) return {};
  for (const DefaultColumns& known : kDefaults) {
    if (known.log != log) continue;
    auto columns = Expand(known.names);
    if (columns.size() == count) return columns;
  }
  return {};
}

bool IsZeekHeader(absl::string_view line) {
  for (const absl::string_view name :
       {"#separator ", "#set_separator", "#empty_field", "#unset_field", "#path", "#open",
        "#fields", "#types", "#close"}) {
    if (!absl::StartsWith(line, name)) continue;
    const absl::string_view rest = line.substr(name.size());
    // "#fields" is followed by the separator, whichever it is; a word that goes on is another.
    return !rest.empty() && (name.back() == ' ' || !(rest.front() >= 'a' && rest.front() <= 'z'));
  }
  return false;
}

}  // namespace dims
