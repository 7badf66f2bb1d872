// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/zeek_tsv.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "agent/fields/text_cursor.h"
#include "agent/fields/text_repair.h"
#include "agent/formats/zeek_columns.h"
#include "agent/formats/zeek_log.h"
#include "agent/formats/zeek_notes.h"

namespace dims {
namespace {

constexpr std::size_t kFieldBytesMax = 128;

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// "\x09" and "\\" as the bytes they stand for.
void Unescape(absl::string_view text, std::string* bytes) {
  bytes->clear();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == '\\') {
      bytes->push_back('\\');
      ++i;
    } else if (text[i] == '\\' && i + 3 < text.size() && text[i + 1] == 'x' &&
               HexDigit(text[i + 2]) >= 0 && HexDigit(text[i + 3]) >= 0) {
      bytes->push_back(static_cast<char>(HexDigit(text[i + 2]) * 16 + HexDigit(text[i + 3])));
      i += 3;
    } else {
      bytes->push_back(text[i]);
    }
  }
}

// Seconds since 1970 as Zeek's JSON writes times: "2026-01-02T03:04:05.000000Z".
std::optional<std::string> IsoTime(absl::string_view seconds) {
  double number = 0;
  if (!absl::SimpleAtod(seconds, &number) || !(number >= 0 && number < 1e11)) return std::nullopt;
  const auto micros = static_cast<std::int64_t>(number * 1e6 + 0.5);
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", absl::FromUnixMicros(micros),
                          absl::UTCTimeZone());
}

// "1521911725.396014" at the beginning of a row.
bool BeginsWithTime(absl::string_view text) {
  TextCursor cursor(text);
  return cursor.TakeNumber(10).has_value() && cursor.Consume('.') &&
         cursor.TakeNumber(9).has_value() && cursor.Peek() == '\t';
}

std::size_t CountOf(absl::string_view text, char separator) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), separator)) + 1;
}

}  // namespace

std::optional<TextResult> ZeekTsv::Parse(const TextInput& input, EventRow& row) {
  if (input.text.empty()) return std::nullopt;
  if (input.text.front() == '#') {
    if (!IsZeekHeader(input.text) || !ReadHeader(input.text, FileOf(input.origin))) {
      return std::nullopt;
    }
    row.Keyword(Field::kEventDataset, "zeek");
    return TextResult{};
  }
  if (!IsDigit(input.text.front())) return std::nullopt;
  File* file = FileOfRow(input);
  if (file == nullptr) return std::nullopt;
  file->used = ++clock_;
  return ReadRow(input.text, *file, row);
}

bool ZeekTsv::ReadHeader(absl::string_view line, File& file) {
  line.remove_prefix(1);
  if (absl::ConsumePrefix(&line, "separator ")) {
    std::string separator;
    Unescape(line, &separator);
    file = File{};
    file.used = ++clock_;
    if (separator.size() == 1) file.separator = separator.front();
    return true;
  }
  const std::size_t end = FindByte(line, file.separator);
  if (end == line.npos) return false;
  const absl::string_view name = line.substr(0, end);
  const absl::string_view value = line.substr(end + 1);
  if (name == "set_separator") file.set_separator = value.empty() ? ',' : value.front();
  if (name == "empty_field") file.empty_field = std::string(value);
  if (name == "unset_field") file.unset_field = std::string(value);
  if (name == "path") file.log = std::string(value.substr(0, kFieldBytesMax));
  if (name == "fields") {
    file.fields.clear();
    for (const absl::string_view field : absl::StrSplit(value, file.separator)) {
      if (file.fields.size() >= kColumnsMax) break;
      file.fields.emplace_back(field.substr(0, kFieldBytesMax));
    }
    SetColumns({}, file);
  }
  if (name == "types") SetColumns(absl::StrSplit(value, file.separator), file);
  return true;
}

ZeekTsv::File& ZeekTsv::FileOf(absl::string_view origin) {
  const auto found = files_.find(origin);
  if (found != files_.end()) return found->second;
  if (files_.size() >= kFilesMax) {
    files_.erase(std::min_element(files_.begin(), files_.end(), [](const auto& a, const auto& b) {
      return a.second.used < b.second.used;
    }));
  }
  File& file = files_[std::string(origin)];
  file.used = ++clock_;
  return file;
}

// Null: nobody knows what the columns are.
ZeekTsv::File* ZeekTsv::FileOfRow(const TextInput& input) {
  const auto found = files_.find(input.origin);
  if (found != files_.end() && !found->second.columns.empty()) {
    // A cut row is one still; another kind of line that begins with a digit is not.
    return FindByte(input.text, found->second.separator) != input.text.npos ? &found->second
                                                                            : nullptr;
  }
  if (!BeginsWithTime(input.text)) return nullptr;
  const absl::string_view log = ZeekLogOfFile(input.origin);
  const auto fields = DefaultZeekColumns(log, CountOf(input.text, '\t'));
  if (fields.empty()) return nullptr;
  File& file = FileOf(input.origin);
  file = File{};
  file.log = std::string(log);
  for (const absl::string_view field : fields) file.fields.emplace_back(field);
  SetColumns({}, file);
  return &file;
}

