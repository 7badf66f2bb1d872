// SPDX-License-Identifier: Apache-2.0
// Lines of a log file as sealed blocks: microseconds a line to sort and encode, bytes a line at
// rest in all and for each column. Prints one JSON object, then one for each column.
//
//   block_bench FILE [ROWS_A_BLOCK]
#include <time.h>

#include <cstdio>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/parse/line_parser.h"
#include "common/event/batch_builder.h"
#include "common/event/column_builder.h"
#include "common/event/concatenate.h"
#include "common/event/select_rows.h"
#include "server/store/block/block_encoder.h"

namespace dims {
namespace {

constexpr std::int64_t kReceived = 1'796'000'000'000'000'000;

// What the server adds to a batch before it stores it.
void AddOrigin(EventBatch& batch, std::int64_t first_ordinal) {
  batch.Put(ConstantKeyword("organization.id", batch.rows(), "seattle"));
  batch.Put(ConstantKeyword("agent.id", batch.rows(), "0b5e6c1e-8f0e-4a64-9f62-6f2f4b1d9a01"));
  batch.Put(ConstantKeyword("event.stream", batch.rows(),
                            "0b5e6c1e-8f0e-4a64-9f62-6f2f4b1d9a01/9a3cde0011aa22bb"));
  batch.Put(ConstantTime("event.ingested", batch.rows(), kReceived + first_ordinal));
  ColumnBuilder ordinals("event.ordinal", ColumnType::kInteger);
  for (std::uint32_t row = 0; row < batch.rows(); ++row)
    ordinals.SetInteger(row, first_ordinal + row);
  batch.Put(ordinals.Take(batch.rows()));
}

std::vector<EventBatch> ParseFile(const char* path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<EventBatch> batches;
  BatchBuilder builder;
  LineParser parser;
  LineContext context;
  context.origin = path;
  context.received_ns = kReceived;
  std::string line;
  std::int64_t ordinal = 0;
  const auto flush = [&] {
    batches.push_back(builder.Finish());
    AddOrigin(batches.back(), ordinal);
    ordinal += batches.back().rows();
  };
  while (std::getline(file, line)) {
    parser.Parse(line, context, builder);
    builder.FinishRow();
    if (builder.full()) flush();
  }
  if (builder.rows() > 0) flush();
  return batches;
}

struct ColumnTotals {
  std::uint64_t head = 0;
  std::uint64_t body = 0;
  double seconds = 0;
};

// Processor time: other work on the machine does not count.
double Now() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

int Run(const char* path, std::uint32_t rows_a_block) {
  const std::vector<EventBatch> batches = ParseFile(path);
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
    const double begin = Now();
    const EventBatch all = Concatenate(group);
    const double middle = Now();
    const EncodedBlock block = EncodeBlock(all, zstd);
    concatenate_s += middle - begin;
    encode_s += Now() - middle;
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
