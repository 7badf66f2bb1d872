// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace dims {

// Where events are taken by HTTP. A value.
struct HttpListener {
  std::string address;  // IPv4 or IPv6, without brackets
  std::uint16_t port = 0;
  std::string token;        // "Authorization: Bearer TOKEN"; empty: none is asked for
  std::uint32_t input = 0;  // InputChunk::input of its chunks

  // "http://127.0.0.1:8088", "http://[::1]:8088"; also the source's name, after "http:".
  std::string Text() const;

  // Only programs of this machine reach it.
  bool IsLoopback() const;

  friend bool operator==(const HttpListener&, const HttpListener&) = default;
};

// The listener of such a text: scheme, address and port, no path. InvalidArgument says what is
// wrong.
absl::StatusOr<HttpListener> ParseHttpListener(absl::string_view text);

}  // namespace dims