void ZeekTsv::SetColumns(const std::vector<absl::string_view>& types, File& file) {
  file.dialect = &ZeekLog(file.log);
  file.columns.clear();
  DialectTree tree(*file.dialect);
  for (std::size_t i = 0; i < file.fields.size(); ++i) {
    Column column;
    column.node = tree.Child(tree.root(), nullptr, file.fields[i], 1);
    column.node.next = column.node.child = nullptr;
    column.type = file.fields[i] == "ts" ? Type::kTime : Type::kGuess;
    if (i < types.size()) {
      absl::string_view type = types[i];
      column.list = absl::ConsumePrefix(&type, "set[") || absl::ConsumePrefix(&type, "vector[") ||
                    absl::ConsumePrefix(&type, "table[");
      column.type = TypeOf(absl::StripSuffix(type, "]"));
    }
    file.columns.push_back(std::move(column));
  }
}

ZeekTsv::Type ZeekTsv::TypeOf(absl::string_view name) {
  if (name == "time") return Type::kTime;
  if (name == "count" || name == "int" || name == "port") return Type::kInteger;
  if (name == "interval" || name == "double") return Type::kDouble;
  if (name == "bool") return Type::kBool;
  return Type::kText;
}

TextResult ZeekTsv::ReadRow(absl::string_view text, const File& file, EventRow& row) {
  FieldWriter writer(row);
  RecordNotes notes;
  TextResult result;
  texts_used_ = 0;
  texts_.resize(std::max<std::size_t>(texts_.size(), RecordNotes::kCountMax));
  std::size_t at = 0;
  for (const Column& column : file.columns) {
    if (at > text.size()) break;
    const std::size_t end = std::min(FindByte(text, file.separator, at), text.size());
    PutColumn(file, column, text.substr(at, end - at), row, writer, notes);
    at = end + 1;
  }
  if (at < text.size()) writer.String("labels.zeek.more", text.substr(at));
  RecordValue log = RecordValue::Text(file.log);
  notes.Set(static_cast<std::uint8_t>(ZeekNote::kLog), log);
  Record record{notes, row, writer, result, *file.dialect};
  file.dialect->conclude(record);
  return result;
}

void ZeekTsv::PutColumn(const File& file, const Column& column, absl::string_view text,
                        EventRow& row, FieldWriter& writer, RecordNotes& notes) {
  if (text.empty() || text == file.unset_field || text == file.empty_field) return;
  if (!column.list || FindByte(text, file.set_separator) == text.npos) {
    PutValue(column, text, false, row, writer, notes);
    return;
  }
  for (const absl::string_view element : absl::StrSplit(text, file.set_separator)) {
    if (element.empty() || element == file.unset_field) continue;
    PutValue(column, element, true, row, writer, notes);
  }
}

void ZeekTsv::PutValue(const Column& column, absl::string_view text, bool in_list, EventRow& row,
                       FieldWriter& writer, RecordNotes& notes) {
  RecordValue value = RecordValue::Text(text);
  std::string scratch;
  std::int64_t integer = 0;
  double number = 0;
  const bool guess = column.type == Type::kGuess;
  if (column.type == Type::kTime) {
    const bool is_ts = column.node.note == static_cast<std::uint8_t>(ZeekNote::kTime);
    if (const auto iso = is_ts ? std::nullopt : IsoTime(text)) {
      scratch = *iso;
      value = RecordValue::Text(scratch);
    }
  } else if ((column.type == Type::kInteger || guess) && absl::SimpleAtoi(text, &integer)) {
    value = RecordValue::Integer(integer);
  } else if ((column.type == Type::kDouble || (guess && absl::StrContains(text, "."))) &&
             absl::SimpleAtod(text, &number)) {
    value = RecordValue::Double(number);
  } else if ((column.type == Type::kBool || guess) && (text == "T" || text == "F")) {
    value = RecordValue::Bool(text == "T");
  } else if (FindByte(text, '\\') != text.npos) {
    std::string bytes;
    Unescape(text, &bytes);
    RepairText(bytes, &scratch);
    value = RecordValue::Text(scratch);
  }
  if (!scratch.empty() && column.node.note != 0 && texts_used_ < texts_.size()) {
    std::string& kept = texts_[texts_used_++];
    kept = std::move(scratch);
    value = RecordValue::Text(kept);
  }
  DialectTree::Put(column.node, value, in_list, row, writer, notes);
}

}  // namespace dims
