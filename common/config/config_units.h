// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace dims {

// "64MiB", "4GiB", "512KiB", "100B": a number with its unit; MB, GB and KB are powers of ten. A
// bare number has no meaning.
std::optional<std::uint64_t> ParseByteCount(absl::string_view text);
std::string FormatByteCount(std::uint64_t bytes);

// "30s", "250ms", "10min", "24h", "14d": one number with its unit.
std::optional<absl::Duration> ParseDurationSetting(absl::string_view text);
std::string FormatTimeSpan(absl::Duration span);

}  // namespace dims
