// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/zeek_log.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/agent/formats/parsed_line.h"

namespace dims {
namespace {

// A record of this log between two hosts with `more` members.
std::string Zeek(absl::string_view log, absl::string_view more) {
  return absl::StrCat(R"({"_path":")", log, R"(","ts":1767322985.123456,"uid":"CAcJw21BbV",)",
                      R"("id.orig_h":"192.0.2.7","id.orig_p":51413,)",
                      R"("id.resp_h":"198.51.100.9","id.resp_p":53)", more.empty() ? "" : ",", more,
                      "}");
}

constexpr char kConn[] =
    R"("proto":"udp","service":"dns","duration":0.076967,"orig_bytes":75,"resp_bytes":178,)"
    R"("conn_state":"SF","local_orig":true,"local_resp":false,"history":"Dd","orig_pkts":1,)"
    R"("orig_ip_bytes":103,"resp_pkts":2,"resp_ip_bytes":206,"tunnel_parents":[])";

TEST(ZeekLogTest, ReadsConnections) {
  const ParsedLine line(Zeek("conn", kConn));
  EXPECT_EQ(line["event.dataset"], "zeek.conn");
  EXPECT_EQ(line["@timestamp"], "2026-01-02T03:03:05.123456Z");
  EXPECT_EQ(line["source.ip"], "192.0.2.7");
  EXPECT_EQ(line["source.port"], "51413");
  EXPECT_EQ(line["destination.port"], "53");
  EXPECT_EQ(line["network.transport"], "udp");
  EXPECT_EQ(line["network.protocol"], "dns");
  EXPECT_EQ(line["network.direction"], "outbound");
  EXPECT_EQ(line["event.duration"], "76967000");
  EXPECT_EQ(line["source.bytes"], "103");
  EXPECT_EQ(line["destination.bytes"], "206");
  EXPECT_EQ(line["destination.packets"], "2");
  EXPECT_EQ(line["event.type"], "connection,start,end");
  EXPECT_EQ(line["labels.zeek.conn_state"], "SF");
  EXPECT_EQ(line["labels.zeek.history"], "Dd");
  EXPECT_EQ(line["labels.zeek.uid"], "CAcJw21BbV");
  EXPECT_TRUE(line.Stores("network.community_id"));
}

TEST(ZeekLogTest, TellsHowAConnectionWent) {
  EXPECT_EQ(ParsedLine(Zeek("conn", R"("conn_state":"S0")"))["event.type"], "connection,start");
  EXPECT_EQ(ParsedLine(Zeek("conn", R"("conn_state":"REJ")"))["event.type"],
            "connection,start,denied");
  EXPECT_EQ(ParsedLine(Zeek("conn", R"("conn_state":"OTH")"))["event.type"], "connection,info");
  EXPECT_EQ(ParsedLine(Zeek("conn", R"("orig_bytes":75)"))["source.bytes"], "75");
  EXPECT_EQ(
      ParsedLine(Zeek("conn", R"("local_orig":false,"local_resp":true)"))["network.direction"],
      "inbound");
}

TEST(ZeekLogTest, TakesTypeAndCodeOfIcmpForNoPorts) {
  const ParsedLine line(
      R"({"ts":1767322985.1,"uid":"C1","id.orig_h":"fe80::1","id.orig_p":128,)"
      R"("id.resp_h":"fe80::2","id.resp_p":129,"proto":"icmp","conn_state":"OTH"})");
  EXPECT_EQ(line["source.port"], "");
  EXPECT_EQ(line["network.transport"], "icmp");
  EXPECT_TRUE(line.Stores("network.community_id"));
}

TEST(ZeekLogTest, ReadsDns) {
  const ParsedLine line(
      Zeek("dns", R"("proto":"udp","query":"www.example","qtype_name":"A","rcode":0,)"
                  R"("rcode_name":"NOERROR","AA":false,"answers":["w.example","203.0.113.5"])"));
  EXPECT_EQ(line["dns.question.name"], "www.example");
  EXPECT_EQ(line["dns.question.type"], "A");
  EXPECT_EQ(line["dns.response_code"], "NOERROR");
  EXPECT_EQ(line["dns.resolved_ip"], "203.0.113.5");
  EXPECT_EQ(line["labels.zeek.answers"], "w.example,203.0.113.5");
  EXPECT_EQ(line["event.outcome"], "success");
  EXPECT_EQ(ParsedLine(Zeek("dns", R"("rcode":3)"))["event.outcome"], "failure");
}

TEST(ZeekLogTest, ReadsHttp) {
  const ParsedLine line(Zeek(
      "http", R"("method":"GET","host":"www.example","uri":"/a?b=c","user_agent":"curl/8",)"
              R"("version":"1.1","response_body_len":32,"status_code":404,"username":"jdoe")"));
  EXPECT_EQ(line["event.action"], "GET");
  EXPECT_EQ(line["event.outcome"], "failure");
  EXPECT_EQ(line["event.category"], "network,web");
  EXPECT_EQ(line["url.domain"], "www.example");
  EXPECT_EQ(line["url.path"], "/a");
  EXPECT_EQ(line["http.response.bytes"], "32");
  EXPECT_EQ(line["network.transport"], "tcp");
  EXPECT_EQ(line["user.name"], "jdoe");
  const ParsedLine proxied(Zeek("http", R"("host":"p.example","uri":"http://www.example:80/x")"));
  EXPECT_EQ(proxied["url.domain"], "www.example");
  EXPECT_EQ(proxied["labels.zeek.host"], "p.example");
}

TEST(ZeekLogTest, ReadsWhatWasFound) {
  const ParsedLine notice(
      R"({"_path":"notice","ts":1767322985.1,"note":"SSH::Password_Guessing","msg":"guessing",)"
      R"("src":"192.0.2.7","dst":"192.0.2.8","p":22,"peer_descr":"z","dropped":false})");
  EXPECT_EQ(notice["event.kind"], "alert");
  EXPECT_EQ(notice["rule.name"], "SSH::Password_Guessing");
  EXPECT_EQ(notice["message"], "guessing");
  EXPECT_EQ(notice["source.ip"], "192.0.2.7");
  EXPECT_EQ(notice["destination.port"], "22");
  EXPECT_EQ(notice["event.type"], "info,allowed");
  const ParsedLine weird(Zeek("weird", R"("name":"bad_TCP_checksum","notice":false)"));
  EXPECT_EQ(weird["rule.name"], "bad_TCP_checksum");
  EXPECT_EQ(weird["labels.zeek.notice"], "false");
  const ParsedLine intel(Zeek("intel", R"("seen.indicator":"x.example")"));
  EXPECT_EQ(intel["event.kind"], "enrichment");
  EXPECT_EQ(intel["labels.zeek.seen.indicator"], "x.example");
}

TEST(ZeekLogTest, ReadsLogins) {
  const ParsedLine ssh(Zeek("ssh", R"("auth_success":false,"direction":"INBOUND")"));
  EXPECT_EQ(ssh["event.category"], "network,authentication");
  EXPECT_EQ(ssh["event.outcome"], "failure");
  EXPECT_EQ(ssh["network.direction"], "inbound");
  const ParsedLine kerberos(
      Zeek("kerberos", R"("request_type":"AS","client":"jdoe/EXAMPLE","success":true)"));
  EXPECT_EQ(kerberos["user.name"], "jdoe");
  EXPECT_EQ(kerberos["user.domain"], "EXAMPLE");
  EXPECT_EQ(kerberos["event.action"], "AS");
  EXPECT_EQ(kerberos["event.outcome"], "success");
  const ParsedLine ntlm(Zeek("ntlm", R"("username":"jdoe","hostname":"PC1","success":true)"));
  EXPECT_EQ(ntlm["user.name"], "jdoe");
  EXPECT_EQ(ntlm["related.hosts"], "PC1");
}

TEST(ZeekLogTest, ReadsOtherProtocols) {
  EXPECT_EQ(ParsedLine(Zeek("ssl", R"("server_name":"w.example")"))["tls.client.server_name"],
            "w.example");
  const ParsedLine sip(Zeek("sip", R"("method":"INVITE","uri":"sip:a@v.example:5060;x",)"
                                   R"("status_code":403)"));
  EXPECT_EQ(sip["url.domain"], "v.example");
  EXPECT_EQ(sip["event.outcome"], "failure");
  EXPECT_EQ(ParsedLine(Zeek("modbus", R"("func":"READ_COILS")"))["event.outcome"], "success");
  EXPECT_EQ(ParsedLine(Zeek("dnp3", R"("fc_request":"READ")"))["event.action"], "read");
  EXPECT_EQ(ParsedLine(Zeek("smb_cmd", R"("command":"X","status":"SUCCESS")"))["event.outcome"],
            "success");
  const ParsedLine dhcp(
      R"({"_path":"dhcp","ts":1767322985.1,"client_addr":"192.0.2.5","server_addr":"192.0.2.1",)"
      R"("mac":"00:11:22:33:44:55","host_name":"pc1","assigned_addr":"192.0.2.6"})");
  EXPECT_EQ(dhcp["source.mac"], "00:11:22:33:44:55");
  EXPECT_EQ(dhcp["related.ip"], "192.0.2.5,192.0.2.1,192.0.2.6");
  EXPECT_EQ(dhcp["network.transport"], "udp");
}

TEST(ZeekLogTest, ReadsFilesAndHosts) {
  const ParsedLine files(
      R"({"ts":1767322985.1,"fuid":"F1","tx_hosts":["198.51.100.9"],"rx_hosts":["192.0.2.7"],)"
      R"("source":"SSL","seen_bytes":947,"md5":"aa","sha1":"bb"})");
  EXPECT_EQ(files["event.dataset"], "zeek.files");
  EXPECT_EQ(files["source.ip"], "192.0.2.7");
  EXPECT_EQ(files["file.hash.md5"], "aa");
  EXPECT_EQ(files["network.protocol"], "ssl");
  const ParsedLine service(
      R"({"ts":1767322985.1,"host":"192.0.2.8","port_num":80,"port_proto":"tcp",)"
      R"("service":["HTTP"]})");
  EXPECT_EQ(service["event.dataset"], "zeek.known_services");
  EXPECT_EQ(service["host.ip"], "192.0.2.8");
  EXPECT_EQ(service["destination.port"], "80");
  EXPECT_EQ(service["network.protocol"], "http");
}

TEST(ZeekLogTest, KnowsALogByItsFileOrItsNames) {
  EXPECT_EQ(ZeekLogOfFile("/opt/zeek/logs/current/conn.log"), "conn");
  EXPECT_EQ(ZeekLogOfFile("/logs/2026-01-02/conn.03:00:00-04:00:00.log.gz"), "conn");
  EXPECT_EQ(ZeekLogOfFile("SENSOR_smb_files.log"), "smb_files");
  EXPECT_EQ(ZeekLogOfFile("known_hosts_20260102.log"), "known_hosts");
  EXPECT_EQ(ZeekLogOfFile("/var/log/connect.log"), "");
  EXPECT_EQ(ZeekLogOfFile("conn"), "");
  LineContext context = FileContext();
  context.origin = "/zeek/weird.log";
  EXPECT_EQ(ParsedLine(R"({"ts":1767322985.1,"uid":"C1","name":"x"})", context)["event.dataset"],
            "zeek.weird");
  EXPECT_EQ(ParsedLine(R"({"ts":1767322985.1,"uid":"C1","trans_id":7})")["event.dataset"],
            "zeek.dns");
  EXPECT_EQ(ParsedLine(R"({"ts":1767322985.1,"uid":"C1"})")["event.dataset"], "zeek");
  EXPECT_EQ(ParsedLine(Zeek("mine", R"("x":1)"))["event.dataset"], "zeek.mine");
  EXPECT_EQ(ParsedLine(Zeek("mine", R"("x":1)"))["labels.zeek.x"], "1");
}

TEST(ZeekLogTest, IsFoundInsideAnExportOfASearch) {
  const ParsedLine line(
      R"({"preview":false,"result":{"_raw":"{\"ts\":1767322985.1,\"uid\":\"C1\",\"trans_id\":7}",)"
      R"("host":"sensor1","_serial":"0"}})");
  EXPECT_EQ(line["event.dataset"], "zeek.dns");
  EXPECT_EQ(line["host.name"], "sensor1");
  EXPECT_EQ(line["@timestamp"], "2026-01-02T03:03:05.1Z");
  EXPECT_EQ(line["labels.result._serial"], "0");
}

TEST(ZeekLogTest, LeavesOtherObjectsAlone) {
  EXPECT_EQ(ParsedLine(R"({"ts":1767322985.1,"msg":"hello"})")["event.dataset"], "generic.json");
}

}  // namespace
}  // namespace dims
