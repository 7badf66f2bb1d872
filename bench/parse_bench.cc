// SPDX-License-Identifier: Apache-2.0
// Parse, tag and build of log lines on one core: parse_bench FILE [REPEATS [DATASET]]. Prints one
// JSON line. With DATASET every line must be read as that (or DATASET.something) before anything is
// timed.
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/parse/line_parser.h"
#include "agent/parse/tagger.h"
#include "common/event/batch_builder.h"

namespace dims {
namespace {

double CpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

std::vector<std::string> ReadLines(const char* path, std::size_t* bytes) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    *bytes += line.size();
    lines.push_back(line);
  }
  return lines;
}

LineContext ContextOf(const char* path) {
  LineContext context;
  context.origin = path;
  context.received_ns = 1'800'000'000'000'000'000;
  return context;
}

// False: a line was not read as `dataset`, and is shown.
bool AllAreOf(absl::string_view dataset, const char* path, const std::vector<std::string>& lines) {
  LineParser parser;
  BatchBuilder builder;
  for (const std::string& line : lines) {
    parser.Parse(line, ContextOf(path), builder);
    builder.FinishRow();
    const EventBatch batch = builder.Finish();
    const absl::string_view read = batch.Find("event.dataset")->TextAt(0);
    if (read == dataset || absl::StartsWith(read, absl::StrCat(dataset, "."))) continue;
    std::fprintf(stderr, "parse_bench: %s: read as %s: %s\n", path, std::string(read).c_str(),
                 line.c_str());
    return false;
  }
  return true;
}

int Run(const char* path, int repeats, const char* dataset) {
  std::size_t bytes = 0;
  const std::vector<std::string> lines = ReadLines(path, &bytes);
  if (lines.empty()) {
    std::fprintf(stderr, "parse_bench: %s: no lines\n", path);
    return 1;
  }
  if (dataset != nullptr && !AllAreOf(dataset, path, lines)) return 1;
  LineParser parser;
  const Tagger tagger{{"dmz"}, "amber"};
  BatchBuilder builder;
  const LineContext context = ContextOf(path);
  std::size_t columns = 0;
  std::size_t batches = 0;
  double best = 1e9;
  for (int repeat = 0; repeat < repeats; ++repeat) {
    const double begin = CpuSeconds();
    for (const std::string& line : lines) {
      parser.Parse(line, context, builder);
      tagger.Tag(builder);
      builder.FinishRow();
      if (!builder.full()) continue;
      columns += builder.Finish().columns().size();
      ++batches;
    }
    if (builder.rows() > 0) {
      columns += builder.Finish().columns().size();
      ++batches;
    }
    const double seconds = CpuSeconds() - begin;
    if (seconds < best) best = seconds;
  }
  const auto count = static_cast<double>(lines.size());
  std::printf(
      "{\"bench\":\"parse\",\"lines\":%zu,\"bytes_per_line\":%.1f,\"us_per_line\":%.3f,"
      "\"lines_per_s\":%.0f,\"mb_per_s\":%.1f,\"columns_per_batch\":%.1f}\n",
      lines.size(), static_cast<double>(bytes) / count, best * 1e6 / count, count / best,
      static_cast<double>(bytes) / best / 1e6,
      static_cast<double>(columns) / static_cast<double>(batches));
  return 0;
}

}  // namespace
}  // namespace dims

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: parse_bench FILE [REPEATS [DATASET]]\n");
    return 2;
  }
  return dims::Run(argv[1], argc > 2 ? std::atoi(argv[2]) : 5, argc > 3 ? argv[3] : nullptr);
}
