// SPDX-License-Identifier: Apache-2.0
#include "agent/enrich/asset_table.h"

#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/fields/text_repair.h"
#include "common/base/csv_rows.h"

namespace dims {
namespace {

constexpr std::size_t kHostBytesMax = 253;

// 00:11:22:33:44:55, 00-11-..., 0011.2233.4455 as 12 small digits.
std::optional<std::string> MacDigits(absl::string_view text) {
  std::string digits;
  if (text.size() != 17 && text.size() != 14) return std::nullopt;
  const std::size_t group = text.size() == 17 ? 2 : 4;
  for (std::size_t n = 0; n < text.size(); ++n) {
    const auto c = static_cast<unsigned char>(text[n]);
    if (n % (group + 1) == group) {
      const bool between = group == 2 ? c == ':' || c == '-' : c == '.';
      if (!between) return std::nullopt;
    } else if (absl::ascii_isxdigit(c)) {
      digits.push_back(absl::ascii_tolower(c));
    } else {
      return std::nullopt;
    }
  }
  return digits;
}

std::string HostKey(absl::string_view host) {
  if (!host.empty() && host.back() == '.') host.remove_suffix(1);
  return absl::AsciiStrToLower(host);
}

bool IsHost(absl::string_view text) {
  return !text.empty() && text.size() <= kHostBytesMax &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' ||
                  c == '_';
         });
}

}  // namespace

void AssetTable::Parse(absl::string_view csv, std::vector<std::string>& findings) {
  assets_.clear();
  blocks_.clear();
  asset_of_block_.clear();
  macs_.clear();
  hosts_.clear();
  CsvRows rows(csv);
  absl::StatusOr<std::vector<std::string>> fields;
  for (bool first = true; rows.Next(fields); first = false) {
    std::string wrong;
    if (assets_.size() == kAssetsMax) {
      findings.push_back(absl::StrCat("line ", rows.line(), ": more than ", kAssetsMax,
                                      " rows; this one and what follows is left out"));
      break;
    }
    if (!fields.ok()) {
      wrong = std::string(fields.status().message());
    } else if (absl::StartsWith((*fields)[0], "#") ||
               (first && fields->size() > 1 && absl::EqualsIgnoreCase((*fields)[1], "name"))) {
      continue;
    } else {
      wrong = TakeRow(*fields);
    }
    if (!wrong.empty()) findings.push_back(absl::StrCat("line ", rows.line(), ": ", wrong));
  }
  ranges_ = AddressRanges(blocks_);
}

// What is wrong with it, or "".
std::string AssetTable::TakeRow(const std::vector<std::string>& fields) {
  const auto part = [&](std::size_t n) {
    return n < fields.size() ? std::string(absl::StripAsciiWhitespace(fields[n])) : std::string();
  };
  Asset asset{part(1), part(2), part(3)};
  if (asset.name.empty()) return "there is no name";
  for (const std::string* const text : {&asset.name, &asset.owner, &asset.role}) {
    if (text->size() > kAssetTextBytesMax) {
      return absl::StrCat("a text is longer than ", kAssetTextBytesMax, " bytes");
    }
    if (!IsPlainText(*text)) return "a text has control characters or is no UTF-8";
  }
  const auto place = static_cast<std::uint32_t>(assets_.size());
  const std::string key = part(0);
  if (const std::optional<Cidr> block = Cidr::Parse(key)) {
    blocks_.push_back(*block);
    asset_of_block_.push_back(place);
  } else if (const std::optional<std::string> mac = MacDigits(key)) {
    macs_[*mac] = place;
  } else if (IsHost(key)) {
    hosts_[HostKey(key)] = place;
  } else {
    return absl::StrCat("\"", key, "\" is no address, block, MAC address or host name");
  }
  assets_.push_back(std::move(asset));
  return "";
}

const Asset* AssetTable::OfAddress(const IpAddress& address) const {
  if (blocks_.empty()) return nullptr;
  const std::uint32_t block = ranges_.Find(address);
  return block == AddressRanges::kNone ? nullptr : &assets_[asset_of_block_[block]];
}

const Asset* AssetTable::OfMac(absl::string_view mac) const {
  if (macs_.empty()) return nullptr;
  const std::optional<std::string> digits = MacDigits(mac);
  if (!digits) return nullptr;
  const auto found = macs_.find(*digits);
  return found == macs_.end() ? nullptr : &assets_[found->second];
}

const Asset* AssetTable::OfHost(absl::string_view host) const {
  if (hosts_.empty()) return nullptr;
  const auto found = hosts_.find(HostKey(host));
  return found == hosts_.end() ? nullptr : &assets_[found->second];
}

}  // namespace dims
