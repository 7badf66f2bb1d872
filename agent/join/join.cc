// SPDX-License-Identifier: Apache-2.0
#include "agent/join/join.h"

#include <unistd.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/http_proxy.h"
#include "common/base/log.h"
#include "common/base/private_files.h"
#include "common/base/status_macros.h"
#include "common/base/tcp_connect.h"
#include "common/crypto/certificate.h"
#include "common/crypto/join_token.h"
#include "common/crypto/tls_probe.h"
#include "common/grpc/enrollment_client.h"

namespace dims {
namespace {

constexpr absl::Duration kSkewWorthSaying = absl::Seconds(30);
constexpr absl::Duration kSkewMax = absl::Hours(1);

// The steps of one attempt, in order; each fills in what the next ones need and returns its note.
class JoinAttempt {
 public:
  JoinAttempt(const JoinOptions& options, const Clock& clock) : options_(options), clock_(clock) {}

  absl::StatusOr<std::string> CheckToken() {
    ASSIGN_OR_RETURN(token_, JoinToken::Parse(options_.token));
    if (token_.kind != JoinToken::Kind::kAgent) {
      return absl::InvalidArgumentError(
          "this token is for a person, not for an agent: use it with dims login");
    }
    return absl::StrCat("whole; site ", token_.site, ", server ",
                        EscapeControls(token_.server_address));
  }

  absl::StatusOr<std::string> CheckState() {
    const std::string& directory = options_.state_directory;
    if (!MakePrivateDirectory(directory).ok() ||
        ::access(directory.c_str(), R_OK | W_OK | X_OK) != 0) {
      return absl::PermissionDeniedError(
          absl::StrCat("cannot write to ", directory,
                       ": run this as root or as the user the agent runs as, or name another "
                       "directory with --state"));
    }
    const absl::StatusOr<AgentIdentity> present = AgentIdentity::Load(directory);
    if (present.ok()) {
      return absl::FailedPreconditionError(
          absl::StrCat(directory, " already holds ", present->principal.Uri(),
                       ": this machine has joined; for a new identity name another --state"));
    }
    if (!absl::IsNotFound(present.status())) return present.status();
    return absl::StrCat(directory, " is writable");
  }

  absl::StatusOr<std::string> CheckNames() {
    ASSIGN_OR_RETURN(main_, HostPort::Parse(token_.server_address));
    ASSIGN_OR_RETURN(join_, HostPort::Parse(token_.join_address));
    std::string note;
    for (const HostPort& target : {main_, join_}) {
      ASSIGN_OR_RETURN(const std::optional<HttpProxy> proxy, HttpProxy::For(target));
      const std::string& host = proxy ? proxy->address.host : target.host;
      const auto found = ResolveHost(proxy ? proxy->address : target);
      if (!found.ok()) {
        return absl::Status(
            found.status().code(),
            absl::StrCat(found.status().message(), ": check this machine's DNS, or ask ",
                         proxy ? "who runs the proxy" : "the operator",
                         " whether the name is right"));
      }
      note = absl::StrCat(proxy ? "the proxy " : "", host, " is ", found->front().host);
    }
    return note;
  }

  absl::StatusOr<std::string> CheckPorts() {
    bool proxied = false;
    for (const HostPort& target : {main_, join_}) {
      const absl::Status reached = ConnectOutward(target, options_.network_timeout).status();
      if (absl::IsUnavailable(reached)) {
        return absl::UnavailableError(absl::StrCat(
            reached.message(), ": allow outbound TCP from this machine to this host and port"));
      }
      RETURN_IF_ERROR(reached);  // the proxy has said why
      ASSIGN_OR_RETURN(const std::optional<HttpProxy> proxy, HttpProxy::For(target));
      proxied = proxied || proxy.has_value();
    }
    return absl::StrCat("ports ", main_.port, " and ", join_.port, " are reachable",
                        proxied ? " through the proxy" : "");
  }

  absl::StatusOr<std::string> CheckPin() {
    ASSIGN_OR_RETURN(UniqueFd connected, ConnectOutward(join_, options_.network_timeout));
    ASSIGN_OR_RETURN(chain_, FetchServerChain(std::move(connected), options_.network_timeout));
    ASSIGN_OR_RETURN(const Certificate authority, PinnedAuthority(chain_, token_.ca_fingerprint));
    ca_pem_ = authority.Pem();
    return std::string("TLS 1.3 to the authority the token names");
  }

