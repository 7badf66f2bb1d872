// SPDX-License-Identifier: Apache-2.0
// Random writers and rotations against FileInput: every complete line exactly once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <optional>

#include "absl/strings/str_cat.h"
#include "agent/inputs/file_input.h"
#include "tests/support/collecting_sink.h"
#include "tests/support/scratch_files.h"
#include "tests/support/seeded_random.h"
#include "tests/support/simulated_clock.h"

namespace dims {
namespace {

// One log with its writer and its rotation, driven by a seed. Every line is numbered.
class RandomLog {
 public:
  RandomLog(std::string name, bool compress, ScratchFiles& files, SeededRandom& random)
      : name_(std::move(name)), compress_(compress), files_(files), random_(random) {}

  void Act() {
    switch (random_.Below(13)) {
      case 12:
        return Compress();
      case 0:
        return Rotate();
      case 1:
        Rotate();
        Append(random_.Below(5));
        return Rotate();
      case 2:
        return HoldUnfinished();
      case 3:
        return Append(random_.Below(2000));
      default:
        return Append(random_.Below(6));
    }
  }

  // Ends an unfinished line, so that all lines are complete.
  void Finish() {
    if (unfinished_) files_.Append(name_, "\n");
    unfinished_ = false;
  }

  const std::vector<std::string>& lines() const { return lines_; }

 private:
  std::string Next() {
    std::string line = absl::StrCat(name_, " line ", ++number_);
    line.append(random_.Below(random_.OneIn(50) ? 100'000 : 60), 'x');
    lines_.push_back(line);
    return line;
  }

  void Append(std::uint64_t count) {
    std::string text = unfinished_ ? "\n" : "";
    unfinished_ = false;
    for (std::uint64_t n = 0; n < count; ++n) absl::StrAppend(&text, Next(), "\n");
    files_.Append(name_, text);
  }

  void HoldUnfinished() {
    if (!unfinished_) files_.Append(name_, Next());
    unfinished_ = true;
  }

  void Rotate() {
    if (!files_.Exists(name_)) return;
    Finish();
    // Nothing is deleted: a file that is gone before anybody looked cannot be read.
    for (int n = rotations_++; n > 0; --n) {
      for (const char* ending : {"", ".gz"}) {
        const std::string old = absl::StrCat(name_, ".", n, ending);
        if (files_.Exists(old)) files_.Rename(old, absl::StrCat(name_, ".", n + 1, ending));
      }
    }
    files_.Rename(name_, name_ + ".1");
  }

  // A rotated file that nobody writes to any more; the lines of it may not be read yet.
  void Compress() {
    if (!compress_ || rotations_ == 0) return;
    const std::string old =
        absl::StrCat(name_, ".", 1 + random_.Below(static_cast<std::uint64_t>(rotations_)));
    if (files_.Exists(old)) files_.Compress(old);
  }

  const std::string name_;
  const bool compress_;
  ScratchFiles& files_;
  SeededRandom& random_;
  std::vector<std::string> lines_;
  int number_ = 0;
  int rotations_ = 0;
  bool unfinished_ = false;
};

// An agent that is stopped and started at random and commits what it read, or loses the last of it.
class RandomAgent {
 public:
  RandomAgent(ScratchFiles& files, SeededRandom& random, const std::vector<std::string>& patterns,
              std::size_t open_files_max)
      : files_(files), random_(random), patterns_(patterns), open_files_max_(open_files_max) {
    Start();
    input_->Poll();  // the first look: what is there before is history
    Commit();
  }

  void Act() {
    clock_.Advance(absl::Milliseconds(static_cast<std::int64_t>(random_.Below(2500))));
    if (random_.OneIn(8)) {
      input_->Poll();
      sink_.chunks.clear();  // a crash before the commit
      Start();
      return;
    }
    input_->Poll();
    Commit();
  }

  void ReadEverything() {
    for (int n = 0; n < 20; ++n) {
      clock_.Advance(absl::Seconds(1));
      while (input_->Poll() == FileInput::Progress::kMore) {
      }
      Commit();
    }
  }

  const std::map<std::string, int>& seen() const { return seen_; }

 private:
  void Start() {
    input_.reset();
    FileInputOptions options;
    for (const std::string& pattern : patterns_) options.paths.push_back(files_.Path(pattern));
    FileInputLimits limits;
    limits.open_files_max = open_files_max_;
    limits.chunks_per_turn = 2;
    input_.emplace(std::vector<FileInputOptions>{options}, sink_.Bookmarks(), files_.files(), sink_,
                   clock_, limits);
  }

  void Commit() {
    for (const std::string& line : sink_.TakeLines()) ++seen_[line];
  }

  ScratchFiles& files_;
  SeededRandom& random_;
  const std::vector<std::string> patterns_;
  const std::size_t open_files_max_;
  SimulatedClock clock_;
  CollectingSink sink_;
  std::optional<FileInput> input_;
  std::map<std::string, int> seen_;
};

// The first lines that were lost or doubled, shortened; empty when there are none.
std::string Difference(const std::map<std::string, int>& expected,
                       const std::map<std::string, int>& seen) {
  std::string text;
  for (const auto& [line, count] : expected) {
    const auto found = seen.find(line);
    const int times = found == seen.end() ? 0 : found->second;
    if (times != count && text.size() < 500) {
      absl::StrAppend(&text, line.substr(0, 20), " came ", times, " times\n");
    }
  }
  if (seen.size() > expected.size()) absl::StrAppend(&text, "lines that nobody wrote\n");
  return text;
}

struct Run {
  bool on_disk;
  bool compress;
  std::vector<std::string> patterns;
  std::uint64_t seeds;
};

const std::vector<std::string> kNames = {"a.log", "b.log"};
const std::vector<std::string> kRotatedToo = {"?.log*"};

class FileInputPropertyTest : public ::testing::TestWithParam<Run> {};

INSTANTIATE_TEST_SUITE_P(
    , FileInputPropertyTest,
    ::testing::Values(Run{false, false, kNames, 25}, Run{false, false, kRotatedToo, 25},
                      Run{false, true, kNames, 25}, Run{false, true, kRotatedToo, 25},
                      Run{true, false, kNames, 5}, Run{true, false, kRotatedToo, 5}));

TEST_P(FileInputPropertyTest, HandsOverEveryCompleteLineExactlyOnce) {
  for (std::uint64_t seed = 1; seed <= GetParam().seeds; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    SeededRandom random(seed);
    const auto files = GetParam().on_disk ? MakeDiskFiles() : MakeMemoryFiles();
    RandomLog a("a.log", GetParam().compress, *files, random);
    RandomLog b("b.log", GetParam().compress, *files, random);
    RandomAgent agent(*files, random, GetParam().patterns, GetParam().compress ? 64 : 3);
    for (int step = 0; step < 150; ++step) {
      (random.OneIn(2) ? a : b).Act();
      if (random.OneIn(3)) agent.Act();
    }
    a.Finish();
    b.Finish();
    agent.ReadEverything();
    std::map<std::string, int> expected;
    for (const RandomLog* log : {&a, &b}) {
      for (const std::string& line : log->lines()) ++expected[line];
    }
    ASSERT_EQ(Difference(expected, agent.seen()), "");
  }
}

}  // namespace
}  // namespace dims
