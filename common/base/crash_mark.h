// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

namespace dims {

// Sets `mark` to 1 when the process dies by a fault of its own (SIGSEGV, SIGBUS, SIGFPE, SIGILL,
// SIGABRT); the death then goes on as it would have, with the handler that was there before. Where
// the mark lies in a shared file mapping, the next start can tell a crash from a kill.
//
// At most one at a time in a process: signal handlers are the process' own. A stack that overflows
// leaves no mark. Thread: construct and destroy on one; the mark outlives it.
class CrashMark {
 public:
  explicit CrashMark(std::atomic<std::uint32_t>& mark);
  ~CrashMark();
  CrashMark(const CrashMark&) = delete;
  CrashMark& operator=(const CrashMark&) = delete;
};

}  // namespace dims
