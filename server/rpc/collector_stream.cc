// SPDX-License-Identifier: Apache-2.0
#include "server/rpc/collector_stream.h"

#include <grpcpp/impl/codegen/proto_utils.h>

#include <algorithm>
#include <utility>

#include "common/base/check.h"
#include "common/base/status_macros.h"
#include "common/delivery/directives_wire.h"
#include "common/delivery/wire.h"
#include "common/grpc/status_bridge.h"
#include "server/rpc/stream_table.h"

namespace dims {

CollectorStream::CollectorStream(AgentRef from, grpc::CallbackServerContext& context,
                                 Ingest& ingest, StreamTable& table, Clock& clock)
    : from_(std::move(from)),
      context_(context),
      ingest_(ingest),
      table_(table),
      clock_(clock),
      last_message_(clock.Monotonic()) {}

CollectorStream* CollectorStream::Start(const std::shared_ptr<CollectorStream>& stream) {
  stream->self_ = stream;
  stream->id_ = stream->table_.Enter(stream);
  stream->StartRead(&stream->incoming_bytes_);
  return stream.get();
}

void CollectorStream::OnReadDone(bool ok) {
  if (!ok) {  // the connection is gone, or a message was longer than gRPC lets pass
    End(absl::InvalidArgumentError("no more messages, or one that is too long"));
    return;
  }
  {
    MutexLock lock(mutex_);
    last_message_ = clock_.Monotonic();
    if (ending_) return;
  }
  if (const absl::Status taken = Take(); !taken.ok()) {
    ingest_.OnRefused(id_, from_, taken);
    End(taken);
    return;
  }
  ReadOn();
}

void CollectorStream::ReadOn() {
  {
    MutexLock lock(mutex_);
    if (ending_) return;
    if (!ingest_.MayRead()) {
      table_.NotePaused();  // before looking again: room made after that finds this stream
      paused_ = !ingest_.MayRead();
      if (paused_) return;
    }
  }
  StartRead(&incoming_bytes_);
}

void CollectorStream::Resume() {
  {
    MutexLock lock(mutex_);
    if (!paused_ || ending_) return;
    paused_ = false;
  }
  ReadOn();
}

absl::Status CollectorStream::Take() {
  const grpc::Status parsed =
      grpc::SerializationTraits<v1::AgentMessage>::Deserialize(&incoming_bytes_, &incoming_);
  if (!parsed.ok()) return absl::InvalidArgumentError("a message that does not parse");
  return TakeParsed();
}

absl::Status CollectorStream::TakeParsed() {
  using Kind = v1::AgentMessage::KindCase;
  if (hellos_ == 0 && incoming_.kind_case() != Kind::kHello) {
    return absl::InvalidArgumentError("the first message of a stream is a Hello");
  }
  switch (incoming_.kind_case()) {
    case Kind::kHello:
      return TakeHello();
    case Kind::kDeliver:
      return TakeDeliver();
    case Kind::kReport: {
      ASSIGN_OR_RETURN(const Report report, FromWire(incoming_.report()), "report");
      ingest_.OnReport(id_, from_, report);
      return absl::OkStatus();
    }
    case Kind::kRefillDone:
      ingest_.OnRefillDone(id_, from_);
      return absl::OkStatus();
    case Kind::kDirectivesTaken: {
      ASSIGN_OR_RETURN(DirectivesTaken directives, FromWire(incoming_.directives_taken()), "");
      ingest_.OnDirectivesTaken(id_, std::move(directives));
      return absl::OkStatus();
    }
    case Kind::KIND_NOT_SET:
      return absl::InvalidArgumentError("an empty message");
  }
  return absl::InvalidArgumentError("a message of no known kind");
}

absl::Status CollectorStream::TakeHello() {
  if (hellos_ >= kHellosMax) return absl::InvalidArgumentError("a Hello too many for one stream");
  ASSIGN_OR_RETURN(Hello hello, FromWire(incoming_.hello()), "hello");
  ++hellos_;
  from_.version = hello.agent_version;
  ingest_.OnHello(id_, from_, std::move(hello));
  return absl::OkStatus();
}

absl::Status CollectorStream::TakeDeliver() {
  v1::Deliver& deliver = *incoming_.mutable_deliver();
  if (deliver.envelopes_size() > kEnvelopesPerDeliverMax) {
    return absl::InvalidArgumentError("deliver: more envelopes than one message may hold");
  }
  std::vector<Envelope> envelopes;
  envelopes.reserve(static_cast<std::size_t>(deliver.envelopes_size()));
  for (v1::Envelope& message : *deliver.mutable_envelopes()) {
    ASSIGN_OR_RETURN(Envelope envelope, FromWire(std::move(message)), "deliver");
    envelopes.push_back(std::move(envelope));
  }
  ingest_.OnDeliver(id_, from_, std::move(envelopes));
  return absl::OkStatus();
}

void CollectorStream::Send(const v1::ServerMessage& message) {
  Outgoing outgoing;
  outgoing.directives = message.kind_case() == v1::ServerMessage::kDirectives;
  bool own_buffer = false;
  const grpc::Status made = grpc::SerializationTraits<v1::ServerMessage>::Serialize(
      message, &outgoing.bytes, &own_buffer);
  DIMS_CHECK(made.ok());  // of our own values
  MutexLock lock(mutex_);
  if (ending_) return;
  Queue(std::move(outgoing));
  if (!writing_) WriteNext();
}

void CollectorStream::Queue(Outgoing message) {
  const auto waiting = std::find_if(outgoing_.begin() + (writing_ ? 1 : 0), outgoing_.end(),
                                    [](const Outgoing& one) { return one.directives; });
  if (message.directives && waiting != outgoing_.end()) {
    *waiting = std::move(message);
  } else {
    outgoing_.push_back(std::move(message));
  }
}

void CollectorStream::WriteNext() {
  writing_ = true;
  StartWrite(&outgoing_.front().bytes);
}

void CollectorStream::OnWriteDone(bool ok) {
  MutexLock lock(mutex_);
  writing_ = false;
  outgoing_.pop_front();
  if (!ok) outgoing_.clear();
  if (!outgoing_.empty()) {
    WriteNext();
  } else {
    FinishIfIdle();
  }
}

void CollectorStream::End(const absl::Status& why) {
  MutexLock lock(mutex_);
  if (ending_) return;
  ending_ = true;
  why_ = why;
  FinishIfIdle();
}

// Finish may not be started while a write is under way. A read under way ends by itself.
void CollectorStream::FinishIfIdle() {
  if (!ending_ || writing_ || finished_) return;
  finished_ = true;
  Finish(ToGrpc(why_));
}

void CollectorStream::OnCancel() {
  End(absl::CancelledError("the connection is gone"));
}

void CollectorStream::OnDone() {
  if (hellos_ > 0) ingest_.OnClosed(id_, from_);
  table_.Remove(id_);
  std::shared_ptr<CollectorStream> last = std::move(self_);
}

absl::Duration CollectorStream::last_message() const {
  MutexLock lock(mutex_);
  return last_message_;
}

}  // namespace dims
