// SPDX-License-Identifier: Apache-2.0
#include "server/store_limits.h"

#include <algorithm>

namespace dims {
namespace {

constexpr std::uint64_t kLiveBytesMaxDefault = std::uint64_t{4} << 30;
constexpr std::uint64_t kLiveBytesMaxLeast = std::uint64_t{64} << 20;

}  // namespace

StoreLimits StoreLimitsOf(const ServerSettings& settings, std::uint64_t volume_bytes) {
  StoreLimits limits{kLiveBytesMaxDefault, settings.store_bytes_max};
  if (settings.live_bytes_max != 0) {
    limits.live_bytes_max = std::max(settings.live_bytes_max, kLiveBytesMaxLeast);
  } else if (volume_bytes != 0) {
    limits.live_bytes_max = std::clamp(volume_bytes / 10, kLiveBytesMaxLeast, kLiveBytesMaxDefault);
  }
  if (limits.store_bytes_max == 0) limits.store_bytes_max = volume_bytes / 10 * 8;
  return limits;
}

}  // namespace dims
