// Broken requests to every surface of a live gateway: each is refused or answered, never with the
// server's own failure, and the server goes on. The same requests for the same seed:
//
//   THROUGHLINE_FUZZ_SECONDS=600 THROUGHLINE_FUZZ_SEED=7 ctest -R http_surface_test -V

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/base/host_port.h"
#include "common/testing/child_process.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_directory.h"
#include "services/fault_proxy/sockets.h"

namespace throughline {
namespace {

using fault_proxy::Socket;

struct Seed {
  std::string head;  // request line and headers, without Content-Length
  std::string body;
};

std::vector<Seed> Seeds() {
  const std::string json = "Content-Type: application/json\r\n";
  return {
      {"POST /v1/calls HTTP/1.1\r\n" + json,
       R"({"customerId":"acme","callId":"c","transcript":"Ann: It is too expensive.\n"})"},
      {"POST /v1/calls?customerId=acme HTTP/1.1\r\nContent-Type: text/plain\r\n", "Ann: Too dear."},
      {"POST /v1/calls HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=x\r\n",
       "--x\r\nContent-Disposition: form-data; name=\"transcript\"; filename=\"a.txt\"\r\n\r\n"
       "Ann: no\r\n--x\r\nContent-Disposition: form-data; "
       "name=\"customerId\"\r\n\r\nacme\r\n--x--"},
      {"POST /v1/ingest HTTP/1.1\r\n" + json,
       R"({"customerId":"acme","messages":[{"role":"Ann","content":"It costs too much."}]})"},
      {"GET /v1/profile/acme HTTP/1.1\r\n", ""},
      {"GET /v1/customers/acme/calls?pageSize=5&pageToken=x HTTP/1.1\r\n", ""},
      {"GET /v1/decisions?pageSize=5&since=2026-01-01T00:00:00Z HTTP/1.1\r\n", ""},
      {"POST /v1/chat/completions HTTP/1.1\r\n" + json,
       R"({"model":"auto","stream":true,"messages":[{"role":"user","content":"Hello"}]})"},
      {"POST /v1/default/banks/acme/memories HTTP/1.1\r\n" + json,
       R"({"items":[{"content":"Ann decides.","tags":["a"],"metadata":{"k":"v"}}]})"},
      {"POST /v1/default/banks/acme/memories/recall HTTP/1.1\r\n" + json,
       R"({"query":"who decides","budget":"mid","tags":["a"],"tags_match":"any"})"},
      {"POST /mcp HTTP/1.1\r\n" + json,
       R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"recall","arguments":{}}})"},
      {"GET /../../../../etc/passwd HTTP/1.1\r\n", ""},
      {"GET /assets/%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nAccept-Encoding: gzip\r\n", ""},
      {"GET /v1/models HTTP/1.1\r\nX-Request-Id: a\r\nAuthorization: Bearer x\r\n", ""},
  };
}

// Words that parsers stumble over.
constexpr const char* kWords[] = {"\0",   "\r\n",      "\r\n\r\n",
                                  "%00",  "%2e%2e%2f", "../",
                                  "[",    "{",         "\"",
                                  "\\u",  "\\ud800",   "null",
                                  "-1",   "1e999",     "18446744073709551616",
                                  "\xff", "\xc0\x80",  "Transfer-Encoding: chunked\r\n",
                                  "&",    ";",         "'--"};

constexpr absl::Duration kPatience = absl::Seconds(20);
// For requests that a server may rightly wait for the rest of.
constexpr absl::Duration kGlance = absl::Milliseconds(20);

class Mutator {
 public:
  explicit Mutator(int seed) : random_(static_cast<unsigned>(seed)) {}

  struct Made {
    std::string text;
    bool complete;  // nothing is missing at its end: a server has no reason to wait for more
  };
  Made Request(const Seed& seed) {
    std::string head = seed.head;
    std::string body = seed.body;
    for (int i = Below(3); i >= 0; --i) Mutate(Below(3) == 0 ? head : body);
    // Mostly true lengths, so that most of it is read.
    const size_t length = Below(8) == 0 ? static_cast<size_t>(Below(1000)) : body.size();
    std::string request = absl::StrCat(head, "Host: localhost\r\nConnection: close\r\n",
                                       "Content-Length: ", length, "\r\n\r\n", body);
    const bool cut = Below(10) == 0;
    if (cut) request.resize(static_cast<size_t>(Below(static_cast<int>(request.size()))));
    return {request,
            !cut && length <= body.size() && !absl::StrContains(request, "Transfer-Encoding")};
  }
  int Below(int limit) { return limit <= 0 ? 0 : static_cast<int>(random_() % limit); }

