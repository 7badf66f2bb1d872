// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/base/unique_fd.h"
#include "common/delivery/envelope.h"

namespace dims {

// How far the buffer had got when somebody last looked, kept beside it in a small file that is
// never synced: a write-ahead log that lost its tail leaves no other trace. docs/buffer_schema.md
// has its bytes.
//
// A missing or unreadable note says nothing; failing to write it is no error. Thread: one at a
// time.
class TailNote {
 public:
  struct Value {
    Epoch epoch = 0;
    Sequence next = 0;
    Ordinal next_ordinal = 0;
    Ordinal acked_ordinal = 0;  // rows below it are at the server

    friend bool operator==(const Value&, const Value&) = default;
  };

  TailNote() = default;

  // Opens or makes the file.
  explicit TailNote(const std::string& path);

  std::optional<Value> Read() const;
  void Write(const Value& value);

  // The 48 bytes of the file.
  static std::string Encode(const Value& value);
  static std::optional<Value> Decode(absl::string_view bytes);

 private:
  UniqueFd file_;
};

}  // namespace dims
