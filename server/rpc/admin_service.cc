// SPDX-License-Identifier: Apache-2.0
#include "server/rpc/admin_service.h"

#include <map>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status_macros.h"
#include "common/base/unix_nanos.h"
#include "common/grpc/status_bridge.h"

namespace dims {
namespace {

constexpr std::size_t kIntelBytesMax = 256u << 20;

grpc::ServerUnaryReactor* Finish(grpc::CallbackServerContext* context, const absl::Status& status) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(ToGrpc(status));
  return reactor;
}

absl::StatusOr<MemberState> ParseState(absl::string_view text) {
  for (const MemberState state :
       {MemberState::kActive, MemberState::kSuspended, MemberState::kRevoked}) {
    if (MemberStateName(state) == text) return state;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("state ", text, ": write active, suspended or revoked"));
}

absl::StatusOr<UserRole> ParseRole(absl::string_view text) {
  for (const UserRole role : {UserRole::kOperator, UserRole::kAnalyst, UserRole::kSite}) {
    if (UserRoleName(role) == text) return role;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("role ", text, ": write operator, analyst or site"));
}

absl::StatusOr<Tlp> ParseCeiling(absl::string_view text) {
  const std::optional<Tlp> ceiling = ParseTlp(text);
  if (!ceiling) return absl::InvalidArgumentError(absl::StrCat("TLP ", text, ": no such label"));
  return *ceiling;
}

void FillSite(const Site& from, v1::Site& to) {
  to.set_id(from.id);
  to.set_name(from.name);
  for (const std::string& cidr : from.cidrs) to.add_cidrs(cidr);
  for (const std::string& domain : from.domains) to.add_domains(domain);
  to.set_silent_after_seconds(static_cast<std::uint32_t>(absl::ToInt64Seconds(from.silent_after)));
}

void FillUser(const UserRecord& from, v1::UserRow& to) {
  to.set_name(from.name);
  to.set_role(std::string(UserRoleName(from.role)));
  for (const std::string& site : from.sites) to.add_sites(site);
  to.set_tlp(std::string(TlpName(from.tlp_ceiling)));
  to.set_state(std::string(MemberStateName(from.state)));
  to.set_certificate_until_ns(NanosOrZero(from.certificate_not_after));
}

void FillContact(const AgentContact& from, v1::AgentRow& to) {
  to.set_connected(from.connected);
  to.set_version(from.version);
  to.set_last_stream_ns(NanosOrZero(from.last_stream));
  to.set_last_report_ns(NanosOrZero(from.last_report));
  to.set_waiting_rows(from.report.waiting_rows);
  to.set_waiting_bytes(from.report.waiting_bytes);
  to.set_oldest_waiting_ns(from.report.oldest_waiting_ns);
  to.set_lost_rows(from.report.lost_rows);
  to.set_committed(from.committed);
  to.set_clock_skew_ns(absl::ToInt64Nanoseconds(from.clock_skew));
}

}  // namespace

absl::Status AdminService::Operate(const grpc::CallbackServerContext& context,
                                   absl::string_view act, absl::string_view object,
                                   absl::string_view detail,
                                   const std::function<absl::Status(const UserCaller&)>& done) {
  ASSIGN_OR_RETURN(const UserCaller caller, callers_.User(context));
  AuditEntry entry{caller.uri, std::string(act), std::string(object), "ok", std::string(detail)};
  if (caller.role != UserRole::kOperator) {
    entry.outcome = "permission_denied";
    RETURN_IF_ERROR(audit_.Append(entry), "the audit log cannot be written");
    return absl::PermissionDeniedError(absl::StrCat(act, ": only operators may"));
  }
  entry.outcome = "begun";
  RETURN_IF_ERROR(audit_.Append(entry), "the audit log cannot be written, so nothing was done");
  const absl::Status status = done(caller);
  entry.outcome = status.ok() ? "ok" : absl::StatusCodeToString(status.code());
  RETURN_IF_ERROR(audit_.Append(entry), "done, but the audit log cannot be written");
  return status;
}

