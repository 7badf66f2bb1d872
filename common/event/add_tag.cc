// SPDX-License-Identifier: Apache-2.0
#include "common/event/add_tag.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "common/event/fields.h"

namespace dims {

Column WithTag(const EventBatch& batch, const RowBitmap& tagged, absl::string_view tag) {
  ColumnParts parts;
  parts.name = std::string(NameOf(Field::kTags));
  parts.type = ColumnType::kKeywordList;
  parts.rows = batch.rows();
  parts.codes.assign(batch.rows(), 0);
  if (const Column* tags = batch.Find(parts.name, parts.type)) parts = tags->parts();
  RowBitmap presence =
      parts.presence ? *parts.presence : RowBitmap(batch.rows(), parts.list_ends.size() > 0);
  std::uint32_t element = 0;
  while (element < parts.strings.size() && parts.strings[element] != tag) ++element;
  if (element == parts.strings.size()) parts.strings.Add(tag);
  absl::flat_hash_map<std::int64_t, std::uint32_t>
      tagged_list;  // list code (-1: none) -> with the tag
  tagged.ForEach([&](std::uint32_t row) {
    const std::int64_t old_code = presence.Test(row) ? std::int64_t{parts.codes[row]} : -1;
    const auto [found, added] =
        tagged_list.try_emplace(old_code, static_cast<std::uint32_t>(parts.list_ends.size()));
    if (added) {
      bool has_it = false;
      if (old_code >= 0) {
        const auto code = static_cast<std::size_t>(old_code);
        const std::uint32_t begin = code == 0 ? 0 : parts.list_ends[code - 1];
        for (std::uint32_t i = begin; i < parts.list_ends[code]; ++i) {
          parts.list_elements.push_back(parts.list_elements[i]);
          has_it = has_it || parts.list_elements[i] == element;
        }
      }
      if (!has_it) parts.list_elements.push_back(element);
      parts.list_ends.push_back(static_cast<std::uint32_t>(parts.list_elements.size()));
    }
    parts.codes[row] = found->second;
    presence.Set(row);
  });
  parts.presence.reset();
  if (!presence.All()) parts.presence = std::move(presence);
  return Column(std::move(parts));
}

}  // namespace dims
