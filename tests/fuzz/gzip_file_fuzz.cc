// SPDX-License-Identifier: Apache-2.0
// An archive of any bytes gives the same text read at once and in small steps with looks back.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>

#include "agent/inputs/gzip_file.h"
#include "common/base/check.h"

namespace {

constexpr std::size_t kTextBytesMax = 1u << 20;

class BytesFile final : public dims::OpenFile {
 public:
  explicit BytesFile(absl::string_view bytes) : bytes_(bytes) {}

  absl::StatusOr<dims::FileStatus> Stat() const override { return dims::FileStatus(); }

  absl::StatusOr<std::size_t> ReadAt(std::uint64_t offset, std::span<char> out) const override {
    if (offset >= bytes_.size()) return 0;
    const std::size_t size = std::min<std::size_t>(out.size(), bytes_.size() - offset);
    std::memcpy(out.data(), bytes_.data() + offset, size);
    return size;
  }

  std::uint64_t NextData(std::uint64_t offset) const override { return offset; }

 private:
  const absl::string_view bytes_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  const dims::GzipFile whole(std::make_unique<BytesFile>(bytes));
  std::string text(kTextBytesMax, '\0');
  text.resize(whole.ReadAt(0, text).value());

  const dims::GzipFile stepped(std::make_unique<BytesFile>(bytes));
  std::string piece(7'001, '\0');
  for (std::size_t at = 0; at < text.size(); at += 5'003) {
    const std::size_t got = stepped.ReadAt(at, piece).value();
    DIMS_CHECK(got >= std::min(piece.size(), text.size() - at));
    const std::size_t compared = std::min(got, text.size() - at);
    DIMS_CHECK(text.compare(at, compared, piece, 0, compared) == 0);
  }
  std::string start(std::min<std::size_t>(text.size(), 100), '\0');
  DIMS_CHECK(stepped.ReadAt(0, start).value() == start.size());
  DIMS_CHECK(text.compare(0, start.size(), start) == 0);
  return 0;
}
