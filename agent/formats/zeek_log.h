// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "absl/strings/string_view.h"
#include "agent/formats/dialect.h"

namespace dims {

// The logs of Zeek (Bro), 2.x to 7.x, by the names of their columns (docs.zeek.org, "Log Files");
// JSON and tab-separated text alike. What no field of ours means is labels.zeek.NAME.

// The dialect of a log, "conn"; of a log we know nothing special about, the one that knows what all
// logs have in common. Thread: any.
const Dialect& ZeekLog(absl::string_view log);

// Whether a log of this name is known. Thread: any.
bool IsZeekLog(absl::string_view log);

// The log a file holds, by its name: "conn" of /opt/zeek/logs/2026-01-02/conn.03:00:00-04:00:00.log
// and of conn_20260102.log; "": by the name none. Thread: any.
absl::string_view ZeekLogOfFile(absl::string_view path);

// Which log a record is from by the names it has: give it all of them, one by one. A value.
class ZeekLogGuess {
 public:
  void Add(absl::string_view name);

  // "" : no name is peculiar to a log.
  absl::string_view log() const;

 private:
  std::size_t best_ = ~std::size_t{0};
};

}  // namespace dims
