// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace dims {

// What --version prints and an agent's Hello says. Raised together with CHANGELOG.md and
// CMakeLists.txt (a test compares them).
inline constexpr char kVersion[] = "0.1.0";

}  // namespace dims
