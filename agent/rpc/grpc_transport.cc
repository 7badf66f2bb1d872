// SPDX-License-Identifier: Apache-2.0
#include "agent/rpc/grpc_transport.h"

#include <deque>
#include <utility>

#include "common/base/mutex.h"
#include "common/delivery/directives_wire.h"
#include "common/delivery/wire.h"
#include "common/grpc/status_bridge.h"

namespace dims {
namespace {

// Keeps the channel used last until there is another one, also at the end of the process. gRPC
// 1.51 shuts the queue of callback calls down when the last channel goes, and its threads may then
// release it once too often ("assertion failed: prior > 0"): that aborted an agent whose server
// went away and came back.
void KeepChannel(std::shared_ptr<grpc::Channel> channel) {
  static Mutex* const mutex = new Mutex;
  static auto* const kept = new std::shared_ptr<grpc::Channel>;
  MutexLock lock(*mutex);
  kept->swap(channel);
}

}  // namespace

// One stream of one connection. Keeps itself alive until gRPC says OnDone.
class GrpcTransport::Stream final
    : public grpc::ClientBidiReactor<v1::AgentMessage, v1::ServerMessage> {
 public:
  Stream(GrpcTransport& transport, std::uint64_t connection,
         const std::shared_ptr<grpc::Channel>& channel)
      : transport_(transport), connection_(connection), stub_(v1::Collector::NewStub(channel)) {}

  static std::shared_ptr<Stream> Start(GrpcTransport& transport, std::uint64_t connection,
                                       const std::shared_ptr<grpc::Channel>& channel) {
    auto stream = std::make_shared<Stream>(transport, connection, channel);
    stream->self_ = stream;
    stream->stub_->async()->Stream(&stream->context_, stream.get());
    stream->AddHold();  // Send starts writes from outside the reactor's own callbacks
    stream->StartRead(&stream->incoming_);
    stream->StartCall();
    return stream;
  }

  bool Writable() const {
    MutexLock lock(mutex_);
    return outgoing_.empty() && !dropped_;
  }

  void Send(v1::AgentMessage message) {
    MutexLock lock(mutex_);
    if (dropped_) return;
    outgoing_.push_back(std::move(message));
    if (outgoing_.size() == 1) StartWrite(&outgoing_.front());
  }

  // The forwarder wants to hear no more of it.
  void Drop() {
    context_.TryCancel();
    ReleaseHold();
  }

  // Waits until gRPC has let go of a stream that was dropped.
  void AwaitEnd() {
    MutexLock lock(mutex_);
    while (!done_) ended_.Wait(mutex_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) {
      ReleaseHold();
      return;
    }
    transport_.thread_.Post(
        [&transport = transport_, connection = connection_, message = std::move(incoming_)] {
          transport.Received(connection, message);
        });
    incoming_ = v1::ServerMessage();
    StartRead(&incoming_);
  }

  void OnWriteDone(bool ok) override {
    MutexLock lock(mutex_);
    outgoing_.pop_front();
    if (!ok) {
      outgoing_.clear();
      return;
    }
    if (!outgoing_.empty()) {
      StartWrite(&outgoing_.front());
      return;
    }
    transport_.thread_.Wake();
  }

  void OnDone(const grpc::Status& status) override {
    transport_.thread_.Post([&transport = transport_, connection = connection_,
                             why = FromGrpc(status)] { transport.Ended(connection, why); });
    std::shared_ptr<Stream> last = std::move(self_);
    MutexLock lock(mutex_);
    done_ = true;
    ended_.NotifyAll();
  }

 private:
  void ReleaseHold() {
    {
      MutexLock lock(mutex_);
      if (dropped_) return;
      dropped_ = true;
    }
    RemoveHold();
  }

  GrpcTransport& transport_;
  const std::uint64_t connection_;
  std::unique_ptr<v1::Collector::Stub> stub_;
  grpc::ClientContext context_;
  std::shared_ptr<Stream> self_;
  v1::ServerMessage incoming_;
  mutable Mutex mutex_;
  CondVar ended_;
  std::deque<v1::AgentMessage> outgoing_ ABSL_GUARDED_BY(mutex_);
  bool dropped_ ABSL_GUARDED_BY(mutex_) = false;
  bool done_ ABSL_GUARDED_BY(mutex_) = false;
};

GrpcTransport::GrpcTransport(ChannelFactory channel, ForwardThread& thread)
    : channel_(std::move(channel)), thread_(thread) {}

GrpcTransport::~GrpcTransport() {
  if (stream_ == nullptr) return;
  stream_->Drop();
  stream_->AwaitEnd();
}

void GrpcTransport::Connect() {
  Disconnect();
  const std::uint64_t connection = ++connection_;
  const std::shared_ptr<grpc::Channel> channel = channel_();
  if (channel == nullptr) {
    thread_.Post([this, connection] {
      Ended(connection, absl::FailedPreconditionError("there is no usable certificate"));
    });
    return;
  }
  stream_ = Stream::Start(*this, connection, channel);
  KeepChannel(channel);
  // gRPC reports no success of its own: the first message is sent at once, its answer is the proof.
  thread_.Post([this, connection] {
    if (connection == connection_ && stream_ != nullptr) forwarder_->OnConnected();
  });
}

void GrpcTransport::Disconnect() {
  if (stream_ == nullptr) return;
  stream_->Drop();
  stream_->AwaitEnd();
  stream_.reset();
  ++connection_;
}

bool GrpcTransport::Writable() const {
  return stream_ != nullptr && stream_->Writable();
}

void GrpcTransport::Send(v1::AgentMessage message) {
  if (stream_ != nullptr) stream_->Send(std::move(message));
}

void GrpcTransport::SendHello(const Hello& hello) {
  v1::AgentMessage message;
  *message.mutable_hello() = ToWire(hello);
  Send(std::move(message));
}

void GrpcTransport::SendDeliver(std::vector<Envelope> envelopes) {
  v1::AgentMessage message;
  for (Envelope& envelope : envelopes) {
    *message.mutable_deliver()->add_envelopes() = ToWire(std::move(envelope));
  }
  Send(std::move(message));
}

void GrpcTransport::SendReport(const Report& report) {
  v1::AgentMessage message;
  *message.mutable_report() = ToWire(report);
  Send(std::move(message));
}

void GrpcTransport::SendRefillDone(Epoch epoch) {
  v1::AgentMessage message;
  message.mutable_refill_done()->set_epoch(epoch);
  Send(std::move(message));
}

void GrpcTransport::SendDirectivesTaken(const DirectivesTaken& taken) {
  if (directives_from_ != connection_) return;
  v1::AgentMessage message;
  *message.mutable_directives_taken() = ToWire(taken);
  Send(std::move(message));
}

// What a server asks for beyond the limits is refused as a whole: its events still go to it.
void GrpcTransport::ReceivedDirectives(std::uint64_t connection, const v1::Directives& message) {
  if (!directives_listener_) return;
  directives_from_ = connection;
  const absl::StatusOr<DirectiveSet> set = FromWire(message);
  if (set.ok()) return SendDirectivesTaken(directives_listener_(connection, *set));
  SendDirectivesTaken({message.version(), {{0, std::string(set.status().message())}}});
}

void GrpcTransport::Received(std::uint64_t connection, const v1::ServerMessage& message) {
  if (connection != connection_ || forwarder_ == nullptr) return;
  absl::Status taken = absl::InvalidArgumentError("the server sent a message of no known kind");
  if (message.kind_case() == v1::ServerMessage::kPosition) {
    const absl::StatusOr<Position> position = FromWire(message.position());
    taken = position.status();
    if (position.ok()) forwarder_->OnPosition(*position);
  } else if (message.kind_case() == v1::ServerMessage::kAck) {
    const absl::StatusOr<Ack> ack = FromWire(message.ack());
    taken = ack.status();
    if (ack.ok()) forwarder_->OnAck(*ack);
  } else if (message.kind_case() == v1::ServerMessage::kDirectives) {
    return ReceivedDirectives(connection, message.directives());
  }
  if (taken.ok()) return;
  Disconnect();
  forwarder_->OnDisconnected(taken);
}

void GrpcTransport::Ended(std::uint64_t connection, const absl::Status& why) {
  if (connection != connection_) return;
  stream_.reset();
  ++connection_;
  forwarder_->OnDisconnected(why.ok() ? absl::UnavailableError("the server ended the stream")
                                      : why);
}

}  // namespace dims
