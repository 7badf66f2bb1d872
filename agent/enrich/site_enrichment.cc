// SPDX-License-Identifier: Apache-2.0
#include "agent/enrich/site_enrichment.h"

#include "absl/strings/str_cat.h"
#include "common/base/durable_file.h"
#include "common/base/log.h"

namespace dims {
namespace {

constexpr std::size_t kFindingsToldMax = 10;

// Each wrong row by its line, as far as a person wants to read.
void TellFindings(const std::string& path, const std::vector<std::string>& findings) {
  for (std::size_t n = 0; n < findings.size() && n < kFindingsToldMax; ++n) {
    LogWarning(path, ": ", findings[n]);
  }
  if (findings.size() > kFindingsToldMax) {
    LogWarning(path, ": ", findings.size() - kFindingsToldMax, " more rows are passed over");
  }
}

std::string StateOf(std::size_t rows, std::size_t wrong) {
  std::string state = absl::StrCat(rows, rows == 1 ? " row" : " rows");
  if (wrong > 0) absl::StrAppend(&state, ", ", wrong, " passed over");
  return state;
}

}  // namespace

std::shared_ptr<SiteEnrichment> SiteEnrichment::Make(const EnrichConfig& config,
                                                     const std::string& directory,
                                                     const SiteEnrichment* before) {
  if (config.empty()) return nullptr;
  auto made = std::shared_ptr<SiteEnrichment>(new SiteEnrichment(config, directory));
  if (before != nullptr && before->config_.mmdb == config.mmdb) made->geo_ = before->geo_;
  made->Refresh();
  return made;
}

SiteEnrichment::SiteEnrichment(const EnrichConfig& config, const std::string& directory)
    : config_(config),
      geo_(std::make_shared<GeoDatabases>(config.mmdb, directory)),
      nat_(std::make_shared<const NatMap>(config.nat)),
      assets_(std::make_shared<const AssetTable>()) {
  MutexLock lock(mutex_);
  nat_file_.path = config.nat_csv;
  assets_file_.path = config.assets;
}

void SiteEnrichment::Refresh() {
  geo_->Refresh();
  bool nat = false;
  bool assets = false;
  {
    MutexLock lock(mutex_);
    nat = !nat_file_.path.empty() && nat_file_.change.Changed(nat_file_.path);
    assets = !assets_file_.path.empty() && assets_file_.change.Changed(assets_file_.path);
  }
  if (nat) ReadNat();
  if (assets) ReadAssets();
}

void SiteEnrichment::ReadNat() {
  const absl::StatusOr<std::string> text = ReadSmallFile(config_.nat_csv, kAssetFileBytesMax);
  std::vector<std::string> findings;
  std::vector<NatRule> rules = config_.nat;
  if (text.ok()) {
    const std::vector<NatRule> rows = ParseNatRows(*text, findings);
    rules.insert(rules.end(), rows.begin(), rows.end());
  }
  MutexLock lock(mutex_);
  if (!text.ok()) {
    nat_file_.state = absl::StrCat("not read: ", text.status().message());
    LogWarning(text.status().message(), "; what was known before stays");
    return;
  }
  nat_file_.state = StateOf(rules.size() - config_.nat.size(), findings.size());
  nat_ = std::make_shared<const NatMap>(std::move(rules));
  TellFindings(config_.nat_csv, findings);
}

void SiteEnrichment::ReadAssets() {
  const absl::StatusOr<std::string> text = ReadSmallFile(config_.assets, kAssetFileBytesMax);
  std::vector<std::string> findings;
  const auto table = std::make_shared<AssetTable>();
  if (text.ok()) table->Parse(*text, findings);
  MutexLock lock(mutex_);
  if (!text.ok()) {
    assets_file_.state = absl::StrCat("not read: ", text.status().message());
    LogWarning(text.status().message(), "; what was known before stays");
    return;
  }
  assets_file_.state = StateOf(table->size(), findings.size());
  assets_ = table;
  TellFindings(config_.assets, findings);
}

EnrichView SiteEnrichment::View() const {
  MutexLock lock(mutex_);
  return {geo_->View(), nat_, assets_};
}

EventBatch SiteEnrichment::Apply(EventBatch batch) const {
  return EnrichBatch(View(), config_.tags, std::move(batch));
}

std::vector<std::pair<std::string, std::string>> SiteEnrichment::Describe() const {
  std::vector<std::pair<std::string, std::string>> out = geo_->Describe();
  MutexLock lock(mutex_);
  for (const Table* const table : {&nat_file_, &assets_file_}) {
    if (!table->path.empty()) out.emplace_back(table->path, table->state);
  }
  return out;
}

}  // namespace dims
