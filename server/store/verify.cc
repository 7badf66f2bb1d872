// SPDX-License-Identifier: Apache-2.0
#include "server/store/verify.h"

#include "server/store/block/block_source.h"

namespace dims {

VerifyFindings VerifyBlocks(const Manifest& manifest) {
  VerifyFindings findings;
  for (const SealedBlock& block : manifest.sealed()) {
    BlockSource source(block.name, block.header, DayFile::PartsOf(block.file, block.id));
    ++findings.blocks;
    for (const ColumnId& id : source.columns()) {
      // Loading reads what lies in the body and in dictionaries; the filter of a text is read by a
      // search alone.
      absl::Status status = source.Load(id).status();
      if (status.ok() && id.type == ColumnType::kText) {
        status = source.Match(id, Predicate::Contains("\x01")).status();
      }
      if (!status.ok()) findings.damaged.emplace_back(status.message());
    }
    findings.bytes += source.bytes_read();
  }
  return findings;
}

}  // namespace dims
