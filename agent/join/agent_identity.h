// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/crypto/principal.h"
#include "common/crypto/private_key.h"

namespace dims {

// Who this agent is and where its server is: what joining leaves in the state directory.
//
//   agent.key (0600)  agent.pem  ca.pem  identity.toml (agent, server and join address)
//
// A value. The key never changes while the agent has this identity; a renewal replaces agent.pem
// alone, by rename, so no crash can leave a key without its certificate. Files belong to whoever
// owns the directory, also when root writes them.
struct AgentIdentity {
  Principal principal;
  std::string server_address;
  std::string join_address;
  std::string key_pem;
  std::string certificate_pem;
  std::string ca_bundle_pem;
  absl::Time not_before;
  absl::Time not_after;

  // NotFound when this agent has not joined; InvalidArgument when the parts do not belong together.
  // An expired certificate loads: it can be recovered.
  static absl::StatusOr<AgentIdentity> Load(const std::string& state_directory);

  // identity.toml last: until it is there the agent has not joined.
  absl::Status Save(const std::string& state_directory) const;

  // Takes over a renewed certificate, in memory and on disk.
  absl::Status ReplaceCertificate(const std::string& state_directory,
                                  const std::string& new_certificate_pem,
                                  const std::string& new_ca_bundle_pem);
};

// The key in `state_directory`, made with mode 0600 if there is none: a second attempt to join uses
// the first one's.
absl::StatusOr<PrivateKey> LoadOrMakeKey(const std::string& state_directory);

}  // namespace dims
