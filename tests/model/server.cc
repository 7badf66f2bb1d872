// SPDX-License-Identifier: Apache-2.0
#include "tests/model/server.h"

#include <algorithm>

#include "tests/model/chain.h"

namespace dims::model {
namespace {

bool Knows(const ServerDisk& disk, int epoch) {
  return std::find(disk.epochs.begin(), disk.epochs.begin() + disk.epoch_count, epoch) !=
         disk.epochs.begin() + disk.epoch_count;
}

void AddEpoch(ServerDisk& disk, int epoch) {
  disk.epochs[disk.epoch_count++] = Narrow(epoch);
  disk.chain[static_cast<std::size_t>(epoch)] = FirstChain(epoch);
}

// Rule (f): what the ack_log says beyond what is stored, and beyond what is declared already, opens
// a gap.
void OpenGaps(ServerDisk& disk, const AgentDisk& agent, const ServerDisk& before,
              const Rules& rules) {
  for (unsigned epoch = 1; epoch < kEpochsMax; ++epoch) {
    if (!rules.ack_log_of_all_epochs && epoch != agent.epoch) continue;
    if (!rules.gap_for_unknown_epoch && !Knows(before, static_cast<int>(epoch))) continue;
    const bool declared = disk.declared[epoch] > disk.watermark[epoch];
    const int from = declared ? disk.declared[epoch] : disk.watermark[epoch];
    const int from_ordinal = declared ? disk.declared_ordinal[epoch] : disk.ordinal[epoch];
    if (agent.ack_log[epoch] <= from) continue;
    for (int sequence = from + 1; sequence <= agent.ack_log[epoch]; ++sequence) {
      disk.refilling |= SequenceBit(static_cast<int>(epoch), sequence);
    }
    disk.missing_rows[epoch] =
        Narrow(disk.missing_rows[epoch] + std::max(0, agent.ack_log_ordinal[epoch] - from_ordinal));
    disk.declared[epoch] = agent.ack_log[epoch];
    disk.declared_ordinal[epoch] = agent.ack_log_ordinal[epoch];
  }
}

// The rows of one sequence arrived after all.
void CloseGap(ServerDisk& disk, const Name& name) {
  const std::uint64_t bit = SequenceBit(name.epoch, name.sequence);
  if (((disk.refilling | disk.gaps) & bit) == 0) return;
  disk.refilling &= ~bit;
  disk.gaps &= ~bit;
  disk.missing_rows[name.epoch] = Narrow(std::max(0, disk.missing_rows[name.epoch] - name.rows));
}

void AnswerPosition(State& state, const Rules& rules, int epoch) {
  const ServerDisk& disk = state.server;
  Position& position = state.network.position;
  position = {};
  position.epoch = Narrow(epoch);
  position.watermark = disk.watermark[static_cast<std::size_t>(epoch)];
  position.chain = disk.chain[static_cast<std::size_t>(epoch)];
  position.file_offset = disk.file_offset;
  position.file_hash = disk.file_hash;
  position.counter = disk.counter;
  position.watermarks = disk.watermark;
  position.ordinals = disk.ordinal;
  for (unsigned index = 1; rules.positions_tell_declared && index < kEpochsMax; ++index) {
    if (disk.declared[index] <= position.watermarks[index]) continue;
    position.watermarks[index] = disk.declared[index];
    position.ordinals[index] = disk.declared_ordinal[index];
  }
  position.stored = StoredItems(disk);
  state.network.has_position = 1;
}

void SendAck(State& state, const Rules& rules, int epoch) {
  const Byte committed = state.server.watermark[static_cast<std::size_t>(epoch)];
  if (rules.commit_before_ack) state.synced = state.server;
  if (state.synced.watermark[static_cast<std::size_t>(epoch)] < committed) state.truth.bad_ack = 1;
  Network& network = state.network;
  if (network.ack_count == kInFlightMax) --network.ack_count;  // acks are cumulative
  network.acks[network.ack_count++] = {Narrow(epoch), committed, StoredItems(state.server), 0};
}

void TakeBookmark(ServerDisk& disk, const Truth& truth, ItemSet rows, const Rules& rules) {
  for (unsigned item = 0; item < kItemsMax; ++item) {
    if (!Holds(rows, static_cast<int>(item))) continue;
    const Item& origin = truth.items[item];
    if (origin.source == Source::kFile) {
      if (rules.bookmark_never_goes_back && origin.position + 1 < disk.file_offset) continue;
      disk.file_offset = Narrow(origin.position + 1);
      disk.file_hash = Narrow(static_cast<int>(item) + 1);
    } else {
      if (!rules.counter_bookmark_per_nonce) disk.counter = {};
      disk.counter[origin.nonce] = origin.position;
    }
  }
}

void Commit(State& state, const Rules& rules, const UpMessage& message) {
  ServerDisk& disk = state.server;
  const ItemSet rows = Without(message.rows, message.left_out);
  for (unsigned item = 0; item < kItemsMax; ++item) {
    if (!Holds(rows, static_cast<int>(item))) continue;
    state.truth.names[item] |= SequenceBit(message.epoch, message.sequence);
    if (message.hollow != 0) {
      disk.hollow = static_cast<ItemSet>(disk.hollow | 1U << item);
    } else if (message.tagged != 0) {
      ++disk.tagged_copies[item];
    } else {
      ++disk.copies[item];
    }
  }
  disk.watermark[message.epoch] = message.sequence;
  disk.chain[message.epoch] = message.chain;
  disk.ordinal[message.epoch] = Narrow(disk.ordinal[message.epoch] + RowsOf(rows));
  TakeBookmark(disk, state.truth, message.rows, rules);
  CloseGap(disk, {message.epoch, message.sequence, Narrow(RowsOf(rows))});
  for (const Name& name : message.names) {
    if (name.epoch != 0) CloseGap(disk, name);
  }
}

}  // namespace

bool ServerGreets(State& state, const Rules& rules) {
  ServerDisk& disk = state.server;
  AgentDisk& agent = state.agent;
  const ServerDisk before = disk;
  if (rules.fence_older_streams) state.network.old_count = 0, state.network.old = {};

  int epoch = disk.NewestEpoch();
  const bool adopt =
      !rules.server_draws_every_epoch && disk.epoch_count == 0 && state.process.want_new_epoch == 0;
  const bool known = rules.only_newest_epoch_is_current ? agent.epoch != 0 && agent.epoch == epoch
                                                        : Knows(disk, agent.epoch);
  const bool shortfall = agent.ack_log[agent.epoch] > disk.watermark[agent.epoch];
  const bool current = known && !(rules.new_epoch_on_shortfall && shortfall);
  if (adopt) {
    epoch = agent.epoch;
    AddEpoch(disk, epoch);
  } else if (!current || state.process.want_new_epoch != 0) {
    if (disk.epoch_count == kEpochsMax || state.truth.epochs_drawn + 1 >= kEpochsMax) return false;
    epoch = ++state.truth.epochs_drawn;
    AddEpoch(disk, epoch);
  } else {
    epoch = agent.epoch;
    if (!rules.server_keeps_own_position) {
      disk.watermark[agent.epoch] = agent.acked;
      disk.chain[agent.epoch] = agent.trimmed_chain;
      for (int index = 0; index < agent.batch_count; ++index) {
        const Batch& batch = agent.batches[static_cast<std::size_t>(index)];
        if (batch.sequence != 0 && batch.sequence == agent.acked)
          disk.chain[agent.epoch] = batch.chain;
      }
    }
  }
  OpenGaps(disk, agent, before, rules);
  state.synced = disk;
  AnswerPosition(state, rules, epoch);
  return true;
}

void ServerReceives(State& state, const Rules& rules, const UpMessage& message, bool current) {
  ServerDisk& disk = state.server;
  const int watermark = disk.watermark[message.epoch];
  const bool is_current_epoch = rules.only_newest_epoch_is_current
                                    ? message.epoch == disk.NewestEpoch()
                                    : Knows(disk, message.epoch);
  bool accepted = is_current_epoch;
  if (accepted && message.kind == MessageKind::kRefillDone) {
    disk.gaps |= disk.refilling;
    disk.refilling = 0;
    state.synced = disk;
    return;
  }
  if (accepted && message.sequence == watermark && rules.compare_chain_at_overlap) {
    accepted = message.chain == disk.chain[message.epoch];
  } else if (accepted && message.sequence > watermark) {
    accepted = message.sequence == watermark + 1 &&
               message.chain == NextChain(disk.chain[message.epoch], message.epoch,
                                          message.sequence, message.rows);
    if (accepted) Commit(state, rules, message);
  }
  if (!accepted) {
    if (current) CutStream(state), state.network.old_count = 0, state.network.old = {};
    return;
  }
  if (rules.commit_before_ack) state.synced = state.server;
  if (current) SendAck(state, rules, message.epoch);
}

void ServerSyncs(State& state) {
  state.synced = state.server;
}

void ServerRestarts(State& state) {
  state.server = state.synced;
  CutStream(state);
  state.network.old = {};
  state.network.old_count = 0;
}

ItemSet StoredItems(const ServerDisk& disk) {
  ItemSet stored = 0;
  for (unsigned item = 0; item < kItemsMax; ++item) {
    if (disk.copies[item] + disk.tagged_copies[item] > 0)
      stored = static_cast<ItemSet>(stored | 1U << item);
  }
  return stored;
}

void CutStream(State& state) {
  Network& network = state.network;
  if (network.up_count > 0) {
    network.old = network.up;
    network.old_count = network.up_count;
  }
  network.up = {};
  network.up_count = 0;
  network.acks = {};
  network.ack_count = 0;
  network.position = {};
  network.has_position = 0;
  state.process.stream = Stream::kNone;
  state.process.cursor = 0;
  state.process.refill_said = 0;
}

}  // namespace dims::model
