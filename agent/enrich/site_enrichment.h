// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "agent/enrich/asset_table.h"
#include "agent/enrich/enrich_config.h"
#include "agent/enrich/nat_map.h"
#include "common/base/file_change.h"
#include "common/base/mutex.h"
#include "common/event/event_batch.h"
#include "common/geo/geo_databases.h"

namespace dims {

// What the tables said at one moment; none is null. A value.
struct EnrichView {
  GeoView geo;
  std::shared_ptr<const NatMap> nat;
  std::shared_ptr<const AssetTable> assets;
};

// What a site adds to its events before its policy sees them: addresses after NAT, places and
// networks of addresses, names of its own machines, tags. docs/enrichment.md names the fields.
//
// Guarantees: what an event says itself stays; each distinct value of a batch is looked up once;
// tables are read again when their files change, and what cannot be read leaves the one before in
// use. Nothing configured costs nothing: Make gives null. Thread: Refresh from one; Apply any.
class SiteEnrichment {
 public:
  // Databases that are open in `before` (may be null) are taken over. Reads every file that is
  // there. `directory` as for GeoDatabase::Open.
  static std::shared_ptr<SiteEnrichment> Make(const EnrichConfig& config,
                                              const std::string& directory,
                                              const SiteEnrichment* before);

  // Reads again what has changed on disk. To be called every so often.
  void Refresh();

  EventBatch Apply(EventBatch batch) const;

  // Each file and its state, for `status`.
  std::vector<std::pair<std::string, std::string>> Describe() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  // A CSV file as it was read last.
  struct Table {
    std::string path;
    FileChange change;
    std::string state;
  };

  SiteEnrichment(const EnrichConfig& config, const std::string& directory);
  void ReadNat() ABSL_LOCKS_EXCLUDED(mutex_);
  void ReadAssets() ABSL_LOCKS_EXCLUDED(mutex_);
  EnrichView View() const ABSL_LOCKS_EXCLUDED(mutex_);

  const EnrichConfig config_;
  std::shared_ptr<GeoDatabases> geo_;
  mutable Mutex mutex_;
  Table nat_file_ ABSL_GUARDED_BY(mutex_);
  Table assets_file_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<const NatMap> nat_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<const AssetTable> assets_ ABSL_GUARDED_BY(mutex_);
};

// The tables' part of it, as a pure function; thread: any.
EventBatch EnrichBatch(const EnrichView& view, const std::vector<TagRule>& tags, EventBatch batch);

}  // namespace dims
