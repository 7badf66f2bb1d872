// SPDX-License-Identifier: Apache-2.0
#include "server/notify/webhook_sink.h"

#include <curl/curl.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/notify/alert_text.h"

namespace dims {
namespace {

constexpr std::size_t kAnswerBytesMax = 64u << 10;

struct EasyDeleter {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};

struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

// libcurl's callback: drops the body, and ends the transfer when there is too much of it.
std::size_t Discard(char*, std::size_t size, std::size_t count, void* user) {
  auto& left = *static_cast<std::size_t*>(user);
  const std::size_t bytes = size * count;
  if (bytes > left) return 0;
  left -= bytes;
  return bytes;
}

}  // namespace

absl::StatusOr<std::unique_ptr<WebhookSink>> WebhookSink::Create(absl::string_view url,
                                                                 absl::string_view ca_file,
                                                                 absl::Duration timeout) {
  if (!absl::StartsWith(url, "http://") && !absl::StartsWith(url, "https://")) {
    return absl::InvalidArgumentError(
        absl::StrCat(url, ": write https://HOST/PATH (or http://, inside one machine)"));
  }
  const std::string ca(ca_file);
  if (!ca.empty() && ::access(ca.c_str(), R_OK) != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(ca, ": the file of authorities cannot be read: ", std::strerror(errno)));
  }
  return std::unique_ptr<WebhookSink>(new WebhookSink(std::string(url), ca, timeout));
}

absl::Status WebhookSink::Send(const Alert& alert) {
  const std::unique_ptr<CURL, EasyDeleter> easy(curl_easy_init());
  if (easy == nullptr) return absl::ResourceExhaustedError("webhook: no memory for a transfer");
  const std::unique_ptr<curl_slist, ListDeleter> headers(
      curl_slist_append(nullptr, "Content-Type: application/json"));
  const std::string body = AlertJson(alert);
  std::size_t answer_bytes_left = kAnswerBytesMax;
  curl_easy_setopt(easy.get(), CURLOPT_URL, url_.c_str());
  curl_easy_setopt(easy.get(), CURLOPT_PROTOCOLS_STR, "http,https");
  if (!ca_file_.empty()) {
    curl_easy_setopt(easy.get(), CURLOPT_CAINFO, ca_file_.c_str());
    curl_easy_setopt(easy.get(), CURLOPT_CAPATH, nullptr);  // and none of the machine's
  }
  curl_easy_setopt(easy.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy.get(), CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy.get(), CURLOPT_TIMEOUT_MS,
                   static_cast<long>(absl::ToInt64Milliseconds(timeout_)));
  curl_easy_setopt(easy.get(), CURLOPT_USERAGENT, "dims-server");
  curl_easy_setopt(easy.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(easy.get(), CURLOPT_POSTFIELDS, body.data());
  curl_easy_setopt(easy.get(), CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
  curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, &Discard);
  curl_easy_setopt(easy.get(), CURLOPT_WRITEDATA, &answer_bytes_left);
  const CURLcode result = curl_easy_perform(easy.get());
  long code = 0;
  curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &code);
  // A 2xx with an answer too long to read is still taken.
  const bool cut = result == CURLE_WRITE_ERROR;
  if (result != CURLE_OK && !cut)
    return absl::UnavailableError(absl::StrCat("webhook: ", curl_easy_strerror(result)));
  if (code < 200 || code > 299)
    return absl::UnavailableError(absl::StrCat("webhook: it answered ", code));
  return absl::OkStatus();
}

}  // namespace dims