 private:
  void Mutate(std::string& text) {
    const auto at = static_cast<size_t>(Below(static_cast<int>(text.size()) + 1));
    switch (Below(5)) {
      case 0:
        if (at < text.size()) text[at] = static_cast<char>(random_());
        break;
      case 1:
        text.insert(at, kWords[Below(static_cast<int>(std::size(kWords)))]);
        break;
      case 2:
        text.erase(at, static_cast<size_t>(Below(20)));
        break;
      case 3:
        text.insert(at, text.substr(at, static_cast<size_t>(Below(200))));
        break;
      default:
        text.insert(at, std::string(static_cast<size_t>(Below(3000)), "[{a9 "[Below(5)]));
        break;
    }
  }

  std::minstd_rand random_;
};

constexpr char kNoAnswer[] = "no answer in time";

// The answer's first bytes; empty when the connection was ended without one.
std::string Ask(const HostPort& server, const std::string& request, absl::Duration patience) {
  absl::StatusOr<Socket> socket = fault_proxy::Connect(server);
  if (!socket.ok()) return "cannot connect";
  const timeval limit = absl::ToTimeval(patience);
  setsockopt(socket->descriptor(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  fault_proxy::SendAll(*socket, request);
  char bytes[4096];
  std::string answer;
  for (ssize_t size = 1; size > 0 && answer.size() < 64 * 1024;) {
    size = recv(socket->descriptor(), bytes, sizeof(bytes), 0);
    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return kNoAnswer;
    if (size > 0) answer.append(bytes, static_cast<size_t>(size));
  }
  return answer;
}

int FromEnvironment(const char* variable, int otherwise) {
  const char* text = std::getenv(variable);
  int value = 0;
  return text != nullptr && absl::SimpleAtoi(text, &value) && value > 0 ? value : otherwise;
}

TEST(HttpSurfaceTest, NoRequestIsTheServersFault) {
  const TempDirectory directory;
  auto server = ChildProcess::Start(
      {.command = {BinaryPath("throughline"), "serve", "--port", "0", "--log-level", "error",
                   "--data-dir", directory.File("data")}});
  ASSERT_OK(server.status());
  ASSERT_OK_AND_ASSIGN(const std::string line, (*server)->WaitForLine("{", absl::Seconds(60)));
  const std::string url = nlohmann::json::parse(line)["http"];
  ASSERT_OK_AND_ASSIGN(const HostPort at, ParseHostPort(url.substr(url.find("//") + 2), "http"));

  const int seed = FromEnvironment("THROUGHLINE_FUZZ_SEED", 1);
  const absl::Time end =
      absl::Now() + absl::Seconds(FromEnvironment("THROUGHLINE_FUZZ_SECONDS", 3));
  const std::vector<Seed> seeds = Seeds();
  Mutator mutator(seed);
  std::map<std::string, int> answers;
  int requests = 0;
  for (; absl::Now() < end; ++requests) {
    const Mutator::Made made =
        mutator.Request(seeds[mutator.Below(static_cast<int>(seeds.size()))]);
    const std::string& request = made.text;
    const std::string answer = Ask(at, request, made.complete ? kPatience : kGlance);
    ASSERT_TRUE((*server)->Running()) << (*server)->Stderr() << "\nafter:\n" << request;
    ++answers[answer.substr(0, 12)];
    if (answer.empty() || (!made.complete && answer == kNoAnswer)) continue;
    ASSERT_TRUE(absl::StartsWith(answer, "HTTP/1.")) << answer << "\nto:\n" << request;
    // 503 and 501 say what is not there; any other 5xx would be a failure of the server's own.
    const absl::string_view status = absl::string_view(answer).substr(9, 3);
    EXPECT_TRUE(status[0] != '5' || status == "501" || status == "503") << answer << "\nto:\n"
                                                                        << request;
    EXPECT_FALSE(absl::StrContains(answer, "root:x:0")) << answer << "\nto:\n" << request;
  }
  std::printf("[http] %d requests, seed %d:", requests, seed);
  for (const auto& [answer, count] : answers) {
    std::printf(" %s %d", answer.empty() ? "closed" : answer.c_str(), count);
  }
  std::printf("\n");
  EXPECT_GT(requests, 10);
  EXPECT_EQ(
      Ask(at, "GET /v1/models HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", kPatience)
          .substr(0, 12),
      "HTTP/1.1 200");
}

}  // namespace
}  // namespace throughline
