// SPDX-License-Identifier: Apache-2.0
#include "server/intel/intel_store.h"

#include <array>
#include <utility>

#include "common/base/status_macros.h"
#include "common/sqlite/migration.h"
#include "common/sqlite/transaction.h"
#include "server/intel/indicator_list.h"

namespace dims {
namespace {

constexpr std::array<absl::string_view, 1> kSchema = {R"sql(
CREATE TABLE provider(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, imported_ns INTEGER NOT NULL) STRICT;
CREATE TABLE indicator(provider INTEGER NOT NULL, kind INTEGER NOT NULL, value TEXT NOT NULL,
  confidence INTEGER NOT NULL, tlp INTEGER NOT NULL, expires_ns INTEGER NOT NULL, name TEXT NOT NULL,
  PRIMARY KEY(provider, value)) WITHOUT ROWID, STRICT;
)sql"};

absl::StatusOr<std::int64_t> GiveProviderId(Database& database, absl::string_view name,
                                            absl::Time now) {
  ASSIGN_OR_RETURN(Statement write,
                   database.Prepare("INSERT INTO provider(name, imported_ns) VALUES(?1, ?2) "
                                    "ON CONFLICT(name) DO UPDATE SET imported_ns = ?2"));
  write.BindText(1, name);
  write.BindInt64(2, absl::ToUnixNanos(now));
  RETURN_IF_ERROR(write.Run());
  ASSIGN_OR_RETURN(Statement read, database.Prepare("SELECT id FROM provider WHERE name = ?1"));
  read.BindText(1, name);
  ASSIGN_OR_RETURN(const bool found, read.Step());
  if (!found) return absl::DataLossError("intel.db: a provider just written is not there");
  return read.Int64(0);
}

absl::StatusOr<Indicator> IndicatorOf(const Statement& row) {
  const std::int64_t kind = row.Int64(1);
  const std::int64_t tlp = row.Int64(4);
  if (kind < 1 || kind > 4 || tlp < 0 || tlp >= static_cast<std::int64_t>(kTlpNames.size())) {
    return absl::DataLossError("intel.db: a row that this program never writes");
  }
  return Indicator{{static_cast<ObservableKind>(kind), std::string(row.Text(2))},
                   static_cast<std::uint8_t>(row.Int64(3)),
                   static_cast<Tlp>(tlp),
                   row.Int64(5),
                   std::string(row.Text(0)),
                   std::string(row.Text(6))};
}

}  // namespace

absl::StatusOr<std::unique_ptr<IntelStore>> IntelStore::Open(const std::string& path, Clock& clock,
                                                             absl::string_view vfs) {
  DatabaseOptions options;
  options.path = path;
  options.access = DatabaseOptions::Access::kCreate;
  options.vfs = std::string(vfs);
  ASSIGN_OR_RETURN(std::unique_ptr<Database> database, Database::Open(options));
  RETURN_IF_ERROR(Migrate(*database, kSchema));
  std::unique_ptr<IntelStore> store(new IntelStore(std::move(database), clock));
  MutexLock lock(store->import_mutex_);
  RETURN_IF_ERROR(store->Publish());
  return store;
}

absl::StatusOr<IntelImport> IntelStore::Import(absl::string_view provider, absl::string_view csv) {
  ASSIGN_OR_RETURN(IndicatorList list, ParseIndicatorList(provider, csv), "intel");
  MutexLock lock(import_mutex_);
  RETURN_IF_ERROR(Replace(provider, list.indicators), "intel.db: import");
  RETURN_IF_ERROR(Publish(), "intel.db: read");
  ASSIGN_OR_RETURN(Statement count,
                   database_->Prepare("SELECT count(*) FROM indicator WHERE provider = "
                                      "(SELECT id FROM provider WHERE name = ?1)"));
  count.BindText(1, provider);
  ASSIGN_OR_RETURN(const bool found, count.Step());
  return IntelImport{found ? count.Uint64(0) : 0, list.refused, std::move(list.findings)};
}

// A value that a list names twice counts as its last line has it.
absl::Status IntelStore::Replace(absl::string_view provider,
                                 const std::vector<Indicator>& indicators) {
  ASSIGN_OR_RETURN(Transaction transaction, Transaction::Begin(*database_));
  ASSIGN_OR_RETURN(const std::int64_t id, GiveProviderId(*database_, provider, clock_.Now()));
  {
    ASSIGN_OR_RETURN(Statement clear,
                     database_->Prepare("DELETE FROM indicator WHERE provider = ?1"));
    clear.BindInt64(1, id);
    RETURN_IF_ERROR(clear.Run());
    ASSIGN_OR_RETURN(Statement insert, database_->Prepare("INSERT OR REPLACE INTO indicator "
                                                          "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)"));
    for (const Indicator& indicator : indicators) {
      insert.BindInt64(1, id);
      insert.BindInt64(2, static_cast<std::int64_t>(indicator.observable.kind));
      insert.BindText(3, indicator.observable.text);
      insert.BindInt64(4, indicator.confidence);
      insert.BindInt64(5, static_cast<std::int64_t>(indicator.tlp));
      insert.BindInt64(6, indicator.expires_ns);
      insert.BindText(7, indicator.name);
      RETURN_IF_ERROR(insert.Run());
    }
  }
  return transaction.Commit();
}

absl::Status IntelStore::Publish() {
  std::vector<Indicator> all;
  ASSIGN_OR_RETURN(
      Statement rows,
      database_->Prepare("SELECT provider.name, kind, value, confidence, tlp, expires_ns, "
                         "indicator.name FROM indicator JOIN provider ON provider.id = provider"));
  while (true) {
    ASSIGN_OR_RETURN(const bool found, rows.Step());
    if (!found) break;
    ASSIGN_OR_RETURN(Indicator indicator, IndicatorOf(rows));
    all.push_back(std::move(indicator));
  }
  auto built = std::make_shared<const IndicatorSet>(std::move(all));
  MutexLock lock(snapshot_mutex_);
  snapshot_ = std::move(built);
  return absl::OkStatus();
}

std::shared_ptr<const IndicatorSet> IntelStore::Snapshot() const {
  MutexLock lock(snapshot_mutex_);
  return snapshot_;
}

}  // namespace dims
