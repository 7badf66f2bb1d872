// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "agent/formats/text_format.h"

namespace dims {

// A format that the site describes itself (agent/site_formats), as LineParser asks it. Immutable;
// thread: any.
class SiteTextFormat {
 public:
  virtual ~SiteTextFormat() = default;

  // None: not this format's, and nothing was written to the row.
  virtual std::optional<TextResult> Parse(const TextInput& input, EventRow& row) const = 0;
};

// All of them. Immutable; thread: any.
class SiteTextFormats {
 public:
  virtual ~SiteTextFormats() = default;

  // The formats that name the line's program, or what the text begins with: asked before all
  // others.
  virtual std::optional<TextResult> ParseNamed(const TextInput& input, EventRow& row) const = 0;

  // The formats that name neither: asked when no format of TextFormats() knows the line.
  virtual std::optional<TextResult> ParseUnnamed(const TextInput& input, EventRow& row) const = 0;
};

}  // namespace dims
