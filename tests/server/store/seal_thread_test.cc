// SPDX-License-Identifier: Apache-2.0
#include "server/store/seal_thread.h"

#include "tests/server/store/store_fixture.h"

namespace dims {
namespace {

class SealThreadTest : public StoreFixture {
 protected:
  void WaitUntilWritten() {
    MutexLock lock(mutex_);
    while (!written_) changed_.Wait(mutex_);
    written_ = false;
  }

  absl::Status WaitUntilFailed() {
    MutexLock lock(mutex_);
    while (failure_.ok()) changed_.Wait(mutex_);
    return failure_;
  }

  void NoteWritten() {
    MutexLock lock(mutex_);
    written_ = true;
    changed_.NotifyAll();
  }

  void NoteFailed(const absl::Status& status) {
    MutexLock lock(mutex_);
    failure_ = status;
    changed_.NotifyAll();
  }

  Mutex mutex_;
  CondVar changed_;
  bool written_ = false;
  absl::Status failure_;
};

TEST_F(SealThreadTest, SealsWhatIsDueAndLeavesRecordingToTheCommitThread) {
  SealThread thread(
      *store_, [this] { NoteWritten(); }, [this](const absl::Status& why) { NoteFailed(why); });
  thread.Start();
  for (int i = 0; i < 3; ++i) {
    CommitRows(120);
    thread.Poke();
    WaitUntilWritten();
    EXPECT_TRUE(store_->RecordSealed().ok());
  }
  thread.Stop();
  EXPECT_EQ(SealedRows(), 360u);
}

TEST_F(SealThreadTest, AsksAgainForBlocksThatWereNotRecorded) {
  CommitRows(120);
  ASSERT_TRUE(*store_->SealStep());
  ledger_.FailNextWrite(absl::ResourceExhaustedError("disk full"));
  EXPECT_TRUE(absl::IsResourceExhausted(store_->RecordSealed()));
  SealThread thread(
      *store_, [this] { NoteWritten(); }, [this](const absl::Status& why) { NoteFailed(why); });
  thread.Start();
  thread.Poke();

  WaitUntilWritten();
  EXPECT_TRUE(store_->RecordSealed().ok());
  thread.Stop();
  EXPECT_EQ(SealedRows(), 120u);
}

TEST_F(SealThreadTest, ReportsAFailureAndKeepsTheRowsOpen) {
  options_.directory = directory_ / "absent";
  Start();
  SealThread thread(
      *store_, [this] { NoteWritten(); }, [this](const absl::Status& why) { NoteFailed(why); });
  thread.Start();
  CommitRows(120);
  thread.Poke();

  EXPECT_FALSE(WaitUntilFailed().ok());
  thread.Stop();
  EXPECT_EQ(OpenRows(), 120u);
}

}  // namespace
}  // namespace dims
