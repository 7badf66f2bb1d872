// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace dims {

// What server.toml in the data directory says. docs/operations.md lists every key with its default.
struct ServerSettings {
  std::string listen;
  std::string join_listen;  // empty: joining is switched off
  absl::Duration retention = absl::Hours(24 * 400);
  std::uint64_t store_bytes_max = 0;  // 0: 80 % of the volume
  std::uint64_t volume_free_bytes_min = 256u << 20;
  std::uint64_t live_bytes_max = 0;  // of live.db; 0: 10 % of the volume, at most 4 GiB
  absl::Duration query_deadline = absl::Minutes(5);
  absl::Duration stream_silence =
      absl::Seconds(60);                            // a stream that says nothing for so long is cut
  absl::Duration silent_after = absl::Minutes(15);  // for sites added without a time of their own
  std::vector<std::string> mmdb;  // geolocation and AS databases, the first asked first
  std::string webhook;            // alerts are posted here as JSON; empty: nowhere
  std::string webhook_ca;         // file of the authorities for it; empty: the machine's own
  std::string alert_syslog;       // udp://HOST:PORT, tcp://HOST:PORT or unix:///dev/log
};

// InvalidArgument names file, line and what is expected.
absl::StatusOr<ServerSettings> LoadSettings(const std::string& path);

// docs/server_config.md.
std::string ServerSettingsPage();

// The file `init` writes: both addresses, everything else as comments with the defaults.
absl::Status WriteFirstSettings(const std::string& path, absl::string_view listen,
                                absl::string_view join_listen);

}  // namespace dims
