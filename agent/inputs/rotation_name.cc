// SPDX-License-Identifier: Apache-2.0
#include "agent/inputs/rotation_name.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace dims {
namespace {

// What follows the base name and its separator: a number, a date, or a word for "before".
bool IsRotationSuffix(absl::string_view suffix) {
  if (suffix.empty()) return false;
  for (const absl::string_view word : {"old", "bak", "prev", "previous", "copy"}) {
    if (suffix == word) return true;
  }
  bool digit = false;
  for (const char c : suffix) {
    digit = digit || absl::ascii_isdigit(static_cast<unsigned char>(c));
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c)) &&
        absl::string_view("-_.:T").find(c) == absl::string_view::npos) {
      return false;
    }
  }
  return digit;
}

bool IsSeparator(char c) {
  return c == '.' || c == '-' || c == '_' || c == '~';
}

}  // namespace

bool IsRotationOf(absl::string_view name, absl::string_view base) {
  if (!absl::StartsWith(name, base) || name.size() < base.size() + 2) return false;
  return IsSeparator(name[base.size()]) && IsRotationSuffix(name.substr(base.size() + 1));
}

absl::string_view RotationStem(absl::string_view name) {
  for (std::size_t cut = 1; cut + 1 < name.size(); ++cut) {
    if (IsSeparator(name[cut]) && IsRotationSuffix(name.substr(cut + 1)))
      return name.substr(0, cut);
  }
  return name;
}

bool IsCompressedName(absl::string_view name) {
  for (const absl::string_view ending : {".gz", ".xz", ".zst", ".bz2", ".lz4", ".zip", ".Z"}) {
    if (absl::EndsWith(name, ending)) return true;
  }
  return false;
}

std::pair<std::string, std::string> SplitPath(absl::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash == absl::string_view::npos) return {".", std::string(path)};
  return {slash == 0 ? "/" : std::string(path.substr(0, slash)),
          std::string(path.substr(slash + 1))};
}

}  // namespace dims
