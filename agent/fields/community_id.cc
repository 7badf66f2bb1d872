// SPDX-License-Identifier: Apache-2.0
#include "agent/fields/community_id.h"

#include <optional>
#include <span>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/crypto/sha1.h"

namespace dims {
namespace {

constexpr std::uint8_t kIcmp = 1;
constexpr std::uint8_t kIcmpV6 = 58;

struct TypePair {
  std::uint8_t type;
  std::uint8_t answer;
};

// Types whose answer is another type: the two directions of one conversation. Others are one-way.
constexpr TypePair kIcmpPairs[] = {{8, 0},   {0, 8},  {13, 14}, {14, 13}, {15, 16},
                                   {16, 15}, {10, 9}, {9, 10},  {17, 18}, {18, 17}};
constexpr TypePair kIcmpV6Pairs[] = {{128, 129}, {129, 128}, {133, 134}, {134, 133},
                                     {135, 136}, {136, 135}, {130, 131}, {131, 130},
                                     {144, 145}, {145, 144}, {139, 140}, {140, 139}};

std::optional<std::uint8_t> AnswerTo(std::uint8_t protocol, std::uint16_t type) {
  const std::span<const TypePair> pairs = protocol == kIcmp
                                              ? std::span<const TypePair>(kIcmpPairs)
                                              : std::span<const TypePair>(kIcmpV6Pairs);
  for (const TypePair& pair : pairs) {
    if (pair.type == type) return pair.answer;
  }
  return std::nullopt;
}

void AppendAddress(const IpAddress& address, std::string* out) {
  const std::size_t skip = address.IsV4() ? 12 : 0;
  out->append(reinterpret_cast<const char*>(address.bytes().data()) + skip, 16 - skip);
}

void AppendBigEndian(std::uint16_t value, std::string* out) {
  out->push_back(static_cast<char>(value >> 8));
  out->push_back(static_cast<char>(value & 0xff));
}

}  // namespace

bool HasPorts(std::uint8_t protocol) {
  return protocol == kIcmp || protocol == kIcmpV6 || protocol == 6 || protocol == 17 ||
         protocol == 132;
}

std::string CommunityId(const FlowTuple& tuple, std::uint16_t seed) {
  FlowTuple ordered = tuple;
  bool one_way = false;
  if (tuple.protocol == kIcmp || tuple.protocol == kIcmpV6) {
    const auto answer = AnswerTo(tuple.protocol, tuple.source_port);
    one_way = !answer.has_value();
    if (answer) ordered.destination_port = *answer;
  }
  const bool in_order = std::pair(ordered.source, ordered.source_port) <
                        std::pair(ordered.destination, ordered.destination_port);
  if (!one_way && !in_order) {
    std::swap(ordered.source, ordered.destination);
    std::swap(ordered.source_port, ordered.destination_port);
  }
  std::string bytes;
  bytes.reserve(40);
  AppendBigEndian(seed, &bytes);
  AppendAddress(ordered.source, &bytes);
  AppendAddress(ordered.destination, &bytes);
  bytes.push_back(static_cast<char>(ordered.protocol));
  bytes.push_back('\0');
  if (HasPorts(ordered.protocol)) {
    AppendBigEndian(ordered.source_port, &bytes);
    AppendBigEndian(ordered.destination_port, &bytes);
  }
  return absl::StrCat("1:", absl::Base64Escape(BytesOf(Sha1(bytes))));
}

}  // namespace dims
