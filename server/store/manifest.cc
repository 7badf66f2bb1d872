// SPDX-License-Identifier: Apache-2.0
#include "server/store/manifest.h"

#include <algorithm>
#include <utility>

#include "common/event/batch_source.h"
#include "server/store/block/block_source.h"

namespace dims {
namespace {

bool Overlaps(const TimeRange& range, std::int64_t min_ns, std::int64_t max_ns) {
  return min_ns <= range.to_ns && max_ns >= range.from_ns;
}

}  // namespace

Manifest::Manifest(std::vector<OpenSlice> open,
                   std::shared_ptr<const std::vector<SealedBlock>> sealed)
    : open_(std::move(open)), sealed_(std::move(sealed)) {}

std::vector<ManifestSource> Manifest::Sources(const TimeRange& range) const {
  std::vector<ManifestSource> sources;
  for (const OpenSlice& part : open_) {
    if (!Overlaps(range, part.min_time_ns, part.max_time_ns)) continue;
    sources.push_back({"open", false, part.batch->rows(), part.min_time_ns, part.max_time_ns,
                       part.sites, 0, std::make_shared<BatchSource>(part.batch)});
  }
  for (const SealedBlock& block : *sealed_) {
    const BlockHeader& header = *block.header;
    if (!Overlaps(range, header.min_time_ns, header.max_time_ns)) continue;
    sources.push_back({block.name, true, header.rows, header.min_time_ns, header.max_time_ns,
                       header.sites, header.StoredBytes(),
                       std::make_shared<BlockSource>(block.name, block.header,
                                                     DayFile::PartsOf(block.file, block.id))});
  }
  std::stable_sort(sources.begin(), sources.end(),
                   [](const ManifestSource& a, const ManifestSource& b) {
                     return a.max_time_ns > b.max_time_ns;
                   });
  return sources;
}

std::uint64_t Manifest::rows() const {
  std::uint64_t rows = 0;
  for (const OpenSlice& part : open_) rows += part.batch->rows();
  for (const SealedBlock& block : *sealed_) rows += block.header->rows;
  return rows;
}

}  // namespace dims
