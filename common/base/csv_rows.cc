// SPDX-License-Identifier: Apache-2.0
#include "common/base/csv_rows.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace dims {
namespace {

absl::Status TooLong() {
  return absl::InvalidArgumentError(
      absl::StrCat("a field is longer than ", kCsvFieldBytesMax, " bytes"));
}

}  // namespace

CsvRows::CsvRows(absl::string_view text) : rest_(text) {
  absl::ConsumePrefix(&rest_, "\xEF\xBB\xBF");
}

bool CsvRows::Next(absl::StatusOr<std::vector<std::string>>& fields) {
  while (!rest_.empty() && AtLineEnd()) SkipLineEnd();
  if (rest_.empty()) return false;
  row_line_ = next_line_;
  std::vector<std::string> row;
  absl::Status status;
  while (status.ok()) {
    row.emplace_back();
    status = ReadField(row.back());
    if (!status.ok() || rest_.empty() || AtLineEnd()) break;
    rest_.remove_prefix(1);  // the comma
    if (row.size() == kCsvFieldsMax) {
      status = absl::InvalidArgumentError(absl::StrCat("more than ", kCsvFieldsMax, " fields"));
    }
  }
  if (status.ok()) {
    SkipLineEnd();
    fields = std::move(row);
  } else {
    SkipRestOfLine();
    fields = status;
  }
  return true;
}

// Ends at a comma, a line end or the end.
absl::Status CsvRows::ReadField(std::string& field) {
  if (!rest_.empty() && rest_.front() == '"') return ReadQuoted(field);
  const std::size_t end = std::min(rest_.find_first_of(",\r\n"), rest_.size());
  if (end > kCsvFieldBytesMax) return TooLong();
  field.assign(rest_.data(), end);
  rest_.remove_prefix(end);
  // A carriage return alone is part of the text.
  if (!rest_.empty() && rest_.front() == '\r' && !AtLineEnd())
    return absl::InvalidArgumentError("a carriage return in the middle of a line");
  return absl::OkStatus();
}

absl::Status CsvRows::ReadQuoted(std::string& field) {
  rest_.remove_prefix(1);
  while (true) {
    const std::size_t quote = rest_.find('"');
    if (quote == rest_.npos) {
      rest_ = {};
      return absl::InvalidArgumentError("a quote that does not end");
    }
    const absl::string_view part = rest_.substr(0, quote);
    next_line_ += static_cast<std::uint64_t>(std::count(part.begin(), part.end(), '\n'));
    rest_.remove_prefix(quote + 1);
    if (field.size() + part.size() > kCsvFieldBytesMax) return TooLong();
    field.append(part.data(), part.size());
    if (rest_.empty() || rest_.front() != '"') break;
    field += '"';
    rest_.remove_prefix(1);
  }
  if (rest_.empty() || rest_.front() == ',' || AtLineEnd()) return absl::OkStatus();
  return absl::InvalidArgumentError("text after a closing quote");
}

bool CsvRows::AtLineEnd() const {
  return rest_.front() == '\n' || rest_ == "\r" || rest_.substr(0, 2) == "\r\n";
}

void CsvRows::SkipLineEnd() {
  if (rest_.empty()) return;
  rest_.remove_prefix(std::min<std::size_t>(rest_.size(), rest_.front() == '\r' ? 2 : 1));
  ++next_line_;
}

void CsvRows::SkipRestOfLine() {
  const std::size_t end = rest_.find('\n');
  rest_.remove_prefix(end == rest_.npos ? rest_.size() : end + 1);
  ++next_line_;
}

}  // namespace dims
