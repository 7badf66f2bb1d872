// SPDX-License-Identifier: Apache-2.0
#include "agent/inputs/rotation_directory.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/inputs/gzip_file.h"
#include "agent/inputs/rotation_name.h"

namespace dims {

std::vector<RotationDirectory::Sibling> RotationDirectory::SiblingsOf(const std::string& path) {
  const auto [directory, base] = SplitPath(path);
  std::vector<Sibling> siblings;
  AddSiblings(directory, base, true, siblings);
  for (const std::string& dated : DateDirectoriesFor(directory)) {
    AddSiblings(dated, base, false, siblings);
  }
  return siblings;
}

// The files in `directory` named like rotations of `base`, which lies there too or (not `beside`)
// elsewhere.
void RotationDirectory::AddSiblings(const std::string& directory, const std::string& base,
                                    bool beside, std::vector<Sibling>& out) {
  const std::vector<std::string>& names = List(directory);
  const std::string stem = base.substr(0, base.rfind('.'));
  for (auto name = std::lower_bound(names.begin(), names.end(), stem);
       name != names.end() && absl::StartsWith(*name, stem); ++name) {
    const absl::string_view plain = WithoutGzip(*name);
    const bool gzip = plain.size() != name->size();
    const bool rotated = beside && (IsRotationOf(plain, base) || (gzip && plain == base));
    if ((!rotated && !IsArchiveOf(plain, base)) || IsCompressedName(plain)) continue;
    if (gzip && std::binary_search(names.begin(), names.end(), plain)) continue;
    Sibling sibling;
    sibling.path = absl::StrCat(directory, "/", *name);
    const auto status = files_.Stat(sibling.path);
    if (!status.ok() || !status->regular) continue;
    sibling.status = *status;
    out.push_back(std::move(sibling));
  }
}

// Where logs of `directory` may be archived by date: the newest ones there and beside it.
std::vector<std::string> RotationDirectory::DateDirectoriesFor(const std::string& directory) {
  const auto [above, own] = SplitPath(directory);
  std::vector<std::string> dated;
  for (const std::string& place : {directory, above}) {
    if (place == above && (IsDateName(own) || place == directory)) continue;
    const std::vector<std::string>& names = List(place);
    std::size_t left = kDateDirectoriesMax;
    for (auto name = names.rbegin(); name != names.rend() && left > 0; ++name) {
      if (!IsDateName(*name)) continue;
      dated.push_back(absl::StrCat(place, "/", *name));
      --left;
    }
  }
  return dated;
}

std::vector<RotationDirectory::Sibling> RotationDirectory::ArchivesOf(const std::string& path) {
  const auto [directory, name] = SplitPath(path);
  std::vector<Sibling> archives =
      SiblingsOf(absl::StrCat(directory, "/", RotationStem(WithoutGzip(name))));
  std::erase_if(archives, [](const Sibling& sibling) { return !IsGzipName(sibling.path); });
  std::stable_sort(archives.begin(), archives.end(), [](const Sibling& a, const Sibling& b) {
    return a.status.modified_ns < b.status.modified_ns;
  });
  return archives;
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
  if (auto path = FindIn(id, directory)) return path;
  for (const std::string& dated : DateDirectoriesFor(directory)) {
    if (auto path = FindIn(id, dated)) return path;
  }
  return std::nullopt;
}

std::optional<std::string> RotationDirectory::FindIn(const FileId& id,
                                                     const std::string& directory) {
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
