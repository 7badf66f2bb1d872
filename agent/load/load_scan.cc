// SPDX-License-Identifier: Apache-2.0
#include "agent/load/load_scan.h"

#include <algorithm>
#include <cstring>
#include <span>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "agent/inputs/position_hash.h"
#include "common/base/status_macros.h"
#include "common/crypto/sha256.h"

namespace dims {
namespace {

constexpr std::size_t kBlockBytes = 1u << 20;
constexpr std::size_t kHeadBytesMax = 4096;        // of the first line
constexpr std::size_t kHeadSearchMax = 64u << 10;  // for a line that is no comment
constexpr std::size_t kPartsMax = 1000;
constexpr std::size_t kLineStartBytes = 32;  // of a line: priority and date lie in them
constexpr char kMonths[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
constexpr int kHalfYear = 6;  // months: a longer step is one into another year
constexpr std::size_t kHeadDigestBytes = 16;

// The first line that is no comment: headers of Zeek's and web servers' logs are alike.
absl::string_view HeadLine(absl::string_view text) {
  text = text.substr(0, kHeadSearchMax);
  const absl::string_view all = text;
  while (!text.empty() && text.front() == '#') {
    const std::size_t newline = text.find('\n');
    if (newline == absl::string_view::npos) return all.substr(0, kHeadBytesMax);
    text.remove_prefix(newline + 1);
  }
  return text.substr(0, std::min(text.find('\n'), kHeadBytesMax));
}

std::string HeadName(absl::string_view text) {
  const Sha256Digest digest = Sha256(HeadLine(text));
  const absl::string_view bytes(reinterpret_cast<const char*>(digest.data()), kHeadDigestBytes);
  return absl::StrCat(kBackfillPrefix, absl::BytesToHexString(bytes), ":");
}

// "Nov 30 ..." at the start of a line, behind a priority: month 1 to 12, or 0.
struct MonthDay {
  int month = 0;
  int day = 0;
};

MonthDay ReadMonthDay(absl::string_view line) {
  if (!line.empty() && line.front() == '<') {
    const std::size_t end = line.substr(0, 6).find('>');
    if (end == absl::string_view::npos) return {};
    line.remove_prefix(end + 1);
  }
  if (line.size() < 7 || line[3] != ' ') return {};
  for (int month = 0; month < 12; ++month) {
    if (std::memcmp(line.data(), kMonths + month * 3, 3) != 0) continue;
    const int tens = line[4] == ' ' ? 0 : line[4] - '0';
    const int day = tens * 10 + (line[5] - '0');
    return day >= 1 && day <= 31 ? MonthDay{month + 1, day} : MonthDay{};
  }
  return {};
}

// Where the year turns in a log whose lines name none.
class YearTurns {
 public:
  void AddLine(absl::string_view line, std::uint64_t offset) {
    const MonthDay read = ReadMonthDay(line);
    if (read.month == 0) return;
    const int step = last_.month == 0 ? 0 : read.month - last_.month;
    if (step <= -kHalfYear) Turn(offset, 1);
    if (last_.month == 1 && read.month == 12) Turn(offset, -1);  // it came late
    last_ = read;
    if (year_ == newest_) newest_line_ = read;
  }

  std::vector<DatedPart> Parts(absl::Time written, const absl::TimeZone& zone) const {
    std::vector<DatedPart> parts = {{0, written}};
    const absl::Time latest = written + absl::Hours(24);
    std::int64_t newest_year = absl::ToCivilYear(latest, zone).year();
    if (newest_line_.month > 0 &&
        absl::FromCivil(absl::CivilDay(newest_year, newest_line_.month, newest_line_.day), zone) >
            latest) {
      --newest_year;
    }
    const auto end_of = [&](int year) {
      if (year == newest_) return written;
      const absl::CivilYear next(newest_year - (newest_ - year) + 1);
      return absl::FromCivil(absl::CivilSecond(next) - 1, zone) - absl::Hours(24);
    };
    parts[0].written = end_of(0);
    for (const auto& [offset, year] : turns_) parts.push_back({offset, end_of(year)});
    return parts;
  }

 private:
  void Turn(std::uint64_t offset, int years) {
    if (turns_.size() >= kPartsMax) return;
    year_ += years;
    if (year_ > newest_) newest_ = year_;
    turns_.emplace_back(offset, year_);
  }

  MonthDay last_;
  MonthDay newest_line_;
  int year_ = 0;  // since the first line
  int newest_ = 0;
  std::vector<std::pair<std::uint64_t, int>> turns_;
};

struct Candidate {
  std::uint64_t offset = 0;
  const Bookmark* bookmark = nullptr;
};

std::vector<Candidate> CandidatesOf(const std::vector<Bookmark>& known) {
  std::vector<Candidate> out;
  for (const Bookmark& bookmark : known) {
    const auto* position = std::get_if<FilePosition>(&bookmark.position);
    if (position != nullptr && position->offset > 0) out.push_back({position->offset, &bookmark});
  }
  std::sort(out.begin(), out.end(),
            [](const Candidate& a, const Candidate& b) { return a.offset < b.offset; });
  return out;
}

// One reading, block by block.
class Scanner {
 public:
  Scanner(const std::vector<Bookmark>& known, LoadScan& scan)
      : candidates_(CandidatesOf(known)), scan_(scan) {}

  void Add(absl::string_view block) {
    if (scan_.size == 0) scan_.head = HeadName(block);
    text_.append(block.data(), block.size());
    scan_.size += block.size();
    CheckCandidates();
    std::size_t from = text_.size() - block.size();
    if (at_line_start_) starts_.push_back(OffsetOf(from));
    for (std::size_t at = text_.find('\n', from); at != std::string::npos;
         at = text_.find('\n', at + 1)) {
      if (at + 1 < text_.size()) starts_.push_back(OffsetOf(at + 1));
    }
    at_line_start_ = text_.back() == '\n';
    // A line whose start reaches into the next block is looked at with it.
    LookAtLines(scan_.size - std::min<std::uint64_t>(scan_.size, kLineStartBytes));
    if (text_.size() > kPositionHashSpan) text_.erase(0, text_.size() - kPositionHashSpan);
  }

  void End() { LookAtLines(scan_.size); }

  const YearTurns& turns() const { return turns_; }

 private:
  void LookAtLines(std::uint64_t until) {
    const std::uint64_t base = scan_.size - text_.size();
    std::size_t seen = 0;
    for (; seen < starts_.size() && starts_[seen] < until; ++seen) {
      const auto begin = static_cast<std::size_t>(starts_[seen] - base);
      turns_.AddLine(absl::string_view(text_).substr(begin, kLineStartBytes), starts_[seen]);
    }
    starts_.erase(starts_.begin(), starts_.begin() + static_cast<std::ptrdiff_t>(seen));
  }

  std::uint64_t OffsetOf(std::size_t begin) const { return scan_.size - text_.size() + begin; }

  void CheckCandidates() {
    const std::uint64_t base = scan_.size - text_.size();
    for (; next_ < candidates_.size() && candidates_[next_].offset <= scan_.size; ++next_) {
      const Candidate& candidate = candidates_[next_];
      const auto end = static_cast<std::size_t>(candidate.offset - base);
      const std::size_t span = std::min<std::size_t>(end, kPositionHashSpan);
      const auto& position = std::get<FilePosition>(candidate.bookmark->position);
      if (PositionHash(absl::string_view(text_).substr(end - span, span)) == position.hash) {
        scan_.held.push_back(*candidate.bookmark);
      }
    }
  }

  const std::vector<Candidate> candidates_;
  LoadScan& scan_;
  YearTurns turns_;
  std::string text_;                   // the block, and what a hash needs before it
  std::vector<std::uint64_t> starts_;  // of lines not looked at yet
  std::size_t next_ = 0;
  bool at_line_start_ = true;
};

}  // namespace

absl::StatusOr<LoadScan> ScanLoadFile(const OpenFile& file, absl::Time written,
                                      const absl::TimeZone& zone,
                                      const std::vector<Bookmark>& known,
                                      const std::function<bool()>& stopped) {
  LoadScan scan;
  Scanner scanner(known, scan);
  std::string block(kBlockBytes, '\0');
  while (true) {
    if (stopped()) return absl::CancelledError("stopped");
    ASSIGN_OR_RETURN(const std::size_t got, file.ReadAt(scan.size, std::span(block)));
    if (got == 0) break;
    scanner.Add(absl::string_view(block).substr(0, got));
  }
  scanner.End();
  scan.parts = scanner.turns().Parts(written, zone);
  return scan;
}

}  // namespace dims
