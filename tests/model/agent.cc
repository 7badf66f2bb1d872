// SPDX-License-Identifier: Apache-2.0
#include "tests/model/agent.h"

#include <algorithm>

#include "tests/model/chain.h"
#include "tests/model/server.h"

namespace dims::model {
namespace {

Batch& At(AgentDisk& disk, int index) {
  return disk.batches[static_cast<std::size_t>(index)];
}

const Batch& At(const AgentDisk& disk, int index) {
  return disk.batches[static_cast<std::size_t>(index)];
}

const Batch* BySequence(const AgentDisk& disk, int sequence) {
  for (int index = 0; index < disk.batch_count; ++index) {
    const Batch& batch = At(disk, index);
    if (batch.place == Place::kQueued && batch.sequence == sequence) return &batch;
  }
  return nullptr;
}

int SentRows(const Batch& batch) {
  return RowsOf(Without(batch.rows, batch.left_out));
}

// Chain after `sequence`, which the ring must reach.
std::uint32_t ChainAt(const AgentDisk& disk, int sequence) {
  const Batch* batch = BySequence(disk, sequence);
  return batch != nullptr ? batch->chain : disk.trimmed_chain;
}

int OrdinalAfter(const AgentDisk& disk, int sequence) {
  int ordinal = disk.trimmed_ordinal;
  for (int index = 0; index < disk.batch_count; ++index) {
    const Batch& batch = At(disk, index);
    if (batch.place == Place::kQueued && batch.sequence <= sequence) ordinal += SentRows(batch);
  }
  return ordinal;
}

int FirstLine(const State& state, const Batch& batch) {
  int first = kItemsMax;
  for (unsigned item = 0; item < kItemsMax; ++item) {
    const Item& origin = state.truth.items[item];
    if (Holds(batch.rows, static_cast<int>(item)) && origin.source == Source::kFile) {
      first = std::min<int>(first, origin.position);
    }
  }
  return first;  // kItemsMax: no file
}

bool HasFile(const State& state, const Batch& batch) {
  return FirstLine(state, batch) < kItemsMax;
}

int HoleStart(const AgentDisk& disk) {
  return std::countr_zero(static_cast<unsigned>(disk.hole));
}

void AddName(Batch& batch, const Name& name) {
  for (Name& slot : batch.names) {
    if (slot.epoch == name.epoch && slot.sequence == name.sequence) return;
    if (slot.epoch == 0) {
      slot = name;
      return;
    }
  }
  std::rotate(batch.names.begin(), batch.names.begin() + 1, batch.names.end());
  batch.names.back() = name;
}

bool Queue(AgentDisk& disk, Batch& batch) {
  if (disk.next >= kSequencesMax) return false;
  batch.place = Place::kQueued;
  batch.sequence = disk.next++;
  batch.chain =
      NextChain(ChainAt(disk, batch.sequence - 1), disk.epoch, batch.sequence, batch.rows);
  return true;
}

bool Insert(AgentDisk& disk, int index, const Batch& batch) {
  if (disk.batch_count == kBatchesMax) return false;
  for (int slot = disk.batch_count; slot > index; --slot) At(disk, slot) = At(disk, slot - 1);
  At(disk, index) = batch;
  ++disk.batch_count;
  return true;
}

void Remove(AgentDisk& disk, int index) {
  for (int slot = index; slot + 1 < disk.batch_count; ++slot) At(disk, slot) = At(disk, slot + 1);
  At(disk, --disk.batch_count) = {};
}

bool AppendRows(State& state, ItemSet rows, bool tagged) {
  Batch batch = {};
  batch.rows = rows;
  batch.tagged = tagged ? 1 : 0;
  if (!Insert(state.agent, state.agent.batch_count, batch)) return false;
  state.truth.accepted |= rows;
  return Queue(state.agent, At(state.agent, state.agent.batch_count - 1));
}

// Everything up to `sequence` is stored under the current epoch.
void MarkAcked(AgentDisk& disk, int sequence) {
  disk.acked = Narrow(sequence);
  for (int index = 0; index < disk.batch_count; ++index) {
    Batch& batch = At(disk, index);
    if (batch.place != Place::kQueued || batch.sequence > sequence) continue;
    AddName(batch, {disk.epoch, batch.sequence, Narrow(SentRows(batch))});
  }
  if (sequence <= disk.ack_log[disk.epoch]) return;
  disk.ack_log[disk.epoch] = Narrow(sequence);
  disk.ack_log_ordinal[disk.epoch] = Narrow(OrdinalAfter(disk, sequence));
}

void MergeWatermarks(AgentDisk& disk, const Position& position) {
  for (unsigned epoch = 1; epoch < kEpochsMax; ++epoch) {
    if (position.watermarks[epoch] <= disk.ack_log[epoch]) continue;
    disk.ack_log[epoch] = position.watermarks[epoch];
    disk.ack_log_ordinal[epoch] = position.ordinals[epoch];
  }
}

// What the bookmarks of one Position say about this agent's rows.
class Coverage {
 public:
  Coverage(const State& state, const Rules& rules) : state_(state), rules_(rules) {
    const Position& position = state.network.position;
    const File& file = state.file;
    verified_ = !rules.verify_file_bookmarks || position.file_offset == 0 ||
                (file.exists != 0 && file.length >= position.file_offset &&
                 file.lines[position.file_offset - 1U] + 1 == position.file_hash);
  }

