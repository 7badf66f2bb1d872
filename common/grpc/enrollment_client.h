// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/crypto/join_token.h"
#include "common/crypto/principal.h"
#include "common/crypto/private_key.h"

namespace grpc {
class Channel;
}

namespace dims {

// What the server hands out on joining. Checked: the certificate is for the key that asked and
// issued by the pinned authority.
struct JoinAnswer {
  Principal principal;
  std::string certificate_pem;
  std::string ca_bundle_pem;
  std::string server_address;
  std::string join_address;
  absl::Time server_time;
};

struct RenewalAnswer {
  std::string certificate_pem;
  std::string ca_bundle_pem;
};

// Talks to the join port of one server: for agents that join or recover and users that log in.
//
// Each call blocks until it is answered or `timeout` is over and is not repeated. Errors are the
// server's, in words for the person at the keyboard; Unavailable when it was not reached. Thread:
// one. Owns its channel.
class EnrollmentClient {
 public:
  // `ca_pem` is the authority FetchPinnedAuthority returned, or the bundle of an earlier join.
  EnrollmentClient(absl::string_view join_address, absl::string_view ca_pem);
  ~EnrollmentClient();

  absl::StatusOr<JoinAnswer> Join(const JoinToken& token, const PrivateKey& key,
                                  absl::string_view version, absl::Duration timeout);

  // A certificate in place of one that ran out, for the same key.
  absl::StatusOr<RenewalAnswer> Recover(const Principal& principal, const PrivateKey& key,
                                        absl::Duration timeout);

 private:
  const std::string ca_pem_;
  const std::shared_ptr<grpc::Channel> channel_;
};

// OK when a renewed certificate belongs to `key`, was issued by an authority of `trusted_ca_pem`
// and still names `principal`. Call it before an old certificate is replaced.
absl::Status CheckRenewal(const RenewalAnswer& answer, const PrivateKey& key,
                          const Principal& principal, absl::string_view trusted_ca_pem);

}  // namespace dims
