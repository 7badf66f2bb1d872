// SPDX-License-Identifier: Apache-2.0
#include "common/geo/geo_database.h"

#include <fcntl.h>
#include <maxminddb.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/base/unique_fd.h"
#include "common/geo/mmdb_value.h"

namespace dims {
namespace {

constexpr absl::string_view kMarker = "\xab\xcd\xefMaxMind.com";
constexpr std::size_t kMetadataBytesMax = 128u << 10;  // from the marker on, by the format
constexpr std::size_t kSeparatorBytes = 16;            // between tree and records
constexpr std::uint64_t kRoomLeftMin = 64u << 20;      // on the volume of the copy
constexpr std::size_t kTypeBytesMax = 64;
constexpr std::size_t kChunkBytes = 256u << 10;
constexpr std::int64_t kSecondsMax = std::int64_t{1} << 33;  // the year 2242

absl::Status SystemError(const std::string& path) {
  return absl::ErrnoToStatus(errno, path);
}

absl::Status NoDatabase(const std::string& path, absl::string_view why) {
  return absl::DataLossError(
      absl::StrCat(path, ": ", why, "; fetch it again, complete, or name another file"));
}

// What the metadata says, checked against the size of the file.
struct Shape {
  std::uint64_t node_count = 0;
  std::uint64_t record_size = 0;
  std::uint64_t ip_version = 0;
  std::uint64_t major_version = 0;
  std::uint64_t build_seconds = 0;
  std::string type;
  std::size_t tree_bytes = 0;
  std::size_t marker = 0;  // where it stands
};

class ScratchFile {
 public:
  explicit ScratchFile(const std::string& directory) : path_(directory + "/mmdb.copy") {
    ::unlink(path_.c_str());  // left over by a crash
    fd_.Reset(::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  }

  ~ScratchFile() { ::unlink(path_.c_str()); }

  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;

  int fd() const { return fd_.get(); }

  const std::string& path() const { return path_; }

 private:
  const std::string path_;
  UniqueFd fd_;
};

absl::Status CheckRoom(int fd, std::uint64_t bytes, const std::string& path) {
  struct statvfs volume {};

  if (::fstatvfs(fd, &volume) != 0) return absl::OkStatus();
  const std::uint64_t free_bytes = std::uint64_t{volume.f_bavail} * volume.f_frsize;
  if (free_bytes >= bytes + kRoomLeftMin) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat(path, ": no room for a copy of its ",
                                                   bytes >> 20,
                                                   " MiB in the state directory; make room there"));
}

bool WriteWhole(int fd, const char* bytes, std::size_t count) {
  while (count > 0) {
    const ssize_t written = ::write(fd, bytes, count);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes += written;
    count -= static_cast<std::size_t>(written);
  }
  return true;
}

// The size of what was copied.
absl::StatusOr<std::uint64_t> CopyInto(const ScratchFile& copy, const std::string& path) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.valid()) return SystemError(path);

  struct stat about {};

