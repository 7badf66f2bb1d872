// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

struct sd_journal;

namespace dims {

// The systemd journal of this machine or of a directory, entry by entry, through libsystemd.
//
// Guarantees: entries in the journal's own order; a cursor names one entry for good, also after the
// journal was rotated. Entries that cannot be read (a damaged file) are skipped by libsystemd.
// Limits: kFieldBytesMax of one field and kEntryBytesMax of one entry are handed out, MESSAGE
// first. Thread: one.
class JournalReader {
 public:
  static constexpr std::size_t kFieldBytesMax = 128u << 10;
  static constexpr std::size_t kEntryBytesMax = 200u << 10;

  // Empty: this machine's journal. PermissionDenied or NotFound name what to do.
  static absl::StatusOr<std::unique_ptr<JournalReader>> Open(const std::string& directory);

  // The next Next() gives the first entry, the first one written from now on, or the first one
  // after the entry that `cursor` names (or where it was: then it is false). InvalidArgument: no
  // cursor.
  absl::Status SeekStart();
  absl::Status SeekEnd();
  absl::StatusOr<bool> SeekAfter(const std::string& cursor);

  // False at the end, for now.
  absl::StatusOr<bool> Next();

  // True when the program at `executable` wrote the current entry.
  bool IsOf(const std::string& executable);

  // Of the current entry. AppendEntry writes the Journal Export Format; true: something was left
  // out.
  absl::StatusOr<std::string> Cursor();
  absl::StatusOr<bool> AppendEntry(std::string& out);

  // Until something was written, or `timeout`; perhaps at once, when the journal cannot say. True:
  // files came or went, and entries perhaps with them.
  bool Wait(absl::Duration timeout);

 private:
  struct Close {
    void operator()(sd_journal* journal) const;
  };

  explicit JournalReader(sd_journal* journal) : journal_(journal) {}

  std::unique_ptr<sd_journal, Close> journal_;
};

// How many entries lie between two of one journal, by the numbers in their cursors: what was
// vacuumed away in between. 0 where the cursors do not tell.
std::uint64_t EntriesBetween(absl::string_view before, absl::string_view after);

// When the entry of a cursor was written, since 1970; 0 where it does not tell.
std::int64_t TimeOfCursor(absl::string_view cursor);

}  // namespace dims
