// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "common/event/event_batch.h"
#include "common/geo/geo_databases.h"

namespace dims {

inline constexpr std::size_t kGeoColumnTextMax = 128u << 10;  // distinct names of one column

// What the databases say of source.ip and destination.ip: geo.country_iso_code, .country_name,
// .city_name, .region_name, .continent_name, .location.lat, .location.lon, as.number and
// as.organization.name of each, appended to `out` as columns of batch.rows() rows. Each distinct
// address is looked up once. An event's own value stays; a column in `out` has those too, so it
// replaces the batch's. Columns in which nothing was added are not made.
//
// A pure function; thread: any. Names beyond kGeoColumnTextMax of a column are left out.
void AppendGeoColumns(const GeoView& view, const EventBatch& batch, std::vector<Column>& out);

}  // namespace dims
