// SPDX-License-Identifier: Apache-2.0
#include "common/privacy/text_redactor.h"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/event/event_batch.h"
#include "common/privacy/address_scan.h"
#include "common/privacy/escaped_text.h"

namespace dims {
namespace {

constexpr std::size_t kCommunityIdBytes = 30;  // "1:" and 20 bytes in base64

// What a redacted text may have more than twice its bytes: many short secrets must not make a batch
// that is above its limits.
constexpr std::size_t kGrowthBytes = 256;

// Not inside a character of UTF-8.
void CutTo(std::size_t bytes_max, std::string& text) {
  if (text.size() <= bytes_max) return;
  while (bytes_max > 0 && (static_cast<unsigned char>(text[bytes_max]) & 0xc0) == 0x80) --bytes_max;
  text.resize(bytes_max);
}

bool IsWord(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool IsOfName(char c) {
  return IsWord(c) || c == '-';
}

bool IsBase64(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '+' || c == '/';
}

// 12 hexadecimal digits in pairs: "" when `text` is no MAC address.
std::string MacDigits(absl::string_view text) {
  const std::string digits = absl::StrReplaceAll(text, {{":", ""}, {"-", ""}, {".", ""}});
  const bool all_hex = std::all_of(digits.begin(), digits.end(), [](char c) {
    return absl::ascii_isxdigit(static_cast<unsigned char>(c));
  });
  return all_hex && digits.size() == 12 && text.size() > 12 ? digits : "";
}

std::string Grouped(absl::string_view digits, std::size_t size, absl::string_view separator) {
  std::string out;
  for (std::size_t at = 0; at < digits.size(); at += size) {
    absl::StrAppend(&out, at == 0 ? "" : separator, digits.substr(at, size));
  }
  return out;
}

}  // namespace

void RowSecrets::Add(absl::string_view value, const Replacement& with) {
  if (std::none_of(value.begin(), value.end(), IsWord)) return;
  const std::string folded = absl::AsciiStrToLower(value);
  const auto known = std::find_if(texts.begin(), texts.end(),
                                  [&](const Text& text) { return text.folded == folded; });
  if (known != texts.end()) return;
  if (const auto address = IpAddress::Parse(value)) Add(*address, with);
  const std::string replacement = with.OfText(value);
  if (const std::string digits = MacDigits(folded); !digits.empty()) {
    texts.push_back({Grouped(digits, 2, ":"), replacement});
    texts.push_back({Grouped(digits, 2, "-"), replacement});
    texts.push_back({Grouped(digits, 4, "."), replacement});
    texts.push_back({digits, replacement});
    return;
  }
  texts.push_back({folded, replacement});
}

void RowSecrets::Add(const IpAddress& value, const Replacement& with) {
  for (const Address& known : addresses) {
    if (known.address == value) return;
  }
  addresses.push_back({value, with.OfAddress(value)});
}

// [begin, end) of the source text.
struct TextRedactor::Range {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string replacement;
};

// Where the secrets lie in one text, over all levels of its escapes.
class TextRedactor::Search {
 public:
  Search(const TextRedactor& redactor, const RowSecrets& secrets)
      : redactor_(redactor), secrets_(secrets) {}

  void Look(absl::string_view source) {
    LookAt(source, nullptr);
    std::optional<PlainView> view = UndoEscapes(source);
    for (int level = 1; view && level <= kEscapeLevels; ++level) {
      LookAt(view->text, &*view);
      std::optional<PlainView> inner = UndoEscapes(view->text);
      if (inner) Compose(*view, *inner);
      view = std::move(inner);
    }
  }

  // Ascending; what overlaps is one, under the name of its first part.
  std::vector<Range> Take() {
    std::stable_sort(ranges_.begin(), ranges_.end(), [](const Range& a, const Range& b) {
      return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
    });
    std::vector<Range> out;
    for (Range& range : ranges_) {
      if (!out.empty() && range.begin < out.back().end) {
        out.back().end = std::max(out.back().end, range.end);
      } else {
        out.push_back(std::move(range));
      }
    }
    return out;
  }

 private:
  void LookAt(absl::string_view text, const PlainView* view) {
    view_ = view;
    const std::string folded = absl::AsciiStrToLower(text);
    LookForAddresses(text);
    for (const RowSecrets::Text& secret : secrets_.texts) LookForText(folded, secret);
    for (const Name& name : redactor_.names_) LookForName(folded, name);
    if (secrets_.community_ids) LookForCommunityIds(text);
  }

