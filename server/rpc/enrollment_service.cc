// SPDX-License-Identifier: Apache-2.0
#include "server/rpc/enrollment_service.h"

#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/base/log.h"
#include "common/base/status_macros.h"
#include "common/grpc/status_bridge.h"

namespace dims {
namespace {

constexpr std::size_t kVersionBytesMax = 64;
constexpr std::size_t kSubjectBytesMax = 200;

grpc::ServerUnaryReactor* Finish(grpc::CallbackServerContext& context, const absl::Status& status) {
  grpc::ServerUnaryReactor* reactor = context.DefaultReactor();
  reactor->Finish(ToGrpc(status));
  return reactor;
}

std::string OutcomeOf(const absl::Status& status) {
  return status.ok() ? "ok" : absl::StatusCodeToString(status.code());
}

}  // namespace

grpc::ServerUnaryReactor* EnrollmentService::Join(grpc::CallbackServerContext* context,
                                                  const v1::JoinRequest* request,
                                                  v1::JoinResponse* response) {
  return Finish(*context, JoinNow(context->peer(), *request, *response));
}

grpc::ServerUnaryReactor* EnrollmentService::Challenge(grpc::CallbackServerContext* context,
                                                       const v1::ChallengeRequest* request,
                                                       v1::ChallengeResponse* response) {
  const absl::Status admitted = Admit(context->peer());
  if (admitted.ok() && request->subject_uri().size() <= kSubjectBytesMax) {
    response->set_nonce(authority_.Challenge(request->subject_uri()));
  }
  return Finish(*context, admitted);
}

grpc::ServerUnaryReactor* EnrollmentService::Recover(grpc::CallbackServerContext* context,
                                                     const v1::RecoverRequest* request,
                                                     v1::RenewResponse* response) {
  return Finish(*context, RecoverNow(context->peer(), *request, *response));
}

absl::Status EnrollmentService::Admit(const std::string& peer) {
  if (throttle_.Admit(peer, clock_.Monotonic())) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      "too many failed attempts from this network: wait a minute, then try once");
}

absl::Status EnrollmentService::Record(const AuditEntry& entry, const absl::Status& outcome) {
  if (absl::IsNotFound(outcome) || absl::IsInvalidArgument(outcome)) {
    LogWarning("join port: ", entry.who, ": ", entry.act, ": ", outcome.message());
    return absl::OkStatus();
  }
  AuditEntry row = entry;
  row.outcome = OutcomeOf(outcome);
  if (!outcome.ok()) row.detail = std::string(outcome.message());
  return audit_.Append(row);
}

absl::Status EnrollmentService::JoinNow(const std::string& peer, const v1::JoinRequest& request,
                                        v1::JoinResponse& response) {
  RETURN_IF_ERROR(Admit(peer));
  const absl::StatusOr<Enrolled> joined =
      authority_.Join(request.secret(), request.certificate_request());
  const std::string version = request.agent_version().substr(0, kVersionBytesMax);
  RETURN_IF_ERROR(Record({peer, "join", joined.ok() ? joined->principal.Uri() : "", "",
                          absl::StrCat("version ", version)},
                         joined.status()));
  if (!joined.ok()) return joined.status();
  throttle_.GiveBack(peer);
  const std::shared_ptr<const RegistrySnapshot> snapshot = registry_.Snapshot();
  response.set_subject_uri(joined->principal.Uri());
  response.set_certificate_pem(joined->certificate_pem);
  response.set_ca_bundle_pem(joined->ca_bundle_pem);
  response.set_server_address(snapshot->group.server_address);
  response.set_join_address(snapshot->group.join_address);
  response.set_server_time_ns(static_cast<std::uint64_t>(absl::ToUnixNanos(clock_.Now())));
  return absl::OkStatus();
}

absl::Status EnrollmentService::RecoverNow(const std::string& peer,
                                           const v1::RecoverRequest& request,
                                           v1::RenewResponse& response) {
  RETURN_IF_ERROR(Admit(peer));
  const absl::StatusOr<Enrolled> recovered = authority_.Recover(
      request.subject_uri(), request.nonce(), request.signature(), request.certificate_request());
  RETURN_IF_ERROR(Record({peer, "recover", request.subject_uri(), "", ""}, recovered.status()));
  if (!recovered.ok()) return recovered.status();
  throttle_.GiveBack(peer);
  response.set_certificate_pem(recovered->certificate_pem);
  response.set_ca_bundle_pem(recovered->ca_bundle_pem);
  return absl::OkStatus();
}

}  // namespace dims
