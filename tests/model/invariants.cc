// SPDX-License-Identifier: Apache-2.0
#include "tests/model/invariants.h"

#include "tests/model/chain.h"
#include "tests/model/server.h"

namespace dims::model {
namespace {

ItemSet ItemsInFile(const File& file) {
  ItemSet items = 0;
  for (unsigned line = 0; line < file.length; ++line)
    items = static_cast<ItemSet>(items | 1U << file.lines[line]);
  return items;
}

int DeclaredRows(const ServerDisk& disk) {
  int rows = 0;
  for (const Byte missing : disk.missing_rows) rows += missing;
  return rows;
}

ItemSet ItemsUnderGaps(const State& state) {
  ItemSet items = 0;
  for (unsigned item = 0; item < kItemsMax; ++item) {
    if ((state.truth.names[item] & state.server.gaps) != 0)
      items = static_cast<ItemSet>(items | 1U << item);
  }
  return items;
}

const char* JudgeRest(const State& state) {
  const ServerDisk& disk = state.server;
  const ItemSet required =
      Without(state.truth.accepted | ItemsInFile(state.file), state.truth.excused);
  const ItemSet missing = Without(required, StoredItems(disk));
  const ItemSet undeclared =
      Without(missing, static_cast<ItemSet>(ItemsUnderGaps(state) | disk.hollow));
  if (undeclared != 0) return "an accepted item is neither stored nor declared";
  if (Without(missing, state.truth.taken) != 0) {
    return "an item is declared lost that neither the ring's limits nor a fault took";
  }
  if (state.file.went_back == 0 && (missing & ItemsInFile(state.file)) != 0)
    return "a line is declared lost that its file still has";
  if (RowsOf(Without(missing, disk.hollow)) > DeclaredRows(disk)) {
    return "the gaps count fewer rows than are missing";
  }
  if (disk.refilling != 0) return "a gap stays in state refilling";
  return nullptr;
}

}  // namespace

ItemSet RetainedItems(const AgentDisk& disk) {
  ItemSet items = 0;
  for (unsigned index = 0; index < disk.batch_count; ++index) {
    if (disk.batches[index].hollow == 0) items |= disk.batches[index].rows;
  }
  return items;
}

void ExcuseDestroyed(State& state) {
  const ItemSet left = static_cast<ItemSet>(StoredItems(state.server) | RetainedItems(state.agent) |
                                            ItemsInFile(state.file) | state.agent.knows |
                                            state.server.hollow | ItemsUnderGaps(state));
  state.truth.excused |= Without(state.truth.accepted, left);
}

bool IsQuiet(const State& state, const Rules& rules) {
  const AgentDisk& agent = state.agent;
  const Network& network = state.network;
  if (state.process.stream != Stream::kOpen || state.process.uncommitted != 0) return false;
  if (network.up_count + network.old_count + network.ack_count + network.has_position > 0)
    return false;
  if (agent.acked + 1 != agent.next || agent.hole != 0 || state.process.refill_said == 0)
    return false;
  if (state.file.exists != 0 && agent.file_offset < state.file.length) return false;
  return rules.commit_before_ack || state.synced.watermark == state.server.watermark;
}

const char* FindViolation(const State& state, const Rules& rules) {
  for (const Byte copies : state.server.copies) {
    if (copies > 1) return "an item is stored twice";
  }
  if (state.truth.bad_ack != 0) return "an ack went out for something not durable";
  return IsQuiet(state, rules) ? JudgeRest(state) : nullptr;
}

bool DeclaresTooMuch(const State& state) {
  const ItemSet missing = Without(state.truth.accepted, StoredItems(state.server));
  return RowsOf(missing) < DeclaredRows(state.server);
}

}  // namespace dims::model
