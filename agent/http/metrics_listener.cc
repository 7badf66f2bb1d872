// SPDX-License-Identifier: Apache-2.0
#include "agent/http/metrics_listener.h"

#include <httplib.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/mutex.h"

namespace dims {
namespace {

constexpr char kContentType[] = "text/plain; version=0.0.4; charset=utf-8";
constexpr std::chrono::seconds kPatience{5};
constexpr std::size_t kBodyBytesMax = 4096;  // a GET has none

}  // namespace

class MetricsListener::Server {
 public:
  explicit Server(std::function<std::string()> text) : text_(std::move(text)) {}

  ~Server() {
    http_.stop();
    if (thread_.joinable()) thread_.join();
  }

  // The port, 0 where it cannot be listened on.
  int Bind(const HttpListener& where) {
    http_.new_task_queue = [this] {
      NoteServing();
      return new httplib::ThreadPool(kRequestsMax);  // the server owns it
    };
    // The library would share the port with whoever else asks for it.
    http_.set_socket_options([](int socket) {
      const int yes = 1;
      ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    });
    http_.set_read_timeout(kPatience);
    http_.set_write_timeout(kPatience);
    http_.set_keep_alive_timeout(1);
    http_.set_payload_max_length(kBodyBytesMax);
    http_.Get("/metrics", [this](const httplib::Request&, httplib::Response& response) {
      response.set_content(text_(), kContentType);
    });
    if (where.port == 0) return std::max(0, http_.bind_to_any_port(where.address));
    return http_.bind_to_port(where.address, where.port) ? where.port : 0;
  }

  // The library's stop() is lost on a server that does not serve yet.
  void Start() {
    thread_ = std::thread([this] { http_.listen_after_bind(); });
    MutexLock lock(mutex_);
    while (!serving_) changed_.Wait(mutex_);
  }

 private:
  void NoteServing() {
    MutexLock lock(mutex_);
    serving_ = true;
    changed_.NotifyAll();
  }

  const std::function<std::string()> text_;
  Mutex mutex_;
  CondVar changed_;
  bool serving_ ABSL_GUARDED_BY(mutex_) = false;
  httplib::Server http_;
  std::thread thread_;
};

MetricsListener::MetricsListener(HttpListener where, std::function<std::string()> text)
    : where_(std::move(where)), server_(std::make_unique<Server>(std::move(text))) {}

MetricsListener::~MetricsListener() = default;

absl::StatusOr<std::unique_ptr<MetricsListener>> MetricsListener::Open(
    HttpListener where, std::function<std::string()> text) {
  std::unique_ptr<MetricsListener> listener(new MetricsListener(std::move(where), std::move(text)));
  const int port = listener->server_->Bind(listener->where_);
  if (port == 0) {
    return absl::UnavailableError(
        absl::StrCat("metrics: ", listener->where_.Text(),
                     ": cannot be listened on: is the address this machine's, is something else "
                     "listening there?"));
  }
  listener->where_.port = static_cast<std::uint16_t>(port);
  listener->server_->Start();
  return listener;
}

}  // namespace dims
