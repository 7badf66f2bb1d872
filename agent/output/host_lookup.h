// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/base/mutex.h"
#include "common/base/tcp_connect.h"

namespace dims {

// ResolveHost for somebody who must not wait for a resolver that does not answer: the question is
// asked on a thread of its own, which nobody waits for, and its answer is kept until it is taken.
// At most one question is under way. Thread: one.
class HostLookup {
 public:
  HostLookup();

  // The addresses, waiting up to `patience` for them. Unavailable: not known yet, ask again.
  absl::StatusOr<std::vector<HostPort>> Find(const HostPort& target, absl::Duration patience);

 private:
  struct Answer {
    Mutex mutex;
    CondVar arrived;
    bool asked ABSL_GUARDED_BY(mutex) = false;
    bool done ABSL_GUARDED_BY(mutex) = false;
    absl::StatusOr<std::vector<HostPort>> addresses ABSL_GUARDED_BY(mutex) =
        absl::UnknownError("not asked");
  };

  std::shared_ptr<Answer> answer_;  // shared with the thread, which may outlive this
};

}  // namespace dims