  absl::StatusOr<std::string> CheckClock() {
    for (const Certificate& certificate : chain_) {
      RETURN_IF_ERROR(CheckValidity(certificate, clock_.Now()),
                      "by this machine's clock the server's");
    }
    return absl::StrCat("within the server's certificate, ",
                        absl::FormatTime("%Y-%m-%d %H:%M UTC", clock_.Now(), absl::UTCTimeZone()));
  }

  absl::StatusOr<std::string> MakeKey() {
    ASSIGN_OR_RETURN(key_, LoadOrMakeKey(options_.state_directory));
    return std::string("P-256, made here, mode 0600, never leaves");
  }

  absl::StatusOr<std::string> GetCertificate() {
    EnrollmentClient client(token_.join_address, ca_pem_);
    ASSIGN_OR_RETURN(answer_,
                     client.Join(token_, *key_, options_.version, options_.network_timeout));
    const absl::Duration skew = clock_.Now() - answer_->server_time;
    const std::string said =
        absl::StrCat(absl::FormatDuration(absl::Trunc(absl::AbsDuration(skew), absl::Seconds(1))),
                     skew > absl::ZeroDuration() ? " ahead of" : " behind", " the server's clock");
    if (absl::AbsDuration(skew) > kSkewMax) {
      return absl::FailedPreconditionError(
          absl::StrCat("this machine's clock is ", said, ": set it, then run this again"));
    }
    const std::string warning = absl::AbsDuration(skew) > kSkewWorthSaying
                                    ? absl::StrCat("; WARNING: this machine is ", said)
                                    : std::string();
    return absl::StrCat(answer_->principal.Uri(), warning);
  }

  absl::StatusOr<std::string> Store() {
    identity_.principal = answer_->principal;
    identity_.server_address = answer_->server_address;
    identity_.join_address = answer_->join_address;
    identity_.key_pem = key_->Pem();
    identity_.certificate_pem = answer_->certificate_pem;
    identity_.ca_bundle_pem = answer_->ca_bundle_pem;
    RETURN_IF_ERROR(identity_.Save(options_.state_directory));
    ASSIGN_OR_RETURN(identity_, AgentIdentity::Load(options_.state_directory));
    return absl::StrCat("in ", options_.state_directory, ", valid until ",
                        absl::FormatTime("%Y-%m-%d", identity_.not_after, absl::UTCTimeZone()),
                        ", renewed by itself");
  }

  const AgentIdentity& identity() const { return identity_; }

 private:
  const JoinOptions& options_;
  const Clock& clock_;
  JoinToken token_;
  HostPort main_;
  HostPort join_;
  std::vector<Certificate> chain_;
  std::string ca_pem_;
  std::optional<PrivateKey> key_;
  std::optional<JoinAnswer> answer_;
  AgentIdentity identity_;
};

struct NamedStep {
  const char* name;
  absl::StatusOr<std::string> (JoinAttempt::*run)();
  bool writes;  // left out by check_only
};

constexpr NamedStep kSteps[] = {
    {"token", &JoinAttempt::CheckToken, false}, {"state", &JoinAttempt::CheckState, false},
    {"dns", &JoinAttempt::CheckNames, false},   {"tcp", &JoinAttempt::CheckPorts, false},
    {"tls", &JoinAttempt::CheckPin, false},     {"clock", &JoinAttempt::CheckClock, false},
    {"key", &JoinAttempt::MakeKey, true},       {"certificate", &JoinAttempt::GetCertificate, true},
    {"store", &JoinAttempt::Store, true},
};

}  // namespace

absl::StatusOr<AgentIdentity> Join(const JoinOptions& options, const Clock& clock,
                                   const std::function<void(const CheckStep&)>& report) {
  JoinAttempt attempt(options, clock);
  for (const NamedStep& step : kSteps) {
    if (options.check_only && step.writes) break;
    const absl::StatusOr<std::string> note = (attempt.*step.run)();
    report({step.name, note.status(), note.ok() ? *note : std::string()});
    if (!note.ok()) return Annotate(note.status(), step.name);
  }
  return attempt.identity();
}

}  // namespace dims
