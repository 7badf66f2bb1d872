// SPDX-License-Identifier: Apache-2.0
#include "agent/load/loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "agent/inputs/posix_file_system.h"
#include "agent/load/load_listener.h"
#include "tests/support/gzip_text.h"
#include "tests/support/temporary_directory.h"

namespace dims {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// An agent that takes everything at once; what was not committed is forgotten when it is killed.
class MemoryAgent final : public LoadTarget {
 public:
  absl::StatusOr<std::vector<Bookmark>> Bookmarks() override {
    MutexLock lock(mutex_);
    std::vector<Bookmark> out = others;
    for (const auto& [source, bookmark] : committed_) out.push_back(bookmark);
    return out;
  }

  bool HasRoom() const override { return true; }

  bool Push(InputChunk chunk) override {
    MutexLock lock(mutex_);
    for (const InputLine& line : chunk.lines) lines_.emplace_back(chunk.Line(line));
    written_.push_back(chunk.written);
    settings_ = chunk.backfill;
    committed_[chunk.bookmark.source] = chunk.bookmark;
    if (chunk.notice != nullptr) chunk.notice->Committed();
    return true;
  }

  LoadTargetState State() const override {
    LoadTargetState state;
    state.retention = absl::Hours(24 * 400);
    return state;
  }

  std::shared_ptr<const SiteFormats> Formats() const override { return nullptr; }

  Tagger SiteTagger() const override { return {{"dmz"}, "amber"}; }

  std::vector<std::string> TakeLines() {
    MutexLock lock(mutex_);
    return std::exchange(lines_, {});
  }

  std::vector<absl::Time> written() {
    MutexLock lock(mutex_);
    return written_;
  }

  std::shared_ptr<const BackfillSettings> settings() {
    MutexLock lock(mutex_);
    return settings_;
  }

  std::vector<Bookmark> others;  // of its own inputs

 private:
  Mutex mutex_;
  std::map<std::string, Bookmark> committed_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> lines_ ABSL_GUARDED_BY(mutex_);
  std::vector<absl::Time> written_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<const BackfillSettings> settings_ ABSL_GUARDED_BY(mutex_);
};

class LoaderTest : public ::testing::Test {
 protected:
  LoaderTest() {
    std::filesystem::create_directory(state_);
    std::filesystem::create_directory(logs_);
    options_.state_directory = state_;
    options_.timezone = "UTC";
    options_.zone = absl::UTCTimeZone();
    options_.patience = absl::Milliseconds(1);
    StartAgent();
  }

  ~LoaderTest() override { listener_->Stop(); }

  void StartAgent() {
    listener_.emplace(state_, agent_, clock_);
    ASSERT_TRUE(listener_->Start().ok());
  }

  std::string Write(const std::string& name, const std::string& text) {
    const std::string path = logs_ + "/" + name;
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }

  absl::Status Load(const std::vector<std::string>& paths) {
    told_.clear();
    const auto files = ListLoadFiles(paths, system_, clock_.Now(), options_.zone);
    Loader loader(options_, system_, clock_, [&](const std::string& line) {
      told_.push_back(line.substr(line.find(": ") + 2));
    });
    const absl::Status status = loader.Run(files.value());
    progress_ = loader.progress();
    return status;
  }

