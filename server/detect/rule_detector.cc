// SPDX-License-Identifier: Apache-2.0
#include "server/detect/rule_detector.h"

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "common/base/status_macros.h"
#include "common/event/fields.h"
#include "server/detect/foe_window.h"

namespace dims {
namespace {

constexpr absl::string_view kFoe = "foe";

const Column* Find(const EventBatch& batch, absl::string_view name, ColumnType type) {
  return batch.Find(name, type);
}

// What every row of a commit group has; nothing is found where it is missing.
struct RowColumns {
  const Column* times;
  const Column* sites;
  const Column* streams;
  const Column* ordinals;
  const Column* labels;  // null: no row has one

  explicit RowColumns(const EventBatch& batch)
      : times(Find(batch, NameOf(Field::kTimestamp), ColumnType::kTime)),
        sites(Find(batch, NameOf(Field::kOrganizationId), ColumnType::kKeyword)),
        streams(Find(batch, "event.stream", ColumnType::kKeyword)),
        ordinals(Find(batch, "event.ordinal", ColumnType::kInteger)),
        labels(Find(batch, NameOf(Field::kTlp), ColumnType::kKeyword)) {}

  bool complete() const {
    return times != nullptr && sites != nullptr && streams != nullptr && ordinals != nullptr;
  }

  bool Have(std::uint32_t row) const {
    return times->Has(row) && sites->Has(row) && streams->Has(row) && ordinals->Has(row);
  }

  FoeWindow::Moment MomentOf(std::uint32_t row) const {
    return {times->integers()[row], std::string(sites->TextAt(row)),
            absl::StrCat(streams->TextAt(row), "/",
                         static_cast<std::uint64_t>(ordinals->integers()[row])),
            true, LabelOf(row)};
  }

  // As queries judge a row: without a label it counts as AMBER, with an unknown one as RED.
  Tlp LabelOf(std::uint32_t row) const {
    if (labels == nullptr || !labels->Has(row)) return Tlp::kAmber;
    return ParseTlp(labels->TextAt(row)).value_or(Tlp::kRed);
  }
};

// One end of the events: the foe is its address, or its domain where it has no address.
void GatherEnd(const EventBatch& batch, const RowBitmap& live, const RowColumns& rows, Field iff,
               Field ip, Field domain, std::map<std::string, FoeWindow>& seen) {
  const Column* iffs = Find(batch, NameOf(iff), ColumnType::kKeyword);
  if (iffs == nullptr) return;
  std::uint32_t foe_code = 0;
  while (foe_code < iffs->dictionary_size() && iffs->strings()[foe_code] != kFoe) ++foe_code;
  if (foe_code == iffs->dictionary_size()) return;
  const Column* addresses = Find(batch, NameOf(ip), ColumnType::kIp);
  const Column* domains = Find(batch, NameOf(domain), ColumnType::kKeyword);
  live.ForEach([&](std::uint32_t row) {
    if (!iffs->Has(row) || iffs->codes()[row] != foe_code || !rows.Have(row)) return;
    if (addresses != nullptr && addresses->Has(row)) {
      seen[addresses->addresses()[addresses->codes()[row]].ToString()].Add(rows.MomentOf(row));
    } else if (domains != nullptr && domains->Has(row)) {
      seen[std::string(domains->TextAt(row))].Add(rows.MomentOf(row));
    }
  });
}

Alert AlertOf(const std::string& foe, FoeWindow::Finding finding, absl::Time now) {
  Alert alert;
  alert.raised_ns = absl::ToUnixNanos(now);
  alert.rule = kFoeAtSeveralSites;
  alert.key = foe;
  alert.window_start_ns = finding.start_ns;
  alert.title = absl::StrCat("foe ", foe, " at ", finding.sites.size(),
                             " sites within an hour: ", absl::StrJoin(finding.sites, ", "));
  alert.sites = std::move(finding.sites);
  alert.evidence = std::move(finding.evidence);
  alert.tlp = finding.tlp;
  return alert;
}

}  // namespace

absl::StatusOr<std::vector<Alert>> RuleDetector::Detect(const EventBatch& batch,
                                                        const RowBitmap& live, WindowState& windows,
                                                        absl::Time now) {
  std::vector<Alert> out;
  const RowColumns rows(batch);
  if (!rows.complete()) return out;
  std::map<std::string, FoeWindow> seen;
  GatherEnd(batch, live, rows, Field::kSourceIff, Field::kSourceIp, Field::kSourceDomain, seen);
  GatherEnd(batch, live, rows, Field::kDestinationIff, Field::kDestinationIp,
            Field::kDestinationDomain, seen);
  for (auto& [foe, fresh] : seen) {
    ASSIGN_OR_RETURN(const std::optional<std::string> stored, windows.Get(kFoeAtSeveralSites, foe));
    FoeWindow window = FoeWindow::Decode(stored.value_or(""));
    window.Trim(absl::ToUnixNanos(now));
    for (const FoeWindow::Moment& moment : fresh.moments()) window.Add(moment);
    for (FoeWindow::Finding& finding : window.Evaluate())
      out.push_back(AlertOf(foe, std::move(finding), now));
    RETURN_IF_ERROR(windows.Put(kFoeAtSeveralSites, foe, window.Encode(), window.ExpiresNs()));
  }
  return out;
}

}  // namespace dims
