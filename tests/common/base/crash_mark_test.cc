// SPDX-License-Identifier: Apache-2.0
#include "common/base/crash_mark.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

namespace dims {
namespace {

// A word that a child shares with the test.
class CrashMarkTest : public ::testing::Test {
 protected:
  ~CrashMarkTest() override { ::munmap(mark_, sizeof(*mark_)); }

  // Runs `end` in a process with a CrashMark; how the process ended, as waitpid says it.
  template <typename End>
  int StatusAfter(End end) {
    const pid_t child = ::fork();
    if (child == 0) {
      const CrashMark crash_mark(*mark_);
      end();
      std::_Exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return status;
  }

  std::atomic<std::uint32_t>* const mark_ = static_cast<std::atomic<std::uint32_t>*>(
      ::mmap(nullptr, sizeof(std::atomic<std::uint32_t>), PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANONYMOUS, -1, 0));
};

TEST_F(CrashMarkTest, AnAbortIsMarkedAndStillEndsTheProcess) {
  const int status = StatusAfter([] { std::abort(); });
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
  EXPECT_EQ(*mark_, 1u);
}

TEST_F(CrashMarkTest, ASignalThatSomebodySentIsMarkedAndStillEndsTheProcess) {
  EXPECT_NE(StatusAfter([] { ::kill(::getpid(), SIGBUS); }), 0);
  EXPECT_EQ(*mark_, 1u);
}

TEST_F(CrashMarkTest, AFaultIsMarkedAndStillEndsTheProcess) {
  void* const forbidden = ::mmap(nullptr, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  const int status = StatusAfter([&] { *static_cast<volatile int*>(forbidden) = 1; });
  EXPECT_NE(status, 0);
  EXPECT_EQ(*mark_, 1u);
  ::munmap(forbidden, 4096);
}

TEST_F(CrashMarkTest, AKillAndAnOrderlyEndLeaveNoMark) {
  EXPECT_NE(StatusAfter([] { ::kill(::getpid(), SIGKILL); }), 0);
  EXPECT_EQ(*mark_, 0u);
  EXPECT_EQ(StatusAfter([] {}), 0);
  EXPECT_EQ(*mark_, 0u);
}

}  // namespace
}  // namespace dims
