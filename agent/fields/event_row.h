// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "common/event/batch_builder.h"
#include "common/event/fields.h"
#include "common/event/ip_address.h"

namespace dims {

class FormatMemory;

// What a kind of log message means, in ECS words; an empty word is not set.
struct EventMeaning {
  absl::string_view category;
  absl::string_view type;
  absl::string_view action;
  absl::string_view outcome;
};

// One row of a builder while parsers fill it. Adds what follows from a value wherever it was found:
// related.* for addresses, users and names, and network.community_id once both ends are known.
//
// Empty text is not set. A value refused because the batch has no room for its column gives the row
// the tag "fields_dropped". Thread: one. Owns nothing; `builder` and `memory` must outlive it.
class EventRow {
 public:
  // `memory` is what the formats keep from line to line.
  EventRow(BatchBuilder& builder, FormatMemory& memory) : builder_(builder), memory_(memory) {}

  EventRow(const EventRow&) = delete;
  EventRow& operator=(const EventRow&) = delete;

  BatchBuilder& builder() { return builder_; }

  FormatMemory& memory() { return memory_; }

  bool Has(Field field) const { return builder_.Has(field); }

  void Keyword(Field field, absl::string_view value) {
    if (!value.empty()) builder_.Keyword(field, value);
  }

  void Text(Field field, absl::string_view value) {
    if (!value.empty()) builder_.Text(field, value);
  }

  void Integer(Field field, std::int64_t value) { builder_.Integer(field, value); }

  void Tag(absl::string_view tag) { builder_.AddKeyword(Field::kTags, tag); }

  void Label(absl::string_view name, absl::string_view value);

  void Means(const EventMeaning& meaning);

  // `field` is an address; related.ip follows.
  void Address(Field field, const IpAddress& address);

  // An address or a host name as a log writes it: source.ip or source.domain, destination likewise.
  // Brackets around an address and a zone ("%eth0") are taken off; a name longer than 255 bytes is
  // not one.
  void Source(absl::string_view address_or_name);
  void Destination(absl::string_view address_or_name);

  // Ignored unless 0..65535.
  void SourcePort(std::int64_t port);
  void DestinationPort(std::int64_t port);

  // user.name, user.target.name or user.effective.name; related.user follows.
  void User(Field field, absl::string_view name);

  // network.transport and network.iana_number, from a name ("TCP") or a number ("6").
  void Transport(absl::string_view protocol);

  // For ICMP: what stands in the place of the ports.
  void IcmpTypeAndCode(std::int64_t type, std::int64_t code);

  bool has_both_ends() const { return source_.has_value() && destination_.has_value(); }

  // What needs the whole row. To be called once, after the last value.
  void Complete();

 private:
  void Endpoint(Field ip_field, Field name_field, absl::string_view text);

  BatchBuilder& builder_;
  FormatMemory& memory_;
  std::optional<IpAddress> source_;
  std::optional<IpAddress> destination_;
  std::int32_t source_port_ = -1;
  std::int32_t destination_port_ = -1;
  std::int32_t protocol_ = -1;
};

}  // namespace dims