grpc::ServerUnaryReactor* AdminService::AddSite(grpc::CallbackServerContext* context,
                                                const v1::AddSiteRequest* request,
                                                v1::AddSiteResponse*) {
  const v1::Site& wanted = request->site();
  return Finish(context,
                Operate(*context, "site.add", wanted.id(), wanted.name(), [&](const UserCaller&) {
                  Site site;
                  site.id = wanted.id();
                  site.name = wanted.name();
                  site.cidrs.assign(wanted.cidrs().begin(), wanted.cidrs().end());
                  site.domains.assign(wanted.domains().begin(), wanted.domains().end());
                  site.silent_after = wanted.silent_after_seconds() > 0
                                          ? absl::Seconds(wanted.silent_after_seconds())
                                          : actions_.silent_after;
                  site.created = clock_.Now();
                  const absl::Status added = registry_.AddSite(site);
                  if (added.ok() && actions_.sites_changed) actions_.sites_changed();
                  return added;
                }));
}

grpc::ServerUnaryReactor* AdminService::ListSites(grpc::CallbackServerContext* context,
                                                  const v1::ListSitesRequest* request,
                                                  v1::ListSitesResponse* response) {
  const absl::StatusOr<UserCaller> caller = callers_.User(*context);
  if (!caller.ok()) return Finish(context, caller.status());
  const auto registry = registry_.Snapshot();
  for (const auto& [id, site] : registry->sites) {
    if (caller->MaySeeSite(id) && (request->id().empty() || request->id() == id)) {
      FillSite(site, *response->add_sites());
    }
  }
  if (!request->id().empty() && response->sites().empty()) {
    return Finish(context, absl::NotFoundError(absl::StrCat(
                               "site ", request->id(), ": there is none; see dims site list")));
  }
  return Finish(context, absl::OkStatus());
}

grpc::ServerUnaryReactor* AdminService::InviteAgent(grpc::CallbackServerContext* context,
                                                    const v1::InviteAgentRequest* request,
                                                    v1::InviteResponse* response) {
  return Finish(context, Operate(*context, "agent.invite", request->site(),
                                 request->replace_agent(), [&](const UserCaller& caller) {
                                   const absl::StatusOr<JoinToken> token = authority_.InviteAgent(
                                       request->site(), request->replace_agent(), caller.uri);
                                   if (token.ok()) response->set_token(token->Encode());
                                   return token.status();
                                 }));
}

grpc::ServerUnaryReactor* AdminService::ListAgents(grpc::CallbackServerContext* context,
                                                   const v1::ListAgentsRequest* request,
                                                   v1::ListAgentsResponse* response) {
  const absl::StatusOr<UserCaller> caller = callers_.User(*context);
  if (!caller.ok()) return Finish(context, caller.status());
  std::map<std::string, AgentContact> contacts;
  for (AgentContact& contact : presence_.All()) contacts[contact.agent] = std::move(contact);
  const auto registry = registry_.Snapshot();
  for (const auto& [uuid, agent] : registry->agents) {
    const bool wanted = request->site().empty() || request->site() == agent.site;
    if (!wanted || !caller->MaySeeSite(agent.site)) continue;
    v1::AgentRow& row = *response->add_agents();
    row.set_id(uuid);
    row.set_site(agent.site);
    row.set_state(std::string(MemberStateName(agent.state)));
    row.set_version(agent.version);
    row.set_last_stream_ns(NanosOrZero(agent.last_stream));
    row.set_certificate_until_ns(NanosOrZero(agent.certificate_not_after));
    if (const auto contact = contacts.find(uuid); contact != contacts.end())
      FillContact(contact->second, row);
  }
  return Finish(context, absl::OkStatus());
}

