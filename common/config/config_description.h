// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "common/config/config_report.h"

namespace dims {

// What a key holds. Sizes and times are written as text with their unit: "64MiB", "30s".
enum class ConfigKind : std::uint8_t {
  kText,
  kTextList,
  kChoice,  // one of ConfigKey::choices
  kBool,
  kInteger,
  kBytes,
  kDuration,
  kEntries,  // a table of names that the program does not know beforehand
};

absl::string_view ConfigKindName(ConfigKind kind);

// One name of a kEntries table and what it is set to: text, a number, true or false as text; of a
// list each element. Tables in it give dotted names.
struct ConfigEntry {
  std::string name;
  std::vector<std::string> values;
  ConfigPlace name_place;
  ConfigPlace value_place;
  std::uint32_t value_width = 1;  // characters
};

// A checked value. kText and kChoice: string; kInteger: int64; kBytes: uint64.
using ConfigValue = std::variant<std::string, std::vector<std::string>, bool, std::int64_t,
                                 std::uint64_t, absl::Duration, std::vector<ConfigEntry>>;

// One key of a table: everything the reader, the reference page and the suggestions need.
struct ConfigKey {
  std::string name = {};
  ConfigKind kind = ConfigKind::kText;
  std::string fallback = {};  // as it would be written; empty: none
  std::string meaning = {};   // one sentence
  // Takes the value over; called once, and only after kind and range were checked. Returns what is
  // wrong with it, or "".
  std::function<std::string(const ConfigValue&)> apply = {};
  std::vector<std::string> choices = {};
  bool required = false;
  std::int64_t least = 0;  // kInteger; kBytes: bytes; kDuration: milliseconds
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
};

// [name], or [[name]] when it may stand several times. A table whose name begins with that of a
// repeated one stands behind each of those, and is read after its keys.
struct ConfigTable {
  std::string name = {};  // dotted
  bool repeated = false;
  std::string meaning = {};
  std::vector<ConfigKey> keys = {};
  // Called with the place of each [[name]] before its keys.
  std::function<void(const ConfigPlace&)> begin = {};
};

// All that may stand in a program's configuration, bound to the object it fills.
struct ConfigDescription {
  std::string program;
  std::vector<ConfigTable> tables;

  const ConfigTable* Find(absl::string_view name) const;
};

// The description as a reference page in Markdown.
std::string ConfigReferencePage(const ConfigDescription& description);

// The name among `known` that was probably meant; "" when none is near.
std::string ClosestName(absl::string_view written, const std::vector<std::string>& known);

}  // namespace dims
