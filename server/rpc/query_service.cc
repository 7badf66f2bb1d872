// SPDX-License-Identifier: Apache-2.0
#include "server/rpc/query_service.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "common/base/status_macros.h"
#include "common/event/batch_codec.h"
#include "common/event/fields.h"
#include "common/filter/query.h"
#include "common/grpc/status_bridge.h"
#include "server/query/query_executor.h"
#include "server/rpc/answer_stream.h"

namespace dims {
namespace {

constexpr std::uint64_t kLookupValuesMax = 1000;

grpc::ServerUnaryReactor* FinishQuery(grpc::CallbackServerContext* context,
                                      const absl::Status& status) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(ToGrpc(status));
  return reactor;
}

// Fields beside the core ones that some stored event has, so that they may be typed before a colon.
KnownFields FieldsIn(const Manifest& manifest, const TimeRange& range) {
  std::set<std::string> names;
  for (const ManifestSource& source : manifest.Sources(range)) {
    for (const ColumnId& id : source.columns->columns()) names.insert(id.name);
  }
  KnownFields known;
  for (const std::string& name : names) {
    if (FindCoreField(name) == nullptr) known.more.push_back(name);
  }
  return known;
}

void AddOutcome(const QueryOutcome& outcome, v1::Completeness& to) {
  to.set_complete(to.complete() && outcome.complete);
  for (const std::string& reason : outcome.why) to.add_why(reason);
  to.set_rows(outcome.rows);
  to.set_rows_matched(outcome.rows_matched);
  for (const std::string& block : outcome.damaged_blocks) to.add_damaged_blocks(block);
  to.set_blocks_scanned(outcome.blocks_scanned);
  to.set_blocks_skipped(outcome.blocks_skipped);
  to.set_rows_scanned(outcome.rows_scanned);
  to.set_bytes_scanned(outcome.bytes_scanned);
  for (const std::string& name : outcome.column_order) to.add_column_order(name);
}

// `value` inside a quoted text of the query language.
std::string Quoted(absl::string_view value) {
  return absl::StrReplaceAll(value, {{"\\", "\\\\"}, {"\"", "\\\""}});
}

constexpr absl::string_view kSightings =
    " | stats count() as events, min(@timestamp) as first_seen, max(@timestamp) as last_seen "
    "by organization.id";

// Rows of kSightings.
void AddSightings(const EventBatch& batch, v1::LookupResult& result) {
  const Column* site = batch.Find(NameOf(Field::kOrganizationId), ColumnType::kKeyword);
  const Column* count = batch.Find("events", ColumnType::kInteger);
  const Column* first = batch.Find("first_seen", ColumnType::kTime);
  const Column* last = batch.Find("last_seen", ColumnType::kTime);
  if (site == nullptr || count == nullptr || first == nullptr || last == nullptr) return;
  for (std::uint32_t row = 0; row < batch.rows(); ++row) {
    v1::LookupSighting& sighting = *result.add_sightings();
    if (site->Has(row)) sighting.set_site(std::string(site->TextAt(row)));
    sighting.set_events(static_cast<std::uint64_t>(count->integers()[row]));
    sighting.set_first_ns(first->integers()[row]);
    sighting.set_last_ns(last->integers()[row]);
  }
}

// Whoever is limited to some sites sees the alerts that concern one of them, and nobody one that
// was made of events above their label.
bool MaySee(const UserCaller& caller, const Alert& alert) {
  if (alert.tlp > caller.tlp_ceiling) return false;
  return caller.sites.empty() ||
         std::any_of(alert.sites.begin(), alert.sites.end(),
                     [&](const std::string& site) { return caller.MaySeeSite(site); });
}

absl::Status StillHas(const UserCaller& before, const absl::StatusOr<UserCaller>& now) {
  RETURN_IF_ERROR(now.status());
  if (now->sites == before.sites && now->tlp_ceiling == before.tlp_ceiling) return absl::OkStatus();
  return absl::PermissionDeniedError("this user has other rights now: ask again");
}

}  // namespace