grpc::ServerUnaryReactor* AdminService::SetAgentState(grpc::CallbackServerContext* context,
                                                      const v1::SetAgentStateRequest* request,
                                                      v1::SetAgentStateResponse*) {
  return Finish(context,
                Operate(*context, "agent.state", request->agent(), request->state(),
                        [&](const UserCaller&) -> absl::Status {
                          ASSIGN_OR_RETURN(const MemberState state, ParseState(request->state()));
                          const absl::Status set = registry_.SetAgentState(request->agent(), state);
                          if (set.ok() && state == MemberState::kActive && actions_.agent_resumed) {
                            actions_.agent_resumed(request->agent());
                          }
                          return set;
                        }));
}

namespace {

absl::StatusOr<UserRecord> WantedUser(const v1::InviteUserRequest& request) {
  UserRecord user;
  user.name = request.name();
  ASSIGN_OR_RETURN(user.role, ParseRole(request.role().empty() ? "analyst" : request.role()));
  user.sites.assign(request.sites().begin(), request.sites().end());
  ASSIGN_OR_RETURN(user.tlp_ceiling, ParseCeiling(request.tlp().empty() ? "amber" : request.tlp()));
  return user;
}

// A second invitation is for a lost identity. What it says differently would be believed and not
// be true, so it is refused.
absl::Status CheckUnchanged(const UserRecord& known, const UserRecord& wanted,
                            const v1::InviteUserRequest& request) {
  const bool same = (request.role().empty() || wanted.role == known.role) &&
                    (request.sites().empty() || wanted.sites == known.sites) &&
                    (request.tlp().empty() || wanted.tlp_ceiling == known.tlp_ceiling);
  if (same) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("user ", known.name, " is ", UserRoleName(known.role), ", sees ",
                   known.sites.empty() ? "every site" : absl::StrJoin(known.sites, " "),
                   " up to TLP ", TlpName(known.tlp_ceiling),
                   ": an invitation does not change that. Change it with dims user change ",
                   known.name, ", or leave the options out for a new token"));
}

}  // namespace

grpc::ServerUnaryReactor* AdminService::InviteUser(grpc::CallbackServerContext* context,
                                                   const v1::InviteUserRequest* request,
                                                   v1::InviteResponse* response) {
  const std::string detail =
      absl::StrCat(request->role(), " ", absl::StrJoin(request->sites(), ","), " ", request->tlp());
  return Finish(context, Operate(*context, "user.invite", request->name(), detail,
                                 [&](const UserCaller& caller) -> absl::Status {
                                   ASSIGN_OR_RETURN(UserRecord user, WantedUser(*request));
                                   user.created = clock_.Now();
                                   const auto registry = registry_.Snapshot();
                                   if (const UserRecord* known = registry->FindUser(user.name)) {
                                     RETURN_IF_ERROR(CheckUnchanged(*known, user, *request));
                                   } else {
                                     RETURN_IF_ERROR(registry_.AddUser(user));
                                   }
                                   ASSIGN_OR_RETURN(const JoinToken token,
                                                    authority_.InviteUser(user.name, caller.uri));
                                   response->set_token(token.Encode());
                                   return absl::OkStatus();
                                 }));
}

grpc::ServerUnaryReactor* AdminService::ChangeUser(grpc::CallbackServerContext* context,
                                                   const v1::ChangeUserRequest* request,
                                                   v1::ChangeUserResponse* response) {
  const std::string detail =
      absl::StrCat(request->role(), " ", absl::StrJoin(request->sites(), ","), " ", request->tlp());
  return Finish(context,
                Operate(*context, "user.change", request->name(), detail,
                        [&](const UserCaller&) -> absl::Status {
                          const auto snapshot = registry_.Snapshot();
                          const UserRecord* known = snapshot->FindUser(request->name());
                          UserRecord user = known != nullptr ? *known : UserRecord();
                          user.name = request->name();
                          if (!request->role().empty()) {
                            ASSIGN_OR_RETURN(user.role, ParseRole(request->role()));
                          }
                          if (!request->tlp().empty()) {
                            ASSIGN_OR_RETURN(user.tlp_ceiling, ParseCeiling(request->tlp()));
                          }
                          if (request->change_sites() || user.role == UserRole::kOperator) {
                            user.sites.assign(request->sites().begin(), request->sites().end());
                          }
                          RETURN_IF_ERROR(registry_.ChangeUser(user));
                          FillUser(user, *response->mutable_user());
                          return absl::OkStatus();
                        }));
}

