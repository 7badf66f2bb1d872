// SPDX-License-Identifier: Apache-2.0
// How the server's parts are opened and put together.
#include <algorithm>
#include <filesystem>
#include <utility>

#include "common/base/log.h"
#include "common/base/private_files.h"
#include "common/base/status_macros.h"
#include "common/delivery/directives_wire.h"
#include "server/enrich/site_netmap.h"
#include "server/notify/open_sinks.h"
#include "server/rpc/site_directives.h"
#include "server/running_server.h"
#include "server/store/commit/recovery_report.h"
#include "server/store_limits.h"

namespace dims {
namespace {

constexpr int kQueryThreads = 4;
constexpr absl::Duration kAckWait = absl::Seconds(4);  // far below the 60 s an agent waits

// In the data directory; everything else there is the server's alone.
constexpr absl::string_view kPublicFiles[] = {"ca.pem", "server.pem"};

constexpr absl::Duration kProbeInterval = absl::Seconds(5);  // well below systemd's 30 s

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
  std::error_code error;
  const std::filesystem::space_info volume = std::filesystem::space(directory_, error);
  const StoreLimits limits = StoreLimitsOf(settings_, error ? 0 : volume.capacity);
  live_bytes_max_ = limits.live_bytes_max;
  live.bytes_max = static_cast<std::int64_t>(live_bytes_max_);
  ASSIGN_OR_RETURN(live_, LiveDatabase::Open(live, random_));
  ASSIGN_OR_RETURN(live_reader_, LiveReader::Open(live.path));
  EventStoreOptions store;
  store.directory = directory_;
  store.retention_days = absl::ToInt64Hours(settings_.retention) / 24;
  store.seal.tail_bytes = std::min(store.seal.tail_bytes, live_bytes_max_ / 2);
  store.bytes_max = limits.store_bytes_max;
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

void RunningServer::BuildServices() {
  query_pool_ = std::make_unique<QueryPool>(kQueryThreads);
  streams_.SetDirectives([this](const std::string& site) {
    return ToWire(DirectivesOf(*registry_->Snapshot(), site, clock_.Now()));
  });
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
  actions.directives_changed = [this](const std::string& site) { streams_.SendDirectives(site); };
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
      const absl::Status why =
          absl::PermissionDeniedError("this user was suspended, has a new key, or other rights");
      tails_->CutUser(principal.name, why);
      query_->CutUser(principal.name, why);
    }
  });
}

}  // namespace dims
