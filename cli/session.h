// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/crypto/identity_file.h"
#include "dims/v1/admin.grpc.pb.h"
#include "dims/v1/query.grpc.pb.h"

namespace dims {

// One connection to the server as the user of an identity file. Made for one command; renews the
// certificate in the file when half of its life is over. Thread: one. Errors name the identity file
// or the server's address and what to do.
class Session {
 public:
  // `path` is what --identity said; empty: $DIMS_IDENTITY, else ~/.config/dims/identity.
  static absl::StatusOr<std::unique_ptr<Session>> Open(absl::string_view path);

  v1::Admin::Stub& admin() { return *admin_; }

  v1::Query::Stub& query() { return *query_; }

  const IdentityFile& identity() const { return identity_; }

  // Waits until the server is reached, so that a wrong address is told apart from a refused call.
  absl::Status Connect(absl::Duration timeout);

 private:
  Session(std::string path, IdentityFile identity);
  void RenewWhenDue();

  const std::string path_;
  IdentityFile identity_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::Admin::Stub> admin_;
  std::unique_ptr<v1::Query::Stub> query_;
};

// Where login puts an identity, and Open looks for it when nothing is said.
std::string DefaultIdentityPath();

}  // namespace dims
