// SPDX-License-Identifier: Apache-2.0
#include "common/crypto/sha256.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/escaping.h"

namespace dims {
namespace {

std::string Hex(const Sha256Digest& digest) {
  return absl::BytesToHexString(BytesOf(digest));
}

TEST(Sha256Test, MatchesThePublishedVectors) {
  EXPECT_EQ(Hex(Sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Hex(Sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Hex(Sha256(std::string(1'000'000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256Test, OfPiecesEqualsThatOfTheWhole) {
  Sha256Stream stream;
  stream.Update("a");
  stream.Update("");
  stream.Update("bc");
  EXPECT_EQ(stream.Finish(), Sha256("abc"));
}

TEST(Sha256Test, StreamStartsAnewAfterFinish) {
  Sha256Stream stream;
  stream.Update("something else");
  stream.Finish();
  stream.Update("abc");
  EXPECT_EQ(stream.Finish(), Sha256("abc"));
}

TEST(HmacSha256Test, MatchesRfc4231) {
  EXPECT_EQ(Hex(HmacSha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(Hex(HmacSha256(std::string(131, '\xaa'),
                           "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(HmacSha256Test, AcceptsAnEmptyKeyEachTimeAnew) {
  const Sha256Digest first = HmacSha256({}, "x");
  HmacSha256("key", "x");
  EXPECT_EQ(HmacSha256({}, "x"), first);
}

TEST(ConstantTimeEqualTest, ComparesBytesAndLength) {
  EXPECT_TRUE(ConstantTimeEqual("", ""));
  EXPECT_TRUE(ConstantTimeEqual("secret", "secret"));
  EXPECT_FALSE(ConstantTimeEqual("secret", "secreT"));
  EXPECT_FALSE(ConstantTimeEqual("secret", "secret "));
}

}  // namespace
}  // namespace dims
