// SPDX-License-Identifier: Apache-2.0
#include "agent/running_agent.h"

#include <malloc.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/inputs/bookmark_check.h"
#include "agent/inputs/resume_points.h"
#include "agent/inputs/syslog_socket.h"
#include "agent/join/clock_hint.h"
#include "agent/policy/policy_key.h"
#include "agent/running_agent_load.h"
#include "agent/status/resident_code.h"
#include "common/base/log.h"
#include "common/base/private_files.h"
#include "common/base/service_sockets.h"
#include "common/base/status_macros.h"
#include "common/base/version.h"
#include "common/grpc/channel_limits.h"
#include "common/grpc/credentials.h"

namespace dims {
namespace {

constexpr absl::Duration kQuiet = absl::Seconds(10);
constexpr absl::Duration kRefreshEvery = absl::Seconds(30);

// In the state directory; everything else there is the agent's alone.
constexpr absl::string_view kPublicFiles[] = {"agent.pem", "ca.pem", "identity.toml", "status.json",
                                              "status.json.new"};

// The site's policy as the pipeline applies it.
absl::Status MakePolicy(const std::string& state_directory, Random& random, AgentConfig& config) {
  PrivacyKey key{};
  if (config.policy.needs_key()) {
    ASSIGN_OR_RETURN(key, LoadOrMakePolicyKey(state_directory, random));
  }
  config.pipeline.policy = Policy::Make(config.policy, key);
  return absl::OkStatus();
}

std::string OwnExecutable() {
  std::error_code ignored;
  return std::filesystem::read_symlink("/proc/self/exe", ignored).string();
}

bool IsOfFiles(const Bookmark& bookmark) {
  return !std::holds_alternative<CounterPosition>(bookmark.position);
}

}  // namespace

absl::StatusOr<std::unique_ptr<RunningAgent>> RunningAgent::Open(const RunningAgentOptions& options,
                                                                 Clock& clock, Random& random) {
  ASSIGN_OR_RETURN(AgentIdentity identity, AgentIdentity::Load(options.state_directory));
  RETURN_IF_ERROR(CheckPrivateFiles(options.state_directory, kPublicFiles));
  ConfigReport report;
  ASSIGN_OR_RETURN(AgentConfig config,
                   LoadAgentConfig(options.config_path, {options.state_directory}, report));
  if (options.without_listeners) {
    config.syslogs.clear();
    config.https.clear();
  }
  RETURN_IF_ERROR(MakePolicy(options.state_directory, random, config));
  auto agent = std::unique_ptr<RunningAgent>(
      new RunningAgent(options, std::move(config), std::move(identity), clock, random));
  agent->MakeEnrichment(agent->config_);
  agent->directives_ = std::make_unique<DirectiveKeeper>(options.state_directory,
                                                         agent->config_.policy.remote, clock);
  RETURN_IF_ERROR(agent->OpenBuffer());
  RETURN_IF_ERROR(agent->OpenSyslog(agent->TakeActivated()));
  RETURN_IF_ERROR(agent->OpenHttp());
  RETURN_IF_ERROR(agent->metrics_.Configure(agent->config_.metrics));
  agent->BuildForwarding();
  return agent;
}

RunningAgent::RunningAgent(RunningAgentOptions options, AgentConfig config, AgentIdentity identity,
                           Clock& clock, Random& random)
    : options_(std::move(options)),
      config_(std::move(config)),
      clock_(clock),
      random_(random),
      started_(clock.Now()),
      own_executable_(OwnExecutable()),
      identity_(std::move(identity)),
      outputs_(clock, random),
      metrics_(clock) {}

RunningAgent::~RunningAgent() {
  Stop();
}

void RunningAgent::MakeEnrichment(AgentConfig& config) {
  enrichment_ = SiteEnrichment::Make(config.enrich, options_.state_directory, enrichment_.get());
  config.pipeline.enrichment = enrichment_;
}

// What is wrong may pass without the agent; whoever starts it again and again changes nothing.
absl::Status RunningAgent::OpenBuffer() {
  while (true) {
    const absl::Status opened = OpenBufferOnce();
    const bool may_pass = absl::IsResourceExhausted(opened) || absl::IsUnknown(opened) ||
                          (!opened.ok() && IsOnReadOnlyVolume(options_.state_directory));
    if (!may_pass || !options_.try_again) return opened;
    TellTrouble(opened);
    if (!options_.try_again(opened)) return opened;
  }
}

void RunningAgent::TellTrouble(const absl::Status& why) {
  AgentStatus status = DescribeSelf();
  status.connection = "waiting";
  status.last_error = std::string(why.message());
  WriteStatusFile(options_.state_directory, status).IgnoreError();  // the log says it as well
}

absl::Status RunningAgent::OpenBufferOnce() {
  config_.buffer.directory = options_.state_directory;
  {
    MutexLock lock(identity_mutex_);
    config_.buffer.agent = identity_.principal.name;
  }
  absl::StatusOr<std::unique_ptr<EventBuffer>> buffer =
      EventBuffer::Open(config_.buffer, clock_, random_);
  if (absl::IsDataLoss(buffer.status())) {
    LogError(buffer.status().message());
    ASSIGN_OR_RETURN(const std::string aside, EventBuffer::SetAside(config_.buffer, clock_));
    LogError("the damaged buffer is kept as ", aside,
             "; what it may have lost is declared to the server");
    buffer = EventBuffer::Open(config_.buffer, clock_, random_);
  }
  RETURN_IF_ERROR(buffer.status());
  buffer_ = *std::move(buffer);
  BuildPipeline();
  return absl::OkStatus();
}

void RunningAgent::BuildPipeline() {
  config_.pipeline.outputs = &outputs_;
  PipelineOptions options = config_.pipeline;
  options.directives = [this] { return directives_->active(); };
  pipeline_ = std::make_unique<Pipeline>(
      options, *buffer_, clock_, [this](const absl::Status& why) { Fail(why); },
      [this] {
        if (forward_thread_ != nullptr) forward_thread_->Wake();
      });
}

// The sockets of dims-agent-syslog.socket, by the name its unit gives them or else by the unit's.
std::vector<UniqueFd> RunningAgent::TakeActivated() {
  std::vector<UniqueFd> sockets;
  for (ServiceSocket& handed : TakeServiceSockets()) {
    if (handed.name == "syslog" || handed.name == "dims-agent-syslog.socket") {
      sockets.push_back(std::move(handed.socket));
    } else {
      LogWarning("a socket named \"", handed.name, "\" was handed over: only \"syslog\" is taken");
    }
  }
  activated_ = !sockets.empty();
  if (activated_ && config_.syslogs.empty()) {
    LogWarning("syslog sockets were handed over, but there is no [[input.syslog]]");
  }
  return sockets;
}

absl::Status RunningAgent::OpenSyslog(std::vector<UniqueFd> sockets) {
  if (config_.syslogs.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(syslog_input_, SyslogInput::Open(config_.syslogs, std::move(sockets),
                                                    pipeline_->sink(), clock_, random_));
  return absl::OkStatus();
}

absl::Status RunningAgent::OpenHttp() {
  http_input_.reset();  // its ports must be free
  if (config_.https.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(http_input_, HttpInput::Open(config_.https, pipeline_->sink(), clock_, random_));
  return absl::OkStatus();
}

void RunningAgent::BuildForwarding() {
  forward_thread_ = std::make_unique<ForwardThread>(
      clock_,
      [this] {
        forwarder_->Tick();
        if (!forwarder_->failure().ok()) Fail(forwarder_->failure());
        NoteCondition(forwarder_->condition());
      },
      [this] { return forwarder_->next_tick(); });
  transport_ = std::make_unique<GrpcTransport>([this] { return MakeChannel(); }, *forward_thread_);
  ForwarderOptions options;
  options.agent_version = kVersion;
  options.progress_timeout = config_.forward.progress_timeout;
  options.longest_backoff = config_.forward.longest_backoff;
  options.reads_again = true;
  options.still_holds = [](const Bookmark& bookmark) {
    return StillHolds(PosixFileSystem(), bookmark);
  };
  forwarder_ = std::make_unique<Forwarder>(
      *buffer_, *transport_, clock_, random_, options,
      [this](const std::vector<Bookmark>& bookmarks) { OnServerBookmarks(bookmarks); });
  transport_->SetForwarder(*forwarder_);
  transport_->SetDirectivesListener([this](std::uint64_t connection, const DirectiveSet& set) {
    return directives_->Take(connection, set);
  });
  MutexLock lock(identity_mutex_);
  certificate_ = std::make_unique<CertificateKeeper>(
      options_.state_directory, identity_, clock_, random_, [this](const AgentIdentity& renewed) {
        {
          MutexLock identity_lock(identity_mutex_);
          identity_ = renewed;
        }
        LogInfo("certificate renewed until ",
                absl::FormatTime(renewed.not_after, absl::UTCTimeZone()));
      });
}

// On the forward thread. A new reason why there is no stream is logged once.
void RunningAgent::NoteCondition(Forwarder::Condition condition) {
  if (!condition.last_error.empty() && condition.state != Forwarder::State::kStreaming) {
    MutexLock lock(identity_mutex_);
    const std::string hint =
        ClockHint(condition.last_error, identity_.not_before, identity_.not_after, clock_.Now());
    if (!hint.empty()) condition.last_error = absl::StrCat(hint, " (", condition.last_error, ")");
  }
  MutexLock lock(condition_mutex_);
  if (condition.last_error != condition_.last_error && !condition.last_error.empty()) {
    LogWarning("not forwarding: ", EscapeControls(condition.last_error));
  }
  condition_ = std::move(condition);
}

std::shared_ptr<grpc::Channel> RunningAgent::MakeChannel() {
  MutexLock lock(identity_mutex_);
  return grpc::CreateCustomChannel(
      identity_.server_address,
      MemberCredentials(identity_.key_pem, identity_.certificate_pem, identity_.ca_bundle_pem),
      ClientArguments());
}

// Syslog waits for nobody: what is not taken now is lost. A buffer that has bookmarks knows where
// to read files on; a fresh one waits for what the server knows, or everything would be read twice.
void RunningAgent::Start() {
  trim_at_ = clock_.Monotonic() + kQuiet;
  outputs_.Configure(config_.outputs);
  pipeline_->Start();
  if (syslog_input_ != nullptr) syslog_input_->Start();
  if (http_input_ != nullptr) http_input_->Start();
  const absl::StatusOr<std::vector<Bookmark>> own = buffer_->Bookmarks();
  if (own.ok() && std::any_of(own->begin(), own->end(), IsOfFiles)) {
    if (const absl::Status started = StartFiles(); !started.ok()) Fail(started);
  }
  certificate_->Start();
  forward_thread_->Start();
  StartLoads();
}

absl::Status RunningAgent::StartFiles() {
  MutexLock lock(inputs_mutex_);
  ASSIGN_OR_RETURN(std::vector<Bookmark> own, buffer_->Bookmarks());
  const std::vector<Bookmark> resume = ResumePoints(std::move(own), server_bookmarks_);
  file_input_ =
      std::make_unique<FileInput>(config_.files, resume, files_, pipeline_->sink(), clock_);
  file_thread_ = std::make_unique<FileInputThread>(*file_input_, clock_);
  file_thread_->ReadAgain(buffer_->Holes());
  file_thread_->Start();
  journals_.clear();
  for (JournalInputOptions journal : config_.journals) {
    journal.own_executable = own_executable_;
    journals_.push_back(std::make_unique<JournalInput>(journal, resume, pipeline_->sink(), clock_));
    journals_.back()->Start();
  }
  started_inputs_ = true;
  return absl::OkStatus();
}

void RunningAgent::StopInputs(bool hand_over_syslog) {
  if (load_listener_ != nullptr) load_listener_->Stop();  // it asks for what the lock guards
  MutexLock lock(inputs_mutex_);
  if (file_thread_ != nullptr) file_thread_->Stop();
  for (const std::unique_ptr<JournalInput>& journal : journals_) journal->Stop();
  if (http_input_ != nullptr) http_input_->Stop();
  if (syslog_input_ == nullptr) return;
  hand_over_syslog ? syslog_input_->StopForHandover() : syslog_input_->Stop();
}

absl::Status RunningAgent::Reload() {
  ConfigReport report;
  ASSIGN_OR_RETURN(AgentConfig config,
                   LoadAgentConfig(options_.config_path, {options_.state_directory}, report));
  RETURN_IF_ERROR(MakePolicy(options_.state_directory, random_, config));
  const std::shared_ptr<SiteEnrichment> enrichment_before = enrichment_;
  MakeEnrichment(config);
  const bool same_listeners = ShareSockets(config.syslogs, config_.syslogs);
  StopInputs(same_listeners);
  pipeline_->Stop();
  config.buffer =
      config_.buffer;  // what the open buffer was made with; its settings change at the next start
  std::swap(config_, config);
  absl::Status reloaded = RestartPipeline();
  if (!reloaded.ok()) {
    std::swap(config_, config);
    enrichment_ = enrichment_before;
    if (const absl::Status back = RestartPipeline(); !back.ok()) {
      Fail(back);  // a process without inputs must not look alive
      return back;
    }
  }
  forward_thread_->Post([this, remote = config_.policy.remote] {
    transport_->SendDirectivesTaken(directives_->Allow(remote));
  });
  bool files_started = false;
  {
    MutexLock lock(inputs_mutex_);
    files_started = started_inputs_;
  }
  if (files_started) RETURN_IF_ERROR(StartFiles());
  StartLoads();
  return reloaded;
}

// Listeners that stay hand their sockets and connections over, so that no datagram meets a closed
// port and no sender notices; one that failed to start hands them back. Sockets that were handed to
// this process cannot be opened again.
absl::Status RunningAgent::RestartPipeline() {
  const std::unique_ptr<SyslogInput> before = std::move(syslog_input_);
  std::vector<UniqueFd> sockets;
  if (before != nullptr) {
    const std::vector<SyslogListener> open = before->listeners();
    sockets = before->TakeSockets();
    if (!activated_) KeepShared(open, config_.syslogs, sockets);
  }
  BuildPipeline();
  outputs_.Configure(config_.outputs);
  pipeline_->Start();
  RETURN_IF_ERROR(OpenSyslog(std::move(sockets)));
  if (syslog_input_ != nullptr && before != nullptr) syslog_input_->TakeOver(*before);
  RETURN_IF_ERROR(OpenHttp());
  RETURN_IF_ERROR(metrics_.Configure(config_.metrics));
  if (http_input_ != nullptr) http_input_->Start();
  if (syslog_input_ != nullptr) syslog_input_->Start();
  return absl::OkStatus();
}

void RunningAgent::Stop() {
  if (forward_thread_ == nullptr) return;
  StopInputs(false);
  pipeline_->Stop();
  outputs_.Stop();
  certificate_->Stop();
  forward_thread_->Stop();
  transport_.reset();
  forwarder_.reset();
  forward_thread_.reset();
  AgentStatus last = Describe();
  last.running = false;
  last.connection = "stopped";
  WriteStatusFile(options_.state_directory, last).IgnoreError();  // the next start writes it anew
}

// What a burst took goes back to the machine once nothing has come for a while.
void RunningAgent::TrimWhenQuiet() {
  const std::uint64_t rows = pipeline_->rows();
  const absl::Duration now = clock_.Monotonic();
  if (rows != rows_seen_ || buffer_->backlog().batches > 0) {
    rows_seen_ = rows;
    trim_at_ = now + kQuiet;
  } else if (now >= trim_at_) {
    ::malloc_trim(0);
    LetGoOfCode();
    trim_at_ = absl::InfiniteDuration();
  }
}

// Files of enrichment that were replaced are read again.
void RunningAgent::RefreshEnrichment() {
  const absl::Duration now = clock_.Monotonic();
  if (enrichment_ == nullptr || now < refresh_at_) return;
  refresh_at_ = now + kRefreshEvery;
  enrichment_->Refresh();
}

void RunningAgent::Tick() {
  RefreshEnrichment();
  TrimWhenQuiet();
  const AgentStatus status = Describe();
  const absl::Status written = WriteStatusFile(options_.state_directory, status);
  if (!written.ok()) LogWarning(written.message());
  metrics_.Publish(status);
  if (forward_thread_ != nullptr) forward_thread_->Wake();
}

void RunningAgent::Fail(const absl::Status& why) {
  MutexLock lock(failure_mutex_);
  if (failure_.ok()) failure_ = why;
}

absl::Status RunningAgent::failure() const {
  MutexLock lock(failure_mutex_);
  return failure_;
}

}  // namespace dims
