// SPDX-License-Identifier: Apache-2.0
// Lines of a log file as sealed blocks: microseconds a line to sort and encode, bytes a line at
// rest in all and for each column. Prints one JSON object, then one for each column.
//
//   block_bench FILE [ROWS_A_BLOCK]
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bench/line_batches.h"
#include "common/event/concatenate.h"
#include "server/store/block/block_encoder.h"

namespace dims {
namespace {

struct ColumnTotals {
  std::uint64_t head = 0;
  std::uint64_t body = 0;
};

int Run(const char* path, std::uint32_t rows_a_block) {
  std::vector<EventBatch> batches;
  ForEachBatch(path, [&](EventBatch batch) { batches.push_back(std::move(batch)); });
  std::map<std::string, ColumnTotals> totals;
  ZstdCodec zstd;
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  double concatenate_s = 0;
  double encode_s = 0;
  std::vector<const EventBatch*> group;
  std::uint32_t group_rows = 0;
  for (std::size_t i = 0; i < batches.size(); ++i) {
    group.push_back(&batches[i]);
    group_rows += batches[i].rows();
    const bool last = i + 1 == batches.size();
    if (!last && group_rows + batches[i + 1].rows() <= rows_a_block) continue;
    const double begin = ProcessorSeconds();
    const EventBatch all = Concatenate(group);
    const double middle = ProcessorSeconds();
    const EncodedBlock block = EncodeBlock(all, zstd);
    concatenate_s += middle - begin;
    encode_s += ProcessorSeconds() - middle;
    for (const EncodedColumn& column : block.columns) {
      ColumnTotals& total =
          totals[absl::StrCat(column.id.name, " ", ColumnTypeName(column.id.type))];
      total.head += column.head.size();
      total.body += column.body.size();
    }
    rows += all.rows();
    bytes += block.header.StoredBytes() + block.header.Serialize().size();
    group.clear();
    group_rows = 0;
  }
  const auto count = static_cast<double>(rows);
  std::printf("{\"rows\":%llu,\"bytes_per_row\":%.2f,\"concatenate_us\":%.3f,\"encode_us\":%.3f}\n",
              static_cast<unsigned long long>(rows), static_cast<double>(bytes) / count,
              concatenate_s / count * 1e6, encode_s / count * 1e6);
  for (const auto& [name, total] : totals) {
    std::printf("{\"column\":\"%s\",\"head\":%.3f,\"body\":%.3f}\n", name.c_str(),
                static_cast<double>(total.head) / count, static_cast<double>(total.body) / count);
  }
  return 0;
}

}  // namespace
}  // namespace dims

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: block_bench FILE [ROWS_A_BLOCK]\n");
    return 2;
  }
  return dims::Run(argv[1], argc > 2 ? static_cast<std::uint32_t>(std::atoi(argv[2])) : 65536);
}
