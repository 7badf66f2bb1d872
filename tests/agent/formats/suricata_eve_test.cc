// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/suricata_eve.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "tests/agent/formats/parsed_line.h"

namespace dims {
namespace {

// A record of this type with `more` members.
std::string Eve(absl::string_view type, absl::string_view more) {
  return absl::StrCat(
      R"({"timestamp":"2026-01-02T03:04:05.000001+0100","flow_id":1234567890123,"in_iface":"eth0",)",
      R"("event_type":")", type, R"(","src_ip":"192.0.2.7","src_port":51413,)",
      R"("dest_ip":"198.51.100.9","dest_port":443,"proto":"TCP")", more.empty() ? "" : ",", more,
      "}");
}

constexpr char kAlert[] =
    R"("app_proto":"http","tx_id":0,"alert":{"action":"allowed","gid":1,"signature_id":2001219,)"
    R"("rev":20,"signature":"ET SCAN Potential SSH Scan","category":"Attempted Information Leak",)"
    R"("severity":2,"metadata":{"tag":["a","b"]}},"flow":{"pkts_toserver":4,"pkts_toclient":3,)"
    R"("bytes_toserver":347,"bytes_toclient":1654,"start":"2026-01-02T03:04:04.000001+0100"},)"
    R"("http":{"hostname":"www.example","url":"/a/b?c=d","http_user_agent":"curl/8",)"
    R"("http_method":"GET","protocol":"HTTP/1.1","status":200,"length":12})";

TEST(SuricataEveTest, ReadsWhatAllRecordsHave) {
  const ParsedLine line(Eve("alert", kAlert));
  EXPECT_EQ(line["event.dataset"], "suricata.eve");
  EXPECT_EQ(line["@timestamp"], "2026-01-02T02:04:05.000001Z");
  EXPECT_EQ(line["source.ip"], "192.0.2.7");
  EXPECT_EQ(line["source.port"], "51413");
  EXPECT_EQ(line["destination.ip"], "198.51.100.9");
  EXPECT_EQ(line["destination.port"], "443");
  EXPECT_EQ(line["network.transport"], "tcp");
  EXPECT_EQ(line["network.protocol"], "http");
  EXPECT_EQ(line["observer.type"], "ids");
  EXPECT_EQ(line["labels.suricata.flow_id"], "1234567890123");
  EXPECT_EQ(line["labels.suricata.in_iface"], "eth0");
  EXPECT_TRUE(line.Stores("network.community_id"));
  EXPECT_EQ(line["tags"], "");
}

TEST(SuricataEveTest, ReadsAlerts) {
  const ParsedLine line(Eve("alert", kAlert));
  EXPECT_EQ(line["event.kind"], "alert");
  EXPECT_EQ(line["event.category"], "intrusion_detection,network");
  EXPECT_EQ(line["event.type"], "allowed");
  EXPECT_EQ(line["event.action"], "alert");
  EXPECT_EQ(line["rule.id"], "2001219");
  EXPECT_EQ(line["rule.name"], "ET SCAN Potential SSH Scan");
  EXPECT_EQ(line["rule.category"], "Attempted Information Leak");
  EXPECT_EQ(line["event.severity"], "2");
  EXPECT_EQ(line["labels.suricata.alert.action"], "allowed");
  EXPECT_EQ(line["labels.suricata.alert.metadata.tag"], "a,b");
  EXPECT_EQ(line["source.packets"], "4");
  EXPECT_EQ(line["source.bytes"], "347");
  EXPECT_EQ(line["destination.bytes"], "1654");
  EXPECT_EQ(line["event.start"], "2026-01-02T02:04:04.000001Z");
}

TEST(SuricataEveTest, CallsWhatWasStoppedDenied) {
  for (const char* members : {R"("alert":{"action":"blocked","signature_id":1})",
                              R"("alert":{"action":"allowed"},"verdict":{"action":"drop"})"}) {
    const ParsedLine line(Eve("alert", members));
    EXPECT_EQ(line["event.type"], "denied") << members;
    EXPECT_EQ(line["event.outcome"], "failure") << members;
  }
  const ParsedLine drop(Eve("drop", R"("drop":{"len":60,"reason":"rules"})"));
  EXPECT_EQ(drop["event.type"], "denied");
  EXPECT_EQ(drop["event.reason"], "rules");
  EXPECT_EQ(drop["labels.suricata.drop.len"], "60");
}

TEST(SuricataEveTest, ReadsAnAlertThatDoesNotNameItsType) {
  const ParsedLine line(
      R"({"timestamp":"2026-01-02T03:04:05+0000","flow_id":1,"src_ip":"192.0.2.7",)"
      R"("alert":{"signature_id":7}})");
  EXPECT_EQ(line["event.action"], "alert");
  EXPECT_EQ(line["event.kind"], "alert");
}

TEST(SuricataEveTest, ReadsHttp) {
  const ParsedLine line(Eve("http", kAlert));
  EXPECT_EQ(line["event.category"], "network,web");
  EXPECT_EQ(line["event.type"], "access,protocol");
  EXPECT_EQ(line["event.outcome"], "success");
  EXPECT_EQ(line["url.original"], "/a/b?c=d");
  EXPECT_EQ(line["url.path"], "/a/b");
  EXPECT_EQ(line["url.query"], "c=d");
  EXPECT_EQ(line["url.domain"], "www.example");
  EXPECT_EQ(line["destination.domain"], "www.example");
  EXPECT_EQ(line["http.request.method"], "GET");
  EXPECT_EQ(line["http.response.status_code"], "200");
  EXPECT_EQ(line["http.response.bytes"], "12");
  EXPECT_EQ(line["http.version"], "1.1");
  EXPECT_EQ(line["user_agent.original"], "curl/8");
  EXPECT_EQ(ParsedLine(Eve("http", R"("http":{"url":"/","status":404})"))["event.outcome"],
            "failure");
}

TEST(SuricataEveTest, ReadsFlows) {
  const ParsedLine line(
      Eve("flow",
          R"("flow":{"pkts_toserver":1,"start":"2026-01-02T03:04:04.5+0000",)"
          R"("end":"2026-01-02T03:04:06.0+0000","age":2,"state":"closed","reason":"timeout"})"));
  EXPECT_EQ(line["event.category"], "network");
  EXPECT_EQ(line["event.type"], "connection,end");
  EXPECT_EQ(line["event.duration"], "1500000000");
  EXPECT_EQ(line["event.reason"], "timeout");
  EXPECT_EQ(line["labels.suricata.flow.age"], "2");
  const ParsedLine netflow(Eve("netflow", R"("netflow":{"pkts":3,"bytes":99,"age":0})"));
  EXPECT_EQ(netflow["source.packets"], "3");
  EXPECT_EQ(netflow["source.bytes"], "99");
  EXPECT_EQ(netflow["event.type"], "connection");
}

TEST(SuricataEveTest, ReadsAllVersionsOfDns) {
  const ParsedLine one(Eve("dns", R"("dns":{"type":"answer","id":7,"rcode":"NOERROR",)"
                                  R"("rrname":"www.example","rrtype":"A","rdata":"203.0.113.5"})"));
  const ParsedLine two(
      Eve("dns", R"("dns":{"version":2,"type":"answer","rrname":"www.example","rrtype":"A",)"
                 R"("rcode":"NOERROR","answers":[{"rrname":"www.example","rrtype":"CNAME",)"
                 R"("rdata":"w.example"},{"rrname":"w.example","rrtype":"A",)"
                 R"("rdata":"203.0.113.5"}],"grouped":{"A":["203.0.113.5"]}})"));
  const ParsedLine three(
      Eve("dns", R"("dns":{"version":3,"type":"response","rcode":"NOERROR",)"
                 R"("queries":[{"rrname":"www.example","rrtype":"A"}],)"
                 R"("answers":[{"rrname":"www.example","rrtype":"A","rdata":"203.0.113.5"}]})"));
  for (const ParsedLine* line : {&one, &two, &three}) {
    EXPECT_EQ((*line)["dns.question.name"], "www.example");
    EXPECT_EQ((*line)["dns.question.type"], "A");
    EXPECT_EQ((*line)["dns.response_code"], "NOERROR");
    EXPECT_EQ((*line)["dns.resolved_ip"], "203.0.113.5");
    EXPECT_EQ((*line)["event.outcome"], "success");
    EXPECT_EQ((*line)["network.protocol"], "dns");
  }
  EXPECT_EQ(two["labels.suricata.dns.answers.rdata"], "w.example,203.0.113.5");
  EXPECT_EQ(ParsedLine(Eve("dns", R"("dns":{"rcode":"NXDOMAIN"})"))["event.outcome"], "failure");
}

TEST(SuricataEveTest, ReadsTls) {
  const ParsedLine line(
      Eve("tls", R"("tls":{"sni":"www.example.","version":"TLS 1.2","fingerprint":"0a:1b",)"
                 R"("ja3":{"hash":"d92325","string":"771"},"ja3s":{"hash":"099362"}})"));
  EXPECT_EQ(line["tls.client.server_name"], "www.example");
  EXPECT_EQ(line["tls.client.ja3"], "d92325");
  EXPECT_EQ(line["related.hash"], "0A1B,099362");
  EXPECT_EQ(line["destination.domain"], "www.example");
  EXPECT_EQ(line["labels.suricata.tls.version"], "TLS 1.2");
  EXPECT_EQ(line["event.type"], "protocol");
}

TEST(SuricataEveTest, ReadsFilesAndLogins) {
  const ParsedLine file(Eve("fileinfo", R"("fileinfo":{"filename":"/x.exe","size":10,"md5":"aa",)"
                                        R"("sha1":"bb","sha256":"cc"})"));
  EXPECT_EQ(file["file.path"], "/x.exe");
  EXPECT_EQ(file["file.hash.sha256"], "cc");
  EXPECT_EQ(file["related.hash"], "aa,bb,cc");
  const ParsedLine ftp(Eve("ftp", R"("ftp":{"command":"USER","command_data":"jdoe"})"));
  EXPECT_EQ(ftp["user.name"], "jdoe");
  const ParsedLine krb5(Eve("krb5", R"("krb5":{"msg_type":"KRB_ERROR","cname":"jdoe",)"
                                    R"("realm":"EXAMPLE","error_code":"KDC_ERR_PREAUTH_FAILED"})"));
  EXPECT_EQ(krb5["user.name"], "jdoe");
  EXPECT_EQ(krb5["user.domain"], "EXAMPLE");
  EXPECT_EQ(krb5["event.category"], "network,authentication");
  EXPECT_EQ(krb5["event.outcome"], "failure");
}

TEST(SuricataEveTest, ReadsIcmpStatsAnomaliesAndDhcp) {
  const std::string icmp =
      absl::StrReplaceAll(Eve("flow", R"("icmp_type":8,"icmp_code":0)"), {{"TCP", "ICMP"}});
  EXPECT_EQ(ParsedLine(icmp)["network.transport"], "icmp");
  EXPECT_TRUE(ParsedLine(icmp).Stores("network.community_id"));
  const ParsedLine stats(R"({"timestamp":"2026-01-02T03:04:05+0000","event_type":"stats",)"
                         R"("stats":{"uptime":5,"decoder":{"pkts":430313}}})");
  EXPECT_EQ(stats["event.kind"], "metric");
  EXPECT_EQ(stats["labels.suricata.stats.decoder.pkts"], "430313");
  const ParsedLine anomaly(
      Eve("anomaly", R"("app_proto":"failed","anomaly":{"type":"stream","event":"stream.pkt"})"));
  EXPECT_EQ(anomaly["event.reason"], "stream.pkt");
  EXPECT_EQ(anomaly["network.protocol"], "");
  EXPECT_EQ(anomaly["labels.suricata.app_proto"], "failed");
  const ParsedLine dhcp(Eve("dhcp", R"("dhcp":{"client_mac":"00:11:22:33:44:55",)"
                                    R"("assigned_ip":"192.0.2.50","hostname":"pc1"})"));
  EXPECT_EQ(dhcp["source.mac"], "00:11:22:33:44:55");
  EXPECT_EQ(dhcp["related.ip"], "192.0.2.7,198.51.100.9,192.0.2.50");
  EXPECT_EQ(dhcp["related.hosts"], "pc1");
}

TEST(SuricataEveTest, KeepsATimeNobodyCanRead) {
  const ParsedLine line(
      R"({"timestamp":"yesterday","flow_id":1,"event_type":"flow","src_ip":"192.0.2.7"})");
  EXPECT_EQ(line["@timestamp"], "2026-01-15T12:00:00Z");
  EXPECT_EQ(line["labels.suricata.timestamp"], "yesterday");
}

TEST(SuricataEveTest, IsFoundBehindAHeaderAndInsideAnotherObject) {
  const ParsedLine header("<13>Jan  2 03:04:05 gate suricata[7]: " + Eve("alert", kAlert));
  EXPECT_EQ(header["rule.id"], "2001219");
  EXPECT_EQ(header["host.name"], "gate");
  EXPECT_EQ(header["@timestamp"], "2026-01-02T02:04:05.000001Z");
  const std::string inside =
      absl::StrReplaceAll(Eve("alert", kAlert), {{"\\", "\\\\"}, {"\"", "\\\""}});
  const ParsedLine wrapped(absl::StrCat(R"({"@timestamp":"2026-01-03T00:00:00Z","message":")",
                                        inside, R"(","host":{"name":"shipper"}})"));
  EXPECT_EQ(wrapped["event.dataset"], "suricata.eve");
  EXPECT_EQ(wrapped["rule.id"], "2001219");
  EXPECT_EQ(wrapped["@timestamp"], "2026-01-02T02:04:05.000001Z");
  EXPECT_EQ(wrapped["host.name"], "shipper");
  EXPECT_EQ(wrapped["labels.@timestamp"], "2026-01-03T00:00:00Z");
}

TEST(SuricataEveTest, LeavesOtherObjectsAlone) {
  for (const char* text : {R"({"event_type":"login","timestamp":"2026-01-02T03:04:05Z"})",
                           R"({"flow_id":1,"src_ip":"192.0.2.7"})"}) {
    EXPECT_EQ(ParsedLine(text)["event.dataset"], "generic.json") << text;
  }
}

TEST(SuricataEveTest, EndsWithFewerFieldsWhereverItIsCut) {
  const std::string whole = Eve("alert", kAlert);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const ParsedLine line(whole.substr(0, length));
    EXPECT_NE(line["event.dataset"], "suricata.eve") << length;
  }
}

}  // namespace
}  // namespace dims
