// Providers as they are reached in earnest: over TLS and HTTP/2, by a real nginx.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/testing/http_imposter.h"
#include "common/testing/nginx_proxy.h"
#include "common/testing/status_matchers.h"
#include "services/router/clients/chat_wire.h"
#include "services/router/clients/http_provider.h"

namespace throughline::router {
namespace {

using ::testing::HasSubstr;

constexpr char kChat[] = R"({"choices":[{"message":{"content":"Blue."},"finish_reason":"stop"}],)"
                         R"("usage":{"prompt_tokens":9,"completion_tokens":3}})";

class TlsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!NginxProxy::IsInstalled()) GTEST_SKIP() << "needs Debian's nginx-light and openssl";
    imposter_.Say({{.body = kChat}});
    ASSERT_OK_AND_ASSIGN(nginx_, NginxProxy::Start({.upstream = imposter_.url(), .tls = true}));
    client_.emplace(http::Client::Options{.ca_file = nginx_->ca_file()});
    Use(*client_);
  }

  void Use(http::Client& client) {
    provider_ = std::make_unique<HttpProvider>(
        HttpProvider::Options{.base_url = nginx_->url(), .models = {model_}, .max_tries = 1},
        MakeChatDialect(*FindFlavor("generic")), client, timers_, Clock::Real());
  }

  ModelResult Ask(const Context& context, bool stream = false) {
    Request request;
    request.messages = {{.role = Role::kUser, .content = "Name a colour."}};
    const ModelCall call{
        .model = &model_, .request = &request, .max_output_tokens = 100, .stream = stream};
    return Wait(provider_->Ask(context, call));
  }

  // The values of a header in all requests so far.
  std::set<std::string> Sent(const std::string& header) const {
    std::set<std::string> values;
    for (const HttpImposter::Seen& seen : imposter_.seen()) {
      const size_t at = seen.headers.find(absl::StrCat(header, ": "));
      if (at == std::string::npos) continue;
      const size_t begin = at + header.size() + 2;
      values.insert(seen.headers.substr(begin, seen.headers.find('\r', begin) - begin));
    }
    return values;
  }

  const Model model_{.name = "m", .provider_id = "m"};
  const Context context_ = Context::Background().WithBudget(absl::Seconds(10));
  HttpImposter imposter_;
  std::unique_ptr<NginxProxy> nginx_;
  Timers timers_;
  std::optional<http::Client> client_;
  std::unique_ptr<HttpProvider> provider_;
};

TEST_F(TlsTest, CallsSideBySideShareOneConnectionOfHttp2) {
  ASSERT_OK(Ask(context_).reply.status());
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] { EXPECT_OK(Ask(context_).reply.status()); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(imposter_.seen().size(), 9u);
  EXPECT_THAT(Sent("X-Protocol"), ::testing::ElementsAre("HTTP/2.0"));
  EXPECT_EQ(Sent("X-Connection").size(), 1u);
}

TEST_F(TlsTest, ACertificateThatNobodyVouchesForGetsNothing) {
  http::Client strict;  // trusts the system's only
  Use(strict);
  const ModelResult result = Ask(context_);
  EXPECT_THAT(result.reply.status(),
              StatusIs(absl::StatusCode::kUnavailable, HasSubstr("certificate")));
  ASSERT_EQ(result.unused.size(), 1u);
  EXPECT_EQ(result.unused[0].usage.InputTokens(), 0);  // nothing was sent, nothing is billed
  EXPECT_TRUE(imposter_.seen().empty());
}

TEST_F(TlsTest, AStreamComesOverHttp2) {
  imposter_.Say({{.headers = {"Content-Type: text/event-stream"},
                  .body = "data: {\"choices\":[{\"delta\":{\"content\":\"Bl\"}}]}\n\n"
                          "data: {\"choices\":[{\"delta\":{\"content\":\"ue\"},"
                          "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":9,"
                          "\"completion_tokens\":3}}\n\ndata: [DONE]\n\n",
                  .chunk_bytes = 20}});
  const ModelResult result = Ask(context_, /*stream=*/true);
  ASSERT_OK(result.reply.status());
  EXPECT_EQ(result.reply->text, "Blue");
  EXPECT_TRUE(result.reply->time_to_first_text.has_value());
}

TEST_F(TlsTest, AnAbandonedCallLeavesTheConnectionToTheOthers) {
  ASSERT_OK(Ask(context_).reply.status());
  imposter_.Say({{.stall = true}, {.body = kChat}});
  const Context brief = Context::Background().WithBudget(absl::Milliseconds(100));
  EXPECT_FALSE(Ask(brief).reply.ok());
  EXPECT_OK(Ask(context_).reply.status());
  EXPECT_EQ(Sent("X-Connection").size(), 1u);
}

}  // namespace
}  // namespace throughline::router
