// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/sudo.h"

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "agent/fields/text_cursor.h"

namespace dims {
namespace {

constexpr EventMeaning kCommand = {"process", "start", "sudo_command", "success"};
constexpr EventMeaning kSudoRefused = {"process", "denied", "sudo_command", "failure"};
constexpr EventMeaning kContinued = {"process", "info", "sudo_command_continued", ""};
constexpr EventMeaning kDoas = {"process", "start", "doas_command", "success"};
constexpr EventMeaning kDoasRefused = {"process", "denied", "doas_command", "failure"};
constexpr EventMeaning kSu = {"authentication", "start", "su", "success"};
constexpr EventMeaning kSuFailed = {"authentication", "start", "su", "failure"};

// "TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=...": COMMAND takes the rest, it may hold
// anything. Sets `has_command`.
void ParseSudoValues(absl::string_view text, EventRow& row, bool* has_command) {
  TextCursor cursor(text);
  while (!cursor.empty()) {
    cursor.SkipBlanks();
    if (cursor.Consume("COMMAND=")) {
      *has_command = true;
      const absl::string_view command = cursor.rest();
      row.Text(Field::kProcessCommandLine, command);
      row.Keyword(Field::kProcessExecutable, command.substr(0, command.find(' ')));
      return;
    }
    const std::size_t end = cursor.rest().find(" ;");
    absl::string_view pair = cursor.rest().substr(0, end);
    cursor.Skip(end == absl::string_view::npos ? pair.size() : end + 2);
    if (absl::ConsumePrefix(&pair, "TTY=")) {
      row.Label("labels.sudo.tty", pair);
    } else if (absl::ConsumePrefix(&pair, "PWD=")) {
      row.Keyword(Field::kProcessWorkingDirectory, pair);
    } else if (absl::ConsumePrefix(&pair, "USER=")) {
      row.User(Field::kUserEffectiveName, pair);
    } else if (absl::ConsumePrefix(&pair, "GROUP=")) {
      row.Keyword(Field::kGroupName, pair);
    } else if (pair.find('=') == pair.npos) {
      row.Keyword(Field::kEventReason, pair);
    }
  }
}

void BothUsers(absl::string_view actor, absl::string_view target, EventRow& row) {
  row.User(Field::kUserName, actor);
  row.User(Field::kUserEffectiveName, target);
}

// "TARGET by ACTOR".
void ParseTargetByActor(TextCursor cursor, EventRow& row) {
  const absl::string_view target = cursor.TakeWord();
  cursor.Consume(" by ");
  BothUsers(cursor.TakeWord(), target, row);
}

// "(to TARGET) ACTOR on TTY".
void ParseToTarget(TextCursor cursor, EventRow& row) {
  const absl::string_view target = cursor.TakeUntil(')');
  cursor.SkipBlanks();
  BothUsers(cursor.TakeWord(), target, row);
}

// "'su root' succeeded for alice on /dev/pts/0".
bool ParseQuotedSu(TextCursor cursor, EventRow& row) {
  const absl::string_view target = cursor.TakeUntil('\'');
  const bool failed = cursor.Consume(" failed for ");
  if (!failed && !cursor.Consume(" succeeded for ")) return false;
  row.Means(failed ? kSuFailed : kSu);
  BothUsers(cursor.TakeWord(), target, row);
  return true;
}

// "+ pts/0 alice:root" or "- pts/0 alice:root".
bool ParseSignedSu(absl::string_view message, EventRow& row) {
  TextCursor cursor(message.substr(2));
  cursor.TakeWord();
  cursor.SkipBlanks();
  const absl::string_view users = cursor.rest();
  const std::size_t colon = users.find(':');
  if (colon == users.npos) return false;
  row.Means(message.front() == '+' ? kSu : kSuFailed);
  BothUsers(users.substr(0, colon), TextCursor(users.substr(colon + 1)).TakeWord(), row);
  return true;
}

// IRIX: "failed: ttyq4 changing from alice to root".
bool ParseChangingSu(TextCursor cursor, EventRow& row) {
  cursor.TakeWord();
  if (!cursor.Consume(" changing from ")) return false;
  const absl::string_view actor = cursor.TakeWord();
  if (!cursor.Consume(" to ")) return false;
  row.Means(kSuFailed);
  BothUsers(actor, cursor.TakeWord(), row);
  return true;
}

// BSD: "[BAD SU ]alice to root on /dev/ttyp0".
bool ParseBsdSu(absl::string_view message, EventRow& row) {
  const bool failed = absl::ConsumePrefix(&message, "BAD SU ");
  TextCursor cursor(message);
  const absl::string_view actor = cursor.TakeWord();
  if (!cursor.Consume(" to ")) return false;
  const absl::string_view target = cursor.TakeWord();
  if (!cursor.Consume(" on ")) return false;
  row.Means(failed ? kSuFailed : kSu);
  BothUsers(actor, target, row);
  return true;
}

}  // namespace

bool ParseSudo(absl::string_view message, EventRow& row) {
  TextCursor cursor(message);
  cursor.SkipBlanks();
  const std::size_t colon = cursor.rest().find(" : ");
  if (colon == absl::string_view::npos || colon == 0) return false;
  const absl::string_view actor = cursor.rest().substr(0, colon);
  const absl::string_view values = cursor.rest().substr(colon + 3);
  if (absl::StartsWith(values, "(command continued) ")) {
    row.Means(kContinued);
    row.User(Field::kUserName, actor);
    return true;
  }
  if (!absl::StrContains(values, "=")) return false;
  row.User(Field::kUserName, actor);
  bool has_command = false;
  ParseSudoValues(values, row, &has_command);
  // A refusal states its reason before the values.
  row.Means(!has_command || row.Has(Field::kEventReason) ? kSudoRefused : kCommand);
  return true;
}

bool ParseDoas(absl::string_view message, EventRow& row) {
  TextCursor cursor(message);
  if (cursor.Consume("failed auth for ") || cursor.Consume("failed command for ")) {
    row.Means(kDoasRefused);
    const absl::string_view actor = cursor.TakeWord();
    row.User(Field::kUserName, absl::StripSuffix(actor, ":"));
    if (cursor.Consume(' ')) row.Text(Field::kProcessCommandLine, cursor.rest());
    return true;
  }
  const absl::string_view actor = cursor.TakeWord();
  if (!cursor.Consume(" ran command ")) return false;
  row.Means(kDoas);
  // "as USER: COMMAND", or "COMMAND as USER from DIRECTORY".
  if (cursor.Consume("as ")) {
    BothUsers(actor, cursor.TakeUntil(':'), row);
    cursor.SkipBlanks();
    row.Text(Field::kProcessCommandLine, cursor.rest());
    return true;
  }
  const std::size_t as = cursor.rest().rfind(" as ");
  row.Text(Field::kProcessCommandLine, cursor.rest().substr(0, as));
  if (as != absl::string_view::npos) cursor.Skip(as + 4);
  BothUsers(actor, as == absl::string_view::npos ? absl::string_view() : cursor.TakeWord(), row);
  return true;
}

bool ParseSu(absl::string_view message, EventRow& row) {
  TextCursor cursor(message);
  if (cursor.Consume("Successful su for ")) {
    row.Means(kSu);
    ParseTargetByActor(cursor, row);
    return true;
  }
  if (cursor.Consume("FAILED su for ")) {
    row.Means(kSuFailed);
    ParseTargetByActor(cursor, row);
    return true;
  }
  if (cursor.Consume("(to ")) {
    row.Means(kSu);
    ParseToTarget(cursor, row);
    return true;
  }
  if (cursor.Consume("FAILED SU (to ")) {
    row.Means(kSuFailed);
    ParseToTarget(cursor, row);
    return true;
  }
  if (cursor.Consume("'su ")) return ParseQuotedSu(cursor, row);
  if (cursor.Consume("failed: ")) return ParseChangingSu(cursor, row);
  if (absl::StartsWith(message, "+ ") || absl::StartsWith(message, "- ")) {
    return ParseSignedSu(message, row);
  }
  return ParseBsdSu(message, row);
}

}  // namespace dims
