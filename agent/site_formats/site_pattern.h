// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <re2/re2.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "agent/fields/field_writer.h"
#include "agent/formats/text_format.h"
#include "agent/site_formats/time_layout.h"

namespace dims {

inline constexpr std::size_t kSitePatternBytesMax = 4096;
inline constexpr std::size_t kSiteCapturesMax = 32;
inline constexpr std::int64_t kSiteRegexMemoryBytesMax = 1 << 20;

// How regular expressions of sites are compiled: UTF-8, silent, bounded.
RE2::Options SiteRegexOptions();

// One pattern of a format that the site made: what a text must look like, and what becomes of its
// captures. A value that is moved, and never changed once it stands in a format; thread: any.
class SitePattern {
 public:
  enum class Target : std::uint8_t { kField, kTime, kMessage };

  struct Capture {
    Target target = Target::kField;
    FieldPlace place;
  };

  struct Constant {
    FieldPlace place;
    Field direct = Field::kCount;  // a field that the agent has set before
    std::string value;
    bool element = false;  // of a list
  };

  SitePattern(std::string name, std::unique_ptr<const RE2> regex, std::vector<Capture> captures,
              std::vector<Constant> constants, TimeLayout time)
      : name_(std::move(name)),
        regex_(std::move(regex)),
        captures_(std::move(captures)),
        constants_(std::move(constants)),
        time_(std::move(time)) {}

  const std::string& name() const { return name_; }

  const RE2& regex() const { return *regex_; }

  // None: the text does not match, and nothing was written to the row.
  std::optional<TextResult> Parse(absl::string_view text, EventRow& row) const;

 private:
  void SetCapture(const Capture& capture, absl::string_view value, FieldWriter& writer,
                  EventRow& row, TextResult& result) const;
  void SetConstants(FieldWriter& writer, EventRow& row) const;

  std::string name_;
  std::unique_ptr<const RE2> regex_;
  std::vector<Capture> captures_;  // by number of the group, the first one at 0
  std::vector<Constant> constants_;
  TimeLayout time_;
};

}  // namespace dims
