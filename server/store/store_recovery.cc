// SPDX-License-Identifier: Apache-2.0
#include "server/store/store_recovery.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"

namespace dims {
namespace {

// True for what a damaged or absent file gives; anything else may be a passing fault of the disk.
bool SaysTheFileIsLost(const absl::Status& status) {
  return absl::IsNotFound(status) || absl::IsDataLoss(status) || absl::IsFailedPrecondition(status);
}

// False when the stored block is not the one the ledger names.
bool Fits(const LedgerRow& row, const StoredHeader& stored, BlockHeader& header) {
  if (DigestOfHeader(stored.bytes) != row.digest) return false;
  auto parsed = BlockHeader::Parse(stored.bytes);
  if (!parsed.ok() || parsed->rows != row.rows) return false;
  header = *std::move(parsed);
  return true;
}

void FindInDay(std::map<std::string, const LedgerRow*>& wanted,
               const std::vector<StoredHeader>& headers, const std::shared_ptr<DayFile>& file,
               FoundBlocks& out) {
  for (const StoredHeader& stored : headers) {
    const auto row = wanted.find(stored.name);
    BlockHeader header;
    if (row == wanted.end()) {
      out.recovery.set_aside.push_back(stored.name);
    } else if (Fits(*row->second, stored, header)) {
      out.blocks.push_back({stored.name, file->day(), stored.id,
                            std::make_shared<const BlockHeader>(std::move(header)), file});
      wanted.erase(row);
    }
  }
}

}  // namespace

absl::StatusOr<FoundBlocks> FindBlocks(const std::vector<LedgerRow>& ledger, DayFiles& files) {
  std::map<DayNumber, std::map<std::string, const LedgerRow*>> by_day;
  for (const LedgerRow& row : ledger) by_day[row.day].emplace(row.block, &row);
  for (const DayNumber day : files.List()) by_day[day];
  FoundBlocks out;
  for (auto& [day, wanted] : by_day) {
    const std::shared_ptr<DayFile> file = files.Of(day);
    const auto headers = file->Recover();
    if (headers.ok()) {
      FindInDay(wanted, *headers, file, out);
    } else if (!SaysTheFileIsLost(headers.status())) {
      return Annotate(headers.status(), DayFileName(day));
    } else if (!absl::IsNotFound(headers.status())) {
      out.recovery.unreadable.push_back(
          absl::StrCat(DayFileName(day), ": ", headers.status().message()));
    }
    for (const auto& [name, row] : wanted) out.recovery.missing.push_back(*row);
  }
  return out;
}

}  // namespace dims
