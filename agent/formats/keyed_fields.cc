// SPDX-License-Identifier: Apache-2.0
#include "agent/formats/keyed_fields.h"

#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "agent/fields/text_cursor.h"
#include "agent/fields/time_value.h"

namespace dims {
namespace {

constexpr std::size_t kLabelKeywordBytesMax = 256;  // above: text, as FieldWriter does
constexpr std::int64_t kSecondNanos = 1'000'000'000;
constexpr std::int64_t kMillisNanos = 1'000'000;

bool SetDuration(absl::string_view value, std::int64_t unit_ns, EventRow& row) {
  const auto count = ParseDigits(value);
  if (!count || *count > INT64_MAX / unit_ns) return false;
  row.Integer(Field::kEventDuration, *count * unit_ns);
  return true;
}

bool SetPort(absl::string_view value, bool source, EventRow& row) {
  const auto port = ParseDigits(value);
  if (!port || *port > 65535) return false;
  source ? row.SourcePort(*port) : row.DestinationPort(*port);
  return true;
}

bool SetEnd(absl::string_view value, bool source, EventRow& row) {
  source ? row.Source(value) : row.Destination(value);
  return row.Has(source ? Field::kSourceIp : Field::kDestinationIp) ||
         row.Has(source ? Field::kSourceDomain : Field::kDestinationDomain);
}

bool IsOneWord(absl::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    return c == ' ' || c == '"' || c == '/' || c == '<' || c == '\\';
  });
}

// "user@fw1.example:8443" as the name alone.
absl::string_view HostOf(absl::string_view authority) {
  if (const auto at = authority.rfind('@'); at != authority.npos) authority.remove_prefix(at + 1);
  if (!authority.empty() && authority.front() == '[') {
    const std::size_t end = FindByte(authority, ']');
    return end == authority.npos ? absl::string_view() : authority.substr(1, end - 1);
  }
  return authority.substr(0, FindByte(authority, ':'));
}

}  // namespace

void KeyedFields::Set(absl::string_view key, absl::string_view value) {
  if (value.empty()) return;
  pair_ = &memory_.pairs.After(*pair_, key);
  if (pair_->rule == nullptr || !Apply(*pair_->rule, value)) PutLabel(*pair_, value);
}

bool KeyedFields::Apply(const KeyRule& rule, absl::string_view value) {
  switch (rule.role) {
    case KeyRole::kSlot:
      if (!slots_[rule.slot].empty()) return false;
      slots_[rule.slot] = value;
      return true;
    case KeyRole::kDrop:
      return true;
    case KeyRole::kSourceEnd:
      return !row_.Has(Field::kSourceIp) && SetEnd(value, true, row_);
    case KeyRole::kTargetEnd:
      return !row_.Has(Field::kDestinationIp) && SetEnd(value, false, row_);
    case KeyRole::kSourcePort:
      return !row_.Has(Field::kSourcePort) && SetPort(value, true, row_);
    case KeyRole::kTargetPort:
      return !row_.Has(Field::kDestinationPort) && SetPort(value, false, row_);
    case KeyRole::kTransport:
      if (row_.Has(Field::kNetworkTransport)) return false;
      row_.Transport(value);
      return row_.Has(Field::kNetworkTransport);
    case KeyRole::kSeconds:
      return !row_.Has(Field::kEventDuration) && SetDuration(value, kSecondNanos, row_);
    case KeyRole::kMillis:
      return !row_.Has(Field::kEventDuration) && SetDuration(value, kMillisNanos, row_);
    case KeyRole::kUrl:
      if (row_.Has(Field::kUrlOriginal)) return false;
      SetUrl(value, {}, row_);
      return true;
    default:
      return !row_.Has(rule.field) && SetFree(rule, value);
  }
}

