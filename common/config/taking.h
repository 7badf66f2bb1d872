// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "common/config/config_description.h"

namespace dims {

// ConfigKey::apply for a key whose values are of type T: calls `take` with the value. `take`
// returns what is wrong with it or "", or nothing where the kind's own checks are enough.
// T is the member of ConfigValue that belongs to the key's kind.
template <typename T, typename Take>
auto Taking(Take take) {
  return [take = std::move(take)](const ConfigValue& value) -> std::string {
    const T& taken = std::get<T>(value);
    if constexpr (std::is_void_v<std::invoke_result_t<const Take&, const T&>>) {
      take(taken);
      return {};
    } else {
      return take(taken);
    }
  };
}

template <typename Take>
auto TakingText(Take take) {
  return Taking<std::string>(std::move(take));
}

template <typename Take>
auto TakingList(Take take) {
  return Taking<std::vector<std::string>>(std::move(take));
}

// What `take` says of a status: "" when all is well.
inline std::string Complaint(const absl::Status& status) {
  return std::string(status.message());
}

}  // namespace dims
