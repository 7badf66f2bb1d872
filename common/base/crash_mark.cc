// SPDX-License-Identifier: Apache-2.0
#include "common/base/crash_mark.h"

#include <array>
#include <csignal>

#include "common/base/check.h"

namespace dims {
namespace {

constexpr std::array<int, 5> kFatalSignals = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

// What a signal handler needs cannot be passed to it.
std::atomic<std::atomic<std::uint32_t>*> current_mark = nullptr;
std::array<struct sigaction, kFatalSignals.size()> earlier;

static_assert(std::atomic<std::uint32_t>::is_always_lock_free);

// Only what a signal handler may do: a store, and giving the signal back.
void OnFatalSignal(int signal, siginfo_t* cause, void*) {
  if (std::atomic<std::uint32_t>* mark = current_mark.load(); mark != nullptr) mark->store(1);
  for (std::size_t i = 0; i < kFatalSignals.size(); ++i) {
    if (kFatalSignals[i] == signal) sigaction(signal, &earlier[i], nullptr);
  }
  // A fault happens again at the same instruction; what somebody sent has to be sent again.
  if (cause == nullptr || cause->si_code <= 0) raise(signal);
}

}  // namespace

CrashMark::CrashMark(std::atomic<std::uint32_t>& mark) {
  DIMS_CHECK(current_mark.exchange(&mark) == nullptr);
  struct sigaction action = {};
  action.sa_sigaction = OnFatalSignal;
  action.sa_flags = SA_SIGINFO;
  sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < kFatalSignals.size(); ++i) {
    sigaction(kFatalSignals[i], &action, &earlier[i]);
  }
}

CrashMark::~CrashMark() {
  for (std::size_t i = 0; i < kFatalSignals.size(); ++i) {
    sigaction(kFatalSignals[i], &earlier[i], nullptr);
  }
  current_mark.store(nullptr);
}

}  // namespace dims
