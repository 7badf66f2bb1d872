// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "absl/strings/string_view.h"
#include "agent/fields/event_row.h"
#include "agent/formats/keyed_fields.h"
#include "agent/formats/text_format.h"

namespace dims {

// One FortiOS record while it is read, whatever its pairs came in: FortiOS' own key=value or CEF.
// Thread: one; `row` and what KeepsView says of must live until Finish.
class FortigateRecord {
 public:
  explicit FortigateRecord(EventRow& row);

  // A pair under its FortiOS key ("srcip"); unknown keys become labels.fortinet.KEY.
  void Set(absl::string_view key, absl::string_view value);

  // KeyedFields::ExpectedKey.
  std::size_t ExpectedKey(absl::string_view text) const { return fields_.ExpectedKey(text); }

  // True when the value given for `key` must stay where it is until Finish.
  static bool KeepsView(absl::string_view key);

  // What needs the whole record. To be called once. None: there was too little of one.
  std::optional<TextResult> Finish();

 private:
  EventRow& row_;
  KeyedFields fields_;
};

}  // namespace dims
