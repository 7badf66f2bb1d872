// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

struct ssl_ctx_st;

namespace dims {

// What one end of a TLS connection to foreign software is made of: files in PEM and the names a
// peer may bear. A value.
struct TlsFiles {
  std::string certificate = {};  // own, followed by what its issuer's chain needs
  std::string key = {};          // of the first certificate, without a passphrase
  std::string authorities = {};  // who may have certified the peer
  // What the peer's certificate must say, one of them: a DNS name ("fw1.example"; ".example" for
  // all below it), an address, or a fingerprint ("sha-256:6A:0F:..."), which needs no authority
  // (RFC 5425, 5.2). Empty: whatever an authority certified.
  std::vector<std::string> peer_names = {};

  friend bool operator==(const TlsFiles&, const TlsFiles&) = default;
};

// "" when `name` can stand in TlsFiles::peer_names, else what is wrong with it.
std::string CheckTlsPeerName(absl::string_view name);

// The settings all TLS sessions of a listener or an output share: TLS 1.2 and 1.3, ciphers with
// forward secrecy and authentication only (RFC 9662), no renegotiation, no tickets, no compression.
//
// Thread: any, once made. Sessions hold a share of it, so it may be replaced while they last.
class TlsContext {
 public:
  enum class Role : std::uint8_t { kServer, kClient };

  // Reads the files. A server has a certificate and a key; it asks its clients for a certificate
  // when there are authorities or peer names, and then refuses those who show none that fits. A
  // client may have a certificate; without authorities it trusts the system's; without peer names
  // the server must be the one it was called (TlsSession). NotFound, PermissionDenied or
  // InvalidArgument name the file, what is wrong and what helps.
  static absl::StatusOr<std::shared_ptr<const TlsContext>> Make(Role role, const TlsFiles& files);

  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  Role role() const { return role_; }

  // A peer's certificate is asked for and checked.
  bool asks_for_certificate() const { return asks_; }

  bool names_peers() const { return !names_.empty() || !fingerprints_.empty(); }

  // End of the own certificate's life; InfiniteFuture without one.
  absl::Time not_after() const { return not_after_; }

  ssl_ctx_st* get() const { return context_; }

 private:
  struct PeerCheck;

  TlsContext(Role role, ssl_ctx_st* owned) : role_(role), context_(owned) {}

  absl::Status LoadOwn(const TlsFiles& files);
  absl::Status LoadAuthorities(const TlsFiles& files);
  absl::Status SetPeers(const TlsFiles& files);
  bool Accepts(void* shown) const;

  const Role role_;
  ssl_ctx_st* const context_;
  bool asks_ = false;
  bool trusts_ = false;  // somebody may certify peers
  std::vector<std::string> names_;
  std::vector<std::string> fingerprints_;  // digest name, ':' and lower-case hexadecimal
  absl::Time not_after_ = absl::InfiniteFuture();
};

}  // namespace dims
