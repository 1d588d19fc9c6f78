// Many streamed chat completions at once, over the real binary and a provider that holds back how
// they end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "common/base/bounded_pool.h"
#include "common/base/context.h"
#include "common/base/task.h"
#include "common/http/client.h"
#include "common/testing/http_imposter.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_directory.h"
#include "tests/e2e/deployment.h"

namespace throughline::e2e {
namespace {

// Many more than there are threads for handlers.
constexpr int kStreams = 300;
// What gRPC may start meanwhile.
constexpr long kOtherThreads = 8;
constexpr absl::Duration kPatience = absl::Seconds(60);

std::string RouterConfig(const std::string& provider) {
  return absl::StrCat(
      "providers: {mock: {type: openai, base_url: \"", provider, "/v1\"}}\n",
      "models: [{name: mock/model, provider: mock, price: {input: 1, output: 1}}]\n",
      "tasks: {general: {cascade: [mock/model]}}\n");
}

// A provider's event with a piece of the answer.
std::string Event(const std::string& content, const std::string& finish_reason) {
  return absl::StrCat(R"(data: {"choices":[{"delta":{"content":")", content,
                      R"("},"finish_reason":)", finish_reason, "}]}\n\n");
}

long ThreadsOf(int pid) {
  std::ifstream status(absl::StrCat("/proc/", pid, "/status"));
  for (std::string line; std::getline(status, line);) {
    absl::string_view rest = line;
    if (absl::ConsumePrefix(&rest, "Threads:")) return std::stol(std::string(rest));
  }
  return 0;
}

// Clients that read a stream each.
class Readers {
 public:
  explicit Readers(std::string url) : url_(absl::StrCat(url, "/v1/chat/completions")) {}

  void Start(int count) {
    for (int i = 0; i < count; ++i) {
      throughline::Start<bool>(pool_, Read(), [this](bool is_whole) {
        absl::MutexLock lock(&mutex_);
        whole_ += is_whole ? 1 : 0;
        ++ended_;
      });
    }
  }
  // Whether so many have got text, or have ended, before the test's patience has.
  bool AwaitBegun(int count) { return Await(begun_, count); }
  bool AwaitEnded(int count) { return Await(ended_, count); }
  int whole() {
    absl::MutexLock lock(&mutex_);
    return whole_;
  }

 private:
  Task<bool> Read() {
    std::string text;
    http::Request request{
        .url = url_,
        .headers = {"Content-Type: application/json"},
        .body = R"({"model":"auto","stream":true,"messages":[{"role":"user","content":"Where?"}]})",
        .on_piece = [this, &text](absl::string_view piece) {
          const bool had_begun = absl::StrContains(text, "Paris");
          absl::StrAppend(&text, piece);
          if (had_begun || !absl::StrContains(text, "Paris")) return;
          absl::MutexLock lock(&mutex_);
          ++begun_;
        }};
    const Context context = Context::Background().WithBudget(2 * kPatience);
    const http::Exchange exchange = co_await client_.Send(context, std::move(request));
    co_return exchange.status.ok() && absl::StrContains(text, R"("content":", in France.")") &&
        absl::EndsWith(text, "data: [DONE]\n\n");
  }

  bool Await(const int& value, int wanted) {
    const auto reached = [&]() { return value >= wanted; };
    absl::MutexLock lock(&mutex_);
    return mutex_.AwaitWithTimeout(absl::Condition(&reached), kPatience);
  }

  const std::string url_;
  absl::Mutex mutex_;
  int begun_ = 0;
  int ended_ = 0;
  int whole_ = 0;
  BoundedPool pool_{{.name = "readers", .threads = 2}};
  http::Client client_;
};

TEST(StreamsTest, ManyStreamsThatWaitHoldNoThread) {
  HttpImposter provider;
  const std::string begin = Event("Paris", "null");
  provider.Say(
      {{.headers = {"Content-Type: text/event-stream"},
        .body = begin,
        .chunk_bytes = begin.size(),
        .held_back = absl::StrCat(Event(", in France.", R"("stop")"), "data: [DONE]\n\n")}});
  const TempDirectory directory;
  const auto system = Deployment::Start(
      {.serve_flags = {"--router-config",
                       directory.Write("router.yaml", RouterConfig(provider.url()))}});
  ASSERT_OK(system.status());
  Readers readers((*system)->http());
  readers.Start(1);
  ASSERT_TRUE(readers.AwaitBegun(1));
  const long threads = ThreadsOf((*system)->front_pid());
  readers.Start(kStreams - 1);
  ASSERT_TRUE(readers.AwaitBegun(kStreams));
  EXPECT_LE(ThreadsOf((*system)->front_pid()), threads + kOtherThreads);
  provider.Release();
  ASSERT_TRUE(readers.AwaitEnded(kStreams));
  EXPECT_EQ(readers.whole(), kStreams);
}

}  // namespace
}  // namespace throughline::e2e
