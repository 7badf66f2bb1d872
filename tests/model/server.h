// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/model/rules.h"
#include "tests/model/state.h"

namespace dims::model {

// The server's half of the protocol. Each call is one transaction of the commit thread.

// A Hello of the agent as it is now: fences older streams, decides the epoch, opens gaps, answers
// with a Position. False: a bound of the state is reached.
bool ServerGreets(State& state, const Rules& rules);

// One message of the current stream, or of the stream before it. A refusal closes the stream.
void ServerReceives(State& state, const Rules& rules, const UpMessage& message, bool current);

// Only where acks go out before the commit: the commit.
void ServerSyncs(State& state);

// The process ends and starts again: both directions of every stream are gone.
void ServerRestarts(State& state);

// Items with at least one copy in the store.
ItemSet StoredItems(const ServerDisk& disk);

// Ends the current stream; what was under way to the server may still arrive.
void CutStream(State& state);

}  // namespace dims::model
