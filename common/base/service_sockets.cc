// SPDX-License-Identifier: Apache-2.0
#include "common/base/service_sockets.h"

#include <systemd/sd-daemon.h>

#include <cstdlib>

namespace dims {

std::vector<ServiceSocket> TakeServiceSockets() {
  std::vector<ServiceSocket> sockets;
  char** names = nullptr;
  const int count = sd_listen_fds_with_names(1, &names);  // 1: the environment forgets them
  for (int n = 0; n < count; ++n) {
    ServiceSocket socket;
    if (names != nullptr && names[n] != nullptr) socket.name = names[n];
    socket.socket.Reset(SD_LISTEN_FDS_START + n);
    sockets.push_back(std::move(socket));
  }
  for (char** name = names; name != nullptr && *name != nullptr; ++name) std::free(*name);
  std::free(names);
  return sockets;
}

}  // namespace dims
