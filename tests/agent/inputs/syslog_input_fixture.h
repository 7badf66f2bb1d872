// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "agent/inputs/syslog_input.h"
#include "common/base/bounded_queue.h"
#include "tests/support/seeded_random.h"

namespace dims {

// A clock the test moves while the input's thread reads it.
class SharedClock final : public Clock {
 public:
  absl::Time Now() const override {
    return absl::FromUnixSeconds(1'796'000'000 + jump_.load()) + Monotonic();
  }

  absl::Duration Monotonic() const override { return absl::Milliseconds(now_.load()); }

  // The wall clock is set; monotonic time does not notice.
  void Jump(absl::Duration by) { jump_ += absl::ToInt64Seconds(by); }

  void Advance(absl::Duration by) { now_ += absl::ToInt64Milliseconds(by); }

 private:
  std::atomic<std::int64_t> now_ = 1000;
  std::atomic<std::int64_t> jump_ = 0;
};

// Hands chunks to the test's thread.
class WaitingSink final : public ChunkSink {
 public:
  bool Push(InputChunk chunk) override { return chunks.Push(std::move(chunk)); }

  bool HasRoom(LossClass) const override {
    ++asked;
    return open.load();
  }

  // Returns when the input has seen what `open` is now.
  void AwaitInput() const {
    const std::uint64_t before = asked.load();
    while (asked.load() < before + 2) std::this_thread::yield();
  }

  BoundedQueue<InputChunk> chunks{1'000'000};
  std::atomic<bool> open = true;
  mutable std::atomic<std::uint64_t> asked = 0;
};

class SyslogInputTest : public ::testing::Test {
 protected:
  ~SyslogInputTest() override {
    if (input != nullptr) input->Stop();
  }

  void Start(const std::vector<std::string>& where, std::uint64_t receive_buffer = 1 << 20) {
    std::vector<SyslogListener> listeners;
    for (const std::string& text : where) {
      listeners.push_back(*ParseSyslogListener(text));
      listeners.back().receive_buffer_bytes = receive_buffer;
    }
    StartWith(listeners);
  }

  void StartWith(const std::vector<SyslogListener>& listeners) {
    auto opened = SyslogInput::Open(listeners, {}, sink, clock, random, limits);
    ASSERT_TRUE(opened.ok()) << opened.status();
    input = *std::move(opened);
    input->Start();
  }

  // A client's socket at an address of loopback, connected to the n-th listener.
  UniqueFd Connect(std::size_t n = 0, const char* from = "127.0.0.1") {
    const SyslogListener to = input->listeners().at(n);
    const bool udp = to.transport == SyslogTransport::kUdp;
    UniqueFd socket(::socket(AF_INET, (udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = ::inet_addr(from);
    EXPECT_EQ(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    address.sin_port = htons(to.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    return socket;
  }

  static void Send(const UniqueFd& socket, const std::string& bytes) {
    EXPECT_EQ(::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }

  // The input's successor, as after a reload, with the sockets and connections that stay.
  void Succeed(const std::vector<SyslogListener>& listeners) {
    input->StopForHandover();
    auto opened = SyslogInput::Open(listeners, input->TakeSockets(), sink, clock, random, limits);
    ASSERT_TRUE(opened.ok()) << opened.status();
    (*opened)->TakeOver(*input);
    input = *std::move(opened);
    input->Start();
  }

  // Waits for `count` messages of any listener.
  std::vector<std::string> Receive(std::size_t count) {
    std::vector<std::string> lines;
    while (lines.size() < count) {
      std::optional<InputChunk> chunk = sink.chunks.PopFor(absl::Seconds(20));
      if (!chunk) {
        ADD_FAILURE() << "only " << lines.size() << " of " << count << " messages came";
        break;
      }
      Note(*chunk, lines);
    }
    return lines;
  }

  void Note(const InputChunk& chunk, std::vector<std::string>& lines) {
    for (const InputLine& line : chunk.lines) {
      lines.emplace_back(chunk.Line(line));
      origins.push_back(chunk.origins.at(line.origin));
    }
    for (const Loss& loss : chunk.losses) lost += loss.count;
    if (!chunk.lines.empty()) last = chunk;
  }

  // The peer has closed its end.
  static bool IsClosed(const UniqueFd& socket) {
    char byte = 0;
    return ::recv(socket.get(), &byte, 1, 0) <= 0;
  }

  SharedClock clock;
  SeededRandom random{1};
  WaitingSink sink;
  SyslogLimits limits;
  std::unique_ptr<SyslogInput> input;
  std::vector<std::string> origins;
  InputChunk last;
  std::uint64_t lost = 0;
};

}  // namespace dims
