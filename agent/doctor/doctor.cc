// SPDX-License-Identifier: Apache-2.0
#include "agent/doctor/doctor.h"

#include <sys/statvfs.h>

#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "agent/config/agent_config.h"
#include "agent/join/agent_identity.h"
#include "agent/status/status_file.h"
#include "common/base/http_proxy.h"
#include "common/base/private_files.h"
#include "common/base/status_macros.h"
#include "common/base/tcp_connect.h"
#include "common/crypto/certificate.h"
#include "common/crypto/tls_probe.h"

namespace dims {
namespace {

constexpr double kSkewMaxSeconds = 30;
constexpr absl::Duration kFresh = absl::Seconds(10);  // the status file is written every second

using Note = absl::StatusOr<std::string>;

// The steps in order; each leaves behind what later ones look at.
class Examination {
 public:
  Examination(const DoctorOptions& options, const Clock& clock)
      : options_(options), clock_(clock) {}

  Note CheckState() {
    const std::string& directory = options_.state_directory;
    absl::StatusOr<AgentIdentity> identity = AgentIdentity::Load(directory);
    if (absl::IsNotFound(identity.status())) {
      return absl::NotFoundError(absl::StrCat(
          directory, " holds no identity: join first, dims-agent join TOKEN --state ", directory));
    }
    RETURN_IF_ERROR(identity.status());
    identity_ = *std::move(identity);
    return absl::StrCat(directory, " is of ", identity_->principal.Uri());
  }

  Note CheckConfig() {
    ConfigReport report;
    absl::StatusOr<AgentConfig> config =
        LoadAgentConfig(options_.config_path, {options_.state_directory}, report);
    if (!config.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat(FirstLine(report), "; all of it: dims-agent check-config --config ",
                       options_.config_path));
    }
    config_ = *std::move(config);
    return absl::StrCat(options_.config_path, ": ", config_->files.size(), " file inputs, ",
                        config_->syslogs.size(), " syslog inputs");
  }

  Note CheckInputs() {
    if (config_->files.empty() && config_->syslogs.empty()) {
      return absl::FailedPreconditionError(
          "there is no input, nothing will be sent: add [[input.file]] or [[input.syslog]]");
    }
    ConfigReport report;
    CheckReadable(*config_, report);
    if (report.problems().empty()) return std::string("every configured file can be read");
    const ConfigProblem& first = report.problems().front();
    return absl::PermissionDeniedError(absl::StrCat(first.place.Text(), ": ", first.message, "; ",
                                                    first.hint, More(report.problems().size())));
  }

  Note CheckDisk() {
    struct statvfs volume {};

    if (::statvfs(options_.state_directory.c_str(), &volume) != 0) {
      return absl::NotFoundError(absl::StrCat(options_.state_directory, " cannot be looked at"));
    }
    const std::uint64_t free = std::uint64_t{volume.f_bavail} * volume.f_frsize;
    const std::uint64_t least =
        config_ ? config_->buffer.volume_free_bytes_min : BufferOptions{}.volume_free_bytes_min;
    if (free < least) {
      return absl::ResourceExhaustedError(absl::StrCat(
          free >> 20, " MiB are free where buffer.free_space_min wants ", least >> 20,
          ": inputs wait until there is room; free some, or move --state to another volume"));
    }
    return absl::StrCat(free >> 20, " MiB free for the buffer");
  }

  Note CheckNames() {
    ASSIGN_OR_RETURN(server_, HostPort::Parse(identity_->server_address));
    ASSIGN_OR_RETURN(const std::optional<HttpProxy> proxy, HttpProxy::For(*server_));
    const HostPort& target = proxy ? proxy->address : *server_;
    const auto found = ResolveHost(target);
    if (!found.ok()) {
      return absl::Status(found.status().code(),
                          absl::StrCat(found.status().message(), ": check this machine's DNS"));
    }
    return absl::StrCat(proxy ? "the proxy " : "", target.host, " is ", found->front().host);
  }

  Note CheckPort() {
    absl::StatusOr<UniqueFd> connected = ConnectOutward(*server_, options_.network_timeout);
    if (absl::IsUnavailable(connected.status())) {
      return absl::UnavailableError(
          absl::StrCat(connected.status().message(),
                       ": allow outbound TCP from this machine to this host and port, or see "
                       "whether the server runs"));
    }
    RETURN_IF_ERROR(connected.status());
    connected_ = *std::move(connected);
    return absl::StrCat(server_->Text(), " answers");
  }

  Note CheckTls() {
    ASSIGN_OR_RETURN(chain_, FetchServerChain(std::move(connected_), options_.network_timeout));
    ASSIGN_OR_RETURN(const std::vector<Certificate> authorities,
                     Certificate::AllFromPem(identity_->ca_bundle_pem));
    for (const Certificate& authority : authorities) {
      if (chain_.front().IsIssuedBy(authority)) {
        return std::string("TLS 1.3 to a server of this agent's own authority");
      }
    }
    return absl::FailedPreconditionError(absl::StrCat(
        "the server's certificate is by ", chain_.front().Issuer(),
        ", not by this agent's authority: is there a proxy that opens TLS, or was the server made "
        "anew (then join again)?"));
  }

