// SPDX-License-Identifier: Apache-2.0
#include "common/crypto/principal.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace dims {
namespace {

constexpr absl::string_view kScheme = "dims://";
constexpr std::size_t kUriBytesMax = 200;

bool IsLowerAlnum(char c) {
  return absl::ascii_islower(static_cast<unsigned char>(c)) ||
         absl::ascii_isdigit(static_cast<unsigned char>(c));
}

absl::Status Refuse(absl::string_view uri) {
  return absl::InvalidArgumentError(
      absl::StrCat("\"", uri.substr(0, kUriBytesMax),
                   "\" names neither an agent (dims://group/site/SITE/agent/UUID) nor a user "
                   "(dims://group/user/NAME)"));
}

}  // namespace

Principal Principal::Agent(absl::string_view group, absl::string_view site,
                           absl::string_view uuid) {
  return {Kind::kAgent, std::string(group), std::string(site), std::string(uuid)};
}

Principal Principal::User(absl::string_view group, absl::string_view name) {
  return {Kind::kUser, std::string(group), "", std::string(name)};
}

Principal Principal::Server(absl::string_view group) {
  return {Kind::kServer, std::string(group), "", ""};
}

absl::StatusOr<Principal> Principal::Parse(absl::string_view uri) {
  absl::string_view rest = uri;
  if (uri.size() > kUriBytesMax || !absl::ConsumePrefix(&rest, kScheme)) return Refuse(uri);
  const std::vector<absl::string_view> parts = absl::StrSplit(rest, '/');
  if (!IsSlug(parts[0])) return Refuse(uri);
  if (parts.size() == 5 && parts[1] == "site" && IsSlug(parts[2]) && parts[3] == "agent" &&
      IsUuid(parts[4])) {
    return Agent(parts[0], parts[2], parts[4]);
  }
  if (parts.size() == 3 && parts[1] == "user" && IsUserName(parts[2])) {
    return User(parts[0], parts[2]);
  }
  if (parts.size() == 2 && parts[1] == "server") return Server(parts[0]);
  return Refuse(uri);
}

std::string Principal::Uri() const {
  switch (kind) {
    case Kind::kAgent:
      return absl::StrCat(kScheme, group, "/site/", site, "/agent/", name);
    case Kind::kUser:
      return absl::StrCat(kScheme, group, "/user/", name);
    case Kind::kServer:
      return absl::StrCat(kScheme, group, "/server");
  }
  return "";
}

bool IsSlug(absl::string_view text) {
  return !text.empty() && text.size() <= kSlugBytesMax && text.front() != '-' &&
         text.back() != '-' &&
         std::all_of(text.begin(), text.end(), [](char c) { return IsLowerAlnum(c) || c == '-'; });
}

std::string SlugOf(absl::string_view name) {
  std::string slug;
  for (const char c : name) {
    const char lower = absl::ascii_tolower(static_cast<unsigned char>(c));
    if (IsLowerAlnum(lower)) {
      slug.push_back(lower);
    } else if (!slug.empty() && slug.back() != '-') {
      slug.push_back('-');
    }
    if (slug.size() == kSlugBytesMax) break;
  }
  while (!slug.empty() && slug.back() == '-') slug.pop_back();
  return slug;
}

bool IsUuid(absl::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const char c = text[i];
    if (dash ? c != '-'
             : !(absl::ascii_isdigit(static_cast<unsigned char>(c)) || (c >= 'a' && c <= 'f')))
      return false;
  }
  return true;
}

bool IsUserName(absl::string_view text) {
  return !text.empty() && text.size() <= kUserNameBytesMax && IsLowerAlnum(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return IsLowerAlnum(c) || c == '-' || c == '.' || c == '_'; });
}

}  // namespace dims
