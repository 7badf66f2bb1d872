// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/base/tcp_connect.h"
#include "common/crypto/tls_context.h"
#include "common/filter/filter_node.h"

namespace dims {

enum class OutputFormat : std::uint8_t {
  kRaw,   // the line as it was received
  kJson,  // one flat object of ECS fields
};

enum class OutputTransport : std::uint8_t { kFile, kUdp, kTcp, kTls };

// A local output of a site: where, in which form and which events. A value.
struct OutputOptions {
  OutputTransport transport = OutputTransport::kFile;
  OutputFormat format = OutputFormat::kRaw;
  bool after_policy = false;                 // as the server gets it; else as it was received
  std::string where;                         // a filter, as written; empty: every event
  std::shared_ptr<const FilterNode> filter;  // the same; null: every event
  std::uint64_t queue_bytes = 8u << 20;

  std::string path;            // kFile
  std::uint64_t size_max = 0;  // kFile: rotated above it; 0: never
  std::uint64_t keep = 5;      // kFile: rotated files

  HostPort target;             // the others
  bool octet_counting = true;  // kTcp, kTls: RFC 6587; else a line feed behind each
  TlsFiles tls;                // kTls

  // "/srv/feed.log", "tcp://siem.example:514": what people call it.
  std::string Name() const;

  // Of two configurations; a filter is what was written.
  friend bool operator==(const OutputOptions& a, const OutputOptions& b);
};

// Sets transport and target of "tcp://HOST:PORT", "tls://..." or "udp://...". InvalidArgument says
// what is wrong.
absl::Status SetSyslogTarget(absl::string_view text, OutputOptions& options);

}  // namespace dims
