// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "agent/fields/event_row.h"
#include "agent/formats/dialect_tree.h"
#include "agent/formats/text_format.h"

namespace dims {

// Zeek's own log files: columns between tabs, named by "#fields" and the other lines that begin
// with "#" (docs.zeek.org, "Zeek Log Formats"). A row gives the same event as its JSON form.
//
// What a file's header said is remembered by TextInput::origin, for kFilesMax files (the one used
// longest ago is forgotten). Without a header the columns are those Zeek gives the log of that
// file's name by default, if the row has as many. "-" is no value, "(empty)" an empty one; "\x09"
// and "\\" are what they stand for. Values beyond the last column go to labels.zeek.more.
//
// Limits: kColumnsMax columns. Thread: one.
class ZeekTsv {
 public:
  static constexpr std::size_t kFilesMax = 256;
  static constexpr std::size_t kColumnsMax = 256;

  // None: not a line of such a file, and nothing was written.
  std::optional<TextResult> Parse(const TextInput& input, EventRow& row);

 private:
  enum class Type : std::uint8_t { kText, kTime, kInteger, kDouble, kBool, kGuess };

  struct Column {
    DialectTree::Node node;
    Type type = Type::kText;
    bool list = false;
  };

  struct File {
    std::string log;
    char separator = '\t';
    char set_separator = ',';
    std::string empty_field = "(empty)";
    std::string unset_field = "-";
    std::vector<std::string> fields;
    std::vector<Column> columns;
    const Dialect* dialect = nullptr;
    std::uint64_t used = 0;
  };

  bool ReadHeader(absl::string_view line, File& file);
  File& FileOf(absl::string_view origin);
  File* FileOfRow(const TextInput& input);
  static void SetColumns(const std::vector<absl::string_view>& types, File& file);
  static Type TypeOf(absl::string_view name);
  TextResult ReadRow(absl::string_view text, const File& file, EventRow& row);
  void PutColumn(const File& file, const Column& column, absl::string_view text, EventRow& row,
                 FieldWriter& writer, RecordNotes& notes);
  void PutValue(const Column& column, absl::string_view text, bool in_list, EventRow& row,
                FieldWriter& writer, RecordNotes& notes);

  absl::flat_hash_map<std::string, File> files_;
  std::uint64_t clock_ = 0;
  std::vector<std::string> texts_;  // what notes of the current row point to, and could not else
  std::size_t texts_used_ = 0;
};

}  // namespace dims
