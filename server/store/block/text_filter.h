// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/event/predicate.h"
#include "server/store/block/zstd_codec.h"

namespace dims {

// What a block knows about a text column without reading it: which trigrams occur over [a-z0-9] and
// "any other byte" (exact), and which tokens (a bloom filter of 16 bits a token and 6 probes;
// numbers that fill a range densely as that range).
//
// Builds one. Thread: one.
class TextFilterBuilder {
 public:
  TextFilterBuilder();

  // The trigrams of `text`.
  void AddTrigrams(absl::string_view text);

  // Every token of `text`.
  void AddTokens(absl::string_view text);

  // One token.
  void AddToken(absl::string_view token);

  // The tokens of these numbers as they print without a leading zero.
  void AddNumbers(const std::vector<std::int64_t>& numbers);

  void AppendTo(std::string& out, ZstdCodec& zstd) const;

 private:
  struct Range {
    std::uint64_t first;
    std::uint64_t last;
  };

  std::vector<std::uint64_t> trigrams_;
  absl::flat_hash_set<std::uint64_t> tokens_;
  std::vector<Range> ranges_;
};

// Asks one. "False" is certain: no text of the block matches. Immutable.
class TextFilter {
 public:
  // DataLoss when the bytes are no filter.
  static absl::StatusOr<TextFilter> Parse(absl::string_view bytes, ZstdCodec& zstd);

  // Some text may contain `folded` (ASCII case folded).
  bool MayContain(absl::string_view folded) const;

  bool MayMatch(const Predicate& predicate) const;

 private:
  bool HasTrigrams(absl::string_view folded) const;
  bool MayHoldToken(absl::string_view folded_token) const;

  struct Range {
    std::uint64_t first;
    std::uint64_t last;
  };

  std::vector<std::uint64_t> trigrams_;
  std::vector<std::uint64_t> bloom_;
  std::vector<Range> ranges_;
};

}  // namespace dims
