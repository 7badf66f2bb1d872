// SPDX-License-Identifier: Apache-2.0
#include "common/grpc/credentials.h"

#include <gmock/gmock.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/server.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <set>
#include <string>

#include "common/base/durable_file.h"
#include "common/base/mutex.h"
#include "common/crypto/certificate_authority.h"
#include "common/crypto/tls_probe.h"
#include "common/grpc/channel_limits.h"
#include "common/grpc/peer_identity.h"
#include "common/grpc/status_bridge.h"
#include "dims/v1/collector.grpc.pb.h"
#include "tests/common/grpc/raw_tls_client.h"
#include "tests/support/temporary_directory.h"

namespace dims {
namespace {

using ::testing::HasSubstr;

constexpr char kUuid[] = "0b7cbb2e-5d4e-4a6e-9d5c-3f1d6a0c2b11";

// Answers Renew with the caller's identity.
class NamingService final : public v1::Collector::CallbackService {
 public:
  grpc::ServerUnaryReactor* Renew(grpc::CallbackServerContext* context, const v1::RenewRequest*,
                                  v1::RenewResponse* response) override {
    const absl::StatusOr<PeerIdentity> peer = PeerIdentityOf(*context->auth_context());
    if (peer.ok()) response->set_certificate_pem(peer->principal.Uri());
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(ToGrpc(peer.status()));
    return reactor;
  }
};

struct Pair {
  std::string key_pem;
  std::string certificate_pem;
};

class CredentialsTest : public ::testing::Test {
 protected:
  CertificateAuthority NewAuthority() {
    return *CertificateAuthority::Create("CA", clock_.Now(), absl::Hours(1), random_);
  }

  Pair Issue(const CertificateAuthority& ca, const Principal& principal,
             absl::Duration validity = absl::Hours(1)) {
    const PrivateKey key = *PrivateKey::Generate();
    CertificateProfile profile = {principal, {}, {}, validity};
    if (principal.kind == Principal::Kind::kServer) {
      profile.dns_names = {std::string(kServerTlsName)};
    }
    const Certificate issued = *ca.Issue(*PublicKey::Of(key.get()), profile, clock_.Now(), random_);
    return {key.Pem(), issued.Pem()};
  }

  ListenerFiles WriteFiles(const Pair& server) {
    const ListenerFiles files = {directory_ / "key", directory_ / "chain", directory_ / "ca"};
    const std::string ca_pem = ca_.certificate().Pem();
    EXPECT_TRUE(WriteFileDurably(files.key_path, server.key_pem, kSecretFileMode).ok());
    EXPECT_TRUE(
        WriteFileDurably(files.chain_path, server.certificate_pem + ca_pem, kPublicFileMode).ok());
    EXPECT_TRUE(WriteFileDurably(files.ca_bundle_path, ca_pem, kPublicFileMode).ok());
    return files;
  }

  void Start(const std::shared_ptr<grpc::ServerCredentials>& credentials) {
    grpc::ServerBuilder builder;
    LimitMainPort(builder);
    builder.AddListeningPort("127.0.0.1:0", credentials, &port_);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    ASSERT_NE(server_, nullptr);
  }

  void StartMainPort() {
    Start(MainPortCredentials(
        WriteFiles(Issue(ca_, Principal::Server("g"))),
        [this](const Principal& principal, const Sha256Digest&) { return Check(principal); },
        clock_));
  }

  absl::Status Check(const Principal& principal) {
    MutexLock lock(mutex_);
    if (suspended_.count(principal.Uri()) == 0) return absl::OkStatus();
    return absl::PermissionDeniedError(principal.Uri() + ": suspended");
  }

  void Suspend(const Principal& principal) {
    MutexLock lock(mutex_);
    suspended_.insert(principal.Uri());
  }

  absl::StatusOr<std::string> Call(const std::shared_ptr<grpc::ChannelCredentials>& credentials,
                                   std::size_t request_bytes = 10) {
    const auto channel = grpc::CreateCustomChannel(Address(), credentials, ClientArguments());
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    v1::RenewRequest request;
    request.set_certificate_request(std::string(request_bytes, 'x'));
    v1::RenewResponse response;
    const grpc::Status status =
        v1::Collector::NewStub(channel)->Renew(&context, request, &response);
    if (!status.ok()) return FromGrpc(status);
    return response.certificate_pem();
  }

  absl::StatusOr<std::string> CallAs(const Pair& member) {
    return Call(MemberCredentials(member.key_pem, member.certificate_pem, ca_.certificate().Pem()));
  }

  std::string Address() const { return "127.0.0.1:" + std::to_string(port_); }

