// SPDX-License-Identifier: Apache-2.0
#include "gtest/gtest.h"
#include "tests/agent/formats/cut_line.h"

namespace dims {
namespace {

constexpr char kLogin[] =
    "node=gate type=USER_AUTH msg=audit(1760104536.123:42): pid=7 uid=0 auid=1000 ses=2 "
    "msg='op=PAM:authentication acct=\"ann\" exe=\"/usr/sbin/sshd\" hostname=? addr=192.0.2.7 "
    "terminal=ssh res=failed'";

TEST(AuditTest, ReadsALogin) {
  const ParsedLine line(kLogin);
  EXPECT_EQ(line["event.dataset"], "auditd.log");
  EXPECT_EQ(line["@timestamp"], "2025-10-10T13:55:36.123Z");
  EXPECT_EQ(line["event.code"], "USER_AUTH");
  EXPECT_EQ(line["event.action"], "authenticated");
  EXPECT_EQ(line["event.category"], "authentication");
  EXPECT_EQ(line["event.outcome"], "failure");
  EXPECT_EQ(line["host.name"], "gate");
  EXPECT_EQ(line["user.name"], "ann");
  EXPECT_EQ(line["user.id"], "1000");
  EXPECT_EQ(line["process.pid"], "7");
  EXPECT_EQ(line["process.executable"], "/usr/sbin/sshd");
  EXPECT_EQ(line["source.ip"], "192.0.2.7");
  EXPECT_EQ(line["labels.audit.serial"], "42");
  EXPECT_EQ(line["labels.audit.terminal"], "ssh");
  EXPECT_EQ(line["labels.audit.uid"], "0");
  EXPECT_EQ(line["labels.audit.op"], "PAM:authentication");
}

TEST(AuditTest, DecodesHexadecimalFields) {
  const ParsedLine line(
      "type=USER_CMD msg=audit(1760104536.123:43): pid=7 uid=497 auid=700 ses=1 msg='cwd=\"/tmp\" "
      "cmd=6C73202D6C terminal=? res=success'");
  EXPECT_EQ(line["process.command_line"], "ls -l");
  EXPECT_EQ(line["process.working_directory"], "/tmp");
  EXPECT_EQ(line["event.action"], "ran-command");
  const ParsedLine title("type=PROCTITLE msg=audit(1760104536.123:44): proctitle=6C73002D6C");
  EXPECT_EQ(title["process.command_line"], "ls -l");
  const ParsedLine controls("type=PATH msg=audit(1760104536.123:44): name=1B5B00");
  EXPECT_EQ(controls["file.path"], "\\x1b[");
}

TEST(AuditTest, ReadsAProgramThatIsStarted) {
  const ParsedLine call(
      "type=SYSCALL msg=audit(1760104536.123:45): arch=c000003e syscall=59 success=yes exit=0 "
      "ppid=1 pid=7 auid=1000 uid=0 comm=\"ls\" exe=\"/usr/bin/ls\" key=(null)");
  EXPECT_EQ(call["event.action"], "executed");
  EXPECT_EQ(call["event.outcome"], "success");
  EXPECT_EQ(call["user.id"], "0");
  EXPECT_EQ(call["labels.audit.auid"], "1000");
  EXPECT_FALSE(call.Stores("labels.audit.key"));
  const ParsedLine arguments(
      "type=EXECVE msg=audit(1760104536.123:45): argc=3 a0=\"ls\" a1=\"-l\" a2=2F746D70");
  EXPECT_EQ(arguments["process.command_line"], "ls -l /tmp");
  EXPECT_EQ(arguments["process.executable"], "ls");
}

TEST(AuditTest, ReadsSocketAddresses) {
  const ParsedLine four("type=SOCKADDR msg=audit(1760104536.123:46): saddr=02000050C63364090000");
  EXPECT_EQ(four["destination.ip"], "198.51.100.9");
  EXPECT_EQ(four["destination.port"], "80");
  const ParsedLine six(
      "type=SOCKADDR msg=audit(1760104536.123:46): "
      "saddr=0A0000500000000020010DB800000000000000000000000900000000");
  EXPECT_EQ(six["destination.ip"], "2001:db8::9");
}

TEST(AuditTest, ReadsTheInterpretationOfEnrichedRecords) {
  const ParsedLine line(
      "type=SYSCALL msg=audit(1760104536.123:47): arch=c000003e syscall=87 success=no pid=7 "
      "auid=1000 uid=33 key=\"del\"\x1d"
      "ARCH=x86_64 SYSCALL=unlink AUID=\"ann\" UID=\"www-data\" GID=\"www\" EUID=\"www-data\"");
  EXPECT_EQ(line["user.name"], "www-data");
  EXPECT_EQ(line["group.name"], "www");
  EXPECT_EQ(line["event.outcome"], "failure");
  EXPECT_EQ(line["labels.audit.AUID"], "ann");
  EXPECT_EQ(line["labels.audit.key"], "del");
}

TEST(AuditTest, ReadsRefusalsOfAccess) {
  const ParsedLine kernel(
      "Jan 12 10:00:00 gate kernel: audit: type=1400 audit(1760104536.123:48): "
      "apparmor=\"DENIED\" operation=\"ptrace\" profile=\"x\" pid=5571 comm=\"beat\"");
  EXPECT_EQ(kernel["event.code"], "AVC");
  EXPECT_EQ(kernel["event.action"], "violated-apparmor-policy");
  EXPECT_EQ(kernel["event.outcome"], "failure");
  const ParsedLine selinux(
      "type=AVC msg=audit(1760104536.123:49): avc:  denied  { fowner } for  pid=603 "
      "comm=\"syslog-ng\" capability=3");
  EXPECT_EQ(selinux["event.action"], "avc");
  EXPECT_EQ(selinux["event.outcome"], "failure");
  EXPECT_EQ(selinux["process.name"], "syslog-ng");
}

TEST(AuditTest, ReadsARecordWithoutAColon) {
  const ParsedLine line(
      "type=DAEMON_CONFIG msg=audit(1760104536.123:34) config changed, auid=0 pid=7 res=success");
  EXPECT_EQ(line["event.action"], "changed-auditd-configuration");
  EXPECT_EQ(line["event.outcome"], "success");
}

TEST(AuditTest, NamesARecordNobodyKnowsByItsType) {
  const ParsedLine line("type=NEW_THING msg=audit(1760104536.123:50): a=b");
  EXPECT_EQ(line["event.action"], "new_thing");
  EXPECT_EQ(line["labels.audit.a"], "b");
}

TEST(AuditTest, KeepsWhatIsLeftOfACutLine) {
  ExpectEveryCutIsKept(kLogin);
}

}  // namespace
}  // namespace dims
