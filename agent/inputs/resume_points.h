// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "common/delivery/bookmark.h"

namespace dims {

// Where inputs read on: of each source what the site knows, or what the server knows where the site
// knows nothing or is behind in the same generation.
std::vector<Bookmark> ResumePoints(std::vector<Bookmark> own, const std::vector<Bookmark>& server);

}  // namespace dims
