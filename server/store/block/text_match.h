// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "absl/status/statusor.h"
#include "common/event/predicate.h"
#include "common/event/row_bitmap.h"
#include "server/store/block/text_reader.h"

namespace dims {

// What a search had to do, for --explain and tests.
struct TextMatchCosts {
  std::uint32_t templates_all = 0;     // decided: every text of the template matches
  std::uint32_t templates_none = 0;    // decided: none does
  std::uint32_t templates_values = 0;  // decided by typed values, without a text
  std::uint32_t texts_rendered = 0;
};

// The distinct values of a reference (by its number), known without its rows; null where they are
// not.
using ReferenceValues =
    std::function<absl::StatusOr<std::shared_ptr<const Column>>(std::size_t reference)>;

// The texts of `reader` (numbered as it numbers them) that `predicate` matches; the same as asking
// MatchesText for each. Decides on the templates first, then on the typed values, and renders only
// texts that are still open; reads the groups it needs, and calls `bind`, which must bind the
// reader, when it needs what references print. Errors: theirs. REQUIRES: the predicate's kind is
// not kExists.
absl::StatusOr<RowBitmap> MatchTexts(TextReader& reader, const Predicate& predicate,
                                     const std::function<absl::Status()>& bind,
                                     TextMatchCosts* costs = nullptr,
                                     const ReferenceValues& values_of = {});

}  // namespace dims