  SystemClock clock_;
  SystemRandom random_;
  TemporaryDirectory directory_;
  Mutex mutex_;
  std::set<std::string> suspended_;
  NamingService service_;
  CertificateAuthority ca_ = NewAuthority();
  const Principal agent_ = Principal::Agent("g", "seattle", kUuid);
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
};

TEST_F(CredentialsTest, MainPortAdmitsAMemberAndTheServiceKnowsWhoItIs) {
  StartMainPort();
  const absl::StatusOr<std::string> who = CallAs(Issue(ca_, agent_));
  ASSERT_TRUE(who.ok()) << who.status();
  EXPECT_EQ(*who, agent_.Uri());
}

TEST_F(CredentialsTest, MainPortRefusesAClientWithoutCertificate) {
  StartMainPort();
  EXPECT_EQ(Call(JoinCredentials(ca_.certificate().Pem())).status().code(),
            absl::StatusCode::kUnavailable);
}

TEST_F(CredentialsTest, MainPortRefusesTheCertificateOfAnotherAuthority) {
  StartMainPort();
  EXPECT_EQ(CallAs(Issue(NewAuthority(), agent_)).status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(CredentialsTest, MainPortRefusesAnExpiredCertificate) {
  StartMainPort();
  EXPECT_EQ(CallAs(Issue(ca_, agent_, -absl::Minutes(1))).status().code(),
            absl::StatusCode::kUnavailable);
}

TEST_F(CredentialsTest, MainPortRefusesWhomTheCheckDenies) {
  StartMainPort();
  const Pair member = Issue(ca_, agent_);
  ASSERT_TRUE(CallAs(member).ok());
  Suspend(agent_);
  EXPECT_EQ(CallAs(member).status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(CredentialsTest, MainPortRefusesTheServersOwnCertificateAsAClient) {
  StartMainPort();
  EXPECT_FALSE(CallAs(Issue(ca_, Principal::Server("g"))).ok());
}

TEST_F(CredentialsTest, MainPortChecksResumedSessionsToo) {
  StartMainPort();
  const Pair member = Issue(ca_, agent_);
  RawTlsClient client(static_cast<std::uint16_t>(port_), member.key_pem, member.certificate_pem);
  ASSERT_TRUE(client.Connect());
  client.OfferSession();
  ASSERT_TRUE(client.Connect());
  ASSERT_TRUE(client.resumed());
  Suspend(agent_);
  EXPECT_FALSE(client.Connect());
}

TEST_F(CredentialsTest, NoPortSpeaksTls12) {
  StartMainPort();
  const Pair member = Issue(ca_, agent_);
  RawTlsClient client(static_cast<std::uint16_t>(port_), member.key_pem, member.certificate_pem);
  client.LimitToTls12();
  EXPECT_FALSE(client.Connect());
  Start(JoinPortCredentials(WriteFiles(Issue(ca_, Principal::Server("g")))));
  RawTlsClient joining(static_cast<std::uint16_t>(port_), member.key_pem, member.certificate_pem);
  EXPECT_TRUE(joining.Connect());
  joining.LimitToTls12();
  EXPECT_FALSE(joining.Connect());
}

TEST_F(CredentialsTest, ClientRefusesTheServerOfAnotherAuthority) {
  const CertificateAuthority other = NewAuthority();
  Start(JoinPortCredentials(WriteFiles(Issue(other, Principal::Server("g")))));
  EXPECT_EQ(Call(JoinCredentials(ca_.certificate().Pem())).status().code(),
            absl::StatusCode::kUnavailable);
}

TEST_F(CredentialsTest, ClientRefusesAnAgentThatPlaysTheServer) {
  Start(JoinPortCredentials(WriteFiles(Issue(ca_, agent_))));
  EXPECT_EQ(Call(JoinCredentials(ca_.certificate().Pem())).status().code(),
            absl::StatusCode::kUnavailable);
}

TEST_F(CredentialsTest, JoinPortAsksForNoCertificateAndKnowsNobody) {
  Start(JoinPortCredentials(WriteFiles(Issue(ca_, Principal::Server("g")))));
  EXPECT_EQ(Call(JoinCredentials(ca_.certificate().Pem())).status().code(),
            absl::StatusCode::kUnauthenticated);
}

TEST_F(CredentialsTest, RefusesMessagesBeyondTheLimit) {
  StartMainPort();
  const Pair member = Issue(ca_, agent_);
  const auto credentials =
      MemberCredentials(member.key_pem, member.certificate_pem, ca_.certificate().Pem());
  EXPECT_TRUE(Call(credentials, 8 * 1024 * 1024).ok());
  EXPECT_EQ(Call(credentials, kGrpcMessageBytesMax + 1).status().code(),
            absl::StatusCode::kResourceExhausted);
}

TEST_F(CredentialsTest, PinIsCheckedAgainstTheChainTheServerShows) {
  StartMainPort();
  const Sha256Digest pin = ca_.certificate().Fingerprint();
  const absl::StatusOr<Certificate> fetched =
      FetchPinnedAuthority(Address(), pin, absl::Seconds(10));
  ASSERT_TRUE(fetched.ok()) << fetched.status();
  EXPECT_EQ(fetched->Fingerprint(), pin);
  EXPECT_THAT(FetchPinnedAuthority(Address(), Sha256("x"), absl::Seconds(10)).status().message(),
              HasSubstr("not by the authority in the join token"));
}

TEST(StatusBridgeTest, KeepsCodeAndMessageBothWays) {
  for (int code = 0; code <= 16; ++code) {
    const absl::Status status(static_cast<absl::StatusCode>(code), code == 0 ? "" : "why");
    EXPECT_EQ(FromGrpc(ToGrpc(status)), status);
  }
  EXPECT_EQ(FromGrpc(grpc::Status(grpc::StatusCode::DO_NOT_USE, "x")).code(),
            absl::StatusCode::kUnknown);
  EXPECT_EQ(ToGrpc(absl::InternalError(std::string(9000, 'a'))).error_message().size(),
            static_cast<std::size_t>(kWireMessageBytesMax));
}

}  // namespace
}  // namespace dims
