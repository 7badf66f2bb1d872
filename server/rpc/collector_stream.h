// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <grpcpp/grpcpp.h>

#include <atomic>
#include <deque>
#include <memory>

#include "common/base/clock.h"
#include "common/base/mutex.h"
#include "dims/v1/collector.pb.h"
#include "server/ingest/ingest.h"

namespace dims {

class StreamTable;

// One agent's stream, as gRPC's callback API drives it: no thread of its own.
//
// Owns itself through `self_` from Start until gRPC's OnDone; the table holds it too, so that
// replies can never meet a stream that is gone. Reads one message at a time and only while the
// server has room; writes one message at a time. Limits, so that who never reads is not given the
// server's memory: kHellosMax, and one set of directives waiting. Parses messages itself, since
// gRPC ends a stream without a word over one that does not parse: whoever breaks a rule is counted
// and noted. Thread: gRPC's callbacks, and Send/End/Resume from any thread.
class CollectorStream final : public grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  // An honest agent greets, and once more when it wants a new epoch.
  static constexpr int kHellosMax = 2;

  CollectorStream(AgentRef from, grpc::CallbackServerContext& context, Ingest& ingest,
                  StreamTable& table, Clock& clock);

  // Enters the table and starts reading. Call once, right after construction in a shared_ptr.
  static CollectorStream* Start(const std::shared_ptr<CollectorStream>& stream);

  // Directives take the place of those that wait to be sent.
  void Send(const v1::ServerMessage& message);

  // Ends the stream after what is queued; repeated calls do nothing.
  void End(const absl::Status& why);

  // Reads on if reading had stopped and there is room.
  void Resume();

  absl::Duration last_message() const;

  const AgentRef& from() const { return from_; }

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  struct Outgoing {
    grpc::ByteBuffer bytes;
    bool directives = false;
  };

  absl::Status Take();
  absl::Status TakeParsed();
  absl::Status TakeHello();
  absl::Status TakeDeliver();
  void ReadOn();
  void Queue(Outgoing message) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void WriteNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void FinishIfIdle() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  AgentRef from_;
  grpc::CallbackServerContext& context_;
  Ingest& ingest_;
  StreamTable& table_;
  Clock& clock_;
  StreamId id_ = 0;
  std::shared_ptr<CollectorStream> self_;
  grpc::ByteBuffer incoming_bytes_;
  v1::AgentMessage incoming_;
  int hellos_ = 0;

  mutable Mutex mutex_;
  std::deque<Outgoing> outgoing_ ABSL_GUARDED_BY(mutex_);
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool paused_ ABSL_GUARDED_BY(mutex_) = false;
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status why_ ABSL_GUARDED_BY(mutex_);
  absl::Duration last_message_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace dims
