// SPDX-License-Identifier: Apache-2.0
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/agent/formats/cut_line.h"

namespace dims {
namespace {

ParsedLine Systemd(absl::string_view text) {
  return ParsedLine(absl::StrCat("Jan 12 10:00:00 gate systemd[1]: ", text));
}

TEST(SystemdTest, ReadsAUnitThatStarts) {
  const ParsedLine line = Systemd("Started nginx.service - A web server.");
  EXPECT_EQ(line["event.dataset"], "system.syslog");
  EXPECT_EQ(line["event.action"], "unit_started");
  EXPECT_EQ(line["event.type"], "start");
  EXPECT_EQ(line["service.name"], "nginx.service");
  EXPECT_EQ(line["labels.systemd.description"], "A web server");
  EXPECT_EQ(Systemd("Starting A web server...")["labels.systemd.description"], "A web server");
}

TEST(SystemdTest, ReadsUnitsThatStopAndFail) {
  EXPECT_EQ(Systemd("Stopped target Paths.")["event.action"], "unit_stopped");
  const ParsedLine failed = Systemd("nginx.service: Failed with result 'exit-code'.");
  EXPECT_EQ(failed["event.action"], "unit_failed");
  EXPECT_EQ(failed["event.outcome"], "failure");
  EXPECT_EQ(failed["service.name"], "nginx.service");
  const ParsedLine exited =
      Systemd("nginx.service: Main process exited, code=exited, status=1/FAILURE");
  EXPECT_EQ(exited["event.action"], "unit_process_exited");
  EXPECT_EQ(exited["event.outcome"], "failure");
  EXPECT_EQ(exited["labels.systemd.status"], "1/FAILURE");
  EXPECT_EQ(Systemd("Failed to start A web server.")["event.outcome"], "failure");
}

TEST(SystemdTest, LeavesSessionsToPam) {
  const ParsedLine line =
      Systemd("pam_unix(systemd-user:session): session opened for user ann by (uid=0)");
  EXPECT_EQ(line["event.action"], "logged-on");
  EXPECT_EQ(line["user.effective.name"], "ann");
}

TEST(SystemdTest, KeepsWhatIsLeftOfACutLine) {
  ExpectEveryCutIsKept("Jan 12 10:00:00 gate systemd[1]: x.service: Main process exited, status=1");
}

}  // namespace
}  // namespace dims
