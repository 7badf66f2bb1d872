// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "agent/policy/batch_redactor.h"
#include "agent/policy/field_lists.h"
#include "agent/policy/policy_config.h"
#include "common/event/event_batch.h"
#include "common/privacy/crypto_pan.h"

namespace dims {

// What a policy did so far.
struct PolicyCounts {
  std::uint64_t dropped = 0;   // events
  std::uint64_t redacted = 0;  // events in which something was replaced
};

// What the site lets leave of a batch, decided before it is encoded: what must not leave is never
// on disk. In this order: events are dropped, TLP labels set, fields taken away, secrets replaced;
// filters see the event as it was parsed.
//
// Guarantees: what was dropped or replaced is in no column, dictionary or column name of the
// result; source, position, times, dataset and TLP label of an event that leaves stay as they are.
// Nothing the server must know is missing. Immutable. Thread: any.
class Policy {
 public:
  // Null when the configuration asks for nothing.
  static std::shared_ptr<const Policy> Make(const PolicyConfig& config, const PrivacyKey& key);

  // Possibly without rows.
  EventBatch Apply(EventBatch batch, PolicyCounts& counts) const;

 private:
  Policy(const PolicyConfig& config, const PrivacyKey& key);

  EventBatch WithLabels(EventBatch batch) const;

  std::vector<FilterNode> drops_;
  std::vector<TlpRule> tlps_;
  FieldLists fields_;
  BatchRedactor redactor_;
};

}  // namespace dims
