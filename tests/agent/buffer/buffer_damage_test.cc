// SPDX-License-Identifier: Apache-2.0
// Damage at rest (F-15): flipped bytes, zeroed pages, cut tails. Whatever is hit, nothing wrong is
// believed, nothing is missing in silence, and the start stays quick.
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/time/clock.h"
#include "tests/agent/buffer/buffer_fixture.h"

namespace dims {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr std::uint64_t kBatches = 40;

class BufferDamageTest : public BufferTest {
 protected:
  BufferDamageTest() { OnRealDisk(); }

  static std::string Load(const std::string& path) {
    std::ostringstream bytes;
    bytes << std::ifstream(path, std::ios::binary).rdbuf();
    return bytes.str();
  }

  static void Save(const std::string& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  }

  // A closed buffer with batches of two sources, half of them acked.
  void Fill(std::uint64_t batches = kBatches, std::size_t bytes = 3000) {
    for (std::uint64_t i = 1; i <= batches; ++i) {
      Append(BatchOf(2, At(i % 2 == 0 ? "even" : "odd", i), bytes + bytes / 30 * i));
    }
    ASSERT_TRUE(buffer().Ack(batches / 2).ok());
    position_ = buffer().position();
    bookmarks_ = buffer().Bookmarks().value();
    log_ = buffer().AckLog();
    good_ = Read();
    buffer_.reset();
  }

  // Opens what the damage left. True: it was found and said. False: everything is as it was.
  bool FindsDamage(const std::string& what) {
    const absl::Time start = absl::Now();
    const absl::Status opened = TryOpen();
    EXPECT_LT(absl::Now() - start, absl::Seconds(5)) << what;
    if (!opened.ok()) {
      EXPECT_TRUE(absl::IsDataLoss(opened)) << opened << " " << what;
      return true;
    }
    if (buffer_->position().want_new_epoch) return true;
    const auto bookmarks = buffer_->Bookmarks();
    if (!bookmarks.ok()) return absl::IsDataLoss(bookmarks.status());
    EXPECT_EQ(*bookmarks, bookmarks_) << what;
    EXPECT_EQ(buffer_->AckLog(), log_) << what;
    EXPECT_EQ(buffer_->position().next, position_.next) << what;
    return ComparesWithDamage(what);
  }

  bool ComparesWithDamage(const std::string& what) {
    bool damaged = false;
    for (const Envelope& good : good_) {
      auto found = buffer_->Read(good.sequence, 1);
      if (!found.ok()) {
        EXPECT_TRUE(absl::IsDataLoss(found.status())) << found.status() << " " << what;
        return true;
      }
      if (found->size() != 1)
        ADD_FAILURE() << "missing in silence: " << good.sequence << " " << what;
      Envelope envelope = std::move(found->front());
      if (envelope.hollow()) {
        EXPECT_EQ(envelope.hollow_reason, "damaged") << what;
        damaged = true;
        envelope.hollow_reason.clear();
        envelope.payload = good.payload;
      }
      EXPECT_TRUE(envelope == good) << good.sequence << " " << what;
    }
    return damaged;
  }

  BufferPosition position_;
  std::vector<Bookmark> bookmarks_;
  std::vector<EpochPosition> log_;
  std::vector<Envelope> good_;
};

TEST_F(BufferDamageTest, BelievesNoFlippedByte) {
  Fill();
  const std::string good = Load(File());
  SeededRandom random(15);
  std::uint64_t found = 0;
  for (int run = 0; run < 150; ++run) {
    const std::uint64_t at = random.Below(good.size());
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ static_cast<char>(1U << random.Below(8)));
    buffer_.reset();
    Save(File(), bad);
    if (FindsDamage(absl::StrCat("byte ", at))) ++found;
  }
  EXPECT_GT(found, 100U);  // the rest lies in unused parts of pages
}

// Small, so that most of what is not zero are the rows that no payload digest and no chain
// protects.
TEST_F(BufferDamageTest, BelievesNoFlippedByteOfItsOwnRecords) {
  options_.vfs = disk().name();
  Fill(4, 40);
  const std::string good = disk().Contents(File());
  std::uint64_t hits = 0;
  for (std::size_t at = 0; at < good.size(); ++at) {
    if (good[at] == 0 || hits++ % 2 == 0) continue;
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ (1 << hits / 2 % 8));
    buffer_.reset();
    disk().SetContents(File(), bad);
    FindsDamage(absl::StrCat("byte ", at));
  }
  EXPECT_GT(hits, 1500U);
}

