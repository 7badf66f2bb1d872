// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/model/backups.h"
#include "tests/model/rules.h"
#include "tests/model/state.h"

namespace dims::model {

enum class ActionKind : std::uint8_t {
  kReadFile,
  kReceiveDatagrams,
  kCommitBatch,
  kReadHole,
  kGiveUpHole,
  kGreet,
  kTakePosition,
  kSend,
  kDeadline,
  kSayRefillDone,
  kServerReceives,
  kServerReceivesOld,
  kServerSyncs,
  kTakeAck,
  kTrimAcked,
  kTrimAside,
  kBackUpAgent,
  kBackUpServer,
  // Faults from here on.
  kCut,
  kLoseUp,
  kLoseAck,
  kRepeatUp,
  kRepeatAck,
  kAgentCrash,
  kServerCrash,
  kAgentRestore,
  kMachineRestore,
  kBufferLost,
  kServerRestore,
  kServerLost,
  kDeleteFile,
  kHollow,
};

struct Action {
  ActionKind kind;
  std::uint8_t rows = 0;
};

// A copy of the agent's machine: its buffer and the file it reads.
struct Machine {
  AgentDisk agent;
  File file;
};

// All steps that the agent, the server, the network and fate can take. One thread; holds the
// backups the states name.
class Actions {
 public:
  Actions(const Rules& rules, const Bounds& bounds) : rules_(rules), bounds_(bounds) {}

  // A new agent and a new server that never met, an empty file.
  State Start();

  // Steps that may be enabled in `state`.
  void Enumerate(const State& state, std::vector<Action>& actions) const;

  enum class Outcome { kDone, kNotEnabled, kBeyondBounds };
  Outcome Apply(const Action& action, State& state);

  // The step in words, as seen from the state before it.
  static std::string Describe(const Action& action, const State& before, const State& after);

 private:
  void EnumerateAgent(const State& state, std::vector<Action>& actions) const;
  void EnumerateFaults(const State& state, std::vector<Action>& actions) const;
  Outcome ApplyAgent(const Action& action, State& state);
  Outcome ApplyServer(const Action& action, State& state);
  Outcome ApplyFault(const Action& action, State& state);

  Rules rules_;
  Bounds bounds_;
  Backups<Machine> machines_;
  Backups<ServerDisk> server_disks_;
};

}  // namespace dims::model
