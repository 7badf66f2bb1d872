// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/model/actions.h"
#include "tests/model/chain.h"

namespace dims::model {
namespace {

std::string Items(ItemSet items) {
  std::string text = "{";
  for (int item = 0; item < kItemsMax; ++item) {
    if (Holds(items, item)) text += static_cast<char>('a' + item);
  }
  return text + "}";
}

std::string Ring(const AgentDisk& disk) {
  std::string text;
  for (unsigned index = 0; index < disk.batch_count; ++index) {
    const Batch& batch = disk.batches[index];
    const std::string place = batch.place == Place::kAside  ? "aside"
                              : batch.place == Place::kHeld ? "held"
                                                            : absl::StrCat(batch.sequence);
    absl::StrAppend(&text, " ", place, Items(batch.rows));
    if (batch.left_out != 0) absl::StrAppend(&text, "-", Items(batch.left_out));
    if (batch.hollow != 0) text += "hollow";
  }
  return text;
}

std::string Summary(const State& state) {
  const AgentDisk& agent = state.agent;
  const ServerDisk& server = state.server;
  ItemSet stored = 0;
  for (unsigned item = 0; item < kItemsMax; ++item) {
    if (server.copies[item] + server.tagged_copies[item] > 0)
      stored = static_cast<ItemSet>(stored | 1U << item);
  }
  std::string text = absl::StrCat("agent: epoch ", agent.epoch, " next ", agent.next, " acked ",
                                  agent.acked, " ring", Ring(agent), " | server:");
  for (unsigned index = 0; index < server.epoch_count; ++index) {
    absl::StrAppend(&text, " e", server.epochs[index], ":", server.watermark[server.epochs[index]]);
  }
  absl::StrAppend(&text, " stores ", Items(stored));
  if (server.refilling != 0) text += " gap refilling";
  if (server.gaps != 0) text += " gap final";
  return text;
}

std::string Rows(const UpMessage& message) {
  if (message.kind == MessageKind::kRefillDone) return "refill done";
  std::string text = absl::StrCat("epoch ", message.epoch, " sequence ", message.sequence, " ",
                                  Items(Without(message.rows, message.left_out)));
  if (message.hollow != 0) text += " hollow";
  return text;
}

std::string NewItems(const State& before, const State& after) {
  return Items(Without(after.truth.accepted, before.truth.accepted));
}

std::string Reading(const Action& action, const State& before, const State& after) {
  return absl::StrCat("agent reads ", action.rows, " lines, new to it ", NewItems(before, after));
}

std::string Greeting(const State& before, const State& after) {
  return absl::StrCat("Hello epoch ", before.agent.epoch,
                      before.process.want_new_epoch != 0 ? ", wants a new epoch" : "",
                      "; server answers epoch ", after.network.position.epoch, " watermark ",
                      after.network.position.watermark);
}

std::string Step(const Action& action, const State& before, const State& after) {
  const Network& network = before.network;
  switch (action.kind) {
    case ActionKind::kReadFile:
      return Reading(action, before, after);
    case ActionKind::kReceiveDatagrams:
      return absl::StrCat("agent accepts datagrams ", NewItems(before, after));
    case ActionKind::kCommitBatch:
      return "agent commits the batch";
    case ActionKind::kReadHole:
      return absl::StrCat("agent reads ", action.rows, " lines of a hole again");
    case ActionKind::kGiveUpHole:
      return "agent gives up the hole of a file that is gone";
    case ActionKind::kGreet:
      return Greeting(before, after);
    case ActionKind::kTakePosition:
      return "agent takes the Position";
    case ActionKind::kSend:
      return absl::StrCat("agent sends ", Rows(after.network.up[after.network.up_count - 1U]));
    case ActionKind::kDeadline:
      return "agent sees no progress and ends the stream";
    case ActionKind::kSayRefillDone:
      return "agent says refill done";
    case ActionKind::kServerReceives:
      return absl::StrCat("server receives ", Rows(network.up[0]));
    case ActionKind::kServerReceivesOld:
      return absl::StrCat("server receives from the older stream ", Rows(network.old[0]));
    case ActionKind::kServerSyncs:
      return "server commits";
    case ActionKind::kTakeAck:
      return absl::StrCat("agent takes the ack of ", network.acks[0].committed);
    case ActionKind::kTrimAcked:
      return "ring gives up the oldest acked batch";
    case ActionKind::kTrimAside:
      return "ring gives up the oldest batch set aside";
    case ActionKind::kBackUpAgent:
      return "the agent's machine is backed up";
    case ActionKind::kBackUpServer:
      return "the server is backed up";
    case ActionKind::kCut:
      return "FAULT stream cut";
    case ActionKind::kLoseUp:
      return absl::StrCat("FAULT lost: ", Rows(network.up[0]));
    case ActionKind::kLoseAck:
      return "FAULT an ack is lost";
    case ActionKind::kRepeatUp:
      return absl::StrCat("FAULT server receives what comes again: ", Rows(network.up[0]));
    case ActionKind::kRepeatAck:
      return "FAULT agent takes an ack that comes again";
    case ActionKind::kAgentCrash:
      return "FAULT agent crashes and starts";
    case ActionKind::kServerCrash:
      return "FAULT server crashes and starts";
    case ActionKind::kAgentRestore:
      return "FAULT the agent's buffer is restored from the backup";
    case ActionKind::kMachineRestore:
      return "FAULT the agent's machine is restored from the backup, its file too";
    case ActionKind::kBufferLost:
      return "FAULT the agent's buffer is lost; a new one is made";
    case ActionKind::kServerRestore:
      return "FAULT the server is restored from the backup";
    case ActionKind::kServerLost:
      return "FAULT the server's store is lost; it starts empty";
    case ActionKind::kDeleteFile:
      return "FAULT the file is deleted";
    case ActionKind::kHollow:
      return "FAULT the buffer is full: the oldest unsent datagrams become a hollow batch";
  }
  return "?";
}

}  // namespace

std::string Actions::Describe(const Action& action, const State& before, const State& after) {
  return absl::StrCat(Step(action, before, after), "\n      ", Summary(after));
}

}  // namespace dims::model
