// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/base/little_endian.h"
#include "common/crypto/sha256.h"
#include "common/sqlite/database.h"

namespace dims {

// The columns of a row as one run of bytes: numbers as 8 bytes LE, texts and blobs with their
// length before them.
class RowBytes {
 public:
  RowBytes& Number(std::uint64_t value) {
    AppendLittleEndian(bytes_, value);
    return *this;
  }

  RowBytes& Signed(std::int64_t value) {
    AppendLittleEndian(bytes_, value);
    return *this;
  }

  RowBytes& Text(absl::string_view value) {
    Number(value.size());
    bytes_.append(value.data(), value.size());
    return *this;
  }

  // The first 8 bytes of SHA-256, little-endian.
  std::uint64_t Checksum() const {
    return ReadLittleEndian<std::uint64_t>(BytesOf(Sha256(bytes_)));
  }

 private:
  std::string bytes_;
};

// The DataLoss of a row whose checksum does not match.
absl::Status Damaged(const Database& database, absl::string_view row);

}  // namespace dims
