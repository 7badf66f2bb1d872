// SPDX-License-Identifier: Apache-2.0
#include "agent/buffer/tail_note.h"

#include <fcntl.h>
#include <unistd.h>

#include "common/base/little_endian.h"
#include "common/crypto/sha256.h"

namespace dims {
namespace {

constexpr absl::string_view kMagic = "DIMSNXT1";
constexpr std::size_t kBytes = 48;
constexpr std::size_t kSumAt = 40;

std::uint64_t SumOf(absl::string_view bytes) {
  return ReadLittleEndian<std::uint64_t>(BytesOf(Sha256(bytes.substr(0, kSumAt))));
}

}  // namespace

TailNote::TailNote(const std::string& path)
    : file_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {}

std::optional<TailNote::Value> TailNote::Read() const {
  std::string bytes(kBytes, '\0');
  const ssize_t count = ::pread(file_.get(), bytes.data(), bytes.size(), 0);
  if (count != static_cast<ssize_t>(kBytes)) return std::nullopt;
  return Decode(bytes);
}

void TailNote::Write(const Value& value) {
  const std::string bytes = Encode(value);
  // A note that cannot be written costs a trace of a fault, not data.
  [[maybe_unused]] const ssize_t count = ::pwrite(file_.get(), bytes.data(), bytes.size(), 0);
}

std::string TailNote::Encode(const Value& value) {
  std::string bytes(kMagic);
  AppendLittleEndian(bytes, value.epoch);
  AppendLittleEndian(bytes, value.next);
  AppendLittleEndian(bytes, value.next_ordinal);
  AppendLittleEndian(bytes, value.acked_ordinal);
  AppendLittleEndian(bytes, SumOf(bytes));
  return bytes;
}

std::optional<TailNote::Value> TailNote::Decode(absl::string_view bytes) {
  if (bytes.size() != kBytes || bytes.substr(0, kMagic.size()) != kMagic) return std::nullopt;
  if (ReadLittleEndian<std::uint64_t>(bytes, kSumAt) != SumOf(bytes)) return std::nullopt;
  return Value{
      ReadLittleEndian<std::uint64_t>(bytes, 8), ReadLittleEndian<std::uint64_t>(bytes, 16),
      ReadLittleEndian<std::uint64_t>(bytes, 24), ReadLittleEndian<std::uint64_t>(bytes, 32)};
}

}  // namespace dims
