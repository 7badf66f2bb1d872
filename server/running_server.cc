// SPDX-License-Identifier: Apache-2.0
#include "server/running_server.h"

#include <future>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/log.h"
#include "common/base/status_macros.h"
#include "common/grpc/peer_identity.h"

namespace dims {
namespace {

constexpr absl::Duration kRefusalNoteInterval = absl::Minutes(1);  // of one agent

}  // namespace

// On the commit thread, after each group.
void RunningServer::AfterCommit(std::vector<Alert> alerts) {
  groups_committed_ = committer_->counters().groups;
  rows_committed_ = committer_->counters().rows;
  committer_has_room_ = committer_->has_room();
  for (const Alert& alert : alerts) LogWarning("alert: ", alert.title);
  if (!alerts.empty()) notifier_->Add(std::move(alerts));
  refused_ = committer_->counters().refused;
  for (const auto& [from, why] : committer_->TakeRefusedStreams()) NoteRefused(from, why);
  sealer_->Poke();
}

// An agent that breaks the rules again and again fills neither the log nor the audit log: the
// first of a minute is told, all are counted.
void RunningServer::NoteRefused(const AgentRef& from, const absl::Status& why) {
  const absl::Duration now = clock_.Monotonic();
  const auto noted = refusal_noted_.find(from.agent);
  if (noted != refusal_noted_.end() && now - noted->second < kRefusalNoteInterval) return;
  refusal_noted_[from.agent] = now;
  const std::string who =
      Principal::Agent(registry_->Snapshot()->group.id, from.site, from.agent).Uri();
  LogWarning("refused a stream of ", who, ": ", why.message());
  const absl::Status audited =
      audit_->Append({who, "stream.refused", "", absl::StatusCodeToString(why.code()),
                      std::string(why.message())});
  if (!audited.ok()) LogError(audited.message());
}

// Where live.db may be read: at start, and on the commit thread.
void RunningServer::AskUnnotified() {
  absl::StatusOr<std::vector<Alert>> alerts = live_->Unnotified(NotifierOptions().alerts_max);
  if (!alerts.ok()) return Fail(alerts.status());
  notifier_->Add(*std::move(alerts));
}

void RunningServer::RecordSealed() {
  const absl::Status recorded = store_->RecordSealed();
  if (absl::IsResourceExhausted(recorded)) {
    LogError("live.db: ", recorded.message(),
             "; sealed blocks are recorded when there is room again");
  } else if (!recorded.ok()) {
    Fail(recorded);
  }
  committer_->GrantWithheld();
  sealer_->Poke();
}

absl::Status RunningServer::Start() {
  ingest_->Start();
  sealer_->Start();
  notifier_->Start();
  RETURN_IF_ERROR(listeners_->Start({settings_.listen, settings_.join_listen},
                                    {collector_.get(), admin_.get(), query_.get(), &health_},
                                    {enrollment_.get()}));
  self_probe_->Start();
  return absl::OkStatus();
}

void RunningServer::Stop() {
  if (listeners_ == nullptr) return;
  stopping_ = true;
  self_probe_->Stop();
  streams_.CutAll(absl::UnavailableError("the server stops; come back"));
  tails_->Stop();
  query_pool_->Stop();
  listeners_->Stop();
  sealer_->Stop();
  notifier_->Stop();
  ingest_->Stop();
  listeners_.reset();
}

void RunningServer::Housekeep() {
  geo_.Refresh();
  streams_.CutSilent(clock_.Monotonic(), settings_.stream_silence);
  ingest_->RunOnCommitThread([this] {
    const absl::StatusOr<LiveDatabase::Size> size = live_->MeasureSize();
    if (size.ok()) {
      live_bytes_ = size->live_bytes;
      live_free_bytes_ = size->free_bytes;
      store_->NoteTailBytes(static_cast<std::uint64_t>(size->live_bytes));
    }
    if (const absl::Status dropped = store_->DropExpired(); !dropped.ok()) Fail(dropped);
  });
  std::vector<Alert> silent =
      silent_sites_.Check(*registry_->Snapshot(), AgentStreams(), clock_.Now());
  if (!silent.empty()) {
    ingest_->RunOnCommitThread([this, silent = std::move(silent)] { RaiseSilence(silent); });
  }
  const absl::StatusOr<bool> renewed = authority_->RenewServer();
  if (!renewed.ok())
    LogError("the server's certificate could not be renewed: ", renewed.status().message());
  std::vector<StreamNote> notes;
  for (const AgentContact& contact : presence_.All()) {
    notes.push_back(
        {contact.agent, contact.version, contact.connected ? clock_.Now() : contact.last_stream});
  }
  const absl::Status noted = registry_->NoteStreams(notes);
  if (!noted.ok()) LogError("registry.db: ", noted.message());
}

void RunningServer::TendBallast() {
  const bool held = ballast_.held();
  const absl::Status tended = ballast_.Tend();
  if (held && !ballast_.held()) {
    LogWarning(
        "the volume is full: the ballast was given up, so that people can still look and act");
  }
  const absl::Duration now = clock_.Monotonic();
  if (tended.ok() || now < ballast_noted_ + kRefusalNoteInterval) return;
  ballast_noted_ = now;
  LogWarning(tended.message());
}

VolumeRoom RunningServer::Room() const {
  return VolumeRoom(directory_, settings_.volume_free_bytes_min,
                    [this] { return ballast_.spare_bytes(); });
}

std::vector<AgentStream> RunningServer::AgentStreams() const {
  std::vector<AgentStream> agents;
  for (const AgentContact& contact : presence_.All()) {
    agents.push_back({contact.agent, contact.connected, contact.last_stream});
  }
  return agents;
}

absl::StatusOr<AgentRef> RunningServer::Identify(const grpc::CallbackServerContext& context) const {
  return Callers(*registry_).Agent(context);
}

absl::StatusOr<v1::RenewResponse> RunningServer::RenewAgent(
    const grpc::CallbackServerContext& context, const v1::RenewRequest& request) {
  ASSIGN_OR_RETURN(const PeerIdentity peer, PeerIdentityOf(*context.auth_context()));
  ASSIGN_OR_RETURN(const Enrolled renewed, authority_->Renew(peer.principal, peer.key_fingerprint,
                                                             request.certificate_request()));
  v1::RenewResponse response;
  response.set_certificate_pem(renewed.certificate_pem);
  response.set_ca_bundle_pem(renewed.ca_bundle_pem);
  return response;
}

absl::StatusOr<std::pair<std::uint64_t, std::uint64_t>> RunningServer::SealEverything() {
  const StoreFigures before = store_->figures();
  store_->SealAll();
  sealer_->Poke();
  // The sealing thread works day by day; its progress is visible in the figures.
  StoreFigures now = before;
  const absl::Duration deadline = clock_.Monotonic() + absl::Minutes(30);
  while (now.sealed_rows < before.sealed_rows + before.open_rows && clock_.Monotonic() < deadline) {
    if (const absl::Status failed = failure(); !failed.ok()) return failed;
    if (stopping_) return absl::UnavailableError("the server stops");
    store_->AwaitChange(absl::Seconds(1));
    now = store_->figures();
  }
  return std::pair(now.sealed_rows - before.sealed_rows, now.blocks - before.blocks);
}

// Waits where the commit thread hangs with a full queue before it: that is the answer too.
absl::Status RunningServer::AskCommitThread() {
  auto asked = std::make_shared<std::promise<void>>();
  std::future<void> answer = asked->get_future();
  if (!ingest_->RunOnCommitThread([asked] { asked->set_value(); })) {
    return absl::UnavailableError("it has ended");
  }
  if (answer.wait_for(absl::ToChronoMilliseconds(kProbeTimeout)) == std::future_status::ready) {
    return absl::OkStatus();
  }
  return absl::DeadlineExceededError(
      absl::StrCat("nothing within ", absl::FormatDuration(kProbeTimeout)));
}

absl::StatusOr<v1::ImportIntelResponse> RunningServer::ImportIntel(const std::string& provider,
                                                                   const std::string& csv) {
  ASSIGN_OR_RETURN(const IntelImport import, intel_->Import(provider, csv));
  knowledge_.SetIndicators(intel_->Snapshot());
  v1::ImportIntelResponse out;
  out.set_indicators(import.indicators);
  out.set_refused(import.refused);
  for (const std::string& finding : import.findings) out.add_findings(finding);
  return out;
}

v1::LookupResult RunningServer::LookUp(const std::string& value, Tlp ceiling) const {
  const std::vector<LookupAnswer> answers =
      Look(knowledge_.View(), {value}, ceiling, absl::ToUnixNanos(clock_.Now()));
  v1::LookupResult out;
  out.set_iff(std::string(IffName(answers.front().iff)));
  out.set_owner(answers.front().owner);
  for (const Indicator& indicator : answers.front().indicators)
    out.add_indicators(LookupAnswer::LineOf(indicator));
  return out;
}

// On the commit thread, in a transaction of their own.
void RunningServer::RaiseSilence(std::vector<Alert> alerts) {
  absl::StatusOr<std::vector<Alert>> raised = live_->RaiseNow(std::move(alerts));
  if (!raised.ok()) return Fail(raised.status());
  for (const Alert& alert : *raised) LogWarning("alert: ", alert.title);
  notifier_->Add(*std::move(raised));
}

void RunningServer::Fail(const absl::Status& why) {
  if (absl::IsResourceExhausted(why)) {  // nothing was written, and what was is whole
    LogError(why.message());
    return;
  }
  MutexLock lock(failure_mutex_);
  if (failure_.ok()) failure_ = why;
}

absl::Status RunningServer::failure() const {
  MutexLock lock(failure_mutex_);
  return failure_;
}

std::string RunningServer::StatusLine() const {
  const StoreFigures figures = store_->figures();
  return absl::StrCat(presence_.connected_count(), " agents connected, ",
                      figures.open_rows + figures.sealed_rows, " events, ", figures.open_rows,
                      " not yet sealed");
}

}  // namespace dims
