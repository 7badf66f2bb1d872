// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/byte_signs.h"

#include <gtest/gtest.h>

#include <string>

#include "agent/formats/text_format.h"

namespace dims {
namespace {

ByteSigns OneByOne(absl::string_view text) {
  ByteSigns signs = 0;
  for (std::size_t n = 0; n < kSignBytes.size(); ++n) {
    if (text.find(kSignBytes[n]) != text.npos) signs |= ByteSigns{1} << n;
  }
  return signs;
}

TEST(ByteSignsTest, AreFoundAtEveryPlaceOfTextsOfEveryLength) {
  for (const char sign : kSignBytes) {
    for (std::size_t length = 1; length <= 70; ++length) {
      for (std::size_t at = 0; at < length; ++at) {
        std::string text(length, 'x');
        text[at] = sign;
        ASSERT_EQ(FindByteSigns(text), OneByOne(text)) << text;
      }
    }
  }
}

TEST(ByteSignsTest, AreNoneInATextOfOtherBytes) {
  std::string others;
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    if (kSignBytes.find(c) == kSignBytes.npos) others.push_back(c);
  }
  EXPECT_EQ(FindByteSigns(others), 0U);
  EXPECT_EQ(FindByteSigns(""), 0U);
}

TEST(ByteSignsTest, OfAFormatAreFoundInItsLines) {
  const TextFormat* asa = FindTextFormat("cisco.asa");
  ASSERT_NE(asa, nullptr);
  EXPECT_EQ(asa->signs, SignsFor("%"));
  const absl::string_view line = "%ASA-6-302014: Teardown TCP connection 1 for a:192.0.2.1/1";
  EXPECT_EQ(FindByteSigns(line) & asa->signs, asa->signs);
  EXPECT_EQ(RecognizeText({.text = line, .app = "", .tagged = line, .origin = ""}), asa);
}

}  // namespace
}  // namespace dims
