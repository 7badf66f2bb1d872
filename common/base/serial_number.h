// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace dims {

// A number above 0 that no other call in this process gives: tells two owners apart that may live
// at the same address one after the other. Thread: any.
std::uint64_t NextSerialNumber();

}  // namespace dims
