// SPDX-License-Identifier: Apache-2.0
#include "tests/model/actions.h"

#include <algorithm>

#include "tests/model/agent.h"
#include "tests/model/chain.h"
#include "tests/model/invariants.h"
#include "tests/model/server.h"

namespace dims::model {
namespace {

using Outcome = Actions::Outcome;

Outcome Done(bool done, Outcome otherwise) {
  return done ? Outcome::kDone : otherwise;
}

template <typename Message, std::size_t kSize>
Message PopFront(std::array<Message, kSize>& queue, Byte& count) {
  const Message first = queue[0];
  for (std::size_t index = 0; index + 1 < kSize; ++index) queue[index] = queue[index + 1];
  queue[kSize - 1] = {};
  --count;
  return first;
}

// What was in the agent's ring and is not any more went with its disk.
void MarkTaken(State& state, const AgentDisk& before) {
  const ItemSet left = Without(RetainedItems(before), RetainedItems(state.agent));
  state.truth.taken |= left;
}

// Nobody will ask for them any more: states that differ only in their backups become one.
void ForgetBackups(State& state) {
  state.agent_backup = state.server_backup = 0;
  state.truth.agent_backups = state.truth.server_backups = 0;
}

}  // namespace

State Actions::Start() {
  State state = {};
  state.file.exists = 1;
  AgentStartsAfresh(state, rules_);
  state.agent_backup = machines_.Put({state.agent, state.file});
  state.server_backup = server_disks_.Put(state.server);
  return state;
}

void Actions::Enumerate(const State& state, std::vector<Action>& actions) const {
  actions.clear();
  const Network& network = state.network;
  EnumerateAgent(state, actions);
  if (network.up_count > 0) actions.push_back({ActionKind::kServerReceives});
  if (network.old_count > 0) actions.push_back({ActionKind::kServerReceivesOld});
  if (!rules_.commit_before_ack) actions.push_back({ActionKind::kServerSyncs});
  if (state.truth.faults == bounds_.faults) return;
  if (state.truth.agent_backups == 0 && (bounds_.agent_restore || bounds_.machine_restore)) {
    actions.push_back({ActionKind::kBackUpAgent});
  }
  if (state.truth.server_backups == 0 && bounds_.server_restore) {
    actions.push_back({ActionKind::kBackUpServer});
  }
  EnumerateFaults(state, actions);
}

void Actions::EnumerateAgent(const State& state, std::vector<Action>& actions) const {
  for (int rows = 1; rows <= bounds_.rows_per_batch; ++rows) {
    if (CanReadFile(state, bounds_)) actions.push_back({ActionKind::kReadFile, Narrow(rows)});
    if (state.truth.counter_items + rows <= bounds_.counter_items) {
      actions.push_back({ActionKind::kReceiveDatagrams, Narrow(rows)});
    }
    if (state.agent.hole != 0 && state.file.exists != 0) {
      actions.push_back({ActionKind::kReadHole, Narrow(rows)});
    }
  }
  if (state.process.uncommitted != 0) actions.push_back({ActionKind::kCommitBatch});
  if (state.agent.hole != 0 && state.file.exists == 0) actions.push_back({ActionKind::kGiveUpHole});
  if (state.process.stream == Stream::kNone) actions.push_back({ActionKind::kGreet});
  if (state.network.has_position != 0) actions.push_back({ActionKind::kTakePosition});
  if (CanSend(state, bounds_.in_flight)) actions.push_back({ActionKind::kSend});
  if (IsStalled(state)) actions.push_back({ActionKind::kDeadline});
  if (CanSayRefillDone(state)) actions.push_back({ActionKind::kSayRefillDone});
  if (state.network.has_position == 0 && state.network.ack_count > 0) {
    actions.push_back({ActionKind::kTakeAck});
  }
  actions.push_back({ActionKind::kTrimAcked});
  actions.push_back({ActionKind::kTrimAside});
}

void Actions::EnumerateFaults(const State& state, std::vector<Action>& actions) const {
  const Network& network = state.network;
  const bool connected = state.process.stream != Stream::kNone;
  if (bounds_.cut && connected) actions.push_back({ActionKind::kCut});
  if (bounds_.lose_message && network.up_count > 0 && network.up[0].kind == MessageKind::kDeliver) {
    actions.push_back({ActionKind::kLoseUp});
  }
  if (bounds_.lose_message && network.ack_count > 0) actions.push_back({ActionKind::kLoseAck});
  if (bounds_.repeat_message && network.up_count > 0) actions.push_back({ActionKind::kRepeatUp});
  if (bounds_.repeat_message && network.ack_count > 0) actions.push_back({ActionKind::kRepeatAck});
  if (bounds_.agent_crash) actions.push_back({ActionKind::kAgentCrash});
  if (bounds_.server_crash) actions.push_back({ActionKind::kServerCrash});
  if (bounds_.agent_restore && state.truth.agent_backups > 0) {
    actions.push_back({ActionKind::kAgentRestore});
  }
  if (bounds_.machine_restore && state.truth.agent_backups > 0) {
    actions.push_back({ActionKind::kMachineRestore});
  }
  if (bounds_.buffer_lost) actions.push_back({ActionKind::kBufferLost});
  if (bounds_.server_restore && state.truth.server_backups > 0) {
    actions.push_back({ActionKind::kServerRestore});
  }
  if (bounds_.server_restore) actions.push_back({ActionKind::kServerLost});
  if (bounds_.file_deleted && state.file.length > 0 && state.file.exists != 0) {
    actions.push_back({ActionKind::kDeleteFile});
  }
  if (bounds_.hollow) actions.push_back({ActionKind::kHollow});
}

Outcome Actions::Apply(const Action& action, State& state) {
  if (action.kind >= ActionKind::kCut) {
    const Outcome outcome = ApplyFault(action, state);
    if (outcome == Outcome::kDone && ++state.truth.faults == bounds_.faults) ForgetBackups(state);
    return outcome;
  }
  if (action.kind >= ActionKind::kServerReceives && action.kind <= ActionKind::kServerSyncs) {
    return ApplyServer(action, state);
  }
  return ApplyAgent(action, state);
}

Outcome Actions::ApplyAgent(const Action& action, State& state) {
  Network& network = state.network;
  switch (action.kind) {
    case ActionKind::kReadFile: {
      const int available =
          state.file.length - state.agent.file_offset + bounds_.file_items - state.truth.file_items;
      if (action.rows > available) return Outcome::kNotEnabled;
      return Done(AgentReadsFile(state, rules_, bounds_, action.rows), Outcome::kBeyondBounds);
    }
    case ActionKind::kReceiveDatagrams:
      return Done(AgentReceivesDatagrams(state, rules_, action.rows), Outcome::kBeyondBounds);
    case ActionKind::kCommitBatch:
      return Done(AgentCommitsBatch(state), Outcome::kBeyondBounds);
    case ActionKind::kReadHole:
      return Done(AgentReadsHole(state, rules_, action.rows), Outcome::kNotEnabled);
    case ActionKind::kGiveUpHole:
      AgentGivesUpHole(state);
      return Outcome::kDone;
    case ActionKind::kGreet:
      if (!ServerGreets(state, rules_)) return Outcome::kBeyondBounds;
      state.process.stream = Stream::kGreeted;
      return Outcome::kDone;
    case ActionKind::kTakePosition:
      return Done(AgentTakesPosition(state, rules_), Outcome::kBeyondBounds);
    case ActionKind::kSend:
      network.up[network.up_count++] = AgentSends(state);
      return Outcome::kDone;
    case ActionKind::kDeadline:
      CutStream(state);
      return Outcome::kDone;
    case ActionKind::kSayRefillDone:
      network.up[network.up_count] = {};
      network.up[network.up_count].kind = MessageKind::kRefillDone;
      network.up[network.up_count++].epoch = state.agent.epoch;
      state.process.refill_said = 1;
      return Outcome::kDone;
    case ActionKind::kTakeAck:
      AgentTakesAck(state, PopFront(network.acks, network.ack_count));
      return Outcome::kDone;
    case ActionKind::kTrimAcked:
      return Done(AgentTrimsAcked(state), Outcome::kNotEnabled);
    case ActionKind::kTrimAside:
      return Done(AgentTrimsAside(state), Outcome::kNotEnabled);
    case ActionKind::kBackUpAgent:
      state.agent_backup = machines_.Put({state.agent, state.file});
      ++state.truth.agent_backups;
      return Outcome::kDone;
    case ActionKind::kBackUpServer:
      state.server_backup = server_disks_.Put(state.synced);
      ++state.truth.server_backups;
      return Outcome::kDone;
    default:
      return Outcome::kNotEnabled;
  }
}

Outcome Actions::ApplyServer(const Action& action, State& state) {
  Network& network = state.network;
  switch (action.kind) {
    case ActionKind::kServerReceives:
      ServerReceives(state, rules_, PopFront(network.up, network.up_count), true);
      return Outcome::kDone;
    case ActionKind::kServerReceivesOld:
      ServerReceives(state, rules_, PopFront(network.old, network.old_count), false);
      return Outcome::kDone;
    case ActionKind::kServerSyncs:
      ServerSyncs(state);
      return Outcome::kDone;
    default:
      return Outcome::kNotEnabled;
  }
}

Outcome Actions::ApplyFault(const Action& action, State& state) {
  Network& network = state.network;
  const AgentDisk agent_before = state.agent;
  switch (action.kind) {
    case ActionKind::kCut:
      CutStream(state);
      break;
    case ActionKind::kLoseUp:
      PopFront(network.up, network.up_count);
      break;
    case ActionKind::kLoseAck:
      PopFront(network.acks, network.ack_count);
      break;
    case ActionKind::kRepeatUp:
      ServerReceives(state, rules_, network.up[0], true);
      break;
    case ActionKind::kRepeatAck:
      if (network.has_position != 0) return Outcome::kNotEnabled;
      AgentTakesAck(state, network.acks[0]);
      break;
    case ActionKind::kAgentCrash:
      AgentRestarts(state);
      break;
    case ActionKind::kServerCrash:
      ServerRestarts(state);
      break;
    case ActionKind::kAgentRestore:
    case ActionKind::kMachineRestore: {
      const Machine& machine = machines_.Get(state.agent_backup);
      AgentRestarts(state);
      state.agent = machine.agent;
      if (action.kind == ActionKind::kMachineRestore)
        state.file = machine.file, state.file.went_back = 1;
      break;
    }
    case ActionKind::kBufferLost:
      AgentRestarts(state);
      if (!AgentStartsAfresh(state, rules_)) return Outcome::kBeyondBounds;
      break;
    case ActionKind::kServerRestore:
    case ActionKind::kServerLost:
      state.synced = action.kind == ActionKind::kServerLost
                         ? ServerDisk{}
                         : server_disks_.Get(state.server_backup);
      ServerRestarts(state);
      break;
    case ActionKind::kDeleteFile:
      state.file = {};
      break;
    case ActionKind::kHollow:
      if (!AgentHollows(state)) return Outcome::kNotEnabled;
      break;
    default:
      return Outcome::kNotEnabled;
  }
  MarkTaken(state, agent_before);
  if (action.kind >= ActionKind::kAgentRestore && action.kind <= ActionKind::kDeleteFile)
    ExcuseDestroyed(state);
  return Outcome::kDone;
}

}  // namespace dims::model
