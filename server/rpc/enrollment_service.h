// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "common/base/clock.h"
#include "dims/v1/collector.grpc.pb.h"
#include "server/audit/audit_log.h"
#include "server/authority/authority.h"
#include "server/registry/registry.h"
#include "server/rpc/peer_throttle.h"

namespace dims {

// What the join port offers to strangers: Join with a token, Challenge and Recover for a site that
// was dark for too long. Each join and recovery is an audit row, and so is each refusal of a token
// or key that was real once; one that cannot be recorded is not answered (the same key may ask
// again). Nonsense from strangers is only logged, or they could fill the disk. A network that keeps
// failing gets ResourceExhausted for a while.
//
// Thread: gRPC's; calls block for the registry's commit. Register it on the join port's server
// only, built by LimitJoinPort. Everything handed in must outlive that server.
class EnrollmentService final : public v1::Enrollment::CallbackService {
 public:
  EnrollmentService(Authority& authority, const Registry& registry, AuditLog& audit,
                    const Clock& clock)
      : authority_(authority), registry_(registry), audit_(audit), clock_(clock) {}

  grpc::ServerUnaryReactor* Join(grpc::CallbackServerContext* context,
                                 const v1::JoinRequest* request,
                                 v1::JoinResponse* response) override;
  grpc::ServerUnaryReactor* Challenge(grpc::CallbackServerContext* context,
                                      const v1::ChallengeRequest* request,
                                      v1::ChallengeResponse* response) override;
  grpc::ServerUnaryReactor* Recover(grpc::CallbackServerContext* context,
                                    const v1::RecoverRequest* request,
                                    v1::RenewResponse* response) override;

 private:
  absl::Status JoinNow(const std::string& peer, const v1::JoinRequest& request,
                       v1::JoinResponse& response);
  absl::Status RecoverNow(const std::string& peer, const v1::RecoverRequest& request,
                          v1::RenewResponse& response);
  absl::Status Admit(const std::string& peer);
  absl::Status Record(const AuditEntry& entry, const absl::Status& outcome);

  Authority& authority_;
  const Registry& registry_;
  AuditLog& audit_;
  const Clock& clock_;
  PeerThrottle throttle_;
};

}  // namespace dims
