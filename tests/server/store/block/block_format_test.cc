// SPDX-License-Identifier: Apache-2.0
// The literal bytes of docs/block_format.md, version 1. A change here is a new version, not a fix.
#include "absl/strings/escaping.h"
#include "tests/server/store/block/block_fixture.h"

namespace dims {
namespace {

constexpr std::uint32_t kRows = 4;

class BlockFormatTest : public testing::Test {
 protected:
  BlockFormatTest() {
    ColumnBuilder user("user.name", ColumnType::kKeyword);
    ColumnBuilder source("source.ip", ColumnType::kIp);
    ColumnBuilder time("@timestamp", ColumnType::kTime);
    ColumnBuilder message("message", ColumnType::kText);
    user.SetBytes(0, "root");
    user.SetBytes(2, "guest");
    for (std::uint32_t row = 0; row < kRows; ++row) {
      const IpAddress address = IpAddress::FromV4(0x0a000001u + row * row);
      source.SetIp(row, address);
      time.SetInteger(row, 1000 + row);
      message.SetBytes(row, absl::StrCat("from ", address.ToString(), " port ", 7 + row));
    }
    for (ColumnBuilder* builder : {&user, &source, &time, &message}) {
      columns_.push_back(builder->Take(kRows));
    }
  }

  EncodedColumn Encode(std::size_t column, std::vector<const Column*> siblings = {}) {
    const std::vector<std::uint32_t> order = {0, 1, 2, 3};
    return EncodeColumn(columns_[column], order, siblings, zstd_);
  }

  static std::string Hex(absl::string_view bytes) { return absl::BytesToHexString(bytes); }

  ZstdCodec zstd_;
  std::vector<Column> columns_;
};

TEST_F(BlockFormatTest, KeywordIsASortedDictionaryWithCountsAndCodesOfPresentRows) {
  const EncodedColumn column = Encode(0);
  EXPECT_EQ(Hex(column.head), absl::StrCat("0101010004000000ae8551d8d15e3a09",
                                           "02",                      // two values
                                           "0108010001", "0009",      // lengths 5, 4; bytes
                                           "6775657374", "726f6f74",  // guest, root
                                           "0002"));                  // a row each
  EXPECT_EQ(Hex(column.body), absl::StrCat("0102010004000000c7d601ba6e25d072",
                                           "03000805000000000000000",  // bitmap: rows 0 and 2
                                           "100010001"));              // codes 1, 0
}

TEST_F(BlockFormatTest, AddressesAreNumbersWithDifferencesOrAFrame) {
  const EncodedColumn column = Encode(1);
  EXPECT_EQ(Hex(column.head),
            absl::StrCat("0101030004000000fcf00801c9e84f55", "04", "0004",  // all of them IPv4
                         "01828080a00104001094", "0000", "0002"));
  EXPECT_EQ(Hex(column.body),
            "010203000400000002415725bb771198"
            "00"
            "01000200e4");
}

TEST_F(BlockFormatTest, TimesAreBitPackedAboveTheSmallest) {
  const EncodedColumn column = Encode(2);
  EXPECT_EQ(Hex(column.head), "");
  EXPECT_EQ(Hex(column.body), absl::StrCat("0102050004000000388e02bd581b3cd4",
                                           "00",                      // all present
                                           "01", "d00f", "02", "00",  // frame, 1000, 2 bits
                                           "e4"));                    // 0, 1, 2, 3
}

TEST_F(BlockFormatTest, TextsAreATemplateAReferenceAndTheValuesOfOneGroup) {
  const EncodedColumn column = Encode(3, {&columns_[1]});
  EXPECT_EQ(Hex(column.body), absl::StrCat("010202000400000053a4d48657d2955a", "00", "01", "03",
                                           "09", Hex("source.ip"),  // one reference
                                           "01", "0022", "0011",    // one shape, 17 bytes
                                           Hex("from "), "1a0700", Hex(" port "), "1a0100",
                                           "0000",              // the template of each
                                           "000a",              // bytes of the group
                                           "010e0200", "e4"));  // 7, 8, 9, 10
}

TEST_F(BlockFormatTest, HeaderNamesColumnsWithTheirBoundsAndChecksums) {
  EventBatch batch(kRows, {});
  batch.Put(columns_[0]);
  batch.Put(columns_[2]);
  EXPECT_EQ(Hex(EncodeBlock(batch, zstd_).header.Serialize()),
            absl::StrCat(Hex("DIMSBLK"), "01", "1028bfb4846eb43d", "04000000", "e803000000000000",
                         "eb03000000000000", "00", "02", "09", Hex("user.name"), "01", "02", "0000",
                         "2320", "ae8551d8d15e3a09", "c7d601ba6e25d072", "0a", Hex("@timestamp"),
                         "05", "04", "d00fd60f", "0017", "0000000000000000", "388e02bd581b3cd4"));
}

}  // namespace
}  // namespace dims