  bool FileVerified() const { return verified_; }

  int FileOffset() const { return verified_ ? state_.network.position.file_offset : 0; }

  ItemSet Covered(ItemSet rows) const {
    ItemSet covered = 0;
    for (unsigned item = 0; item < kItemsMax; ++item) {
      if (Holds(rows, static_cast<int>(item)) && Covers(state_.truth.items[item])) {
        covered = static_cast<ItemSet>(covered | 1U << item);
      }
    }
    return covered;
  }

 private:
  bool Covers(const Item& item) const {
    if (item.source == Source::kFile) return item.position < FileOffset();
    const auto& counter = state_.network.position.counter;
    if (rules_.nonce_in_counter_bookmark) return item.position <= counter[item.nonce];
    return item.position <= *std::max_element(counter.begin(), counter.end());
  }

  const State& state_;
  const Rules& rules_;
  bool verified_ = false;
};

ItemSet LinesRetained(const State& state) {
  ItemSet lines = 0;
  for (int index = 0; index < state.agent.batch_count; ++index) {
    const Batch& batch = At(state.agent, index);
    for (unsigned item = 0; item < kItemsMax; ++item) {
      const Item& origin = state.truth.items[item];
      if (Holds(batch.rows, static_cast<int>(item)) && origin.source == Source::kFile) {
        lines = static_cast<ItemSet>(lines | 1U << origin.position);
      }
    }
  }
  return lines;
}

// Rule (d) for the file: where reading goes on, and what must be read again.
void PlanReading(State& state, const Rules& rules, const Coverage& coverage) {
  AgentDisk& disk = state.agent;
  disk.hole = 0;
  disk.tag_below = 0;
  if (!coverage.FileVerified()) {
    disk.tag_below = state.file.length;
    return;
  }
  const int server_offset = coverage.FileOffset();
  if (state.file.exists != 0 && rules.reread_holes) {
    const ItemSet retained = LinesRetained(state);
    for (int line = server_offset; line < disk.file_offset; ++line) {
      if (!Holds(retained, line)) disk.hole = Narrow(disk.hole | 1 << line);
    }
  }
  disk.file_offset = Narrow(std::max<int>(disk.file_offset, server_offset));
}

bool IsBehindHole(const State& state, const Batch& batch, const Rules& rules) {
  return rules.hold_rows_behind_a_hole && state.agent.hole != 0 && HasFile(state, batch) &&
         FirstLine(state, batch) > HoleStart(state.agent);
}

bool QueueHeld(State& state, const Rules& rules) {
  AgentDisk& disk = state.agent;
  for (int index = 0; index < disk.batch_count; ++index) {
    Batch& batch = At(disk, index);
    if (batch.place != Place::kHeld || IsBehindHole(state, batch, rules)) continue;
    if (!Queue(disk, batch)) return false;
  }
  disk.refill_until = Narrow(disk.next - 1);
  return true;
}

// One transaction: the retained rows that the server lacks are queued under the Position's epoch.
bool StartEpoch(State& state, const Rules& rules) {
  AgentDisk& disk = state.agent;
  const Coverage coverage(state, rules);
  PlanReading(state, rules, coverage);
  for (int index = 0; index < disk.batch_count; ++index) {
    Batch& batch = At(disk, index);
    if (!rules.replace_only_acked_names && batch.place == Place::kQueued) {
      AddName(batch, {disk.epoch, batch.sequence, Narrow(SentRows(batch))});
    }
    const bool acked = batch.place == Place::kQueued && batch.sequence <= disk.acked;
    batch.left_out = coverage.Covered(batch.rows);
    if (acked && !rules.resend_whole_ring_on_new_epoch) batch.left_out = batch.rows;
    batch.place = batch.left_out == batch.rows ? Place::kAside : Place::kHeld;
    batch.sequence = 0;
    batch.chain = 0;
    if (HasFile(state, batch)) {
      batch.tagged = coverage.FileVerified() ? 0 : 1;
    }
  }
  if (!rules.set_covered_rows_aside) {
    for (int index = disk.batch_count - 1; index >= 0; --index) {
      if (At(disk, index).place == Place::kAside) Remove(disk, index);
    }
  }
  disk.epoch = state.network.position.epoch;
  disk.next = 1;
  disk.acked = disk.trimmed = disk.trimmed_ordinal = 0;
  disk.trimmed_chain = FirstChain(disk.epoch);
  return QueueHeld(state, rules);
}

void TakeSameEpoch(State& state, const Rules& rules) {
  AgentDisk& disk = state.agent;
  const Position& position = state.network.position;
  const int watermark = position.watermark;
  const bool compare =
      rules.compare_chain && (rules.compare_at_watermark || watermark == disk.acked);
  const bool usable = watermark < disk.next && watermark >= disk.trimmed &&
                      (!compare || ChainAt(disk, watermark) == position.chain);
  if (!usable) {  // D4, D5
    CutStream(state);
    state.process.want_new_epoch = 1;
    return;
  }
  if (watermark < disk.acked) disk.refill_until = std::max(disk.refill_until, disk.acked);  // D3
  MarkAcked(disk, watermark);
  state.process.stream = Stream::kOpen;
  state.process.cursor = Narrow(watermark + 1);
}

}  // namespace

bool CanReadFile(const State& state, const Bounds& bounds) {
  const bool more =
      state.agent.file_offset < state.file.length || state.truth.file_items < bounds.file_items;
  return state.file.exists != 0 && state.agent.fresh == 0 && state.agent.hole == 0 && more &&
         state.process.uncommitted == 0;
}

bool AgentReadsFile(State& state, const Rules& rules, const Bounds& bounds, int rows) {
  AgentDisk& disk = state.agent;
  Truth& truth = state.truth;
  ItemSet read = 0;
  bool tagged = false;
  for (int row = 0; row < rows; ++row) {
    if (disk.file_offset == state.file.length) {  // a line is written only when it is read at once
      if (truth.file_items == bounds.file_items) return false;
      ++truth.file_items;
      truth.items[truth.item_count] = {Source::kFile, state.file.length, 0};
      state.file.lines[state.file.length++] = truth.item_count++;
    }
    read = static_cast<ItemSet>(read | 1U << state.file.lines[disk.file_offset]);
    tagged = tagged || disk.file_offset < disk.tag_below;
    ++disk.file_offset;
  }
  if (!rules.bookmark_with_batch) {
    state.process.uncommitted = read;
    return true;
  }
  return AppendRows(state, read, tagged);
}

bool AgentReceivesDatagrams(State& state, const Rules& rules, int rows) {
  Truth& truth = state.truth;
  if (state.process.nonce == 0) {
    if (truth.nonces_drawn + 1 == kNoncesMax) return false;
    state.process.nonce = ++truth.nonces_drawn;
    state.process.counter = rules.nonce_in_counter_bookmark ? Byte{0} : state.agent.last_counter;
  }
  ItemSet received = 0;
  for (int row = 0; row < rows; ++row) {
    ++truth.counter_items;
    truth.items[truth.item_count] = {Source::kCounter, ++state.process.counter,
                                     state.process.nonce};
    received = static_cast<ItemSet>(received | 1U << truth.item_count++);
  }
  if (!rules.nonce_in_counter_bookmark) state.agent.last_counter = state.process.counter;
  return AppendRows(state, received, false);
}

bool AgentCommitsBatch(State& state) {
  const ItemSet rows = state.process.uncommitted;
  state.process.uncommitted = 0;
  return AppendRows(state, rows, false);
}

bool AgentReadsHole(State& state, const Rules& rules, int rows) {
  AgentDisk& disk = state.agent;
  Batch batch = {};
  const int start = HoleStart(disk);
  for (int row = 0; row < rows; ++row) {
    const int line = start + row;
    if (!Holds(disk.hole, line)) return false;
    disk.hole = Narrow(disk.hole & ~(1 << line));
    batch.rows =
        static_cast<ItemSet>(batch.rows | 1U << state.file.lines[static_cast<std::size_t>(line)]);
  }
  int index = 0;
  while (index < disk.batch_count &&
         (!HasFile(state, At(disk, index)) || FirstLine(state, At(disk, index)) < start)) {
    ++index;
  }
  return Insert(disk, index, batch) && Queue(disk, At(disk, index)) && QueueHeld(state, rules);
}

void AgentGivesUpHole(State& state) {
  state.agent.hole = 0;
  QueueHeld(state, {});
}

bool AgentTakesPosition(State& state, const Rules& rules) {
  AgentDisk& disk = state.agent;
  const Position& position = state.network.position;
  disk.knows |= position.stored;
  if (rules.ack_log_takes_positions) MergeWatermarks(disk, position);
  bool within_bounds = true;
  if (position.epoch == disk.epoch && disk.fresh == 0) {
    TakeSameEpoch(state, rules);
  } else {
    if (position.epoch == disk.epoch) {
      PlanReading(state, rules, Coverage(state, rules));  // a fresh buffer's own epoch was adopted
      TakeSameEpoch(state, rules);
    } else {
      within_bounds = StartEpoch(state, rules);
      state.process.stream = Stream::kOpen;
      state.process.cursor = 1;
    }
  }
  disk.fresh = 0;
  if (state.process.stream == Stream::kOpen) state.process.want_new_epoch = 0;
  state.network.position = {};
  state.network.has_position = 0;
  return within_bounds;
}

void AgentTakesAck(State& state, const Ack& ack) {
  AgentDisk& disk = state.agent;
  disk.knows |= ack.stored;
  if (ack.epoch == disk.epoch && ack.committed < disk.next && ack.committed > disk.acked) {
    MarkAcked(disk, ack.committed);
    state.process.cursor = std::max(state.process.cursor, Narrow(ack.committed + 1));
  }
}

bool CanSend(const State& state, int in_flight) {
  return state.process.stream == Stream::kOpen && state.process.cursor < state.agent.next &&
         state.network.up_count < in_flight;
}

UpMessage AgentSends(State& state) {
  const Batch& batch = *BySequence(state.agent, state.process.cursor);
  ++state.process.cursor;
  return {batch.chain,    MessageKind::kDeliver, state.agent.epoch, batch.sequence, batch.rows,
          batch.left_out, batch.tagged,          batch.hollow,      batch.names};
}

bool IsStalled(const State& state) {
  return state.process.stream == Stream::kOpen && state.process.cursor == state.agent.next &&
         state.agent.acked + 1 < state.agent.next &&
         state.network.up_count + state.network.ack_count == 0;
}

bool CanSayRefillDone(const State& state) {
  const AgentDisk& disk = state.agent;
  return state.process.stream == Stream::kOpen && state.process.refill_said == 0 &&
         disk.hole == 0 && disk.acked >= disk.refill_until && state.network.up_count == 0;
}

bool AgentTrimsAcked(State& state) {
  AgentDisk& disk = state.agent;
  for (int index = 0; index < disk.batch_count; ++index) {
    const Batch batch = At(disk, index);
    if (batch.place != Place::kQueued || batch.sequence != disk.trimmed + 1) continue;
    if (batch.sequence > disk.acked) return false;
    disk.trimmed = batch.sequence;
    disk.trimmed_chain = batch.chain;
    disk.trimmed_ordinal = Narrow(disk.trimmed_ordinal + SentRows(batch));
    state.truth.taken |= batch.rows;
    Remove(disk, index);
    return true;
  }
  return false;
}

bool AgentTrimsAside(State& state) {
  AgentDisk& disk = state.agent;
  for (int index = 0; index < disk.batch_count; ++index) {
    if (At(disk, index).place != Place::kAside) continue;
    state.truth.taken |= At(disk, index).rows;
    Remove(disk, index);
    return true;
  }
  return false;
}

bool AgentHollows(State& state) {
  AgentDisk& disk = state.agent;
  for (int index = 0; index < disk.batch_count; ++index) {
    Batch& batch = At(disk, index);
    const int sent = state.process.stream == Stream::kOpen ? state.process.cursor : disk.acked + 1;
    if (batch.place != Place::kQueued || batch.sequence < sent || batch.hollow != 0) continue;
    if (HasFile(state, batch)) continue;
    batch.hollow = 1;
    state.truth.taken |= batch.rows;
    return true;
  }
  return false;
}

void AgentRestarts(State& state) {
  CutStream(state);
  state.process = {};
}

bool AgentStartsAfresh(State& state, const Rules& rules) {
  state.agent = {};
  if (!rules.server_draws_every_epoch) {
    if (state.truth.epochs_drawn + 1 >= kEpochsMax) return false;
    state.agent.epoch = ++state.truth.epochs_drawn;
  }
  state.agent.trimmed_chain = FirstChain(state.agent.epoch);
  state.agent.next = 1;
  state.agent.fresh = 1;
  return true;
}

}  // namespace dims::model