// The sites asked for that the caller may see, which of them may have more to tell, and what was
// lost in the range.
v1::Completeness QueryService::CompletenessOf(const UserCaller& caller,
                                              const v1::SearchRequest& request) const {
  v1::Completeness out;
  out.set_complete(true);
  out.set_from_ns(request.from_ns());
  out.set_to_ns(request.to_ns());
  std::map<std::string, AgentContact> contacts;
  for (AgentContact& contact : presence_.All()) contacts[contact.agent] = std::move(contact);
  std::set<std::string> missing;
  const auto registry = registry_.Snapshot();
  const auto asked = [&](const std::string& site) {
    const bool named =
        request.sites().empty() ||
        std::find(request.sites().begin(), request.sites().end(), site) != request.sites().end();
    return named && caller.MaySeeSite(site);
  };
  for (const auto& [uuid, agent] : registry->agents) {
    if (agent.state == MemberState::kRevoked || !asked(agent.site)) continue;
    const auto contact = contacts.find(uuid);
    const bool up_to_date = contact != contacts.end() &&
                            (contact->second.connected ||
                             absl::ToUnixNanos(contact->second.last_stream) >= request.to_ns());
    const bool waiting = contact != contacts.end() && contact->second.report.waiting_rows > 0 &&
                         contact->second.report.oldest_waiting_ns < request.to_ns();
    if (!up_to_date || waiting) missing.insert(agent.site);
  }
  for (const auto& [id, site] : registry->sites) {
    if (asked(id)) out.add_sites_asked(id);
  }
  for (const std::string& site : missing) out.add_sites_missing(site);
  if (!missing.empty()) {
    out.set_complete(false);
    out.add_why(absl::StrCat("sites with events still to come: ", absl::StrJoin(missing, ", ")));
  }
  return out;
}

absl::StatusOr<v1::Completeness> QueryService::RunSearch(
    const UserCaller& caller, const v1::SearchRequest& request, const std::atomic<bool>& cancelled,
    const std::function<absl::Status(v1::SearchResponse)>& send) {
  const absl::Duration started = clock_.Monotonic();
  for (const std::string& site : request.sites()) {
    if (!caller.MaySeeSite(site))
      return absl::PermissionDeniedError(absl::StrCat("site ", site, ": you may not see it"));
  }
  QueryRequest query;
  query.range = {request.from_ns(), request.to_ns() - 1};
  const std::shared_ptr<const Manifest> manifest = sources_.manifest();
  ASSIGN_OR_RETURN(query.query, ParseQuery(request.query(), FieldsIn(*manifest, query.range)));
  query.visibility = {caller.sites, caller.tlp_ceiling};
  query.sites.assign(request.sites().begin(), request.sites().end());
  query.rows_max = request.rows_max();
  query.deadline = deadline_max_;
  if (request.deadline_seconds() > 0) {
    query.deadline = std::min(query.deadline, absl::Seconds(request.deadline_seconds()));
  }
  v1::Completeness completeness = CompletenessOf(caller, request);
  BatchEncoder encoder;
  const auto on_batch = [&](const EventBatch& batch) {
    v1::SearchResponse message;
    message.set_batch(encoder.Encode(batch).payload);
    return send(std::move(message));
  };
  const auto on_progress = [&](const QueryExecutor::Progress& progress) {
    v1::SearchResponse message;
    message.mutable_progress()->set_blocks_done(progress.blocks_done);
    message.mutable_progress()->set_blocks_total(progress.blocks_total);
    message.mutable_progress()->set_rows_matched(progress.rows_matched);
    send(std::move(message)).IgnoreError();  // a client that has gone is noticed by the next batch
  };
  ASSIGN_OR_RETURN(const QueryOutcome outcome,
                   QueryExecutor::Run(*manifest, query, clock_, cancelled, on_batch, on_progress));
  AddOutcome(outcome, completeness);
  const std::vector<std::string> sites(completeness.sites_asked().begin(),
                                       completeness.sites_asked().end());
  ASSIGN_OR_RETURN(const std::uint64_t lost,
                   live_.GapRows(request.from_ns(), request.to_ns(), sites));
  completeness.set_gap_rows(lost);
  if (lost > 0) {
    completeness.set_complete(false);
    completeness.add_why(absl::StrCat(lost, " events of the range were lost (dims gaps)"));
  }
  completeness.set_seconds(absl::ToDoubleSeconds(clock_.Monotonic() - started));
  return completeness;
}

