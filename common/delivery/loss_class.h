// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace dims {

// What may be given up when the site's disk is full. A batch holds rows of one class. The numbers
// are the order in which classes are given up, the highest first, and stand in the agent's buffer.
enum class LossClass : std::uint8_t {
  kCanWait = 0,          // files, journal, HTTP: their inputs stop reading; never dropped
  kStream = 1,           // syslog over TCP and TLS: warnings and worse, log-ins, audit
  kDatagram = 2,         // the same over UDP, and packets
  kRoutineStream = 3,    // the rest of syslog over TCP and TLS
  kRoutineDatagram = 4,  // the rest of syslog over UDP
};

inline constexpr std::size_t kLossClassCount = 5;

}  // namespace dims
