// SPDX-License-Identifier: Apache-2.0
#include "tests/support/random_predicate.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/support/random_batch.h"

namespace dims {
namespace {

// A piece of a value, in any case, or something of another type that may meet one.
std::string RandomText(SeededRandom& random) {
  static constexpr absl::string_view kTexts[] = {"2026-11-30",
                                                 "2026-11-30T04:00",
                                                 "2026-11-30T04:00:00Z",
                                                 "2026-12-01T00:00:00.5Z",
                                                 "22.0",
                                                 "1e3",
                                                 "9223372036854775807",
                                                 "-0.5",
                                                 "false",
                                                 "TRUE",
                                                 "198.51.100.0",
                                                 "::1",
                                                 "3.25",
                                                 "a",
                                                 "e"};
  if (random.OneIn(4)) return std::string(kTexts[random.Below(std::size(kTexts))]);
  if (random.OneIn(4)) return absl::StrCat(RandomInteger(random));
  if (random.OneIn(6)) return RandomAddress(random).ToString();
  std::string text = RandomValue(random);
  if (!text.empty() && random.OneIn(2)) {
    text = text.substr(random.Below(text.size()), 1 + random.Below(6));
  }
  if (random.OneIn(3)) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  }
  return text;
}

std::string RandomPattern(SeededRandom& random) {
  std::string pattern;
  // Whole ASCII only: half a character has no meaning in a pattern.
  for (const char c : RandomText(random)) {
    if (static_cast<unsigned char>(c) < 0x80) pattern += c;
  }
  for (std::uint64_t i = 1 + random.Below(3); i > 0; --i) {
    const std::size_t at = random.Below(pattern.size() + 1);
    if (random.OneIn(2)) {
      pattern.insert(at, 1, random.OneIn(3) ? '?' : '*');
    } else if (at < pattern.size()) {
      pattern[at] = random.OneIn(3) ? '*' : '?';
    }
  }
  return pattern;
}

Predicate RandomRegex(SeededRandom& random) {
  static constexpr absl::string_view kPatterns[] = {
      "pass(word|phrase)", "^198\\.51", "\\d+$",       "[a-c]+x?",     "fail.*root", "ro{1,2}t",
      "(?i)ACCEPT",        "a{2}",      "\\[31m",      "port \\d\\d$", "root|admin", "x*",
      "\\bfor\\b",         "[]a]",      "caf\xc3\xa9", "ab?c",         "user{",      "^$"};
  const absl::string_view pattern = kPatterns[random.Below(std::size(kPatterns))];
  return *Predicate::Regex(pattern, random.OneIn(2));
}

std::optional<std::string> RandomBound(SeededRandom& random) {
  if (random.OneIn(5)) return std::nullopt;
  return RandomText(random);
}

}  // namespace

Predicate RandomPredicate(SeededRandom& random) {
  switch (random.Below(9)) {
    case 0:
      return Predicate::Exists();
    case 1:
      return Predicate::Contains(RandomText(random));
    case 2:
      return Predicate::Wildcard(RandomPattern(random));
    case 3:
      return Predicate::Equals(random.OneIn(2) ? RandomValue(random) : RandomText(random));
    case 4:
      return Predicate::Compare(static_cast<Comparison>(random.Below(4)), RandomText(random));
    case 5: {
      std::optional<std::string> low = RandomBound(random);
      return Predicate::Range(std::move(low), RandomBound(random));
    }
    case 6:
      return Predicate::InCidr(*Cidr::Parse(
          absl::StrCat(random.OneIn(4) ? "2001:db8::" : "198.51.100.0", "/", random.Below(33))));
    case 7:
      return RandomRegex(random);
    default:
      return Predicate::OneOf({RandomText(random), RandomValue(random), RandomValue(random)});
  }
}

}  // namespace dims
