// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/sim_agent.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/inputs/position_hash.h"

namespace dims::sim {
namespace {

constexpr char kAgentId[] = "7f3c2d10-0000-4000-8000-000000000001";
constexpr char kFile[] = "file:1:7";
constexpr std::uint64_t kLineBytes = 12;

}  // namespace

SimAgent::SimAgent(std::uint64_t seed, const Mutation& mutation, SimulatedClock& clock,
                   SeededRandom& random, SimNetwork& network, SiteRecord& record)
    : mutation_(mutation),
      clock_(clock),
      random_(random),
      network_(network),
      record_(record),
      disk_(seed) {
  options_.directory = directory_.path();
  options_.agent = kAgentId;
  options_.vfs = disk_.name();
  options_.bytes_max = 64u << 20;
  options_.keep_acked_bytes = random.Below(3) * 4096;
  options_.volume_free = [] { return std::uint64_t{1} << 40; };
}

Bookmark SimAgent::FileAt(std::size_t lines) const {
  std::string text;
  for (std::size_t line = lines > 30 ? lines - 30 : 0; line < lines; ++line) {
    absl::StrAppend(&text, absl::Dec(record_.file[line], absl::kZeroPad11), "\n");
  }
  FilePosition position;
  position.offset = lines * kLineBytes;
  position.hash = PositionHash(text);
  position.path = "/var/log/site.log";
  return {kFile, position, false};
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
  absl::StatusOr<std::vector<Bookmark>> bookmarks = buffer_->Bookmarks();
  if (!bookmarks.ok()) {
    buffer_.reset();
    return false;
  }
  file_read_ = 0;
  for (const Bookmark& bookmark : *bookmarks) {
    if (bookmark.source == kFile) file_read_ = ScalarPosition(bookmark) / kLineBytes;
  }
  nonce_ = random_.Uint64();
  counter_ = 0;
  ForwarderOptions options;
  options.small_message_interval = absl::ZeroDuration();
  options.message_bytes_max = 512;  // a few batches a message
  options.still_holds = [this](const Bookmark& bookmark) {
    if (bookmark.source != kFile || mutation_.trust_any_bookmark) return true;
    const std::size_t lines = ScalarPosition(bookmark) / kLineBytes;
    return lines <= record_.file.size() && FileAt(lines).position == bookmark.position;
  };
  forwarder_ = std::make_unique<Forwarder>(
      *buffer_, network_, clock_, random_, options,
      [this](const std::vector<Bookmark>& bookmarks_now) { OnServerBookmarks(bookmarks_now); });
  network_.before_position = [this](Position& position) {
    record_.orphans.clear();
    if (!mutation_.no_chain_compare) return;
    if (position.epoch != buffer_->position().epoch) return;
    const absl::StatusOr<Sha256Digest> own = buffer_->ChainAt(position.watermark);
    if (own.ok()) position.chain = *own;
  };
  return true;
}

void SimAgent::Kill() {
  const std::shared_ptr<const CrashVfs::Snapshot> as_it_is = disk_.TakeSnapshot();
  forwarder_.reset();
  buffer_.reset();
  disk_.Restore(*as_it_is);
  network_.AgentGone();
}

void SimAgent::CutPower() {
  disk_.CutPower();
  forwarder_.reset();
  buffer_.reset();
  network_.AgentGone();
}

void SimAgent::CheckHealth() {
  if (!running()) return;
  if (disk_.power_was_cut() || !forwarder_->failure().ok()) Kill();
}

void SimAgent::WriteFile(int lines) {
  for (int line = 0; line < lines; ++line) record_.file.push_back(record_.next_id++);
}

void SimAgent::ReadFile(int lines) {
  const std::size_t end =
      std::min(record_.file.size(), file_read_ + static_cast<std::size_t>(lines));
  if (!running() || end <= file_read_) return;
  const std::vector<LineId> read(record_.file.begin() + static_cast<std::ptrdiff_t>(file_read_),
                                 record_.file.begin() + static_cast<std::ptrdiff_t>(end));
  std::optional<NewBatch> batch =
      MakeBatch(FileAt(end), read, (file_read_ + 1) * kLineBytes, kLineBytes, LossClass::kCanWait);
  if (mutation_.bookmark_before_batch) {
    const Bookmark position = FileAt(end);
    if (!buffer_->Append({}, std::span(&position, 1)).ok() || random_.OneIn(8)) return Kill();
  }
  if (Append(*std::move(batch))) file_read_ = end;
}

void SimAgent::ReceiveDatagrams(int lines) {
  if (!running()) return;
  std::vector<LineId> received;
  for (int line = 0; line < lines; ++line) received.push_back(record_.next_id++);
  const std::uint64_t first = counter_ + 1;
  counter_ += received.size();
  // The nonce is part of the source's key: docs/decisions/0001.
  const Bookmark end{absl::StrCat("syslog:udp#", absl::Hex(nonce_)),
                     CounterPosition{nonce_, counter_}, false};
  if (Append(*MakeBatch(end, received, first, 1, LossClass::kDatagram))) {
    record_.datagrams.insert(received.begin(), received.end());
  }
}

std::optional<NewBatch> SimAgent::MakeBatch(const Bookmark& end, const std::vector<LineId>& lines,
                                            std::uint64_t first_position, std::uint64_t step,
                                            LossClass loss_class) {
  std::uint64_t position = first_position;
  for (const LineId id : lines) {
    builder_.Text(Field::kMessage, absl::StrCat(id));
    const absl::Duration age = absl::Hours(static_cast<std::int64_t>(random_.Below(60)));
    builder_.Integer(Field::kTimestamp, absl::ToUnixNanos(clock_.Now() - age));
    builder_.NamedKeyword("dims.source", end.source);
    builder_.NamedInteger("dims.position", static_cast<std::int64_t>(position));
    builder_.FinishRow();
    position += step;
  }
  NewBatch batch;
  batch.encoded = encoder_.Encode(builder_.Finish());
  batch.loss_class = loss_class;
  batch.bookmarks = {end};
  batch.oldest_ns = absl::ToUnixNanos(clock_.Now());
  return batch;
}

// True: the commit returned, so every row of it is promised.
bool SimAgent::Append(NewBatch batch) {
  const absl::StatusOr<Sequence> appended = buffer_->Append(std::span(&batch, 1));
  if (appended.ok()) return true;
  if (!absl::IsResourceExhausted(appended.status())) Kill();
  return false;
}

void SimAgent::Tick() {
  if (running()) forwarder_->Tick();
}

void SimAgent::Tidy() {
  if (running()) buffer_->Tidy().IgnoreError();
}

void SimAgent::OnServerBookmarks(const std::vector<Bookmark>& bookmarks) {
  for (const Bookmark& bookmark : bookmarks) {
    if (bookmark.source == kFile) {
      file_read_ = std::max<std::size_t>(file_read_, ScalarPosition(bookmark) / kLineBytes);
    }
  }
}

void SimAgent::BackUp() {
  backup_ = disk_.TakeSnapshot();
  backup_datagrams_ = record_.datagrams;
  backup_file_lines_ = record_.file.size();
}

void SimAgent::Restore(const StoredLines& stored, bool machine) {
  if (running()) Kill();
  disk_.Restore(*backup_);
  if (random_.OneIn(2)) {
    std::error_code ignored;
    std::filesystem::remove(options_.directory + "/buffer.next", ignored);
  }
  if (machine) {
    record_.file.resize(backup_file_lines_);
    record_.doubtful.insert(record_.file.begin(), record_.file.end());
  }
  for (const LineId id : record_.datagrams) {
    if (backup_datagrams_.contains(id)) continue;
    (stored.contains(id) ? record_.orphans : record_.excused).insert(id);
  }
}

bool SimAgent::AtRest() const {
  if (!running() || file_read_ < record_.file.size()) return false;
  const BufferPosition position = buffer_->position();
  return forwarder_->condition().state == Forwarder::State::kStreaming && !position.numbering &&
         buffer_->backlog().batches == 0;
}

}  // namespace dims::sim
