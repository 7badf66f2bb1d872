// SPDX-License-Identifier: Apache-2.0
// docs/live_schema.md, held to the letter: files with this schema must stay readable.
#include "server/store/commit/live_schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/store/commit/live_database.h"
#include "tests/support/seeded_random.h"
#include "tests/support/temporary_directory.h"

namespace dims {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class LiveSchemaTest : public ::testing::Test {
 protected:
  LiveSchemaTest() {
    SeededRandom random(1);
    LiveDatabaseOptions live;
    live.path = directory_ / "live.db";
    EXPECT_TRUE(LiveDatabase::Open(live, random).ok());
    DatabaseOptions options;
    options.path = live.path;
    database_ = Database::Open(options).value();
  }

  std::vector<std::string> Ask(absl::string_view sql) {
    Statement rows = database_->Prepare(sql).value();
    std::vector<std::string> out;
    while (rows.Step().value()) out.push_back(std::string(rows.Text(0)));
    return out;
  }

  TemporaryDirectory directory_;
  std::unique_ptr<Database> database_;
};

TEST_F(LiveSchemaTest, IsVersionTwo) {
  EXPECT_EQ(database_->QueryInt64("PRAGMA user_version").value(), 2);
  EXPECT_EQ(database_->QueryInt64("PRAGMA page_size").value(), 4096);
}

TEST_F(LiveSchemaTest, HasTheseTablesAndColumnsLiterally) {
  EXPECT_THAT(
      Ask("SELECT t.name || '(' || group_concat(c.name || ' ' || c.type || "
          "iif(c.pk, ' pk' || c.pk, ''), ', ') || ')' FROM sqlite_schema t, "
          "pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' "
          "GROUP BY t.name ORDER BY t.name"),
      ElementsAre(
          "alert(id INTEGER pk1, raised_ns INTEGER, rule TEXT, key TEXT, window_start_ns INTEGER, "
          "title TEXT, sites TEXT, evidence TEXT, notified INTEGER, tlp INTEGER)",
          "bookmark(agent TEXT pk1, source TEXT pk2, position BLOB)",
          "gap(id INTEGER pk1, agent TEXT, site TEXT, source TEXT, epoch INTEGER, from_ns INTEGER, "
          "to_ns INTEGER, count INTEGER, reason TEXT, state INTEGER, first_sequence INTEGER, "
          "last_sequence INTEGER, refilled_through INTEGER)",
          "ledger(block TEXT pk1, day INTEGER, rows INTEGER, digest BLOB, sealed_upto INTEGER)",
          "meta(name TEXT pk1, value INTEGER)",
          "quarantine(id INTEGER pk1, agent TEXT, site TEXT, epoch INTEGER, sequence INTEGER, "
          "rows INTEGER, reason TEXT, digest BLOB, payload BLOB)",
          "tail(id INTEGER pk1, commit_group BLOB)",
          "watermark(agent TEXT pk1, epoch INTEGER pk2, rank INTEGER, sequence INTEGER, "
          "chain BLOB, next_ordinal INTEGER, generation INTEGER)",
          "window_state(rule TEXT pk1, key TEXT pk2, value BLOB, expires_ns INTEGER)"));
  EXPECT_THAT(Ask("SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL "
                  "ORDER BY name"),
              ElementsAre("quarantine_agent", "window_state_expires"));
}

TEST_F(LiveSchemaTest, EveryTableAndColumnStandsInTheDocument) {
  std::ostringstream document;
  document << std::ifstream(DIMS_SOURCE_DIR "/docs/live_schema.md").rdbuf();
  for (const std::string& name :
       Ask("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' UNION "
           "SELECT c.name FROM sqlite_schema t, pragma_table_info(t.name) c "
           "WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%'")) {
    EXPECT_THAT(document.str(), HasSubstr(absl::StrCat("`", name, "`")));
  }
}

TEST_F(LiveSchemaTest, ATailIdIsNeverUsedAgain) {
  EXPECT_THAT(Ask("SELECT sql FROM sqlite_schema WHERE name = 'tail'"),
              ElementsAre(HasSubstr("AUTOINCREMENT")));
}

}  // namespace
}  // namespace dims
