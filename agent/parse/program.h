// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "common/event/same_bytes.h"

namespace dims {

// Programs whose messages have a parser of their own.
enum class Program : std::uint8_t { kSshd, kSudo, kDoas, kSu, kCron, kLogind, kPamModule, kOther };

// The program a syslog tag names: "sshd-session", "/USR/SBIN/CRON", "sshd(pam_unix)".
Program ProgramOf(absl::string_view tag);

// process.name of a tag: without its path and without a module in parentheses.
absl::string_view ProcessNameOf(absl::string_view tag);

// event.dataset of a program's lines.
absl::string_view DatasetOf(Program program);

// ProgramOf and ProcessNameOf, remembering the tags seen of late: a host's few programs take turns.
// Thread: one.
class ProgramTable {
 public:
  struct Known {
    Program program = Program::kOther;
    absl::string_view process_name;  // part of the tag asked for
  };

  Known Find(absl::string_view tag) {
    Remembered& slot = slots_[SlotOf(tag)];
    if (!SameBytes(slot.tag, tag)) [[unlikely]]
      Learn(tag, slot);
    return {slot.program, tag.substr(slot.name_begin, slot.name_bytes)};
  }

 private:
  static constexpr std::size_t kSlotsCount = 64;  // a power of two

  struct Remembered {
    std::string tag;
    std::size_t name_begin = 0;
    std::size_t name_bytes = 0;
    Program program = Program::kOther;
  };

  static std::size_t SlotOf(absl::string_view tag) {
    if (tag.empty()) return 0;
    const auto byte = [&](std::size_t at) {
      return static_cast<std::size_t>(static_cast<unsigned char>(tag[at]));
    };
    return (byte(0) + 5 * byte(tag.size() - 1) + 11 * byte(tag.size() / 2) + 3 * tag.size()) %
           kSlotsCount;
  }

  static void Learn(absl::string_view tag, Remembered& slot);

  std::array<Remembered, kSlotsCount> slots_;
};

}  // namespace dims
