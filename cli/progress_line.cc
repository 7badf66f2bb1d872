// SPDX-License-Identifier: Apache-2.0
#include "cli/progress_line.h"

#include <unistd.h>

#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/log.h"

namespace dims {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(1);  // and how often the line is renewed

void WriteError(absl::string_view text) {
  // stderr gone is no reason to stop; there is nowhere left to say it.
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace

ProgressLine::ProgressLine(bool shown) {
  if (shown) thread_ = std::thread([this] { Run(); });
}

ProgressLine::~ProgressLine() {
  End();
  if (thread_.joinable()) thread_.join();
}

void ProgressLine::Set(absl::string_view text) {
  MutexLock lock(mutex_);
  text_ = EscapeControls(text);
}

void ProgressLine::Clear() {
  MutexLock lock(mutex_);
  Erase();
  cleared_ = true;
}

void ProgressLine::End() {
  MutexLock lock(mutex_);
  Erase();
  ended_ = true;
  wake_.NotifyAll();
}

void ProgressLine::Erase() {
  if (std::exchange(on_screen_, false)) WriteError("\r\x1b[K");
}

void ProgressLine::Run() {
  const SystemClock clock;
  const absl::Duration started = clock.Monotonic();
  absl::Duration due = started + kPatience;
  MutexLock lock(mutex_);
  while (!ended_) {
    const absl::Duration now = clock.Monotonic();
    if (std::exchange(cleared_, false)) due = now + kPatience;
    if (now < due) {
      wake_.WaitFor(mutex_, due - now);
      continue;
    }
    WriteError(absl::StrCat("\r\x1b[K", text_, ", ",
                            static_cast<int>(absl::ToDoubleSeconds(now - started)), " s"));
    on_screen_ = true;
    due = now + kPatience;
  }
}

}  // namespace dims
