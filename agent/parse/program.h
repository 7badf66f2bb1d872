// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace dims {

// Programs whose messages have a parser of their own.
enum class Program : std::uint8_t { kSshd, kSudo, kDoas, kSu, kCron, kLogind, kPamModule, kOther };

// The program a syslog tag names: "sshd-session", "/USR/SBIN/CRON", "sshd(pam_unix)".
Program ProgramOf(absl::string_view tag);

// process.name of a tag: without its path and without a module in parentheses.
absl::string_view ProcessNameOf(absl::string_view tag);

// event.dataset of a program's lines.
absl::string_view DatasetOf(Program program);

// ProgramOf, remembering the last tag. Thread: one.
class ProgramTable {
 public:
  Program Find(absl::string_view tag) {
    if (tag != last_tag_) {
      last_program_ = ProgramOf(tag);
      last_tag_.assign(tag.data(), tag.size());
    }
    return last_program_;
  }

 private:
  std::string last_tag_;
  Program last_program_ = Program::kOther;
};

}  // namespace dims
