// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "absl/strings/string_view.h"

namespace dims {

// One end of a connection. Views of the line.
struct AsaEnd {
  absl::string_view interface;
  absl::string_view host;
  absl::string_view port;  // a number, or a service's name
  absl::string_view user;  // "LOCAL\alice", with its domain
  absl::string_view tag;   // security group, "9:servers"
  absl::string_view icmp;  // "3, code 1"
};

// "inside:192.0.2.1/80 (LOCAL\alice, 9:x) type 8 code 0" and its parts. Thread: any.
AsaEnd ReadAsaEnd(absl::string_view text);

// "inside/192.0.2.1(80)(alice)", "inside/192.0.2.1 80".
AsaEnd ReadAsaSlashedEnd(absl::string_view text);

// What follows address and port: "(LOCAL\alice, 9:x) type 8 code 0", " alice", "(80)".
void SetAsaNotes(absl::string_view text, AsaEnd& end);

// "Group <g> User <u> IP <a> " or "Group = g, Username = u, IP = a, " before the text of messages
// about VPN sessions. Views of the text.
struct AsaSession {
  absl::string_view group;
  absl::string_view user;
  absl::string_view address;
};

// Takes the session off the front of `text`; false: there is none. Thread: any.
bool TakeAsaSession(absl::string_view* text, AsaSession* session);

// "0:02:04", "1h:32m:16s", "2d3h" as nanoseconds; -1: no duration. Thread: any.
std::int64_t AsaDurationNanos(absl::string_view text);

// Without blanks, quotes and angles around it.
absl::string_view AsaTrimmed(absl::string_view text);

}  // namespace dims
