// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "agent/formats/dialect.h"

namespace dims {

// What the meaning of a Zeek record depends on, whatever its log calls it.
enum class ZeekNote : std::uint8_t {
  kNone,
  kTime,
  kLog,
  kProto,
  kOrigPort,
  kRespPort,
  kDuration,
  kLocalOrig,
  kLocalResp,
  kConnState,
  kOrigBytes,
  kRespBytes,
  kOrigIpBytes,
  kRespIpBytes,
  kAction,
  kSuccess,     // a bool
  kResult,      // a word
  kStatusCode,  // below 400 is success
  kRcode,
  kException,
  kDropped,
  kUri,
  kSipUri,
  kUrlHost,
  kMessage,
  kClient,
  kDirection,
  kProtocol,
  kHost,
  kHostName,
  kHash,
  kAddress,
};

// A log of Zeek beside its dialect: what all of its records mean.
struct ZeekLogMeaning {
  absl::string_view transport = {};  // where records do not say
  absl::string_view protocol = {};
  absl::string_view kind = {};
  std::array<absl::string_view, 2> categories = {};
  std::array<absl::string_view, 3> types = {};
};

// Gives a Zeek record its meaning: Dialect::conclude of all of them. Thread: any.
void ConcludeZeek(Record& record);

// The meaning of the log whose dialect has this number. Thread: any.
const ZeekLogMeaning& ZeekMeaning(int number);

}  // namespace dims
