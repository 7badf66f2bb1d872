// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/buffer/event_buffer.h"
#include "agent/config/agent_config.h"
#include "agent/directives/directive_keeper.h"
#include "agent/enrich/site_enrichment.h"
#include "agent/forward/forward_thread.h"
#include "agent/forward/forwarder.h"
#include "agent/http/http_input.h"
#include "agent/inputs/file_input.h"
#include "agent/inputs/file_input_thread.h"
#include "agent/inputs/posix_file_system.h"
#include "agent/inputs/syslog_input.h"
#include "agent/join/agent_identity.h"
#include "agent/join/certificate_keeper.h"
#include "agent/load/load_listener.h"
#include "agent/metrics_publisher.h"
#include "agent/output/local_outputs.h"
#include "agent/pipeline/pipeline.h"
#include "agent/rpc/grpc_transport.h"
#include "agent/status/status_file.h"
#include "common/base/clock.h"
#include "common/base/mutex.h"
#include "common/base/random.h"
#include "common/base/unique_fd.h"

namespace dims {

struct RunningAgentOptions {
  std::string config_path;
  std::string state_directory;
  bool without_listeners = false;  // neither syslog nor HTTP: for `dims-agent load` on its own

  // Asked when the buffer cannot be opened for a reason that may pass: its disk is full, read-only
  // or failing. True after a while: try again. Empty: never.
  std::function<bool(const absl::Status&)> try_again = {};
};

// The agent's parts, in the order in which data meets them; reads as the architecture. Built by
// Open, set going by Start, ended in reverse by Stop. Thread: main, but for failure().
class RunningAgent {
 public:
  // Loads identity and configuration, opens the buffer (a damaged one is set aside). Errors name
  // file and remedy.
  static absl::StatusOr<std::unique_ptr<RunningAgent>> Open(const RunningAgentOptions& options,
                                                            Clock& clock, Random& random);
  ~RunningAgent();

  void Start();

  // Inputs, then what they handed over, then the stream. Under 10 s; harmless to repeat.
  void Stop();

  // Reads the configuration again and changes inputs, tags, enrichment and formats at once; keeps
  // the old one when the new one has an error, which is returned.
  absl::Status Reload();

  // Every second or so: writes the status file.
  void Tick();

  // Not OK once the process must exit.
  absl::Status failure() const ABSL_LOCKS_EXCLUDED(failure_mutex_);

  std::string StatusLine();

 private:
  class LoadPort;

  RunningAgent(RunningAgentOptions options, AgentConfig config, AgentIdentity identity,
               Clock& clock, Random& random);
  void MakeEnrichment(AgentConfig& config);
  void RefreshEnrichment();
  absl::Status OpenBuffer();
  absl::Status OpenBufferOnce();
  void TellTrouble(const absl::Status& why);
  void BuildPipeline();
  std::vector<UniqueFd> TakeActivated();
  absl::Status OpenSyslog(std::vector<UniqueFd> sockets);
  absl::Status OpenHttp();
  absl::Status RestartPipeline();
  void BuildForwarding();
  absl::Status StartFiles();
  void StartLoads();
  void StopInputs(bool hand_over_syslog);
  void TrimWhenQuiet();
  void OnServerBookmarks(const std::vector<Bookmark>& bookmarks);
  void NoteCondition(Forwarder::Condition condition)
      ABSL_LOCKS_EXCLUDED(identity_mutex_, condition_mutex_);
  std::shared_ptr<grpc::Channel> MakeChannel() ABSL_LOCKS_EXCLUDED(identity_mutex_);
  void Fail(const absl::Status& why) ABSL_LOCKS_EXCLUDED(failure_mutex_);
  AgentStatus DescribeSelf();
  AgentStatus Describe();
  void DescribeEvents(AgentStatus& out);
  DirectivesStatus DescribeDirectives() const;

  const RunningAgentOptions options_;
  AgentConfig config_;
  Clock& clock_;
  Random& random_;
  const absl::Time started_;
  const std::string own_executable_;  // where it was at the start: an upgrade replaces it
  bool activated_ = false;            // syslog's sockets came from the service manager
  std::uint64_t rows_seen_ = 0;
  absl::Duration trim_at_ = absl::ZeroDuration();
  absl::Duration refresh_at_ = absl::ZeroDuration();

  mutable Mutex identity_mutex_;
  AgentIdentity identity_ ABSL_GUARDED_BY(identity_mutex_);

  // site: inputs ─▶ pipeline ─▶ buffer ─▶ forward
  PosixFileSystem files_;
  LocalOutputs outputs_;  // beside the way to the server
  std::unique_ptr<EventBuffer> buffer_;
  std::shared_ptr<SiteEnrichment> enrichment_;   // null: nothing is added
  std::unique_ptr<DirectiveKeeper> directives_;  // what the server asks of this site
  std::unique_ptr<Pipeline> pipeline_;
  std::unique_ptr<FileInput> file_input_;
  std::unique_ptr<FileInputThread> file_thread_;
  std::vector<std::unique_ptr<JournalInput>> journals_;
  std::unique_ptr<SyslogInput> syslog_input_;
  std::unique_ptr<HttpInput> http_input_;
  std::unique_ptr<LoadPort> load_port_;
  std::unique_ptr<LoadListener> load_listener_;
  std::unique_ptr<ForwardThread> forward_thread_;
  std::unique_ptr<GrpcTransport> transport_;
  std::unique_ptr<Forwarder> forwarder_;
  std::unique_ptr<CertificateKeeper> certificate_;
  MetricsPublisher metrics_;

  Mutex inputs_mutex_;
  bool started_inputs_ ABSL_GUARDED_BY(inputs_mutex_) = false;
  std::vector<Bookmark> server_bookmarks_ ABSL_GUARDED_BY(inputs_mutex_);

  mutable Mutex condition_mutex_;
  Forwarder::Condition condition_ ABSL_GUARDED_BY(condition_mutex_);

  mutable Mutex failure_mutex_;
  absl::Status failure_ ABSL_GUARDED_BY(failure_mutex_);
};

}  // namespace dims