grpc::ServerUnaryReactor* AdminService::ListUsers(grpc::CallbackServerContext* context,
                                                  const v1::ListUsersRequest*,
                                                  v1::ListUsersResponse* response) {
  const absl::StatusOr<UserCaller> caller = callers_.User(*context);
  if (!caller.ok()) return Finish(context, caller.status());
  const auto registry = registry_.Snapshot();
  for (const auto& [name, user] : registry->users) {
    if (caller->role != UserRole::kOperator && name != caller->identity.principal.name) continue;
    FillUser(user, *response->add_users());
  }
  return Finish(context, absl::OkStatus());
}

grpc::ServerUnaryReactor* AdminService::SetUserState(grpc::CallbackServerContext* context,
                                                     const v1::SetUserStateRequest* request,
                                                     v1::SetUserStateResponse*) {
  return Finish(context, Operate(*context, "user.state", request->name(), request->state(),
                                 [&](const UserCaller& caller) -> absl::Status {
                                   if (caller.identity.principal.name == request->name()) {
                                     return absl::FailedPreconditionError(
                                         "nobody suspends themselves; ask another operator");
                                   }
                                   ASSIGN_OR_RETURN(const MemberState state,
                                                    ParseState(request->state()));
                                   return registry_.SetUserState(request->name(), state);
                                 }));
}

grpc::ServerUnaryReactor* AdminService::ListAudit(grpc::CallbackServerContext* context,
                                                  const v1::ListAuditRequest* request,
                                                  v1::ListAuditResponse* response) {
  return Finish(context,
                Operate(*context, "audit.list", "", "", [&](const UserCaller&) -> absl::Status {
                  ASSIGN_OR_RETURN(const std::vector<AuditRow> rows,
                                   audit_.Page(request->before_number(), request->rows_max()));
                  for (const AuditRow& from : rows) {
                    v1::AuditRow& row = *response->add_rows();
                    row.set_number(from.number);
                    row.set_at_ns(absl::ToUnixNanos(from.at));
                    row.set_who(from.entry.who);
                    row.set_act(from.entry.act);
                    row.set_object(from.entry.object);
                    row.set_outcome(from.entry.outcome);
                    row.set_detail(from.entry.detail);
                  }
                  return absl::OkStatus();
                }));
}

grpc::ServerUnaryReactor* AdminService::VerifyAudit(grpc::CallbackServerContext* context,
                                                    const v1::VerifyAuditRequest*,
                                                    v1::VerifyAuditResponse* response) {
  return Finish(context, Operate(*context, "audit.verify", "", "", [&](const UserCaller&) {
                  const absl::StatusOr<AuditHead> head = audit_.Verify();
                  response->set_ok(head.ok());
                  if (!head.ok()) response->set_finding(std::string(head.status().message()));
                  const AuditHead shown = head.ok() ? *head : audit_.Head();
                  response->set_rows(shown.number);
                  response->set_head(std::string(BytesOf(shown.chain)));
                  return absl::OkStatus();
                }));
}

grpc::ServerUnaryReactor* AdminService::SealStore(grpc::CallbackServerContext* context,
                                                  const v1::SealStoreRequest*,
                                                  v1::SealStoreResponse* response) {
  return RunOnPool(context, [this, context, response] {
    return Operate(*context, "store.seal", "", "", [&](const UserCaller&) -> absl::Status {
      ASSIGN_OR_RETURN(const auto sealed, actions_.seal_store());
      response->set_rows(sealed.first);
      response->set_blocks(sealed.second);
      return absl::OkStatus();
    });
  });
}

