// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/cisco_asa_text.h"

#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "agent/fields/text_cursor.h"
#include "common/event/ip_address.h"

namespace dims {
namespace {

constexpr std::int64_t kNanosPerSecond = 1'000'000'000;
constexpr std::int64_t kDurationSecondsMax = 100LL * 365 * 86'400;

// "3/4", as routers write it.
bool IsTypeAndCode(absl::string_view note) {
  const std::size_t slash = FindByte(note, '/');
  return slash != note.npos && ParseDigits(note.substr(0, slash)) &&
         ParseDigits(note.substr(slash + 1));
}

// What parentheses hold: a port, ICMP's type, or a user with a security group.
void SetNote(absl::string_view note, AsaEnd& end) {
  if (end.port.empty() && ParseDigits(note)) {
    end.port = note;
  } else if (absl::ConsumePrefix(&note, "type ") || IsTypeAndCode(note)) {
    end.icmp = note;
  } else if (absl::StartsWith(note, "message repeated")) {
    return;
  } else if (FindByte(note, '/') != note.npos && FindByte(note, '\\') == note.npos) {
    // "(GigabitEthernet0/1.6 0200.5e00.5301)": routers say where it came in.
    if (end.interface.empty()) end.interface = note.substr(0, FindByte(note, ' '));
  } else if (end.user.empty()) {
    const std::size_t comma = FindByte(note, ',');
    end.user = note.substr(0, comma);
    if (comma != note.npos) end.tag = absl::StripAsciiWhitespace(note.substr(comma + 1));
    // A name of the host is no user.
    const bool is_host = FindByte(end.user, '.') != end.user.npos &&
                         FindByte(end.user, '\\') == end.user.npos &&
                         FindByte(end.user, '@') == end.user.npos;
    if (is_host) end.user = {};
  }
}

// Splits "inside:192.0.2.1" and "192.0.2.1:500" unless the whole is an address.
void SetHost(absl::string_view text, AsaEnd& end) {
  if (const std::size_t user = FindByte(text, '@'); user != text.npos) {  // "alice@192.0.2.1"
    end.user = text.substr(0, user);
    text.remove_prefix(user + 1);
  }
  const std::size_t colon = FindByte(text, ':');
  end.host = absl::StripSuffix(text, ".");
  if (colon == text.npos) return;
  if (FindByte(text, ':', colon + 1) != text.npos && IpAddress::Parse(text)) return;
  if (ParseDigits(text.substr(colon + 1)) && IpAddress::Parse(text.substr(0, colon))) {
    end.host = text.substr(0, colon);
    end.port = text.substr(colon + 1);
    return;
  }
  end.interface = text.substr(0, colon);
  end.host = text.substr(colon + 1);
}

// "Group = g, Username = u, IP = a, text"; every part may be missing but one.
bool TakeAssignedSession(absl::string_view* text, AsaSession* session) {
  bool found = false;
  for (int parts = 0; parts < 3; ++parts) {
    absl::string_view ahead = *text;
    absl::string_view* value = nullptr;
    if (absl::ConsumePrefix(&ahead, "Group = ")) {
      value = &session->group;
    } else if (absl::ConsumePrefix(&ahead, "Username = ")) {
      value = &session->user;
    } else if (absl::ConsumePrefix(&ahead, "IP = ")) {
      value = &session->address;
    } else {
      break;
    }
    const std::size_t comma = ahead.find(", ");
    if (comma == ahead.npos) break;
    *value = ahead.substr(0, comma);
    *text = ahead.substr(comma + 2);
    found = true;
  }
  return found;
}

// "Group <g> User <u> IP <a> text", also without the angles, where names have no blanks.
bool TakeNamedSession(absl::string_view* text, AsaSession* session) {
  TextCursor cursor(*text);
  const auto take = [&cursor](absl::string_view name, absl::string_view* value) {
    cursor.SkipBlanks();
    if (!cursor.Consume(name)) return false;
    cursor.SkipBlanks();
    *value = cursor.Consume('<') ? cursor.TakeUntil('>') : cursor.TakeWord();
    return true;
  };
  if (!take("Group ", &session->group) && !take("TunnelGroup ", &session->group)) return false;
  absl::string_view policy;
  take("GroupPolicy ", &policy);
  if (absl::StartsWith(absl::StripLeadingAsciiWhitespace(cursor.rest()), "User IP ")) {
    cursor.SkipBlanks();
    cursor.Consume("User ");  // no name
  } else if (!take("User ", &session->user)) {
    return false;
  }
  if (take("IP ", &session->address)) cursor.SkipBlanks();
  *text = cursor.rest();
  return true;
}

}  // namespace

absl::string_view AsaTrimmed(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  while (text.size() > 1) {
    const char first = text.front();
    const bool pair = (first == '<' && text.back() == '>') ||
                      ((first == '"' || first == '\'') && text.back() == first);
    if (!pair) break;
    text = text.substr(1, text.size() - 2);
  }
  return text;
}

void SetAsaNotes(absl::string_view text, AsaEnd& end) {
  for (int notes = 0; notes < 4; ++notes) {
    text = absl::StripLeadingAsciiWhitespace(text);
    if (text.empty()) return;
    if (text.front() == '(') {
      const std::size_t close = FindByte(text, ')');
      SetNote(text.substr(1, close == text.npos ? close : close - 1), end);
      if (close == text.npos) return;
      text.remove_prefix(close + 1);
      continue;
    }
    SetNote(absl::StripTrailingAsciiWhitespace(text), end);
    return;
  }
}

AsaEnd ReadAsaEnd(absl::string_view text) {
  AsaEnd end;
  text = AsaTrimmed(absl::StripSuffix(absl::StripTrailingAsciiWhitespace(text), "."));
  std::size_t at = 0;
  while (at < text.size() && text[at] != '/' && text[at] != '(' && text[at] != ' ') ++at;
  SetHost(text.substr(0, at), end);
  text.remove_prefix(at);
  if (absl::ConsumePrefix(&text, "/")) {
    std::size_t length = 0;
    while (length < text.size() && text[length] != '(' && text[length] != ' ') ++length;
    end.port = text.substr(0, length);
    text.remove_prefix(length);
  }
  SetAsaNotes(text, end);
  return end;
}

AsaEnd ReadAsaSlashedEnd(absl::string_view text) {
  AsaEnd end;
  text = AsaTrimmed(text);
  const std::size_t slash = FindByte(text, '/');
  if (slash != text.npos) {
    end.interface = text.substr(0, slash);
    text.remove_prefix(slash + 1);
  }
  std::size_t at = 0;
  while (at < text.size() && text[at] != '(' && text[at] != ' ') ++at;
  end.host = text.substr(0, at);
  SetAsaNotes(text.substr(at), end);
  return end;
}

bool TakeAsaSession(absl::string_view* text, AsaSession* session) {
  return TakeAssignedSession(text, session) || TakeNamedSession(text, session);
}

std::int64_t AsaDurationNanos(absl::string_view text) {
  TextCursor cursor(text);
  std::int64_t seconds = 0;
  bool lettered = false;
  for (int parts = 0; parts < 4 && !cursor.empty(); ++parts) {
    const auto number = cursor.TakeNumber(9);
    if (!number) return -1;
    switch (cursor.Peek()) {
      case 'd':
        seconds += *number * 86'400;
        lettered = true;
        break;
      case 'h':
        seconds += *number * 3'600;
        lettered = true;
        break;
      case 'm':
        seconds += *number * 60;
        lettered = true;
        break;
      default:
        seconds = lettered ? seconds + *number : seconds * 60 + *number;
    }
    while (!cursor.empty() && !IsDigit(cursor.Peek())) cursor.Skip(1);
  }
  return seconds > kDurationSecondsMax ? -1 : seconds * kNanosPerSecond;
}

}  // namespace dims
