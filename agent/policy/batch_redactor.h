// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/policy/event_secrets.h"
#include "agent/policy/policy_config.h"
#include "common/event/event_batch.h"
#include "common/privacy/text_redactor.h"

namespace dims {

// Replaces secrets in every column of a batch, the names of columns included. An address that is
// none any more goes to labels.<field>, a number to labels.<field> as text; network.community_id
// goes where an address was replaced, and with an address or host what was looked up by it: geo, as
// and asset fields go, the address after NAT is a secret too. dims.layout stays only where it
// renders what is left.
//
// Immutable. Thread: any. Cost: keyword, address and list columns by distinct value, texts by row.
class BatchRedactor {
 public:
  BatchRedactor(const std::vector<RedactRule>& rules, const PrivacyKey& key);

  bool empty() const { return redactor_.empty() && fields_.empty(); }

  // To be asked before any field is taken away.
  EventSecrets Collect(const EventBatch& batch) const;

  // Adds to `redacted_rows` the rows in which something was replaced.
  EventBatch Apply(const EventBatch& batch, const EventSecrets& secrets,
                   std::uint64_t& redacted_rows) const;

 private:
  struct FieldValues {
    std::vector<std::string> patterns;
    Replacement with;
  };

  class Run;  // of one batch

  // What replaces whole values of the field; null: nothing does.
  const Replacement* OfField(const std::string& name) const;
  bool HidesCommunityId(const EventBatch& batch, std::uint32_t row) const;
  const Replacement* OfKey(const Column& column, std::uint32_t row,
                           const RowSecrets& secrets) const;
  void HideLookedUp(const EventBatch& batch, std::uint32_t row, EventSecrets::Set& set) const;
  EventSecrets::Set SecretsOf(const EventBatch& batch, std::uint32_t row, bool community) const;

  TextRedactor redactor_;
  std::vector<FieldValues> fields_;
  const Replacement masked_{RedactionStyle::kMask, "", PrivacyKey{}};
  bool hides_original_ = false;  // event.original, which a layout would render
  bool hides_ends_ = false;      // addresses that network.community_id is made of
};

}  // namespace dims
