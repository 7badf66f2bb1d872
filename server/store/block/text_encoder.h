// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "common/event/column.h"
#include "server/store/block/text_filter.h"
#include "server/store/block/text_shape.h"
#include "server/store/block/text_templates.h"
#include "server/store/block/zstd_codec.h"

namespace dims {

inline constexpr std::size_t kTemplatesMax = 16384;  // further texts are kept whole

// One text column as templates and typed values, byte for byte; docs/block_format.md, "Text".
// A value that another column of the row prints (an address, a user, a port) is not stored again.
// One object encodes one column. Thread: one.
class TextEncoder {
 public:
  // The block's i-th text is that of row order[i]. `siblings`: columns of the same rows a text may
  // repeat; those that do are chosen by a sample.
  TextEncoder(const Column& column, std::span<const std::uint32_t> order,
              std::span<const Column* const> siblings, ZstdCodec& zstd);

  // Appends the column's values, in order, without its presence.
  void AppendTo(std::string& out);

  // Appends the filter over them. To be called after AppendTo.
  void AppendFilterTo(std::string& out);

 private:
  struct GroupValues {
    std::vector<std::int64_t> numbers;
    StringPool words;                  // distinct; for whole texts: all
    std::vector<std::uint32_t> codes;  // into words
    absl::flat_hash_map<std::string, std::uint32_t> code_of;
  };

  std::vector<PrintedColumn> ChooseReferences(std::span<const Column* const> siblings) const;
  void EncodeRows(bool keep_whole);
  void EncodeRow(TextShaper& shaper, absl::string_view text, std::uint32_t row, bool keep_whole);
  std::uint32_t TemplateOf(TextShaper& shaper, absl::string_view text);
  bool FindTemplate(absl::string_view shape, std::uint64_t& hash, std::uint32_t& number) const;
  void AddTemplate(const std::string& shape, std::uint64_t hash);
  void AddValue(const SlotValue& slot, std::uint32_t group, absl::string_view text);
  void AppendGroup(std::string& out, const ValueGroup& group, const GroupValues& values);
  void AddGroupTokens(const ValueGroup& group, const GroupValues& values);
  void AddReferenceTokens(PrintedColumn& reference);

  const Column& column_;
  const std::span<const std::uint32_t> order_;
  ZstdCodec& zstd_;
  std::vector<PrintedColumn> references_;
  TextTemplates templates_;
  absl::flat_hash_map<std::uint64_t, std::uint32_t> template_numbers_;  // by hash of the shape
  StringPool shapes_;
  std::vector<std::uint32_t> codes_;  // template of each present row
  std::vector<GroupValues> groups_;
  TextFilterBuilder filter_;
};

}  // namespace dims
