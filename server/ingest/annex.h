// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/event/batch_codec.h"
#include "common/event/event_batch.h"

namespace dims {

// The columns a server added to a commit group, as encoded batches of consecutive rows, in order;
// none when there is no column. A batch has at most kBatchRowsMax rows and only the dictionary
// entries its rows use, so that what many large batches bring together stays within the limits of
// each.
std::vector<std::string> EncodeAnnex(const EventBatch& annex, BatchEncoder& encoder);

// The reverse; nothing gives an empty batch. Errors as BatchDecoder's.
absl::StatusOr<EventBatch> DecodeAnnex(std::span<const std::string* const> payloads,
                                       BatchDecoder& decoder);

}  // namespace dims
