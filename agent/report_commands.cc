// SPDX-License-Identifier: Apache-2.0
#include "agent/report_commands.h"

#include <cstdio>

#include "absl/strings/str_cat.h"
#include "agent/buffer/buffer_view.h"
#include "agent/join/agent_identity.h"
#include "common/base/log.h"
#include "common/base/status_macros.h"
#include "common/event/batch_codec.h"
#include "common/event/event_json.h"
#include "common/event/line_layout.h"

namespace dims {
namespace {

constexpr absl::Duration kFresh = absl::Seconds(10);  // the file is written every second
constexpr int kBatchesAtOnce = 64;

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

// Newest row first. Returns how many were printed.
absl::StatusOr<std::uint64_t> PrintBatch(BufferView& view, const BatchSummary& summary,
                                         BatchDecoder& decoder, std::uint64_t rows_max, bool json) {
  const absl::StatusOr<Envelope> envelope = view.Load(summary.id);
  if (absl::IsNotFound(envelope.status())) return 0;  // the ring let it go meanwhile
  RETURN_IF_ERROR(envelope.status());
  if (envelope->hollow()) return 0;
  ASSIGN_OR_RETURN(const EventBatch batch, decoder.Decode(envelope->payload));
  const EventPrinter printer(batch);
  std::uint64_t printed = 0;
  for (std::uint32_t row = batch.rows(); row > 0 && printed < rows_max; --row, ++printed) {
    std::fputs(LineOf(batch, printer, row - 1, json).c_str(), stdout);
  }
  return printed;
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

absl::Status PrintSent(const std::string& state_directory, std::uint64_t rows_max, bool json) {
  ASSIGN_OR_RETURN(const std::unique_ptr<BufferView> view, BufferView::Open(state_directory));
  BatchDecoder decoder;
  BatchId before = 0;
  while (rows_max > 0) {
    ASSIGN_OR_RETURN(const std::vector<BatchSummary> batches, view->Newest(kBatchesAtOnce, before));
    if (batches.empty()) return absl::OkStatus();
    for (const BatchSummary& summary : batches) {
      before = summary.id;
      if (summary.state != BatchSummary::State::kAcked || rows_max == 0) continue;
      ASSIGN_OR_RETURN(const std::uint64_t printed,
                       PrintBatch(*view, summary, decoder, rows_max, json));
      rows_max -= printed;
    }
  }
  return absl::OkStatus();
}

}  // namespace dims