  void Add(std::size_t begin, std::size_t end, std::string replacement) {
    if (view_ != nullptr) {
      begin = view_->begins[begin];
      end = view_->ends[end - 1];
    }
    ranges_.push_back({begin, end, std::move(replacement)});
  }

  const RowSecrets::Address* OfRow(const IpAddress& address) const {
    for (const RowSecrets::Address& secret : secrets_.addresses) {
      if (secret.address == address) return &secret;
    }
    return nullptr;
  }

  void LookForAddresses(absl::string_view text) {
    if (redactor_.networks_.empty() && secrets_.addresses.empty()) return;
    std::vector<FoundAddress> found;
    FindAddresses(
        text,
        [&](const IpAddress& address) {
          return OfRow(address) != nullptr || redactor_.Find(address) != nullptr;
        },
        found);
    for (const FoundAddress& place : found) {
      const RowSecrets::Address* const own = OfRow(place.address);
      Add(place.begin, place.end,
          own != nullptr ? own->replacement
                         : redactor_.Find(place.address)->OfAddress(place.address));
    }
  }

  void LookForText(absl::string_view folded, const RowSecrets::Text& secret) {
    const std::size_t size = secret.folded.size();
    const bool word = size < kAnywhereBytesMin;
    for (std::size_t at = folded.find(secret.folded); at != folded.npos;
         at = folded.find(secret.folded, at + 1)) {
      const bool inside = (at > 0 && IsWord(folded[at - 1])) ||
                          (at + size < folded.size() && IsWord(folded[at + size]));
      if (!word || !inside) Add(at, at + size, secret.replacement);
    }
  }

  void LookForName(absl::string_view folded, const Name& name) {
    const std::size_t size = name.folded.size();
    for (std::size_t at = folded.find(name.folded); at != folded.npos;
         at = folded.find(name.folded, at + 1)) {
      const std::size_t end = at + size;
      if (end < folded.size() && IsOfName(folded[end])) continue;
      std::size_t begin = at;
      if (name.suffix) {
        while (begin > 0 && (IsOfName(folded[begin - 1]) || folded[begin - 1] == '.')) --begin;
        if (begin == at) continue;
      } else if (begin > 0 && IsOfName(folded[begin - 1])) {
        continue;
      }
      Add(begin, end, name.with.OfText(folded.substr(begin, end - begin)));
    }
  }

  void LookForCommunityIds(absl::string_view text) {
    for (std::size_t at = text.find("1:"); at != text.npos; at = text.find("1:", at + 1)) {
      const absl::string_view id = text.substr(at, kCommunityIdBytes);
      if (id.size() < kCommunityIdBytes || id.back() != '=') continue;
      const absl::string_view hash = id.substr(2, kCommunityIdBytes - 3);
      if (std::all_of(hash.begin(), hash.end(), IsBase64)) {
        Add(at, at + kCommunityIdBytes, "[redacted]");
      }
    }
  }

  const TextRedactor& redactor_;
  const RowSecrets& secrets_;
  const PlainView* view_ = nullptr;
  std::vector<Range> ranges_;
};

void TextRedactor::AddNetworks(std::vector<Cidr> networks, Replacement with) {
  networks_.push_back({std::move(networks), std::move(with)});
}

void TextRedactor::AddNames(const std::vector<std::string>& names, Replacement with) {
  for (const std::string& name : names) {
    const bool suffix = absl::StartsWith(name, "*.");
    names_.push_back({absl::AsciiStrToLower(suffix ? name.substr(1) : name), suffix, with});
  }
}

const Replacement* TextRedactor::Find(const IpAddress& address) const {
  for (const Networks& networks : networks_) {
    for (const Cidr& block : networks.blocks) {
      if (block.Contains(address)) return &networks.with;
    }
  }
  return nullptr;
}

bool TextRedactor::Redact(absl::string_view text, const RowSecrets& secrets,
                          std::string* out) const {
  if (text.empty() || (empty() && secrets.empty())) return false;
  Search search(*this, secrets);
  search.Look(text);
  const std::vector<Range> ranges = search.Take();
  if (ranges.empty()) return false;
  std::string redacted;
  std::size_t at = 0;
  for (const Range& range : ranges) {
    absl::StrAppend(&redacted, text.substr(at, range.begin - at), range.replacement);
    at = range.end;
  }
  absl::StrAppend(&redacted, text.substr(at));
  CutTo(std::min(kValueBytesMax, text.size() * 2 + kGrowthBytes), redacted);
  *out = std::move(redacted);
  return true;
}

}  // namespace dims
