// SPDX-License-Identifier: Apache-2.0
#include "server/running_server.h"

#include <algorithm>
#include <filesystem>
#include <future>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/log.h"
#include "common/base/private_files.h"
#include "common/base/status_macros.h"
#include "common/base/version.h"
#include "common/grpc/peer_identity.h"
#include "server/enrich/site_netmap.h"
#include "server/notify/open_sinks.h"
#include "server/store/commit/recovery_report.h"

namespace dims {
namespace {

constexpr int kQueryThreads = 4;
constexpr absl::Duration kAckWait = absl::Seconds(4);  // far below the 60 s an agent waits
constexpr absl::Duration kRefusalNoteInterval = absl::Minutes(1);  // of one agent

// In the data directory; everything else there is the server's alone.
constexpr absl::string_view kPublicFiles[] = {"ca.pem", "server.pem"};

// Well below the 30 s that systemd gives the watchdog.
constexpr absl::Duration kProbeInterval = absl::Seconds(5);
constexpr absl::Duration kProbeTimeout = absl::Seconds(5);

constexpr std::uint64_t kLiveBytesMaxDefault = std::uint64_t{4} << 30;
constexpr std::uint64_t kLiveBytesMaxLeast = std::uint64_t{64} << 20;

std::uint64_t LiveBytesMax(std::uint64_t wanted, const std::string& directory) {
  if (wanted != 0) return std::max(wanted, kLiveBytesMaxLeast);
  std::error_code error;
  const std::filesystem::space_info volume = std::filesystem::space(directory, error);
  if (error) return kLiveBytesMaxDefault;
  return std::clamp<std::uint64_t>(volume.capacity / 10, kLiveBytesMaxLeast, kLiveBytesMaxDefault);
}

// What a start found that does not fit together: one line each, so that an operator sees it.
void LogRecovery(const StoreRecovery& recovery) {
  for (const std::string& file : recovery.unreadable) LogError("unreadable: ", file);
  for (const LedgerRow& row : recovery.missing) {
    LogError("block ", row.block, " (", row.rows, " events) is missing or damaged; see dims gaps");
  }
  if (!recovery.set_aside.empty()) {
    LogWarning(recovery.set_aside.size(),
               " blocks are in day files but not in the ledger, the first ",
               recovery.set_aside.front(), "; they are kept and not queried");
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<RunningServer>> RunningServer::Open(const std::string& directory,
                                                                   Clock& clock, Random& random) {
  ASSIGN_OR_RETURN(ServerSettings settings, LoadSettings(directory + "/server.toml"));
  RETURN_IF_ERROR(CheckPrivateFiles(directory, kPublicFiles));
  auto server = std::unique_ptr<RunningServer>(
      new RunningServer(directory, std::move(settings), clock, random));
  server->TendBallast();  // to open the databases takes room
  RETURN_IF_ERROR(server->OpenTrust());
  RETURN_IF_ERROR(server->OpenStore());
  RETURN_IF_ERROR(server->OpenKnowledge());
  RETURN_IF_ERROR(server->OpenIngest());
  server->BuildServices();
  return server;
}

RunningServer::RunningServer(std::string directory, ServerSettings settings, Clock& clock,
                             Random& random)
    : directory_(std::move(directory)),
      settings_(std::move(settings)),
      clock_(clock),
      random_(random),
      started_(clock.Now()),
      ballast_(directory_ + "/ballast", Ballast::BytesFor(directory_),
               settings_.volume_free_bytes_min),
      geo_(settings_.mmdb, directory_),
      enricher_(knowledge_, geo_, clock),
      silent_sites_(clock.Now()) {}

RunningServer::~RunningServer() {
  Stop();
}

absl::Status RunningServer::OpenTrust() {
  ASSIGN_OR_RETURN(registry_, Registry::Open(directory_ + "/registry.db", clock_));
  ASSIGN_OR_RETURN(authority_, Authority::Open(directory_, *registry_, clock_, random_));
  ASSIGN_OR_RETURN(audit_, AuditLog::Open(directory_ + "/audit.db", clock_));
  return authority_->RenewServer().status();
}

absl::Status RunningServer::OpenStore() {
  LiveDatabaseOptions live;
  live.path = directory_ + "/live.db";
  live_bytes_max_ = LiveBytesMax(settings_.live_bytes_max, directory_);
  live.bytes_max = static_cast<std::int64_t>(live_bytes_max_);
  ASSIGN_OR_RETURN(live_, LiveDatabase::Open(live, random_));
  ASSIGN_OR_RETURN(live_reader_, LiveReader::Open(live.path));
  EventStoreOptions store;
  store.directory = directory_;
  store.retention_days = absl::ToInt64Hours(settings_.retention) / 24;
  store.seal.tail_bytes = std::min(store.seal.tail_bytes, live_bytes_max_ / 2);
  store.bytes_max = settings_.store_bytes_max;
  if (store.bytes_max == 0) {
    std::error_code error;
    const std::filesystem::space_info volume = std::filesystem::space(directory_, error);
    if (!error) store.bytes_max = volume.capacity / 10 * 8;
  }
  ASSIGN_OR_RETURN(store_, EventStore::Open(store, *live_, clock_));
  RETURN_IF_ERROR(ReportRecovery(store_->recovery(), *live_, clock_));
  LogRecovery(store_->recovery());
  tails_ = std::make_unique<TailHub>(*store_);
  return absl::OkStatus();
}

absl::Status RunningServer::OpenKnowledge() {
  ASSIGN_OR_RETURN(intel_, IntelStore::Open(directory_ + "/intel.db", clock_));
  knowledge_.SetIndicators(intel_->Snapshot());
  knowledge_.SetNetmap(MakeNetmap(*registry_->Snapshot()));
  geo_.Refresh();
  return absl::OkStatus();
}

absl::Status RunningServer::OpenIngest() {
  GroupCommitterOptions options;
  options.retention = settings_.retention;
  options.check_room = [room = Room()] { return room.Check(); };
  options.ack_wait = kAckWait;
  // No few agents can fill live.db with what is never sealed.
  options.quarantine_bytes_per_agent =
      std::min(options.quarantine_bytes_per_agent, static_cast<std::int64_t>(live_bytes_max_ / 64));
  committer_ = std::make_unique<GroupCommitter>(*live_, *tails_, enricher_, detector_, streams_,
                                                clock_, random_, options);
  RETURN_IF_ERROR(committer_->Reload());
  RETURN_IF_ERROR(committer_->ReplayTail());
  OpenInFlight();
  IngestOptions ingest;
  ingest.in_flight = in_flight_.get();
  ingest_ = std::make_unique<Ingest>(
      *committer_, presence_, clock_, ingest, [this] { streams_.ResumeReading(); },
      [this](const absl::Status& why) { Fail(absl::AbortedError(why.message())); });
  sealer_ = std::make_unique<SealThread>(
      *store_, [this] { ingest_->RunOnCommitThread([this] { RecordSealed(); }); },
      [this](const absl::Status& why) {
        if (absl::IsResourceExhausted(why) || absl::IsUnavailable(why)) {
          LogError("sealing: ", why.message(), "; it is tried again, agents are slowed until then");
        } else {
          Fail(why);
        }
      });
  ingest_->SetAfterCommit([this](std::vector<Alert> alerts) { AfterCommit(std::move(alerts)); });
  return OpenNotifier();
}

// The server works without: what is lost is only that a poison batch is recognised.
void RunningServer::OpenInFlight() {
  absl::StatusOr<std::unique_ptr<InFlight>> opened = InFlight::Open(directory_ + "/in_flight");
  if (!opened.ok()) {
    LogWarning("batches in flight are not noted: ", opened.status().message());
    return;
  }
  in_flight_ = *std::move(opened);
  crash_mark_.emplace(in_flight_->crash_mark());
  if (const std::size_t suspects = in_flight_->suspects_count(); suspects > 0) {
    LogWarning(suspects, " batches were in flight when the server ended unexpectedly");
  }
}

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

absl::Status RunningServer::OpenNotifier() {
  ASSIGN_OR_RETURN(std::vector<std::unique_ptr<AlertSink>> sinks,
                   OpenSinks(settings_.webhook, settings_.webhook_ca, settings_.alert_syslog),
                   "server.toml: [alerts]");
  AlertNotifier::Callbacks callbacks;
  callbacks.notified = [this](std::vector<std::int64_t> ids) {
    ingest_->RunOnCommitThread([this, ids = std::move(ids)] {
      if (const absl::Status marked = live_->MarkNotified(ids); !marked.ok()) Fail(marked);
    });
  };
  callbacks.ask_again = [this] { ingest_->RunOnCommitThread([this] { AskUnnotified(); }); };
  notifier_ = std::make_unique<AlertNotifier>(std::move(sinks), std::move(callbacks), clock_,
                                              random_, NotifierOptions());
  AskUnnotified();
  return absl::OkStatus();
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

void RunningServer::BuildServices() {
  query_pool_ = std::make_unique<QueryPool>(kQueryThreads);
  collector_ = std::make_unique<CollectorService>(
      [this](const grpc::CallbackServerContext& context) { return Identify(context); },
      [this](const grpc::CallbackServerContext& context, const v1::RenewRequest& request) {
        return RenewAgent(context, request);
      },
      *ingest_, streams_, clock_);
  enrollment_ = std::make_unique<EnrollmentService>(*authority_, *registry_, *audit_, clock_);
  AdminActions actions;
  actions.agent_resumed = [this](const std::string& agent) {
    ingest_->RunOnCommitThread([this, agent] { committer_->Readmit(agent); });
  };
  actions.seal_store = [this] { return SealEverything(); };
  actions.verify_store = [this] { return VerifyStore(); };
  actions.import_intel = [this](const std::string& provider, const std::string& csv) {
    return ImportIntel(provider, csv);
  };
  actions.sites_changed = [this] { knowledge_.SetNetmap(MakeNetmap(*registry_->Snapshot())); };
  actions.silent_after = settings_.silent_after;
  admin_ = std::make_unique<AdminService>(*registry_, *authority_, *audit_, presence_, *query_pool_,
                                          clock_, std::move(actions));
  QuerySources sources;
  sources.manifest = [this] { return store_->manifest(); };
  sources.status = [this] { return Status(); };
  sources.look = [this](const std::string& value, Tlp ceiling) { return LookUp(value, ceiling); };
  query_ =
      std::make_unique<QueryService>(*registry_, *audit_, presence_, *live_reader_, *query_pool_,
                                     *tails_, clock_, settings_.query_deadline, std::move(sources));
  listener_probe_ = std::make_unique<ListenerProbe>(*authority_, clock_);
  listeners_ = std::make_unique<Listeners>(*registry_, *authority_, *listener_probe_, clock_);
  self_probe_ = std::make_unique<SelfProbe>(
      std::vector<SelfProbe::Question>{
          {"the main listener",
           [this] { return listener_probe_->Ask(settings_.listen, kProbeTimeout); }},
          {"the commit thread", [this] { return AskCommitThread(); }}},
      kProbeInterval);
  registry_->SetCutListener([this](const Principal& principal) {
    if (principal.kind == Principal::Kind::kAgent) {
      streams_.CutAgent(principal.name,
                        absl::PermissionDeniedError("this agent was suspended or revoked"));
    } else {
      tails_->CutUser(
          principal.name,
          absl::PermissionDeniedError("this user was suspended, has a new key, or other rights"));
    }
  });
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
