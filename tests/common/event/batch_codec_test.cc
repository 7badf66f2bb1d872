// SPDX-License-Identifier: Apache-2.0
#include "common/event/batch_codec.h"

#include <zstd.h>

#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/little_endian.h"
#include "common/event/batch_builder.h"
#include "dims/v1/event.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/random_batch.h"

namespace dims {
namespace {

using ::testing::HasSubstr;

EventBatch Decoded(absl::string_view payload) {
  auto batch = BatchDecoder().Decode(payload);
  EXPECT_TRUE(batch.ok()) << batch.status();
  return batch.ok() ? *std::move(batch) : EventBatch();
}

std::string Refusal(absl::string_view payload) {
  const auto batch = BatchDecoder().Decode(payload);
  EXPECT_EQ(batch.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(batch.status().message());
}

void ExpectSame(const EventBatch& a, const EventBatch& b) {
  ASSERT_EQ(a.rows(), b.rows());
  ASSERT_EQ(a.columns().size(), b.columns().size());
  for (std::size_t i = 0; i < a.columns().size(); ++i) {
    EXPECT_EQ(a.columns()[i].parts(), b.columns()[i].parts()) << a.columns()[i].name();
  }
}

// The bytes inside the zstd frame.
std::string RawOf(const EncodedBatch& encoded) {
  std::string raw(encoded.raw_bytes, '\0');
  const std::size_t read = ZSTD_decompress(raw.data(), raw.size(), encoded.payload.data() + 8,
                                           encoded.payload.size() - 8);
  EXPECT_EQ(read, raw.size());
  return raw;
}

std::string PayloadOfRaw(absl::string_view raw) {
  std::string payload = {1, 1, 0, 0};
  AppendLittleEndian(payload, static_cast<std::uint32_t>(raw.size()));
  std::string frame(ZSTD_compressBound(raw.size()), '\0');
  frame.resize(ZSTD_compress(frame.data(), frame.size(), raw.data(), raw.size(), 1));
  return payload + frame;
}

std::string PayloadOf(const v1::BatchDescriptor& descriptor, absl::string_view arrays) {
  std::string raw;
  AppendLittleEndian(raw, static_cast<std::uint32_t>(descriptor.ByteSizeLong()));
  descriptor.AppendToString(&raw);
  return PayloadOfRaw(absl::StrCat(raw, arrays));
}

// A batch of `rows` with the one column that `fill` describes.
std::string PayloadOfColumn(std::uint32_t rows, absl::string_view arrays,
                            const std::function<void(v1::ColumnDescriptor&)>& fill) {
  v1::BatchDescriptor descriptor;
  descriptor.set_rows(rows);
  v1::ColumnDescriptor& column = *descriptor.add_columns();
  column.set_name("x");
  fill(column);
  return PayloadOf(descriptor, arrays);
}

EventBatch SmallBatch() {
  BatchBuilder builder;
  builder.Keyword(Field::kUserName, "root");
  builder.Ip(Field::kSourceIp, *IpAddress::Parse("198.51.100.7"));
  builder.Integer(Field::kTimestamp, 1'796'000'000'000'000'000);
  builder.FinishRow();
  builder.Keyword(Field::kUserName, "ed");
  builder.Integer(Field::kTimestamp, 1'796'000'002'000'000'000);
  builder.AddKeyword(Field::kTags, "a");
  builder.FinishRow();
  return builder.Finish();
}

// docs/wire_format.md explains these bytes one by one.
constexpr absl::string_view kSmallRawHex =
    "6d000000080212150a09757365722e6e616d651001280230063801700112130a09736f757263652e69701003"
    "18034001480412250a0a4074696d657374616d701005788080d089809fd6ec3180018094ebdc038801019001"
    "0412160a0474616773100818032801300138015001580160010402726f6f746564000101c633640702016101";
constexpr absl::string_view kSmallPayloadHex =
    "010100008400000028b52ffd20842104006d000000080212150a09757365722e6e616d651001280230063801"
    "700112130a09736f757263652e6970100318034001480412250a0a4074696d657374616d701005788080d089"
    "809fd6ec3180018094ebdc0388010190010412160a0474616773100818032801300138015001580160010402"
    "726f6f746564000101c633640702016101";

TEST(BatchCodecTest, WritesTheBytesOfTheFormatPage) {
  const EncodedBatch encoded = BatchEncoder().Encode(SmallBatch());
  EXPECT_EQ(absl::BytesToHexString(RawOf(encoded)), kSmallRawHex);
  EXPECT_EQ(absl::BytesToHexString(encoded.payload.substr(0, 4)), "01010000");
  EXPECT_EQ(encoded.rows, 2u);
  EXPECT_EQ(encoded.digest, Sha256(encoded.payload));
}

TEST(BatchCodecTest, ReadsThePayloadsOfTheFirstVersionForEver) {
  ExpectSame(Decoded(absl::HexStringToBytes(kSmallPayloadHex)), SmallBatch());
}

TEST(BatchCodecTest, ReadsBackRandomBatches) {
  SeededRandom random(1);
  BatchEncoder encoder;
  BatchDecoder decoder;
  for (int round = 0; round < 400; ++round) {
    const auto rows = static_cast<std::uint32_t>(random.Below(round % 20 == 0 ? 4097 : 130));
    const EventBatch batch = RandomBatch(rows, random);
    const EncodedBatch encoded = encoder.Encode(batch);
    const auto decoded = decoder.Decode(encoded.payload);
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    ExpectSame(*decoded, batch);
  }
}

TEST(BatchCodecTest, GivesTheSameBytesForTheSameBatch) {
  SeededRandom random(2);
  const EventBatch batch = RandomBatch(500, random);
  BatchEncoder used;
  used.Encode(RandomBatch(300, random));
  EXPECT_EQ(used.Encode(batch).payload, BatchEncoder().Encode(batch).payload);
}

TEST(BatchCodecTest, ForgetsWhatAbsentRowsHold) {
  ColumnParts parts;
  parts.name = "message";
  parts.type = ColumnType::kText;
  parts.rows = 2;
  parts.presence = RowBitmap(2);
  parts.presence->Set(1);
  parts.strings.Add("nobody's");
  parts.strings.Add("kept");
  const EventBatch decoded = Decoded(BatchEncoder().Encode(EventBatch(2, {Column(parts)})).payload);
  EXPECT_EQ(decoded.Find("message")->strings().bytes(), "kept");
  EXPECT_EQ(decoded.Find("message")->TextAt(1), "kept");
}

TEST(BatchCodecTest, RefusesEveryTruncation) {
  SeededRandom random(3);
  const std::string payload = BatchEncoder().Encode(RandomBatch(50, random)).payload;
  BatchDecoder decoder;
  for (std::size_t size = 0; size < payload.size(); ++size) {
    EXPECT_FALSE(decoder.Decode(absl::string_view(payload).substr(0, size)).ok()) << size;
  }
}

TEST(BatchCodecTest, SurvivesFlippedBitsInPayloadAndArrays) {
  SeededRandom random(4);
  const EncodedBatch encoded = BatchEncoder().Encode(RandomBatch(60, random));
  const std::string raw = RawOf(encoded);
  BatchDecoder decoder;
  for (int round = 0; round < 4000; ++round) {
    std::string flipped = round % 4 == 0 ? encoded.payload : raw;
    for (std::uint64_t i = 0; i <= random.Below(3); ++i) {
      char& byte = flipped[random.Below(flipped.size())];
      byte = static_cast<char>(byte ^ (1 << random.Below(8)));
    }
    const auto batch = decoder.Decode(round % 4 == 0 ? flipped : PayloadOfRaw(flipped));
    if (!batch.ok()) continue;
    for (const Column& column : batch->columns()) EXPECT_TRUE(ValidateParts(column.parts()).ok());
  }
}

TEST(BatchCodecTest, RefusesForeignHeaders) {
  const std::string good = BatchEncoder().Encode(SmallBatch()).payload;
  const auto with = [&](std::size_t at, char byte) {
    std::string changed = good;
    changed[at] = byte;
    return Refusal(changed);
  };
  EXPECT_THAT(with(0, 2), HasSubstr("unknown version"));
  EXPECT_THAT(with(1, 0), HasSubstr("unknown compression"));
  EXPECT_THAT(with(3, 1), HasSubstr("reserved"));
  EXPECT_THAT(with(4, 1), HasSubstr("declared"));
  EXPECT_THAT(with(7, 1), HasSubstr("8 MiB"));
  EXPECT_THAT(Refusal(good + "x"), HasSubstr("one zstd frame"));
  EXPECT_THAT(Refusal(good + good.substr(8)), HasSubstr("one zstd frame"));
}

TEST(BatchCodecTest, ChecksRowsAndColumnsBeforeAnythingElse) {
  v1::BatchDescriptor descriptor;
  descriptor.set_rows(4097);
  EXPECT_THAT(Refusal(PayloadOf(descriptor, "")), HasSubstr("4,096 rows"));
  descriptor.set_rows(0);
  for (int i = 0; i < 513; ++i) descriptor.add_columns();
  EXPECT_THAT(Refusal(PayloadOf(descriptor, "")), HasSubstr("512 columns"));
}

TEST(BatchCodecTest, RefusesTheSameColumnTwice) {
  v1::BatchDescriptor descriptor;
  for (int i = 0; i < 2; ++i) {
    descriptor.add_columns()->set_name("x");
    descriptor.mutable_columns(i)->set_type(1);
  }
  EXPECT_THAT(Refusal(PayloadOf(descriptor, "")), HasSubstr("one name and type"));
}

TEST(BatchCodecTest, RefusesNamesThatAreEmptyOrTooLong) {
  for (const std::string& name : {std::string(), std::string(257, 'n')}) {
    const std::string payload = PayloadOfColumn(0, "", [&](v1::ColumnDescriptor& column) {
      column.set_name(name);
      column.set_type(1);
    });
    EXPECT_THAT(Refusal(payload), HasSubstr("column name"));
  }
}

TEST(BatchCodecTest, RefusesUnknownTypesWidthsAndPresences) {
  EXPECT_THAT(Refusal(PayloadOfColumn(1, "", [](auto& c) { c.set_type(10); })),
              HasSubstr("no type 10"));
  EXPECT_THAT(Refusal(PayloadOfColumn(1, "",
                                      [](auto& c) {
                                        c.set_type(1);
                                        c.set_code_width(3);
                                      })),
              HasSubstr("width"));
  EXPECT_THAT(Refusal(PayloadOfColumn(1, "",
                                      [](auto& c) {
                                        c.set_type(1);
                                        c.set_presence(4);
                                      })),
              HasSubstr("presence"));
}

TEST(BatchCodecTest, RefusesACodeBeyondTheDictionary) {
  const std::string payload = PayloadOfColumn(1, "\x01z\x01", [](v1::ColumnDescriptor& column) {
    column.set_type(1);
    column.set_strings_count(1);
    column.set_strings_bytes(1);
    column.set_length_width(1);
    column.set_code_width(1);
  });
  EXPECT_THAT(Refusal(payload), HasSubstr("beyond the dictionary"));
}

TEST(BatchCodecTest, RefusesCountsThatWouldTakeMemoryWithoutBytes) {
  const std::string payload = PayloadOfColumn(1, "", [](v1::ColumnDescriptor& column) {
    column.set_type(1);
    column.set_strings_count(std::numeric_limits<std::uint32_t>::max());
  });
  EXPECT_THAT(Refusal(payload), HasSubstr("too much memory"));
}

TEST(BatchCodecTest, RefusesAValueAbove256KiB) {
  const std::uint32_t length = kValueBytesMax + 1;
  std::string arrays;
  AppendLittleEndian(arrays, length);
  arrays.append(length, 'x');
  const std::string payload = PayloadOfColumn(1, arrays, [&](v1::ColumnDescriptor& column) {
    column.set_type(2);
    column.set_strings_count(1);
    column.set_strings_bytes(length);
    column.set_length_width(4);
  });
  EXPECT_THAT(Refusal(payload), HasSubstr("256 KiB"));
}

TEST(BatchCodecTest, RefusesABigValueTimesManyRows) {
  const std::uint32_t length = kValueBytesMax;
  std::string arrays;
  AppendLittleEndian(arrays, length);
  arrays.append(length, 'x');
  const auto fill = [&](v1::ColumnDescriptor& column) {
    column.set_type(1);
    column.set_strings_count(1);
    column.set_strings_bytes(length);
    column.set_length_width(4);
  };
  EXPECT_TRUE(BatchDecoder().Decode(PayloadOfColumn(64, arrays, fill)).ok());
  EXPECT_THAT(Refusal(PayloadOfColumn(65, arrays, fill)), HasSubstr("16 MiB"));
}

TEST(BatchCodecTest, RefusesBytesAfterTheLastArray) {
  EXPECT_THAT(Refusal(PayloadOf(v1::BatchDescriptor(), "x")), HasSubstr("after the last array"));
}

TEST(BatchCodecTest, RefusesRunsThatOverlapOrPassTheEnd) {
  const auto fill = [](v1::ColumnDescriptor& column) {
    column.set_type(4);
    column.set_presence(2);
    column.set_runs_count(2);
  };
  using namespace std::string_literals;
  EXPECT_THAT(Refusal(PayloadOfColumn(9, "\0\0\2\0\1\0\1\0"s, fill)), HasSubstr("runs"));
  EXPECT_THAT(Refusal(PayloadOfColumn(9, "\0\0\2\0\x8\0\2\0"s, fill)), HasSubstr("runs"));
  EXPECT_TRUE(BatchDecoder().Decode(PayloadOfColumn(9, "\0\0\2\0\x8\0\1\0"s, fill)).ok());
}

TEST(BatchCodecTest, RefusesPresenceBitsBeyondTheLastRow) {
  const std::string payload = PayloadOfColumn(3, "\x08", [](v1::ColumnDescriptor& column) {
    column.set_type(4);
    column.set_presence(3);
  });
  EXPECT_THAT(Refusal(payload), HasSubstr("presence bits"));
}

TEST(BatchCodecTest, DecodesWhatTheFullestBuilderMakes) {
  BatchBuilder builder;
  for (int i = 0; i < 30; ++i) {
    builder.NamedText(absl::StrCat("labels.", i), std::string(kValueBytesMax, 'x'));
  }
  builder.FinishRow();
  Decoded(BatchEncoder().Encode(builder.Finish()).payload);

  std::uint32_t rows = 0;
  for (; !builder.full(); ++rows) {
    for (int i = 0; i < 300; ++i) builder.NamedInteger(absl::StrCat("labels.", i), INT64_MAX - i);
    builder.FinishRow();
  }
  EXPECT_EQ(Decoded(BatchEncoder().Encode(builder.Finish()).payload).rows(), rows);
}

}  // namespace
}  // namespace dims
