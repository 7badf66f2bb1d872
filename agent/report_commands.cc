// SPDX-License-Identifier: Apache-2.0
#include "agent/report_commands.h"

#include <cstdio>

#include "absl/strings/str_cat.h"
#include "agent/buffer/buffer_view.h"
#include "agent/join/agent_identity.h"
#include "common/base/log.h"
#include "common/base/service_signals.h"
#include "common/base/status_macros.h"
#include "common/event/batch_codec.h"
#include "common/event/event_json.h"
#include "common/event/line_layout.h"

namespace dims {
namespace {

constexpr absl::Duration kFresh = absl::Seconds(10);  // the file is written every second
constexpr int kBatchesAtOnce = 64;
constexpr absl::Duration kTapInterval = absl::Milliseconds(200);

std::string LineOf(const EventBatch& batch, const EventPrinter& printer, std::uint32_t row,
                   bool json) {
  std::string line;
  if (json) {
    printer.AppendJson(row, line);
  } else {
    line = EscapeControls(OriginalLine(batch, row).value_or(""));
  }
  return line + "\n";
}

// The batch's rows; none when it is gone or hollow.
absl::StatusOr<EventBatch> RowsOf(BufferView& view, const BatchSummary& summary,
                                  BatchDecoder& decoder) {
  const absl::StatusOr<Envelope> envelope = view.Load(summary.id);
  if (absl::IsNotFound(envelope.status())) return EventBatch();  // the ring let it go meanwhile
  RETURN_IF_ERROR(envelope.status());
  if (envelope->hollow()) return EventBatch();
  return decoder.Decode(envelope->payload);
}

// Newest row first. Returns how many were printed.
absl::StatusOr<std::uint64_t> PrintBatch(BufferView& view, const BatchSummary& summary,
                                         BatchDecoder& decoder, std::uint64_t rows_max, bool json) {
  ASSIGN_OR_RETURN(const EventBatch batch, RowsOf(view, summary, decoder));
  const EventPrinter printer(batch);
  std::uint64_t printed = 0;
  for (std::uint32_t row = batch.rows(); row > 0 && printed < rows_max; --row, ++printed) {
    std::fputs(LineOf(batch, printer, row - 1, json).c_str(), stdout);
  }
  return printed;
}

// Oldest row first.
absl::Status PrintWhole(BufferView& view, const BatchSummary& summary, BatchDecoder& decoder,
                        bool json) {
  ASSIGN_OR_RETURN(const EventBatch batch, RowsOf(view, summary, decoder));
  const EventPrinter printer(batch);
  for (std::uint32_t row = 0; row < batch.rows(); ++row) {
    std::fputs(LineOf(batch, printer, row, json).c_str(), stdout);
  }
  return absl::OkStatus();
}

// Batches that came after `seen`, the oldest first.
absl::StatusOr<std::vector<BatchSummary>> NewerThan(BufferView& view, BatchId seen) {
  std::vector<BatchSummary> out;
  for (BatchId before = 0;; before = out.back().id) {
    ASSIGN_OR_RETURN(const std::vector<BatchSummary> page, view.Newest(kBatchesAtOnce, before));
    for (const BatchSummary& summary : page) {
      if (summary.id <= seen) return std::vector(out.rbegin(), out.rend());
      out.push_back(summary);
    }
    if (page.empty()) return std::vector(out.rbegin(), out.rend());
  }
}

}  // namespace

absl::StatusOr<AgentStatus> ReadAgentStatus(const std::string& state_directory,
                                            const Clock& clock) {
  ASSIGN_OR_RETURN(const AgentIdentity identity, AgentIdentity::Load(state_directory));
  absl::StatusOr<AgentStatus> said = ReadStatusFile(state_directory);
  if (!said.ok() && !absl::IsNotFound(said.status())) return said.status();
  AgentStatus status = said.ok() ? *std::move(said) : AgentStatus();
  status.site = identity.principal.site;
  status.agent = identity.principal.name;
  status.server = identity.server_address;
  status.certificate_until_ns = absl::ToUnixNanos(identity.not_after);
  if (clock.Now() - absl::FromUnixNanos(status.written_ns) <= kFresh && status.running)
    return status;
  status.running = false;
  status.connection = "stopped";
  if (IsOnReadOnlyVolume(state_directory)) {
    status.last_error = absl::StrCat(state_directory,
                                     ": the volume is read-only: an agent that runs waits for it "
                                     "and cannot say so here");
    return status;
  }
  const absl::StatusOr<std::unique_ptr<BufferView>> view = BufferView::Open(state_directory);
  if (absl::IsNotFound(view.status())) return status;
  RETURN_IF_ERROR(view.status());
  ASSIGN_OR_RETURN(const Backlog backlog, (*view)->Count());
  status.waiting_rows = backlog.rows;
  status.waiting_bytes = backlog.bytes;
  status.oldest_waiting_ns = backlog.oldest_ns;
  status.ring_bytes = backlog.ring_bytes;
  status.lost_rows = backlog.lost_rows;
  return status;
}

absl::Status PrintSent(const SentOptions& options, const Clock& clock) {
  ASSIGN_OR_RETURN(const std::unique_ptr<BufferView> view,
                   BufferView::Open(options.state_directory));
  const std::int64_t from_ns = options.since ? absl::ToUnixNanos(clock.Now() - *options.since) : 0;
  std::uint64_t rows_max = options.rows_max;
  BatchDecoder decoder;
  BatchId before = 0;
  while (rows_max > 0) {
    ASSIGN_OR_RETURN(const std::vector<BatchSummary> batches, view->Newest(kBatchesAtOnce, before));
    if (batches.empty()) return absl::OkStatus();
    for (const BatchSummary& summary : batches) {
      before = summary.id;
      if (summary.accepted_ns < from_ns) return absl::OkStatus();
      if (summary.state != BatchSummary::State::kAcked || rows_max == 0) continue;
      ASSIGN_OR_RETURN(const std::uint64_t printed,
                       PrintBatch(*view, summary, decoder, rows_max, options.json));
      rows_max -= printed;
    }
  }
  return absl::OkStatus();
}

absl::Status PrintTap(const std::string& state_directory, bool json) {
  const ServiceSignals signals;
  ASSIGN_OR_RETURN(const std::unique_ptr<BufferView> view, BufferView::Open(state_directory));
  BatchDecoder decoder;
  ASSIGN_OR_RETURN(std::vector<BatchSummary> newest, view->Newest(1));
  BatchId seen = newest.empty() ? 0 : newest.front().id;
  while (signals.Wait(kTapInterval) != ServiceSignals::Signal::kStop) {
    ASSIGN_OR_RETURN(const std::vector<BatchSummary> fresh, NewerThan(*view, seen));
    for (const BatchSummary& summary : fresh) {
      seen = summary.id;
      RETURN_IF_ERROR(PrintWhole(*view, summary, decoder, json));
    }
    if (std::fflush(stdout) != 0) break;  // nobody reads on
  }
  return absl::OkStatus();
}

}  // namespace dims
