// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace dims {

inline constexpr std::size_t kCsvFieldsMax = 64;           // of one row
inline constexpr std::size_t kCsvFieldBytesMax = 8 << 10;  // one field, unquoted

// Reads comma-separated values as RFC 4180 has them, row by row: quotes, doubled quotes and line
// ends inside quotes, CRLF or LF, a byte order mark at the start. Rows without any character are
// skipped.
//
// Bounded: a row above a limit, or a quote that does not end, is an error of that row; reading goes
// on after the row's line end (after a quote that never ends, nothing is left). Thread: one. `text`
// must outlive it.
class CsvRows {
 public:
  explicit CsvRows(absl::string_view text);

  // False at the end. Else `fields` is the next row, or its error.
  bool Next(absl::StatusOr<std::vector<std::string>>& fields);

  // The line on which the row just read began, from 1.
  std::uint64_t line() const { return row_line_; }

 private:
  absl::Status ReadField(std::string& field);
  absl::Status ReadQuoted(std::string& field);
  bool AtLineEnd() const;
  void SkipLineEnd();
  void SkipRestOfLine();

  absl::string_view rest_;
  std::uint64_t next_line_ = 1;
  std::uint64_t row_line_ = 0;
};

}  // namespace dims
