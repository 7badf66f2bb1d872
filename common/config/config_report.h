// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace dims {

// Where something stands in a configuration file; line and column count from 1.
struct ConfigPlace {
  std::string file;
  std::uint32_t line = 0;  // 0: the file as a whole
  std::uint32_t column = 0;

  std::string Text() const;  // "agent.toml:14:3"

  friend bool operator==(const ConfigPlace&, const ConfigPlace&) = default;
};

// One thing that is wrong, or odd, in a configuration.
struct ConfigProblem {
  enum class Severity : std::uint8_t { kWarning, kError };

  Severity severity = Severity::kError;
  ConfigPlace place;
  std::string message;
  std::string source_line;   // the line it is about, if any
  std::uint32_t marked = 1;  // how many characters from the column on are meant
  std::string hint;          // "did you mean \"paths\"?"

  // agent.toml:14:3: error: unknown key "recieve_buffer" in [input.syslog]
  //    14 |   recieve_buffer = "32MiB"
  //       |   ^~~~~~~~~~~~~~ did you mean "receive_buffer"?
  std::string Text() const;
};

// Everything found in one reading of a configuration, in the order of its files. A value. Keeps at
// most kProblemsMax.
class ConfigReport {
 public:
  static constexpr std::size_t kProblemsMax = 200;

  void Add(ConfigProblem problem);

  const std::vector<ConfigProblem>& problems() const { return problems_; }

  std::size_t errors() const { return errors_; }

  std::size_t warnings() const { return warnings_; }

  // All problems one after the other, for people.
  std::string Text() const;

 private:
  std::vector<ConfigProblem> problems_;
  std::size_t errors_ = 0;
  std::size_t warnings_ = 0;
};

}  // namespace dims
