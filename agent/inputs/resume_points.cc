// SPDX-License-Identifier: Apache-2.0
#include "agent/inputs/resume_points.h"

#include <variant>

namespace dims {
namespace {

// The further one of two positions of the same file and generation; the agent's own where they
// cannot be compared.
const Bookmark& Further(const Bookmark& own, const Bookmark& server) {
  const auto* mine = std::get_if<FilePosition>(&own.position);
  const auto* theirs = std::get_if<FilePosition>(&server.position);
  if (mine == nullptr || theirs == nullptr || mine->generation != theirs->generation) return own;
  return theirs->offset > mine->offset ? server : own;
}

}  // namespace

std::vector<Bookmark> ResumePoints(std::vector<Bookmark> own, const std::vector<Bookmark>& server) {
  std::vector<Bookmark> points = std::move(own);
  for (const Bookmark& theirs : server) {
    bool known = false;
    for (Bookmark& point : points) {
      if (point.source != theirs.source) continue;
      known = true;
      point = Further(point, theirs);
    }
    if (!known) points.push_back(theirs);
  }
  return points;
}

}  // namespace dims
