// SPDX-License-Identifier: Apache-2.0
#include "agent/pipeline/batch_assembler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "agent/inputs/file_input.h"
#include "common/filter/query.h"
#include "tests/support/chunk_of.h"
#include "tests/support/collecting_sink.h"
#include "tests/support/scratch_files.h"
#include "tests/support/simulated_clock.h"

namespace dims {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class BatchAssemblerTest : public ::testing::Test {
 protected:
  // One input each; what came out so far is in `steps`.
  BatchAssemblerTest() {
    PipelineOptions options;
    options.files.resize(1);
    options.files[0].tagger.tags = {"dmz"};
    options.syslogs.resize(1);
    assembler.emplace(options, clock);
  }

  void Add(const InputChunk& chunk) { assembler->Add(chunk, steps); }

  void After(absl::Duration time) {
    clock.Advance(time);
    assembler->CloseDue(steps);
  }

  static EventBatch Decoded(const CommitStep& step) {
    BatchDecoder decoder;
    return decoder.Decode(step.batch->encoded.payload).value();
  }

  static std::vector<std::string> Messages(const CommitStep& step) {
    const EventBatch batch = Decoded(step);
    const Column* const message = batch.Find("message");
    std::vector<std::string> out;
    for (std::uint32_t row = 0; row < batch.rows(); ++row) {
      out.emplace_back(message->TextAt(row));
    }
    return out;
  }

  static std::vector<std::string> TagsAt(const EventBatch& batch, std::uint32_t row) {
    const Column& tags = *batch.Find("tags", ColumnType::kKeywordList);
    std::vector<std::string> out;
    for (const std::uint32_t code : tags.ListAt(tags.codes()[row])) {
      out.emplace_back(tags.strings()[code]);
    }
    return out;
  }