grpc::ServerWriteReactor<v1::SearchResponse>* QueryService::Search(
    grpc::CallbackServerContext* context, const v1::SearchRequest* request) {
  const std::shared_ptr<AnswerStream> stream = AnswerStream::Make();
  absl::StatusOr<UserCaller> caller = callers_.User(*context);
  if (!caller.ok()) {
    stream->End(caller.status());
    return stream.get();
  }
  const auto running = running_.Enter(
      caller->identity.principal.name, [stream](const absl::Status& why) { stream->Cut(why); },
      [&] {  // with the rights of now
        caller = callers_.User(*context);
        return caller.status();
      });
  if (!running.ok()) {
    stream->End(running.status());
    return stream.get();
  }
  const auto job = [this, stream, running = *running, caller = *caller, request = *request] {
    const absl::Status audited = audit_.Append(
        {caller.uri, "search", request.query(), "begun", absl::StrJoin(request.sites(), ",")});
    if (!audited.ok())
      return stream->End(
          Annotate(audited, "the audit log cannot be written, so nothing was asked"));
    absl::StatusOr<v1::Completeness> completeness =
        RunSearch(caller, request, stream->cancelled(),
                  [&](v1::SearchResponse message) { return stream->Write(std::move(message)); });
    if (!completeness.ok()) return stream->End(completeness.status());
    v1::SearchResponse last;
    *last.mutable_completeness() = *std::move(completeness);
    stream->End(stream->Write(std::move(last)));
  };
  if (!pool_.Submit(job)) {
    stream->End(
        absl::ResourceExhaustedError("too many queries wait already: try again in a moment"));
  }
  return stream.get();
}

grpc::ServerWriteReactor<v1::SearchResponse>* QueryService::Tail(
    grpc::CallbackServerContext* context, const v1::TailRequest* request) {
  const std::shared_ptr<AnswerStream> stream = AnswerStream::Make();
  const absl::StatusOr<UserCaller> caller = callers_.User(*context);
  absl::Status followed = caller.ok() ? Follow(*caller, *request, stream) : caller.status();
  // Who was suspended or given other rights before the tail was entered was not cut then.
  if (followed.ok()) followed = StillHas(*caller, callers_.User(*context));
  if (!followed.ok()) stream->Cut(followed);
  return stream.get();
}

absl::Status QueryService::Follow(const UserCaller& caller, const v1::TailRequest& request,
                                  const std::shared_ptr<AnswerStream>& stream) {
  RETURN_IF_ERROR(audit_.Append({caller.uri, "tail", request.query(), "begun",
                                 absl::StrJoin(request.sites(), ",")}),
                  "the audit log cannot be written, so nothing was asked");
  const std::shared_ptr<const Manifest> manifest = sources_.manifest();
  ASSIGN_OR_RETURN(FilterNode filter, ParseFilter(request.query(), FieldsIn(*manifest, {})));
  QueryVisibility visibility{caller.sites, caller.tlp_ceiling};
  if (!request.sites().empty()) {
    visibility.sites.clear();
    for (const std::string& site : request.sites()) {
      if (!caller.MaySeeSite(site))
        return absl::PermissionDeniedError(absl::StrCat("site ", site, ": you may not see it"));
      visibility.sites.push_back(site);
    }
  }
  return tails_.Follow(caller.identity.principal.name, stream, std::move(filter),
                       std::move(visibility));
}

grpc::ServerUnaryReactor* QueryService::Lookup(grpc::CallbackServerContext* context,
                                               const v1::LookupRequest* request,
                                               v1::LookupResponse* response) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  absl::StatusOr<UserCaller> caller = callers_.User(*context);
  absl::Status refused = caller.status();
  if (refused.ok() && static_cast<std::uint64_t>(request->values_size()) > kLookupValuesMax) {
    refused = absl::InvalidArgumentError("at most 1,000 values at once");
  }
  if (!refused.ok()) {
    reactor->Finish(ToGrpc(refused));
    return reactor;
  }
  const auto cancelled = std::make_shared<std::atomic<bool>>(false);
  const auto running = running_.Enter(
      caller->identity.principal.name, [cancelled](const absl::Status&) { *cancelled = true; },
      [&] {
        caller = callers_.User(*context);
        return caller.status();
      });
  if (!running.ok()) {
    reactor->Finish(ToGrpc(running.status()));
    return reactor;
  }
  const auto job = [this, reactor, cancelled, running = *running, caller = *caller,
                    request = *request, response] {
    reactor->Finish(ToGrpc(RunLookup(caller, request, *cancelled, *response)));
  };
  if (!pool_.Submit(job))
    reactor->Finish(ToGrpc(absl::ResourceExhaustedError("too many queries wait already")));
  return reactor;
}

