// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/windows_event.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "tests/agent/formats/parsed_line.h"

namespace dims {
namespace {

// The same event in the shapes of collectors.
std::string NxLog(absl::string_view code, absl::string_view data) {
  return absl::StrCat(
      R"({"EventTime":"2026-01-02T03:04:05.123+01:00","Hostname":"dc1.example.org",)",
      R"("Keywords":-9214364837600034816,"EventType":"AUDIT_SUCCESS","Severity":"INFO",)",
      R"("EventID":)", code, R"(,"SourceName":"Microsoft-Windows-Security-Auditing",)",
      R"("RecordNumber":7,"ProcessID":620,"Channel":"Security")", data.empty() ? "" : ",", data,
      "}");
}

std::string Winlogbeat(absl::string_view code, absl::string_view data) {
  return absl::StrCat(
      R"({"@timestamp":"2026-01-02T02:04:05.123Z","event":{"kind":"event","code":")", code,
      R"(","provider":"Microsoft-Windows-Security-Auditing"},"log":{"level":"information"},)",
      R"("winlog":{"channel":"Security","computer_name":"dc1.example.org","record_id":7,)",
      R"("keywords":["Audit Success"],"process":{"pid":620},"event_data":{)", data, "}}}");
}

std::string Xml(absl::string_view code, absl::string_view data) {
  return absl::StrCat(
      R"({"Event":{"System":{"EventID":)", code,
      R"(,"Channel":"Security","Computer":"dc1.example.org",)",
      R"("Provider":{"#attributes":{"Name":"Microsoft-Windows-Security-Auditing"}},)",
      R"("Keywords":"0x8020000000000000",)",
      R"("TimeCreated":{"#attributes":{"SystemTime":"2026-01-02T02:04:05.123Z"}}},)",
      R"("EventData":{)", data, "}}}");
}

std::string Sysmon(int code, absl::string_view data) {
  return absl::StrCat(R"({"EventTime":"2026-01-02 03:04:05","Hostname":"pc1","EventID":)", code,
                      R"(,"SourceName":"Microsoft-Windows-Sysmon",)",
                      R"("Channel":"Microsoft-Windows-Sysmon/Operational",)",
                      R"("UtcTime":"2026-01-02 02:04:05.678",)", data, "}");
}

constexpr char kLogon[] =
    R"("SubjectUserName":"DC1$","SubjectDomainName":"EXAMPLE","TargetUserName":"jdoe",)"
    R"("TargetDomainName":"EXAMPLE","TargetUserSid":"S-1-5-21-1","LogonType":"3",)"
    R"("WorkstationName":"PC1","IpAddress":"192.0.2.7","IpPort":"51413","ProcessId":"0x354",)"
    R"("ProcessName":"C:\\Windows\\System32\\lsass.exe")";

TEST(WindowsEventTest, ReadsALoginInEveryShape) {
  for (const std::string& text :
       {NxLog("4624", kLogon), Winlogbeat("4624", kLogon), Xml("4624", kLogon)}) {
    const ParsedLine line(text);
    EXPECT_EQ(line["event.dataset"], "windows.security") << text;
    EXPECT_EQ(line["@timestamp"], "2026-01-02T02:04:05.123Z") << text;
    EXPECT_EQ(line["event.code"], "4624") << text;
    EXPECT_EQ(line["event.action"], "logged-in") << text;
    EXPECT_EQ(line["event.category"], "authentication") << text;
    EXPECT_EQ(line["event.type"], "start") << text;
    EXPECT_EQ(line["event.outcome"], "success") << text;
    EXPECT_EQ(line["host.name"], "dc1.example.org") << text;
    EXPECT_EQ(line["user.name"], "jdoe") << text;
    EXPECT_EQ(line["user.domain"], "EXAMPLE") << text;
    EXPECT_EQ(line["user.id"], "S-1-5-21-1") << text;
    EXPECT_EQ(line["related.user"], "jdoe,DC1$") << text;
    EXPECT_EQ(line["source.ip"], "192.0.2.7") << text;
    EXPECT_EQ(line["source.port"], "51413") << text;
    EXPECT_EQ(line["source.domain"], "PC1") << text;
    EXPECT_EQ(line["process.pid"], "852") << text;
    EXPECT_EQ(line["process.name"], "lsass.exe") << text;
    EXPECT_EQ(line["labels.winlog.event_data.LogonType"], "3") << text;
    EXPECT_EQ(line["labels.winlog.channel"], "Security") << text;
  }
}

