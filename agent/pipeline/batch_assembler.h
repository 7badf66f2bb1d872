// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "agent/buffer/buffer_options.h"
#include "agent/directives/active_directives.h"
#include "agent/enrich/site_enrichment.h"
#include "agent/inputs/input_chunk.h"
#include "agent/output/local_outputs.h"
#include "agent/parse/line_parser.h"
#include "agent/parse/line_settings.h"
#include "agent/pipeline/input_counts.h"
#include "agent/pipeline/sender_lookup.h"
#include "agent/pipeline/unparsed_lines.h"
#include "agent/policy/policy.h"
#include "common/base/clock.h"
#include "common/event/batch_builder.h"
#include "common/event/batch_codec.h"

namespace dims {

struct PipelineOptions {
  std::vector<LineSettings> files;       // by InputChunk::input, for what can wait
  std::vector<LineSettings> syslogs;     // by InputChunk::input, for streams and datagrams
  std::shared_ptr<const Policy> policy;  // null: everything leaves
  std::shared_ptr<const SiteTextFormats> site_formats;  // null: the site made none
  std::shared_ptr<const SiteEnrichment> enrichment;     // null: nothing is added
  LocalOutputs* outputs = nullptr;                      // null: none; must outlive the pipeline
  // What the server asked for and the site takes, asked for each batch; empty: nothing.
  std::function<std::shared_ptr<const ActiveDirectives>()> directives;
};

// One step towards the buffer: a batch and the bookmarks it covers, or bookmarks or losses that
// came without rows. To be committed in the order given out.
struct CommitStep {
  std::optional<NewBatch> batch;
  std::vector<Bookmark> positions;
  std::vector<Loss> losses;
  std::vector<Loss> if_given_up;       // the batch's rows by source, should it be dropped
  std::optional<FileHole> hole_ended;  // nothing more comes of it
  std::vector<std::shared_ptr<CommitNotice>> notices;  // of inputs that wait for the commit

  // Bytes that wait in memory.
  std::size_t weight() const { return 256 + (batch ? batch->encoded.payload.size() : 0); }
};

// Chunks of lines to encoded batches: parses, tags, notes source and position of each row, closes a
// batch when it is full or old enough, adds what the site knows, applies its policy, encodes it.
//
// Guarantees: a batch holds rows of one loss class, and of each source rows of one generation; its
// bookmarks are exactly where its rows end, also when a chunk is cut between two batches; steps
// come out in an order in which no bookmark is ahead of a row it covers. Rows that the policy drops
// count as read: their bookmarks come out without them, or, of what is read again, with the next
// rows that stay. Limits: a batch is closed at kBatchRowsMax rows, 1 MiB of logical bytes, 1 s
// (what can wait) or 50 ms (network, or somebody waits for the commit) after its first row. Memory:
// one open batch a loss class, one of what is read again and one of what is loaded. Thread: one.
// The clock must outlive it.
class BatchAssembler {
 public:
  static constexpr absl::Duration kFileBatchAge = absl::Seconds(1);
  static constexpr absl::Duration kNetworkBatchAge = absl::Milliseconds(50);

  BatchAssembler(PipelineOptions options, const Clock& clock);

  // Takes the chunk's lines in; steps that became ready are appended to `out`.
  void Add(const InputChunk& chunk, std::vector<CommitStep>& out);

  // Closes what is old enough.
  void CloseDue(std::vector<CommitStep>& out);

  // Closes everything.
  void CloseAll(std::vector<CommitStep>& out);

  // When CloseDue has something to do next, on the monotonic clock; InfiniteDuration when nothing
  // is open.
  absl::Duration next_due() const;

  // Rows taken in so far.
  std::uint64_t rows() const { return rows_; }

  // Thread: any.
  const UnparsedLines& unparsed() const { return unparsed_; }

  // Rows and bytes of each input by its name; inputs of one name are one. Thread: any.
  std::map<std::string, InputCount> inputs() const;

  // What the policy did since the start. Thread: any.
  PolicyCounts policy_counts() const {
    return {policy_dropped_.load(std::memory_order_relaxed),
            policy_redacted_.load(std::memory_order_relaxed)};
  }

  // What the server's directives did since the start. Thread: any.
  DirectiveCounts directive_counts() const {
    return {directive_dropped_.load(std::memory_order_relaxed),
            directive_tagged_.load(std::memory_order_relaxed)};
  }

 private:
  // One of each loss class, and one for lines that were read again: they lie before what was
  // accepted since, so they share a batch with nothing else.
  static constexpr std::size_t kAgainLane = kLossClassCount;
  // Old lines that are loaded hold up no batch of what happens now.
  static constexpr std::size_t kBackfillLane = kLossClassCount + 1;

  struct OpenBatch {
    BatchBuilder builder;
    std::optional<ReadAgain> again;
    std::vector<Bookmark> bookmarks;
    std::vector<Loss> losses;
    std::vector<Loss> rows_of_source;  // count and times, should the batch be dropped
    std::vector<std::shared_ptr<CommitNotice>> notices;
    absl::Duration first_row = absl::InfiniteDuration();
    std::shared_ptr<const BackfillSettings> backfill;  // of what is loaded
  };

  static std::size_t LaneOf(const InputChunk& chunk) {
    if (chunk.backfill != nullptr) return kBackfillLane;
    return chunk.again ? kAgainLane : static_cast<std::size_t>(chunk.loss_class);
  }

  static LossClass ClassOf(std::size_t lane);
  const LineSettings& SettingsOf(const InputChunk& chunk) const;
  void BeginOrigin(const InputChunk& chunk, const InputLine& line, const LineSettings& settings,
                   LineContext& context);
  void AddLines(const InputChunk& chunk, OpenBatch& open, std::vector<CommitStep>& out);
  void EndHole(const InputChunk& chunk, std::vector<CommitStep>& out);
  std::size_t CountOf(const InputChunk& chunk) const;
  void CountRow(const InputChunk& chunk, OpenBatch& open);
  void AddPosition(const InputChunk& chunk, OpenBatch& open, std::vector<CommitStep>& out);
  void Close(std::size_t lane, std::vector<CommitStep>& out);
  void CloseRun(std::size_t lane, std::vector<CommitStep>& out);
  EventBatch Enriched(EventBatch batch) const;
  std::shared_ptr<const EventBatch> ApplyPolicy(EventBatch batch, LocalOutputs* outputs);
  std::shared_ptr<const EventBatch> ApplyDirectives(std::shared_ptr<const EventBatch> batch);
  static EventBatch DropTooOld(const BackfillSettings& backfill, EventBatch batch);
  static void CloseWithoutRows(bool again, OpenBatch& open, std::vector<CommitStep>& out);
  absl::Duration DueOf(std::size_t lane) const;

  const PipelineOptions options_;
  const LineSettings defaults_;
  const Clock& clock_;
  std::vector<SenderLookup> senders_;  // by InputChunk::input of syslog
  LineParser parser_;
  BatchEncoder encoder_;
  std::array<OpenBatch, kLossClassCount + 2> open_;
  std::uint64_t rows_ = 0;
  UnparsedLines unparsed_;
  InputCounts input_counts_;
  std::atomic<std::uint64_t> policy_dropped_ = 0;
  std::atomic<std::uint64_t> policy_redacted_ = 0;
  std::atomic<std::uint64_t> directive_dropped_ = 0;
  std::atomic<std::uint64_t> directive_tagged_ = 0;
};

}  // namespace dims
