// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/event/ip_address.h"
#include "common/privacy/replacement.h"

namespace dims {

// What must not be read in one event, beside what must not be read in any. A value.
struct RowSecrets {
  struct Text {
    std::string folded;  // ASCII case folded
    std::string replacement;

    friend bool operator==(const Text&, const Text&) = default;
  };

  struct Address {
    IpAddress address;
    std::string replacement;

    friend bool operator==(const Address&, const Address&) = default;
  };

  std::vector<Text> texts;
  std::vector<Address> addresses;
  bool community_ids = false;  // "1:(28 characters)", a hash that gives addresses away

  bool empty() const { return texts.empty() && addresses.empty() && !community_ids; }

  // Adds a field's value with its other spellings (an address; MAC address separators). What has
  // neither letter nor digit is no secret.
  void Add(absl::string_view value, const Replacement& with);
  void Add(const IpAddress& value, const Replacement& with);

  friend bool operator==(const RowSecrets&, const RowSecrets&) = default;
};

// Replaces secrets in texts: the values of a row wherever they stand (case-insensitive; values of
// fewer than kAnywhereBytesMin bytes only as words of their own), addresses inside given networks
// (see address_scan.h), configured names ("hall" and all below it: "*.hall.example"). Also finds
// what JSON, CEF, structured data or a URL escaped, up to kEscapeLevels deep; not what was encoded
// otherwise (base64, hexadecimal, compressed). A text that becomes much longer by it is cut.
//
// Immutable once filled. Thread: any.
class TextRedactor {
 public:
  static constexpr std::size_t kAnywhereBytesMin = 4;
  static constexpr int kEscapeLevels = 3;

  void AddNetworks(std::vector<Cidr> networks, Replacement with);

  // "name" or "*.suffix".
  void AddNames(const std::vector<std::string>& names, Replacement with);

  bool has_networks() const { return !networks_.empty(); }

  // Nothing but row secrets.
  bool empty() const { return networks_.empty() && names_.empty(); }

  // What replaces `address` in every row; null: it may be seen.
  const Replacement* Find(const IpAddress& address) const;

  // True when `text` held a secret; then `out` is the text without. Else `out` is left alone.
  bool Redact(absl::string_view text, const RowSecrets& secrets, std::string* out) const;

 private:
  struct Networks {
    std::vector<Cidr> blocks;
    Replacement with;
  };

  struct Name {
    std::string folded;  // without "*"
    bool suffix = false;
    Replacement with;
  };

  struct Range;
  class Search;

  std::vector<Networks> networks_;
  std::vector<Name> names_;
};

}  // namespace dims
