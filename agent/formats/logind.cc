// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/logind.h"

#include "absl/strings/strip.h"
#include "agent/fields/text_cursor.h"

namespace dims {
namespace {

constexpr EventMeaning kNew = {"session", "start", "session_opened", "success"};
constexpr EventMeaning kLoggedOut = {"session", "end", "session_logged_out", "success"};
constexpr EventMeaning kRemoved = {"session", "end", "session_closed", "success"};
constexpr EventMeaning kShutdown = {"host", "end", "shutdown", ""};

absl::string_view WithoutStop(absl::string_view text) {
  absl::ConsumeSuffix(&text, ".");
  return text;
}

}  // namespace

bool ParseLogind(absl::string_view message, EventRow& row) {
  TextCursor cursor(message);
  if (cursor.Consume("New session ")) {
    row.Means(kNew);
    row.Label("labels.session.id", cursor.TakeWord());
    if (cursor.Consume(" of user ")) row.User(Field::kUserName, WithoutStop(cursor.TakeWord()));
    return true;
  }
  if (cursor.Consume("Removed session ")) {
    row.Means(kRemoved);
    row.Label("labels.session.id", WithoutStop(cursor.TakeWord()));
    return true;
  }
  if (cursor.Consume("Session ")) {
    const absl::string_view session = cursor.TakeWord();
    if (!cursor.Consume(" logged out.")) return false;
    row.Means(kLoggedOut);
    row.Label("labels.session.id", session);
    return true;
  }
  if (cursor.Consume("System is rebooting") || cursor.Consume("System is powering down") ||
      cursor.Consume("System is halting")) {
    row.Means(kShutdown);
    return true;
  }
  return false;
}

}  // namespace dims