  TemporaryDirectory directory_;
  const std::string state_ = directory_ / "state";
  const std::string logs_ = directory_ / "logs";
  const PosixFileSystem system_;
  SystemClock clock_;
  MemoryAgent agent_;
  std::optional<LoadListener> listener_;
  LoaderOptions options_;
  std::vector<std::string> told_;
  LoadProgress progress_;
};

TEST_F(LoaderTest, HandsOverEachLineOnceWhateverTheFileIsCalledAndHoweverItIsPacked) {
  const std::string text = "one\ntwo\nunfinished";
  ASSERT_TRUE(Load({Write("a.log", text)}).ok());
  EXPECT_THAT(agent_.TakeLines(), ElementsAre("one", "two", "unfinished"));
  ASSERT_TRUE(Load({Write("b.log.1", text), Write("c.gz", Gzip(text))}).ok());
  EXPECT_THAT(agent_.TakeLines(), IsEmpty());
  EXPECT_THAT(told_, ElementsAre("loaded before", "loaded before"));
  EXPECT_EQ(progress_.files_loaded_before, 2u);
}

TEST_F(LoaderTest, SendsWhatAFileHasGrownBy) {
  ASSERT_TRUE(Load({Write("a.gz", Gzip("one\ntwo\n"))}).ok());
  agent_.TakeLines();
  ASSERT_TRUE(Load({Write("b.log", "one\ntwo\nthree\n")}).ok());
  EXPECT_THAT(agent_.TakeLines(), ElementsAre("three"));
  EXPECT_THAT(told_, ElementsAre("1 lines"));
}

TEST_F(LoaderTest, TellsFilesApartThatBeginAlike) {
  ASSERT_TRUE(Load({Write("a.log", "head\none\n"), Write("b.log", "head\ntwo\n")}).ok());
  EXPECT_THAT(agent_.TakeLines(), ElementsAre("head", "one", "head", "two"));
  ASSERT_TRUE(Load({logs_}).ok());
  EXPECT_THAT(agent_.TakeLines(), IsEmpty());
}

TEST_F(LoaderTest, LinesAreTaggedLabelledAndBoundedByTheRetention) {
  options_.tags = {"archive"};
  ASSERT_TRUE(Load({Write("a.log", "one\n")}).ok());
  const auto settings = agent_.settings();
  EXPECT_THAT(settings->lines.tagger.tags, ElementsAre("dmz", "backfill", "archive"));
  EXPECT_EQ(settings->lines.tagger.tlp, "amber");
  EXPECT_LT(clock_.Now() - absl::FromUnixNanos(settings->oldest_ns), absl::Hours(24 * 400 + 1));
}

TEST_F(LoaderTest, LeavesOutWhatTheServerWouldNotKeep) {
  ASSERT_TRUE(Load({Write("a.log-20010101", "one\n")}).ok());
  EXPECT_THAT(agent_.TakeLines(), IsEmpty());
  EXPECT_THAT(told_, ElementsAre("skipped: older than the server keeps (400 days)"));
}

TEST_F(LoaderTest, LeavesOutWhatAnInputHasReadUnlessItIsAskedFor) {
  ASSERT_TRUE(Load({Write("a.log", "one\ntwo\n")}).ok());
  Bookmark read = agent_.Bookmarks().value()[0];
  agent_.TakeLines();
  read.source = "file:1:2";
  MemoryAgent fresh;
  agent_.others = {read};
  ASSERT_TRUE(Load({Write("copy.log", "one\ntwo\nthree\n")}).ok());
  EXPECT_THAT(told_, ElementsAre("skipped: the agent's own input has read it"));
  options_.even_if_read = true;
  ASSERT_TRUE(Load({Write("copy.log", "one\ntwo\nthree\n")}).ok());
  EXPECT_THAT(agent_.TakeLines(), ElementsAre("three"));
}

TEST_F(LoaderTest, LeavesOutRotatedFilesOfAnInputThatAreNewerThanItsFirstLook) {
  agent_.others = {{"files:" + logs_ + "/*.log", CursorPosition{"1000"}, false}};
  ASSERT_TRUE(Load({Write("a.log.2.gz", Gzip("one\n")), Write("other.2", "two\n")}).ok());
  EXPECT_THAT(agent_.TakeLines(), ElementsAre("two"));
  agent_.others = {{"files:" + logs_ + "/*.log", CursorPosition{"9000000000000000000"}, false}};
  ASSERT_TRUE(Load({logs_ + "/a.log.2.gz"}).ok());
  EXPECT_THAT(agent_.TakeLines(), ElementsAre("one"));
}

TEST_F(LoaderTest, ADamagedFileIsToldAndTheNextOneIsLoaded) {
  const std::string packed = Gzip("one\ntwo\n");
  Write("a-20260101.gz", packed.substr(0, packed.size() - 4));
  Write("b-20260102.xz", "packed");
  Write("c.log", "three\n");
  ASSERT_TRUE(Load({logs_}).ok());
  EXPECT_THAT(agent_.TakeLines(), ElementsAre("one", "two", "three"));
  EXPECT_EQ(progress_.files_failed + progress_.files_skipped, 2u);
  EXPECT_THAT(told_, ::testing::Contains(HasSubstr("only gzip is read")));
}

TEST_F(LoaderTest, AChunkOverNewYearGoesInTwoParts) {
  const std::string path =
      Write("a.log-20260105", "Dec 31 10:00:00 a b: c\nJan  1 10:00:00 a b: d\n");
  ASSERT_TRUE(Load({path}).ok());
  EXPECT_EQ(agent_.TakeLines().size(), 2u);
  ASSERT_EQ(agent_.written().size(), 2u);
  EXPECT_LT(agent_.written()[0], absl::FromCivil(absl::CivilDay(2026, 1, 1), options_.zone));
  EXPECT_GT(agent_.written()[1], absl::FromCivil(absl::CivilDay(2026, 1, 1), options_.zone));
}

TEST_F(LoaderTest, ALongLineIsCutAndMarked) {
  ASSERT_TRUE(Load({Write("a.log", std::string(kLineBytesMax + 9, 'x') + "\nnext\n")}).ok());
  const std::vector<std::string> lines = agent_.TakeLines();
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].size(), kLineBytesMax);
  EXPECT_EQ(lines[1], "next");
}

