// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/base/clock.h"
#include "common/crypto/principal.h"
#include "common/crypto/sha256.h"

// The one place that knows gRPC 1.51's TLS credentials, which are still experimental there.
//
// TLS 1.3 only: this gRPC has no setting for it. All our keys are ECDSA, and the list of TLS 1.2
// suites is limited to one for RSA keys, so that no 1.2 handshake can find a suite; 1.3 suites are
// not in that list and stay as they are. Naming 1.3 suites there would break the server.
namespace dims {

// Makes TLS 1.3 the only version, for the whole process. The functions below call it, but the
// environment is written here: call it first in main, before there are threads.
void RequireTls13();

// Decides whether a peer whose certificate is ours and in its validity may connect. Called on every
// handshake, resumed ones too, from gRPC's threads: must be quick and thread-safe. What it returns
// is logged, never told to the peer.
using PeerCheck =
    std::function<absl::Status(const Principal& principal, const Sha256Digest& key_fingerprint)>;

// Where a listener finds its key pair; the certificate is read anew when the file changes (replace
// it by rename).
struct ListenerFiles {
  std::string key_path;
  std::string chain_path;      // the server's certificate, then the authority's
  std::string ca_bundle_path;  // who may have certified clients; the main port only
};

// The main port: no HTTP/2 byte is read before the client has shown a certificate that one of ours
// signed, that is valid now, names one principal and passes `check`. `clock` must outlive the
// server.
std::shared_ptr<grpc::ServerCredentials> MainPortCredentials(const ListenerFiles& files,
                                                             PeerCheck check, const Clock& clock);

// The join port: asks for no client certificate.
std::shared_ptr<grpc::ServerCredentials> JoinPortCredentials(const ListenerFiles& files);

// For agents and users on the main port: shows their certificate and accepts only the server that
// an authority of `ca_bundle_pem` certified under kServerTlsName.
std::shared_ptr<grpc::ChannelCredentials> MemberCredentials(absl::string_view key_pem,
                                                            absl::string_view certificate_pem,
                                                            absl::string_view ca_bundle_pem);

// For the join port: the same without a certificate of one's own. `ca_pem` comes from
// FetchPinnedAuthority.
std::shared_ptr<grpc::ChannelCredentials> JoinCredentials(absl::string_view ca_pem);

}  // namespace dims
