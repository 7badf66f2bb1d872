// SPDX-License-Identifier: Apache-2.0
#include "agent/inputs/gzip_file.h"

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "common/base/check.h"
#include "common/base/status_macros.h"

namespace dims {
namespace {

constexpr std::size_t kPackedBytes = 32u << 10;    // of the archive, read at once
constexpr std::size_t kUnpackedBytes = 64u << 10;  // of the text, made at once

// A whole gzip header and trailer, its checksum verified.
constexpr int kGzipWindowBits = 15 + 16;

// Zero bytes behind a member, and archive without any text, beyond which there is no more to
// expect.
constexpr std::uint64_t kPaddingBytesMax = 1u << 20;
constexpr std::uint64_t kFutileBytesMax = 16u << 20;

constexpr char kMagicByte = '\x1f';

struct InflateEnd {
  void operator()(z_stream* stream) const {
    ::inflateEnd(stream);
    delete stream;
  }
};

using Inflater = std::unique_ptr<z_stream, InflateEnd>;

Inflater NewInflater() {
  auto stream = std::make_unique<z_stream>();
  *stream = {};
  DIMS_CHECK(::inflateInit2(stream.get(), kGzipWindowBits) == Z_OK);
  return Inflater(stream.release());
}

Inflater CopyOf(const Inflater& other) {
  auto stream = std::make_unique<z_stream>();
  DIMS_CHECK(::inflateCopy(stream.get(), other.get()) == Z_OK);
  return Inflater(stream.release());
}

enum class Phase : std::uint8_t { kBetween, kMember, kOver };

// Where unpacking has got to.
struct UnpackState {
  Inflater inflater;
  Phase phase = Phase::kBetween;
  std::uint64_t packed_at = 0;  // in the archive: what comes next
  std::uint64_t text_at = 0;    // in the text
  std::uint64_t member_at = 0;  // in the text: where the member began
  std::uint64_t padding = 0;    // zero bytes since the last member
  bool first = true;            // no member has ended yet
  bool more_text = false;       // there was no room for all that the bytes before packed_at give
};

UnpackState CopyOf(const UnpackState& state) {
  return {CopyOf(state.inflater), state.phase,   state.packed_at, state.text_at,
          state.member_at,        state.padding, state.first,     state.more_text};
}

}  // namespace

// The text as far as it was unpacked, the last of it at hand.
class GzipFile::Text {
 public:
  explicit Text(const OpenFile& archive) : archive_(archive) { state_.inflater = NewInflater(); }

  absl::StatusOr<std::size_t> ReadAt(std::uint64_t offset, std::span<char> out) {
    if (offset < recent_from_ || IsNearerToAnAnchor(offset)) GoToAnchor(offset);
    std::size_t done = 0;
    while (done < out.size()) {
      const std::uint64_t at = offset + done;
      if (at < state_.text_at) {
        const std::size_t size = std::min<std::uint64_t>(out.size() - done, state_.text_at - at);
        std::memcpy(out.data() + done, recent_.data() + (at - recent_from_), size);
        done += size;
        continue;
      }
      ASSIGN_OR_RETURN(const bool more, Unpack());
      if (!more) break;
    }
    return done;
  }

  const absl::Status& ending() const { return ending_; }

 private:
  // Unpacks a little more; false at the end of what there is.
  absl::StatusOr<bool> Unpack() {
    MakeRoom();
    const std::uint64_t before = state_.text_at;
    const std::uint64_t packed_before = state_.packed_at;
    while (state_.text_at == before) {
      if (state_.phase == Phase::kOver) return false;
      if (state_.packed_at - packed_before > kFutileBytesMax) {
        End(absl::DataLossError("the archive goes on without any text"));
        return false;
      }
      ASSIGN_OR_RETURN(const std::size_t packed, Fill());
      if (packed == 0 && !state_.more_text) {
        // Nothing more yet: inside a member it should come still.
        ending_ = state_.phase == Phase::kMember || state_.first
                      ? absl::DataLossError("the archive is cut")
                      : absl::OkStatus();
        return false;
      }
      if (state_.phase == Phase::kBetween) {
        SeekMember();
      } else {
        Inflate();
      }
    }
    if (state_.text_at / kAnchorBytes != before / kAnchorBytes) DropAnchor();
    return true;
  }

  // Bytes of the archive at hand, after reading more if there were none.
  absl::StatusOr<std::size_t> Fill() {
    if (packed_from_ <= state_.packed_at && state_.packed_at < packed_from_ + packed_.size()) {
      return packed_from_ + packed_.size() - state_.packed_at;
    }
    packed_.resize(kPackedBytes);
    packed_from_ = state_.packed_at;
    const auto got = archive_.ReadAt(packed_from_, packed_);
    packed_.resize(got.ok() ? *got : 0);
    return got;
  }

  absl::string_view Packed() const {
    return absl::string_view(packed_).substr(state_.packed_at - packed_from_);
  }

