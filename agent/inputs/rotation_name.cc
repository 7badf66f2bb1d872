// SPDX-License-Identifier: Apache-2.0
#include "agent/inputs/rotation_name.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

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

// Fewer digits are no date and no time of day.
constexpr std::size_t kDateDigitsMin = 6;

bool HasDate(absl::string_view text) {
  std::size_t digits = 0;
  for (const char c : text) {
    if (absl::ascii_isdigit(static_cast<unsigned char>(c))) ++digits;
  }
  return digits >= kDateDigitsMin && IsRotationSuffix(text);
}

}  // namespace

bool IsRotationOf(absl::string_view name, absl::string_view base) {
  if (!absl::StartsWith(name, base) || name.size() < base.size() + 2) return false;
  return IsSeparator(name[base.size()]) && IsRotationSuffix(name.substr(base.size() + 1));
}

bool IsArchiveOf(absl::string_view name, absl::string_view base) {
  const std::size_t dot = base.rfind('.');
  if (dot == absl::string_view::npos || name.size() < base.size() + 2) return false;
  if (!absl::StartsWith(name, base.substr(0, dot)) || !absl::EndsWith(name, base.substr(dot))) {
    return false;
  }
  return IsSeparator(name[dot]) && HasDate(name.substr(dot + 1, name.size() - base.size() - 1));
}

bool IsDateName(absl::string_view name) {
  return HasDate(name);
}

absl::string_view WithoutGzip(absl::string_view name) {
  absl::ConsumeSuffix(&name, ".gz");
  return name;
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

std::string LogNameOf(absl::string_view path) {
  const std::string name = SplitPath(path).second;
  const absl::string_view plain = WithoutGzip(name);
  const absl::string_view stem = RotationStem(plain);
  if (stem.size() != plain.size()) return std::string(stem);
  const std::size_t dot = plain.rfind('.');
  for (std::size_t cut = 1; dot != absl::string_view::npos && cut < dot; ++cut) {
    const std::string base = absl::StrCat(plain.substr(0, cut), plain.substr(dot));
    if (IsArchiveOf(plain, base)) return base;
  }
  return std::string(plain);
}

std::pair<std::string, std::string> SplitPath(absl::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash == absl::string_view::npos) return {".", std::string(path)};
  return {slash == 0 ? "/" : std::string(path.substr(0, slash)),
          std::string(path.substr(slash + 1))};
}

}  // namespace dims