TEST_F(LoaderTest, AWrongFormatIsRefused) {
  options_.format = "klingon";
  EXPECT_THAT(std::string(Load({Write("a.log", "one\n")}).message()), HasSubstr("klingon"));
}

TEST_F(LoaderTest, WithoutAnAgentItEndsAfterItsPatience) {
  listener_->Stop();
  EXPECT_TRUE(absl::IsUnavailable(Load({Write("a.log", "one\n")})));
}

TEST_F(LoaderTest, OnlyTheOwnerMayConnect) {
  const auto permissions = std::filesystem::status(state_ + "/load.sock").permissions();
  EXPECT_EQ(permissions, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

// What no loader sends is refused, and the listener serves the next one.
class LoadListenerTest : public LoaderTest {
 protected:
  std::string ErrorOf(const std::vector<v1::LoadRequest>& requests) {
    const auto channel = LoadChannel::Connect(state_).value();
    v1::LoadReply reply;
    for (const v1::LoadRequest& request : requests) {
      if (!channel->Send(request).ok()) break;
      if (!channel->Receive(reply, absl::Seconds(20)).value_or(false)) break;
    }
    return reply.error();
  }

  static v1::LoadRequest Hello() {
    v1::LoadRequest request;
    request.mutable_hello()->set_format("auto");
    request.mutable_hello()->set_timezone("UTC");
    return request;
  }

  static v1::LoadRequest Lines(const std::string& source, std::uint32_t end, std::uint64_t at) {
    v1::LoadRequest request;
    v1::LoadLines& lines = *request.mutable_lines();
    lines.mutable_bookmark()->set_source(source);
    lines.mutable_bookmark()->mutable_file()->set_offset(at);
    lines.mutable_bookmark()->mutable_file()->set_hash(std::string(16, 'h'));
    lines.set_text("one");
    lines.add_begin(0);
    lines.add_end(end);
    lines.add_position(at);
    return request;
  }
};

TEST_F(LoadListenerTest, RefusesWhatContradictsItself) {
  EXPECT_EQ(ErrorOf({Hello(), Lines("load:0:0", 3, 4)}), "");
  EXPECT_THAT(ErrorOf({Lines("load:1:0", 3, 4)}), HasSubstr("greeting"));
  EXPECT_THAT(ErrorOf({Hello(), Lines("load:1:0", 4, 4)}), HasSubstr("outside"));
  EXPECT_THAT(ErrorOf({Hello(), Lines("load:1:0", 3, 0)}), HasSubstr("before"));
  EXPECT_THAT(ErrorOf({Hello(), Lines("file:1:2", 3, 4)}), HasSubstr("none of a load"));
  v1::LoadRequest without_place = Lines("load:1:0", 3, 4);
  without_place.mutable_lines()->clear_position();
  EXPECT_THAT(ErrorOf({Hello(), without_place}), HasSubstr("places"));
  EXPECT_THAT(agent_.TakeLines(), ElementsAre("one"));
}

TEST_F(LoadListenerTest, LinesThatWereTakenAreNotTakenAgainByTheNextLoad) {
  EXPECT_EQ(ErrorOf({Hello(), Lines("load:0:0", 3, 4)}), "");
  EXPECT_THAT(ErrorOf({Hello(), Lines("load:0:0", 3, 4)}), HasSubstr("before"));
}

}  // namespace
}  // namespace dims
