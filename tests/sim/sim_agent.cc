// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/sim_agent.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/inputs/bookmark_check.h"
#include "agent/inputs/resume_points.h"
#include "tests/sim/sim_server.h"

namespace dims::sim {
namespace {

constexpr int kRotationsMax = 3;

bool IsOfFiles(const Bookmark& bookmark) {
  return !std::holds_alternative<CounterPosition>(bookmark.position);
}

}  // namespace

SimAgent::SimAgent(std::uint64_t seed, std::size_t site, const Mutation& mutation,
                   SimulatedClock& clock, SeededRandom& random, SimNetwork& network,
                   SiteRecord& record)
    : site_(site),
      mutation_(mutation),
      clock_(clock),
      random_(random),
      network_(network),
      record_(record),
      disk_(seed) {
  options_.directory = directory_.path();
  options_.agent = AgentOf(site).agent;
  options_.vfs = disk_.name();
  options_.bytes_max = 64u << 20;
  options_.keep_acked_bytes = random.OneIn(2) ? 0 : random.Below(3) * 4096;
  options_.volume_free = [] { return std::uint64_t{1} << 40; };
}

bool SimAgent::Start() {
  if (disk_.power_was_cut()) disk_.CutPowerAtSync(0);  // the power is back
  absl::StatusOr<std::unique_ptr<EventBuffer>> opened =
      EventBuffer::Open(options_, clock_, random_);
  if (!opened.ok()) {
    death_ = opened.status().ToString();
    return false;
  }
  buffer_ = *std::move(opened);
  const absl::StatusOr<std::vector<Bookmark>> own = buffer_->Bookmarks();
  if (!own.ok()) {
    buffer_.reset();
    return false;
  }
  pipeline_ = std::make_unique<SerialPipeline>(PipelineOptions{}, *buffer_, clock_);
  sink_ = std::make_unique<RecordingSink>(*pipeline_, mutation_.rows_before_hole);
  nonce_ = random_.Uint64();
  counter_ = 0;
  ForwarderOptions options;
  options.small_message_interval = absl::ZeroDuration();
  options.message_bytes_max = 512;  // a few batches a message
  options.reads_again = true;
  options.still_holds = [this](const Bookmark& bookmark) {
    return mutation_.trust_any_bookmark || StillHolds(files_->files(), bookmark);
  };
  forwarder_ = std::make_unique<Forwarder>(
      *buffer_, network_, clock_, random_, options,
      [this](const std::vector<Bookmark>& bookmarks) { OnServerBookmarks(bookmarks); });
  network_.before_position = [this](Position& position) {
    record_.orphans.clear();
    if (!mutation_.no_chain_compare) return;
    if (position.epoch != buffer_->position().epoch) return;
    const absl::StatusOr<Sha256Digest> chain = buffer_->ChainAt(position.watermark);
    if (chain.ok()) position.chain = *chain;
  };
  server_bookmarks_.clear();
  if (std::any_of(own->begin(), own->end(), IsOfFiles)) StartFiles();
  return true;
}

void SimAgent::StartFiles() {
  FileInputOptions options;
  options.paths = {files_->Path(kLog)};
  FileInputLimits limits;
  limits.chunks_per_turn = 1 + static_cast<int>(random_.Below(3));
  const absl::StatusOr<std::vector<Bookmark>> own = buffer_->Bookmarks();
  if (!own.ok()) return;
  input_ = std::make_unique<FileInput>(std::vector<FileInputOptions>{options},
                                       ResumePoints(*own, server_bookmarks_), files_->files(),
                                       *sink_, clock_, limits);
  input_->ReadAgain(buffer_->Holes());
}

void SimAgent::OnServerBookmarks(const std::vector<Bookmark>& bookmarks) {
  server_bookmarks_ = bookmarks;
  const std::vector<FileHole> holes = buffer_->Holes();
  holes_begun_ = holes_begun_ || !holes.empty();
  if (mutation_.holes_not_read || mutation_.rows_before_hole) {
    for (const FileHole& hole : holes) buffer_->EndHole(hole.source, hole.epoch).IgnoreError();
  }
  if (input_ == nullptr) StartFiles();
  if (input_ == nullptr) return;
  input_->ReadAgain(mutation_.holes_not_read ? std::vector<FileHole>() : holes, bookmarks);
}

void SimAgent::Stop() {
  input_.reset();
  sink_.reset();
  pipeline_.reset();
  forwarder_.reset();
  buffer_.reset();
  datagrams_.clear();
}

void SimAgent::Kill() {
  const std::shared_ptr<const CrashVfs::Snapshot> as_it_is = disk_.TakeSnapshot();
  Stop();
  disk_.Restore(*as_it_is);
  network_.AgentGone();
}

void SimAgent::CutPower() {
  disk_.CutPower();
  Stop();
  network_.AgentGone();
}

void SimAgent::CheckHealth() {
  if (!running()) return;
  if (disk_.power_was_cut() || !forwarder_->failure().ok()) Kill();
}

std::string SimAgent::LineText(LineId& id) {
  id = site_ * kLinesOfSite + record_.next_id++;
  const absl::Time at = clock_.Now() - absl::Hours(static_cast<std::int64_t>(random_.Below(60)));
  record_.times[id] = absl::ToUnixSeconds(at);
  return absl::StrCat(absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", at, absl::UTCTimeZone()),
                      " gate app: line ", id);
}

void SimAgent::WriteFile(int lines) {
  std::string text;
  for (int line = 0; line < lines; ++line) {
    LineId id = 0;
    absl::StrAppend(&text, LineText(id), "\n");
    record_.files[kLog].push_back(id);
  }
  files_->Append(kLog, text);
}

void SimAgent::ReceiveDatagrams(int lines) {
  if (!running()) return;
  InputChunk chunk;
  chunk.loss_class = LossClass::kDatagram;
  chunk.origins = {"192.0.2.1"};
  chunk.received = clock_.Now();
  for (int n = 0; n < lines; ++n) {
    LineId id = 0;
    InputLine line;
    line.begin = static_cast<std::uint32_t>(chunk.text.size());
    chunk.text += LineText(id);
    line.end = static_cast<std::uint32_t>(chunk.text.size());
    chunk.text += "\n";
    line.position = ++counter_;
    chunk.lines.push_back(line);
    datagrams_.push_back(id);
  }
  // The nonce is part of the source's key: docs/decisions/0001.
  chunk.bookmark = {absl::StrCat("syslog:udp#", absl::Hex(nonce_)),
                    CounterPosition{nonce_, counter_}, false};
  pipeline_->Push(std::move(chunk));
}

void SimAgent::Poll(bool commit) {
  if (!running()) return;
  if (input_ != nullptr) input_->Poll();
  if (!commit) return;
  if (mutation_.bookmark_before_batch && !sink_->bookmarks.empty()) {
    if (!buffer_->Append({}, sink_->bookmarks).ok() || random_.OneIn(8)) return Kill();
  }
  const std::uint64_t dropped_before = pipeline_->committer().dropped_rows();
  if (!pipeline_->Flush().ok()) return Kill();
  const std::uint64_t dropped = pipeline_->committer().dropped_rows() - dropped_before;
  dropped_rows_ += dropped;
  if (dropped == 0) record_.accepted.insert(datagrams_.begin(), datagrams_.end());
  datagrams_.clear();
  sink_->bookmarks.clear();
}

std::string SimAgent::SourceOf(const std::string& name) const {
  const auto status = files_->files().Stat(files_->Path(name));
  return status.ok() ? FileSourceKey(status->id) : "";
}

bool SimAgent::WholeFileCommitted(const std::string& name) {
  const auto status = files_->files().Stat(files_->Path(name));
  if (!running() || !status.ok()) return false;
  const absl::StatusOr<std::vector<Bookmark>> own = buffer_->Bookmarks();
  if (!own.ok()) return false;
  return std::any_of(own->begin(), own->end(), [&](const Bookmark& bookmark) {
    return bookmark.source == FileSourceKey(status->id) && !bookmark.closed &&
           ScalarPosition(bookmark) == status->size &&
           FileTail::Verifies(**files_->files().Open(files_->Path(name)),
                              std::get<FilePosition>(bookmark.position))
               .value_or(false);
  });
}

// What lies beside a log when it is first looked at is history, which nobody promised to read; nor
// what was renamed before its truncation was seen.
bool SimAgent::KnowsLog() {
  const auto status = files_->files().Stat(files_->Path(kLog));
  if (!running() || !status.ok()) return false;
  const absl::StatusOr<std::vector<Bookmark>> own = buffer_->Bookmarks();
  return own.ok() && std::any_of(own->begin(), own->end(), [&](const Bookmark& bookmark) {
           return bookmark.source == FileSourceKey(status->id) && !bookmark.closed &&
                  FileTail::Verifies(**files_->files().Open(files_->Path(kLog)),
                                     std::get<FilePosition>(bookmark.position))
                      .value_or(false);
         });
}

// Its lines can no longer be read again: the site's promise alone stands for them.
void SimAgent::Accept(const std::string& name) {
  const std::vector<LineId>& lines = record_.files[name];
  record_.accepted.insert(lines.begin(), lines.end());
  record_.files.erase(name);
}

bool SimAgent::Rotate() {
  if (!KnowsLog()) return false;
  const std::string last = absl::StrCat(kLog, ".", kRotationsMax);
  if (files_->Exists(last)) {
    if (!WholeFileCommitted(last)) return false;
    files_->Remove(last);
    Accept(last);
  }
  for (int n = kRotationsMax - 1; n >= 0; --n) {
    const std::string from = n == 0 ? kLog : absl::StrCat(kLog, ".", n);
    if (!files_->Exists(from)) continue;
    const std::string to = absl::StrCat(kLog, ".", n + 1);
    files_->Rename(from, to);
    record_.files[to] = std::move(record_.files[from]);
    record_.files.erase(from);
  }
  return true;
}

bool SimAgent::Truncate() {
  if (!WholeFileCommitted(kLog)) return false;
  files_->Truncate(kLog, 0);
  Accept(kLog);
  return true;
}

bool SimAgent::Delete() {
  if (!WholeFileCommitted(kLog)) return false;
  files_->Remove(kLog);
  Accept(kLog);
  return true;
}

void SimAgent::Tick() {
  if (running()) forwarder_->Tick();
}

void SimAgent::Tidy() {
  if (running()) buffer_->Tidy().IgnoreError();
}

void SimAgent::BackUp() {
  backup_ = disk_.TakeSnapshot();
  backup_accepted_ = record_.accepted;
  backup_file_ = record_.files[kLog];
  const auto status = files_->files().Stat(files_->Path(kLog));
  backup_file_bytes_ = status.ok() ? status->size : 0;
}

// A machine's restore is for sites whose log only grows.
void SimAgent::Restore(const StoredLines& stored, bool machine) {
  if (running()) Kill();
  disk_.Restore(*backup_);
  if (random_.OneIn(2)) {
    std::error_code ignored;
    std::filesystem::remove(options_.directory + "/buffer.next", ignored);
  }
  if (machine && files_->Exists(kLog)) {
    files_->Truncate(kLog, backup_file_bytes_);
    record_.files[kLog] = backup_file_;
  }
  // To an agent that has never looked, rotated files are history.
  for (const auto& [name, lines] : record_.files) {
    for (const LineId id : lines) {
      if (name != kLog && !stored.contains(id)) record_.excused.insert(id);
    }
  }
  for (const LineId id : record_.accepted) {
    if (backup_accepted_.contains(id)) continue;
    (stored.contains(id) ? record_.orphans : record_.excused).insert(id);
  }
}

bool SimAgent::AtRest() const {
  if (!running() || input_ == nullptr || !datagrams_.empty() || !buffer_->Holes().empty())
    return false;
  const BufferPosition position = buffer_->position();
  return forwarder_->condition().state == Forwarder::State::kStreaming && !position.numbering &&
         buffer_->backlog().batches == 0;
}

}  // namespace dims::sim
