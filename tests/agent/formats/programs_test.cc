// SPDX-License-Identifier: Apache-2.0
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/agent/formats/parsed_line.h"

namespace dims {
namespace {

ParsedLine Of(absl::string_view tag, absl::string_view message) {
  return ParsedLine(absl::StrCat("Jan 15 11:59:58 gate ", tag, ": ", message));
}

// "category action outcome user effective"
std::string Facts(absl::string_view tag, absl::string_view message) {
  const ParsedLine line = Of(tag, message);
  return absl::StrCat(line["event.category"], " ", line["event.action"], " ", line["event.outcome"],
                      " ", line["user.name"], " ", line["user.effective.name"]);
}

TEST(SudoTest, ReadsWhoRanWhatAsWhom) {
  const ParsedLine line =
      Of("sudo", "   alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/usr/bin/id -u ; x");
  EXPECT_EQ(line["event.action"], "sudo_command");
  EXPECT_EQ(line["event.outcome"], "success");
  EXPECT_EQ(line["user.name"], "alice");
  EXPECT_EQ(line["user.effective.name"], "root");
  EXPECT_EQ(line["process.command_line"], "/usr/bin/id -u ; x");
  EXPECT_EQ(line["process.executable"], "/usr/bin/id");
  EXPECT_EQ(line["process.working_directory"], "/home/alice");
  EXPECT_EQ(line["related.user"], "alice,root");
}

TEST(SudoTest, ReadsRefusalsWithTheirReason) {
  const ParsedLine line =
      Of("sudo", "eve : 3 incorrect password attempts ; TTY=tty1 ; PWD=/ ; USER=root ; COMMAND=/x");
  EXPECT_EQ(line["event.outcome"], "failure");
  EXPECT_EQ(line["event.reason"], "3 incorrect password attempts");
  EXPECT_EQ(Facts("sudo", "eve : user NOT in sudoers ; TTY=a ; PWD=/ ; USER=root ; COMMAND=/x"),
            "process sudo_command failure eve root");
}

TEST(SudoTest, KnowsTheRestOfALongCommand) {
  EXPECT_EQ(Facts("sudo", "alice : (command continued) '/etc/x)"),
            "process sudo_command_continued  alice ");
}

TEST(DoasTest, ReadsCommandsAndRefusals) {
  EXPECT_EQ(Facts("doas", "alice ran command /bin/ksh as root from /home/alice"),
            "process doas_command success alice root");
  EXPECT_EQ(Facts("doas", "alice ran command as bob: ls"),
            "process doas_command success alice bob");
  EXPECT_EQ(Facts("doas", "failed command for eve: ls"), "process doas_command failure eve ");
  EXPECT_EQ(Facts("doas", "failed auth for eve"), "process doas_command failure eve ");
  EXPECT_EQ(Of("doas", "alice ran command as bob: ls -l")["process.command_line"], "ls -l");
}

TEST(SuTest, ReadsItsManyForms) {
  EXPECT_EQ(Facts("su", "failed: ttyq4 changing from eve to root"),
            "authentication su failure eve root");
  EXPECT_EQ(Facts("su", "Successful su for root by alice"), "authentication su success alice root");
  EXPECT_EQ(Facts("su[9]", "FAILED su for root by eve"), "authentication su failure eve root");
  EXPECT_EQ(Facts("su", "(to root) alice on pts/0"), "authentication su success alice root");
  EXPECT_EQ(Facts("su", "FAILED SU (to root) eve on pts/0"), "authentication su failure eve root");
  EXPECT_EQ(Facts("su", "'su root' failed for eve on /dev/pts/8"),
            "authentication su failure eve root");
  EXPECT_EQ(Facts("su", "+ pts/0 alice:root"), "authentication su success alice root");
  EXPECT_EQ(Facts("su", "- /dev/pts/0 eve:root"), "authentication su failure eve root");
  EXPECT_EQ(Facts("su", "BAD SU eve to root on /dev/ttyp0"), "authentication su failure eve root");
}

TEST(PamTest, ReadsSessionsOfAnyProgram) {
  EXPECT_EQ(Facts("sshd[1]",
                  "pam_unix(sshd:session): session opened for user alice(uid=1) by "
                  "(uid=0)"),
            "session logged-on success alice alice");
  EXPECT_EQ(Facts("sudo", "pam_unix(sudo:session): session closed for user root"),
            "session logged-off success root ");
  EXPECT_EQ(Facts("sudo", "pam_unix(sudo:session): session opened for user root by alice(uid=7)"),
            "session logged-on success alice root");
  EXPECT_EQ(Facts("login", "pam_unix(login:session): session opened for user root by LOGIN(uid=0)"),
            "session logged-on success root root");
}

TEST(PamTest, ReadsFailuresWithTheirOrigin) {
  const ParsedLine line = Of("sshd[1]",
                             "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 "
                             "tty=ssh ruser= rhost=192.0.2.7  user=root");
  EXPECT_EQ(line["event.action"], "authentication_failure");
  EXPECT_EQ(line["event.outcome"], "failure");
  EXPECT_EQ(line["user.name"], "root");
  EXPECT_EQ(line["source.ip"], "192.0.2.7");
  EXPECT_EQ(line["labels.pam.service"], "sshd:auth");
  EXPECT_EQ(Of("sshd(pam_unix)[1]", "authentication failure; rhost=host.example")["source.domain"],
            "host.example");
  EXPECT_EQ(Facts("vsftpd", "pam_winbind(vsftpd:account): user 'bob' granted access"),
            "authentication access_granted success bob ");
}

TEST(CronTest, ReadsWhoseTableDidWhat) {
  const ParsedLine line = Of("CRON[77]", "(root) CMD (   cd / && run-parts /etc/cron.hourly)");
  EXPECT_EQ(line["event.action"], "cron_command");
  EXPECT_EQ(line["user.name"], "root");
  EXPECT_EQ(line["process.command_line"], "cd / && run-parts /etc/cron.hourly");
  EXPECT_EQ(line["process.name"], "CRON");
  EXPECT_EQ(line["event.dataset"], "system.cron");
  EXPECT_EQ(Facts("crontab[1]", "x"), "host    ");
  EXPECT_EQ(Facts("/usr/sbin/cron[1]", "(*system*) RELOAD (/etc/crontab)"),
            "configuration crontab_reloaded   ");
}

TEST(LogindTest, ReadsSessions) {
  EXPECT_EQ(Facts("systemd-logind[5]", "New session 12 of user alice."),
            "session session_opened success alice ");
  EXPECT_EQ(Of("systemd-logind[5]", "Removed session c7.")["labels.session.id"], "c7");
  EXPECT_EQ(Facts("systemd-logind[5]", "Session 12 logged out. Waiting for processes to exit."),
            "session session_logged_out success  ");
  EXPECT_EQ(Facts("systemd-logind[5]", "Watching system buttons"), "host    ");
}

TEST(AccountsTest, ReadsChangesOfUsersAndGroups) {
  const ParsedLine made =
      Of("useradd[9]", "new user: name=eve, UID=1001, GID=1001, home=/home/eve, shell=/bin/sh");
  EXPECT_EQ(made["event.action"], "user_added");
  EXPECT_EQ(made["user.target.name"], "eve");
  EXPECT_EQ(made["user.id"], "1001");
  const ParsedLine member = Of("usermod[9]", "add 'eve' to group 'sudo'");
  EXPECT_EQ(member["event.action"], "group_member_added");
  EXPECT_EQ(member["group.name"], "sudo");
  EXPECT_EQ(Of("chfn[9]", "changed user 'eve' information")["event.action"], "user_changed");
  EXPECT_EQ(Of("useradd[9]", "failed adding user 'eve', exit code: 4")["event.outcome"], "failure");
  EXPECT_EQ(Of("groupadd[9]", "group added to /etc/group: name=ops, GID=7")["group.name"], "ops");
  EXPECT_EQ(Of("userdel[9]", "delete user 'eve'")["event.action"], "user_removed");
  EXPECT_EQ(Of("groupadd[9]", "new group: name=ops, GID=7")["group.name"], "ops");
  EXPECT_EQ(Of("groupdel[9]", "group 'ops' removed")["event.action"], "group_removed");
}

}  // namespace
}  // namespace dims
