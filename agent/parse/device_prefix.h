// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>

#include "absl/strings/string_view.h"
#include "agent/fields/clock_text.h"

namespace dims {

// What devices of Cisco write between a syslog header and "%SYS-5-CONFIG_I: ...", each part
// optional: a sequence number, their name, their own time (with its year first on NX-OS) or how
// long they have run. A value.
struct DevicePrefix {
  absl::string_view host;
  std::optional<ClockText> clock;
  std::size_t length = 0;  // up to the percent sign, or up to "last message repeated"
};

// None: no percent sign with such a name behind it in reach, or other words before it. Thread: any.
std::optional<DevicePrefix> ReadDevicePrefix(absl::string_view text);

}  // namespace dims
