// SPDX-License-Identifier: Apache-2.0
#include "server/notify/open_sinks.h"

#include <unistd.h>

#include <utility>

#include "common/base/status_macros.h"
#include "server/notify/syslog_sink.h"
#include "server/notify/webhook_sink.h"

namespace dims {
namespace {

SyslogSender ThisMachine() {
  char host[256] = {};
  if (::gethostname(host, sizeof(host) - 1) != 0 || host[0] == '\0') return {"-", ::getpid()};
  return {host, ::getpid()};
}

}  // namespace

absl::StatusOr<std::vector<std::unique_ptr<AlertSink>>> OpenSinks(absl::string_view webhook,
                                                                  absl::string_view webhook_ca,
                                                                  absl::string_view syslog) {
  std::vector<std::unique_ptr<AlertSink>> out;
  if (!webhook.empty()) {
    ASSIGN_OR_RETURN(auto sink, WebhookSink::Create(webhook, webhook_ca), "alerts.webhook");
    out.push_back(std::move(sink));
  }
  if (!syslog.empty()) {
    ASSIGN_OR_RETURN(auto sink, SyslogSink::Create(syslog, ThisMachine()), "alerts.syslog");
    out.push_back(std::move(sink));
  }
  return out;
}

}  // namespace dims
