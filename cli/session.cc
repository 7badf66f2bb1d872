// SPDX-License-Identifier: Apache-2.0
#include "cli/session.h"

#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/status_macros.h"
#include "common/crypto/certificate.h"
#include "common/crypto/private_key.h"
#include "common/grpc/channel_limits.h"
#include "common/grpc/credentials.h"
#include "common/grpc/status_bridge.h"

namespace dims {
namespace {

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

std::string DefaultIdentityPath() {
  const std::string set = Environment("DIMS_IDENTITY");
  if (!set.empty()) return set;
  return absl::StrCat(Environment("HOME"), "/.config/dims/identity");
}

absl::StatusOr<std::unique_ptr<Session>> Session::Open(absl::string_view path) {
  const std::string chosen = path.empty() ? DefaultIdentityPath() : std::string(path);
  absl::StatusOr<IdentityFile> identity = IdentityFile::Load(chosen);
  if (absl::IsNotFound(identity.status())) {
    return absl::NotFoundError(
        absl::StrCat("there is no identity at ", chosen,
                     "\n  say --identity FILE or set DIMS_IDENTITY; 'dims login TOKEN' makes one"));
  }
  if (!identity.ok()) return identity.status();
  auto session = std::unique_ptr<Session>(new Session(chosen, *std::move(identity)));
  RETURN_IF_ERROR(session->Connect(absl::Seconds(10)));
  session->RenewWhenDue();
  return session;
}

Session::Session(std::string path, IdentityFile identity)
    : path_(std::move(path)), identity_(std::move(identity)) {
  channel_ = grpc::CreateCustomChannel(
      identity_.server_address,
      MemberCredentials(identity_.key_pem, identity_.certificate_pem, identity_.ca_pem),
      ClientArguments());
  admin_ = v1::Admin::NewStub(channel_);
  query_ = v1::Query::NewStub(channel_);
}

absl::Status Session::Connect(absl::Duration timeout) {
  const auto deadline = absl::ToChronoTime(SystemClock().Now() + timeout);
  if (channel_->WaitForConnected(deadline)) return absl::OkStatus();
  const absl::StatusOr<Certificate> certificate = Certificate::FromPem(identity_.certificate_pem);
  if (certificate.ok() && certificate->NotAfter() < SystemClock().Now()) {
    return absl::PermissionDeniedError(absl::StrCat(
        "the certificate in ", path_, " ran out on ",
        absl::FormatTime("%Y-%m-%d", certificate->NotAfter(), absl::UTCTimeZone()),
        "\n  ask an operator for a new one: dims user invite ", identity_.principal.name));
  }
  return absl::UnavailableError(absl::StrCat(
      identity_.server_address, " does not answer, or does not take this identity (", path_,
      ")\n  is dims-server running and reachable there? was the user suspended?"));
}

// A failed renewal is no reason to refuse the command: the old certificate still works.
void Session::RenewWhenDue() {
  const absl::StatusOr<Certificate> certificate = Certificate::FromPem(identity_.certificate_pem);
  const absl::StatusOr<PrivateKey> key = PrivateKey::FromPem(identity_.key_pem);
  if (!certificate.ok() || !key.ok()) return;
  const absl::Time half =
      certificate->NotBefore() + (certificate->NotAfter() - certificate->NotBefore()) / 2;
  if (SystemClock().Now() < half) return;
  grpc::ClientContext context;
  v1::RenewUserRequest message;
  message.set_certificate_request(key->CertificateRequestDer());
  v1::RenewUserResponse answer;
  const grpc::Status renewed = admin_->RenewUser(&context, message, &answer);
  IdentityFile next = identity_;
  next.certificate_pem = answer.certificate_pem();
  next.ca_pem = answer.ca_bundle_pem();
  absl::Status saved = FromGrpc(renewed);
  if (saved.ok()) saved = CheckIdentity(next.key_pem, next.certificate_pem, next.ca_pem).status();
  if (saved.ok()) saved = next.Save(path_);
  if (!saved.ok())
    LogWarning("the certificate in ", path_, " could not be renewed: ", saved.message());
}

}  // namespace dims
