// SPDX-License-Identifier: Apache-2.0
#include "server/settings.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/durable_file.h"
#include "common/base/status_macros.h"
#include "common/config/config_description.h"
#include "common/config/config_reader.h"

namespace dims {
namespace {

constexpr std::size_t kDatabasesMax = 8;

// One key each, bound to its place in the settings.
ConfigKey Text(const char* name, const char* meaning, std::string& to, bool required = false) {
  ConfigKey key;
  key.name = name;
  key.kind = ConfigKind::kText;
  key.meaning = meaning;
  key.required = required;
  key.apply = [&to](const ConfigValue& value) {
    to = std::get<std::string>(value);
    return std::string();
  };
  return key;
}

ConfigKey Paths(const char* name, const char* meaning, std::vector<std::string>& to) {
  ConfigKey key;
  key.name = name;
  key.kind = ConfigKind::kTextList;
  key.fallback = "[]";
  key.meaning = meaning;
  key.apply = [&to](const ConfigValue& value) {
    to = std::get<std::vector<std::string>>(value);
    for (const std::string& path : to) {
      if (!absl::StartsWith(path, "/")) return absl::StrCat("\"", path, "\" is no absolute path");
    }
    return to.size() > kDatabasesMax ? std::string("more than 8 databases") : std::string();
  };
  return key;
}

ConfigKey Duration(const char* name, const char* fallback, const char* meaning,
                   absl::Duration& to) {
  ConfigKey key;
  key.name = name;
  key.kind = ConfigKind::kDuration;
  key.fallback = fallback;
  key.meaning = meaning;
  key.least = 1;
  key.apply = [&to](const ConfigValue& value) {
    to = std::get<absl::Duration>(value);
    return std::string();
  };
  return key;
}

ConfigKey Bytes(const char* name, const char* fallback, const char* meaning, std::uint64_t& to) {
  ConfigKey key;
  key.name = name;
  key.kind = ConfigKind::kBytes;
  key.fallback = fallback;
  key.meaning = meaning;
  key.apply = [&to](const ConfigValue& value) {
    to = std::get<std::uint64_t>(value);
    return std::string();
  };
  return key;
}

ConfigDescription Describe(ServerSettings& settings) {
  ConfigTable listen;
  listen.name = "listen";
  listen.meaning = "Where the server is reached.";
  listen.keys = {
      Text("main", "HOST:PORT for agents and users", settings.listen, true),
      Text("join", "HOST:PORT for joining; empty switches joining off", settings.join_listen)};
  ConfigTable store;
  store.name = "store";
  store.meaning = "How long events stay.";
  store.keys = {
      Duration("retention", "\"400d\"", "events older than this go", settings.retention),
      Bytes("size_max", "\"0B\"", "the oldest days go beyond this; 0B is 80 % of the volume",
            settings.store_bytes_max),
      Bytes("free_space_min", "\"256MiB\"",
            "nothing is taken from agents when less is free on the volume; they keep it",
            settings.volume_free_bytes_min),
      Bytes("live_max", "\"0B\"",
            "of live.db, what is not sealed yet: agents wait before it is full; 0B is 10 % of the "
            "volume, at most 4 GiB",
            settings.live_bytes_max)};
  ConfigTable agents;
  agents.name = "agents";
  agents.meaning = "Connections of agents.";
  agents.keys = {Duration("silence", "\"60s\"", "a stream that says nothing for so long is cut",
                          settings.stream_silence)};
  ConfigTable queries;
  queries.name = "queries";
  queries.meaning = "Searches of users.";
  queries.keys = {Duration("deadline", "\"5min\"",
                           "a query stops after this, and its answer says so; a query may ask for "
                           "less, not for more",
                           settings.query_deadline)};
  ConfigTable enrich;
  enrich.name = "enrich";
  enrich.meaning =
      "What is added to events whose site did not add it; see [enrichment.md](enrichment.md).";
  enrich.keys = {
      Paths("mmdb",
            "MaxMind DB files (GeoLite2, GeoIP2, DB-IP, IPinfo) that say where addresses "
            "are; of several the first that knows counts, field by field",
            settings.mmdb)};
  ConfigTable alerts;
  alerts.name = "alerts";
  alerts.meaning = "Where alerts go besides `dims alerts`.";
  alerts.keys = {
      Duration("silent_after", "\"15min\"",
               "a site without a stream for so long raises an alert; for sites added from now on "
               "without `--silent-after`",
               settings.silent_after),
      Text("webhook", "each alert is posted here as JSON", settings.webhook),
      Text("webhook_ca",
           "PEM file of the authorities that may certify it; empty: the machine's own",
           settings.webhook_ca),
      Text("syslog", "udp://HOST:PORT, tcp://HOST:PORT or unix:///dev/log", settings.alert_syslog)};
  return {"dims-server", {listen, store, agents, queries, enrich, alerts}};
}

}  // namespace

absl::StatusOr<ServerSettings> LoadSettings(const std::string& path) {
  ServerSettings settings;
  ConfigReport report;
  ReadConfig(path, Describe(settings), report);
  if (report.errors() > 0) return absl::InvalidArgumentError(report.Text());
  return settings;
}

std::string ServerSettingsPage() {
  ServerSettings settings;
  return absl::StrCat(
      "# Settings of dims-server\n\n"
      "`server.toml` in the data directory, made by `dims-server init` and read when the server "
      "starts. Unknown keys, wrong units and\nvalues out of range are refused, all at once. Sizes "
      "are whole numbers with `B KiB MiB GiB TiB` (or `KB MB GB TB`), times with\n`ms s min h d`, "
      "both in quotes. This page is made from the same description as the checks.\n\n",
      ConfigReferencePage(Describe(settings)));
}

absl::Status WriteFirstSettings(const std::string& path, absl::string_view listen,
                                absl::string_view join_listen) {
  return WriteFileDurably(
      path,
      absl::StrCat(
          "# dims-server settings; docs/server_config.md explains each key.\n\n[listen]\nmain = \"",
          listen, "\"\njoin = \"", join_listen,
          "\"   # \"\" switches joining off\n\n[store]\n# retention = \"400d\"\n"
          "# size_max = \"0B\"       # 0B: 80 % of the volume\n"
          "# free_space_min = \"256MiB\"\n"
          "# live_max = \"0B\"       # 0B: 10 % of the volume, at most 4 GiB\n\n[agents]\n"
          "# silence = \"60s\"\n\n[queries]\n# deadline = \"5min\"\n\n[enrich]\n"
          "# mmdb = [\"/var/lib/GeoIP/GeoLite2-City.mmdb\"]\n\n[alerts]\n# silent_after = "
          "\"15min\"\n# webhook = "
          "\"https://...\"\n"
          "# syslog = \"udp://127.0.0.1:514\"\n"),
      kSecretFileMode);
}

}  // namespace dims