grpc::ServerUnaryReactor* AdminService::VerifyStore(grpc::CallbackServerContext* context,
                                                    const v1::VerifyStoreRequest*,
                                                    v1::VerifyStoreResponse* response) {
  return RunOnPool(context, [this, context, response] {
    return Operate(*context, "store.verify", "", "", [&](const UserCaller&) -> absl::Status {
      ASSIGN_OR_RETURN(*response, actions_.verify_store());
      return absl::OkStatus();
    });
  });
}

// The context and the messages live until the reactor is finished.
grpc::ServerUnaryReactor* AdminService::RunOnPool(grpc::CallbackServerContext* context,
                                                  std::function<absl::Status()> job) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  if (!pool_.Submit([reactor, job = std::move(job)] { reactor->Finish(ToGrpc(job())); })) {
    reactor->Finish(ToGrpc(
        absl::ResourceExhaustedError("too many queries wait already: try again in a moment")));
  }
  return reactor;
}

grpc::ServerUnaryReactor* AdminService::RenewUser(grpc::CallbackServerContext* context,
                                                  const v1::RenewUserRequest* request,
                                                  v1::RenewUserResponse* response) {
  const absl::StatusOr<UserCaller> caller = callers_.User(*context);
  if (!caller.ok()) return Finish(context, caller.status());
  const absl::Status audited = audit_.Append({caller->uri, "user.renew", caller->uri, "begun", ""});
  if (!audited.ok()) return Finish(context, audited);
  const absl::StatusOr<Enrolled> renewed = authority_.Renew(
      caller->identity.principal, caller->identity.key_fingerprint, request->certificate_request());
  if (renewed.ok()) {
    response->set_certificate_pem(renewed->certificate_pem);
    response->set_ca_bundle_pem(renewed->ca_bundle_pem);
  }
  return Finish(context, renewed.status());
}

namespace {

// Gathers the pieces of one file, then has it imported. Deletes itself when gRPC is done with it.
class IntelUpload final : public grpc::ServerReadReactor<v1::ImportIntelRequest> {
 public:
  using Import = std::function<absl::StatusOr<v1::ImportIntelResponse>(const std::string&,
                                                                       const std::string&)>;

  IntelUpload(Import import, v1::ImportIntelResponse* response)
      : import_(std::move(import)), response_(response) {
    StartRead(&piece_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) {
      absl::StatusOr<v1::ImportIntelResponse> imported = import_(provider_, csv_);
      if (imported.ok()) *response_ = std::move(*imported);
      Finish(ToGrpc(imported.status()));
      return;
    }
    if (provider_.empty()) provider_ = piece_.provider();
    csv_ += piece_.csv();
    if (csv_.size() > kIntelBytesMax) {
      Finish(grpc::Status(grpc::StatusCode::INVALID_ARGUMENT,
                          "the list is larger than 256 MiB: split it by provider"));
      return;
    }
    StartRead(&piece_);
  }

  void OnDone() override { delete this; }

 private:
  const Import import_;
  v1::ImportIntelResponse* response_;
  v1::ImportIntelRequest piece_;
  std::string provider_;
  std::string csv_;
};

}  // namespace

grpc::ServerReadReactor<v1::ImportIntelRequest>* AdminService::ImportIntel(
    grpc::CallbackServerContext* context, v1::ImportIntelResponse* response) {
  return new IntelUpload(
      [this, context](const std::string& provider,
                      const std::string& csv) -> absl::StatusOr<v1::ImportIntelResponse> {
        v1::ImportIntelResponse imported;
        RETURN_IF_ERROR(Operate(*context, "intel.import", provider,
                                absl::StrCat(csv.size(), " bytes"),
                                [&](const UserCaller&) -> absl::Status {
                                  ASSIGN_OR_RETURN(imported, actions_.import_intel(provider, csv));
                                  return absl::OkStatus();
                                }));
        return imported;
      },
      response);
}

}  // namespace dims
