// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace dims {

// What may be given up when the site's disk is full, and in which order (first the highest). A
// batch holds rows of one class.
enum class LossClass : std::uint8_t {
  kCanWait = 0,   // files, journal, HTTP: their inputs stop reading; never dropped
  kStream = 1,    // syslog over TCP
  kDatagram = 2,  // UDP and packets
};

}  // namespace dims
