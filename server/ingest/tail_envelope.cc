// SPDX-License-Identifier: Apache-2.0
#include "server/ingest/tail_envelope.h"

#include <utility>

namespace dims {

std::vector<RowRange> RangesFrom(const google::protobuf::RepeatedPtrField<v1::TailRange>& ranges) {
  std::vector<RowRange> out;
  for (const v1::TailRange& range : ranges) out.push_back({range.first(), range.count()});
  return out;
}

v1::TailEnvelope ToTail(const AgentRef& from, DecodedEnvelope& decoded) {
  v1::TailEnvelope tail;
  tail.set_agent(from.agent);
  tail.set_site(from.site);
  tail.set_agent_version(from.version);
  tail.set_epoch(decoded.envelope.epoch);
  tail.set_sequence(decoded.envelope.sequence);
  tail.set_first_ordinal(decoded.envelope.first_ordinal);
  for (const RowRange& range : decoded.skip) {
    v1::TailRange* skip = tail.add_skip();
    skip->set_first(range.first);
    skip->set_count(range.count);
  }
  for (const RowRange& range : decoded.envelope.maybe_repeated) {
    v1::TailRange* repeated = tail.add_maybe_repeated();
    repeated->set_first(range.first);
    repeated->set_count(range.count);
  }
  tail.set_payload(std::move(decoded.envelope.payload));
  return tail;
}

}  // namespace dims
