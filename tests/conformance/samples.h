// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace dims {

// How a project keeps its samples: see README.md of the sample folder.
enum class SampleKind {
  kElastic,   // a folder: X.log or X.json beside X.log-expected.json (beats, integrations)
  kSekoia,    // a .jsonl file: input.message, the header removed, and the expected document
  kFail2ban,  // a log where "# failJSON: {...}" judges the line after it
  kCrowdsec,  // a folder: input.log and expected.json
  kLibaudit,  // a .golden file: each record's raw text and what is in it
};

// Where samples of a format are.
struct SampleSource {
  SampleKind kind;
  absl::string_view path;       // below the folder "parse" of the samples
  absl::string_view only = "";  // of several kinds of line: those that contain this
  // What stands before each line of kSekoia that does not name its program: the header they lost
  // ("Jan  1 00:00:00 gate sshd[1]: ").
  absl::string_view prefix = "";
};

// Dotted name to values; a scalar is one value.
using Document = std::map<std::string, std::vector<std::string>>;

// One line and what another program found in it.
struct Sample {
  std::string line;
  std::string file;
  Document expected;
};

// All samples of a source, in their order. `root` is the sample folder. Empty: nothing there.
std::vector<Sample> ReadSamples(const std::string& root, const SampleSource& source);

}  // namespace dims
