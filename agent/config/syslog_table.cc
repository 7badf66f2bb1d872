// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "agent/config/agent_tables.h"
#include "agent/config/line_keys.h"
#include "common/base/clock.h"
#include "common/config/taking.h"

namespace dims {
namespace {

constexpr std::size_t kRangesMax = 256;
constexpr std::size_t kSendersMax = 10'000;
constexpr std::size_t kHostBytesMax = 255;
constexpr absl::string_view kNoBlock =
    "is no address and no block of them; write \"192.0.2.7\" or \"192.0.2.0/24\"";

std::string SetListener(const std::string& text, std::vector<SyslogListener>& all) {
  absl::StatusOr<SyslogListener> listener = ParseSyslogListener(text);
  if (!listener.ok()) return std::string(listener.status().message());
  for (std::size_t n = 0; n + 1 < all.size(); ++n) {
    if (all[n].Text() == listener->Text() && listener->port != 0) {
      return absl::StrCat("\"", text, "\" is listened on by another input already");
    }
  }
  all.back().transport = listener->transport;
  all.back().address = listener->address;
  all.back().port = listener->port;
  return "";
}

std::string SetAllowed(const std::vector<std::string>& texts, SyslogListener& listener) {
  if (texts.size() > kRangesMax) return absl::StrCat("more than ", kRangesMax, " blocks");
  listener.allow.clear();
  for (const std::string& text : texts) {
    const std::optional<Cidr> range = Cidr::Parse(text);
    if (!range) return absl::StrCat("\"", text, "\" ", kNoBlock);
    listener.allow.push_back(*range);
  }
  return "";
}

std::string SetClientNames(const std::vector<std::string>& names, SyslogListener& listener) {
  for (const std::string& name : names) {
    const std::string wrong = CheckTlsPeerName(name);
    if (!wrong.empty()) return wrong;
  }
  listener.tls.peer_names = names;
  return "";
}

std::string SetSenderAddresses(const std::string& text, std::vector<SenderLines>& senders) {
  const std::optional<Cidr> addresses = Cidr::Parse(text);
  if (!addresses) return absl::StrCat("\"", text, "\" ", kNoBlock);
  if (senders.size() > kSendersMax) return absl::StrCat("more than ", kSendersMax, " senders");
  senders.back().addresses = *addresses;
  return "";
}

std::string SetSenderHost(const std::string& host, SenderLines& sender) {
  sender.host = host;
  const bool plain =
      std::all_of(host.begin(), host.end(), [](unsigned char c) { return absl::ascii_isgraph(c); });
  return plain && host.size() <= kHostBytesMax
             ? std::string()
             : absl::StrCat("a host name has up to ", kHostBytesMax,
                            " characters, none of them a blank");
}

void AddTlsKeys(ConfigTable& table, std::vector<SyslogListener>& all) {
  table.keys.push_back(
      {.name = "certificate",
       .fallback = "\"\"",
       .meaning = "For `tls://`: a file with the certificate that senders see, in PEM, followed by "
                  "those of its issuers.",
       .apply = TakingText([&all](const std::string& path) {
         return TakePath(path, all.back().tls.certificate);
       })});
  table.keys.push_back(
      {.name = "key",
       .fallback = "\"\"",
       .meaning = "For `tls://`: a file with its private key, in PEM, without a passphrase.",
       .apply = TakingText(
           [&all](const std::string& path) { return TakePath(path, all.back().tls.key); })});
  table.keys.push_back(
      {.name = "client_ca",
       .fallback = "\"\"",
       .meaning = "For `tls://`: a file with the certificates of the authorities that certify "
                  "senders; senders without such a certificate are refused.",
       .apply = TakingText([&all](const std::string& path) {
         return TakePath(path, all.back().tls.authorities);
       })});
  table.keys.push_back(
      {.name = "client_names",
       .kind = ConfigKind::kTextList,
       .fallback = "[]",
       .meaning = "For `tls://`: what a sender's certificate must say, one of them: a DNS name "
                  "(`\".example\"` for all below it), an address, or a fingerprint "
                  "`\"sha-256:6A:0F:...\"`, which needs no `client_ca`.",
       .apply = TakingList([&all](const std::vector<std::string>& names) {
         return SetClientNames(names, all.back());
       })});
}

}  // namespace

ConfigTable SyslogTable(AgentConfig& config) {
  ConfigTable table{.name = "input.syslog",
                    .repeated = true,
                    .meaning =
                        "Syslog from other machines, RFC 3164 and 5424. The agent opens no "
                        "port without one."};
  table.begin = [&config](const ConfigPlace& place) {
    config.syslogs.emplace_back();
    config.syslog_places.push_back(place);
    config.pipeline.syslogs.emplace_back();
  };
  table.keys.push_back(
      {.name = "listen",
       .meaning = "`\"udp://127.0.0.1:514\"`, `\"tcp://[::]:514\"`, `\"tls://[::]:6514\"` "
                  "(RFC 5425).",
       .apply = TakingText(
           [&config](const std::string& text) { return SetListener(text, config.syslogs); }),
       .required = true});
  table.keys.push_back({.name = "receive_buffer",
                        .kind = ConfigKind::kBytes,
                        .fallback = "\"8MiB\"",
                        .meaning = "Of the socket; what bursts fill it is lost and counted. The "
                                   "kernel's `rmem_max` limits it.",
                        .apply = Taking<std::uint64_t>([&config](std::uint64_t bytes) {
                          config.syslogs.back().receive_buffer_bytes = bytes;
                        }),
                        .least = 64 << 10,
                        .most = 1 << 30});
  table.keys.push_back({.name = "allow",
                        .kind = ConfigKind::kTextList,
                        .fallback = "[]",
                        .meaning = "Addresses and blocks of them that may send, as "
                                   "`[\"192.0.2.0/24\"]`; others are refused, counted and shown in "
                                   "`dims-agent status`. Empty: everybody.",
                        .apply = TakingList([&config](const std::vector<std::string>& texts) {
                          return SetAllowed(texts, config.syslogs.back());
                        })});
  AddTlsKeys(table, config.syslogs);
  AddLineKeys(table, config.pipeline.syslogs, config.site_formats.get());
  return table;
}

ConfigTable SyslogSenderTable(AgentConfig& config) {
  ConfigTable table{.name = "input.syslog.sender",
                    .repeated = true,
                    .meaning =
                        "Behind an `[[input.syslog]]`: what holds for one of its senders, or "
                        "for a block of them; the smallest block counts."};
  // The listener stands above, with its own format and time zone.
  table.begin = [&config](const ConfigPlace&) {
    LineSettings& lines = config.pipeline.syslogs.back();
    SenderLines& sender = lines.senders.emplace_back();
    sender.format = lines.format;
    sender.text_format = lines.text_format;
    sender.site_format = lines.site_format;
    sender.zone = lines.zone;
  };
  const auto senders = [&config]() -> std::vector<SenderLines>& {
    return config.pipeline.syslogs.back().senders;
  };
  table.keys.push_back({.name = "address",
                        .meaning = "`\"192.0.2.7\"`, `\"2001:db8:7::/48\"`.",
                        .apply = TakingText([senders](const std::string& text) {
                          return SetSenderAddresses(text, senders());
                        }),
                        .required = true});
  table.keys.push_back({.name = "host",
                        .fallback = "\"\"",
                        .meaning = "Its `host.name`, in place of what its lines say, which is kept "
                                   "in `labels.syslog.hostname`.",
                        .apply = TakingText([senders](const std::string& host) {
                          return SetSenderHost(host, senders().back());
                        })});
  table.keys.push_back({.name = "timezone",
                        .meaning = "Of its times that name no zone; without it the listener's.",
                        .apply = TakingText([senders](const std::string& name) {
                          LineSettings lines;
                          const absl::Status set = SetLineZone(name, lines);
                          senders().back().zone = lines.zone;
                          return Complaint(set);
                        })});
  table.keys.push_back({.name = "format",
                        .kind = ConfigKind::kChoice,
                        .meaning = "How its lines are read; without it as the listener's.",
                        .apply = TakingText([senders, &config](const std::string& name) {
                          LineSettings lines;
                          const absl::Status set =
                              SetLineFormat(name, config.site_formats.get(), lines);
                          senders().back().format = lines.format;
                          senders().back().text_format = lines.text_format;
                          senders().back().site_format = lines.site_format;
                          return Complaint(set);
                        }),
                        .choices = LineFormatNames(config.site_formats.get())});
  return table;
}

void CheckSyslogTls(const AgentConfig& config, ConfigReport& report) {
  for (std::size_t n = 0; n < config.syslogs.size(); ++n) {
    const SyslogListener& listener = config.syslogs[n];
    ConfigProblem problem;
    problem.place = config.syslog_places[n];
    if (listener.transport != SyslogTransport::kTls) {
      if (listener.tls == TlsFiles()) continue;
      problem.message =
          absl::StrCat("[input.syslog] ", listener.Text(), " has keys that only tls:// uses");
      problem.hint = "leave out certificate, key, client_ca and client_names, or listen on tls://";
      report.Add(std::move(problem));
      continue;
    }
    const auto context = TlsContext::Make(TlsContext::Role::kServer, listener.tls);
    if (!context.ok()) {
      problem.message =
          absl::StrCat("[input.syslog] ", listener.Text(), ": ", context.status().message());
    } else if ((*context)->not_after() < SystemClock().Now()) {
      problem.severity = ConfigProblem::Severity::kWarning;
      problem.message = absl::StrCat("[input.syslog] ", listener.Text(), ": certificate ",
                                     listener.tls.certificate, " has expired");
      problem.hint = "senders will refuse it: renew it and reload";
    } else {
      continue;
    }
    report.Add(std::move(problem));
  }
}

}  // namespace dims
