// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <time.h>

#include <cstdint>
#include <fstream>
#include <functional>
#include <string>
#include <utility>

#include "agent/parse/line_parser.h"
#include "common/event/batch_builder.h"
#include "common/event/column_builder.h"
#include "common/event/select_rows.h"

namespace dims {

inline constexpr std::int64_t kBenchReceived = 1'796'000'000'000'000'000;

// Processor time of this thread: other work on the machine does not count.
inline double ProcessorSeconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

// What the server adds to a batch before it stores it.
inline void AddOrigin(EventBatch& batch, std::int64_t first_ordinal) {
  constexpr char kAgent[] = "0b5e6c1e-8f0e-4a64-9f62-6f2f4b1d9a01";
  batch.Put(ConstantKeyword("organization.id", batch.rows(), "seattle"));
  batch.Put(ConstantKeyword("agent.id", batch.rows(), kAgent));
  batch.Put(
      ConstantKeyword("event.stream", batch.rows(), std::string(kAgent) + "/9a3cde0011aa22bb"));
  batch.Put(ConstantTime("event.ingested", batch.rows(), kBenchReceived + first_ordinal));
  ColumnBuilder ordinals("event.ordinal", ColumnType::kInteger);
  for (std::uint32_t row = 0; row < batch.rows(); ++row) {
    ordinals.SetInteger(row, first_ordinal + row);
  }
  batch.Put(ordinals.Take(batch.rows()));
}

// Parses a log file as the agent does and hands out batches as the server stores them.
inline void ForEachBatch(const char* path, const std::function<void(EventBatch)>& visit) {
  std::ifstream file(path, std::ios::binary);
  BatchBuilder builder;
  LineParser parser;
  LineContext context;
  context.origin = path;
  context.received_ns = kBenchReceived;
  std::string line;
  std::int64_t ordinal = 0;
  const auto flush = [&] {
    EventBatch batch = builder.Finish();
    AddOrigin(batch, ordinal);
    ordinal += batch.rows();
    visit(std::move(batch));
  };
  while (std::getline(file, line)) {
    parser.Parse(line, context, builder);
    builder.FinishRow();
    if (builder.full()) flush();
  }
  if (builder.rows() > 0) flush();
}

}  // namespace dims
