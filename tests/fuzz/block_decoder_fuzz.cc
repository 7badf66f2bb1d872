// SPDX-License-Identifier: Apache-2.0
// The bytes as the parts of one column, with checksums that hold, so that the fuzzer reaches what
// lies behind them; the first byte chooses the type, 0 the block's header instead.
//
//   type, rows, present rows, bytes of the head (two), head, body
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "common/base/check.h"
#include "server/store/block/block_source.h"

namespace dims {
namespace {

class FuzzParts final : public PartReader {
 public:
  FuzzParts(std::string head, std::string body) : head_(std::move(head)), body_(std::move(body)) {}

  absl::StatusOr<std::string> Read(std::uint32_t, ColumnPart part) override {
    return part == ColumnPart::kHead ? head_ : body_;
  }

 private:
  std::string head_;
  std::string body_;
};

std::string Sealed(const PartHeader& header, absl::string_view contents) {
  std::string bytes = BeginPart();
  bytes.append(contents.data(), contents.size());
  SealPart(header, bytes);
  return bytes;
}

void DecodeColumn(absl::string_view input) {
  const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(input[at]); };
  const auto type = static_cast<ColumnType>(1 + (byte(0) - 1) % 9);
  BlockHeader header;
  header.rows = byte(1);
  BlockColumn column;
  column.id = ColumnId{"message", type};
  column.present_rows = byte(2) % (header.rows + 1);
  const std::size_t head_bytes = std::size_t{byte(3)} << 8 | byte(4);
  input.remove_prefix(5);
  const absl::string_view head = input.substr(0, std::min(head_bytes, input.size()));
  std::string sealed_head = Sealed({ColumnPart::kHead, type, header.rows}, head);
  std::string sealed_body =
      Sealed({ColumnPart::kBody, type, header.rows}, input.substr(head.size()));
  column.head_checksum = PartChecksum(sealed_head);
  column.body_checksum = PartChecksum(sealed_body);
  header.columns.push_back(column);
  BlockSource block("fuzz", std::make_shared<const BlockHeader>(header),
                    std::make_unique<FuzzParts>(std::move(sealed_head), std::move(sealed_body)));
  const std::uint32_t row = header.rows / 2;
  const auto taken =
      block.TakeRows(column.id, std::span(&row, header.rows >= 16 ? std::size_t{1} : 0));
  if (taken.ok()) DIMS_CHECK(ValidateParts((*taken)->parts()).ok());
  const auto loaded = block.Load(column.id);
  if (!loaded.ok()) return;
  DIMS_CHECK(ValidateParts((*loaded)->parts()).ok());
  for (const char* word : {"a", "10", "port 2", "x=1"}) {
    const Predicate predicate = Predicate::Contains(word);
    const auto found = block.Match(column.id, predicate);
    // A filter or bounds that lie may hide rows, never invent them.
    if (!found.ok()) continue;
    RowBitmap invented = *found;
    invented.AndNot(EvaluatePredicate(predicate, **loaded));
    DIMS_CHECK(type != ColumnType::kText || invented.None());
  }
}

}  // namespace
}  // namespace dims

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  if (size < 6) return 0;
  if (data[0] == 0) {
    dims::BlockHeader::Parse(input.substr(1)).status().IgnoreError();
  } else {
    dims::DecodeColumn(input);
  }
  return 0;
}
