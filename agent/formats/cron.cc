// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/cron.h"

#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"
#include "agent/fields/text_cursor.h"

namespace dims {
namespace {

struct CronVerb {
  absl::string_view word;
  EventMeaning meaning;
};

constexpr CronVerb kVerbs[] = {
    {"CMDEND (", {"process", "end", "cron_command_end", ""}},
    {"CMD (", {"process", "start", "cron_command", ""}},
    {"CMDOUT (", {"process", "info", "cron_output", ""}},
    {"RELOAD (", {"configuration", "change", "crontab_reloaded", ""}},
    {"REPLACE (", {"configuration", "change", "crontab_replaced", ""}},
    {"DELETE (", {"configuration", "deletion", "crontab_deleted", ""}},
    {"LIST (", {"configuration", "access", "crontab_listed", ""}},
    {"BEGIN EDIT (", {"configuration", "access", "crontab_edit_begun", ""}},
    {"END EDIT (", {"configuration", "access", "crontab_edit_ended", ""}},
    {"AUTH (", {"authentication", "denied", "crontab_not_allowed", "failure"}},
    {"MAIL (", {"process", "info", "cron_mail", ""}},
    {"error (", {"process", "error", "cron_error", "failure"}},
    {"ERROR (", {"process", "error", "cron_error", "failure"}},
    {"INFO (", {"process", "info", "cron_information", ""}},
    {"STARTUP (", {"process", "start", "cron_started", ""}},
};

void SetCommand(absl::string_view command, EventRow& row) {
  const std::size_t close = command.rfind(')');
  command = absl::StripAsciiWhitespace(command.substr(0, close));
  row.Text(Field::kProcessCommandLine, command);
}

}  // namespace

bool ParseCron(absl::string_view message, EventRow& row) {
  TextCursor cursor(message);
  if (!cursor.Consume('(')) return false;
  const absl::string_view user = cursor.TakeUntil(')');
  if (user.empty() || !cursor.Consume(' ')) return false;
  for (const CronVerb& verb : kVerbs) {
    if (!cursor.Consume(verb.word)) continue;
    row.Means(verb.meaning);
    if (user != "CRON" && user != "*system*") row.User(Field::kUserName, user);
    if (verb.meaning.action == "cron_command" || verb.meaning.action == "cron_command_end") {
      SetCommand(cursor.rest(), row);
    }
    return true;
  }
  return false;
}

}  // namespace dims
