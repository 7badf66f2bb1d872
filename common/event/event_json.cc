// SPDX-License-Identifier: Apache-2.0
#include "common/event/event_json.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "common/event/fields.h"
#include "common/event/operand.h"
#include "common/event/time_text.h"

namespace dims {
namespace {

constexpr char kHex[] = "0123456789abcdef";

unsigned char At(absl::string_view text, std::size_t i) {
  return static_cast<unsigned char>(text[i]);
}

// Bytes of the well-formed UTF-8 character at `i` (Unicode 15, table 3-7); 0: there is none.
std::size_t CharacterBytes(absl::string_view text, std::size_t i) {
  const unsigned char lead = At(text, i);
  if (lead < 0x80) return 1;
  const std::size_t size = lead >= 0xf0 ? 4 : (lead >= 0xe0 ? 3 : 2);
  if (lead < 0xc2 || lead > 0xf4 || i + size > text.size()) return 0;
  const unsigned char second = At(text, i + 1);
  unsigned char low = 0x80;
  unsigned char high = 0xbf;
  if (lead == 0xe0) low = 0xa0;
  if (lead == 0xed) high = 0x9f;
  if (lead == 0xf0) low = 0x90;
  if (lead == 0xf4) high = 0x8f;
  if (second < low || second > high) return 0;
  for (std::size_t k = 2; k < size; ++k) {
    if ((At(text, i + k) & 0xc0) != 0x80) return 0;
  }
  return size;
}

// The code of a control character (C0, DEL, C1) at `i`, which has `size` bytes; -1: it is none.
int ControlCode(absl::string_view text, std::size_t i, std::size_t size) {
  const unsigned char lead = At(text, i);
  if (size == 1 && (lead < 0x20 || lead == 0x7f)) return lead;
  if (size == 2 && lead == 0xc2 && At(text, i + 1) < 0xa0) return At(text, i + 1);
  return -1;
}

void AppendHexByte(int code, std::string& out) {
  out += kHex[code >> 4 & 0xf];
  out += kHex[code & 0xf];
}

void AppendJsonControl(int code, std::string& out) {
  if (code == '\n') {
    out += "\\n";
  } else if (code == '\r') {
    out += "\\r";
  } else if (code == '\t') {
    out += "\\t";
  } else {
    out += "\\u00";
    AppendHexByte(code, out);
  }
}

// A template over what is done with control characters: the rest of a text is the same for all
// forms.
template <typename Control, typename Plain>
void AppendText(absl::string_view text, const Control& control, const Plain& plain,
                std::string& out) {
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t size = CharacterBytes(text, i);
    if (size == 0) {
      out += "\xef\xbf\xbd";
      ++i;
      continue;
    }
    const int code = ControlCode(text, i, size);
    if (code >= 0) {
      control(code);
    } else {
      plain(text.substr(i, size));
    }
    i += size;
  }
}

void AppendPlainText(absl::string_view text, std::string& out) {
  AppendText(
      text,
      [&](int code) {
        out += "\\x";
        AppendHexByte(code, out);
      },
      [&](absl::string_view character) { out.append(character.data(), character.size()); }, out);
}

void AppendInteger(std::int64_t value, std::string& out) {
  absl::StrAppend(&out, value);
}

// The value of a column that has no strings.
void AppendNumber(const Column& column, std::uint32_t row, std::string& out) {
  switch (column.type()) {
    case ColumnType::kInteger:
      return AppendInteger(column.integers()[row], out);
    case ColumnType::kTime:
      return AppendTime(out, column.integers()[row]);
    case ColumnType::kDouble:
      out += PrintDouble(column.doubles()[row]);
      return;
    case ColumnType::kBool:
      out += column.bools()[row] != 0 ? "true" : "false";
      return;
    case ColumnType::kIp:
      out += column.addresses()[column.codes()[row]].ToString();
      return;
    case ColumnType::kKeyword:
    case ColumnType::kText:
    case ColumnType::kKeywordList:
    case ColumnType::kIpList:
      return;
  }
}

// Calls visit(value as text, is it free text) for the value, or each element of a list.
template <typename Visit>  // the two text forms share it
void VisitValues(const Column& column, std::uint32_t row, const Visit& visit) {
  switch (column.type()) {
    case ColumnType::kKeyword:
    case ColumnType::kText:
      return visit(column.TextAt(row), true);
    case ColumnType::kKeywordList:
      for (const std::uint32_t element : column.ListAt(column.codes()[row])) {
        visit(column.strings()[element], true);
      }
      return;
    case ColumnType::kIpList:
      for (const std::uint32_t element : column.ListAt(column.codes()[row])) {
        visit(absl::string_view(column.addresses()[element].ToString()), false);
      }
      return;
    case ColumnType::kIp:
    case ColumnType::kInteger:
    case ColumnType::kTime:
    case ColumnType::kDouble:
    case ColumnType::kBool:
      break;
  }
  std::string printed;
  AppendNumber(column, row, printed);
  visit(absl::string_view(printed), false);
}

void AppendJsonValue(const Column& column, std::uint32_t row, std::string& out) {
  switch (column.type()) {
    case ColumnType::kKeyword:
    case ColumnType::kText:
      return AppendJsonString(column.TextAt(row), out);
    case ColumnType::kIp:
    case ColumnType::kTime:
      out += '"';
      AppendNumber(column, row, out);
      out += '"';
      return;
    case ColumnType::kDouble:
      if (!std::isfinite(column.doubles()[row])) {
        out += "null";  // JSON has no infinity
        return;
      }
      return AppendNumber(column, row, out);
    case ColumnType::kInteger:
    case ColumnType::kBool:
      return AppendNumber(column, row, out);
    case ColumnType::kKeywordList:
    case ColumnType::kIpList:
      break;
  }
  out += '[';
  bool first = true;
  VisitValues(column, row, [&](absl::string_view element, bool) {
    if (!first) out += ',';
    first = false;
    AppendJsonString(element, out);
  });
  out += ']';
}

// The text of a cell before quoting.
std::string CsvSafe(absl::string_view text) {
  const bool formula = !text.empty() && absl::string_view("=+-@\t\r").find(text[0]) != text.npos;
  return absl::StrCat(formula ? "'" : "", text);
}

void AppendQuoted(absl::string_view cell, std::string& out) {
  const bool blanks = !cell.empty() && (cell.front() == ' ' || cell.back() == ' ');
  if (!blanks && cell.find_first_of(",\"\r\n;") == cell.npos) {
    out.append(cell.data(), cell.size());
    return;
  }
  out += '"';
  for (const char c : cell) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

}  // namespace

EventPrinter::EventPrinter(const EventBatch& batch) {
  for (const Column& column : batch.columns()) {
    if (IsInternal(column.name()) || column.Presence().None()) continue;
    const auto found = std::find(names_.begin(), names_.end(), column.name());
    if (found == names_.end()) names_.push_back(column.name());
  }
  const auto order = [](const std::string& name) { return name == "@timestamp" ? 0 : 1; };
  std::sort(names_.begin(), names_.end(), [&](const std::string& a, const std::string& b) {
    return order(a) != order(b) ? order(a) < order(b) : a < b;
  });
  for (const std::string& name : names_) {
    NamedColumns& field = fields_.emplace_back();
    AppendJsonString(name, field.key);
    field.key += ':';
    for (const Column& column : batch.columns()) {
      if (column.name() == name) field.columns.push_back(&column);
    }
    std::sort(field.columns.begin(), field.columns.end(),
              [](const Column* a, const Column* b) { return a->type() < b->type(); });
  }
}

void EventPrinter::AppendJson(std::uint32_t row, std::string& out) const {
  out += '{';
  bool first = true;
  for (const NamedColumns& field : fields_) {
    const auto present = std::count_if(field.columns.begin(), field.columns.end(),
                                       [row](const Column* column) { return column->Has(row); });
    if (present == 0) continue;
    if (!first) out += ',';
    first = false;
    out += field.key;
    if (present > 1) out += '[';
    bool first_value = true;
    for (const Column* column : field.columns) {
      if (!column->Has(row)) continue;
      if (!first_value) out += ',';
      first_value = false;
      AppendJsonValue(*column, row, out);
    }
    if (present > 1) out += ']';
  }
  out += '}';
}

void EventPrinter::AppendCsvCell(absl::string_view name, std::uint32_t row,
                                 std::string& out) const {
  const NamedColumns* field = Find(name);
  if (field == nullptr) return;
  std::string cell;
  bool first = true;
  for (const Column* column : field->columns) {
    if (!column->Has(row)) continue;
    VisitValues(*column, row, [&](absl::string_view value, bool free_text) {
      if (!first) cell += ';';
      cell += free_text && first ? CsvSafe(value) : std::string(value);
      first = false;
    });
  }
  AppendQuoted(cell, out);
}

void EventPrinter::AppendPlain(absl::string_view name, std::uint32_t row, std::string& out) const {
  const NamedColumns* field = Find(name);
  if (field == nullptr) return;
  bool first = true;
  for (const Column* column : field->columns) {
    if (!column->Has(row)) continue;
    VisitValues(*column, row, [&](absl::string_view value, bool) {
      if (!first) out += ", ";
      first = false;
      AppendPlainText(value, out);
    });
  }
}

const EventPrinter::NamedColumns* EventPrinter::Find(absl::string_view name) const {
  const auto found = std::find(names_.begin(), names_.end(), name);
  return found == names_.end() ? nullptr
                               : &fields_[static_cast<std::size_t>(found - names_.begin())];
}

void AppendJsonString(absl::string_view text, std::string& out) {
  out += '"';
  AppendText(
      text, [&](int code) { AppendJsonControl(code, out); },
      [&](absl::string_view character) {
        if (character[0] == '"' || character[0] == '\\') out += '\\';
        out.append(character.data(), character.size());
      },
      out);
  out += '"';
}

void AppendCsvText(absl::string_view text, std::string& out) {
  AppendQuoted(CsvSafe(text), out);
}

}  // namespace dims
