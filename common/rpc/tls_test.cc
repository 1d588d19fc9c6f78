#include "common/rpc/tls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/base/bounded_pool.h"
#include "common/observability/metrics.h"
#include "common/rpc/channel.h"
#include "common/rpc/client_call.h"
#include "common/rpc/echo_service_for_tests.h"
#include "common/rpc/server.h"
#include "common/testing/certificates.h"
#include "common/testing/child_process.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_directory.h"

namespace throughline::rpc {
namespace {

using test::EchoRequest;
using test::EchoService;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr absl::Duration kTlsPatience = absl::Seconds(30);
constexpr absl::Duration kRefresh = absl::Seconds(1);

// What Kubernetes mounts at `folder`.
TlsFiles FilesIn(const std::string& folder) {
  return {.certificate = absl::StrCat(folder, "/tls.crt"),
          .key = absl::StrCat(folder, "/tls.key"),
          .authority = absl::StrCat(folder, "/ca.crt")};
}

Tls Loaded(const TlsFiles& files, Tls::Role role) {
  const absl::StatusOr<Tls> tls = Tls::Load(files, role, kRefresh);
  EXPECT_OK(tls.status());
  return tls.value_or(Tls());
}

class TlsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto made = CertificateAuthority::Make();
    ASSERT_OK(made.status());
    authority_ = *std::move(made);
  }

  std::string Issue(const std::vector<std::string>& names = {}, int days = 2) {
    const absl::StatusOr<std::string> folder = authority_->Issue(names, days);
    EXPECT_OK(folder.status());
    return folder.value_or("");
  }

  void Serve(const TlsFiles& files, std::optional<int> health_port = std::nullopt) {
    server_ = std::make_unique<Server>(
        ServerOptions{.health_port = health_port, .tls = Loaded(files, Tls::Role::kServer)});
    server_->AddService(EchoService::service_full_name(), service_);
    server_->AddPool(pool_);
    ASSERT_OK(server_->Start());
  }

  // One call over a connection of its own.
  absl::Status Call(const Tls& tls) {
    const auto stub = EchoService::NewStub(MakeChannel(server_->address(), {.tls = tls}));
    EchoRequest request;
    request.set_text("hello");
    return Invoke(Context::Background().WithBudget(kTlsPatience), *stub,
                  &EchoService::StubInterface::Echo, request, {.callee = "echo"})
        .status();
  }

  absl::Status CallFrom(const TlsFiles& files) { return Call(Loaded(files, Tls::Role::kClient)); }

  // Files are looked at every kRefresh.
  bool Eventually(const std::function<bool()>& holds) {
    const absl::Time deadline = absl::Now() + kTlsPatience;
    while (!holds() && absl::Now() < deadline) absl::SleepFor(absl::Milliseconds(50));
    return holds();
  }

  std::unique_ptr<CertificateAuthority> authority_;
  MetricsRegistry metrics_;
  BoundedPool pool_{{.name = "echo", .threads = 2, .max_queued = 8}};
  Runtime runtime_{{}, pool_, metrics_};
  test::EchoServiceImpl service_{runtime_};
  std::unique_ptr<Server> server_;
};

