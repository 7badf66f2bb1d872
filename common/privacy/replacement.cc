// SPDX-License-Identifier: Apache-2.0
#include "common/privacy/replacement.h"

#include "absl/strings/str_cat.h"
#include "common/privacy/keyed_hash.h"

namespace dims {
namespace {

constexpr absl::string_view kMasked = "[redacted]";
constexpr std::size_t kHashDigits = 16;
constexpr std::size_t kLabelDigits = 8;

}  // namespace

Replacement::Replacement(RedactionStyle style, absl::string_view label, const PrivacyKey& key)
    : style_(style), label_(label), hash_key_(DeriveKey(key, "dims keyed hash")) {
  if (style == RedactionStyle::kPrefix) {
    addresses_ = std::make_shared<CryptoPan>(DeriveKey(key, "dims prefix preserving"));
  }
}

std::string Replacement::OfText(absl::string_view secret) const {
  switch (style_) {
    case RedactionStyle::kMask:
      return std::string(kMasked);
    case RedactionStyle::kHash:
    case RedactionStyle::kPrefix:
      return absl::StrCat("hash-", KeyedHash(hash_key_, secret, kHashDigits));
    case RedactionStyle::kLabel:
      return absl::StrCat(label_, "-", KeyedHash(hash_key_, secret, kLabelDigits));
  }
  return std::string(kMasked);
}

std::string Replacement::OfAddress(const IpAddress& secret) const {
  const std::optional<IpAddress> address = AddressOf(secret);
  return address ? address->ToString() : OfText(secret.ToString());
}

std::optional<IpAddress> Replacement::AddressOf(const IpAddress& secret) const {
  if (addresses_ == nullptr) return std::nullopt;
  return addresses_->Replace(secret);
}

}  // namespace dims
