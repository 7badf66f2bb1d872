// SPDX-License-Identifier: Apache-2.0
#include "agent/parse/program.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "agent/fields/text_cursor.h"

namespace dims {
namespace {

struct KnownProgram {
  absl::string_view name;
  Program program;
};

constexpr KnownProgram kKnownPrograms[] = {
    {"sshd", Program::kSshd},      {"sshd-session", Program::kSshd},
    {"sshd-auth", Program::kSshd}, {"sudo", Program::kSudo},
    {"su", Program::kSu},          {"doas", Program::kDoas},
    {"cron", Program::kCron},      {"crond", Program::kCron},
    {"anacron", Program::kCron},   {"systemd-logind", Program::kLogind},
};

}  // namespace

absl::string_view ProcessNameOf(absl::string_view tag) {
  if (!tag.empty() && tag.front() == '%') return {};  // a message's name: "%ASA-6-302013"
  // A name that begins with a parenthesis, "(systemd)", is the name.
  const std::size_t parenthesis = FindByte(tag, '(');
  if (parenthesis != tag.npos && parenthesis > 0) tag = tag.substr(0, parenthesis);
  if (!tag.empty() && tag.front() == '/') {
    const absl::string_view name = tag.substr(tag.rfind('/') + 1);
    if (!name.empty()) return name;
  }
  return tag;
}

Program ProgramOf(absl::string_view tag) {
  if (absl::StrContains(tag, "(pam_")) return Program::kPamModule;
  const absl::string_view name = ProcessNameOf(tag);
  for (const KnownProgram& known : kKnownPrograms) {
    if (absl::EqualsIgnoreCase(name, known.name)) return known.program;
  }
  return Program::kOther;
}

void ProgramTable::Learn(absl::string_view tag, Remembered& slot) {
  const absl::string_view name = ProcessNameOf(tag);
  slot.tag.assign(tag.data(), tag.size());
  slot.name_begin = name.empty() ? 0 : static_cast<std::size_t>(name.data() - tag.data());
  slot.name_bytes = name.size();
  slot.program = ProgramOf(tag);
}

absl::string_view DatasetOf(Program program) {
  switch (program) {
    case Program::kSshd:
    case Program::kSudo:
    case Program::kDoas:
    case Program::kSu:
    case Program::kLogind:
    case Program::kPamModule:
      return "system.auth";
    case Program::kCron:
      return "system.cron";
    case Program::kOther:
      return "system.syslog";
  }
  return "system.syslog";
}

}  // namespace dims
