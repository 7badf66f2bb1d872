// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <type_traits>

#include "tests/model/batch.h"
#include "tests/model/network.h"

namespace dims::model {

// What is durable at the agent: its buffer.
struct AgentDisk {
  std::uint32_t trimmed_chain;
  std::array<Batch, kBatchesMax> batches;
  Byte batch_count;
  Byte epoch;
  Byte next;
  Byte acked;
  Byte trimmed;  // last sequence the ring gave up
  Byte trimmed_ordinal;
  std::array<Byte, kEpochsMax> ack_log;
  std::array<Byte, kEpochsMax> ack_log_ordinal;
  Byte file_offset;
  Byte hole;       // lines below file_offset that must be read again, as a set
  Byte tag_below;  // lines below it are tagged when read
  Byte last_counter;
  Byte fresh;  // never had a Position
  Byte refill_until;
  ItemSet knows;  // ghost: what the server was known to have when it last spoke
  std::array<Byte, 3> reserved;
};

// What is durable at the server: live.db.
struct ServerDisk {
  std::uint64_t refilling;
  std::uint64_t gaps;  // final
  std::array<std::uint32_t, kEpochsMax> chain;
  std::array<Byte, kEpochsMax> epochs;  // oldest first
  std::array<Byte, kEpochsMax> watermark;
  std::array<Byte, kEpochsMax> ordinal;
  std::array<Byte, kEpochsMax> declared;  // up to which sequence gaps were opened
  std::array<Byte, kEpochsMax> declared_ordinal;
  std::array<Byte, kEpochsMax> missing_rows;
  std::array<Byte, kNoncesMax> counter;  // bookmark of each nonce
  std::array<Byte, kItemsMax> copies;
  std::array<Byte, kItemsMax> tagged_copies;
  Byte epoch_count;
  Byte file_offset;
  Byte file_hash;  // item + 1 of the line before the offset
  ItemSet hollow;  // rows declared lost by a hollow batch
  std::array<Byte, 4> reserved;

  Byte NewestEpoch() const { return epoch_count == 0 ? Byte{0} : epochs[epoch_count - 1U]; }
};

enum class Stream : Byte { kNone, kGreeted, kOpen };

// What a restart of the agent forgets.
struct AgentProcess {
  Stream stream;
  Byte cursor;  // next sequence to send
  Byte want_new_epoch;
  Byte refill_said;
  Byte nonce;  // 0: none drawn yet
  Byte counter;
  ItemSet uncommitted;  // only where the bookmark is committed before the batch
  Byte reserved;
};

struct File {
  std::array<Byte, kItemsMax> lines;
  Byte length;
  Byte exists;
  Byte went_back;  // ghost: the machine was restored, so bookmarks of later lines do not verify
  Byte reserved;
};

// What happened, for the invariants alone; nobody in the protocol reads it.
struct Truth {
  std::array<std::uint64_t, kItemsMax>
      names;  // sequences under which the server committed the item
  std::array<Item, kItemsMax> items;
  ItemSet accepted;  // the agent's commit returned
  ItemSet excused;   // the last copy and the last trace of it went with a disk
  ItemSet taken;     // left the agent's ring by its limits or with the disk
  Byte item_count;
  Byte file_items;
  Byte counter_items;
  Byte epochs_drawn;
  Byte nonces_drawn;
  Byte faults;
  Byte bad_ack;
  Byte agent_backups;
  Byte server_backups;
};

struct State {
  ServerDisk server;
  ServerDisk synced;  // equals `server` but where acks go out before the commit
  Truth truth;
  Network network;
  AgentDisk agent;
  AgentProcess process;
  File file;
  std::uint32_t agent_backup;  // index into Backups
  std::uint32_t server_backup;
  std::uint32_t reserved;
};

static_assert(std::has_unique_object_representations_v<State>, "States are compared as bytes");

}  // namespace dims::model
