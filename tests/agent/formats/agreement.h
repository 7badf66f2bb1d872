// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <simdjson.h>

#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace dims {

// Counts how far our facts agree with another program's, field by field, and says so in the test's
// output. The floor a test asserts is the share reached when it was written, rounded down: a change
// that loses agreement fails.
class Agreement {
 public:
  explicit Agreement(std::string name) : name_(std::move(name)) {}

  ~Agreement() {
    std::cout << "[ SHARE    ] " << name_ << ": " << agreeing_ << " of " << total_ << " = "
              << Percent() << " %\n";
  }

  Agreement(const Agreement&) = delete;
  Agreement& operator=(const Agreement&) = delete;

  void Compare(absl::string_view what, absl::string_view want, absl::string_view got) {
    ++total_;
    if (want == got) {
      ++agreeing_;
    } else if (++shown_ <= kShownMax) {
      std::cout << "  differs: " << name_ << " " << what << "\n    want: " << want
                << "\n    got:  " << got << "\n";
    }
  }

  double Percent() const {
    return total_ == 0 ? 0 : static_cast<double>(agreeing_ * 1000 / total_) / 10;
  }

 private:
  static constexpr int kShownMax = 3;

  std::string name_;
  std::size_t agreeing_ = 0;
  std::size_t total_ = 0;
  int shown_ = 0;
};

inline std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

inline std::vector<std::string> ReadLines(const std::string& path) {
  std::vector<std::string> lines;
  std::ifstream file(path, std::ios::binary);
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

// A member as text, by a JSON pointer ("/value/Hostname"): "" where it is absent, null or no
// scalar.
inline std::string JsonText(const simdjson::dom::element& element, absl::string_view pointer) {
  simdjson::dom::element value;
  if (element.at_pointer(std::string_view(pointer.data(), pointer.size())).get(value) !=
      simdjson::SUCCESS) {
    return "";
  }
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) return std::string(text);
  std::int64_t number = 0;
  if (value.get(number) == simdjson::SUCCESS) return absl::StrCat(number);
  bool truth = false;
  if (value.get(truth) == simdjson::SUCCESS) return truth ? "true" : "false";
  return "";
}

}  // namespace dims
