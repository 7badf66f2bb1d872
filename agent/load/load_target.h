// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/inputs/input_chunk.h"
#include "agent/site_formats/site_formats.h"
#include "common/delivery/bookmark.h"

namespace dims {

// How the agent that takes old lines in does.
struct LoadTargetState {
  absl::Duration retention = absl::InfiniteDuration();  // of the server, as far as it said
  std::uint64_t waiting_bytes = 0;                      // not yet taken by the server
  std::uint64_t waiting_rows = 0;
  bool connected = false;  // a stream to the server is open
};

// What the listener for loads needs of its agent. Thread: any.
class LoadTarget {
 public:
  virtual ~LoadTarget() = default;

  // How far each source was read, here and at the server. Unavailable: not known yet, as a new
  // buffer has not reached the server.
  virtual absl::StatusOr<std::vector<Bookmark>> Bookmarks() = 0;

  // False while old lines would be in the way of what happens now.
  virtual bool HasRoom() const = 0;

  // False: closed.
  virtual bool Push(InputChunk chunk) = 0;

  virtual LoadTargetState State() const = 0;

  // The formats that the site made, as they are now; null: none. What is pushed may point into
  // them.
  virtual std::shared_ptr<const SiteFormats> Formats() const = 0;

  // What the site says about everything it sends: its tags and its label.
  virtual Tagger SiteTagger() const = 0;
};

}  // namespace dims
