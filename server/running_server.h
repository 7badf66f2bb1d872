// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/base/clock.h"
#include "common/base/crash_mark.h"
#include "common/base/mutex.h"
#include "common/base/random.h"
#include "common/geo/geo_databases.h"
#include "server/audit/audit_log.h"
#include "server/authority/authority.h"
#include "server/detect/rule_detector.h"
#include "server/detect/silent_sites.h"
#include "server/enrich/knowledge.h"
#include "server/enrich/site_enricher.h"
#include "server/ingest/agent_presence.h"
#include "server/ingest/ballast.h"
#include "server/ingest/group_committer.h"
#include "server/ingest/in_flight.h"
#include "server/ingest/ingest.h"
#include "server/ingest/volume_room.h"
#include "server/intel/intel_store.h"
#include "server/notify/alert_notifier.h"
#include "server/registry/registry.h"
#include "server/rpc/admin_service.h"
#include "server/rpc/collector_service.h"
#include "server/rpc/enrollment_service.h"
#include "server/rpc/listener_probe.h"
#include "server/rpc/listeners.h"
#include "server/rpc/query_pool.h"
#include "server/rpc/query_service.h"
#include "server/rpc/stream_table.h"
#include "server/rpc/tail_hub.h"
#include "server/self_probe.h"
#include "server/settings.h"
#include "server/store/commit/live_database.h"
#include "server/store/commit/live_reader.h"
#include "server/store/event_store.h"
#include "server/store/seal_thread.h"

namespace dims {

// The server's parts, in the order in which events meet them; reads as the architecture. Built by
// Open, set going by Start, ended in reverse by Stop. Owns everything. Thread: main, but for
// failure().
class RunningServer {
 public:
  // Opens every file, replays the tail. Errors name file and remedy.
  static absl::StatusOr<std::unique_ptr<RunningServer>> Open(const std::string& directory,
                                                             Clock& clock, Random& random);
  ~RunningServer();

  // Threads, then listeners.
  absl::Status Start();

  // Listeners, then what is queued, then threads. Harmless to repeat.
  void Stop();

  // Once a minute or so: retention, certificates, silence.
  void Housekeep();

  // About each second: a volume that is full lets go of its ballast.
  void TendBallast();

  // Not OK once the process must exit: a commit's outcome is unknown, or a disk failed.
  absl::Status failure() const ABSL_LOCKS_EXCLUDED(failure_mutex_);

  // True once for each time that the listener and the commit thread have answered: what the
  // watchdog may be told.
  bool TakeAnswer() { return self_probe_->TakeAnswer(); }

  // One line for systemctl status.
  std::string StatusLine() const;

 private:
  RunningServer(std::string directory, ServerSettings settings, Clock& clock, Random& random);
  absl::Status OpenTrust();
  VolumeRoom Room() const;
  absl::Status OpenStore();
  absl::Status OpenKnowledge();
  absl::Status OpenIngest();
  void OpenInFlight();
  absl::Status OpenNotifier();
  void AskUnnotified();
  void AfterCommit(std::vector<Alert> alerts);
  void NoteRefused(const AgentRef& from, const absl::Status& why);
  void BuildServices();
  void Fail(const absl::Status& why) ABSL_LOCKS_EXCLUDED(failure_mutex_);
  absl::StatusOr<AgentRef> Identify(const grpc::CallbackServerContext& context) const;
  absl::StatusOr<v1::RenewResponse> RenewAgent(const grpc::CallbackServerContext& context,
                                               const v1::RenewRequest& request);
  absl::StatusOr<v1::StatusResponse> Status();
  absl::StatusOr<std::pair<std::uint64_t, std::uint64_t>> SealEverything();
  absl::StatusOr<v1::ImportIntelResponse> ImportIntel(const std::string& provider,
                                                      const std::string& csv);
  v1::LookupResult LookUp(const std::string& value, Tlp ceiling) const;
  absl::StatusOr<v1::VerifyStoreResponse> VerifyStore();
  absl::Status AskCommitThread();
  std::vector<AgentStream> AgentStreams() const;
  std::string AgentsWaitBecause() const;
  void RecordSealed();
  void RaiseSilence(std::vector<Alert> alerts);

  const std::string directory_;
  const ServerSettings settings_;
  Clock& clock_;
  Random& random_;
  const absl::Time started_;

  Ballast ballast_;
  absl::Duration ballast_noted_ = -absl::InfiniteDuration();

  // Who belongs to the group.
  std::unique_ptr<Registry> registry_;
  std::unique_ptr<Authority> authority_;
  std::unique_ptr<AuditLog> audit_;

  // Where events end: live.db, the open rows and the day files.
  std::unique_ptr<LiveDatabase> live_;
  std::unique_ptr<LiveReader> live_reader_;
  std::unique_ptr<EventStore> store_;
  std::unique_ptr<TailHub>
      tails_;  // every committed chunk passes the live tails on its way to the open rows

  // What each group of events goes through.
  Knowledge knowledge_;
  std::unique_ptr<IntelStore> intel_;
  GeoDatabases geo_;
  SiteEnricher enricher_;
  RuleDetector detector_;
  SilentSites silent_sites_;

  // How they come in.
  std::unique_ptr<InFlight> in_flight_;
  std::optional<CrashMark> crash_mark_;
  StreamTable streams_;
  AgentPresence presence_;
  std::unique_ptr<GroupCommitter> committer_;
  std::unique_ptr<Ingest> ingest_;
  std::unique_ptr<SealThread> sealer_;
  std::unique_ptr<AlertNotifier> notifier_;
  std::map<std::string, absl::Duration> refusal_noted_;  // by agent; commit thread

  // The doors.
  std::unique_ptr<QueryPool> query_pool_;
  std::unique_ptr<CollectorService> collector_;
  std::unique_ptr<EnrollmentService> enrollment_;
  std::unique_ptr<AdminService> admin_;
  std::unique_ptr<QueryService> query_;
  HealthService health_;
  std::unique_ptr<ListenerProbe> listener_probe_;
  std::unique_ptr<Listeners> listeners_;
  std::unique_ptr<SelfProbe> self_probe_;

  // Measured on the commit thread, for Status.
  std::atomic<std::int64_t> live_bytes_ = 0;
  std::atomic<std::int64_t> live_free_bytes_ = 0;
  std::atomic<std::uint64_t> groups_committed_ = 0;
  std::atomic<std::uint64_t> rows_committed_ = 0;
  std::atomic<std::uint64_t> refused_ = 0;
  std::atomic<bool> committer_has_room_ = true;
  std::uint64_t live_bytes_max_ = 0;
  std::atomic<bool> stopping_ = false;  // long work for operators ends early

  mutable Mutex failure_mutex_;
  absl::Status failure_ ABSL_GUARDED_BY(failure_mutex_);
};

}  // namespace dims