  SimulatedClock clock;
  std::optional<BatchAssembler> assembler;
  std::vector<CommitStep> steps;
};

TEST_F(BatchAssemblerTest, ClosesAFileBatchASecondAfterItsFirstRow) {
  Add(FileChunk("a", 0, {"one"}));
  After(absl::Milliseconds(600));
  Add(FileChunk("a", 4, {"two"}));
  After(absl::Milliseconds(300));
  EXPECT_THAT(steps, IsEmpty());
  After(absl::Milliseconds(100));
  ASSERT_THAT(steps, SizeIs(1));
  EXPECT_THAT(Messages(steps[0]), ::testing::ElementsAre("one", "two"));
}

TEST_F(BatchAssemblerTest, OldLinesAreDatedByTheirFileAndShareNoBatchWithOthers) {
  auto settings = std::make_shared<BackfillSettings>();
  settings->lines.tagger.tags = {"backfill"};
  InputChunk old = FileChunk("old", 0, {"Nov 30 23:59:59 gw1 cron[1]: night", "no time at all"});
  old.written = absl::FromUnixSeconds(1'733'000'000);  // 30 November 2024
  old.backfill = settings;
  Add(old);
  Add(FileChunk("a", 0, {"one"}));
  After(absl::Seconds(1));
  ASSERT_THAT(steps, SizeIs(2));
  const EventBatch batch = Decoded(steps[1]);
  const Column& times = *batch.Find("@timestamp", ColumnType::kTime);
  EXPECT_EQ(times.integers()[0] / 1'000'000'000, 1'733'011'199);
  EXPECT_EQ(times.integers()[1] / 1'000'000'000, 1'733'000'000);
  EXPECT_EQ(batch.Find("event.created", ColumnType::kTime)->integers()[0] / 1'000'000'000,
            1'796'000'000);
  EXPECT_THAT(TagsAt(batch, 0), ::testing::UnorderedElementsAre("backfill", "time_inferred"));
  EXPECT_THAT(TagsAt(batch, 1), ::testing::ElementsAre("backfill"));
  EXPECT_EQ(steps[1].batch->loss_class, LossClass::kCanWait);
}

TEST_F(BatchAssemblerTest, OldLinesThatTheServerWouldNotKeepCountAsReadAndAreNotSent) {
  auto settings = std::make_shared<BackfillSettings>();
  settings->oldest_ns = 1'733'000'000'000'000'000;
  InputChunk old =
      FileChunk("old", 0, {"2024-11-01T00:00:00Z gw1 a: x", "2024-12-01T00:00:00Z gw1 a: y"});
  old.backfill = settings;
  Add(old);
  After(absl::Seconds(1));
  ASSERT_THAT(steps, SizeIs(1));
  EXPECT_THAT(Messages(steps[0]), ::testing::ElementsAre("y"));
  EXPECT_EQ(steps[0].batch->bookmarks, std::vector<Bookmark>{old.bookmark});
  EXPECT_EQ(settings->too_old_rows, 1u);
}

TEST_F(BatchAssemblerTest, CountsLinesNobodyCanReadByTheirOrigin) {
  Add(FileChunk("a", 0,
                {"user=alice src_ip=192.0.2.7 action=login", "no fields here", "nor here"}));
  EXPECT_THAT(assembler->unparsed().by_origin(),
              ::testing::ElementsAre(::testing::Pair("/var/log/a", 2)));
}

TEST_F(BatchAssemblerTest, HurriesWhereSomebodyWaitsForTheCommit) {
  InputChunk chunk = FileChunk("a", 0, {"one"});
  chunk.notice = std::make_shared<CommitNotice>();
  Add(chunk);
  EXPECT_EQ(assembler->next_due(), clock.Monotonic() + absl::Milliseconds(50));
  After(absl::Milliseconds(50));
  ASSERT_THAT(steps, SizeIs(1));
  EXPECT_THAT(steps[0].notices, ::testing::ElementsAre(chunk.notice));
  Add(FileChunk("a", 4, {"two"}));
  EXPECT_EQ(assembler->next_due(), clock.Monotonic() + absl::Seconds(1));
}

TEST_F(BatchAssemblerTest, ClosesANetworkBatchAfterFiftyMilliseconds) {
  Add(DatagramChunk("syslog:udp://127.0.0.1:514", 7, 0, {"one"}));
  EXPECT_EQ(assembler->next_due(), clock.Monotonic() + absl::Milliseconds(50));
  After(absl::Milliseconds(50));
  EXPECT_THAT(steps, SizeIs(1));
  EXPECT_EQ(assembler->next_due(), absl::InfiniteDuration());
}

TEST_F(BatchAssemblerTest, PutsRowsOfDifferentLossClassesIntoDifferentBatches) {
  Add(FileChunk("a", 0, {"file"}));
  Add(DatagramChunk("syslog:udp://127.0.0.1:514", 7, 0, {"datagram"}));
  assembler->CloseAll(steps);
  ASSERT_THAT(steps, SizeIs(2));
  EXPECT_EQ(steps[0].batch->loss_class, LossClass::kCanWait);
  EXPECT_EQ(steps[1].batch->loss_class, LossClass::kDatagram);
}

TEST_F(BatchAssemblerTest, NotesSourceAndEndPositionOfEachRow) {
  Add(FileChunk("a", 0, {"one", "three"}));
  assembler->CloseAll(steps);
  const EventBatch batch = Decoded(steps.at(0));
  EXPECT_EQ(batch.Find("dims.source")->TextAt(1), "file:1:a");
  EXPECT_EQ(batch.Find("dims.position")->integers()[0], 4);
  EXPECT_EQ(batch.Find("dims.position")->integers()[1], 10);
  EXPECT_NE(batch.Find("tags"), nullptr);
}

TEST_F(BatchAssemblerTest, EndsABatchWhenItsSourceBeginsAnotherGeneration) {
  InputChunk first = FileChunk("a", 100, {"old"});
  InputChunk second = FileChunk("a", 0, {"new"});
  std::get<FilePosition>(second.bookmark.position).generation = 1;
  Add(first);
  Add(second);
  assembler->CloseAll(steps);
  ASSERT_THAT(steps, SizeIs(2));
  EXPECT_EQ(std::get<FilePosition>(steps[0].batch->bookmarks[0].position).generation, 0u);
  EXPECT_EQ(std::get<FilePosition>(steps[1].batch->bookmarks[0].position).generation, 1u);
}

TEST_F(BatchAssemblerTest, LetsABookmarkWithoutRowsRideWithTheRowsBeforeIt) {
  Add(FileChunk("a", 0, {"last"}));
  InputChunk closed = FileChunk("a", 5, {});
  closed.bookmark.closed = true;
  Add(closed);
  EXPECT_THAT(steps, IsEmpty());
  assembler->CloseAll(steps);
  ASSERT_THAT(steps, SizeIs(1));
  ASSERT_THAT(steps[0].batch->bookmarks, SizeIs(1));
  EXPECT_TRUE(steps[0].batch->bookmarks[0].closed);
}

TEST_F(BatchAssemblerTest, HandsABookmarkOfASourceWithoutRowsOnAtOnce) {
  Add(FileChunk("a", 5, {}));
  ASSERT_THAT(steps, SizeIs(1));
  EXPECT_FALSE(steps[0].batch.has_value());
  EXPECT_THAT(steps[0].positions, SizeIs(1));
}

TEST_F(BatchAssemblerTest, HandsLossesWithoutRowsOnWhenTheBatchIsDue) {
  InputChunk chunk = DatagramChunk("syslog:udp://127.0.0.1:514", 7, 0, {});
  chunk.bookmark.source.clear();
  chunk.losses = {Loss{"syslog:udp://127.0.0.1:514", 1, 2, 3, "kernel_drop"}};
  Add(chunk);
  After(absl::Milliseconds(50));
  ASSERT_THAT(steps, SizeIs(1));
  EXPECT_EQ(steps[0].losses.at(0).count, 3u);
}

TEST_F(BatchAssemblerTest, CutsAChunkBetweenTwoBatchesWithABookmarkExactlyAtTheCut) {
  const auto files = MakeMemoryFiles();
  for (int n = 0; n < 10'000; ++n) files->Append("a.log", absl::StrCat("line ", n, "\n"));
  CollectingSink sink;
  FileInputOptions options;
  options.paths = {files->Path("a.log")};
  FileInput input({options}, {}, files->files(), sink, clock);
  input.Poll();
  for (const InputChunk& chunk : sink.chunks) Add(chunk);
  assembler->CloseAll(steps);
  const auto file = *files->files().Open(files->Path("a.log"));
  std::uint64_t rows = 0;
  for (const CommitStep& step : steps) {
    if (!step.batch) continue;
    rows += step.batch->encoded.rows;
    const auto& end = std::get<FilePosition>(step.batch->bookmarks.at(0).position);
    EXPECT_TRUE(*FileTail::Verifies(*file, end)) << end.offset;
    const EventBatch batch = Decoded(step);
    EXPECT_EQ(batch.Find("dims.position")->integers().back(),
              static_cast<std::int64_t>(end.offset));
  }
  EXPECT_EQ(rows, 10'000u);
}

TEST_F(BatchAssemblerTest, LinesReadAgainShareABatchWithNothingElse) {
  Add(FileChunk("a", 100, {"new"}));
  InputChunk again = FileChunk("a", 8, {"old", "older"});
  again.again = ReadAgain{77, 8, false};
  Add(again);
  InputChunk other = FileChunk("b", 4, {"other"});
  other.again = ReadAgain{77, 4, false};
  Add(other);
  InputChunk ends = FileChunk("b", 0, {});
  ends.again = ReadAgain{77, 4, true};
  Add(ends);
  ASSERT_THAT(steps, SizeIs(3));
  EXPECT_THAT(Messages(steps[0]), ::testing::ElementsAre("old", "older"));
  EXPECT_EQ(steps[0].batch->again->from, 8u);
  EXPECT_THAT(Messages(steps[1]), ::testing::ElementsAre("other"));
  EXPECT_EQ(steps[2].hole_ended->source, "file:1:b");
  After(absl::Seconds(1));
  ASSERT_THAT(steps, SizeIs(4));
  EXPECT_FALSE(steps[3].batch->again);
}

TEST_F(BatchAssemblerTest, ALongRunOfLinesReadAgainIsCutIntoBatchesThatFollowEachOther) {
  InputChunk again = FileChunk("a", 10, std::vector<std::string>(kBatchRowsMax + 5, "x"));
  again.again = ReadAgain{77, 10, false};
  Add(again);
  assembler->CloseAll(steps);
  ASSERT_THAT(steps, SizeIs(2));
  EXPECT_EQ(steps[0].batch->again->from, 10u);
  EXPECT_EQ(steps[1].batch->again->from, ScalarPosition(steps[0].batch->bookmarks[0]));
}

// Enriched first: the policy decides on what was added too.
TEST_F(BatchAssemblerTest, ThePolicySeesWhatTheSiteAdded) {
  PolicyConfig config;
  config.drops.push_back(ParseFilter("tags:noisy").value());
  EnrichConfig enrich;
  enrich.tags.push_back({{"noisy"}, {}, {}, ParseFilter("message:noise").value()});
  PipelineOptions options;
  options.policy = Policy::Make(config, PrivacyKey{});
  options.enrichment = SiteEnrichment::Make(enrich, "", nullptr);
  assembler.emplace(options, clock);
  Add(FileChunk("a", 0, {"one", "noise"}));
  assembler->CloseAll(steps);
  ASSERT_THAT(steps, SizeIs(1));
  EXPECT_THAT(Messages(steps[0]), ::testing::ElementsAre("one"));
}

class PolicyBatchAssemblerTest : public BatchAssemblerTest {
 protected:
  // Drops every line with "noise" in it.
  PolicyBatchAssemblerTest() {
    PolicyConfig config;
    config.drops.push_back(ParseFilter("message:noise").value());
    PipelineOptions options;
    options.policy = Policy::Make(config, PrivacyKey{});
    assembler.emplace(options, clock);
  }

  void AddAgain(std::uint64_t offset, const std::vector<std::string>& lines) {
    InputChunk chunk = FileChunk("a", offset, lines);
    chunk.again = ReadAgain{77, offset, false};
    Add(chunk);
    assembler->CloseAll(steps);
  }
};

TEST_F(PolicyBatchAssemblerTest, WhatThePolicyDropsIsNotInTheBatchThatCoversIt) {
  Add(FileChunk("a", 0, {"one", "noise"}));
  assembler->CloseAll(steps);
  ASSERT_THAT(steps, SizeIs(1));
  EXPECT_THAT(Messages(steps[0]), ::testing::ElementsAre("one"));
  EXPECT_EQ(ScalarPosition(steps[0].batch->bookmarks[0]), 10u);
  EXPECT_EQ(assembler->policy_counts().dropped, 1u);
}

TEST_F(PolicyBatchAssemblerTest, ABatchThatIsDroppedWholeLeavesItsBookmarkAndLosses) {
  InputChunk chunk = FileChunk("a", 0, {"noise"});
  chunk.losses.resize(1);
  Add(chunk);
  assembler->CloseAll(steps);
  ASSERT_THAT(steps, SizeIs(1));
  EXPECT_FALSE(steps[0].batch);
  ASSERT_THAT(steps[0].positions, SizeIs(1));
  EXPECT_EQ(ScalarPosition(steps[0].positions[0]), 6u);
  EXPECT_THAT(steps[0].losses, SizeIs(1));
}

TEST_F(PolicyBatchAssemblerTest, ABookmarkWhoseRowsAllWentComesBesideTheBatch) {
  Add(FileChunk("a", 0, {"noise"}));
  Add(FileChunk("b", 0, {"two"}));
  assembler->CloseAll(steps);
  ASSERT_THAT(steps, SizeIs(1));
  ASSERT_THAT(steps[0].batch->bookmarks, SizeIs(1));
  EXPECT_EQ(steps[0].batch->bookmarks[0].source, "file:1:b");
  ASSERT_THAT(steps[0].positions, SizeIs(1));
  EXPECT_EQ(steps[0].positions[0].source, "file:1:a");
}

TEST_F(PolicyBatchAssemblerTest, DroppedDatagramsAreNoLossShouldTheBatchBeGivenUp) {
  Add(DatagramChunk("syslog:udp://127.0.0.1:514", 7, 0, {"one", "noise", "two"}));
  assembler->CloseAll(steps);
  ASSERT_THAT(steps, SizeIs(1));
  ASSERT_THAT(steps[0].if_given_up, SizeIs(1));
  EXPECT_EQ(steps[0].if_given_up[0].count, 2u);
}

TEST_F(PolicyBatchAssemblerTest, LinesReadAgainBeginWhereTheDroppedOnesBeforeThemDid) {
  AddAgain(8, {"noise"});
  AddAgain(14, {"noise"});
  EXPECT_THAT(steps, IsEmpty());
  AddAgain(20, {"old"});
  ASSERT_THAT(steps, SizeIs(1));
  EXPECT_EQ(steps[0].batch->again->from, 8u);
  EXPECT_EQ(ScalarPosition(steps[0].batch->bookmarks[0]), 24u);
}

TEST_F(PolicyBatchAssemblerTest, AnotherHoleDoesNotBeginWhereDroppedLinesOfThisOneDid) {
  AddAgain(8, {"noise"});
  InputChunk ends = FileChunk("a", 14, {});
  ends.again = ReadAgain{77, 14, true};
  Add(ends);
  AddAgain(100, {"old"});
  ASSERT_THAT(steps, SizeIs(2));
  EXPECT_TRUE(steps[0].hole_ended);
  EXPECT_EQ(steps[1].batch->again->from, 100u);
}

// What the site says of single senders of a listener.
class SenderLinesTest : public ::testing::Test {
 protected:
  SenderLinesTest() {
    options.syslogs.resize(1);
    absl::TimeZone berlin;
    EXPECT_TRUE(absl::LoadTimeZone("Europe/Berlin", &berlin));
    options.syslogs[0].senders = {
        {.addresses = *Cidr::Parse("192.0.2.0/24"), .host = "net", .zone = berlin},
        {.addresses = *Cidr::Parse("192.0.2.7"), .host = "fw1", .zone = berlin}};
  }

  // The only row that `line` of `sender` makes.
  EventBatch RowOf(const std::string& sender, const std::string& line) {
    InputChunk chunk = DatagramChunk("syslog:udp://0.0.0.0:514#1", 1, 0, {line});
    chunk.origins = {sender};
    BatchAssembler assembler(options, clock);
    std::vector<CommitStep> steps;
    assembler.Add(chunk, steps);
    assembler.CloseAll(steps);
    BatchDecoder decoder;
    return decoder.Decode(steps.at(0).batch->encoded.payload).value();
  }

  static std::string Text(const EventBatch& row, absl::string_view name) {
    const Column* const column = row.Find(name);
    return column == nullptr ? "" : std::string(column->TextAt(0));
  }

  SimulatedClock clock;
  PipelineOptions options;
};

TEST_F(SenderLinesTest, GivesASenderTheNameTheSiteHasForIt) {
  const std::string line = "<13>Nov 11 10:00:00 10.0.0.1 app: worked";
  const EventBatch row = RowOf("192.0.2.7", line);
  EXPECT_EQ(Text(row, "host.name"), "fw1");
  EXPECT_EQ(Text(row, "labels.syslog.hostname"), "10.0.0.1");
  EXPECT_EQ(Text(row, "event.original"), line);
  EXPECT_EQ(Text(RowOf("192.0.2.8", line), "host.name"), "net");
  EXPECT_EQ(Text(RowOf("198.51.100.1", line), "host.name"), "10.0.0.1");
  EXPECT_EQ(Text(RowOf("192.0.2.7", "<13>no header at all"), "host.name"), "fw1");
}

TEST_F(SenderLinesTest, F37ReadsTimesInTheZoneOfTheirSender) {
  const auto seconds = [&](const std::string& sender) {
    const EventBatch row = RowOf(sender, "<13>Nov 11 10:00:00 fw1 app: worked");
    return row.Find("@timestamp")->integers()[0] / 1'000'000'000;
  };
  EXPECT_EQ(seconds("198.51.100.1") - seconds("192.0.2.7"), 3600);
}

TEST(SenderLookupTest, RemembersABoundedNumberOfSenders) {
  SenderLookup lookup({{.addresses = *Cidr::Parse("10.0.0.0/8"), .host = "ten"}});
  for (std::uint32_t n = 0; n < 3 * SenderLookup::kRememberedMax; ++n) {
    ASSERT_NE(lookup.Find(IpAddress::FromV4(0x0a000000 + n).ToString()), nullptr);
  }
  EXPECT_EQ(lookup.Find("192.0.2.1"), nullptr);
  EXPECT_EQ(lookup.Find("no address"), nullptr);
}

}  // namespace
}  // namespace dims
