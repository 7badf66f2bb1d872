// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/pam.h"

#include "absl/strings/match.h"
#include "agent/fields/text_cursor.h"

namespace dims {
namespace {

constexpr EventMeaning kOpened = {"session", "start", "logged-on", "success"};
constexpr EventMeaning kClosed = {"session", "end", "logged-off", "success"};
constexpr EventMeaning kFailure = {"authentication", "start", "authentication_failure", "failure"};
constexpr EventMeaning kUnknownUser = {"authentication", "info", "user_unknown", "failure"};
constexpr EventMeaning kLocked = {"authentication", "info", "account_locked", "failure"};
constexpr EventMeaning kExpired = {"authentication", "info", "account_expired", "failure"};
constexpr EventMeaning kDenied = {"authentication", "info", "access_denied", "failure"};
constexpr EventMeaning kGranted = {"authentication", "info", "access_granted", "success"};
constexpr EventMeaning kPassword = {"iam", "change", "password_changed", "success"};
constexpr EventMeaning kOtherPam = {"authentication", "info", "", ""};

// "root(uid=0)" or "root" at the cursor; a user of a session is one word.
absl::string_view TakeSessionUser(TextCursor& cursor) {
  const absl::string_view word = cursor.TakeWord();
  return word.substr(0, FindByte(word, '('));
}

// " by alice(uid=1000)": who asked for the session; without a name it was the system.
struct SessionAsker {
  absl::string_view name;
  absl::string_view id;
};

SessionAsker TakeSessionAsker(TextCursor cursor) {
  if (!cursor.Consume(" by ")) return {};
  TextCursor word(cursor.TakeWord());
  SessionAsker asker;
  asker.name = word.TakeUntil('(');
  if (word.Consume("uid=")) asker.id = word.TakeUntil(')');
  if (asker.id.empty() || asker.name == "LOGIN") asker.name = {};
  return asker;
}

bool ParseSession(absl::string_view message, EventRow& row) {
  TextCursor cursor(message);
  const bool opened = cursor.Consume("session opened for user ");
  if (!opened && !cursor.Consume("session closed for user ")) return false;
  row.Means(opened ? kOpened : kClosed);
  const absl::string_view owner = TakeSessionUser(cursor);
  const SessionAsker asker = TakeSessionAsker(cursor);
  row.User(Field::kUserName, asker.name.empty() ? owner : asker.name);
  row.Keyword(Field::kUserId, asker.id);
  if (opened && !asker.id.empty()) row.User(Field::kUserEffectiveName, owner);
  return true;
}

// "user 'x' granted access", "user [x] ...", "account x has ...".
absl::string_view QuotedName(absl::string_view message) {
  TextCursor cursor(message);
  if (cursor.Consume("user '") || cursor.Consume("User '")) return cursor.TakeUntil('\'');
  if (cursor.Consume("user [") || cursor.Consume("User [")) return cursor.TakeUntil(']');
  if (cursor.Consume("account ") || cursor.Consume("Account ")) return cursor.TakeWord();
  if (cursor.Consume("password changed for ")) return cursor.TakeWord();
  // "requirement ... not met by user "root"".
  const std::size_t at = message.find("user \"");
  if (at == message.npos) return {};
  cursor.Skip(at + 6);
  return cursor.TakeUntil('"');
}

const EventMeaning& MeaningOf(absl::string_view message) {
  if (absl::StartsWith(message, "check pass; user unknown") ||
      absl::StartsWith(message, "User unknown") || absl::StrContains(message, "user unknown")) {
    return kUnknownUser;
  }
  if (absl::StrContains(message, "granted access")) return kGranted;
  if (absl::StrContains(message, "locked")) return kLocked;
  if (absl::StrContains(message, "expired")) return kExpired;
  if (absl::StartsWith(message, "password changed for ")) return kPassword;
  if (absl::StrContains(message, "denied") || absl::StrContains(message, "not met by user") ||
      absl::StrContains(message, "not allowed") || absl::StrContains(message, "refused")) {
    return kDenied;
  }
  if (absl::StrContains(message, "authentication fail") ||
      absl::StrContains(message, "auth could not identify") ||
      absl::StrContains(message, "password mismatch")) {
    return kFailure;
  }
  return kOtherPam;
}

}  // namespace

bool ParsePam(absl::string_view message, EventRow& row) {
  TextCursor cursor(message);
  if (!cursor.Consume("pam_")) return false;
  cursor.TakeUntil('(');
  const absl::string_view service = cursor.TakeUntil(')');
  if (service.empty() || service.size() > 64 || !cursor.Consume(':')) return false;
  cursor.SkipBlanks();
  row.Label("labels.pam.service", service);
  if (!ParsePamText(cursor.rest(), row)) {
    row.Means(MeaningOf(cursor.rest()));
    row.User(Field::kUserName, QuotedName(cursor.rest()));
  }
  return true;
}

bool ParsePamText(absl::string_view message, EventRow& row) {
  if (ParseSession(message, row)) return true;
  TextCursor cursor(message);
  if (cursor.Consume("authentication failure;") || cursor.Consume("Authentication failure;")) {
    row.Means(kFailure);
    ParsePamOrigin(cursor.rest(), row);
    return true;
  }
  if (cursor.Consume("check pass; user unknown")) {
    row.Means(kUnknownUser);
    return true;
  }
  return false;
}

void ParsePamOrigin(absl::string_view text, EventRow& row) {
  TextCursor cursor(text);
  while (!cursor.empty()) {
    cursor.SkipBlanks();
    const absl::string_view word = cursor.TakeWord();
    const std::size_t equals = FindByte(word, '=');
    if (equals == word.npos) continue;
    const absl::string_view key = word.substr(0, equals);
    const absl::string_view value = word.substr(equals + 1);
    if (value.empty()) continue;
    if (key == "rhost") {
      row.Source(value);
    } else if (key == "user") {
      row.User(Field::kUserName, value);
    } else if (key == "ruser") {
      row.Label("labels.pam.ruser", value);
      row.builder().AddKeyword(Field::kRelatedUser, value);
    }
  }
}

}  // namespace dims
