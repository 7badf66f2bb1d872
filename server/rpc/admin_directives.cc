// SPDX-License-Identifier: Apache-2.0
// The part of the admin service that asks sites for something.
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/filter/query.h"
#include "common/grpc/status_bridge.h"
#include "server/rpc/admin_service.h"

namespace dims {
namespace {

constexpr absl::Duration kDefaultDirectiveLifetime = absl::Hours(24 * 7);

grpc::ServerUnaryReactor* FinishDirective(grpc::CallbackServerContext* context,
                                          const absl::Status& status) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(ToGrpc(status));
  return reactor;
}

// What its agents that have a stream said of a site's set.
void FillAnswers(const std::vector<AgentContact>& contacts, const DirectiveRecord& record,
                 std::uint64_t version, v1::DirectiveRow& row) {
  for (const AgentContact& contact : contacts) {
    if (!contact.connected || contact.site != record.site) continue;
    if (!contact.directives || contact.directives->version != version) {
      row.set_agents_waiting(row.agents_waiting() + 1);
      continue;
    }
    bool refused = false;
    for (const RefusedDirective& one : contact.directives->refused) {
      if (one.id != record.asked.id && one.id != 0) continue;
      row.add_refused(absl::StrCat(contact.agent, ": ", one.reason));
      refused = true;
      break;
    }
    if (!refused) row.set_agents_taken(row.agents_taken() + 1);
  }
}

}  // namespace

grpc::ServerUnaryReactor* AdminService::AddDirective(grpc::CallbackServerContext* context,
                                                     const v1::AddDirectiveRequest* request,
                                                     v1::AddDirectiveResponse* response) {
  const absl::Duration lifetime = request->valid_seconds() > 0
                                      ? absl::Seconds(request->valid_seconds())
                                      : kDefaultDirectiveLifetime;
  const std::string detail = absl::StrCat(
      request->drop().empty()
          ? absl::StrCat("watch ", request->watchlist(), ", ", request->values_size(), " values")
          : absl::StrCat("drop ", request->drop()),
      " for ", absl::FormatDuration(lifetime));
  const auto add = [&](const UserCaller& caller) -> absl::Status {
    DirectiveRecord record;
    record.site = request->site();
    record.asked.drop = request->drop();
    record.asked.watchlist = request->watchlist();
    record.asked.values.assign(request->values().begin(), request->values().end());
    record.asked.until_ns = absl::ToUnixNanos(clock_.Now() + lifetime);
    record.created_by = caller.uri;
    if (!record.asked.drop.empty()) RETURN_IF_ERROR(ParseFilter(record.asked.drop).status());
    ASSIGN_OR_RETURN(const std::uint64_t id, registry_.AddDirective(std::move(record)));
    response->set_id(id);
    if (actions_.directives_changed) actions_.directives_changed(request->site());
    return absl::OkStatus();
  };
  return FinishDirective(context, Operate(*context, "directive.add", request->site(), detail, add));
}

grpc::ServerUnaryReactor* AdminService::ListDirectives(grpc::CallbackServerContext* context,
                                                       const v1::ListDirectivesRequest* request,
                                                       v1::ListDirectivesResponse* response) {
  const absl::StatusOr<UserCaller> caller = callers_.User(*context);
  if (!caller.ok()) return FinishDirective(context, caller.status());
  const std::vector<AgentContact> contacts = presence_.All();
  const auto registry = registry_.Snapshot();
  for (const auto& [site, of_site] : registry->directives) {
    const bool wanted = request->site().empty() || request->site() == site;
    if (!wanted || !caller->MaySeeSite(site)) continue;
    for (const DirectiveRecord& record : of_site.records) {
      if (record.asked.until_ns <= absl::ToUnixNanos(clock_.Now())) continue;
      v1::DirectiveRow& row = *response->add_directives();
      row.set_id(record.asked.id);
      row.set_site(site);
      row.set_drop(record.asked.drop);
      row.set_watchlist(record.asked.watchlist);
      row.set_values(static_cast<std::uint32_t>(record.asked.values.size()));
      row.set_until_ns(record.asked.until_ns);
      row.set_created_by(record.created_by);
      FillAnswers(contacts, record, of_site.version, row);
    }
  }
  return FinishDirective(context, absl::OkStatus());
}

grpc::ServerUnaryReactor* AdminService::RemoveDirective(grpc::CallbackServerContext* context,
                                                        const v1::RemoveDirectiveRequest* request,
                                                        v1::RemoveDirectiveResponse*) {
  const auto remove = [&](const UserCaller&) -> absl::Status {
    ASSIGN_OR_RETURN(const std::string site, registry_.RemoveDirective(request->id()));
    if (actions_.directives_changed) actions_.directives_changed(site);
    return absl::OkStatus();
  };
  return FinishDirective(
      context, Operate(*context, "directive.remove", absl::StrCat(request->id()), "", remove));
}

}  // namespace dims
