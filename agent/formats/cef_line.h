// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace dims {

// Reads "key=value" pairs one after another; a value goes up to the blank before the next key, and
// escapes stay. Views of `text`. A value. Thread: one.
class SpacedPairs {
 public:
  SpacedPairs() = default;

  explicit SpacedPairs(absl::string_view text) : text_(text) {}

  // False: there is none left.
  bool Next(absl::string_view* key, absl::string_view* value);

 private:
  absl::string_view text_;     // what is left
  std::size_t key_bytes_ = 0;  // of the key that begins it; 0: not known yet
};

// The parts of a line in ArcSight's Common Event Format ("CEF:0|vendor|product|version|class|name|
// severity|key=value key=value"), without what the keys mean. Values are views of the line, or,
// where escapes had to go, of the reader itself: valid as long as it lives.
//
// Escapes: "\|" and "\\" in the header, "\=", "\\" and "\|" in values; "\n" and "\r" stay as two
// characters, for values of fields have no line ends. A value goes up to the blank before the next
// key, so it may hold blanks and, where no key could be meant, equals signs. Thread: one.
class CefReader {
 public:
  enum Part { kVendor, kProduct, kVersion, kClass, kName, kSeverity, kPartsCount };

  explicit CefReader(absl::string_view text) : text_(text) {}

  CefReader(const CefReader&) = delete;
  CefReader& operator=(const CefReader&) = delete;

  // False: no such header. To be called first.
  bool ReadHeader();

  absl::string_view part(Part part) const { return parts_[part]; }

  // The next pair of the extension; false at its end.
  bool Next(absl::string_view* key, absl::string_view* value);

 private:
  // `value` without its escapes.
  absl::string_view Plain(absl::string_view value);

  absl::string_view text_;
  SpacedPairs pairs_;
  std::array<absl::string_view, kPartsCount> parts_;
  bool escapes_ = false;  // somewhere in the line
  std::string plain_;     // reserved once: views of it stay
};

// Where "CEF:0|" or "LEEF:1.0|" begins: at the start, or behind a syslog header that nobody knew;
// npos: nowhere near. `word` is "CEF:" or "LEEF:".
std::size_t FindEventFormat(absl::string_view text, absl::string_view word);

}  // namespace dims