TEST_F(BufferDamageTest, BelievesNoZeroedPage) {
  Fill();
  const std::string good = Load(File());
  for (std::size_t page = 0; page < good.size() / 4096; ++page) {
    std::string bad = good;
    bad.replace(page * 4096, 4096, 4096, '\0');
    buffer_.reset();
    Save(File(), bad);
    FindsDamage(absl::StrCat("page ", page + 1));
  }
}

TEST_F(BufferDamageTest, BelievesNoCutTail) {
  Fill();
  const std::string good = Load(File());
  for (std::size_t pages = 1; pages < good.size() / 4096; pages += 3) {
    buffer_.reset();
    Save(File(), good.substr(0, pages * 4096));
    EXPECT_TRUE(FindsDamage(absl::StrCat(pages, " pages left")));
  }
}

TEST_F(BufferDamageTest, OneDamagedPayloadBecomesHollowAndIsCounted) {
  Fill();
  std::string bytes = Load(File());
  const std::string needle = good_[29].payload.substr(0, 40);
  const std::size_t at = bytes.find(needle);
  ASSERT_NE(at, std::string::npos);
  bytes[at + 20] = '#';
  Save(File(), bytes);
  EXPECT_TRUE(FindsDamage("payload 30"));
  EXPECT_EQ(buffer().backlog().lost_rows, 2U);
  Reopen();
  EXPECT_EQ(Read()[29].hollow_reason, "damaged");
  EXPECT_EQ(buffer().backlog().lost_rows, 2U);
}

TEST_F(BufferDamageTest, AWalThatLostItsTailIsDeclared) {
  UseDisk(1);
  options_.vfs = disk().name();
  for (std::uint64_t i = 1; i <= 5; ++i) Append(BatchOf(2, At("a", i)));
  const std::string wal = disk().Contents(File() + "-wal");
  const std::string file = disk().Contents(File());
  disk().CutPower();
  buffer_.reset();
  disk().SetContents(File(), file);
  disk().SetContents(File() + "-wal", wal.substr(0, wal.size() - 4000));
  Reopen();
  EXPECT_TRUE(buffer().position().want_new_epoch);
  const std::vector<Envelope> envelopes = Read();
  ASSERT_THAT(envelopes, SizeIs(5));
  EXPECT_EQ(envelopes[4].losses[0].reason, "buffer_tail_lost");
  EXPECT_EQ(envelopes[4].losses[0].count, 2U);
}

TEST_F(BufferDamageTest, ASetAsideBufferIsKeptAndItsLossDeclared) {
  Fill();
  std::string bytes = Load(File());
  bytes.replace(0, 4096, 4096, 'x');
  Save(File(), bytes);
  ASSERT_TRUE(absl::IsDataLoss(TryOpen()));
  const std::string kept = EventBuffer::SetAside(options_, clock_).value();
  EXPECT_THAT(kept, HasSubstr("buffer.db.damaged-"));
  EXPECT_EQ(Load(kept), bytes);
  Reopen();
  EXPECT_TRUE(buffer().position().want_new_epoch);
  const std::vector<Envelope> envelopes = Read();
  ASSERT_THAT(envelopes, SizeIs(1));
  EXPECT_EQ(envelopes[0].losses[0].reason, "buffer_lost");
  EXPECT_EQ(envelopes[0].losses[0].count, kBatches);  // two rows each, half of them acked
}

TEST_F(BufferDamageTest, KeepsTwoSetAsideBuffers) {
  for (int i = 0; i < 4; ++i) {
    Reopen();
    buffer_.reset();
    ASSERT_TRUE(EventBuffer::SetAside(options_, clock_).ok());
    clock_.Advance(absl::Seconds(1));
  }
  std::size_t kept = 0;
  for (const auto& entry : std::filesystem::directory_iterator(options_.directory)) {
    if (entry.path().string().find("damaged") != std::string::npos) ++kept;
  }
  EXPECT_EQ(kept, 2U);
}

}  // namespace
}  // namespace dims