TEST_F(TlsTest, AClientWithACertificateIsServedAndOneWithoutIsNot) {
  Serve(FilesIn(Issue()));
  EXPECT_OK(CallFrom(FilesIn(Issue())));
  EXPECT_THAT(CallFrom({.authority = authority_->ca_file()}),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(Call(Tls()), StatusIs(absl::StatusCode::kUnavailable)) << "plain text";
}

TEST_F(TlsTest, AnotherCaIsBelievedByNeitherSide) {
  Serve(FilesIn(Issue()));
  const auto other = CertificateAuthority::Make();
  ASSERT_OK(other.status());
  const auto foreign = (*other)->Issue();
  ASSERT_OK(foreign.status());
  EXPECT_THAT(CallFrom(FilesIn(*foreign)), StatusIs(absl::StatusCode::kUnavailable));
  // It believes our server, but ours does not believe it.
  TlsFiles stranger = FilesIn(*foreign);
  stranger.authority = authority_->ca_file();
  EXPECT_THAT(CallFrom(stranger), StatusIs(absl::StatusCode::kUnavailable));
  // Ours believes it, but it does not believe our server.
  TlsFiles suspicious = FilesIn(Issue());
  suspicious.authority = (*other)->ca_file();
  EXPECT_THAT(CallFrom(suspicious), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(TlsTest, WithoutACaEveryClientIsServedOverTls) {
  TlsFiles files = FilesIn(Issue());
  files.authority.clear();
  Serve(files);
  EXPECT_OK(CallFrom({.authority = authority_->ca_file()}));
  EXPECT_THAT(Call(Tls()), StatusIs(absl::StatusCode::kUnavailable)) << "plain text";
}

TEST_F(TlsTest, AServerOfAnotherNameIsNotBelieved) {
  Serve(FilesIn(Issue()));
  const Tls tls = Loaded(FilesIn(Issue()), Tls::Role::kClient);
  EXPECT_OK(Call(tls)) << "the address itself is named";
  grpc::ChannelArguments arguments;
  arguments.SetString(GRPC_SSL_TARGET_NAME_OVERRIDE_ARG, "memory.example.com");
  const auto stub = EchoService::NewStub(
      grpc::CreateCustomChannel(server_->address(), tls.ChannelCredentials(), arguments));
  EXPECT_THAT(Invoke(Context::Background().WithBudget(kTlsPatience), *stub,
                     &EchoService::StubInterface::Echo, EchoRequest(), {.callee = "echo"})
                  .status(),
              StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(TlsTest, OnlyTheClientsThatAreNamedAreServed) {
  TlsFiles files = FilesIn(Issue());
  files.clients = {"orchestrator", "gateway"};
  Serve(files);
  EXPECT_OK(CallFrom(FilesIn(Issue({"gateway"}))));
  EXPECT_THAT(CallFrom(FilesIn(Issue({"writer"}))), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(
      RunHealthcheck("127.0.0.1", server_->port(), kTlsPatience, Loaded(files, Tls::Role::kClient)),
      0)
      << "itself";
}

TEST_F(TlsTest, CertificatesAreReplacedWithoutARestart) {
  const TempDirectory mounted;
  const std::string at_server = mounted.File("server");
  const std::string at_client = mounted.File("client");
  ASSERT_OK(PointAt(at_server, Issue()));
  ASSERT_OK(PointAt(at_client, Issue()));
  Serve(FilesIn(at_server));
  const Tls client = Loaded(FilesIn(at_client), Tls::Role::kClient);
  ASSERT_OK(Call(client));

  const auto next = CertificateAuthority::Make();
  ASSERT_OK(next.status());
  const auto servers = (*next)->Issue();
  const auto clients = (*next)->Issue();
  ASSERT_OK(servers.status());
  ASSERT_OK(clients.status());
  ASSERT_OK(PointAt(at_server, *servers));
  EXPECT_TRUE(Eventually([&] { return !Call(client).ok(); })) << "the server has another CA now";
  ASSERT_OK(PointAt(at_client, *clients));
  EXPECT_TRUE(Eventually([&] { return Call(client).ok(); }));
}

TEST_F(TlsTest, TheHealthPortNeedsNoCertificateAndServesNothingElse) {
  Serve(FilesIn(Issue()), /*health_port=*/0);
  EXPECT_EQ(RunHealthcheck("127.0.0.1", server_->health_port()), 0);
  EXPECT_EQ(RunHealthcheck("127.0.0.1", server_->port()), 1) << "plain text";
  EXPECT_EQ(RunHealthcheck("127.0.0.1", server_->port(), kTlsPatience,
                           Loaded(FilesIn(Issue()), Tls::Role::kClient)),
            0);
  const auto stub =
      EchoService::NewStub(MakeChannel(absl::StrCat("127.0.0.1:", server_->health_port())));
  EXPECT_THAT(Invoke(Context::Background().WithBudget(kTlsPatience), *stub,
                     &EchoService::StubInterface::Echo, EchoRequest(), {.callee = "echo"})
                  .status(),
              StatusIs(absl::StatusCode::kUnimplemented));
}

TEST_F(TlsTest, AFileThatCannotWorkIsRefusedByItsFlag) {
  const TempDirectory directory;
  const TlsFiles good = FilesIn(Issue());
  const auto refuses = [&](const std::function<void(TlsFiles&)>& spoil, const std::string& flag,
                           const std::string& why) {
    TlsFiles files = good;
    spoil(files);
    const absl::Status status = Tls::Load(files, Tls::Role::kServer).status();
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument,
                                 AllOf(testing::StartsWith(flag + ": expected"), HasSubstr(why))));
    EXPECT_EQ(status.message().find('\n'), std::string::npos) << status;
  };
  refuses([](TlsFiles& files) { files.certificate = "/nowhere/tls.crt"; }, "--tls-cert",
          "No such file");
  refuses([](TlsFiles& files) { files.key = "/nowhere/tls.key"; }, "--tls-key", "No such file");
  refuses([](TlsFiles& files) { files.authority = "/nowhere"; }, "--tls-ca", "No such file");
  refuses([&](TlsFiles& files) { files.authority = directory.path(); }, "--tls-ca", "directory");
  refuses([&](TlsFiles& files) { files.certificate = directory.Write("text", "hello"); },
          "--tls-cert", "PEM");
  refuses([&](TlsFiles& files) { files.key = directory.Write("text", "hello"); }, "--tls-key",
          "PEM");
  refuses([&](TlsFiles& files) { files.key = FilesIn(Issue()).key; }, "--tls-key", "another's");
  refuses([&](TlsFiles& files) { files = FilesIn(Issue({}, -1)); }, "--tls-cert", "ended");
  refuses([](TlsFiles& files) { files.key.clear(); }, "--tls-key", "both");
  refuses([](TlsFiles& files) { files.certificate.clear(); }, "--tls-cert", "both");
  refuses([](TlsFiles& files) { files = {.authority = files.authority}; }, "--tls-cert",
          "server's own");
  refuses(
      [](TlsFiles& files) {
        files.authority.clear();
        files.clients = {"gateway"};
      },
      "--tls-clients", "CA");
}

TEST_F(TlsTest, AProcessTakesItsFilesFromTheEnvironmentAndShowsTheirEnd) {
  const std::string folder = Issue();
  const auto run = [&](std::vector<std::string> arguments, const std::string& certificate) {
    arguments.insert(arguments.begin(), THROUGHLINE_ECHO_BINARY);
    auto child = ChildProcess::Start(
        {.command = std::move(arguments),
         .environment = {{"THROUGHLINE_TLS_CERT", certificate},
                         {"THROUGHLINE_TLS_KEY", absl::StrCat(folder, "/tls.key")},
                         {"THROUGHLINE_TLS_CA", absl::StrCat(folder, "/ca.crt")}}});
    EXPECT_OK(child.status());
    return *std::move(child);
  };
  const std::string certificate = absl::StrCat(folder, "/tls.crt");
  const auto child = run({"--health-port", "0"}, certificate);
  const auto line = child->WaitForLine("{", kTlsPatience);
  ASSERT_OK(line.status());
  const nlohmann::json announcement = nlohmann::json::parse(*line);
  const std::string address = announcement["address"];
  const std::string port = address.substr(address.find(':') + 1);
  EXPECT_NE(announcement["health"], announcement["address"]);
  EXPECT_THAT(run({"--healthcheck", "--port", port}, certificate)->Wait(kTlsPatience),
              IsOkAndHolds(0));
  const auto curl = ChildProcess::Start(
      {.command = {"curl", "-s",
                   absl::StrCat("http://", std::string(announcement["metrics"]), "/metrics")}});
  ASSERT_OK(curl.status());
  ASSERT_THAT((*curl)->Wait(kTlsPatience), IsOkAndHolds(0));
  EXPECT_THAT((*curl)->Stdout(),
              HasSubstr("\nthroughline_tls_certificate_expiry_timestamp_seconds "));
  child->Signal(SIGTERM);
  EXPECT_THAT(child->Wait(kTlsPatience), IsOkAndHolds(0));

  const auto refused = run({}, "/nowhere/tls.crt");
  EXPECT_THAT(refused->Wait(kTlsPatience), IsOkAndHolds(1));
  EXPECT_THAT(refused->Stderr(), AllOf(HasSubstr("echo: --tls-cert"), HasSubstr("/nowhere")));
  EXPECT_EQ(absl::c_count(refused->Stderr(), '\n'), 1);
}

}  // namespace
}  // namespace throughline::rpc