TEST(WindowsEventTest, TellsFailureFromSuccess) {
  const std::string failed = absl::StrReplaceAll(
      NxLog("4625", kLogon),
      {{"AUDIT_SUCCESS", "AUDIT_FAILURE"}, {"-9214364837600034816", "-9218868437227405312"}});
  EXPECT_EQ(ParsedLine(failed)["event.action"], "logon-failed");
  EXPECT_EQ(ParsedLine(failed)["event.outcome"], "failure");
  const ParsedLine bits(R"({"EventID":4776,"Channel":"Security","Keywords":-9218868437227405312,)"
                        R"("TargetUserName":"jdoe","Workstation":"PC1"})");
  EXPECT_EQ(bits["event.outcome"], "failure");
  EXPECT_EQ(bits["event.action"], "credential-validated");
  EXPECT_EQ(bits["user.name"], "jdoe");
}

TEST(WindowsEventTest, ReadsAccountsAndGroups) {
  const ParsedLine created(
      NxLog("4720", R"("SubjectUserName":"admin","TargetUserName":"jdoe","TargetSid":"S-1")"));
  EXPECT_EQ(created["user.name"], "admin");
  EXPECT_EQ(created["user.target.name"], "jdoe");
  EXPECT_EQ(created["event.type"], "user,creation");
  const ParsedLine member(NxLog("4732",
                                R"("SubjectUserName":"admin","TargetUserName":"Administrators",)"
                                R"("MemberName":"CN=Jane Doe,OU=Users,DC=example")"));
  EXPECT_EQ(member["group.name"], "Administrators");
  EXPECT_EQ(member["user.target.name"], "Jane Doe");
  EXPECT_EQ(member["event.action"], "added-member-to-group");
  EXPECT_EQ(ParsedLine(NxLog("4740", R"("TargetUserName":"jdoe")"))["event.action"],
            "locked-out-user-account");
  const ParsedLine taken(NxLog("4648", R"("SubjectUserName":"jdoe","TargetUserName":"admin")"));
  EXPECT_EQ(taken["user.name"], "jdoe");
  EXPECT_EQ(taken["user.effective.name"], "admin");
}

TEST(WindowsEventTest, ReadsTicketsProcessesServicesAndTheClearedLog) {
  const ParsedLine ticket(NxLog("4769", R"("TargetUserName":"jdoe@EXAMPLE.ORG",)"
                                        R"("ServiceName":"SRV$","IpAddress":"::ffff:192.0.2.7")"));
  EXPECT_EQ(ticket["user.name"], "jdoe");
  EXPECT_EQ(ticket["service.name"], "SRV$");
  EXPECT_EQ(ticket["source.ip"], "192.0.2.7");
  const ParsedLine process(
      NxLog("4688", R"("SubjectUserName":"jdoe","NewProcessId":"0x10","ProcessId":"0x20",)"
                    R"("NewProcessName":"C:\\a\\x.exe","ParentProcessName":"C:\\b\\y.exe",)"
                    R"("CommandLine":"x.exe -v")"));
  EXPECT_EQ(process["process.executable"], "C:\\a\\x.exe");
  EXPECT_EQ(process["process.pid"], "16");
  EXPECT_EQ(process["process.parent.executable"], "C:\\b\\y.exe");
  EXPECT_EQ(process["process.command_line"], "x.exe -v");
  const ParsedLine service(R"({"EventID":7045,"Channel":"System","ServiceName":"evil",)"
                           R"("SourceName":"Service Control Manager","ImagePath":"C:\\e.exe"})");
  EXPECT_EQ(service["event.action"], "service-installed");
  EXPECT_EQ(service["service.name"], "evil");
  EXPECT_EQ(service["labels.winlog.event_data.ImagePath"], "C:\\e.exe");
  const ParsedLine cleared(R"({"winlog":{"event_id":1102,"channel":"Security",)"
                           R"("user_data":{"SubjectUserName":"jdoe"}}})");
  EXPECT_EQ(cleared["event.action"], "audit-log-cleared");
  EXPECT_EQ(cleared["user.name"], "jdoe");
}

