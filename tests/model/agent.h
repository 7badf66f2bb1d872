// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/model/rules.h"
#include "tests/model/state.h"

namespace dims::model {

// The agent's half of the protocol. Each call is one transaction of its buffer. A bool says false
// when a bound of the state is reached.

bool CanReadFile(const State& state, const Bounds& bounds);
bool AgentReadsFile(State& state, const Rules& rules, const Bounds& bounds, int rows);
bool AgentReceivesDatagrams(State& state, const Rules& rules, int rows);
// Only where the bookmark is committed before the batch: the batch.
bool AgentCommitsBatch(State& state);

// Reads up to `rows` lines of the first hole again; they go out before the retained rows behind the
// hole.
bool AgentReadsHole(State& state, const Rules& rules, int rows);
// The file that has a hole is gone: what is retained behind it goes out.
void AgentGivesUpHole(State& state);

bool AgentTakesPosition(State& state, const Rules& rules);
void AgentTakesAck(State& state, const Ack& ack);

bool CanSend(const State& state, int in_flight);
UpMessage AgentSends(State& state);
// Everything was sent, nothing is under way, and yet not all is acked: the application's deadline
// will strike.
bool IsStalled(const State& state);
bool CanSayRefillDone(const State& state);

// The ring's limits: the oldest acked batch, or the oldest that was set aside. False: there is
// none.
bool AgentTrimsAcked(State& state);
bool AgentTrimsAside(State& state);

// The buffer is full: the oldest counter batch that is not in flight loses its payload. False:
// there is none.
bool AgentHollows(State& state);

// A new process on the same buffer.
void AgentRestarts(State& state);
// A new buffer.
bool AgentStartsAfresh(State& state, const Rules& rules);

}  // namespace dims::model
