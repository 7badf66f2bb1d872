// SPDX-License-Identifier: Apache-2.0
#include "server/settings.h"

#include "absl/strings/str_cat.h"
#include "common/base/durable_file.h"
#include "common/base/status_macros.h"
#include "common/crypto/identity_file.h"

namespace dims {
namespace {

constexpr std::size_t kSettingsBytesMax = 64 * 1024;

}  // namespace

absl::StatusOr<ServerSettings> LoadSettings(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadSmallFile(path, kSettingsBytesMax), path);
  ServerSettings settings;
  ASSIGN_OR_RETURN(settings.listen, SettingOf(text, "listen"), path);
  ASSIGN_OR_RETURN(settings.join_listen, SettingOf(text, "join_listen"), path);
  return settings;
}

absl::Status WriteFirstSettings(const std::string& path, absl::string_view listen,
                                absl::string_view join_listen) {
  return WriteFileDurably(
      path,
      absl::StrCat("# dims-server settings; docs/operations.md explains each.\n", "listen = \"",
                   listen, "\"\n", "join_listen = \"", join_listen,
                   "\"  # empty: joining is switched off\n"),
      kSecretFileMode);
}

}  // namespace dims
