// SPDX-License-Identifier: Apache-2.0
// Many agents in one program, for what a server costs that serves many small sites: each has its
// own certificate, buffer, forwarder and gRPC stream, all made of the classes that ship; one thread
// hands each of them a line a second. Each line ends with a number of its own, " id=N".
//
//   many_agents IDENTITY SITE AGENTS SECONDS DIRECTORY
//
// Prints a JSON line when all have joined, stream, have sent, and when everything is acked.
#include <sys/resource.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "agent/buffer/event_buffer.h"
#include "agent/forward/forward_thread.h"
#include "agent/forward/forwarder.h"
#include "agent/inputs/syslog_chunk.h"
#include "agent/join/join.h"
#include "agent/pipeline/batch_assembler.h"
#include "agent/pipeline/committer.h"
#include "agent/rpc/grpc_transport.h"
#include "cli/call.h"
#include "cli/session.h"
#include "common/base/clock.h"
#include "common/base/random.h"
#include "common/base/status_macros.h"
#include "common/base/version.h"
#include "common/grpc/channel_limits.h"
#include "common/grpc/credentials.h"
#include "common/grpc/grpc_log.h"
#include "common/grpc/lock_order_checks.h"

namespace dims {
namespace {

constexpr int kJoiningThreads = 4;
constexpr absl::Duration kReadyMax = absl::Minutes(2);

// One agent but for its inputs: a line given to Send goes the way of a syslog line. Thread: Send
// and the questions one thread's; the forwarder has its own.
class SimulatedAgent {
 public:
  static absl::StatusOr<std::unique_ptr<SimulatedAgent>> Open(const std::string& directory,
                                                              AgentIdentity identity, Clock& clock,
                                                              Random& random) {
    auto agent =
        std::unique_ptr<SimulatedAgent>(new SimulatedAgent(std::move(identity), clock, random));
    BufferOptions options;
    options.directory = directory;
    options.agent = agent->identity_.principal.name;
    ASSIGN_OR_RETURN(agent->buffer_, EventBuffer::Open(options, clock, random));
    agent->committer_ = std::make_unique<Committer>(*agent->buffer_, clock);
    agent->BuildForwarding(random);
    return agent;
  }

  ~SimulatedAgent() {
    if (thread_ == nullptr) return;
    thread_->Stop();
    transport_.reset();
    forwarder_.reset();
  }

  absl::Status Send(absl::string_view line, BatchAssembler& assembler) {
    chunk_.Add("tcp://203.0.113.1:50000", line, false);
    std::vector<CommitStep> ready;
    assembler.Add(chunk_.Take(clock_.Now()), ready);
    assembler.CloseAll(ready);
    for (CommitStep& step : ready) committer_->Add(std::move(step));
    RETURN_IF_ERROR(committer_->Commit());
    thread_->Wake();
    return absl::OkStatus();
  }

  bool streaming() const { return streaming_; }

  std::uint64_t waiting_rows() const { return buffer_->backlog().rows; }

 private:
  SimulatedAgent(AgentIdentity identity, Clock& clock, Random& random)
      : identity_(std::move(identity)),
        clock_(clock),
        chunk_(0, LossClass::kStream, "syslog:tcp://bench", random) {}

  void BuildForwarding(Random& random) {
    thread_ = std::make_unique<ForwardThread>(
        clock_,
        [this] {
          forwarder_->Tick();
          streaming_ = forwarder_->condition().state == Forwarder::State::kStreaming;
        },
        [this] { return forwarder_->next_tick(); });
    transport_ = std::make_unique<GrpcTransport>(
        [this] {
          return grpc::CreateCustomChannel(
              identity_.server_address,
              MemberCredentials(identity_.key_pem, identity_.certificate_pem,
                                identity_.ca_bundle_pem),
              ClientArguments());
        },
        *thread_);
    ForwarderOptions options;
    options.agent_version = kVersion;
    forwarder_ = std::make_unique<Forwarder>(*buffer_, *transport_, clock_, random, options,
                                             [](const std::vector<Bookmark>&) {});
    transport_->SetForwarder(*forwarder_);
    thread_->Start();
  }

