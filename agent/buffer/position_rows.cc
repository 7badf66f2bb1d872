// SPDX-License-Identifier: Apache-2.0
// The rows that say how far a source is: at the site, at the server, and what is to be read again.
#include "absl/strings/str_cat.h"
#include "agent/buffer/buffer_rows.h"
#include "agent/buffer/row_checksum.h"
#include "common/base/status_macros.h"
#include "common/delivery/wire.h"

namespace dims {
namespace {

absl::StatusOr<Bookmark> DecodeBookmark(const Database& database, absl::string_view bytes) {
  v1::Bookmark message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Damaged(database, "a bookmark");
  }
  absl::StatusOr<Bookmark> bookmark = FromWire(message);
  return bookmark.ok() ? bookmark : Damaged(database, "a bookmark");
}

std::uint64_t ChecksumOf(absl::string_view source, absl::string_view value, BatchId id) {
  return RowBytes().Text("bookmark").Text(source).Text(value).Signed(id).Checksum();
}

std::uint64_t ChecksumOf(const ServerBookmark& entry, absl::string_view value) {
  return RowBytes()
      .Text("server_bookmark")
      .Text(entry.bookmark.source)
      .Text(value)
      .Signed(entry.through_id)
      .Number(entry.doubtful ? 1 : 0)
      .Checksum();
}

std::uint64_t ChecksumOf(const FileHole& hole, absl::string_view value) {
  return RowBytes()
      .Text("hole")
      .Text(hole.source)
      .Text(value)
      .Number(hole.until)
      .Number(hole.epoch)
      .Checksum();
}

}  // namespace

absl::Status Damaged(const Database& database, absl::string_view row) {
  return absl::DataLossError(absl::StrCat(database.name(), ": ", row,
                                          " does not match its checksum: the file is damaged"));
}

absl::Status StoreBookmark(Database& database, const Bookmark& bookmark, BatchId last_id) {
  const std::string value = ToWire(bookmark).SerializeAsString();
  ASSIGN_OR_RETURN(Statement write,
                   database.Prepare("INSERT OR REPLACE INTO bookmark VALUES(?1, ?2, ?3, ?4, ?5)"));
  write.BindText(1, bookmark.source);
  write.BindBlob(2, value);
  write.BindInt64(3, bookmark.closed ? 1 : 0);
  write.BindInt64(4, last_id);
  write.BindUint64(5, ChecksumOf(bookmark.source, value, last_id));
  return write.Run();
}

absl::StatusOr<std::vector<Bookmark>> LoadBookmarks(Database& database) {
  ASSIGN_OR_RETURN(
      Statement read,
      database.Prepare("SELECT source, value, last_id, checksum FROM bookmark ORDER BY source"));
  std::vector<Bookmark> bookmarks;
  while (true) {
    ASSIGN_OR_RETURN(const bool found, read.Step());
    if (!found) return bookmarks;
    const std::uint64_t sum = ChecksumOf(read.Text(0), read.Blob(1), read.Int64(2));
    if (read.Uint64(3) != sum) return Damaged(database, "a bookmark");
    ASSIGN_OR_RETURN(Bookmark bookmark, DecodeBookmark(database, read.Blob(1)));
    bookmarks.push_back(std::move(bookmark));
  }
}

absl::Status DeleteClosedBookmarks(Database& database, BatchId through) {
  ASSIGN_OR_RETURN(Statement write, database.Prepare("DELETE FROM bookmark WHERE closed = 1 AND "
                                                     "last_id <= ?1"));
  write.BindInt64(1, through);
  return write.Run();
}

absl::Status ReplaceServerBookmarks(Database& database, const std::vector<ServerBookmark>& all) {
  RETURN_IF_ERROR(database.Execute("DELETE FROM server_bookmark"));
  for (const ServerBookmark& entry : all) {
    const std::string value = ToWire(entry.bookmark).SerializeAsString();
    const absl::string_view source = entry.bookmark.source;
    ASSIGN_OR_RETURN(
        Statement write,
        database.Prepare("INSERT OR REPLACE INTO server_bookmark VALUES(?1, ?2, ?3, ?4, ?5)"));
    write.BindText(1, source);
    write.BindBlob(2, value);
    write.BindInt64(3, entry.through_id);
    write.BindInt64(4, entry.doubtful ? 1 : 0);
    write.BindUint64(5, ChecksumOf(entry, value));
    RETURN_IF_ERROR(write.Run());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<ServerBookmark>> LoadServerBookmarks(Database& database) {
  ASSIGN_OR_RETURN(Statement read,
                   database.Prepare("SELECT value, through_id, doubtful, checksum, source "
                                    "FROM server_bookmark ORDER BY source"));
  std::vector<ServerBookmark> all;
  while (true) {
    ASSIGN_OR_RETURN(const bool found, read.Step());
    if (!found) return all;
    ASSIGN_OR_RETURN(Bookmark bookmark, DecodeBookmark(database, read.Blob(0)));
    all.push_back({std::move(bookmark), read.Int64(1), read.Int64(2) != 0});
    if (read.Uint64(3) != ChecksumOf(all.back(), read.Blob(0)) ||
        read.Text(4) != all.back().bookmark.source) {
      return Damaged(database, "a server's bookmark");
    }
  }
}

absl::Status ReplaceHoles(Database& database, const std::vector<FileHole>& all) {
  RETURN_IF_ERROR(database.Execute("DELETE FROM hole"));
  for (const FileHole& hole : all) {
    const std::string value = ToWire(Bookmark{hole.source, hole.from, false}).SerializeAsString();
    ASSIGN_OR_RETURN(Statement write,
                     database.Prepare("INSERT INTO hole VALUES(?1, ?2, ?3, ?4, ?5)"));
    write.BindText(1, hole.source);
    write.BindBlob(2, value);
    write.BindUint64(3, hole.until);
    write.BindUint64(4, hole.epoch);
    write.BindUint64(5, ChecksumOf(hole, value));
    RETURN_IF_ERROR(write.Run());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<FileHole>> LoadHoles(Database& database) {
  ASSIGN_OR_RETURN(
      Statement read,
      database.Prepare("SELECT value, until, epoch, checksum, source FROM hole ORDER BY source"));
  std::vector<FileHole> all;
  while (true) {
    ASSIGN_OR_RETURN(const bool found, read.Step());
    if (!found) return all;
    ASSIGN_OR_RETURN(const Bookmark from, DecodeBookmark(database, read.Blob(0)));
    const auto* position = std::get_if<FilePosition>(&from.position);
    if (position == nullptr) return Damaged(database, "a hole");
    all.push_back({from.source, *position, read.Uint64(1), read.Uint64(2)});
    if (read.Uint64(3) != ChecksumOf(all.back(), read.Blob(0)) || read.Text(4) != from.source)
      return Damaged(database, "a hole");
  }
}

}  // namespace dims
