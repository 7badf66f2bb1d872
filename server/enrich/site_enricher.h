// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "common/base/clock.h"
#include "common/geo/geo_databases.h"
#include "server/enrich/batch_enricher.h"
#include "server/enrich/knowledge.h"

namespace dims {

// Adds to a commit group what the netmap, the indicators and the geolocation databases say:
//   source.iff, source.owner        of source.ip; where there is none, of source.domain (a name
//   destination.iff, .owner         that an outsider chose never makes its address a friend)
//   threat.indicator.{name, confidence, provider}, and .ip where an address matched: of the most
//                                   confident match among the event's addresses, domains and hashes
//   source.geo.*, source.as.*, the same of destination: where the site left them out
//
// Once per distinct value of a column, then spread over the rows by code. Thread: the commit
// thread. All three must outlive it.
class SiteEnricher final : public BatchEnricher {
 public:
  SiteEnricher(const Knowledge& knowledge, const GeoDatabases& geo, const Clock& clock)
      : knowledge_(knowledge), geo_(geo), clock_(clock) {}

  void Enrich(const EventBatch& batch, std::vector<Column>& annex) override;

 private:
  const Knowledge& knowledge_;
  const GeoDatabases& geo_;
  const Clock& clock_;
};

}  // namespace dims