  Note CheckCertificate() {
    const absl::Time now = clock_.Now();
    if (now >= identity_->not_after) {
      return absl::FailedPreconditionError(
          absl::StrCat("expired on ", Day(identity_->not_after),
                       "; a running agent recovers it while the site trusts it, else join again"));
    }
    if (now < identity_->not_before) {
      return absl::FailedPreconditionError(absl::StrCat(
          "not valid before ", Day(identity_->not_before), ": set this machine's clock"));
    }
    return absl::StrCat("valid until ", Day(identity_->not_after), ", renewed by itself");
  }

  Note CheckClock() {
    for (const Certificate& certificate : chain_) {
      RETURN_IF_ERROR(CheckValidity(certificate, clock_.Now()),
                      "by this machine's clock the server's");
    }
    ReadStatus();
    if (!status_) return std::string("within the server's certificate");
    const double offset = status_->server_clock_offset_s;
    if (std::abs(offset) > kSkewMaxSeconds) {
      return absl::FailedPreconditionError(absl::StrFormat(
          "%.0f s apart from the server's: set this machine's clock (timedatectl)", offset));
    }
    return absl::StrFormat("%.1f s apart from the server's", offset);
  }

  Note CheckService() {
    ReadStatus();
    if (!status_ || !status_->running ||
        clock_.Now() - absl::FromUnixNanos(status_->written_ns) > kFresh) {
      return absl::FailedPreconditionError(
          "the agent does not run: systemctl status dims-agent, or dims-agent run");
    }
    if (status_->connection != "streaming") {
      return absl::UnavailableError(absl::StrCat(
          "the agent runs and is ", status_->connection,
          status_->last_error.empty() ? "" : absl::StrCat("; last error: ", status_->last_error)));
    }
    return std::string("the agent runs and streams");
  }

  Note CheckBuffer() {
    if (!status_) return std::string("no agent has run here yet");
    if (status_->paused) {
      return absl::ResourceExhaustedError(
          "the buffer is full, inputs wait: give it room (buffer.size_max) or see why the server "
          "does not take events");
    }
    return absl::StrCat(status_->waiting_rows, " events wait, ", status_->lost_rows, " lost, ",
                        status_->quarantined_rows, " refused by the server");
  }

  bool has_identity() const { return identity_.has_value(); }

  bool has_config() const { return config_.has_value(); }

  bool has_server() const { return server_.has_value(); }

  bool connected() const { return connected_.valid(); }

  bool always() const { return true; }

 private:
  static std::string FirstLine(const ConfigReport& report) {
    for (const ConfigProblem& problem : report.problems()) {
      if (problem.severity != ConfigProblem::Severity::kError) continue;
      return absl::StrCat(problem.place.Text(), ": ", problem.message);
    }
    return "it cannot be read";
  }

  static std::string More(std::size_t problems) {
    return problems > 1 ? absl::StrCat(" (and ", problems - 1, " more: dims-agent check-config)")
                        : "";
  }

  static std::string Day(absl::Time time) {
    return absl::FormatTime("%Y-%m-%d", time, absl::UTCTimeZone());
  }

  void ReadStatus() {
    if (status_) return;
    absl::StatusOr<AgentStatus> status = ReadStatusFile(options_.state_directory);
    if (status.ok()) status_ = *std::move(status);
  }

  const DoctorOptions& options_;
  const Clock& clock_;
  std::optional<AgentIdentity> identity_;
  std::optional<AgentConfig> config_;
  std::optional<HostPort> server_;
  UniqueFd connected_;
  std::vector<Certificate> chain_;
  std::optional<AgentStatus> status_;
};

struct NamedStep {
  const char* name;
  Note (Examination::*run)();
  bool (Examination::*possible)() const;
};

}  // namespace

bool Examine(const DoctorOptions& options, const Clock& clock,
             const std::function<void(const CheckStep&)>& report) {
  static constexpr NamedStep kSteps[] = {
      {"state", &Examination::CheckState, &Examination::always},
      {"config", &Examination::CheckConfig, &Examination::always},
      {"inputs", &Examination::CheckInputs, &Examination::has_config},
      {"disk", &Examination::CheckDisk, &Examination::has_identity},
      {"dns", &Examination::CheckNames, &Examination::has_identity},
      {"tcp", &Examination::CheckPort, &Examination::has_server},
      {"tls", &Examination::CheckTls, &Examination::connected},
      {"certificate", &Examination::CheckCertificate, &Examination::has_identity},
      {"clock", &Examination::CheckClock, &Examination::has_identity},
      {"service", &Examination::CheckService, &Examination::has_identity},
      {"buffer", &Examination::CheckBuffer, &Examination::has_identity},
  };
  Examination examination(options, clock);
  bool all_passed = true;
  for (const NamedStep& step : kSteps) {
    if (!(examination.*step.possible)()) continue;
    const Note note = (examination.*step.run)();
    all_passed = all_passed && note.ok();
    report({step.name, note.status(), note.ok() ? *note : std::string()});
  }
  return all_passed;
}

}  // namespace dims
