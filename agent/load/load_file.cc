// SPDX-License-Identifier: Apache-2.0
#include "agent/load/load_file.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <tuple>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "agent/inputs/rotation_name.h"
#include "common/base/status_macros.h"

namespace dims {
namespace {

constexpr int kFirstYear = 1990;
constexpr int kLastYear = 2200;

bool IsDigit(char c) {
  return absl::ascii_isdigit(static_cast<unsigned char>(c));
}

// "2025-11-03", "2025_11_03" or "20251103" at the start of `text`.
bool ReadDay(absl::string_view text, absl::CivilDay& day) {
  std::string digits;
  std::size_t at = 0;
  for (; at < text.size() && digits.size() < 8; ++at) {
    const bool separator = digits.size() == 4 || digits.size() == 6;
    if (IsDigit(text[at])) {
      digits.push_back(text[at]);
    } else if (!separator || IsDigit(text[at - 1]) == false ||
               (text[at] != '-' && text[at] != '_' && text[at] != '.')) {
      return false;
    }
  }
  int number = 0;
  if (digits.size() != 8 || !absl::SimpleAtoi(digits, &number)) return false;
  day = absl::CivilDay(number / 10'000, number / 100 % 100, number % 100);
  return day.year() >= kFirstYear && day.year() <= kLastYear && day.month() == number / 100 % 100 &&
         day.day() == number % 100;
}

// Files of a directory and all below it; symbolic links to directories are not followed.
void AddTree(const std::string& directory, std::vector<std::string>& out) {
  std::error_code error;
  std::filesystem::recursive_directory_iterator entry(directory, error);
  while (!error && entry != std::filesystem::recursive_directory_iterator() &&
         out.size() <= kLoadFilesMax) {
    if (entry->is_regular_file(error)) out.push_back(entry->path().string());
    entry.increment(error);
  }
}

std::vector<std::string> Expand(const std::string& path, const FileSystem& files) {
  std::vector<std::string> out;
  for (const std::string& found : files.Glob(path)) {
    std::error_code error;
    if (std::filesystem::is_directory(found, error)) {
      AddTree(found, out);
    } else {
      out.push_back(found);
    }
  }
  return out;
}

}  // namespace

absl::Time EndOfNamedDay(absl::string_view path, const absl::TimeZone& zone) {
  const std::string name = SplitPath(path).second;
  for (std::size_t at = 0; at + 8 <= name.size(); ++at) {
    absl::CivilDay day;
    if (at > 0 && IsDigit(name[at - 1])) continue;
    if (ReadDay(absl::string_view(name).substr(at), day)) return absl::FromCivil(day + 1, zone);
  }
  return absl::InfiniteFuture();
}

absl::StatusOr<std::vector<LoadFile>> ListLoadFiles(const std::vector<std::string>& paths,
                                                    const FileSystem& files, absl::Time now,
                                                    const absl::TimeZone& zone) {
  std::vector<LoadFile> out;
  std::set<FileId> seen;
  for (const std::string& path : paths) {
    const std::vector<std::string> found = Expand(path, files);
    if (found.empty()) return absl::NotFoundError(absl::StrCat(path, ": ", kMatchesNoFile));
    for (const std::string& one : found) {
      ASSIGN_OR_RETURN(const FileStatus status, files.Stat(one));
      if (!status.regular || !seen.insert(status.id).second) continue;
      if (out.size() >= kLoadFilesMax) {
        return absl::ResourceExhaustedError(
            absl::StrCat("more than ", kLoadFilesMax, " files: load them in several parts"));
      }
      const absl::Time modified = absl::FromUnixNanos(status.modified_ns);
      out.push_back({one, status.id, status.size, status.modified_ns,
                     std::min({modified, EndOfNamedDay(one, zone), now})});
    }
  }
  std::sort(out.begin(), out.end(), [](const LoadFile& a, const LoadFile& b) {
    return std::tie(a.written, a.path) < std::tie(b.written, b.path);
  });
  return out;
}

}  // namespace dims
