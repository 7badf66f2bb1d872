// SPDX-License-Identifier: Apache-2.0
#include "agent/output/output_options.h"

#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/status_macros.h"

namespace dims {
namespace {

constexpr std::pair<absl::string_view, OutputTransport> kSchemes[] = {
    {"udp://", OutputTransport::kUdp},
    {"tcp://", OutputTransport::kTcp},
    {"tls://", OutputTransport::kTls},
};

auto Tied(const OutputOptions& o) {
  return std::tie(o.transport, o.format, o.after_policy, o.where, o.queue_bytes, o.path, o.size_max,
                  o.keep, o.target, o.octet_counting, o.tls);
}

}  // namespace

std::string OutputOptions::Name() const {
  for (const auto& [scheme, kind] : kSchemes) {
    if (kind == transport) return absl::StrCat(scheme, target.Text());
  }
  return path;
}

bool operator==(const OutputOptions& a, const OutputOptions& b) {
  return Tied(a) == Tied(b);
}

absl::Status SetSyslogTarget(absl::string_view text, OutputOptions& options) {
  for (const auto& [scheme, kind] : kSchemes) {
    absl::string_view rest = text;
    if (!absl::ConsumePrefix(&rest, scheme)) continue;
    ASSIGN_OR_RETURN(options.target, HostPort::Parse(rest));
    if (options.target.port == 0) {
      return absl::InvalidArgumentError(absl::StrCat("\"", text, "\": no port"));
    }
    options.transport = kind;
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("\"", text, "\" begins with none of udp://, tcp://, tls://"));
}

}  // namespace dims
