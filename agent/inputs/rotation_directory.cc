// SPDX-License-Identifier: Apache-2.0
#include "agent/inputs/rotation_directory.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/inputs/rotation_name.h"

namespace dims {

std::vector<RotationDirectory::Sibling> RotationDirectory::SiblingsOf(const std::string& path) {
  const auto [directory, base] = SplitPath(path);
  const std::vector<std::string>& names = List(directory);
  std::vector<Sibling> siblings;
  for (auto name = std::lower_bound(names.begin(), names.end(), base);
       name != names.end() && absl::StartsWith(*name, base); ++name) {
    if (!IsRotationOf(*name, base) || IsCompressedName(*name)) continue;
    Sibling sibling;
    sibling.path = absl::StrCat(directory, "/", *name);
    const auto status = files_.Stat(sibling.path);
    if (!status.ok() || !status->regular) continue;
    sibling.status = *status;
    siblings.push_back(std::move(sibling));
  }
  return siblings;
}

std::int64_t RotationDirectory::NewestIn(const std::string& directory) const {
  std::int64_t newest_ns = 0;
  for (const std::string& name : files_.List(directory)) {
    const auto status = files_.Stat(absl::StrCat(directory, "/", name));
    if (status.ok() && status->regular) newest_ns = std::max(newest_ns, status->modified_ns);
  }
  return newest_ns;
}

std::optional<std::string> RotationDirectory::Find(const FileId& id, const std::string& directory) {
  auto [found, fresh] = path_of_id_.try_emplace(directory);
  if (fresh) {
    for (const std::string& name : List(directory)) {
      const std::string path = absl::StrCat(directory, "/", name);
      const auto status = files_.Stat(path);
      if (status.ok() && status->regular) found->second.emplace(status->id, path);
    }
  }
  const auto path = found->second.find(id);
  if (path == found->second.end()) return std::nullopt;
  return path->second;
}

const std::vector<std::string>& RotationDirectory::List(const std::string& directory) {
  const auto [found, fresh] = names_.try_emplace(directory);
  if (fresh) found->second = files_.List(directory);
  return found->second;
}

}  // namespace dims
