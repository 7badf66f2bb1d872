// SPDX-License-Identifier: Apache-2.0
#include "server/detect/foe_window.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/support/seeded_random.h"

namespace dims {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::int64_t kMinute = 60 * std::int64_t{1'000'000'000};
constexpr std::int64_t kStart = 1'796'000'000 * std::int64_t{1'000'000'000};

FoeWindow::Moment At(std::int64_t minute, const std::string& site) {
  return {kStart + minute * kMinute, site, absl::StrCat(site, "/", minute), true};
}

TEST(FoeWindowTest, FindsASecondSiteWithinTheHour) {
  FoeWindow window;
  window.Add(At(0, "tacoma"));
  EXPECT_THAT(window.Evaluate(), IsEmpty());
  window.Add(At(59, "seattle"));
  const auto found = window.Evaluate();
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_THAT(found[0].sites, ElementsAre("seattle", "tacoma"));
  EXPECT_THAT(found[0].evidence, ElementsAre("tacoma/0", "seattle/59"));
  EXPECT_EQ(found[0].start_ns, kStart);
}

TEST(FoeWindowTest, AFindingIsAsStrictAsTheStrictestOfItsMomentsAlsoThoseThatAreThinnedOut) {
  FoeWindow window;
  for (int second = 0; second < 60; ++second) {
    FoeWindow::Moment moment = At(0, "tacoma");
    moment.time_ns += second * kMinute / 60;
    moment.tlp = second == 30 ? Tlp::kAmberStrict : Tlp::kClear;
    window.Add(moment);
  }
  EXPECT_THAT(window.Evaluate(), IsEmpty());
  FoeWindow again = FoeWindow::Decode(window.Encode());
  FoeWindow::Moment elsewhere = At(30, "seattle");
  elsewhere.tlp = Tlp::kGreen;
  again.Add(elsewhere);
  const auto found = again.Evaluate();
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].tlp, Tlp::kAmberStrict);
}

TEST(FoeWindowTest, FindsNothingAtOneSiteOrAnHourApart) {
  FoeWindow window;
  for (const int minute : {0, 10, 20}) window.Add(At(minute, "tacoma"));
  EXPECT_THAT(window.Evaluate(), IsEmpty());
  window.Add(At(80, "seattle"));
  EXPECT_THAT(window.Evaluate(), IsEmpty());
}

TEST(FoeWindowTest, AlertsOnceAnHour) {
  FoeWindow window;
  int alerts = 0;
  for (int minute = 0; minute < 180; minute += 5) {
    window.Add(At(minute, minute % 2 == 0 ? "tacoma" : "seattle"));
    alerts += static_cast<int>(window.Evaluate().size());
  }
  EXPECT_EQ(alerts, 3);
}

TEST(FoeWindowTest, FindsAPairThatALateEventCompletes) {
  FoeWindow window;
  window.Add(At(0, "tacoma"));
  window.Add(At(90, "tacoma"));
  EXPECT_THAT(window.Evaluate(), IsEmpty());
  window.Add(At(45, "seattle"));
  EXPECT_THAT(window.Evaluate(), SizeIs(1));
}

TEST(FoeWindowTest, ShowsEverySiteAndAtMostTwentyEvents) {
  FoeWindow window;
  for (int minute = 0; minute < 50; ++minute) window.Add(At(minute, absl::StrCat("a", minute % 4)));
  window.Add(At(55, "last"));
  const auto found = window.Evaluate();
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_THAT(found[0].evidence, SizeIs(kAlertEvidenceMax));
  EXPECT_THAT(found[0].sites, ElementsAre("a0", "a1", "a2", "a3", "last"));
  EXPECT_THAT(found[0].evidence, testing::Contains("last/55"));
  EXPECT_EQ(found[0].evidence.front(), "a0/0");
}

TEST(FoeWindowTest, RemembersThroughItsBytes) {
  FoeWindow window;
  window.Add(At(0, "tacoma"));
  window.Add(At(1, "seattle"));
  EXPECT_THAT(window.Evaluate(), SizeIs(1));
  FoeWindow again = FoeWindow::Decode(window.Encode());
  EXPECT_EQ(again.moments(), window.moments());
  again.Add(At(2, "port"));
  EXPECT_THAT(again.Evaluate(), IsEmpty());
}

TEST(FoeWindowTest, TakesBytesItDoesNotKnowForAnEmptyWindow) {
  FoeWindow window;
  window.Add(At(0, "tacoma"));
  window.Evaluate();
  const std::string bytes = window.Encode();
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_THAT(FoeWindow::Decode(bytes.substr(0, size)).moments(), IsEmpty()) << size;
  EXPECT_THAT(FoeWindow::Decode("\x01" + bytes.substr(1)).moments(), IsEmpty());
  EXPECT_THAT(FoeWindow::Decode(bytes + "x").moments(), IsEmpty());
}

TEST(FoeWindowTest, StaysSmallHoweverLoudTheFoe) {
  FoeWindow window;
  for (int i = 0; i < 100'000; ++i)
    window.Add({kStart + i * kMinute / 2000, absl::StrCat("site", i % 3), absl::StrCat(i), true});
  window.Evaluate();
  EXPECT_LE(window.moments().size(), 3u * 6u * 2u);
}

TEST(FoeWindowTest, ForgetsWhatNoEventCanMeetAnyMore) {
  FoeWindow window;
  window.Add(At(0, "tacoma"));
  window.Add(At(30, "tacoma"));
  window.Evaluate();
  EXPECT_EQ(window.ExpiresNs(), kStart + 150 * kMinute);
  window.Trim(kStart + 140 * kMinute);
  EXPECT_THAT(window.moments(), SizeIs(1));
}

// Looks at every event ever seen: is there now a pair of sites less than an hour apart in which one
// event is new, and no alert near the first of them?
class NaiveWindow {
 public:
  bool Add(const FoeWindow::Moment& moment) {
    bool pair = false;
    for (const FoeWindow::Moment& other : all_) {
      pair |= other.site != moment.site &&
              std::abs(other.time_ns - moment.time_ns) < FoeWindow::kSpanNs;
    }
    all_.push_back(moment);
    return pair;
  }

 private:
  std::vector<FoeWindow::Moment> all_;
};

TEST(FoeWindowTest, FindsTheFirstPairExactlyWhenLookingAtEveryEventDoes) {
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    SeededRandom random(seed);
    FoeWindow window;
    NaiveWindow naive;
    std::int64_t clock = 0;
    for (int i = 0; i < 60; ++i) {
      clock += static_cast<std::int64_t>(random.Below(12));
      const std::int64_t minute = clock - static_cast<std::int64_t>(random.Below(60));
      const auto moment = At(minute, random.OneIn(40) ? "seattle" : "tacoma");
      window.Trim(kStart + clock * kMinute);
      window.Add(moment);
      const bool found = !window.Evaluate().empty();
      const bool expected = naive.Add(moment);
      ASSERT_EQ(found, expected) << "seed " << seed << " event " << i;
      if (found) break;
      window = FoeWindow::Decode(window.Encode());
    }
  }
}

}  // namespace
}  // namespace dims
