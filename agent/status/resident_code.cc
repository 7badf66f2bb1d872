// SPDX-License-Identifier: Apache-2.0
#include "agent/status/resident_code.h"

#include <sys/mman.h>

#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace dims {
namespace {

// Private, executable, not writable, and of a file: only there are dropped pages read again as
// they were. Relocated data is not among them.
bool IsCode(const std::vector<absl::string_view>& fields) {
  return fields.size() >= 6 && fields[1] == "r-xp" && absl::StartsWith(fields.back(), "/");
}

}  // namespace

void LetGoOfCode() {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    const std::vector<absl::string_view> fields = absl::StrSplit(line, ' ', absl::SkipEmpty());
    if (!IsCode(fields)) continue;
    const std::vector<absl::string_view> range = absl::StrSplit(fields[0], '-');
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    if (range.size() != 2 || !absl::SimpleHexAtoi(range[0], &begin) ||
        !absl::SimpleHexAtoi(range[1], &end) || end <= begin) {
      continue;
    }
    // Advice: a kernel that does not follow it leaves the pages where they are.
    (void)::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
  }
}

}  // namespace dims
