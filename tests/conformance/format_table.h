// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "absl/strings/string_view.h"
#include "tests/conformance/samples.h"

namespace dims {

// A format, where samples of it are, and how well we read them.
struct MeasuredFormat {
  static constexpr int kSourcesMax = 16;

  absl::string_view name;             // as in TextFormats(), or the program's ("sshd")
  SampleSource sources[kSourcesMax];  // those without a path are none
  int floor_percent;                  // the share reached when last raised, rounded down
};

// A difference we mean: left out of the share, printed with it, and explained in docs/formats.md.
struct AcceptedDifference {
  absl::string_view format;
  absl::string_view file;   // part of the sample's path; "": all
  absl::string_view field;  // "" : all fields of the line
  absl::string_view line;   // part of the line; "": all lines
  absl::string_view reason;
};

std::span<const MeasuredFormat> MeasuredFormats();
std::span<const AcceptedDifference> AcceptedDifferences();

}  // namespace dims
