// SPDX-License-Identifier: Apache-2.0
#include "server/initialize_directory.h"

#include <netdb.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>

#include <cstring>
#include <filesystem>
#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/base/unique_fd.h"
#include "common/crypto/principal.h"
#include "server/authority/initialize.h"
#include "server/registry/registry.h"
#include "server/settings.h"

namespace dims {
namespace {

struct HostPort {
  std::string host;  // without brackets
  int port = 0;
};

std::string Joined(const std::string& host, int port) {
  return host.find(':') == std::string::npos ? absl::StrCat(host, ":", port)
                                             : absl::StrCat("[", host, "]:", port);
}

absl::StatusOr<HostPort> Split(absl::string_view address) {
  const std::size_t colon = address.rfind(':');
  HostPort out;
  if (colon == address.npos || colon == 0 ||
      !absl::SimpleAtoi(address.substr(colon + 1), &out.port) || out.port < 0 ||
      out.port > 65'535) {
    return absl::InvalidArgumentError(
        absl::StrCat("address ", address, ": write HOST:PORT, as in 0.0.0.0:7443 or [::]:7443"));
  }
  absl::string_view host = address.substr(0, colon);
  if (host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  out.host = std::string(host);
  return out;
}

struct AddressListDeleter {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};

// A socket bound to `address`; keeps the port ours while the second one is picked.
absl::StatusOr<UniqueFd> Bind(const HostPort& address) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  if (const int failed =
          getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &found);
      failed != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("host ", address.host, ": ", gai_strerror(failed)));
  }
  const std::unique_ptr<addrinfo, AddressListDeleter> list(found);
  UniqueFd socket(::socket(list->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket.valid() || ::bind(socket.get(), list->ai_addr, list->ai_addrlen) != 0) {
    return absl::UnavailableError(absl::StrCat(
        "cannot listen on ", Joined(address.host, address.port), ": ", std::strerror(errno)));
  }
  return socket;
}

int PortOf(const UniqueFd& socket) {
  sockaddr_storage bound{};
  socklen_t length = sizeof(bound);
  getsockname(socket.get(), reinterpret_cast<sockaddr*>(&bound), &length);
  char port[NI_MAXSERV];
  if (getnameinfo(reinterpret_cast<const sockaddr*>(&bound), length, nullptr, 0, port, sizeof(port),
                  NI_NUMERICSERV) != 0) {
    return 0;
  }
  return std::atoi(port);
}

// Free ports in place of 0; otherwise checks that both can be had.
absl::Status PickPorts(HostPort& main, HostPort& join) {
  ASSIGN_OR_RETURN(const UniqueFd main_socket, Bind(main));
  main.port = PortOf(main_socket);
  ASSIGN_OR_RETURN(const UniqueFd join_socket, Bind(join));
  join.port = PortOf(join_socket);
  return absl::OkStatus();
}

absl::Status MakeDirectory(const std::string& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) return absl::PermissionDeniedError(absl::StrCat(directory, ": ", error.message()));
  if (!std::filesystem::is_empty(directory, error)) {
    return absl::FailedPreconditionError(
        absl::StrCat(directory, " is not empty: a server is made in a directory of its own"));
  }
  if (::chmod(directory.c_str(), S_IRWXU) != 0) {
    return absl::PermissionDeniedError(absl::StrCat(directory, ": ", std::strerror(errno)));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status InitializeDirectory(const InitializeOptions& options, Clock& clock, Random& random,
                                 std::string& summary) {
  ASSIGN_OR_RETURN(HostPort main, Split(options.listen));
  HostPort join = main;
  join.port = main.port == 0 ? 0 : main.port + 1;
  if (!options.join_listen.empty()) {
    ASSIGN_OR_RETURN(join, Split(options.join_listen));
  }
  const std::string host = options.advertise.empty() ? main.host : options.advertise;
  if (host == "0.0.0.0" || host == "::") {
    return absl::InvalidArgumentError(
        "--listen on every address needs --advertise HOST: the name agents connect to");
  }
  RETURN_IF_ERROR(MakeDirectory(options.directory));
  RETURN_IF_ERROR(PickPorts(main, join));
  TrustGroup group;
  group.id = SlugOf(options.name);
  group.name = options.name;
  group.server_address = Joined(host, main.port);
  group.join_address = Joined(host, join.port);
  ASSIGN_OR_RETURN(const std::unique_ptr<Registry> registry,
                   Registry::Open(options.directory + "/registry.db", clock));
  RETURN_IF_ERROR(InitializeAuthority(options.directory, group, *registry, clock, random));
  RETURN_IF_ERROR(WriteFirstSettings(options.directory + "/server.toml",
                                     Joined(main.host, main.port), Joined(join.host, join.port)));
  summary = absl::StrCat("trust group \"", group.name, "\" made in ", options.directory,
                         "\n  agents and users connect to ", group.server_address, ", joining to ",
                         group.join_address, "\n  next: dims-server run --data ", options.directory,
                         "\n        dims --identity ", options.directory,
                         "/operator.identity site add SITE --name \"...\" --cidr ...\n");
  return absl::OkStatus();
}

}  // namespace dims
