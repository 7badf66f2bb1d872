// SPDX-License-Identifier: Apache-2.0
#include "common/event/batch_codec.h"

#include <zstd.h>

#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "common/base/check.h"
#include "common/base/little_endian.h"
#include "common/base/status_macros.h"
#include "common/event/column_codec.h"
#include "common/event/event_batch.h"
#include "dims/v1/event.pb.h"

namespace dims {
namespace {

constexpr std::uint8_t kFormatVersion = 1;
constexpr std::uint8_t kZstdFrame = 1;
constexpr std::size_t kHeaderBytes = 8;  // version, compression, 2 zero bytes, raw bytes
constexpr int kZstdLevel = 1;            // what the budget was measured with
constexpr std::size_t kDescriptorBytesMax = 256u << 10;
// What all arrays may take once decoded. Legal batches stay below 40 MiB.
constexpr std::size_t kMemoryBytesMax = 64u << 20;
// Scratch kept from batch to batch; a monstrous batch does not stay.
constexpr std::size_t kScratchBytesMax = 2u << 20;

struct FreeCompression {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

struct FreeDecompression {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

absl::Status WrongPayload(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("payload: ", what));
}

void Shrink(std::string& scratch) {
  if (scratch.capacity() > kScratchBytesMax) std::string().swap(scratch);
}

// The frame of a payload whose header fits the rules, and what it declares.
absl::StatusOr<absl::string_view> FrameOf(absl::string_view payload, std::uint32_t& raw_bytes) {
  if (payload.size() < kHeaderBytes) return WrongPayload("shorter than its header");
  if (static_cast<std::uint8_t>(payload[0]) != kFormatVersion)
    return WrongPayload("unknown version");
  if (static_cast<std::uint8_t>(payload[1]) != kZstdFrame)
    return WrongPayload("unknown compression");
  if (payload[2] != 0 || payload[3] != 0) return WrongPayload("reserved bytes are not zero");
  raw_bytes = ReadLittleEndian<std::uint32_t>(payload, 4);
  if (raw_bytes > kBatchRawBytesMax) return WrongPayload("declares more than 8 MiB");
  const absl::string_view frame = payload.substr(kHeaderBytes);
  if (ZSTD_getFrameContentSize(frame.data(), frame.size()) != raw_bytes) {
    return WrongPayload("the frame's size is not the declared one");
  }
  // Exactly one frame: neither skippable ones nor bytes behind it.
  if (ZSTD_findFrameCompressedSize(frame.data(), frame.size()) != frame.size()) {
    return WrongPayload("not exactly one zstd frame");
  }
  return frame;
}

absl::StatusOr<v1::BatchDescriptor> DescriptorOf(absl::string_view raw, absl::string_view& arrays) {
  if (raw.size() < 4) return WrongPayload("no descriptor");
  const auto bytes = ReadLittleEndian<std::uint32_t>(raw);
  if (bytes > kDescriptorBytesMax || bytes > raw.size() - 4)
    return WrongPayload("descriptor too long");
  v1::BatchDescriptor descriptor;
  if (!descriptor.ParseFromArray(raw.data() + 4, static_cast<int>(bytes))) {
    return WrongPayload("the descriptor does not parse");
  }
  if (descriptor.rows() > kBatchRowsMax) return WrongPayload("more than 4,096 rows");
  if (descriptor.columns_size() > static_cast<int>(kBatchColumnsMax)) {
    return WrongPayload("more than 512 columns");
  }
  arrays = raw.substr(4 + bytes);
  return descriptor;
}

}  // namespace

struct BatchEncoder::Context {
  std::unique_ptr<ZSTD_CCtx, FreeCompression> zstd{ZSTD_createCCtx()};
  std::string arrays;
  std::string raw;
  std::string compressed;  // only ever grows, so that it is not cleared for each batch
};

BatchEncoder::BatchEncoder() : context_(std::make_unique<Context>()) {
  DIMS_CHECK(context_->zstd != nullptr);
}

BatchEncoder::~BatchEncoder() = default;

EncodedBatch BatchEncoder::Encode(const EventBatch& batch) {
  DIMS_CHECK(batch.rows() <= kBatchRowsMax && batch.columns().size() <= kBatchColumnsMax);
  std::string& arrays = context_->arrays;
  std::string& raw = context_->raw;
  v1::BatchDescriptor descriptor;
  descriptor.set_rows(batch.rows());
  arrays.clear();
  for (const Column& column : batch.columns()) {
    EncodeColumn(column, *descriptor.add_columns(), arrays);
  }
  raw.clear();
  AppendLittleEndian(raw, static_cast<std::uint32_t>(descriptor.ByteSizeLong()));
  descriptor.AppendToString(&raw);
  raw += arrays;
  DIMS_CHECK(raw.size() <= kBatchRawBytesMax);

  std::string& compressed = context_->compressed;
  const std::size_t bound = ZSTD_compressBound(raw.size());
  if (compressed.size() < bound) compressed.resize(bound);
  const std::size_t written = ZSTD_compressCCtx(context_->zstd.get(), compressed.data(), bound,
                                                raw.data(), raw.size(), kZstdLevel);
  DIMS_CHECK(!ZSTD_isError(written));

  EncodedBatch out;
  out.rows = batch.rows();
  out.raw_bytes = static_cast<std::uint32_t>(raw.size());
  out.payload.reserve(kHeaderBytes + written);
  out.payload = {static_cast<char>(kFormatVersion), static_cast<char>(kZstdFrame), 0, 0};
  AppendLittleEndian(out.payload, out.raw_bytes);
  out.payload.append(compressed, 0, written);
  out.digest = Sha256(out.payload);
  Shrink(arrays);
  Shrink(raw);
  Shrink(compressed);
  return out;
}

struct BatchDecoder::Context {
  std::unique_ptr<ZSTD_DCtx, FreeDecompression> zstd{ZSTD_createDCtx()};
  std::string raw;  // only ever grows
};

BatchDecoder::BatchDecoder() : context_(std::make_unique<Context>()) {
  DIMS_CHECK(context_->zstd != nullptr);
}

BatchDecoder::~BatchDecoder() = default;

absl::StatusOr<EventBatch> BatchDecoder::Decode(absl::string_view payload) {
  std::uint32_t raw_bytes = 0;
  ASSIGN_OR_RETURN(const absl::string_view frame, FrameOf(payload, raw_bytes));
  std::string& scratch = context_->raw;
  Shrink(scratch);
  if (scratch.size() < raw_bytes) scratch.resize(raw_bytes);
  const std::size_t read = ZSTD_decompressDCtx(context_->zstd.get(), scratch.data(), raw_bytes,
                                               frame.data(), frame.size());
  if (ZSTD_isError(read) || read != raw_bytes) return WrongPayload("does not decompress");

  absl::string_view arrays;
  ASSIGN_OR_RETURN(const v1::BatchDescriptor descriptor,
                   DescriptorOf(absl::string_view(scratch).substr(0, raw_bytes), arrays));
  ColumnDecoder decoder(arrays, descriptor.rows(), kMemoryBytesMax);
  std::vector<Column> columns;
  columns.reserve(static_cast<std::size_t>(descriptor.columns_size()));
  absl::flat_hash_set<std::pair<absl::string_view, std::uint32_t>> seen;
  for (const v1::ColumnDescriptor& column : descriptor.columns()) {
    if (!seen.emplace(column.name(), column.type()).second) {
      return WrongPayload("two columns of one name and type");
    }
    ASSIGN_OR_RETURN(Column decoded, decoder.Decode(column), "payload");
    columns.push_back(std::move(decoded));
  }
  if (!decoder.done()) return WrongPayload("bytes after the last array");
  return EventBatch(descriptor.rows(), std::move(columns));
}

}  // namespace dims
