// SPDX-License-Identifier: Apache-2.0
// docs/buffer_schema.md, held to the letter: what these tests spell out is on disks of sites and
// must stay readable.
#include <fstream>
#include <set>
#include <sstream>

#include "agent/buffer/coverage.h"
#include "agent/buffer/tail_note.h"
#include "tests/agent/buffer/buffer_fixture.h"

namespace dims {
namespace {

using ::testing::HasSubstr;

std::string Hex(absl::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (const char c : bytes) {
    hex += kDigits[static_cast<unsigned char>(c) >> 4];
    hex += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return hex;
}

constexpr std::int64_t kChecksumOfTheRow = -6403901297329786345;

class BufferSchemaTest : public BufferTest {
 protected:
  std::unique_ptr<Database> Look() {
    buffer_.reset();
    DatabaseOptions options;
    options.path = File();
    options.vfs = options_.vfs;
    return Database::Open(options).value();
  }
};

TEST_F(BufferSchemaTest, IsVersionOneAndNamesItsApplication) {
  buffer();
  auto database = Look();
  EXPECT_EQ(database->QueryInt64("PRAGMA user_version").value(), 1);
  EXPECT_EQ(database->QueryInt64("PRAGMA application_id").value(), 0x44494d42);  // "DIMB"
}

TEST_F(BufferSchemaTest, EveryTableAndColumnStandsInTheDocument) {
  std::ostringstream document;
  document << std::ifstream(DIMS_SOURCE_DIR "/docs/buffer_schema.md").rdbuf();
  buffer();
  auto database = Look();
  Statement columns = database
                          ->Prepare(
                              "SELECT t.name, c.name FROM sqlite_schema t, "
                              "pragma_table_info(t.name) c WHERE t.type = 'table'")
                          .value();
  std::set<std::string> tables;
  while (columns.Step().value()) {
    tables.insert(std::string(columns.Text(0)));
    EXPECT_THAT(document.str(), HasSubstr(absl::StrCat("`", columns.Text(1), "`")));
    EXPECT_THAT(document.str(), HasSubstr(absl::StrCat("`", columns.Text(0), "`")));
  }
  EXPECT_EQ(tables, (std::set<std::string>{"ack_log", "ack_time", "batch", "bookmark", "heard",
                                           "hole", "meta", "payload", "server_bookmark"}));
}

TEST_F(BufferSchemaTest, ExtrasAreTheseBytes) {
  EXPECT_EQ(Hex(EncodeExtras({Count("udp", 1, 2)}, {{3, 4}}, {{"s", 5, 6, 7, "r"}})),
            "3a120a037564701a0b090100000000000000"
            "1002"
            "420408031004"
            "4a1a0a017311050000000000000019060000000000000020072a0172");
}

TEST_F(BufferSchemaTest, ReadsARowThatVersionOneWrote) {
  buffer();
  BatchRow row;
  row.id = 1;
  row.epoch = 0x1122334455667788;
  row.sequence = 9;
  row.first_ordinal = 70;
  row.rows = 3;
  row.payload_bytes = 200;
  row.loss_class = LossClass::kDatagram;
  row.digest = Sha256("payload");
  row.chain = Sha256("chain");
  row.accepted_ns = 1'700'000'000'000'000'000;
  row.oldest_ns = -1;
  row.extras = EncodeExtras({Count("udp", 1, 2)}, {}, {});
  auto database = Look();
  buffer_.reset();
  database.reset();
  DatabaseOptions options;
  options.path = File();
  options.vfs = options_.vfs;
  options.access = DatabaseOptions::Access::kReadWrite;
  database = Database::Open(options).value();
  ASSERT_TRUE(InsertBatch(*database, row).ok());
  EXPECT_EQ(FindBatch(*database, 1)->value(), row);
  EXPECT_EQ(database->QueryInt64("SELECT checksum FROM batch").value(), kChecksumOfTheRow);
}

TEST_F(BufferSchemaTest, TheTailNoteIsTheseBytes) {
  const TailNote::Value value{0x1122334455667788, 5, 40, 30};
  EXPECT_EQ(Hex(TailNote::Encode(value)),
            "44494d534e585431"
            "8877665544332211"
            "0500000000000000"
            "2800000000000000"
            "1e00000000000000"
            "0e3e60a7e168bdd1");
  EXPECT_EQ(TailNote::Decode(TailNote::Encode(value)), value);
  std::string damaged = TailNote::Encode(value);
  damaged[20] ^= 1;
  EXPECT_EQ(TailNote::Decode(damaged), std::nullopt);
  EXPECT_EQ(TailNote::Decode("DIMSNXT1"), std::nullopt);
}

TEST_F(BufferSchemaTest, RefusesAFileOfANewerProgram) {
  buffer();
  buffer_.reset();
  DatabaseOptions options;
  options.path = File();
  options.vfs = options_.vfs;
  options.access = DatabaseOptions::Access::kReadWrite;
  ASSERT_TRUE(Database::Open(options).value()->Execute("PRAGMA user_version = 2").ok());
  EXPECT_EQ(TryOpen().code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace dims
