// SPDX-License-Identifier: Apache-2.0
#include "common/privacy/address_scan.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"

namespace dims {
namespace {

using Wanted = std::function<bool(const IpAddress&)>;

constexpr std::size_t kV6TextMax = 45;     // with IPv4 at its end
constexpr std::size_t kV6GroupsMax = 9;    // "::" may stand for none of eight
constexpr std::size_t kNibblesCount = 32;  // of a name under ip6.arpa

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

bool IsHex(char c) {
  return absl::ascii_isxdigit(static_cast<unsigned char>(c));
}

struct Quad {
  std::array<std::uint32_t, 4> parts{};
  std::size_t end = 0;
};

// Four decimal numbers with one separator from `at` on.
std::optional<Quad> ReadQuad(absl::string_view text, std::size_t at) {
  Quad quad;
  char separator = '\0';
  for (std::size_t n = 0; n < quad.parts.size(); ++n) {
    if (n > 0) {
      if (at >= text.size() || (text[at] != '.' && text[at] != '-')) return std::nullopt;
      if (n > 1 && text[at] != separator) return std::nullopt;
      separator = text[at++];
    }
    const std::size_t begin = at;
    for (; at < text.size() && IsDigit(text[at]) && at - begin < 3; ++at) {
      quad.parts[n] = quad.parts[n] * 10 + static_cast<std::uint32_t>(text[at] - '0');
    }
    if (at == begin || quad.parts[n] > 255) return std::nullopt;
  }
  if (at < text.size() && IsDigit(text[at])) return std::nullopt;
  quad.end = at;
  return quad;
}

bool StandsAt(absl::string_view text, std::size_t at, absl::string_view word) {
  return at <= text.size() && absl::StartsWithIgnoreCase(text.substr(at), word);
}

IpAddress AddressOf(const Quad& quad, bool reversed) {
  std::uint32_t address = 0;
  for (std::size_t n = 0; n < quad.parts.size(); ++n) {
    address = address << 8 | quad.parts[reversed ? quad.parts.size() - 1 - n : n];
  }
  return IpAddress::FromV4(address);
}

// The digits at `at` as the begin of an IPv4 address.
std::optional<FoundAddress> V4At(absl::string_view text, std::size_t at, const Wanted& wanted) {
  const std::optional<Quad> quad = ReadQuad(text, at);
  if (!quad) return std::nullopt;
  const IpAddress address = AddressOf(*quad, StandsAt(text, quad->end, ".in-addr.arpa"));
  if (!wanted(address)) return std::nullopt;
  return FoundAddress{at, quad->end, address};
}

// "1.0.0.2.(...).ip6.arpa" from `at` on.
std::optional<FoundAddress> NibblesAt(absl::string_view text, std::size_t at,
                                      const Wanted& wanted) {
  const std::size_t end = at + kNibblesCount * 2 - 1;
  if (!StandsAt(text, end, ".ip6.arpa")) return std::nullopt;
  std::array<std::uint8_t, 16> bytes{};
  for (std::size_t n = 0; n < kNibblesCount; ++n) {
    const char c = absl::ascii_tolower(static_cast<unsigned char>(text[at + n * 2]));
    if (!IsHex(c) || (n + 1 < kNibblesCount && text[at + n * 2 + 1] != '.')) return std::nullopt;
    const auto nibble = static_cast<std::uint8_t>(c <= '9' ? c - '0' : c - 'a' + 10);
    const std::size_t place = kNibblesCount - 1 - n;  // the last one comes first
    bytes[place / 2] = static_cast<std::uint8_t>(bytes[place / 2] | nibble << (place % 2 ? 0 : 4));
  }
  const IpAddress address(bytes);
  if (!wanted(address)) return std::nullopt;
  return FoundAddress{at, end, address};
}

// Where an address that begins at `at` may end, the longest first.
std::vector<std::size_t> EndsOfV6(absl::string_view text, std::size_t at) {
  std::vector<std::size_t> ends;
  std::size_t groups = 0;
  std::size_t n = at;
  const std::size_t limit = std::min(text.size(), at + kV6TextMax);
  while (n < limit && groups < kV6GroupsMax) {
    const std::size_t begin = n;
    while (n < limit && IsHex(text[n])) ++n;
    if (n - begin > 4) break;
    if (n > begin || (n >= 2 && text[n - 1] == ':' && text[n - 2] == ':')) ends.push_back(n);
    if (n > begin) {
      ++groups;
      if (const auto quad = ReadQuad(text, begin); quad && text[n] == '.') {
        ends.push_back(quad->end);
        break;
      }
    }
    if (n >= limit || text[n] != ':') break;
    ++n;
  }
  if (n <= text.size() && n >= at + 2 && text[n - 1] == ':' && text[n - 2] == ':') {
    ends.push_back(n);
  }
  std::sort(ends.rbegin(), ends.rend());
  return ends;
}

std::optional<FoundAddress> V6At(absl::string_view text, std::size_t at, const Wanted& wanted) {
  for (const std::size_t end : EndsOfV6(text, at)) {
    const absl::string_view form = text.substr(at, end - at);
    if (std::count(form.begin(), form.end(), ':') < 2) break;
    const std::optional<IpAddress> address = IpAddress::Parse(form);
    if (address && wanted(*address)) return FoundAddress{at, end, *address};
  }
  return std::nullopt;
}

// Two colons are not far: cheap enough to ask at every group.
bool MayBeV6(absl::string_view text, std::size_t at) {
  const std::size_t first = text.substr(at, 5).find(':');
  if (first == text.npos) return false;
  return text.substr(at + first + 1, 5).find(':') != text.npos;
}

}  // namespace

void FindAddresses(absl::string_view text, const Wanted& wanted, std::vector<FoundAddress>& out) {
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    const bool group = IsHex(c) && (at == 0 || !IsHex(text[at - 1]));
    const bool colons = c == ':' && at + 1 < text.size() && text[at + 1] == ':';
    std::optional<FoundAddress> found;
    if ((group || colons) && MayBeV6(text, at)) found = V6At(text, at, wanted);
    if (!found && group) found = NibblesAt(text, at, wanted);
    if (!found && IsDigit(c) && (at == 0 || !IsDigit(text[at - 1]))) {
      found = V4At(text, at, wanted);
    }
    if (found) {
      at = found->end;
      out.push_back(*found);
    } else {
      ++at;
    }
  }
}

}  // namespace dims
