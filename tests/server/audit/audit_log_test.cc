// SPDX-License-Identifier: Apache-2.0
#include "server/audit/audit_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "tests/support/crash_vfs.h"
#include "tests/support/simulated_clock.h"
#include "tests/support/temporary_directory.h"

namespace dims {
namespace {

using ::testing::HasSubstr;

class AuditLogTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Open();
    for (const char* object : {"seattle", "tacoma", "everett"}) {
      ASSERT_TRUE(
          log_->Append({"dims://g/user/alice", "site.add", object, "ok", "--cidr 10.0.0.0/8"})
              .ok());
      clock_.Advance(absl::Seconds(1));
    }
  }

  void Open() {
    log_.reset();
    absl::StatusOr<std::unique_ptr<AuditLog>> opened = AuditLog::Open(path_, clock_);
    ASSERT_TRUE(opened.ok()) << opened.status();
    log_ = *std::move(opened);
  }

  // Changes the file behind the log's back.
  void Tamper(const std::string& sql) {
    log_.reset();
    DatabaseOptions options;
    options.path = path_;
    options.access = DatabaseOptions::Access::kReadWrite;
    ASSERT_TRUE((*Database::Open(options))->Execute(sql).ok());
    Open();
  }

  SimulatedClock clock_;
  TemporaryDirectory directory_;
  const std::string path_ = directory_ / "audit.db";
  std::unique_ptr<AuditLog> log_;
};

TEST_F(AuditLogTest, VerifiesWhatWasAppendedAcrossARestart) {
  const AuditHead head = log_->Head();
  Open();
  EXPECT_EQ(log_->Head().chain, head.chain);
  ASSERT_TRUE(log_->Append({"a", "b", "c", "d", "e"}).ok());
  const absl::StatusOr<AuditHead> verified = log_->Verify(head);
  ASSERT_TRUE(verified.ok()) << verified.status();
  EXPECT_EQ(verified->number, 4U);
  EXPECT_EQ(verified->chain, log_->Head().chain);
}

TEST_F(AuditLogTest, ChainHasExactlyTheDocumentedBytes) {
  SimulatedClock clock(absl::FromUnixSeconds(1'796'000'000));
  const auto log = *AuditLog::Open(directory_ / "other.db", clock);
  ASSERT_TRUE(log->Append({"w", "a", "o", "ok", ""}).ok());
  const std::string start(BytesOf(Sha256("dims-audit-v1")));
  const std::string row = absl::HexStringToBytes(
      "0100000000000000"
      "00009a007cacec18"
      "0100000077"
      "0100000061"
      "010000006f"
      "020000006f6b"
      "00000000");
  EXPECT_EQ(log->Head().chain, Sha256(start + row));
}

TEST_F(AuditLogTest, PagesFromTheNewestBackwards) {
  const std::vector<AuditRow> newest = *log_->Page(0, 2);
  ASSERT_EQ(newest.size(), 2U);
  EXPECT_EQ(newest[0].entry.object, "everett");
  EXPECT_EQ(newest[1].number, 2U);
  const std::vector<AuditRow> older = *log_->Page(newest[1].number, 100);
  ASSERT_EQ(older.size(), 1U);
  EXPECT_EQ(older[0].entry.object, "seattle");
}

TEST_F(AuditLogTest, NamesTheFirstRowThatWasChanged) {
  Tamper("UPDATE entry SET who = 'mallory' WHERE number = 2");
  const absl::Status status = log_->Verify().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(status.message(), HasSubstr("row 2 does not match"));
}

TEST_F(AuditLogTest, NamesARowThatWasTakenOut) {
  Tamper("DELETE FROM entry WHERE number = 2");
  EXPECT_THAT(log_->Verify().status().message(), HasSubstr("row 2 is missing"));
}

TEST_F(AuditLogTest, KeptHeadShowsThatTheEndWasCutOff) {
  const AuditHead kept = log_->Head();
  Tamper("DELETE FROM entry WHERE number = 3");
  EXPECT_TRUE(log_->Verify().ok());
  EXPECT_THAT(log_->Verify(kept).status().message(), HasSubstr("row 3"));
  ASSERT_TRUE(log_->Append({"mallory", "", "", "", ""}).ok());
  EXPECT_THAT(log_->Verify(kept).status().message(), HasSubstr("head that was kept"));
}

TEST_F(AuditLogTest, CutsLongTextsBetweenCharacters) {
  std::string text(kAuditTextBytesMax - 4, 'a');
  text += "üüüü";
  ASSERT_TRUE(log_->Append({text, "", "", "", std::string(100'000, 'q')}).ok());
  const AuditRow row = log_->Page(0, 1)->front();
  EXPECT_EQ(row.entry.who, std::string(kAuditTextBytesMax - 4, 'a') + "...");
  EXPECT_EQ(row.entry.detail.size(), kAuditDetailBytesMax);
  EXPECT_TRUE(log_->Verify().ok());
}

TEST_F(AuditLogTest, RefusesTheActWhenItCannotBeRecorded) {
  CrashVfs disk(1);
  const auto log = *AuditLog::Open(directory_ / "full.db", clock_, disk.name());
  ASSERT_TRUE(log->Append({"a", "b", "c", "ok", ""}).ok());
  const AuditHead before = log->Head();
  disk.Fail(CrashVfs::Fault::kDiskFull, 1, CrashVfs::Persistence::kOnce);
  EXPECT_THAT(log->Append({"a", "b", "c", "ok", ""}).message(), HasSubstr("must not happen"));
  EXPECT_TRUE(disk.fault_fired());
  EXPECT_EQ(log->Head().number, before.number);
}

TEST_F(AuditLogTest, TellsTextsApartThatJoinToTheSameBytes) {
  const auto other = *AuditLog::Open(directory_ / "x.db", clock_);
  const auto another = *AuditLog::Open(directory_ / "y.db", clock_);
  ASSERT_TRUE(other->Append({"ab", "c", "", "", ""}).ok());
  ASSERT_TRUE(another->Append({"a", "bc", "", "", ""}).ok());
  EXPECT_NE(other->Head().chain, another->Head().chain);
}

}  // namespace
}  // namespace dims
