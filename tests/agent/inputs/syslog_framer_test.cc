// SPDX-License-Identifier: Apache-2.0
#include "agent/inputs/syslog_framer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace dims {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class SyslogFramerTest : public ::testing::Test {
 protected:
  // The frames completed by `bytes`; cut ones end with "[cut]" here.
  std::vector<std::string> Feed(absl::string_view bytes) {
    std::vector<std::string> frames;
    framer.Feed(bytes, [&](absl::string_view frame, bool cut) {
      frames.push_back(absl::StrCat(frame, cut ? "[cut]" : ""));
    });
    return frames;
  }

  std::vector<std::string> End() {
    std::vector<std::string> frames;
    framer.End([&](absl::string_view frame, bool cut) {
      frames.push_back(absl::StrCat(frame, cut ? "[cut]" : ""));
    });
    return frames;
  }

  SyslogFramer framer;
};

TEST_F(SyslogFramerTest, EndsLinesAtTheLineFeed) {
  EXPECT_THAT(Feed("<13>one\n<13>two\n<13>thr"), ElementsAre("<13>one", "<13>two"));
  EXPECT_THAT(Feed("ee\n"), ElementsAre("<13>three"));
}

TEST_F(SyslogFramerTest, CountsTheBytesOfCountedFrames) {
  EXPECT_THAT(Feed("7 <13>one9 <13>a\nb c"), ElementsAre("<13>one", "<13>a\nb c"));
}

TEST_F(SyslogFramerTest, F26DecidesFrameByFrameWhenSendersMixBoth) {
  EXPECT_THAT(Feed("7 <13>one<13>two\n9 <13>three<13>four\n\n7 <13>fiv\n"),
              ElementsAre("<13>one", "<13>two", "<13>three", "<13>four", "<13>fiv"));
}

TEST_F(SyslogFramerTest, F26ResynchronizesAfterACountBeyondTheLimitWithoutMergingRecords) {
  EXPECT_THAT(Feed("99999999 <13>one\n<13>two\n"), ElementsAre("99999999 <13>one", "<13>two"));
  EXPECT_THAT(Feed("123456789012 <13>x\n<13>y\n"), ElementsAre("123456789012 <13>x", "<13>y"));
}

TEST_F(SyslogFramerTest, F26ResynchronizesAfterACountThatIsTooSmall) {
  EXPECT_THAT(Feed("5 <13>one and more\n<13>two\n"),
              ElementsAre("<13>o", "ne and more", "<13>two"));
}

TEST_F(SyslogFramerTest, TakesANumberThatIsNoCountAsText) {
  EXPECT_THAT(Feed("2026-11-21 text\n12 monkeys\n42\n0 zero\n"),
              ElementsAre("2026-11-21 text", "12 monkeys", "42", "0 zero"));
}

TEST_F(SyslogFramerTest, CutsALongLineAndKeepsTheNextIntact) {
  const std::string longer(kLineBytesMax + 1000, 'x');
  const auto frames = Feed(longer + "\n<13>next\n");
  ASSERT_THAT(frames, SizeIs(2));
  EXPECT_EQ(frames[0], longer.substr(0, kLineBytesMax) + "[cut]");
  EXPECT_EQ(frames[1], "<13>next");
}

TEST_F(SyslogFramerTest, CutsALongCountedFrameAndKeepsTheNextIntact) {
  const std::string longer = "<13>" + std::string(kLineBytesMax + 1000, '\n');
  const auto frames = Feed(absl::StrCat(longer.size(), " ", longer, "7 <13>one"));
  ASSERT_THAT(frames, SizeIs(2));
  EXPECT_EQ(frames[0].size(), kLineBytesMax + 5);
  EXPECT_EQ(frames[1], "<13>one");
}

TEST_F(SyslogFramerTest, KeepsALineOfExactlyTheLimitWhole) {
  EXPECT_THAT(Feed(std::string(kLineBytesMax, 'x') + "\n"),
              ElementsAre(std::string(kLineBytesMax, 'x')));
}

TEST_F(SyslogFramerTest, TakesAnUnfinishedFrameAtTheEndAsARecord) {
  Feed("<13>half");
  EXPECT_THAT(End(), ElementsAre("<13>half"));
  Feed("20 <13>half");
  EXPECT_THAT(End(), ElementsAre("<13>half[cut]"));
  Feed("42");
  EXPECT_THAT(End(), ElementsAre("42"));
  EXPECT_THAT(End(), IsEmpty());
}

TEST_F(SyslogFramerTest, SkipsTheRestOfAFrameThatWasCutShort) {
  Feed("<13>a very long li");
  framer.CutShort([](absl::string_view frame, bool cut) {
    EXPECT_EQ(frame, "<13>a very long li");
    EXPECT_TRUE(cut);
  });
  EXPECT_EQ(framer.held_bytes(), 0u);
  EXPECT_THAT(Feed("ne\n<13>next\n"), ElementsAre("<13>next"));
}

TEST_F(SyslogFramerTest, GivesTheSameFramesHoweverTheBytesArrive) {
  const std::string bytes =
      "7 <13>one<13>two\n9 <13>three\r\n12 monkeys\n5 <13>xyz\n99999999 <1>q\n\0<13>end\n";
  const std::vector<std::string> whole = Feed(bytes);
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    framer = SyslogFramer();
    std::vector<std::string> frames = Feed(bytes.substr(0, cut));
    for (const std::string& frame : Feed(bytes.substr(cut))) frames.push_back(frame);
    EXPECT_EQ(frames, whole) << cut;
  }
}

}  // namespace
}  // namespace dims
