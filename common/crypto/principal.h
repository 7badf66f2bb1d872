// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace dims {

inline constexpr std::size_t kSlugBytesMax = 32;
inline constexpr std::size_t kUserNameBytesMax = 32;

// Who a certificate stands for, as its one URI name says:
//
//   dims://<group>/site/<site>/agent/<uuid>     an agent; `site` is where its events come from
//   dims://<group>/user/<name>                  an operator, analyst or member of a site's staff
//   dims://<group>/server                       the server itself
//
// A value; text that does not have exactly one of these shapes is refused, so two spellings of one
// principal do not exist.
struct Principal {
  enum class Kind : std::uint8_t { kAgent, kUser, kServer };

  Kind kind = Kind::kAgent;
  std::string group;
  std::string site;  // agents only
  std::string name;  // the agent's uuid or the user's name

  static Principal Agent(absl::string_view group, absl::string_view site, absl::string_view uuid);
  static Principal User(absl::string_view group, absl::string_view name);
  static Principal Server(absl::string_view group);

  // InvalidArgument names what is wrong with `uri`.
  static absl::StatusOr<Principal> Parse(absl::string_view uri);

  std::string Uri() const;

  friend bool operator==(const Principal&, const Principal&) = default;
};

// [a-z0-9-]{1,32}, not starting or ending with '-': the id of a trust group or a site.
bool IsSlug(absl::string_view text);

// `name` made a slug: lower case, runs of other characters become one '-', cut to 32; empty when
// nothing is left.
std::string SlugOf(absl::string_view name);

// Lower-case 8-4-4-4-12 hexadecimal.
bool IsUuid(absl::string_view text);

// [a-z0-9][a-z0-9._-]{0,31}
bool IsUserName(absl::string_view text);

}  // namespace dims
