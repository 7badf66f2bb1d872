// SPDX-License-Identifier: Apache-2.0
// The agent's transport over a real connection; the test plays the server.
#include "agent/rpc/grpc_transport.h"

#include <memory>
#include <string>
#include <vector>

#include "common/base/mutex.h"
#include "tests/agent/buffer/buffer_fixture.h"

namespace dims {
namespace {

using ::testing::ElementsAre;
using Kind = v1::AgentMessage::KindCase;

constexpr absl::Duration kLong = absl::Seconds(30);

// Notes what it is sent, and answers each RefillDone with a set of directives when it has one.
class NotingServer final : public v1::Collector::Service {
 public:
  grpc::Status Stream(
      grpc::ServerContext*,
      grpc::ServerReaderWriter<v1::ServerMessage, v1::AgentMessage>* stream) override {
    v1::AgentMessage message;
    while (stream->Read(&message)) {
      const std::uint64_t version = Note(message.kind_case());
      if (version == 0 || message.kind_case() != Kind::kRefillDone) continue;
      v1::ServerMessage answer;
      answer.mutable_directives()->set_version(version);
      stream->Write(answer);
    }
    return grpc::Status::OK;
  }

  void Ask(std::uint64_t version) {
    MutexLock lock(mutex_);
    version_ = version;
  }

  // What was received since the last call, once there is so much of it.
  std::vector<Kind> Received(std::size_t count) {
    MutexLock lock(mutex_);
    while (received_.size() < count && more_.WaitFor(mutex_, kLong)) {
    }
    return std::exchange(received_, {});
  }

 private:
  std::uint64_t Note(Kind kind) {
    MutexLock lock(mutex_);
    received_.push_back(kind);
    more_.NotifyAll();
    return version_;
  }

  Mutex mutex_;
  CondVar more_;
  std::vector<Kind> received_ ABSL_GUARDED_BY(mutex_);
  std::uint64_t version_ ABSL_GUARDED_BY(mutex_) = 0;
};

class GrpcTransportTest : public BufferTest {
 protected:
  GrpcTransportTest()
      : thread_(
            system_clock_, [] {}, [this] { return system_clock_.Monotonic() + kLong; }),
        transport_(std::make_unique<GrpcTransport>([this] { return Channel(); }, thread_)),
        forwarder_(buffer(), *transport_, system_clock_, random_, ForwarderOptions(),
                   [](const std::vector<Bookmark>&) {}) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    transport_->SetForwarder(forwarder_);
    transport_->SetDirectivesListener([](std::uint64_t, const DirectiveSet& set) {
      return DirectivesTaken{set.version, {}};
    });
    thread_.Start();
  }

  ~GrpcTransportTest() override {
    thread_.Stop();
    transport_.reset();
    server_->Shutdown();
  }

  std::shared_ptr<grpc::Channel> Channel() {
    return grpc::CreateChannel(absl::StrCat("127.0.0.1:", port_),
                               grpc::InsecureChannelCredentials());
  }

  // A policy that was read again, and something after it that is always sent.
  void TellOfThePolicy() {
    thread_.Post([this] {
      transport_->SendDirectivesTaken({1, {}});
      transport_->SendRefillDone(1);
    });
  }

  NotingServer service_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
  SystemClock system_clock_;
  ForwardThread thread_;
  std::unique_ptr<GrpcTransport> transport_;
  Forwarder forwarder_;
};

TEST_F(GrpcTransportTest, AServerThatSentNoDirectivesHearsNothingOfThem) {
  thread_.Post([this] { transport_->Connect(); });
  TellOfThePolicy();
  EXPECT_THAT(service_.Received(1), ElementsAre(Kind::kRefillDone));
}

TEST_F(GrpcTransportTest, WhatIsTakenIsToldOnceDirectivesCameOnTheConnection) {
  thread_.Post([this] { transport_->Connect(); });
  service_.Ask(1);
  TellOfThePolicy();
  EXPECT_THAT(service_.Received(2), ElementsAre(Kind::kRefillDone, Kind::kDirectivesTaken));
  service_.Ask(0);
  TellOfThePolicy();
  EXPECT_THAT(service_.Received(2), ElementsAre(Kind::kDirectivesTaken, Kind::kRefillDone));

  thread_.Post([this] { transport_->Connect(); });
  TellOfThePolicy();
  EXPECT_THAT(service_.Received(1), ElementsAre(Kind::kRefillDone));
}

}  // namespace
}  // namespace dims
