// SPDX-License-Identifier: Apache-2.0
#include "server/intel/indicator_list.h"

#include <algorithm>
#include <array>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/csv_rows.h"
#include "common/base/log.h"
#include "common/base/status_macros.h"
#include "common/event/ip_address.h"
#include "common/event/time_text.h"

namespace dims {
namespace {

constexpr std::uint8_t kDefaultConfidence = 50;
constexpr std::size_t kShownBytesMax = 60;
// A larger block names a good part of the Internet: a slip or sabotage.
constexpr int kV4PrefixBitsMin = 8;
constexpr int kV6PrefixBitsMin = 16;

enum Part : std::size_t { kValue, kType, kConfidence, kTlp, kExpires, kName, kPartsCount };

constexpr std::array<absl::string_view, kPartsCount> kHeader = {
    "indicator", "type", "confidence", "tlp", "expires", "name"};

// Per part of kHeader: which field of a row it is.
using Places = std::array<std::optional<std::size_t>, kPartsCount>;

absl::Status Wrong(absl::string_view what, absl::string_view value, absl::string_view rule) {
  return absl::InvalidArgumentError(
      absl::StrCat(what, " \"", EscapeControls(value.substr(0, kShownBytesMax)), "\": ", rule));
}

// Well-formed UTF-8 without control characters: names go into answers and onto screens.
bool IsPlainText(absl::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x20 || lead == 0x7f) return false;
    const std::size_t length = lead < 0x80       ? 1
                               : lead >> 5 == 6  ? 2
                               : lead >> 4 == 14 ? 3
                               : lead >> 3 == 30 ? 4
                                                 : 0;
    if (length == 0 || i + length > text.size()) return false;
    std::uint32_t point = length == 1 ? lead : lead & (0x7fu >> length);
    for (std::size_t k = 1; k < length; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      if (next >> 6 != 2) return false;
      point = point << 6 | (next & 0x3f);
    }
    constexpr std::array<std::uint32_t, 5> kFirst = {0, 0, 0x80, 0x800, 0x10000};
    if (point < kFirst[length] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
      return false;
    if (point >= 0x80 && point < 0xa0) return false;
    i += length;
  }
  return true;
}

absl::StatusOr<Places> ReadHeader(const std::vector<std::string>& fields) {
  Places places;
  for (std::size_t field = 0; field < fields.size(); ++field) {
    const absl::string_view name = absl::StripAsciiWhitespace(fields[field]);
    for (std::size_t part = 0; part < kPartsCount; ++part) {
      if (absl::EqualsIgnoreCase(name, kHeader[part]) && !places[part]) places[part] = field;
    }
  }
  if (places[kValue]) return places;
  return absl::InvalidArgumentError(
      "the first line names no column \"indicator\"; write "
      "indicator,type,confidence,tlp,expires,name");
}

class RowReader {
 public:
  RowReader(const Places& places, const std::vector<std::string>& fields)
      : places_(places), fields_(fields) {}

  absl::StatusOr<Indicator> Read() const {
    Indicator out;
    ASSIGN_OR_RETURN(out.observable, ReadObservable());
    ASSIGN_OR_RETURN(out.confidence, ReadConfidence());
    ASSIGN_OR_RETURN(out.expires_ns, ReadExpiry());
    if (const absl::string_view text = At(kTlp); !text.empty()) {
      const std::optional<Tlp> label = ParseTlp(text);
      if (!label) return Wrong("tlp", text, "write clear, green, amber, amber+strict or red");
      out.tlp = *label;
    }
    out.name = std::string(At(kName));
    if (out.name.size() > kIndicatorNameBytesMax || !IsPlainText(out.name)) {
      return Wrong("name", out.name, "at most 256 bytes of UTF-8 without control characters");
    }
    return out;
  }

 private:
  absl::string_view At(Part part) const {
    if (!places_[part] || *places_[part] >= fields_.size()) return {};
    return absl::StripAsciiWhitespace(fields_[*places_[part]]);
  }

