// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "agent/config/agent_config.h"
#include "agent/inputs/posix_file_system.h"
#include "common/base/unique_fd.h"

namespace dims {
namespace {

std::string OwnerOf(const struct stat& status) {
  const struct passwd* const user = ::getpwuid(status.st_uid);
  const struct group* const group = ::getgrgid(status.st_gid);
  return absl::StrCat(user != nullptr ? user->pw_name : absl::StrCat(status.st_uid), ":",
                      group != nullptr ? group->gr_name : absl::StrCat(status.st_gid));
}

// What stands between the agent and the file, as far as it can be seen from here.
std::string Remedy(const std::string& path) {
  struct stat status {};

  if (::stat(path.c_str(), &status) != 0) return "a directory on the way may not be entered";
  const struct group* const group = ::getgrgid(status.st_gid);
  const std::string facts =
      absl::StrFormat("%s, mode %04o", OwnerOf(status), status.st_mode & 07777u);
  if ((status.st_mode & S_IRGRP) != 0 && group != nullptr) {
    return absl::StrCat(facts, ": let the agent be in the group ", group->gr_name,
                        " (SupplementaryGroups= in its unit)");
  }
  return absl::StrCat(facts, ": allow it with  setfacl -m u:dims-agent:r ", path);
}

void WarnOfNoFile(const std::string& pattern, ConfigReport& report) {
  ConfigProblem problem;
  problem.severity = ConfigProblem::Severity::kWarning;
  problem.place.file = pattern;
  problem.message = std::string(kMatchesNoFile);
  problem.hint = "if the path is right: it is read as soon as it is there and may be read";
  report.Add(std::move(problem));
}

void WarnUnlessReadable(const std::string& path, ConfigReport& report) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (fd.valid()) return;
  ConfigProblem problem;
  problem.severity = ConfigProblem::Severity::kWarning;
  problem.place.file = path;
  problem.message = absl::StrCat("cannot be read: ", std::strerror(errno));
  problem.hint = Remedy(path);
  report.Add(std::move(problem));
}

}  // namespace

void CheckReadable(const AgentConfig& config, ConfigReport& report) {
  const PosixFileSystem files;
  std::vector<std::string> tables = config.enrich.mmdb;
  for (const std::string& path : {config.enrich.assets, config.enrich.nat_csv}) {
    if (!path.empty()) tables.push_back(path);
  }
  for (const std::string& path : tables) WarnUnlessReadable(path, report);
  for (const FileInputOptions& file : config.files) {
    for (const std::string& pattern : file.paths) {
      const std::vector<std::string> paths = files.Glob(pattern);
      if (paths.empty()) WarnOfNoFile(pattern, report);
      for (const std::string& path : paths) WarnUnlessReadable(path, report);
    }
  }
}

}  // namespace dims
