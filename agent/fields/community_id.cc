// SPDX-License-Identifier: Apache-2.0
#include "agent/fields/community_id.h"

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <utility>

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

// "1:" and the digest in base64.
std::string Written(const Sha1Digest& digest) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  char text[2 + 28] = {'1', ':'};
  char* out = text + 2;
  for (std::size_t at = 0; at < digest.size(); at += 3) {
    const std::uint32_t last = at + 2 < digest.size() ? digest[at + 2] : 0u;
    const std::uint32_t bits =
        std::uint32_t{digest[at]} << 16 | std::uint32_t{digest[at + 1]} << 8 | last;
    for (int shift = 18; shift >= 0; shift -= 6) *out++ = kDigits[bits >> shift & 63];
  }
  text[sizeof(text) - 1] = '=';  // twenty bytes are six threes and two
  return std::string(text, sizeof(text));
}

// The bytes that are hashed, at most 40.
class Bytes {
 public:
  void Add(const IpAddress& address) {
    const std::size_t skip = address.IsV4() ? 12 : 0;
    std::memcpy(bytes_ + size_, address.bytes().data() + skip, 16 - skip);
    size_ += 16 - skip;
  }

  void Add(std::uint16_t value) {
    Add(static_cast<std::uint8_t>(value >> 8));
    Add(static_cast<std::uint8_t>(value & 0xff));
  }

  void Add(std::uint8_t value) { bytes_[size_++] = static_cast<char>(value); }

  absl::string_view text() const { return {bytes_, size_}; }

 private:
  char bytes_[2 + 2 * 16 + 2 + 2 * 2];
  std::size_t size_ = 0;
};

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
  Bytes bytes;
  bytes.Add(seed);
  bytes.Add(ordered.source);
  bytes.Add(ordered.destination);
  bytes.Add(ordered.protocol);
  bytes.Add(std::uint8_t{0});
  if (HasPorts(ordered.protocol)) {
    bytes.Add(ordered.source_port);
    bytes.Add(ordered.destination_port);
  }
  return Written(Sha1(bytes.text()));
}

}  // namespace dims
