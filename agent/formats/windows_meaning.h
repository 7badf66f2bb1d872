// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace dims {

// Whose names an event of the Security log carries.
enum class WindowsRole : std::uint8_t {
  kSubject,        // who did it
  kTarget,         // the account that logs in or asks
  kSubjectTarget,  // who did it to which account
  kGroup,          // who changed which group, and perhaps its member
  kExplicit,       // who took on which account
};

// What an event means. A value.
struct WindowsMeaning {
  int code = 0;
  absl::string_view action = {};
  std::array<absl::string_view, 2> categories = {};
  std::array<absl::string_view, 3> types = {};
  WindowsRole role = WindowsRole::kSubject;
};

// Null: nothing special is known. Thread: any.
const WindowsMeaning* SecurityMeaning(std::int64_t code);
const WindowsMeaning* SysmonMeaning(std::int64_t code);

}  // namespace dims
