// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "agent/join/agent_identity.h"
#include "common/base/clock.h"
#include "common/base/mutex.h"
#include "common/base/random.h"

namespace dims {

// When a certificate of this life is to be renewed: at half of it, moved by up to a tenth of the
// life either way. `chance` in [0, 1) spreads the agents of a group that joined on the same day.
absl::Time RenewalTime(absl::Time not_before, absl::Time not_after, double chance);

// Keeps the agent's certificate valid: renews it over the main port from half of its life, and once
// it has run out proves possession of the key on the join port instead (a site that was dark). A
// failed attempt is repeated after one minute, then twice as long, up to an hour; each is logged.
//
// Owns one thread between Start and Stop, which sleeps nearly always. `on_renewed` is called on it
// after the new certificate is on disk: open a new channel with it and drain the old one.
// Everything handed in must outlive the keeper.
class CertificateKeeper {
 public:
  using RenewedListener = std::function<void(const AgentIdentity&)>;

  CertificateKeeper(std::string state_directory, AgentIdentity identity, Clock& clock,
                    Random& random, RenewedListener on_renewed);
  ~CertificateKeeper();
  CertificateKeeper(const CertificateKeeper&) = delete;
  CertificateKeeper& operator=(const CertificateKeeper&) = delete;

  void Start() ABSL_LOCKS_EXCLUDED(mutex_);
  // Safe twice and without Start. Waits for an attempt that is under way, at most its time limit of
  // 30 s.
  void Stop() ABSL_LOCKS_EXCLUDED(mutex_);

  // One attempt now if one is due; OK when none was. What the thread calls; tests call it without
  // Start.
  absl::Status RenewIfDue() ABSL_LOCKS_EXCLUDED(mutex_);

  // When the present certificate ends, for status.
  absl::Time not_after() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  void Run() ABSL_LOCKS_EXCLUDED(mutex_);
  AgentIdentity identity() const ABSL_LOCKS_EXCLUDED(mutex_);

  const std::string state_directory_;
  Clock& clock_;
  const RenewedListener on_renewed_;
  const double chance_;
  mutable Mutex mutex_;
  CondVar wake_;
  AgentIdentity identity_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace dims
