// SPDX-License-Identifier: Apache-2.0
// A stream of bytes gives the same frames whole and in two pieces, and none above the limit.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "agent/inputs/syslog_framer.h"
#include "common/base/check.h"

namespace {

std::vector<std::string> Frames(absl::string_view bytes, std::size_t cut) {
  std::vector<std::string> frames;
  const auto keep = [&](absl::string_view frame, bool) {
    DIMS_CHECK(!frame.empty() && frame.size() <= dims::kLineBytesMax);
    frames.emplace_back(frame);
  };
  dims::SyslogFramer framer;
  framer.Feed(bytes.substr(0, cut), keep);
  framer.Feed(bytes.substr(cut), keep);
  framer.End(keep);
  return frames;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const absl::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  DIMS_CHECK(Frames(bytes, 0) == Frames(bytes, data[0] % bytes.size()));
  return 0;
}
