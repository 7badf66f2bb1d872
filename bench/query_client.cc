// SPDX-License-Identifier: Apache-2.0
// Asks a running server over one channel, so that a measured answer holds no start of a program and
// no handshake. One command a line on stdin, one JSON object a line on stdout:
//
//   status                  {"rows_stored":N,"rows_unsealed":N,...}
//   search QUERY            {"ms":T,"rows":[...],"completeness":{...}}
#include <cstdio>
#include <iostream>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cli/answer_printer.h"
#include "cli/call.h"
#include "cli/session.h"
#include "common/base/clock.h"
#include "common/base/status_macros.h"
#include "common/event/batch_codec.h"
#include "common/event/event_json.h"
#include "common/grpc/credentials.h"
#include "common/grpc/grpc_log.h"
#include "common/grpc/lock_order_checks.h"
#include "common/grpc/status_bridge.h"

namespace dims {
namespace {

constexpr std::size_t kRowsShownMax = 1000;

absl::StatusOr<std::string> Status(Session& session) {
  ASSIGN_OR_RETURN(
      const auto status,
      Call<v1::StatusResponse>(session.query(), &v1::Query::Stub::Status, v1::StatusRequest()));
  return absl::StrCat(
      "{\"rows_stored\":", status.rows_stored(), ",\"rows_unsealed\":", status.rows_unsealed(),
      ",\"rows_committed\":", status.rows_committed(),
      ",\"groups_committed\":", status.groups_committed(),
      ",\"store_bytes\":", status.store_bytes(), ",\"live_bytes\":", status.live_bytes(),
      ",\"live_free_bytes\":", status.live_free_bytes(),
      ",\"agents_connected\":", status.agents_connected(), ",\"gaps_open\":", status.gaps_open(),
      ",\"quarantined_rows\":", status.quarantined_rows(), ",\"fsyncs\":", status.fsyncs(), "}");
}

absl::StatusOr<std::string> Search(Session& session, const std::string& query) {
  const SystemClock clock;
  v1::SearchRequest request;
  request.set_query(query);
  request.set_from_ns(absl::ToUnixNanos(clock.Now() - absl::Hours(24 * 3650)));
  request.set_to_ns(absl::ToUnixNanos(clock.Now() + absl::Minutes(1)));
  const absl::Duration asked = clock.Monotonic();
  grpc::ClientContext context;
  const auto reader = session.query().Search(&context, request);
  BatchDecoder decoder;
  v1::SearchResponse message;
  v1::Completeness completeness;
  std::string rows;
  std::size_t shown = 0;
  while (reader->Read(&message)) {
    if (message.has_completeness()) completeness = message.completeness();
    if (!message.has_batch()) continue;
    ASSIGN_OR_RETURN(const EventBatch batch, decoder.Decode(message.batch()));
    const EventPrinter printer(batch);
    for (std::uint32_t row = 0; row < batch.rows() && shown < kRowsShownMax; ++row, ++shown) {
      if (shown > 0) rows += ',';
      printer.AppendJson(row, rows);
    }
  }
  RETURN_IF_ERROR(FromGrpc(reader->Finish()));
  const double ms = absl::ToDoubleMilliseconds(clock.Monotonic() - asked);
  return absl::StrCat("{\"ms\":", absl::StrFormat("%.3f", ms), ",\"rows\":[", rows,
                      "],\"completeness\":", CompletenessJson(completeness), "}");
}

absl::Status Run(const std::string& identity) {
  ASSIGN_OR_RETURN(const auto session, Session::Open(identity));
  for (std::string line; std::getline(std::cin, line);) {
    absl::StatusOr<std::string> answer = absl::InvalidArgumentError("say status or search QUERY");
    if (line == "status") answer = Status(*session);
    if (absl::StartsWith(line, "search ")) answer = Search(*session, line.substr(7));
    RETURN_IF_ERROR(answer.status());
    std::puts(answer->c_str());
    std::fflush(stdout);
  }
  return absl::OkStatus();
}

}  // namespace
}  // namespace dims

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: query_client IDENTITY\n");
    return 2;
  }
  dims::RequireTls13();
  dims::RouteGrpcLog();
  dims::SwitchOffLockOrderChecks();
  const absl::Status status = dims::Run(argv[1]);
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return status.ok() ? 0 : 1;
}
