// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agent/site_formats/site_pattern.h"
#include "agent/site_formats/time_layout.h"
#include "common/config/config_description.h"
#include "common/config/config_report.h"

namespace dims {

// A file of a site's format as it is written: read, but not yet put together. A value.
struct SiteFormatText {
  struct Pattern {
    ConfigPlace place;
    std::string name;
    std::unique_ptr<const RE2> regex;
    std::vector<ConfigEntry> fields;
    std::vector<ConfigEntry> constants;
    TimeLayout time;
  };

  struct Test {
    ConfigPlace place;
    std::string line;
    bool matches = true;
    std::vector<ConfigEntry> expect;
  };

  std::string name;
  std::string dataset;
  std::vector<std::string> programs;
  std::vector<std::string> begins;
  std::vector<Pattern> patterns;
  std::vector<Test> tests;
};

// Everything that may stand in such a file, bound to `text`, which must outlive it.
ConfigDescription DescribeSiteFormat(SiteFormatText& text);

// Lines of a file, to show the one that a problem is about.
class ShownLines {
 public:
  ShownLines(const std::string& text, ConfigReport& report);

  void Complain(const ConfigPlace& place, std::uint32_t width, std::string message,
                std::string hint,
                ConfigProblem::Severity severity = ConfigProblem::Severity::kError);

 private:
  const std::vector<std::string> lines_;
  ConfigReport& report_;
};

}  // namespace dims
