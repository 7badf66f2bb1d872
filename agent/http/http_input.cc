// SPDX-License-Identifier: Apache-2.0
#include "agent/http/http_input.h"

#include <httplib.h>
#include <sys/socket.h>

#include <chrono>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "agent/http/event_body.h"
#include "agent/inputs/commit_notice.h"
#include "common/base/log.h"
#include "common/base/mutex.h"
#include "common/base/status_macros.h"
#include "common/crypto/sha256.h"

namespace dims {
namespace {

constexpr int kUnauthorized = 401;
constexpr int kTooLarge = 413;
constexpr int kUnavailable = 503;

void Refuse(int status, const char* why, httplib::Response& response) {
  response.status = status;
  if (status == kUnavailable) response.set_header("Retry-After", "1");
  response.set_content(absl::StrCat("{\"error\":\"", why, "\"}\n"), "application/json");
}

}  // namespace

// One listener and its requests.
class HttpInput::Endpoint {
 public:
  Endpoint(HttpListener where, ChunkSink& sink, const Clock& clock, std::uint64_t nonce,
           const HttpLimits& limits)
      : config_(std::move(where)), sink_(sink), clock_(clock), nonce_(nonce), limits_(limits) {}

  ~Endpoint() { Stop(); }

  absl::Status Bind() {
    server_.new_task_queue = [this] {
      NoteServing();
      return new httplib::ThreadPool(static_cast<std::size_t>(limits_.requests_max));  // it owns it
    };
    // The library would share the port with whoever else asks for it.
    server_.set_socket_options([](int socket) {
      const int yes = 1;
      ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    });
    server_.set_read_timeout(absl::ToChronoMilliseconds(limits_.read_timeout));
    server_.set_payload_max_length(limits_.body_bytes_max);
    server_.Post(
        ".*", [this](const httplib::Request& request, httplib::Response& response,
                     const httplib::ContentReader& reader) { Serve(request, reader, response); });
    if (config_.port == 0) {
      const int port = server_.bind_to_any_port(config_.address);
      if (port > 0) config_.port = static_cast<std::uint16_t>(port);
    } else if (!server_.bind_to_port(config_.address, config_.port)) {
      return absl::UnavailableError(
          absl::StrCat(config_.Text(),
                       ": cannot be listened on: is the address this machine's, is "
                       "something else listening there?"));
    }
    source_ = absl::StrFormat("http:%s#%016x", config_.Text(), nonce_);
    return config_.port == 0 ? absl::UnavailableError(absl::StrCat(config_.Text(), ": no port"))
                             : absl::OkStatus();
  }

  // The library's stop() is lost on a server that does not serve yet.
  void Start() {
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    MutexLock lock(mutex_);
    while (!serving_) serving_changed_.Wait(mutex_);
  }

  void Stop() {
    server_.stop();
    if (thread_.joinable()) thread_.join();
  }

  const HttpListener& config() const { return config_; }

 private:
  void NoteServing() {
    MutexLock lock(mutex_);
    serving_ = true;
    serving_changed_.NotifyAll();
  }

  void Serve(const httplib::Request& request, const httplib::ContentReader& reader,
             httplib::Response& response) {
    std::string body;
    const bool whole = reader([&](const char* data, std::size_t length) {
      if (body.size() + length > limits_.body_bytes_max) return false;
      body.append(data, length);
      return true;
    });
    if (!IsAllowed(request))
      return Refuse(kUnauthorized, "the token is missing or wrong", response);
    if (!whole) return Refuse(kTooLarge, "the body is too large or did not arrive", response);
    const std::vector<std::string> events = EventsOfBody(body);
    if (!events.empty() && !sink_.HasRoomFor(LossClass::kCanWait, config_.input)) {
      return Refuse(kUnavailable, "no room at the moment, send it again", response);
    }
    if (!Take(request.remote_addr, events)) {
      return Refuse(kUnavailable, "not stored yet, send it again", response);
    }
    response.set_content(absl::StrCat("{\"accepted\":", events.size(), "}\n"), "application/json");
  }

  bool IsAllowed(const httplib::Request& request) const {
    if (config_.token.empty()) return true;
    return ConstantTimeEqual(request.get_header_value("Authorization"),
                             absl::StrCat("Bearer ", config_.token));
  }

  // False: not in the buffer in time.
  bool Take(const std::string& peer, const std::vector<std::string>& events) {
    if (events.empty()) return true;
    const auto notice = std::make_shared<CommitNotice>();
    if (!Push(peer, events, notice)) return false;
    return notice->WaitFor(limits_.commit_timeout, clock_);
  }

  // Counter and order in the sink must agree, so requests take turns.
  bool Push(const std::string& peer, const std::vector<std::string>& events,
            const std::shared_ptr<CommitNotice>& notice) {
    MutexLock lock(mutex_);
    std::size_t next = 0;
    while (next < events.size()) {
      InputChunk chunk;
      chunk.input = config_.input;
      chunk.origins = {peer};
      chunk.received = clock_.Now();
      chunk.bookmark.source = source_;
      for (; next < events.size() && chunk.text.size() < kChunkBytes; ++next) {
        AddLine(events[next], chunk);
      }
      chunk.bookmark.position = CounterPosition{nonce_, counter_};
      if (next == events.size()) chunk.notice = notice;
      if (!sink_.Push(std::move(chunk))) return false;
    }
    return true;
  }

  void AddLine(absl::string_view event, InputChunk& chunk) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    InputLine line;
    line.begin = static_cast<std::uint32_t>(chunk.text.size());
    line.cut = event.size() > kLineBytesMax;
    const absl::string_view kept = event.substr(0, kLineBytesMax);
    chunk.text.append(kept.data(), kept.size());
    line.end = static_cast<std::uint32_t>(chunk.text.size());
    line.position = ++counter_;
    chunk.lines.push_back(line);
  }

  HttpListener config_;
  ChunkSink& sink_;
  const Clock& clock_;
  const std::uint64_t nonce_;
  const HttpLimits limits_;
  std::string source_;
  Mutex mutex_;
  CondVar serving_changed_;
  bool serving_ ABSL_GUARDED_BY(mutex_) = false;
  std::uint64_t counter_ ABSL_GUARDED_BY(mutex_) = 0;
  httplib::Server server_;
  std::thread thread_;
};

absl::StatusOr<std::unique_ptr<HttpInput>> HttpInput::Open(
    const std::vector<HttpListener>& listeners, ChunkSink& sink, const Clock& clock, Random& random,
    const HttpLimits& limits) {
  std::unique_ptr<HttpInput> input(new HttpInput());
  for (const HttpListener& listener : listeners) {
    auto endpoint = std::make_unique<Endpoint>(listener, sink, clock, random.Uint64(), limits);
    RETURN_IF_ERROR(endpoint->Bind());
    input->endpoints_.push_back(std::move(endpoint));
  }
  return input;
}

HttpInput::~HttpInput() = default;

void HttpInput::Start() {
  for (const std::unique_ptr<Endpoint>& endpoint : endpoints_) endpoint->Start();
}

void HttpInput::Stop() {
  for (const std::unique_ptr<Endpoint>& endpoint : endpoints_) endpoint->Stop();
}

std::vector<HttpListener> HttpInput::listeners() const {
  std::vector<HttpListener> out;
  for (const std::unique_ptr<Endpoint>& endpoint : endpoints_) out.push_back(endpoint->config());
  return out;
}

}  // namespace dims
