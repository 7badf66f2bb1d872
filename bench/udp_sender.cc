// SPDX-License-Identifier: Apache-2.0
// udp_sender PORT RATE SECONDS: sends numbered firewall lines as datagrams to loopback, RATE a
// second, in bursts of up to a millisecond's share. Prints {"sent":N,"seconds":S}.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iostream>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "common/base/clock.h"
#include "common/base/unique_fd.h"

namespace dims {
namespace {

constexpr std::size_t kBurst = 64;

// One packet that a firewall let through, as netfilter logs it; about 230 bytes.
std::string Line(std::uint64_t number, const std::string& stamp) {
  return absl::StrFormat(
      "<134>%s fw1 kernel: [%d.%06d] ACCEPT IN=eth0 OUT=eth1 MAC=02:42:ac:11:00:02:02:42:ac "
      "SRC=10.%d.%d.%d "
      "DST=198.51.100.%d LEN=60 TOS=0x00 PREC=0x00 TTL=63 ID=%d DF PROTO=TCP SPT=%d DPT=443 "
      "WINDOW=64240 RES=0x00 SYN URGP=0 id=%d",
      stamp, number / 1000, number % 1'000'000, number >> 16 & 255, number >> 8 & 255, number & 255,
      number % 250, number & 65'535, 1024 + number % 60'000, number);
}

// A burst in one system call; sent is what the kernel took, and loopback gave to the receiver.
class Burst {
 public:
  void Fill(std::uint64_t first, std::size_t count, const std::string& stamp) {
    for (std::size_t n = 0; n < count; ++n) {
      texts_[n] = Line(first + n, stamp);
      parts_[n] = {texts_[n].data(), texts_[n].size()};
      messages_[n].msg_hdr.msg_iov = &parts_[n];
      messages_[n].msg_hdr.msg_iovlen = 1;
    }
  }

  std::uint64_t Send(int socket, std::size_t count) {
    const int sent = ::sendmmsg(socket, messages_.data(), static_cast<unsigned>(count), 0);
    return sent > 0 ? static_cast<std::uint64_t>(sent) : 0;
  }

 private:
  std::array<std::string, kBurst> texts_;
  std::array<iovec, kBurst> parts_ = {};
  std::array<mmsghdr, kBurst> messages_ = {};
};

int Run(std::uint16_t port, std::uint64_t rate, std::uint64_t seconds) {
  const UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0)
    return 1;
  const SystemClock clock;
  const std::string stamp = absl::FormatTime("%b %e %H:%M:%S", clock.Now(), absl::UTCTimeZone());
  const absl::Duration start = clock.Monotonic();
  const std::uint64_t total = rate * seconds;
  Burst burst;
  std::uint64_t sent = 0;
  while (sent < total) {
    const double elapsed = absl::ToDoubleSeconds(clock.Monotonic() - start);
    const auto due = std::min<std::uint64_t>(
        total, static_cast<std::uint64_t>(elapsed * static_cast<double>(rate)));
    if (due <= sent) {
      ::poll(nullptr, 0, 1);
      continue;
    }
    const std::size_t count = std::min<std::uint64_t>(kBurst, due - sent);
    burst.Fill(sent, count, stamp);
    sent += burst.Send(socket.get(), count);
  }
  const double took = absl::ToDoubleSeconds(clock.Monotonic() - start);
  std::cout << absl::StrFormat("{\"sent\":%d,\"seconds\":%.3f}\n", sent, took);
  return 0;
}

}  // namespace
}  // namespace dims

int main(int argc, char** argv) {
  std::uint32_t port = 0;
  std::uint64_t rate = 0;
  std::uint64_t seconds = 0;
  if (argc != 4 || !absl::SimpleAtoi(argv[1], &port) || !absl::SimpleAtoi(argv[2], &rate) ||
      !absl::SimpleAtoi(argv[3], &seconds) || port == 0 || port > 65'535) {
    std::cerr << "usage: udp_sender PORT RATE SECONDS\n";
    return 2;
  }
  return dims::Run(static_cast<std::uint16_t>(port), rate, seconds);
}
