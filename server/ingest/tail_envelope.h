// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "common/delivery/envelope.h"
#include "dims/v1/tail.pb.h"
#include "server/ingest/stream.h"

namespace dims {

// What a row of the tail keeps of one envelope; takes its payload.
v1::TailEnvelope ToTail(const AgentRef& from, DecodedEnvelope& decoded);

std::vector<RowRange> RangesFrom(const google::protobuf::RepeatedPtrField<v1::TailRange>& ranges);

}  // namespace dims
