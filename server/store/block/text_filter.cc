// SPDX-License-Identifier: Apache-2.0
#include "server/store/block/text_filter.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "common/base/status_macros.h"
#include "server/store/block/text_token.h"
#include "server/store/block/value_codec.h"

namespace dims {
namespace {

// Part of the format.
constexpr std::size_t kSymbols = 37;  // a-z, 0-9, anything else
constexpr std::size_t kTrigrams = kSymbols * kSymbols * kSymbols;
constexpr std::size_t kTrigramWords = (kTrigrams + 63) / 64;
constexpr std::size_t kBloomBitsPerToken = 16;
constexpr int kProbes = 6;
constexpr std::uint64_t kDenseFactor = 8;  // a range is kept when it is so many times its numbers
constexpr std::size_t kRangesMax = 4096;

constexpr std::size_t kTokensPerBlockMax = 1u << 22;
constexpr std::size_t kTokenBytesHashed = 256;  // of longer tokens only the beginning counts
constexpr int kFilterZstdLevel = 1;

constexpr auto kSymbolOf = [] {
  std::array<std::uint8_t, 256> symbols{};
  for (std::size_t byte = 0; byte < 256; ++byte) {
    symbols[byte] = 36;
    if (byte >= 'a' && byte <= 'z') symbols[byte] = static_cast<std::uint8_t>(byte - 'a');
    if (byte >= 'A' && byte <= 'Z') symbols[byte] = static_cast<std::uint8_t>(byte - 'A');
    if (byte >= '0' && byte <= '9') symbols[byte] = static_cast<std::uint8_t>(byte - '0' + 26);
  }
  return symbols;
}();

std::size_t SymbolAt(absl::string_view text, std::size_t at) {
  return kSymbolOf[static_cast<std::uint8_t>(text[at])];
}

std::size_t TrigramAt(absl::string_view text, std::size_t at) {
  return (SymbolAt(text, at) * kSymbols + SymbolAt(text, at + 1)) * kSymbols +
         SymbolAt(text, at + 2);
}

std::uint64_t HashOf(absl::string_view token) {
  char folded[kTokenBytesHashed];
  const std::size_t size = std::min(token.size(), kTokenBytesHashed);
  for (std::size_t i = 0; i < size; ++i) folded[i] = FoldByte(token[i]);
  return XXH3_64bits(folded, size);
}

// Calls probe(word, bit) for each of a token's places. A template for the inner loop.
template <typename Probe>
void ForEachProbe(std::uint64_t hash, std::size_t words_count, Probe&& probe) {
  const std::uint64_t bits = words_count * 64;
  std::uint64_t position = hash;
  const std::uint64_t step = (hash >> 32) | 1;
  for (int i = 0; i < kProbes; ++i) {
    const std::uint64_t bit = position % bits;
    probe(bit / 64, std::uint64_t{1} << (bit % 64));
    position = position * 0x9e3779b97f4a7c15u + step;
    position ^= position >> 29;
  }
}

absl::string_view WordBytes(const std::vector<std::uint64_t>& words) {
  return {reinterpret_cast<const char*>(words.data()), words.size() * 8};
}

bool ReadWords(ByteReader& in, std::size_t words_max, std::vector<std::uint64_t>& out,
               ZstdCodec& zstd) {
  std::string bytes;
  if (!ReadBytes(in, bytes, zstd) || bytes.size() % 8 != 0 || bytes.size() / 8 > words_max) {
    return false;
  }
  out.resize(bytes.size() / 8);
  if (!bytes.empty()) std::memcpy(out.data(), bytes.data(), bytes.size());
  return true;
}

// True, with the number, for a number below 10^18 as it prints.
bool IsPlainNumber(absl::string_view token, std::uint64_t& number) {
  if (token.empty() || token.size() > 18 || (token.size() > 1 && token[0] == '0')) return false;
  if (!std::all_of(token.begin(), token.end(), IsDigit)) return false;
  return std::from_chars(token.data(), token.data() + token.size(), number).ec == std::errc();
}

}  // namespace

TextFilterBuilder::TextFilterBuilder() : trigrams_(kTrigramWords) {}

void TextFilterBuilder::AddTrigrams(absl::string_view text) {
  if (text.size() < 3) return;
  std::size_t first = SymbolAt(text, 0);
  std::size_t second = SymbolAt(text, 1);
  for (std::size_t at = 2; at < text.size(); ++at) {
    const std::size_t third = SymbolAt(text, at);
    const std::size_t trigram = (first * kSymbols + second) * kSymbols + third;
    trigrams_[trigram / 64] |= std::uint64_t{1} << (trigram % 64);
    first = second;
    second = third;
  }
}

void TextFilterBuilder::AddTokens(absl::string_view text) {
  ForEachToken(text, [this](absl::string_view token) { AddToken(token); });
}

void TextFilterBuilder::AddToken(absl::string_view token) {
  tokens_.insert(HashOf(token));
}

void TextFilterBuilder::AddNumbers(const std::vector<std::int64_t>& numbers) {
  if (numbers.empty()) return;
  const auto [min, max] = std::minmax_element(numbers.begin(), numbers.end());
  const auto distance = static_cast<std::uint64_t>(*max) - static_cast<std::uint64_t>(*min);
  const bool dense = *min >= 0 && distance / kDenseFactor < numbers.size();
  if (dense && ranges_.size() < kRangesMax) {
    ranges_.push_back({static_cast<std::uint64_t>(*min), static_cast<std::uint64_t>(*max)});
    return;
  }
  for (const std::int64_t number : numbers) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof(digits), number);
    AddTokens(absl::string_view(digits, static_cast<std::size_t>(end.ptr - digits)));
  }
}

