// SPDX-License-Identifier: Apache-2.0
#include "common/crypto/join_token.h"

#include <algorithm>
#include <initializer_list>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/base/check.h"
#include "common/base/status_macros.h"
#include "common/crypto/principal.h"

namespace dims {
namespace {

constexpr absl::string_view kPrefix = "dims1-";
constexpr std::size_t kChecksumBytes = 4;
constexpr std::size_t kTextBytesMax = 255;
constexpr absl::string_view kCopyAgain = "copy it again, in one piece from dims1- to its end";

std::string ChecksumOf(absl::string_view body) {
  const Sha256Digest digest = Sha256(absl::StrCat(kPrefix, body));
  return std::string(BytesOf(digest).substr(0, kChecksumBytes));
}

// Reads the body front to back; once something is missing, everything after is empty and `ok` is
// false.
class BodyReader {
 public:
  explicit BodyReader(absl::string_view body) : rest_(body) {}

  absl::string_view Take(std::size_t bytes) {
    if (bytes > rest_.size()) ok_ = false;
    if (!ok_) return {};
    const absl::string_view taken = rest_.substr(0, bytes);
    rest_.remove_prefix(bytes);
    return taken;
  }

  std::string TakeText() {
    const absl::string_view length = Take(1);
    return std::string(length.empty() ? "" : Take(static_cast<std::uint8_t>(length[0])));
  }

  bool AtEnd() const { return ok_ && rest_.empty(); }

 private:
  absl::string_view rest_;
  bool ok_ = true;
};

absl::StatusOr<std::string> CheckedBody(absl::string_view text) {
  std::string compact;
  for (const char c : text) {
    if (!absl::ascii_isspace(static_cast<unsigned char>(c))) compact.push_back(c);
  }
  absl::string_view encoded = compact;
  if (!absl::ConsumePrefix(&encoded, kPrefix)) {
    return absl::InvalidArgumentError(
        absl::StrCat("this is not a join token: one starts with \"", kPrefix, "\""));
  }
  std::string body;
  if (!absl::WebSafeBase64Unescape(encoded, &body) || body.size() <= kChecksumBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("the join token is damaged or cut short: ", kCopyAgain));
  }
  const std::string checksum = body.substr(body.size() - kChecksumBytes);
  body.resize(body.size() - kChecksumBytes);
  if (checksum != ChecksumOf(body)) {
    return absl::InvalidArgumentError(
        absl::StrCat("the join token is damaged (its checksum does not match): ", kCopyAgain));
  }
  return body;
}

absl::StatusOr<JoinToken> TokenOf(absl::string_view body) {
  JoinToken token;
  BodyReader reader(body);
  const absl::string_view kind = reader.Take(1);
  token.secret = std::string(reader.Take(kJoinSecretBytes));
  const absl::string_view fingerprint = reader.Take(kSha256Bytes);
  std::copy(fingerprint.begin(), fingerprint.end(), token.ca_fingerprint.begin());
  token.server_address = reader.TakeText();
  token.join_address = reader.TakeText();
  token.site = reader.TakeText();
  const bool agent = kind == absl::string_view("\x01");
  const bool user = kind == absl::string_view("\x02");
  if (!reader.AtEnd() || token.server_address.empty() || token.join_address.empty() ||
      !((agent && IsSlug(token.site)) || (user && token.site.empty()))) {
    return absl::InvalidArgumentError(
        "the join token was made by a version of dims-server that this program does not "
        "understand: "
        "update this program");
  }
  token.kind = agent ? JoinToken::Kind::kAgent : JoinToken::Kind::kUser;
  return token;
}

}  // namespace

std::string JoinToken::Encode() const {
  DIMS_CHECK(secret.size() == kJoinSecretBytes);
  std::string body(1, static_cast<char>(kind));
  absl::StrAppend(&body, secret, BytesOf(ca_fingerprint));
  for (const std::string* text : {&server_address, &join_address, &site}) {
    DIMS_CHECK(text->size() <= kTextBytesMax);
    body.push_back(static_cast<char>(text->size()));
    body.append(*text);
  }
  return absl::StrCat(kPrefix, absl::WebSafeBase64Escape(absl::StrCat(body, ChecksumOf(body))));
}

absl::StatusOr<JoinToken> JoinToken::Parse(absl::string_view text) {
  if (text.size() > kJoinTokenTextBytesMax) {
    return absl::InvalidArgumentError("this is not a join token: it is far too long");
  }
  ASSIGN_OR_RETURN(const std::string body, CheckedBody(text));
  return TokenOf(body);
}

}  // namespace dims
