// SPDX-License-Identifier: Apache-2.0
#include "agent/output/output_destination.h"

#include "agent/output/datagram_destination.h"
#include "agent/output/file_destination.h"
#include "agent/output/stream_destination.h"

namespace dims {

std::unique_ptr<OutputDestination> MakeDestination(const OutputOptions& options, const Clock& clock,
                                                   const std::atomic<bool>& give_up) {
  switch (options.transport) {
    case OutputTransport::kFile:
      return std::make_unique<FileDestination>(options);
    case OutputTransport::kUdp:
      return std::make_unique<DatagramDestination>(options);
    case OutputTransport::kTcp:
    case OutputTransport::kTls:
      break;
  }
  return std::make_unique<StreamDestination>(options, clock, give_up);
}

}  // namespace dims
