// SPDX-License-Identifier: Apache-2.0
#include "common/grpc/enrollment_client.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>

#include <cstdint>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/base/tcp_connect.h"
#include "common/crypto/identity_file.h"
#include "common/crypto/recovery_message.h"
#include "common/grpc/channel_limits.h"
#include "common/grpc/credentials.h"
#include "common/grpc/deadline.h"
#include "common/grpc/status_bridge.h"
#include "dims/v1/collector.grpc.pb.h"

namespace dims {
namespace {

grpc::ChannelArguments JoinArguments() {
  grpc::ChannelArguments arguments = ClientArguments();
  arguments.SetMaxReceiveMessageSize(kJoinMessageBytesMax * 4);  // a bundle of several roots
  return arguments;
}

absl::Status CheckAnswer(const JoinAnswer& answer, const PrivateKey& key,
                         absl::string_view pinned_ca_pem, const JoinToken& token) {
  ASSIGN_OR_RETURN(const Principal certified,
                   CheckIdentity(key.Pem(), answer.certificate_pem, pinned_ca_pem),
                   "the server's answer");
  const bool agent = token.kind == JoinToken::Kind::kAgent;
  if (certified != answer.principal || (certified.kind == Principal::Kind::kAgent) != agent ||
      certified.site != token.site) {
    return absl::InternalError(absl::StrCat("the server certified ", certified.Uri(),
                                            ", which is not what the join token was for"));
  }
  RETURN_IF_ERROR(HostPort::Parse(answer.server_address).status(), "the server's answer");
  return Annotate(HostPort::Parse(answer.join_address).status(), "the server's answer");
}

}  // namespace

EnrollmentClient::EnrollmentClient(absl::string_view join_address, absl::string_view ca_pem)
    : ca_pem_(ca_pem),
      channel_(grpc::CreateCustomChannel(std::string(join_address), JoinCredentials(ca_pem),
                                         JoinArguments())) {}

EnrollmentClient::~EnrollmentClient() = default;

absl::StatusOr<JoinAnswer> EnrollmentClient::Join(const JoinToken& token, const PrivateKey& key,
                                                  absl::string_view version,
                                                  absl::Duration timeout) {
  v1::JoinRequest request;
  request.set_secret(absl::BytesToHexString(token.secret));
  request.set_certificate_request(key.CertificateRequestDer());
  request.set_agent_version(std::string(version));
  v1::JoinResponse response;
  grpc::ClientContext context;
  context.set_deadline(DeadlineIn(timeout));
  RETURN_IF_ERROR(FromGrpc(v1::Enrollment::NewStub(channel_)->Join(&context, request, &response)));
  JoinAnswer answer;
  ASSIGN_OR_RETURN(answer.principal, Principal::Parse(response.subject_uri()));
  answer.certificate_pem = response.certificate_pem();
  answer.ca_bundle_pem = response.ca_bundle_pem();
  answer.server_address = response.server_address();
  answer.join_address = response.join_address();
  answer.server_time = absl::FromUnixNanos(static_cast<std::int64_t>(response.server_time_ns()));
  RETURN_IF_ERROR(CheckAnswer(answer, key, ca_pem_, token));
  return answer;
}

absl::StatusOr<RenewalAnswer> EnrollmentClient::Recover(const Principal& principal,
                                                        const PrivateKey& key,
                                                        absl::Duration timeout) {
  const auto stub = v1::Enrollment::NewStub(channel_);
  const gpr_timespec deadline = DeadlineIn(timeout);
  v1::ChallengeRequest ask;
  ask.set_subject_uri(principal.Uri());
  v1::ChallengeResponse challenge;
  grpc::ClientContext ask_context;
  ask_context.set_deadline(deadline);
  RETURN_IF_ERROR(FromGrpc(stub->Challenge(&ask_context, ask, &challenge)));

  v1::RecoverRequest request;
  request.set_subject_uri(principal.Uri());
  request.set_nonce(challenge.nonce());
  request.set_certificate_request(key.CertificateRequestDer());
  request.set_signature(key.Sign(RecoveryMessage(request.nonce(), request.certificate_request())));
  v1::RenewResponse response;
  grpc::ClientContext context;
  context.set_deadline(deadline);
  RETURN_IF_ERROR(FromGrpc(stub->Recover(&context, request, &response)));
  RenewalAnswer answer = {response.certificate_pem(), response.ca_bundle_pem()};
  RETURN_IF_ERROR(CheckRenewal(answer, key, principal, ca_pem_));
  return answer;
}

absl::Status CheckRenewal(const RenewalAnswer& answer, const PrivateKey& key,
                          const Principal& principal, absl::string_view trusted_ca_pem) {
  ASSIGN_OR_RETURN(const Principal certified,
                   CheckIdentity(key.Pem(), answer.certificate_pem, trusted_ca_pem),
                   "the server's answer");
  if (certified == principal) return absl::OkStatus();
  return absl::InternalError(
      absl::StrCat("the server certified ", certified.Uri(), " instead of ", principal.Uri()));
}

}  // namespace dims
