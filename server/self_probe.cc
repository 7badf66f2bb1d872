// SPDX-License-Identifier: Apache-2.0
#include "server/self_probe.h"

#include "common/base/log.h"

namespace dims {

void SelfProbe::Start() {
  thread_ = std::thread([this] { Run(); });
}

void SelfProbe::Stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    wake_.NotifyAll();
  }
  if (thread_.joinable()) thread_.join();
}

void SelfProbe::Run() {
  while (true) {
    AskAll();
    MutexLock lock(mutex_);
    // A wake without cause only asks a little early.
    if (!stopping_) wake_.WaitFor(mutex_, interval_);
    if (stopping_) return;
  }
}

void SelfProbe::AskAll() {
  for (const Question& question : questions_) {
    const absl::Status answer = question.ask();
    if (answer.ok()) continue;
    if (!failing_) LogError(question.of, " does not answer: ", answer.message());
    failing_ = true;
    return;
  }
  if (failing_) LogInfo("everything answers again");
  failing_ = false;
  answered_ = true;
}

}  // namespace dims
