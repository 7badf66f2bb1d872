// SPDX-License-Identifier: Apache-2.0
// The first byte chooses the message.
#include <cstddef>
#include <cstdint>
#include <string>

#include "common/base/check.h"
#include "common/delivery/directives_wire.h"
#include "common/delivery/wire.h"

namespace {

// Bytes -> message -> value -> message -> value. A template over the message.
template <typename Message>
void Check(const std::string& bytes) {
  Message message;
  if (!message.ParseFromString(bytes)) return;
  const auto value = dims::FromWire(message);
  if (value.ok()) DIMS_CHECK(dims::FromWire(dims::ToWire(*value)).ok());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  switch (data[0] % 8) {
    case 0:
      Check<dims::v1::Hello>(bytes);
      break;
    case 1:
      Check<dims::v1::Position>(bytes);
      break;
    case 2:
      Check<dims::v1::Envelope>(bytes);
      break;
    case 3:
      Check<dims::v1::Ack>(bytes);
      break;
    case 4:
      Check<dims::v1::Report>(bytes);
      break;
    case 5:
      Check<dims::v1::Bookmark>(bytes);
      break;
    case 6:
      Check<dims::v1::Directives>(bytes);
      break;
    default:
      Check<dims::v1::DirectivesTaken>(bytes);
  }
  return 0;
}
