// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "agent/inputs/file_system.h"

namespace dims {

// The text of a gzip archive, read as if it were a plain file; Stat still tells of the archive.
//
// Guarantees: any number of members one after the other are one text; zero bytes and garbage after
// the last one are left alone, as gzip(1) does. Of an archive that is cut or damaged the text up to
// there is given, and Ending() says why there is no more: what is appended to a cut one later is
// read on. Each byte is unpacked when it is asked for, so what a small archive would expand to is
// never held, whatever it is.
// Cost: reading forward unpacks each byte once. A step back by up to kBehindBytes is free; one
// beyond goes on from the nearest of kAnchorsMax states kept kAnchorBytes apart, else from the
// start. Reading anywhere first unpacks what lies before.
// Limits: memory is about 1.2 MiB, however large the text is.
// Thread: one. Owns the archive. Errors: those of reading the archive.
class GzipFile final : public OpenFile {
 public:
  static constexpr std::size_t kBehindBytes = 384u << 10;
  static constexpr std::uint64_t kAnchorBytes = 4u << 20;
  static constexpr std::size_t kAnchorsMax = 4;

  explicit GzipFile(std::unique_ptr<OpenFile> archive);
  ~GzipFile() override;

  absl::StatusOr<FileStatus> Stat() const override { return archive_->Stat(); }

  absl::StatusOr<std::size_t> ReadAt(std::uint64_t offset, std::span<char> out) const override;

  std::uint64_t NextData(std::uint64_t offset) const override { return offset; }

  // DataLoss once the end was read and the archive is cut, damaged or no gzip archive.
  absl::Status Ending() const override;

 private:
  class Text;

  const std::unique_ptr<OpenFile> archive_;
  const std::unique_ptr<Text> text_;
};

// True for names of archives that GzipFile reads: "auth.log.2.gz".
bool IsGzipName(absl::string_view name);

// Opens `path` for its text: through GzipFile if its name says so, else as it is.
absl::StatusOr<std::unique_ptr<OpenFile>> OpenText(const FileSystem& files,
                                                   const std::string& path);

// The size of the text of the archive at `path`, modulo 2^32, as its last bytes tell; of one of
// several members that of the last one.
std::optional<std::uint32_t> GzipTextSize(const FileSystem& files, const std::string& path);

}  // namespace dims