// One query a value: who saw it, how often, first and last. Values are quoted, so nothing in them
// is syntax.
absl::Status QueryService::RunLookup(const UserCaller& caller, const v1::LookupRequest& request,
                                     const std::atomic<bool>& cancelled,
                                     v1::LookupResponse& response) {
  RETURN_IF_ERROR(
      audit_.Append({caller.uri, "lookup", absl::StrJoin(request.values(), " "), "begun", ""}),
      "the audit log cannot be written, so nothing was asked");
  for (const std::string& value : request.values()) {
    v1::LookupResult& result = *response.add_results();
    if (sources_.look) result = sources_.look(value, caller.tlp_ceiling);
    result.set_value(value);
    v1::SearchRequest search;
    const bool is_address = IpAddress::Parse(value).has_value();
    search.set_query(absl::StrCat(
        is_address ? absl::StrCat("ip:=", value) : absl::StrCat("\"", Quoted(value), "\""),
        kSightings));
    search.set_from_ns(request.from_ns());
    search.set_to_ns(request.to_ns());
    BatchDecoder decoder;
    ASSIGN_OR_RETURN(
        *response.mutable_completeness(),
        RunSearch(caller, search, cancelled, [&](v1::SearchResponse message) -> absl::Status {
          if (message.kind_case() != v1::SearchResponse::kBatch) return absl::OkStatus();
          ASSIGN_OR_RETURN(const EventBatch batch, decoder.Decode(message.batch()));
          AddSightings(batch, result);
          return absl::OkStatus();
        }));
  }
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* QueryService::ListAlerts(grpc::CallbackServerContext* context,
                                                   const v1::ListAlertsRequest* request,
                                                   v1::ListAlertsResponse* response) {
  const absl::StatusOr<UserCaller> caller = callers_.User(*context);
  if (!caller.ok()) return FinishQuery(context, caller.status());
  const absl::StatusOr<std::vector<Alert>> alerts = live_.Alerts(
      request->from_ns(), request->rows_max() > 0 ? request->rows_max() : kListedRowsMax);
  if (!alerts.ok()) return FinishQuery(context, alerts.status());
  for (const Alert& alert : *alerts) {
    if (!MaySee(*caller, alert)) continue;
    v1::AlertRow& row = *response->add_alerts();
    row.set_id(alert.id);
    row.set_raised_ns(alert.raised_ns);
    row.set_rule(alert.rule);
    row.set_key(alert.key);
    row.set_title(alert.title);
    for (const std::string& site : alert.sites) row.add_sites(site);
    for (const std::string& event : alert.evidence) row.add_evidence(event);
    row.set_tlp(std::string(TlpName(alert.tlp)));
  }
  return FinishQuery(context, absl::OkStatus());
}

grpc::ServerUnaryReactor* QueryService::ListGaps(grpc::CallbackServerContext* context,
                                                 const v1::ListGapsRequest*,
                                                 v1::ListGapsResponse* response) {
  const absl::StatusOr<UserCaller> caller = callers_.User(*context);
  if (!caller.ok()) return FinishQuery(context, caller.status());
  const absl::StatusOr<std::vector<Gap>> gaps = live_.Gaps();
  if (!gaps.ok()) return FinishQuery(context, gaps.status());
  for (const Gap& gap : *gaps) {
    if (!caller->MaySeeSite(gap.site)) continue;
    v1::GapRow& row = *response->add_gaps();
    row.set_id(gap.id);
    row.set_site(gap.site);
    row.set_agent(gap.agent);
    row.set_source(gap.source);
    row.set_from_ns(gap.from_ns);
    row.set_to_ns(gap.to_ns);
    row.set_count(gap.count);
    row.set_reason(gap.reason);
    row.set_state(gap.state == GapState::kRefilling ? "refilling" : "final");
  }
  return FinishQuery(context, absl::OkStatus());
}

grpc::ServerUnaryReactor* QueryService::Status(grpc::CallbackServerContext* context,
                                               const v1::StatusRequest*,
                                               v1::StatusResponse* response) {
  const absl::StatusOr<UserCaller> caller = callers_.User(*context);
  if (!caller.ok()) return FinishQuery(context, caller.status());
  absl::StatusOr<v1::StatusResponse> status = sources_.status();
  if (status.ok()) *response = std::move(*status);
  return FinishQuery(context, status.status());
}

}  // namespace dims
