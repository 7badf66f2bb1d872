// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <string>

#include "agent/output/output_destination.h"
#include "common/base/unique_fd.h"

namespace dims {

// A file of lines that others read and rotate. Renamed or removed, it is made anew with the next
// line. With size_max it is rotated here: FILE becomes FILE.1, that one FILE.2, and so on up to
// `keep`.
//
// Guarantees: whole lines only: what a full disk cuts off is taken back and comes again. Made with
// mode 0640. Never synced: a power cut may take the last lines. Limit: kEventsPerWriteMax events
// a write.
class FileDestination final : public OutputDestination {
 public:
  static constexpr std::size_t kEventsPerWriteMax = 512;

  explicit FileDestination(const OutputOptions& options);

  absl::Status Write(std::span<const std::string> events, std::size_t& taken) override;

  void Reopen() override { reopen_ = true; }

 private:
  absl::Status Open();
  absl::Status OpenIfMoved();
  absl::Status Rotate();
  absl::Status Append(const std::string& text);

  const std::string path_;
  const std::uint64_t size_max_;
  const std::uint64_t keep_;
  std::atomic<bool> reopen_ = false;
  UniqueFd file_;
  std::uint64_t size_ = 0;
};

}  // namespace dims