  // The next member, behind zero bytes; anything else is garbage, which ends the text.
  void SeekMember() {
    const absl::string_view packed = Packed();
    const std::size_t zeros =
        state_.first ? 0 : std::min(packed.find_first_not_of('\0'), packed.size());
    state_.packed_at += zeros;
    state_.padding += zeros;
    if (state_.padding > kPaddingBytesMax) End(absl::OkStatus());
    if (zeros == packed.size() || state_.phase == Phase::kOver) return;
    if (packed[zeros] != kMagicByte) {
      End(state_.first ? absl::DataLossError("not a gzip archive") : absl::OkStatus());
      return;
    }
    DIMS_CHECK(::inflateReset(state_.inflater.get()) == Z_OK);
    state_.phase = Phase::kMember;
    state_.padding = 0;
    state_.member_at = state_.text_at;
  }

  void Inflate() {
    const absl::string_view packed = Packed();
    const std::size_t had = recent_.size();
    recent_.resize(had + kUnpackedBytes);
    z_stream& stream = *state_.inflater;
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    stream.next_out = reinterpret_cast<Bytef*>(recent_.data() + had);
    stream.avail_out = static_cast<uInt>(kUnpackedBytes);
    const int result = ::inflate(&stream, Z_NO_FLUSH);
    const std::size_t made = kUnpackedBytes - stream.avail_out;
    recent_.resize(had + made);
    state_.text_at += made;
    state_.packed_at += packed.size() - stream.avail_in;
    state_.more_text = result == Z_OK && stream.avail_out == 0;
    if (result == Z_STREAM_END) {
      state_.phase = Phase::kBetween;
      state_.first = false;
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      // A header that is none, behind whole members, is garbage that happens to begin like one.
      const bool garbage = !state_.first && state_.text_at == state_.member_at;
      End(garbage ? absl::OkStatus() : absl::DataLossError("the archive is damaged"));
    }
  }

  void End(absl::Status ending) {
    state_.phase = Phase::kOver;
    ending_ = std::move(ending);
  }

  // Lets go of the oldest text at hand; seldom, as the rest is moved.
  void MakeRoom() {
    if (recent_.size() < 2 * kBehindBytes) return;
    const std::size_t old = recent_.size() - kBehindBytes;
    recent_.erase(0, old);
    recent_from_ += old;
  }

  void DropAnchor() {
    if (!anchors_.empty() && anchors_.back().text_at >= state_.text_at) return;
    anchors_.push_back(CopyOf(state_));
    if (anchors_.size() > kAnchorsMax) anchors_.pop_front();
  }

  // True when a state was kept between here and `offset`, before a step back.
  bool IsNearerToAnAnchor(std::uint64_t offset) const {
    return !anchors_.empty() && anchors_.back().text_at > state_.text_at &&
           anchors_.back().text_at <= offset;
  }

  // To the last state kept at or before `offset`.
  void GoToAnchor(std::uint64_t offset) {
    const auto anchor =
        std::find_if(anchors_.rbegin(), anchors_.rend(),
                     [&](const UnpackState& kept) { return kept.text_at <= offset; });
    if (anchor != anchors_.rend()) {
      state_ = CopyOf(*anchor);
    } else {
      state_ = {};
      state_.inflater = NewInflater();
    }
    recent_.clear();
    recent_from_ = state_.text_at;
  }

  const OpenFile& archive_;
  UnpackState state_;
  std::string packed_;
  std::uint64_t packed_from_ = 0;
  std::string recent_;  // the text before state_.text_at
  std::uint64_t recent_from_ = 0;
  std::deque<UnpackState> anchors_;
  absl::Status ending_;
};

GzipFile::GzipFile(std::unique_ptr<OpenFile> archive)
    : archive_(std::move(archive)), text_(std::make_unique<Text>(*archive_)) {}

GzipFile::~GzipFile() = default;

absl::StatusOr<std::size_t> GzipFile::ReadAt(std::uint64_t offset, std::span<char> out) const {
  return text_->ReadAt(offset, out);
}

absl::Status GzipFile::Ending() const {
  return text_->ending();
}

bool IsGzipName(absl::string_view name) {
  return absl::EndsWith(name, ".gz");
}

absl::StatusOr<std::unique_ptr<OpenFile>> OpenText(const FileSystem& files,
                                                   const std::string& path) {
  auto file = files.Open(path);
  if (!file.ok() || !IsGzipName(path)) return file;
  return std::make_unique<GzipFile>(*std::move(file));
}

std::optional<std::uint32_t> GzipTextSize(const FileSystem& files, const std::string& path) {
  const auto file = files.Open(path);
  if (!file.ok()) return std::nullopt;
  const auto status = (*file)->Stat();
  std::string bytes(4, '\0');
  if (!status.ok() || status->size < bytes.size()) return std::nullopt;
  const auto got = (*file)->ReadAt(status->size - bytes.size(), bytes);
  if (!got.ok() || *got != bytes.size()) return std::nullopt;
  std::uint32_t size = 0;
  for (std::size_t n = bytes.size(); n-- > 0;) {
    size = size << 8 | static_cast<std::uint8_t>(bytes[n]);
  }
  return size;
}

}  // namespace dims
