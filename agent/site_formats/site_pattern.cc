// SPDX-License-Identifier: Apache-2.0
#include "agent/site_formats/site_pattern.h"

#include <array>

namespace dims {

RE2::Options SiteRegexOptions() {
  RE2::Options options(RE2::Quiet);
  options.set_max_mem(kSiteRegexMemoryBytesMax);
  return options;
}

std::optional<TextResult> SitePattern::Parse(absl::string_view text, EventRow& row) const {
  std::array<re2::StringPiece, kSiteCapturesMax + 1> groups;
  const int count = static_cast<int>(captures_.size()) + 1;
  const re2::StringPiece piece(text.data(), text.size());
  if (!regex_->Match(piece, 0, text.size(), RE2::UNANCHORED, groups.data(), count)) {
    return std::nullopt;
  }
  TextResult result;
  FieldWriter writer(row);
  for (std::size_t n = 0; n < captures_.size(); ++n) {
    const re2::StringPiece& group = groups[n + 1];
    if (group.empty()) continue;
    SetCapture(captures_[n], {group.data(), group.size()}, writer, row, result);
  }
  SetConstants(writer, row);
  return result;
}

void SitePattern::SetCapture(const Capture& capture, absl::string_view value, FieldWriter& writer,
                             EventRow& row, TextResult& result) const {
  if (capture.target == Target::kField) return writer.PlainString(capture.place, value);
  if (capture.target == Target::kMessage) {
    row.builder().Text(Field::kMessage, value);
    result.message = true;
    return;
  }
  const auto time = time_.Read(value);
  if (!time) {
    writer.PlainLabel(capture.place, value);
    row.Tag("type_conflict");
  } else if (time->time_ns) {
    result.time_ns = time->time_ns;
  } else {
    result.clock = time->clock;
  }
}

void SitePattern::SetConstants(FieldWriter& writer, EventRow& row) const {
  for (const Constant& constant : constants_) {
    if (constant.direct != Field::kCount) {
      row.builder().Keyword(constant.direct, constant.value);
    } else if (constant.element) {
      writer.PlainElement(constant.place, constant.value);
    } else {
      writer.PlainString(constant.place, constant.value);
    }
  }
}

}  // namespace dims