TEST(WindowsEventTest, ReadsSysmon) {
  const ParsedLine start(Sysmon(
      1, R"("Image":"C:\\a\\x.exe","CommandLine":"x -v","CurrentDirectory":"C:\\","ProcessId":4,)"
         R"("ParentImage":"C:\\b.exe","User":"EXAMPLE\\jdoe",)"
         R"("Hashes":"SHA1=AA,MD5=BB,SHA256=CC,IMPHASH=DD")"));
  EXPECT_EQ(start["event.dataset"], "windows.sysmon_operational");
  EXPECT_EQ(start["@timestamp"], "2026-01-02T02:04:05.678Z");
  EXPECT_EQ(start["event.category"], "process");
  EXPECT_EQ(start["process.name"], "x.exe");
  EXPECT_EQ(start["process.working_directory"], "C:\\");
  EXPECT_EQ(start["user.name"], "jdoe");
  EXPECT_EQ(start["user.domain"], "EXAMPLE");
  EXPECT_EQ(start["file.hash.sha256"], "cc");
  EXPECT_EQ(start["related.hash"], "aa,bb,cc,dd");
  const ParsedLine net(
      Sysmon(3, R"("Protocol":"tcp","Initiated":"true","SourceIp":"192.0.2.7","SourcePort":"5",)"
                R"("DestinationIp":"198.51.100.9","DestinationPort":443)"));
  EXPECT_EQ(net["network.transport"], "tcp");
  EXPECT_EQ(net["network.direction"], "egress");
  EXPECT_EQ(net["destination.port"], "443");
  EXPECT_TRUE(net.Stores("network.community_id"));
  const ParsedLine dns(Sysmon(22, R"("QueryName":"w.example","QueryResults":)"
                                  R"("type:  5 x.example;::ffff:203.0.113.5;")"));
  EXPECT_EQ(dns["dns.question.name"], "w.example");
  EXPECT_EQ(dns["dns.resolved_ip"], "203.0.113.5");
  EXPECT_EQ(ParsedLine(Sysmon(11, R"("TargetFilename":"C:\\f")"))["file.path"], "C:\\f");
}

TEST(WindowsEventTest, ReadsTheFirewall) {
  const ParsedLine line(
      NxLog("5156", R"("Application":"\\device\\x.exe","Direction":"%%14593","Protocol":"6",)"
                    R"("SourceAddress":"192.0.2.7","SourcePort":"5",)"
                    R"("DestAddress":"198.51.100.9","DestPort":"443")"));
  EXPECT_EQ(line["source.ip"], "192.0.2.7");
  EXPECT_EQ(line["destination.port"], "443");
  EXPECT_EQ(line["network.transport"], "tcp");
  EXPECT_EQ(line["network.direction"], "outbound");
  EXPECT_EQ(line["event.type"], "connection,start,allowed");
}

TEST(WindowsEventTest, ReadsPowerShell) {
  const ParsedLine line(
      R"({"winlog":{"event_id":400,"channel":"Windows PowerShell","provider_name":"PowerShell",)"
      R"("event_data":{"param3":"\tHostName=x\n\tHostApplication=C:\\ps.exe -c \"a b\"\n)"
      R"(\tUserId=EXAMPLE\\jdoe\n"}}})");
  EXPECT_EQ(line["process.command_line"], "C:\\ps.exe -c \"a b\"");
  EXPECT_EQ(line["process.name"], "ps.exe");
  EXPECT_EQ(line["user.name"], "jdoe");
}

