// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "agent/fields/event_row.h"
#include "agent/formats/cisco_asa_message.h"
#include "agent/formats/cisco_asa_text.h"

namespace dims {

// Sets what the placeholders of a message stand for. Thread: the row's.
void SetAsaCaptures(std::int32_t number, const AsaCaptures& captures, const AsaSession& session,
                    EventRow& row);

}  // namespace dims
