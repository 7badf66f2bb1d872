// SPDX-License-Identifier: Apache-2.0
#include "agent/join/certificate_keeper.h"

#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>

#include <algorithm>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/base/log.h"
#include "common/base/status_macros.h"
#include "common/grpc/channel_limits.h"
#include "common/grpc/credentials.h"
#include "common/grpc/deadline.h"
#include "common/grpc/enrollment_client.h"
#include "common/grpc/status_bridge.h"
#include "dims/v1/collector.grpc.pb.h"

namespace dims {
namespace {

constexpr absl::Duration kAttemptTimeout = absl::Seconds(30);
constexpr absl::Duration kRetryFirst = absl::Minutes(1);
constexpr absl::Duration kRetryMax = absl::Hours(1);
constexpr absl::Duration kLookEvery = absl::Hours(1);  // also notices a clock that was set

absl::StatusOr<RenewalAnswer> RenewOverMainPort(const AgentIdentity& identity,
                                                const PrivateKey& key) {
  const auto channel = grpc::CreateCustomChannel(
      identity.server_address,
      MemberCredentials(identity.key_pem, identity.certificate_pem, identity.ca_bundle_pem),
      ClientArguments());
  v1::RenewRequest request;
  request.set_certificate_request(key.CertificateRequestDer());
  v1::RenewResponse response;
  grpc::ClientContext context;
  context.set_deadline(DeadlineIn(kAttemptTimeout));
  RETURN_IF_ERROR(FromGrpc(v1::Collector::NewStub(channel)->Renew(&context, request, &response)),
                  identity.server_address);
  const RenewalAnswer answer = {response.certificate_pem(), response.ca_bundle_pem()};
  RETURN_IF_ERROR(CheckRenewal(answer, key, identity.principal, identity.ca_bundle_pem));
  return answer;
}

absl::StatusOr<RenewalAnswer> Attempt(const AgentIdentity& identity, absl::Time now) {
  ASSIGN_OR_RETURN(const PrivateKey key, PrivateKey::FromPem(identity.key_pem));
  if (now < identity.not_after) return RenewOverMainPort(identity, key);
  EnrollmentClient client(identity.join_address, identity.ca_bundle_pem);
  return client.Recover(identity.principal, key, kAttemptTimeout);
}

double Fraction(Random& random) {
  return static_cast<double>(random.Uint64() >> 11) * 0x1.0p-53;
}

}  // namespace

absl::Time RenewalTime(absl::Time not_before, absl::Time not_after, double chance) {
  const absl::Duration life = not_after - not_before;
  return not_before + life * (0.4 + 0.2 * chance);
}

CertificateKeeper::CertificateKeeper(std::string state_directory, AgentIdentity identity,
                                     Clock& clock, Random& random, RenewedListener on_renewed)
    : state_directory_(std::move(state_directory)),
      clock_(clock),
      on_renewed_(std::move(on_renewed)),
      chance_(Fraction(random)),
      identity_(std::move(identity)) {}

CertificateKeeper::~CertificateKeeper() {
  Stop();
}

void CertificateKeeper::Start() {
  thread_ = std::thread([this] { Run(); });
}

void CertificateKeeper::Stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    wake_.NotifyAll();
  }
  if (thread_.joinable()) thread_.join();
}

absl::Status CertificateKeeper::RenewIfDue() {
  AgentIdentity renewed = identity();
  const absl::Time now = clock_.Now();
  if (now < RenewalTime(renewed.not_before, renewed.not_after, chance_)) return absl::OkStatus();
  ASSIGN_OR_RETURN(const RenewalAnswer answer, Attempt(renewed, now),
                   absl::StrCat("renewing the certificate (valid until ",
                                absl::FormatTime(renewed.not_after, absl::UTCTimeZone()), ")"));
  RETURN_IF_ERROR(
      renewed.ReplaceCertificate(state_directory_, answer.certificate_pem, answer.ca_bundle_pem));
  {
    MutexLock lock(mutex_);
    identity_ = renewed;
  }
  LogInfo("certificate renewed, valid until ",
          absl::FormatTime("%Y-%m-%d", renewed.not_after, absl::UTCTimeZone()));
  if (on_renewed_) on_renewed_(renewed);
  return absl::OkStatus();
}

absl::Time CertificateKeeper::not_after() const {
  MutexLock lock(mutex_);
  return identity_.not_after;
}

AgentIdentity CertificateKeeper::identity() const {
  MutexLock lock(mutex_);
  return identity_;
}

void CertificateKeeper::Run() {
  absl::Duration retry = kRetryFirst;
  while (true) {
    const absl::Status attempted = RenewIfDue();
    const absl::Duration pause = attempted.ok() ? kLookEvery : retry;
    retry = attempted.ok() ? kRetryFirst : std::min(retry * 2, kRetryMax);
    if (!attempted.ok()) LogWarning(attempted.message());
    const absl::Duration until = clock_.Monotonic() + pause;
    MutexLock lock(mutex_);
    while (!stopping_ && clock_.Monotonic() < until) {
      wake_.WaitFor(mutex_, until - clock_.Monotonic());
    }
    if (stopping_) return;
  }
}

}  // namespace dims
