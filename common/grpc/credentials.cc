// SPDX-License-Identifier: Apache-2.0
#include "common/grpc/credentials.h"

#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_certificate_verifier.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <cstdlib>
#include <mutex>
#include <utility>
#include <vector>

#include "common/base/log.h"
#include "common/base/status_macros.h"
#include "common/crypto/certificate.h"

namespace dims {
namespace {

namespace tls = grpc::experimental;

constexpr unsigned kFileRefreshSeconds = 60;

class MemberVerifier final : public tls::ExternalCertificateVerifier {
 public:
  MemberVerifier(PeerCheck check, const Clock& clock) : check_(std::move(check)), clock_(clock) {}

  bool Verify(tls::TlsCustomVerificationCheckRequest* request, std::function<void(grpc::Status)>,
              grpc::Status* sync_status) override {
    const grpc::string_ref pem = request->peer_cert();
    const absl::Status admitted = Admit({pem.data(), pem.size()});
    if (!admitted.ok()) {
      LogWarning("main port: refused a connection: ", admitted.message());
      // The peer sees a closed connection whatever is said here.
      *sync_status = grpc::Status(grpc::StatusCode::UNAUTHENTICATED, "refused");
    }
    return true;
  }

  void Cancel(tls::TlsCustomVerificationCheckRequest*) override {}

 private:
  absl::Status Admit(absl::string_view pem) const {
    ASSIGN_OR_RETURN(const Certificate certificate, Certificate::FromPem(pem));
    ASSIGN_OR_RETURN(const Principal principal, certificate.Subscriber());
    // A resumed session skips OpenSSL's own check of the dates.
    RETURN_IF_ERROR(CheckValidity(certificate, clock_.Now()), principal.Uri());
    ASSIGN_OR_RETURN(const PublicKey key, certificate.Key(), principal.Uri());
    return check_(principal, key.Fingerprint());
  }

  const PeerCheck check_;
  const Clock& clock_;
};

std::shared_ptr<grpc::ChannelCredentials> ClientCredentials(
    absl::string_view ca_bundle_pem, const std::vector<tls::IdentityKeyCertPair>& identity) {
  RequireTls13();
  tls::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(
      std::make_shared<tls::StaticDataCertificateProvider>(std::string(ca_bundle_pem), identity));
  options.watch_root_certs();
  if (!identity.empty()) options.watch_identity_key_cert_pairs();
  options.set_verify_server_certs(true);
  options.set_certificate_verifier(std::make_shared<tls::HostNameCertificateVerifier>());
  return tls::TlsCredentials(options);
}

}  // namespace

void RequireTls13() {
  static std::once_flag once;
  std::call_once(once, [] {
    ::setenv("GRPC_SSL_CIPHER_SUITES", "ECDHE-RSA-AES256-GCM-SHA384", /*replace=*/1);
  });
}

std::shared_ptr<grpc::ServerCredentials> MainPortCredentials(const ListenerFiles& files,
                                                             PeerCheck check, const Clock& clock) {
  RequireTls13();
  tls::TlsServerCredentialsOptions options(std::make_shared<tls::FileWatcherCertificateProvider>(
      files.key_path, files.chain_path, files.ca_bundle_path, kFileRefreshSeconds));
  options.watch_root_certs();
  options.watch_identity_key_cert_pairs();
  options.set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  options.set_certificate_verifier(
      tls::ExternalCertificateVerifier::Create<MemberVerifier>(std::move(check), clock));
  options.set_check_call_host(false);  // clients have no host name
  return tls::TlsServerCredentials(options);
}

std::shared_ptr<grpc::ServerCredentials> JoinPortCredentials(const ListenerFiles& files) {
  RequireTls13();
  tls::TlsServerCredentialsOptions options(std::make_shared<tls::FileWatcherCertificateProvider>(
      files.key_path, files.chain_path, kFileRefreshSeconds));
  options.watch_identity_key_cert_pairs();
  options.set_cert_request_type(GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE);
  return tls::TlsServerCredentials(options);
}

std::shared_ptr<grpc::ChannelCredentials> MemberCredentials(absl::string_view key_pem,
                                                            absl::string_view certificate_pem,
                                                            absl::string_view ca_bundle_pem) {
  return ClientCredentials(ca_bundle_pem, {{std::string(key_pem), std::string(certificate_pem)}});
}

std::shared_ptr<grpc::ChannelCredentials> JoinCredentials(absl::string_view ca_pem) {
  return ClientCredentials(ca_pem, {});
}

}  // namespace dims
