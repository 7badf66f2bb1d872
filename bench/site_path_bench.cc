// SPDX-License-Identifier: Apache-2.0
// The site's half of the way, stage after stage on one thread, over a file of lines:
//
//   site_path_bench FILE [DIRECTORY]      # the buffer is made in DIRECTORY, default a temporary
//   one
//
// Prints one JSON line: microseconds of CPU a line to read and split; to parse, tag, build and
// encode; to commit, with the number of transactions.
#include <cstdio>
#include <ctime>
#include <deque>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "agent/buffer/event_buffer.h"
#include "agent/inputs/file_input.h"
#include "agent/inputs/posix_file_system.h"
#include "agent/pipeline/batch_assembler.h"
#include "agent/pipeline/committer.h"
#include "common/base/clock.h"
#include "common/base/random.h"

namespace dims {
namespace {

constexpr std::size_t kChunksAtOnce = 64;
constexpr std::size_t kStepsAtOnce = 8;

class Chunks final : public ChunkSink {
 public:
  bool Push(InputChunk chunk) override {
    queue.push_back(std::move(chunk));
    return true;
  }

  bool HasRoom(LossClass) const override { return queue.size() < kChunksAtOnce; }

  std::deque<InputChunk> queue;
};

struct Seconds {
  double read = 0;
  double assemble = 0;
  double commit = 0;
};

// Adds the CPU time of `work` to `sum`: what else the machine does must not count.
template <typename Work>
void Timed(double& sum, const Work& work) {
  const std::clock_t begin = std::clock();
  work();
  sum += static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

int Run(const std::string& file, const std::string& directory) {
  SystemClock clock;
  SystemRandom random;
  BufferOptions options;
  options.directory = directory;
  options.agent = random.Uuid();
  options.bytes_max = 2ull << 30;
  auto buffer = EventBuffer::Open(options, clock, random);
  if (!buffer.ok()) {
    std::fprintf(stderr, "%s\n", buffer.status().ToString().c_str());
    return 1;
  }
  PosixFileSystem files;
  Chunks chunks;
  FileInputOptions input_options;
  input_options.paths = {file};
  FileInput input({input_options}, {}, files, chunks, clock);
  BatchAssembler assembler(PipelineOptions{}, clock);
  Committer committer(**buffer, clock);

  Seconds seconds;
  std::vector<CommitStep> ready;
  int commits = 0;
  absl::Status status;
  bool more = true;
  while (more && status.ok()) {
    Timed(seconds.read, [&] { more = input.Poll() != FileInput::Progress::kIdle; });
    Timed(seconds.assemble, [&] {
      for (const InputChunk& chunk : chunks.queue) assembler.Add(chunk, ready);
      chunks.queue.clear();
      if (!more) assembler.CloseAll(ready);
    });
    if (ready.size() < kStepsAtOnce && more) continue;
    ++commits;
    Timed(seconds.commit, [&] {
      for (CommitStep& step : ready) committer.Add(std::move(step));
      ready.clear();
      status = committer.Commit();
    });
  }
  const double lines = static_cast<double>(assembler.rows());
  if (!status.ok() || lines == 0) {
    std::fprintf(stderr, "%s\n", status.ToString().c_str());
    return 1;
  }
  std::printf(
      "{\"lines\":%.0f,\"read_us\":%.3f,\"assemble_us\":%.3f,\"commit_us\":%.3f,"
      "\"commits\":%d,\"payload_bytes_per_line\":%.1f}\n",
      lines, seconds.read * 1e6 / lines, seconds.assemble * 1e6 / lines,
      seconds.commit * 1e6 / lines, commits,
      static_cast<double>((*buffer)->backlog().bytes) / lines);
  return 0;
}

}  // namespace
}  // namespace dims

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: site_path_bench FILE [DIRECTORY]\n");
    return 2;
  }
  std::string directory = argc > 2 ? argv[2] : "/tmp/dims-bench-XXXXXX";
  if (argc == 2 && ::mkdtemp(directory.data()) == nullptr) return 1;
  const int result = dims::Run(std::filesystem::absolute(argv[1]).string(), directory);
  std::error_code ignored;
  if (argc == 2) std::filesystem::remove_all(directory, ignored);
  return result;
}