TEST(WindowsEventTest, KeepsWhatARecordSaysInEcsItself) {
  const ParsedLine line(
      R"({"@timestamp":"2026-01-02T02:04:05Z","event":{"code":"4624","action":"Logon",)"
      R"("outcome":"failure"},"host":{"name":"h1"},"user":{"name":"me"},"message":"An account.",)"
      R"("winlog":{"channel":"Security","event_data":{"TargetUserName":"jdoe"}}})");
  EXPECT_EQ(line["event.action"], "Logon");
  EXPECT_EQ(line["event.outcome"], "failure");
  EXPECT_EQ(line["user.name"], "me");
  EXPECT_EQ(line["host.name"], "h1");
  EXPECT_EQ(line["message"], "An account.");
  EXPECT_EQ(line["labels.winlog.event_data.TargetUserName"], "jdoe");
}

TEST(WindowsEventTest, IsReadOverSeveralLinesAndBehindAHeader) {
  const std::string lines = absl::StrReplaceAll(NxLog("4624", kLogon), {{",\"", ",\r\n  \""}});
  const ParsedLine line(lines);
  EXPECT_EQ(line["event.code"], "4624");
  EXPECT_EQ(line["tags"], "");
  EXPECT_EQ(line.Original(), lines);
  const ParsedLine header("<14>Jan  2 03:04:05 dc1 nxlog: " + NxLog("4624", kLogon));
  EXPECT_EQ(header["user.name"], "jdoe");
}

TEST(WindowsEventTest, LeavesOtherObjectsAlone) {
  EXPECT_EQ(ParsedLine(R"({"EventID":7,"x":1})")["event.dataset"], "generic.json");
}

TEST(WindowsEventTest, EndsWithFewerFieldsWhereverItIsCut) {
  const std::string whole = Winlogbeat("4624", kLogon);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_NE(ParsedLine(whole.substr(0, length))["event.dataset"], "windows.security") << length;
  }
}

TEST(WindowsEventTest, ReadsTheNestedShapeWithSmallFirstLetters) {
  const ParsedLine login(
      R"({"timestamp":"2026-01-05T10:11:12.123+0000","agent":{"name":"dc1"},"win":{"system":{"providerName":"Microsoft-Windows-Security-Auditing","eventID":"4625","systemTime":"2026-01-05T10:11:12.5Z","eventRecordID":"77","channel":"Security","computer":"dc1.city.example","severityValue":"AUDIT_FAILURE"},"eventdata":{"targetUserName":"bob","targetDomainName":"CITY","logonType":"3","ipAddress":"203.0.113.5","ipPort":"51111"}}})");
  EXPECT_EQ(login["event.dataset"], "windows.security");
  EXPECT_EQ(login["event.action"], "logon-failed");
  EXPECT_EQ(login["event.outcome"], "failure");
  EXPECT_EQ(login["user.name"], "bob");
  EXPECT_EQ(login["source.ip"], "203.0.113.5");
  EXPECT_EQ(login["host.name"], "dc1.city.example");
  EXPECT_EQ(login["labels.winlog.record_id"], "77");
  const ParsedLine sysmon(
      R"({"win":{"system":{"providerName":"Microsoft-Windows-Sysmon","eventID":"1","systemTime":"2026-01-05T10:11:12.5Z","channel":"Microsoft-Windows-Sysmon/Operational","computer":"ws1"},"eventdata":{"image":"C:\\Windows\\cmd.exe","commandLine":"cmd /c whoami","user":"CITY\\alice","processId":"77"}}})");
  EXPECT_EQ(sysmon["event.action"], "process-created");
  EXPECT_EQ(sysmon["process.command_line"], "cmd /c whoami");
  EXPECT_EQ(sysmon["user.domain"], "CITY");
  EXPECT_EQ(sysmon["user.name"], "alice");
}

}  // namespace
}  // namespace dims
