// SPDX-License-Identifier: Apache-2.0
#include "server/store/verify.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/store/block/block_source.h"

namespace dims {
namespace {

using Digests = std::map<std::string, Sha256Digest>;  // by block

// The digests of the headers that lie in one day's file now.
absl::StatusOr<Digests> StoredDigests(DayFile& file) {
  const absl::StatusOr<std::vector<StoredHeader>> headers = file.ReadHeaders();
  if (!headers.ok()) return headers.status();
  Digests digests;
  for (const StoredHeader& header : *headers) {
    digests.emplace(header.name, DigestOfHeader(header.bytes));
  }
  return digests;
}

void CheckHeader(const SealedBlock& block, const LedgerRow& row,
                 std::map<DayNumber, absl::StatusOr<Digests>>& of_day, VerifyFindings& findings) {
  auto stored = of_day.find(block.day);
  if (stored == of_day.end()) {
    stored = of_day.emplace(block.day, StoredDigests(*block.file)).first;
    if (!stored->second.ok()) {
      findings.damaged.push_back(
          absl::StrCat(DayFileName(block.day), ": ", stored->second.status().message()));
    }
  }
  if (!stored->second.ok()) return;  // said once
  const auto found = stored->second->find(block.name);
  if (found == stored->second->end()) {
    findings.damaged.push_back(absl::StrCat(block.name, ": gone from its day's file"));
  } else if (found->second != row.digest) {
    findings.damaged.push_back(absl::StrCat(block.name, ": its header is not the ledger's"));
  }
}

void CheckColumns(const SealedBlock& block, VerifyFindings& findings) {
  BlockSource source(block.name, block.header, DayFile::PartsOf(block.file, block.id));
  for (const ColumnId& id : source.columns()) {
    // Loading reads what lies in the body and in dictionaries; the filter of a text is read by a
    // search alone.
    absl::Status status = source.Load(id).status();
    if (status.ok() && id.type == ColumnType::kText) {
      status = source.Match(id, Predicate::Contains("\x01")).status();
    }
    if (!status.ok()) findings.damaged.emplace_back(status.message());
  }
  findings.bytes += source.bytes_read();
}

}  // namespace

VerifyFindings VerifyBlocks(const Manifest& manifest, std::span<const LedgerRow> ledger,
                            const std::atomic<bool>& stop) {
  VerifyFindings findings;
  std::map<std::string, const LedgerRow*> rows;
  for (const LedgerRow& row : ledger) rows.emplace(row.block, &row);
  std::map<DayNumber, absl::StatusOr<Digests>> of_day;
  for (const SealedBlock& block : manifest.sealed()) {
    if (stop.load(std::memory_order_relaxed)) return findings;
    ++findings.blocks;
    if (const auto row = rows.find(block.name); row == rows.end()) {
      findings.damaged.push_back(absl::StrCat(block.name, ": not in the ledger"));
    } else {
      CheckHeader(block, *row->second, of_day, findings);
      rows.erase(row);
    }
    CheckColumns(block, findings);
  }
  for (const auto& [name, row] : rows) {
    findings.damaged.push_back(
        absl::StrCat(name, ": in the ledger with ", row->rows, " rows, and not in the store"));
  }
  return findings;
}

}  // namespace dims
