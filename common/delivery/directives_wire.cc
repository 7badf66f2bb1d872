// SPDX-License-Identifier: Apache-2.0
#include "common/delivery/directives_wire.h"

#include "absl/strings/str_cat.h"

namespace dims {

v1::Directives ToWire(const DirectiveSet& set) {
  v1::Directives message;
  message.set_version(set.version);
  for (const Directive& from : set.directives) {
    v1::Directive& to = *message.add_directives();
    to.set_id(from.id);
    to.set_until_ns(static_cast<std::uint64_t>(from.until_ns));
    if (!from.drop.empty()) {
      to.set_drop(from.drop);
      continue;
    }
    to.mutable_watch()->set_name(from.watchlist);
    for (const std::string& value : from.values) to.mutable_watch()->add_values(value);
  }
  return message;
}

v1::DirectivesTaken ToWire(const DirectivesTaken& taken) {
  v1::DirectivesTaken message;
  message.set_version(taken.version);
  for (const RefusedDirective& from : taken.refused) {
    v1::RefusedDirective& to = *message.add_refused();
    to.set_id(from.id);
    to.set_reason(from.reason.substr(0, kRefusalBytesMax));
  }
  return message;
}

absl::StatusOr<DirectiveSet> FromWire(const v1::Directives& message) {
  if (static_cast<std::size_t>(message.directives_size()) > kDirectivesMax) {
    return absl::InvalidArgumentError(
        absl::StrCat("directives: more than ", kDirectivesMax, " for one site"));
  }
  DirectiveSet set;
  set.version = message.version();
  std::size_t values = 0;
  for (const v1::Directive& from : message.directives()) {
    values += static_cast<std::size_t>(from.watch().values_size());
    if (values > kWatchValuesMax) {
      return absl::InvalidArgumentError(
          absl::StrCat("directives: more than ", kWatchValuesMax, " values to watch for"));
    }
    Directive& to = set.directives.emplace_back();
    to.id = from.id();
    to.until_ns = static_cast<std::int64_t>(from.until_ns());
    to.drop = from.drop();
    to.watchlist = from.watch().name();
    to.values.assign(from.watch().values().begin(), from.watch().values().end());
  }
  return set;
}

absl::StatusOr<DirectivesTaken> FromWire(const v1::DirectivesTaken& message) {
  if (static_cast<std::size_t>(message.refused_size()) > kDirectivesMax) {
    return absl::InvalidArgumentError("directives: more refused than one site is asked for");
  }
  DirectivesTaken taken;
  taken.version = message.version();
  for (const v1::RefusedDirective& from : message.refused()) {
    if (from.reason().size() > kRefusalBytesMax) {
      return absl::InvalidArgumentError("directives: a reason is too long");
    }
    taken.refused.push_back({from.id(), from.reason()});
  }
  return taken;
}

}  // namespace dims
