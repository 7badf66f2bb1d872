// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/accounts.h"

#include <cstddef>

#include "agent/fields/text_cursor.h"

namespace dims {
namespace {

constexpr EventMeaning kUserMade = {"iam", "creation", "user_added", "success"};
constexpr EventMeaning kUserNotMade = {"iam", "creation", "user_added", "failure"};
constexpr EventMeaning kGroupMade = {"iam", "creation", "group_added", "success"};
constexpr EventMeaning kUserRemoved = {"iam", "deletion", "user_removed", "success"};
constexpr EventMeaning kGroupRemoved = {"iam", "deletion", "group_removed", "success"};
constexpr EventMeaning kUserChanged = {"iam", "change", "user_changed", "success"};
constexpr EventMeaning kMemberAdded = {"iam", "change", "group_member_added", "success"};
constexpr EventMeaning kMemberRemoved = {"iam", "change", "group_member_removed", "success"};

// "name=alice, UID=1000, GID=1000, ...".
absl::string_view ValueOf(absl::string_view text, absl::string_view key) {
  const std::size_t at = text.find(key);
  if (at == text.npos) return {};
  const absl::string_view value = text.substr(at + key.size());
  return value.substr(0, value.find_first_of(", "));
}

void SetUser(const EventMeaning& meaning, absl::string_view name, EventRow& row) {
  row.Means(meaning);
  row.User(Field::kUserTargetName, name);
}

void SetGroup(const EventMeaning& meaning, absl::string_view name, EventRow& row) {
  row.Means(meaning);
  row.Keyword(Field::kGroupName, name);
}

// "'alice' to group 'adm'" after the verb.
bool ParseMember(TextCursor cursor, const EventMeaning& meaning, absl::string_view between,
                 EventRow& row) {
  const absl::string_view user = cursor.TakeUntil('\'');
  if (!cursor.Consume(between)) return false;
  SetUser(meaning, user, row);
  row.Keyword(Field::kGroupName, cursor.TakeUntil('\''));
  return true;
}

}  // namespace

bool ParseAccountChange(absl::string_view message, EventRow& row) {
  TextCursor cursor(message);
  if (cursor.Consume("new user: ")) {
    SetUser(kUserMade, ValueOf(cursor.rest(), "name="), row);
    row.Keyword(Field::kUserId, ValueOf(cursor.rest(), "UID="));
    return true;
  }
  if (cursor.Consume("new group: ")) {
    SetGroup(kGroupMade, ValueOf(cursor.rest(), "name="), row);
    return true;
  }
  if (cursor.Consume("delete user '")) {
    SetUser(kUserRemoved, cursor.TakeUntil('\''), row);
    return true;
  }
  if (cursor.Consume("change user '") || cursor.Consume("changed user '")) {
    SetUser(kUserChanged, cursor.TakeUntil('\''), row);
    return true;
  }
  if (cursor.Consume("failed adding user '")) {
    SetUser(kUserNotMade, cursor.TakeUntil('\''), row);
    return true;
  }
  if (cursor.Consume("group added to ")) {
    SetGroup(kGroupMade, ValueOf(cursor.rest(), "name="), row);
    return true;
  }
  if (cursor.Consume("removed group '") || cursor.Consume("group '")) {
    const absl::string_view group = cursor.TakeUntil('\'');
    if (message.front() == 'g' && !cursor.Consume(" removed")) return false;
    SetGroup(kGroupRemoved, group, row);
    return true;
  }
  if (cursor.Consume("add '")) {
    return ParseMember(cursor, kMemberAdded, " to group '", row) ||
           ParseMember(cursor, kMemberAdded, " to shadow group '", row);
  }
  return cursor.Consume("delete '") &&
         (ParseMember(cursor, kMemberRemoved, " from group '", row) ||
          ParseMember(cursor, kMemberRemoved, " from shadow group '", row));
}

}  // namespace dims
