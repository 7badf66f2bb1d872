// SPDX-License-Identifier: Apache-2.0
#include "common/match/observable.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/event/ip_address.h"
#include "common/match/domain_suffixes.h"

namespace dims {
namespace {

constexpr std::size_t kTextBytesMax = 512;
constexpr std::size_t kLabelBytesMax = 63;
constexpr std::array<absl::string_view, 4> kKindNames = {"address", "cidr", "domain", "hash"};

bool IsHash(absl::string_view text) {
  const bool length =
      text.size() == 32 || text.size() == 40 || text.size() == 64 || text.size() == 128;
  return length && std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isxdigit(static_cast<unsigned char>(c));
         });
}

bool IsLabel(absl::string_view label) {
  return !label.empty() && label.size() <= kLabelBytesMax &&
         std::all_of(label.begin(), label.end(), [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return absl::ascii_isalnum(byte) || c == '-' || c == '_' || byte >= 0x80;
         });
}

// Four numbers with dots that are no address are no domain either: the last label has a letter.
bool IsDomain(absl::string_view text) {
  if (text.size() > kDomainBytesMax) return false;
  std::size_t labels_count = 0;
  absl::string_view last;
  for (const absl::string_view label : absl::StrSplit(text, '.')) {
    if (!IsLabel(label)) return false;
    last = label;
    ++labels_count;
  }
  return labels_count >= 2 && std::any_of(last.begin(), last.end(), [](char c) {
           return !absl::ascii_isdigit(static_cast<unsigned char>(c));
         });
}

}  // namespace

absl::string_view ObservableKindName(ObservableKind kind) {
  return kKindNames[static_cast<std::size_t>(kind) - 1];
}

std::optional<ObservableKind> ParseObservableKind(absl::string_view name) {
  for (std::size_t i = 0; i < kKindNames.size(); ++i) {
    if (absl::EqualsIgnoreCase(name, kKindNames[i])) return static_cast<ObservableKind>(i + 1);
  }
  return std::nullopt;
}

std::optional<Observable> Observable::Parse(absl::string_view written) {
  written = absl::StripAsciiWhitespace(written);
  if (written.empty() || written.size() > kTextBytesMax) return std::nullopt;
  const std::string text = absl::StrReplaceAll(written, {{"[.]", "."}, {"(.)", "."}, {"[:]", ":"}});
  if (const auto address = IpAddress::Parse(text))
    return Observable{ObservableKind::kAddress, address->ToString()};
  if (const auto block = Cidr::Parse(text)) {
    if (block->prefix_bits() == 128)
      return Observable{ObservableKind::kAddress, block->first().ToString()};
    return Observable{ObservableKind::kCidr, block->ToString()};
  }
  if (IsHash(text)) return Observable{ObservableKind::kHash, absl::AsciiStrToLower(text)};
  absl::string_view domain = text;
  absl::ConsumePrefix(&domain, "*.");
  absl::ConsumeSuffix(&domain, ".");
  if (!IsDomain(domain)) return std::nullopt;
  return Observable{ObservableKind::kDomain, absl::AsciiStrToLower(domain)};
}

}  // namespace dims