  if (::fstat(file.get(), &about) != 0) return SystemError(path);
  if (!S_ISREG(about.st_mode)) return NoDatabase(path, "this is no file");
  if (static_cast<std::uint64_t>(about.st_size) > kGeoDatabaseBytesMax) {
    return absl::ResourceExhaustedError(absl::StrCat(path, ": larger than 2 GiB"));
  }
  if (copy.fd() < 0) return SystemError(copy.path());
  RETURN_IF_ERROR(CheckRoom(copy.fd(), static_cast<std::uint64_t>(about.st_size), path));
  std::vector<char> chunk(kChunkBytes);
  std::uint64_t total = 0;
  while (true) {
    const ssize_t got = ::read(file.get(), chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return SystemError(path);
    if (got == 0) return total;
    total += static_cast<std::uint64_t>(got);
    if (total > kGeoDatabaseBytesMax) return NoDatabase(path, "it grows while it is read");
    if (!WriteWhole(copy.fd(), chunk.data(), static_cast<std::size_t>(got))) {
      return SystemError(copy.path());
    }
  }
}

void TakeMember(absl::string_view name, const MmdbLeaf& leaf, Shape& shape) {
  if (leaf.kind == MmdbLeaf::Kind::kText && name == "database_type") {
    const bool plain = std::all_of(leaf.text.begin(), leaf.text.end(),
                                   [](char c) { return c >= 0x20 && c < 0x7f; });
    if (plain) shape.type = std::string(leaf.text.substr(0, kTypeBytesMax));
  }
  if (leaf.kind != MmdbLeaf::Kind::kUnsigned) return;
  if (name == "node_count") shape.node_count = leaf.number;
  if (name == "record_size") shape.record_size = leaf.number;
  if (name == "ip_version") shape.ip_version = leaf.number;
  if (name == "binary_format_major_version") shape.major_version = leaf.number;
  if (name == "build_epoch") shape.build_seconds = leaf.number;
}

// Reads the metadata at the end of the file. libmaxminddb follows its pointers without a limit and
// multiplies its numbers in 32 bits: what it gets to see must be sound.
absl::StatusOr<Shape> ReadShape(int fd, std::uint64_t size, const std::string& path) {
  const auto want =
      static_cast<std::size_t>(std::min<std::uint64_t>(size, kMetadataBytesMax + kMarker.size()));
  std::string tail(want, '\0');
  const ssize_t got = ::pread(fd, tail.data(), want, static_cast<off_t>(size - want));
  if (got != static_cast<ssize_t>(want)) return NoDatabase(path, "it cannot be read back");
  const std::size_t marker = tail.rfind(std::string(kMarker));
  if (marker == std::string::npos) {
    return NoDatabase(path, "this is no MaxMind DB, or its end is missing");
  }
  Shape shape;
  shape.marker = static_cast<std::size_t>(size - want) + marker;
  const std::size_t begin = marker + kMarker.size();
  const std::span<const std::uint8_t> metadata(
      reinterpret_cast<const std::uint8_t*>(tail.data()) + begin, tail.size() - begin);
  const absl::Status read = VisitMmdbValue(
      metadata, 0,
      [&](absl::string_view name, const MmdbLeaf& leaf) { TakeMember(name, leaf, shape); });
  if (!read.ok())
    return NoDatabase(path, absl::StrCat("its metadata are damaged: ", read.message()));
  const bool known =
      shape.major_version == 2 && (shape.ip_version == 4 || shape.ip_version == 6) &&
      (shape.record_size == 24 || shape.record_size == 28 || shape.record_size == 32) &&
      shape.node_count > 0 && shape.node_count <= 0xffff'ffff;
  if (!known) return NoDatabase(path, "its metadata make no sense");
  const std::uint64_t tree = shape.node_count * shape.record_size / 4;
  if (tree > 0xffff'ffff || tree + kSeparatorBytes > shape.marker) {
    return NoDatabase(path, "it is shorter than its metadata say");
  }
  shape.tree_bytes = static_cast<std::size_t>(tree);
  return shape;
}

}  // namespace

absl::StatusOr<std::unique_ptr<GeoDatabase>> GeoDatabase::Open(const std::string& path,
                                                               const std::string& directory) {
  const ScratchFile copy(directory);
  ASSIGN_OR_RETURN(const std::uint64_t size, CopyInto(copy, path));
  ASSIGN_OR_RETURN(const Shape shape, ReadShape(copy.fd(), size, path));
  auto database = std::unique_ptr<GeoDatabase>(new GeoDatabase);
  auto mmdb = std::make_unique<MMDB_s>();
  const int opened = MMDB_open(copy.path().c_str(), MMDB_MODE_MMAP, mmdb.get());
  if (opened != MMDB_SUCCESS) return NoDatabase(path, MMDB_strerror(opened));
  database->mmdb_ = std::move(mmdb);
  const std::size_t begin = shape.tree_bytes + kSeparatorBytes;
  database->section_ = std::span(database->mmdb_->file_content + begin, shape.marker - begin);
  database->path_ = path;
  database->type_ = shape.type;
  database->build_ns_ =
      std::min(static_cast<std::int64_t>(std::min<std::uint64_t>(shape.build_seconds, kSecondsMax)),
               kSecondsMax) *
      1'000'000'000;
  return database;
}

GeoDatabase::~GeoDatabase() {
  if (mmdb_ != nullptr) MMDB_close(mmdb_.get());
}

void GeoDatabase::Look(const IpAddress& address, GeoRecord& out) const {
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  const sockaddr* asked = nullptr;
  if (address.IsV4()) {
    v4.sin_family = AF_INET;
    v4.sin_addr.s_addr = htonl(address.V4());
    asked = reinterpret_cast<const sockaddr*>(&v4);
  } else {
    if (mmdb_->metadata.ip_version == 4) return;
    v6.sin6_family = AF_INET6;
    std::memcpy(&v6.sin6_addr, address.bytes().data(), address.bytes().size());
    asked = reinterpret_cast<const sockaddr*>(&v6);
  }
  int error = MMDB_SUCCESS;
  const MMDB_lookup_result_s found = MMDB_lookup_sockaddr(mmdb_.get(), asked, &error);
  bool damaged = error != MMDB_SUCCESS;
  if (!damaged && found.found_entry) damaged = !out.Take(section_, found.entry.offset).ok();
  if (damaged) damaged_.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace dims
