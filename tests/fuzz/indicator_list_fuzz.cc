// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "common/base/check.h"
#include "server/intel/indicator_list.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto list = dims::ParseIndicatorList("fuzz", {reinterpret_cast<const char*>(data), size});
  if (!list.ok()) return 0;
  for (const dims::Indicator& indicator : list->indicators) {
    // The canonical form is a fixed point, or restarts would read another list.
    DIMS_CHECK(dims::Observable::Parse(indicator.observable.text) == indicator.observable);
  }
  const dims::IndicatorSet set(list->indicators);
  for (const dims::Indicator& indicator : list->indicators)
    DIMS_CHECK(indicator.expires_ns <= 0 || !set.All(indicator.observable, 0).empty());
  return 0;
}
