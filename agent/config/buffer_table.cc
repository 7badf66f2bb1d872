// SPDX-License-Identifier: Apache-2.0
#include "agent/config/agent_tables.h"
#include "common/config/taking.h"

namespace dims {

ConfigTable BufferTable(AgentConfig& config) {
  ConfigTable table{.name = "buffer",
                    .meaning =
                        "The queue on this machine's disk, `buffer.db` in the state "
                        "directory."};
  table.keys.push_back({.name = "size_max",
                        .kind = ConfigKind::kBytes,
                        .fallback = "",
                        .meaning = "Of the file; without it 4 GiB or a tenth of the volume, "
                                   "whichever is less.",
                        .apply = Taking<std::uint64_t>(
                            [&config](std::uint64_t bytes) { config.buffer.bytes_max = bytes; }),
                        .least = 8 << 20,
                        .most = std::int64_t{1} << 44});
  table.keys.push_back({.name = "keep_acked",
                        .kind = ConfigKind::kDuration,
                        .fallback = "\"24h\"",
                        .meaning = "How long events that the server has are kept, to refill it "
                                   "after it was restored from a backup.",
                        .apply = Taking<absl::Duration>(
                            [&config](absl::Duration span) { config.buffer.keep_acked = span; }),
                        .most = std::int64_t{365} * 86'400'000});
  table.keys.push_back({.name = "keep_acked_size",
                        .kind = ConfigKind::kBytes,
                        .fallback = "\"256MiB\"",
                        .meaning = "How much of them is kept at most.",
                        .apply = Taking<std::uint64_t>([&config](std::uint64_t bytes) {
                          config.buffer.keep_acked_bytes = bytes;
                        }),
                        .most = std::int64_t{1} << 44});
  table.keys.push_back({.name = "free_space_min",
                        .kind = ConfigKind::kBytes,
                        .fallback = "\"64MiB\"",
                        .meaning = "Nothing is accepted when less is free on the volume.",
                        .apply = Taking<std::uint64_t>([&config](std::uint64_t bytes) {
                          config.buffer.volume_free_bytes_min = bytes;
                        }),
                        .most = std::int64_t{1} << 44});
  return table;
}

}  // namespace dims
