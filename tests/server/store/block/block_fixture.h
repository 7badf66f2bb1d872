// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/event/column_builder.h"
#include "server/store/block/block_encoder.h"
#include "server/store/block/block_source.h"
#include "tests/support/seeded_random.h"

namespace dims {

// The parts of an encoded block, in memory.
class MemoryParts final : public PartReader {
 public:
  explicit MemoryParts(std::vector<EncodedColumn> columns) : columns_(std::move(columns)) {}

  absl::StatusOr<std::string> Read(std::uint32_t column, ColumnPart part) override {
    ++reads;
    if (part == ColumnPart::kBody) ++bodies;
    return part == ColumnPart::kHead ? columns_[column].head : columns_[column].body;
  }

  int reads = 0;
  int bodies = 0;

 private:
  std::vector<EncodedColumn> columns_;
};

inline BlockSource SourceOf(EncodedBlock block, MemoryParts** parts = nullptr) {
  auto memory = std::make_unique<MemoryParts>(std::move(block.columns));
  if (parts != nullptr) *parts = memory.get();
  return BlockSource("day-20260115/1", std::make_shared<const BlockHeader>(block.header),
                     std::move(memory));
}

// What one row of a column says, for comparison: dictionaries may be numbered differently.
inline std::string ValueAt(const Column& column, std::uint32_t row) {
  if (!column.Has(row)) return "(absent)";
  std::string list = "[";
  switch (column.type()) {
    case ColumnType::kKeyword:
    case ColumnType::kText:
      return absl::StrCat("=", column.TextAt(row));
    case ColumnType::kIp:
      return column.addresses()[column.codes()[row]].ToString();
    case ColumnType::kInteger:
    case ColumnType::kTime:
      return absl::StrCat(column.integers()[row]);
    case ColumnType::kDouble:
      return absl::StrCat(std::bit_cast<std::uint64_t>(column.doubles()[row]));
    case ColumnType::kBool:
      return column.bools()[row] != 0 ? "true" : "false";
    case ColumnType::kKeywordList:
      for (const std::uint32_t element : column.ListAt(column.codes()[row])) {
        absl::StrAppend(&list, column.strings()[element], "|");
      }
      return list;
    case ColumnType::kIpList:
      for (const std::uint32_t element : column.ListAt(column.codes()[row])) {
        absl::StrAppend(&list, column.addresses()[element].ToString(), "|");
      }
      return list;
  }
  return {};
}

// The values of the rows order[0], order[1], ...
inline std::vector<std::string> ValuesOf(const Column& column,
                                         const std::vector<std::uint32_t>& order) {
  std::vector<std::string> values;
  for (const std::uint32_t row : order) values.push_back(ValueAt(column, row));
  return values;
}

inline std::vector<std::string> ValuesOf(const Column& column) {
  std::vector<std::string> values;
  for (std::uint32_t row = 0; row < column.rows(); ++row) values.push_back(ValueAt(column, row));
  return values;
}

// Texts of the shapes logs have, with values that repeat other columns, meet by chance, or are odd.
class TextMaker {
 public:
  explicit TextMaker(SeededRandom& random) : random_(random) {}

  std::string Word() {
    static constexpr const char* kWords[] = {"Failed",   "password", "for",  "Invalid", "user",
                                             "session",  "opened",   "root", "error",   "kernel",
                                             "BREAK-IN", "é",        "x"};
    return kWords[random_.Below(std::size(kWords))];
  }

  std::string Value() {
    switch (random_.Below(9)) {
      case 0:
        return absl::StrCat(random_.Below(100000));
      case 1:
        return absl::StrCat("00", random_.Below(100));
      case 2:
        return absl::StrCat(random_.Below(100), ".", random_.Below(1000));
      case 3:
        return Address();
      case 4:
        return absl::StrCat(absl::Hex(random_.Uint64() >> random_.Below(60)));
      case 5:
        return absl::StrCat("0x", absl::Hex(random_.Below(1 << 20)));
      case 6:
        return absl::StrCat("...", random_.Below(10), ".");
      case 7:
        return absl::StrCat(random_.Uint64(), random_.Uint64());
      default:
        return absl::StrCat("User", random_.Below(30));
    }
  }

  std::string Address() {
    return absl::StrCat(random_.Below(3) + 9, ".", random_.Below(300), ".", random_.Below(4), ".",
                        random_.Below(260));
  }

  std::string Text() {
    if (random_.OneIn(50)) return {};
    if (random_.OneIn(60)) return std::string("\x1a\x01", 2) + Word();
    std::string text;
    static constexpr const char* kBetween[] = {" ", " ", " ", "=", ":", "[", "] ", ", ", "-", "\n"};
    for (std::uint64_t parts = random_.Below(8); parts > 0; --parts) {
      text += random_.OneIn(2) ? Word() : Value();
      text += kBetween[random_.Below(std::size(kBetween))];
    }
    return text;
  }

 private:
  SeededRandom& random_;
};

}  // namespace dims