  absl::StatusOr<Observable> ReadObservable() const {
    const absl::string_view text = At(kValue);
    const std::optional<Observable> observable = Observable::Parse(text);
    if (!observable || !IsPlainText(observable->text)) {
      return Wrong("indicator", text, "no address, CIDR block, domain or hash");
    }
    if (observable->kind == ObservableKind::kCidr) {
      const std::optional<Cidr> block = Cidr::Parse(observable->text);
      const int bits_min = block->first().IsV4() ? 96 + kV4PrefixBitsMin : kV6PrefixBitsMin;
      if (block->prefix_bits() < bits_min) {
        return Wrong("indicator", text, "larger than /8 (IPv6: /16), which names half a network");
      }
    }
    const absl::string_view type = At(kType);
    if (!type.empty() && !TypeFits(type, observable->kind)) {
      return Wrong("type", type,
                   absl::StrCat("the indicator is of type ", ObservableKindName(observable->kind)));
    }
    return *observable;
  }

  // A block of one address is an address; both names are right for it.
  static bool TypeFits(absl::string_view type, ObservableKind kind) {
    const std::optional<ObservableKind> named = ParseObservableKind(type);
    return named == kind || (named == ObservableKind::kCidr && kind == ObservableKind::kAddress);
  }

  absl::StatusOr<std::uint8_t> ReadConfidence() const {
    const absl::string_view text = At(kConfidence);
    if (text.empty()) return kDefaultConfidence;
    int value = 0;
    if (!absl::SimpleAtoi(text, &value) || value < 0 || value > 100)
      return Wrong("confidence", text, "a whole number from 0 to 100");
    return static_cast<std::uint8_t>(value);
  }

  absl::StatusOr<std::int64_t> ReadExpiry() const {
    const absl::string_view text = At(kExpires);
    if (text.empty()) return kNeverExpires;
    const std::optional<TimeSpan> span = ParseTimeSpan(text);
    if (!span) return Wrong("expires", text, "write 2027-01-31 or 2027-01-31T12:00:00Z");
    return span->last_ns;  // a date: that whole day still counts
  }

  const Places& places_;
  const std::vector<std::string>& fields_;
};

absl::Status CheckProvider(absl::string_view provider) {
  const bool fits = std::all_of(provider.begin(), provider.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == '_';
  });
  if (fits && !provider.empty() && provider.size() <= kProviderBytesMax) return absl::OkStatus();
  return Wrong("provider", provider, "1 to 64 letters, digits, dots, dashes and underscores");
}

}  // namespace

absl::StatusOr<IndicatorList> ParseIndicatorList(absl::string_view provider,
                                                 absl::string_view csv) {
  RETURN_IF_ERROR(CheckProvider(provider));
  CsvRows rows(csv);
  absl::StatusOr<std::vector<std::string>> fields = std::vector<std::string>();
  if (!rows.Next(fields)) return absl::InvalidArgumentError("the list is empty");
  RETURN_IF_ERROR(fields.status(), "line 1");
  ASSIGN_OR_RETURN(const Places places, ReadHeader(*fields));
  IndicatorList out;
  while (rows.Next(fields)) {
    absl::StatusOr<Indicator> read =
        fields.ok() ? RowReader(places, *fields).Read() : fields.status();
    if (!read.ok()) {
      ++out.refused;
      if (out.findings.size() < kFindingsMax)
        out.findings.push_back(absl::StrCat("line ", rows.line(), ": ", read.status().message()));
      continue;
    }
    if (out.indicators.size() == kIndicatorsMax) {
      return absl::InvalidArgumentError(
          absl::StrCat("more than ", kIndicatorsMax, " indicators: split the list by provider"));
    }
    read->provider = std::string(provider);
    out.indicators.push_back(*std::move(read));
  }
  if (out.indicators.empty() && out.refused > 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("not one of ", out.refused, " lines can be read; ", out.findings.front()));
  }
  return out;
}

}  // namespace dims
