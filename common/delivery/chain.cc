// SPDX-License-Identifier: Apache-2.0
#include "common/delivery/chain.h"

#include <string>

#include "common/base/little_endian.h"

namespace dims {
namespace {

void AppendDigest(std::string& out, const Sha256Digest& digest) {
  out.append(reinterpret_cast<const char*>(digest.data()), digest.size());
}

}  // namespace

Sha256Digest ChainStart(absl::string_view agent_id, std::uint64_t epoch) {
  std::string bytes = "dims-chain-v1";
  bytes += '\0';
  bytes.append(agent_id.data(), agent_id.size());
  AppendLittleEndian(bytes, epoch);
  return Sha256(bytes);
}

Sha256Digest ChainNext(const Sha256Digest& previous, std::uint64_t epoch, std::uint64_t sequence,
                       const Sha256Digest& payload_digest) {
  std::string bytes;
  AppendDigest(bytes, previous);
  AppendLittleEndian(bytes, epoch);
  AppendLittleEndian(bytes, sequence);
  AppendDigest(bytes, payload_digest);
  return Sha256(bytes);
}

}  // namespace dims
