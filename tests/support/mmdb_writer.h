// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/base/check.h"
#include "common/event/ip_address.h"

namespace dims {

// A small MaxMind DB as bytes:
//
//   MmdbWriter db;
//   db.Add("192.0.2.0/24", MmdbWriter::Map({{"country", MmdbWriter::Text("AU")}}));
//   std::string bytes = db.File("test-country");
//
// Blocks must not lie in one another.
class MmdbWriter {
 public:
  static std::string Text(absl::string_view text) {
    return Head(2, text.size()) + std::string(text);
  }

  static std::string Number(std::uint64_t value) {
    std::string bytes;
    for (; value > 0; value >>= 8) bytes.insert(bytes.begin(), static_cast<char>(value));
    return Head(bytes.size() <= 4 ? 6 : 9, bytes.size()) + bytes;
  }

  static std::string Real(double value) {
    std::string bytes;
    for (int n = 7; n >= 0; --n) {
      bytes.push_back(static_cast<char>(std::bit_cast<std::uint64_t>(value) >> (8 * n)));
    }
    return Head(3, 8) + bytes;
  }

  static std::string Map(const std::vector<std::pair<std::string, std::string>>& members) {
    std::string out = Head(7, members.size());
    for (const auto& [name, value] : members) out += Text(name) + value;
    return out;
  }

  static std::string Array(const std::vector<std::string>& elements) {
    std::string out = Head(11, elements.size());
    for (const std::string& element : elements) out += element;
    return out;
  }

  void Add(absl::string_view block, const std::string& value) {
    const auto cidr = Cidr::Parse(block);
    DIMS_CHECK(cidr.has_value());
    auto bytes = cidr->first().bytes();
    if (cidr->first().IsV4()) bytes[10] = bytes[11] = 0;  // where databases have IPv4
    std::size_t node = 0;
    for (int bit = 0; bit < cidr->prefix_bits(); ++bit) {
      const auto place = static_cast<std::size_t>(bit);
      const bool right = (bytes[place / 8] >> (7 - place % 8) & 1) != 0;
      std::int64_t& next = tree_[node][right ? 1 : 0];
      if (bit + 1 == cidr->prefix_bits()) {
        next = -2 - static_cast<std::int64_t>(records_.size());
      } else {
        const auto child = next >= 0 ? static_cast<std::size_t>(next) : tree_.size();
        next = static_cast<std::int64_t>(child);
        if (child == tree_.size()) tree_.push_back({kNone, kNone});
        node = child;
      }
    }
    records_ += value;
  }

  // Records of 24 bits.
  std::string File(absl::string_view type, std::uint64_t build_seconds = 1'780'000'000) const {
    std::string out;
    for (const auto& node : tree_) {
      for (const std::int64_t side : node) AppendRecord(side, out);
    }
    out += std::string(16, '\0') + records_ + "\xab\xcd\xefMaxMind.com";
    return out + Map({{"node_count", Number(tree_.size())},
                      {"record_size", Head(5, 1) + std::string(1, 24)},
                      {"ip_version", Head(5, 1) + std::string(1, 6)},
                      {"database_type", Text(type)},
                      {"languages", Array({Text("en")})},
                      {"binary_format_major_version", Head(5, 1) + std::string(1, 2)},
                      {"binary_format_minor_version", Head(5, 0)},
                      {"build_epoch", Wide(build_seconds)},
                      {"description", Map({{"en", Text("for tests")}})}});
  }

 private:
  static constexpr std::int64_t kNone = -1;

  static std::string Head(unsigned type, std::size_t size) {
    DIMS_CHECK(size < 285);
    const auto small = static_cast<char>(size < 29 ? size : 29);
    std::string out =
        type > 7 ? std::string{small, static_cast<char>(type - 7)}
                 : std::string(1, static_cast<char>(type << 5 | static_cast<unsigned>(small)));
    if (size >= 29) out.push_back(static_cast<char>(size - 29));
    return out;
  }

  static std::string Wide(std::uint64_t value) {  // build_epoch is of 64 bits
    std::string bytes;
    for (int n = 7; n >= 0; --n) bytes.push_back(static_cast<char>(value >> (8 * n)));
    return Head(9, 8) + bytes;
  }

  void AppendRecord(std::int64_t side, std::string& out) const {
    const auto count = static_cast<std::int64_t>(tree_.size());
    const std::int64_t value = side >= 0 ? side : side == kNone ? count : count + 16 - side - 2;
    for (const int shift : {16, 8, 0}) out.push_back(static_cast<char>(value >> shift));
  }

  std::vector<std::array<std::int64_t, 2>> tree_ = {{kNone, kNone}};
  std::string records_;
};

}  // namespace dims
