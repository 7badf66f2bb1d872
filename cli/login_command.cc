// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <memory>

#include "absl/strings/str_cat.h"
#include "cli/commands.h"
#include "common/base/status_macros.h"
#include "common/base/version.h"
#include "common/crypto/join_token.h"
#include "common/crypto/private_key.h"
#include "common/crypto/tls_probe.h"
#include "common/grpc/enrollment_client.h"

namespace dims {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(15);

absl::Status MakeParent(const std::string& path) {
  std::error_code error;
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  if (!parent.empty()) std::filesystem::create_directories(parent, error);
  if (error)
    return absl::PermissionDeniedError(absl::StrCat(parent.string(), ": ", error.message()));
  return absl::OkStatus();
}

absl::StatusOr<int> Login(CommandLine& line, const std::string& text, const std::string& out) {
  ASSIGN_OR_RETURN(const JoinToken token, JoinToken::Parse(text));
  if (token.kind != JoinToken::Kind::kUser) {
    return absl::InvalidArgumentError(
        "this token is for an agent: dims-agent join TOKEN --state DIR");
  }
  const std::string path =
      !out.empty() ? out
                   : (line.identity_path.empty() ? DefaultIdentityPath() : line.identity_path);
  std::error_code error;
  if (std::filesystem::exists(path, error)) {
    return absl::FailedPreconditionError(
        absl::StrCat(path, " exists: move it away, or choose another file with --out"));
  }
  RETURN_IF_ERROR(MakeParent(path));
  ASSIGN_OR_RETURN(const Certificate authority,
                   FetchPinnedAuthority(token.join_address, token.ca_fingerprint, kTimeout));
  ASSIGN_OR_RETURN(const PrivateKey key, PrivateKey::Generate());
  EnrollmentClient client(token.join_address, authority.Pem());
  ASSIGN_OR_RETURN(const JoinAnswer answer, client.Join(token, key, kVersion, kTimeout));
  IdentityFile identity{answer.server_address, answer.join_address, answer.certificate_pem,
                        answer.ca_bundle_pem,  key.Pem(),           answer.principal};
  RETURN_IF_ERROR(identity.Save(path));
  line.terminal.Write(absl::StrCat("you are ", answer.principal.Uri(), "\n  identity in ", path,
                                   ": whoever can read it can act as you\n"));
  return kExitOk;
}

}  // namespace

void AddLoginCommand(CLI::App& program, CommandLine& line) {
  struct Options {
    std::string token, out;
  };

  auto options = std::make_shared<Options>();
  CLI::App* login = program.add_subcommand(
      "login", "Make an identity from the token that 'dims user invite' printed");
  login->footer(
      "Examples:\n"
      "  dims login TOKEN\n"
      "  dims login TOKEN --out /media/key/dims.identity\n"
      "\n"
      "The key is made here and never leaves this machine. A file that exists is not replaced.");
  login->add_option("TOKEN", options->token, "the token")->required();
  login->add_option("--out", options->out,
                    "the identity file (--identity, else the default place)");
  login->callback([&line, options] {
    line.run = [&line, options] { return Login(line, options->token, options->out); };
  });
}

}  // namespace dims
