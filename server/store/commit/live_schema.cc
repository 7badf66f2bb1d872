// SPDX-License-Identifier: Apache-2.0
#include "server/store/commit/live_schema.h"

namespace dims {
namespace {

constexpr absl::string_view kVersion1 = R"sql(
CREATE TABLE meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE tail(id INTEGER PRIMARY KEY AUTOINCREMENT, commit_group BLOB NOT NULL);
CREATE TABLE watermark(agent TEXT NOT NULL, epoch INTEGER NOT NULL, rank INTEGER NOT NULL,
  sequence INTEGER NOT NULL, chain BLOB NOT NULL, next_ordinal INTEGER NOT NULL,
  generation INTEGER NOT NULL, PRIMARY KEY(agent, epoch)) WITHOUT ROWID;
CREATE TABLE bookmark(agent TEXT NOT NULL, source TEXT NOT NULL, position BLOB NOT NULL,
  PRIMARY KEY(agent, source)) WITHOUT ROWID;
CREATE TABLE gap(id INTEGER PRIMARY KEY, agent TEXT NOT NULL, site TEXT NOT NULL, source TEXT NOT NULL,
  epoch INTEGER NOT NULL, from_ns INTEGER NOT NULL, to_ns INTEGER NOT NULL, count INTEGER NOT NULL,
  reason TEXT NOT NULL, state INTEGER NOT NULL, first_sequence INTEGER NOT NULL, last_sequence INTEGER NOT NULL,
  refilled_through INTEGER NOT NULL);
CREATE TABLE quarantine(id INTEGER PRIMARY KEY, agent TEXT NOT NULL, site TEXT NOT NULL, epoch INTEGER NOT NULL,
  sequence INTEGER NOT NULL, rows INTEGER NOT NULL, reason TEXT NOT NULL, digest BLOB NOT NULL,
  payload BLOB NOT NULL);
CREATE INDEX quarantine_agent ON quarantine(agent);
CREATE TABLE alert(id INTEGER PRIMARY KEY, raised_ns INTEGER NOT NULL, rule TEXT NOT NULL, key TEXT NOT NULL,
  window_start_ns INTEGER NOT NULL, title TEXT NOT NULL, sites TEXT NOT NULL, evidence TEXT NOT NULL,
  notified INTEGER NOT NULL DEFAULT 0, UNIQUE(rule, key, window_start_ns));
CREATE TABLE window_state(rule TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, expires_ns INTEGER NOT NULL,
  PRIMARY KEY(rule, key)) WITHOUT ROWID;
CREATE INDEX window_state_expires ON window_state(expires_ns);
CREATE TABLE ledger(block TEXT PRIMARY KEY, day INTEGER NOT NULL, rows INTEGER NOT NULL, digest BLOB NOT NULL,
  sealed_upto INTEGER NOT NULL) WITHOUT ROWID;
)sql";

// Alerts raised before labels were kept are shown to those only who may see everything.
constexpr absl::string_view kVersion2 =
    "ALTER TABLE alert ADD COLUMN tlp INTEGER NOT NULL DEFAULT 4";

constexpr absl::string_view kSteps[] = {kVersion1, kVersion2};

}  // namespace

std::span<const absl::string_view> LiveSchemaSteps() {
  return kSteps;
}

}  // namespace dims
