// SPDX-License-Identifier: Apache-2.0
#include "agent/inputs/resume_points.h"

#include <string>
#include <unordered_map>
#include <variant>

namespace dims {
namespace {

// True when the server knows the same file and generation further; the agent's own counts where
// they cannot be compared.
bool IsFurther(const Bookmark& server, const Bookmark& own) {
  const auto* mine = std::get_if<FilePosition>(&own.position);
  const auto* theirs = std::get_if<FilePosition>(&server.position);
  if (mine == nullptr || theirs == nullptr || mine->generation != theirs->generation) return false;
  return theirs->offset > mine->offset;
}

}  // namespace

std::vector<Bookmark> ResumePoints(std::vector<Bookmark> own, const std::vector<Bookmark>& server) {
  std::vector<Bookmark> points = std::move(own);
  std::unordered_map<std::string, std::size_t> place;  // loads leave thousands of sources
  for (std::size_t n = 0; n < points.size(); ++n) place.emplace(points[n].source, n);
  for (const Bookmark& theirs : server) {
    const auto [known, added] = place.emplace(theirs.source, points.size());
    if (added) {
      points.push_back(theirs);
    } else if (IsFurther(theirs, points[known->second])) {
      points[known->second] = theirs;
    }
  }
  return points;
}

}  // namespace dims