bool KeyedFields::SetFree(const KeyRule& rule, absl::string_view value) {
  switch (rule.role) {
    case KeyRole::kLowerKeyword:
      row_.Keyword(rule.field, absl::AsciiStrToLower(value));
      return true;
    case KeyRole::kInteger: {
      std::int64_t number = 0;
      if (const auto digits = ParseDigits(value)) {
        number = *digits;
      } else if (!absl::SimpleAtoi(value, &number)) {
        return false;
      }
      row_.Integer(rule.field, number);
      return true;
    }
    case KeyRole::kAddress: {
      const auto address = IpAddress::Parse(value);
      if (address) row_.Address(rule.field, *address);
      return address.has_value();
    }
    case KeyRole::kUser:
      row_.User(rule.field, value);
      return true;
    case KeyRole::kHost:
      row_.Keyword(rule.field, value);
      row_.builder().AddKeyword(Field::kRelatedHosts, value);
      return true;
    case KeyRole::kHash:
      row_.Keyword(rule.field, value);
      row_.builder().AddKeyword(Field::kRelatedHash, value);
      return true;
    case KeyRole::kTime: {
      const auto time_ns = ReadTimeValue(value);
      if (time_ns) row_.Integer(rule.field, *time_ns);
      return time_ns.has_value();
    }
    default:
      if (DefinitionOf(rule.field).type == ColumnType::kText) {
        row_.Text(rule.field, value);
      } else {
        row_.Keyword(rule.field, value);
      }
      return true;
  }
}

void KeyedFields::Label(absl::string_view key, absl::string_view value) {
  if (value.empty() || key.empty()) return;
  label_ = &memory_.labels.After(*label_, key);
  PutLabel(*label_, value);
}

void KeyedFields::PutLabel(KnownKey& key, absl::string_view value) {
  if (key.key.empty()) return;
  BatchBuilder& builder = row_.builder();
  bool placed = false;
  if (const auto number = CanonicalNumber(value)) {
    placed = builder.NamedInteger(key.label, *number, key.column);
  } else if (value.size() > kLabelKeywordBytesMax) {
    placed = builder.NamedText(key.label, value, key.column);
  } else {
    placed = builder.NamedKeyword(key.label, value, key.column);
  }
  if (!placed) row_.Tag("fields_dropped");
}

void SetUrl(absl::string_view url, absl::string_view host, EventRow& row) {
  row.Text(Field::kUrlOriginal, url);
  absl::string_view rest = url;
  // "/?x=ldap://other.example/" is a path, whatever it holds.
  const std::size_t scheme = url.find("://");
  if (scheme != url.npos && url.find_first_of("/?#") == scheme + 1 && scheme < 16) {
    rest = url.substr(scheme + 3);
    const std::size_t end = rest.find_first_of("/?#");
    host = HostOf(rest.substr(0, end));
    rest = end == rest.npos ? absl::string_view() : rest.substr(end);
  } else if (!url.empty() && url.front() != '/' && host.empty()) {
    // "www.example/path": no scheme, but a name before the first slash.
    const std::size_t end = url.find_first_of("/?#");
    const absl::string_view name = HostOf(url.substr(0, end));
    if (name.find('.') != name.npos && IsOneWord(name)) {
      host = name;
      rest = end == url.npos ? absl::string_view() : url.substr(end);
    }
  }
  if (!host.empty() && !row.Has(Field::kUrlDomain)) {
    row.Keyword(Field::kUrlDomain, host);
    row.builder().AddKeyword(Field::kRelatedHosts, host);
  }
  if (rest.empty() || rest.front() != '/') return;
  rest = rest.substr(0, FindByte(rest, '#'));
  const std::size_t query = FindByte(rest, '?');
  row.Keyword(Field::kUrlPath, rest.substr(0, query));
  if (query != rest.npos) row.Keyword(Field::kUrlQuery, rest.substr(query + 1));
}

bool SetFileHash(absl::string_view hash, EventRow& row) {
  Field field = Field::kFileHashMd5;
  if (hash.size() == 40) {
    field = Field::kFileHashSha1;
  } else if (hash.size() == 64) {
    field = Field::kFileHashSha256;
  } else if (hash.size() != 32) {
    return false;
  }
  const bool hex = std::all_of(hash.begin(), hash.end(), [](char c) {
    return absl::ascii_isxdigit(static_cast<unsigned char>(c));
  });
  if (!hex || row.Has(field)) return false;
  row.Keyword(field, hash);
  row.builder().AddKeyword(Field::kRelatedHash, hash);
  return true;
}

std::optional<std::int64_t> CanonicalNumber(absl::string_view value) {
  if (value.empty() || !IsDigit(value.front()) || (value.size() > 1 && value.front() == '0')) {
    return std::nullopt;
  }
  return ParseDigits(value);
}

}  // namespace dims
