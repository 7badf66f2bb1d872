// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/config/config_reader.h"

namespace dims {

std::string EffectiveText(const std::vector<EffectiveValue>& values) {
  std::size_t width = 0;
  for (const EffectiveValue& value : values) {
    width = std::max(width, value.key.size() + value.value.size());
  }
  std::string text;
  std::string table;
  for (const EffectiveValue& value : values) {
    if (value.table != table) absl::StrAppend(&text, table.empty() ? "" : "\n", value.table, "\n");
    table = value.table;
    const std::size_t padding = width - value.key.size() - value.value.size();
    absl::StrAppend(&text, value.key, " = ", value.value, std::string(padding, ' '), "  # ",
                    value.origin, "\n");
  }
  return text;
}

}  // namespace dims