void TextFilterBuilder::AppendTo(std::string& out, ZstdCodec& zstd) const {
  AppendBytes(out, WordBytes(trigrams_), kFilterZstdLevel, zstd);
  AppendVarint(out, ranges_.size());
  for (const Range& range : ranges_) {
    AppendVarint(out, range.first);
    AppendVarint(out, range.last - range.first);
  }
  std::vector<std::uint64_t> bloom((tokens_.size() * kBloomBitsPerToken + 63) / 64);
  for (const std::uint64_t token : tokens_) {
    ForEachProbe(token, bloom.size(),
                 [&](std::size_t word, std::uint64_t bit) { bloom[word] |= bit; });
  }
  AppendBytes(out, WordBytes(bloom), kFilterZstdLevel, zstd);
}

absl::StatusOr<TextFilter> TextFilter::Parse(absl::string_view bytes, ZstdCodec& zstd) {
  ByteReader in(bytes);
  TextFilter filter;
  const bool has_trigrams = ReadWords(in, kTrigramWords, filter.trigrams_, zstd) &&
                            filter.trigrams_.size() == kTrigramWords;
  const std::uint64_t ranges_count = in.Varint();
  if (!has_trigrams || !in.ok() || ranges_count > kRangesMax) {
    return absl::DataLossError("text filter: no trigram bitmap");
  }
  for (std::uint64_t i = 0; i < ranges_count; ++i) {
    const std::uint64_t first = in.Varint();
    filter.ranges_.push_back({first, first + in.Varint()});
  }
  constexpr std::size_t kBloomWordsMax = kTokensPerBlockMax * kBloomBitsPerToken / 64;
  if (!ReadWords(in, kBloomWordsMax, filter.bloom_, zstd) || !in.AtEnd()) {
    return absl::DataLossError("text filter: no bloom filter");
  }
  return filter;
}

bool TextFilter::MayContain(absl::string_view folded) const {
  if (!HasTrigrams(folded)) return false;
  // A token with something else on both sides stands in the text as it stands here.
  for (TokenRun run = NextTokenRun(folded, 0); run.begin < folded.size();
       run = NextTokenRun(folded, run.end)) {
    if (run.begin == 0 || run.end == folded.size() || run.token_begin == run.token_end) continue;
    const absl::string_view token = folded.substr(run.token_begin, run.token_end - run.token_begin);
    if (!MayHoldToken(token)) return false;
  }
  return true;
}

bool TextFilter::MayMatch(const Predicate& predicate) const {
  if (predicate.kind() == PredicateKind::kContains) return MayContain(predicate.folded());
  if (predicate.kind() == PredicateKind::kEquals) {
    if (!HasTrigrams(predicate.folded())) return false;
    bool may = true;
    ForEachToken(predicate.folded(),
                 [&](absl::string_view token) { may = may && MayHoldToken(token); });
    return may;
  }
  return std::all_of(predicate.required_literals().begin(), predicate.required_literals().end(),
                     [this](const std::string& literal) { return MayContain(literal); });
}

bool TextFilter::HasTrigrams(absl::string_view folded) const {
  for (std::size_t at = 0; at + 3 <= folded.size(); ++at) {
    const std::size_t trigram = TrigramAt(folded, at);
    if ((trigrams_[trigram / 64] >> (trigram % 64) & 1) == 0) return false;
  }
  return true;
}

bool TextFilter::MayHoldToken(absl::string_view folded_token) const {
  std::uint64_t number = 0;
  if (IsPlainNumber(folded_token, number)) {
    for (const Range& range : ranges_) {
      if (number >= range.first && number <= range.last) return true;
    }
  }
  if (bloom_.empty()) return false;
  bool may = true;
  ForEachProbe(HashOf(folded_token), bloom_.size(), [&](std::size_t word, std::uint64_t bit) {
    may = may && (bloom_[word] & bit) != 0;
  });
  return may;
}

}  // namespace dims
