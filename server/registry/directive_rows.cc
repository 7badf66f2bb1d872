// SPDX-License-Identifier: Apache-2.0
#include "server/registry/directive_rows.h"

#include <utility>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/base/status_macros.h"
#include "common/sqlite/statement.h"

namespace dims {
namespace {

constexpr char kValueSeparator[] = "\n";  // in no address, domain or hash

absl::Status CountUp(Database& database, const std::string& site) {
  ASSIGN_OR_RETURN(Statement count,
                   database.Prepare("INSERT INTO directive_version(site, version) VALUES(?1, 1) "
                                    "ON CONFLICT(site) DO UPDATE SET version = version + 1"));
  count.BindText(1, site);
  return count.Run();
}

absl::Status LoadVersions(Database& database, std::map<std::string, SiteDirectives>& by_site) {
  ASSIGN_OR_RETURN(Statement rows, database.Prepare("SELECT site, version FROM directive_version"));
  while (true) {
    ASSIGN_OR_RETURN(const bool found, rows.Step());
    if (!found) return absl::OkStatus();
    by_site[std::string(rows.Text(0))].version = static_cast<std::uint64_t>(rows.Int64(1));
  }
}

}  // namespace

absl::Status LoadDirectives(Database& database, std::map<std::string, SiteDirectives>& by_site) {
  RETURN_IF_ERROR(LoadVersions(database, by_site));
  ASSIGN_OR_RETURN(Statement rows,
                   database.Prepare("SELECT id, site, drop_filter, watchlist, watch_values, "
                                    "until_ns, created_by, created_ns FROM directive ORDER BY id"));
  while (true) {
    ASSIGN_OR_RETURN(const bool found, rows.Step());
    if (!found) return absl::OkStatus();
    DirectiveRecord record;
    record.asked.id = static_cast<std::uint64_t>(rows.Int64(0));
    record.site = std::string(rows.Text(1));
    record.asked.drop = std::string(rows.Text(2));
    record.asked.watchlist = std::string(rows.Text(3));
    record.asked.values = absl::StrSplit(rows.Text(4), kValueSeparator, absl::SkipEmpty());
    record.asked.until_ns = rows.Int64(5);
    record.created_by = std::string(rows.Text(6));
    record.created = absl::FromUnixNanos(rows.Int64(7));
    by_site[record.site].records.push_back(std::move(record));
  }
}

absl::StatusOr<std::uint64_t> InsertDirective(Database& database, const DirectiveRecord& record) {
  ASSIGN_OR_RETURN(
      Statement insert,
      database.Prepare("INSERT INTO directive(site, drop_filter, watchlist, watch_values, "
                       "until_ns, created_by, created_ns) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) "
                       "RETURNING id"));
  const std::string values = absl::StrJoin(record.asked.values, kValueSeparator);
  insert.BindText(1, record.site);
  insert.BindText(2, record.asked.drop);
  insert.BindText(3, record.asked.watchlist);
  insert.BindText(4, values);
  insert.BindInt64(5, record.asked.until_ns);
  insert.BindText(6, record.created_by);
  insert.BindInt64(7, absl::ToUnixNanos(record.created));
  ASSIGN_OR_RETURN(const bool found, insert.Step());
  if (!found) return absl::InternalError("registry: a directive got no id");
  const auto id = static_cast<std::uint64_t>(insert.Int64(0));
  RETURN_IF_ERROR(insert.Step().status());  // to its end
  RETURN_IF_ERROR(CountUp(database, record.site));
  return id;
}

absl::Status DeleteDirective(Database& database, const DirectiveRecord& record) {
  ASSIGN_OR_RETURN(Statement remove, database.Prepare("DELETE FROM directive WHERE id = ?1"));
  remove.BindInt64(1, static_cast<std::int64_t>(record.asked.id));
  RETURN_IF_ERROR(remove.Run());
  return CountUp(database, record.site);
}

absl::Status DeleteEndedDirectives(Database& database, absl::Time time) {
  ASSIGN_OR_RETURN(Statement remove, database.Prepare("DELETE FROM directive WHERE until_ns < ?1"));
  remove.BindInt64(1, absl::ToUnixNanos(time));
  return remove.Run();
}

}  // namespace dims
