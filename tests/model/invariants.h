// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/model/rules.h"
#include "tests/model/state.h"

namespace dims::model {

// Items with a payload in the agent's ring.
ItemSet RetainedItems(const AgentDisk& disk);

// To be called after a disk or file was lost: accepted items of which neither a copy nor a trace is
// left anywhere are no longer asked for. A trace is that the agent's present disk heard of their
// being stored.
void ExcuseDestroyed(State& state);

// Both ends are up and agree, nothing is under way, nothing is left to read.
bool IsQuiet(const State& state, const Rules& rules);

// What is broken in this state, or null. Rest is judged only when the state is quiet.
const char* FindViolation(const State& state, const Rules& rules);

// A quiet state declares lost what is in fact stored. Allowed, but counted.
bool DeclaresTooMuch(const State& state);

}  // namespace dims::model