  const AgentIdentity identity_;
  Clock& clock_;
  SyslogChunk chunk_;
  std::unique_ptr<EventBuffer> buffer_;
  std::unique_ptr<Committer> committer_;
  std::unique_ptr<ForwardThread> thread_;
  std::unique_ptr<GrpcTransport> transport_;
  std::unique_ptr<Forwarder> forwarder_;
  std::atomic<bool> streaming_ = false;
};

using Agents = std::vector<std::unique_ptr<SimulatedAgent>>;

absl::StatusOr<std::unique_ptr<SimulatedAgent>> JoinOne(Session& session, const std::string& site,
                                                        const std::string& directory, Clock& clock,
                                                        Random& random) {
  std::error_code made;
  std::filesystem::create_directories(directory, made);
  v1::InviteAgentRequest invitation;
  invitation.set_site(site);
  ASSIGN_OR_RETURN(
      const auto invited,
      Call<v1::InviteResponse>(session.admin(), &v1::Admin::Stub::InviteAgent, invitation));
  JoinOptions options;
  options.token = invited.token();
  options.state_directory = directory;
  options.version = kVersion;
  ASSIGN_OR_RETURN(AgentIdentity identity, Join(options, clock, [](const CheckStep&) {}));
  return SimulatedAgent::Open(directory, std::move(identity), clock, random);
}

absl::Status JoinAll(Session& session, const std::string& site, const std::string& directory,
                     Clock& clock, Random& random, Agents& agents) {
  std::atomic<std::size_t> next = 0;
  std::vector<absl::Status> outcomes(kJoiningThreads);
  std::vector<std::thread> threads;
  for (absl::Status& outcome : outcomes) {
    threads.emplace_back([&] {
      for (std::size_t i = next++; i < agents.size() && outcome.ok(); i = next++) {
        auto agent = JoinOne(session, site, absl::StrCat(directory, "/agent-", i), clock, random);
        outcome = agent.status();
        if (agent.ok()) agents[i] = *std::move(agent);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const absl::Status& outcome : outcomes) RETURN_IF_ERROR(outcome);
  return absl::OkStatus();
}

void Say(const std::string& what, const Clock& clock, absl::Duration since) {
  std::printf("{\"%s\":%.3f}\n", what.c_str(), absl::ToDoubleSeconds(clock.Monotonic() - since));
  std::fflush(stdout);
}

// Pauses this thread. Nobody notifies.
void Pause(absl::Duration length) {
  Mutex mutex;
  CondVar never;
  MutexLock lock(mutex);
  never.WaitFor(mutex, length);
}

template <typename Condition>
absl::Status WaitUntilEach(const Agents& agents, const Clock& clock, const char* what,
                           const Condition& condition) {
  const absl::Duration started = clock.Monotonic();
  for (const auto& agent : agents) {
    while (!condition(*agent)) {
      if (clock.Monotonic() - started > kReadyMax) {
        return absl::DeadlineExceededError(absl::StrCat("not every agent ", what));
      }
      Pause(absl::Milliseconds(10));
    }
  }
  return absl::OkStatus();
}

std::string Line(std::uint64_t number, absl::Time now) {
  return absl::StrCat("<38>", absl::FormatTime("%b %e %H:%M:%S", now, absl::UTCTimeZone()), " gw",
                      number % 7, " sshd[", 1000 + number % 60000,
                      "]: Failed password for root from 203.0.113.", number % 250, " port ",
                      1024 + number % 60000, " ssh2 id=", number);
}

// A line a second to each, evenly over the second.
absl::Status SendAll(const Agents& agents, int seconds, const Clock& clock) {
  BatchAssembler assembler(PipelineOptions{}, clock);
  const absl::Duration started = clock.Monotonic();
  const absl::Duration apart = absl::Seconds(1) / static_cast<double>(agents.size());
  std::uint64_t number = 0;
  for (int second = 0; second < seconds; ++second) {
    for (const auto& agent : agents) {
      const absl::Duration early =
          started + static_cast<double>(number) * apart - clock.Monotonic();
      if (early > absl::Milliseconds(1)) Pause(early);
      RETURN_IF_ERROR(agent->Send(Line(number, clock.Now()), assembler));
      ++number;
    }
  }
  return absl::OkStatus();
}

absl::Status Run(const std::string& identity, const std::string& site, int agents_count,
                 int seconds, const std::string& directory) {
  SystemClock clock;
  SystemRandom random;
  const absl::Duration started = clock.Monotonic();
  ASSIGN_OR_RETURN(const auto session, Session::Open(identity));
  Agents agents(static_cast<std::size_t>(agents_count));
  RETURN_IF_ERROR(JoinAll(*session, site, directory, clock, random, agents));
  Say("joined", clock, started);
  RETURN_IF_ERROR(WaitUntilEach(agents, clock, "streams",
                                [](const SimulatedAgent& agent) { return agent.streaming(); }));
  Say("streaming", clock, started);
  RETURN_IF_ERROR(SendAll(agents, seconds, clock));
  Say("sent", clock, started);
  RETURN_IF_ERROR(WaitUntilEach(agents, clock, "is acked", [](const SimulatedAgent& agent) {
    return agent.waiting_rows() == 0;
  }));
  Say("acked", clock, started);
  return absl::OkStatus();
}

}  // namespace
}  // namespace dims

int main(int argc, char** argv) {
  int agents = 0;
  int seconds = 0;
  if (argc != 6 || !absl::SimpleAtoi(argv[3], &agents) || !absl::SimpleAtoi(argv[4], &seconds)) {
    std::fprintf(stderr, "usage: many_agents IDENTITY SITE AGENTS SECONDS DIRECTORY\n");
    return 2;
  }
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  dims::RequireTls13();
  dims::RouteGrpcLog();
  dims::SwitchOffLockOrderChecks();
  const absl::Status status = dims::Run(argv[1], argv[2], agents, seconds, argv[5]);
  if (!status.ok()) std::fprintf(stderr, "many_agents: %s\n", status.ToString().c_str());
  return status.ok() ? 0 : 1;
}
