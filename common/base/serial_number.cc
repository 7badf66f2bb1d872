// SPDX-License-Identifier: Apache-2.0
#include "common/base/serial_number.h"

#include <atomic>

namespace dims {

std::uint64_t NextSerialNumber() {
  static std::atomic<std::uint64_t> last = 0;
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

}  // namespace dims
