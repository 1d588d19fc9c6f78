// What a platform team sees that has an HTTP client and nothing else.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_directory.h"
#include "tests/e2e/deployment.h"
#include "tests/e2e/http_client.h"

namespace throughline::e2e {
namespace {

using nlohmann::json;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;
using testing::SizeIs;

const std::vector<std::string> kJson = {"Content-Type: application/json"};

class HttpTest : public testing::Test {
 protected:
  void SetUp() override {
    auto deployment = Deployment::Start({});
    ASSERT_OK(deployment.status());
    system_ = *std::move(deployment);
  }
  std::string Url(const std::string& path) const { return absl::StrCat(system_->http(), path); }
  HttpReply Get(const std::string& path) const { return HttpCall("GET", Url(path)); }
  HttpReply Post(const std::string& path, const json& body) const {
    return HttpCall("POST", Url(path), kJson, body.dump());
  }
  static json Call(int number) {
    return {{"customerId", "meridian"},
            {"callId", absl::StrCat("call-", number)},
            {"callDate", absl::StrCat("2026-03-0", number)},
            {"transcript", ReadFile(CallFile(number))}};
  }

  std::unique_ptr<Deployment> system_;
};

TEST_F(HttpTest, ACallGoesInAndItsStoryComesOut) {
  const HttpReply processed = Post("/v1/calls", Call(1));
  ASSERT_EQ(processed.status, 200) << processed.body;
  EXPECT_EQ(processed.Json()["analysis"]["primaryBlocker"]["category"], "BLOCKER_CATEGORY_PRICE");
  EXPECT_THAT(processed.headers, Contains(Pair("x-content-type-options", "nosniff")));
  EXPECT_THAT(processed.headers, Contains(Pair("x-request-id", Not(IsEmpty()))));

  EXPECT_EQ(Get("/v1/customers").Json()["customers"][0]["customerId"], "meridian");
  EXPECT_THAT(Get("/v1/deals/meridian").Json()["deal"]["blockers"], Not(IsEmpty()));
  EXPECT_EQ(Get("/v1/profile/meridian").Json()["profile"]["customerId"], "meridian");
  EXPECT_THAT(Get("/v1/customers/meridian/calls").Json()["calls"], SizeIs(1));
  EXPECT_THAT(Get("/v1/customers/meridian/calls/call-1").Json()["transcript"]["turns"],
              Not(IsEmpty()));
  EXPECT_THAT(Get("/v1/customers/meridian/facts?pageSize=2").Json()["facts"], SizeIs(2));
  const HttpReply recalled =
      Post("/v1/customers/meridian/recall", {{"query", "what does it cost"}, {"limit", 3}});
  EXPECT_THAT(recalled.Json()["results"], SizeIs(3)) << recalled.body;
  EXPECT_THAT(Get("/v1/decisions?customerId=meridian").Json()["decisions"], Not(IsEmpty()));
  EXPECT_EQ(Get("/v1/spend?groupBy=SPEND_GROUP_MODEL").status, 200);
  const HttpReply rows = Get("/v1/customers/meridian/export");
  EXPECT_EQ(rows.headers.at("content-type"), "application/x-ndjson");
  for (const absl::string_view line : absl::StrSplit(rows.body, '\n', absl::SkipEmpty())) {
    EXPECT_TRUE(json::parse(line.begin(), line.end(), nullptr, false).is_object()) << line;
  }
}

TEST_F(HttpTest, ATranscriptIsSentAsAFile) {
  const std::string boundary = "----part";
  const std::string body = absl::StrCat(
      "--", boundary, "\r\nContent-Disposition: form-data; name=\"customerId\"\r\n\r\nmeridian\r\n",
      "--", boundary, "\r\nContent-Disposition: form-data; name=\"transcript\"; ",
      "filename=\"call-1.txt\"\r\nContent-Type: text/plain\r\n\r\n", ReadFile(CallFile(1)),
      "\r\n--", boundary, "--\r\n");
  const HttpReply by_form =
      HttpCall("POST", Url("/v1/calls"),
               {absl::StrCat("Content-Type: multipart/form-data; boundary=", boundary)}, body);
  ASSERT_EQ(by_form.status, 200) << by_form.body;
  EXPECT_EQ(by_form.Json()["customerId"], "meridian");

  const HttpReply as_body = HttpCall("POST", Url("/v1/calls?customerId=other&callDate=2026-03-01"),
                                     {"Content-Type: text/plain"}, ReadFile(CallFile(1)));
  ASSERT_EQ(as_body.status, 200) << as_body.body;
  EXPECT_EQ(as_body.Json()["customerId"], "other");
}

TEST_F(HttpTest, AnIdempotencyKeyNamesACallThatHasNoId) {
  json call = Call(1);
  call.erase("callId");
  const std::vector<std::string> headers = {"Content-Type: application/json",
                                            "Idempotency-Key: attempt-7"};
  const HttpReply first = HttpCall("POST", Url("/v1/calls"), headers, call.dump());
  ASSERT_EQ(first.status, 200) << first.body;
  EXPECT_EQ(first.Json()["callId"], "attempt-7");
  EXPECT_EQ(HttpCall("POST", Url("/v1/calls"), headers, call.dump()).Json()["replayed"], true);
  call["transcript"] = ReadFile(CallFile(2));
  EXPECT_EQ(HttpCall("POST", Url("/v1/calls"), headers, call.dump()).status, 409);
}

TEST_F(HttpTest, ProgressIsToldStepByStep) {
  const HttpReply reply =
      HttpCall("POST", Url("/v1/calls"),
               {"Content-Type: application/json", "Accept: text/event-stream"}, Call(1).dump());
  EXPECT_EQ(reply.headers.at("content-type"), "text/event-stream");
  std::vector<std::string> names;
  for (const absl::string_view line : absl::StrSplit(reply.body, '\n')) {
    if (absl::StartsWith(line, "event: ")) names.emplace_back(line.substr(7));
  }
  EXPECT_EQ(names.front(), "step_started");
  EXPECT_EQ(names.back(), "result");
  EXPECT_THAT(names, SizeIs(11)) << "five steps begin and end, then the result";
}

TEST_F(HttpTest, WrongRequestsAreToldWhichFieldIsWrong) {
  const auto first_error = [](const HttpReply& reply) {
    return reply.Json()["errors"][0]["field"].get<std::string>();
  };
  const HttpReply no_json = HttpCall("POST", Url("/v1/calls"), kJson, "{");
  EXPECT_EQ(no_json.status, 400);
  EXPECT_EQ(no_json.headers.at("content-type"), "application/problem+json");
  EXPECT_EQ(first_error(no_json), "body");
  EXPECT_EQ(first_error(Post("/v1/calls", {{"customer", "x"}})), "customer");
  EXPECT_EQ(first_error(Post("/v1/customers/x/recall", {{"limit", "many"}})), "limit");
  EXPECT_EQ(first_error(Get("/v1/jobs?pageSize=x")), "pageSize");
  EXPECT_EQ(first_error(Post("/v1/customers/x/recall", {{"customerId", "y"}, {"query", "q"}})),
            "customer_id");
  EXPECT_EQ(Post("/v1/calls", {{"customerId", "x"}, {"transcript", ""}}).status, 400);
  EXPECT_EQ(Get("/v1/deals/nobody").status, 404);
  EXPECT_EQ(Get("/v1/nothing").status, 404);
  const HttpReply wrong_method = HttpCall("DELETE", Url("/v1/calls"));
  EXPECT_EQ(wrong_method.status, 405);
  EXPECT_EQ(wrong_method.headers.at("allow"), "POST");
  EXPECT_EQ(HttpCall("POST", Url("/v1/calls"), kJson, std::string(18 << 20, 'x')).status, 413);
  EXPECT_EQ(Get("/v1/profile/%zz").status, 400);
  EXPECT_EQ(Get("/v1/profile/%ff").status, 400);
}

// Whoever may call may also send nonsense; it ends the request, never the process.
TEST_F(HttpTest, NonsenseIsRefusedByEverySurface) {
  const std::string deep(1 << 20, '[');
  const auto chat = [](const std::string& messages, const std::string& more = "") {
    return absl::StrCat(R"({"model":"auto","messages":)", messages, more, "}");
  };
  const auto tool = [](const std::string& params) {
    return absl::StrCat(R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":)", params, "}");
  };
  const std::vector<std::pair<std::string, std::vector<std::string>>> bodies = {
      {"/v1/chat/completions",
       {"[]", deep, chat("7"), chat(R"([{"role":5,"content":"x"}])"),
        chat(R"([{"role":"user","content":[{"type":1}]}])"),
        chat(R"([{"role":"user","content":"x"}])", R"(,"response_format":{"type":[]})"),
        chat(R"([{"role":"user","content":"x"}])", R"(,"max_tokens":1e99)"),
        chat(R"([{"role":"user","content":"x"}])", R"(,"temperature":"hot")")}},
      {"/mcp",
       {"7", deep, R"({"method":5,"id":1})", tool("[]"), tool("null"), tool(R"({"name":{}})"),
        tool(R"({"name":"recall","arguments":[]})"),
        tool(R"({"name":"recall","arguments":{"customer_id":1,"query":"x"}})"),
        R"({"id":{},"method":"initialize","params":{"protocolVersion":1}})"}},
      {"/v1/default/banks/b/memories",
       {"{}", deep, R"({"items":[7]})", R"({"items":[{"content":1}]})",
        R"({"items":[{"content":"x","tags":"a"}]})", R"({"items":[{"content":"x","metadata":[]}]})",
        R"({"items":[{"content":"x","timestamp":"then"}]})"}},
      {"/v1/default/banks/b/memories/recall",
       {"[]", deep, R"({"query":[]})", R"({"query":"x","max_tokens":99999999999})",
        R"({"query":"x","tags":{}})", R"({"query":"x","budget":1})"}},
      {"/v1/calls", {"7", deep, R"({"transcript":7})", R"({"customerId":[]})"}},
      {"/v1/ingest", {"7", deep, R"({"messages":[7]})", R"({"occurredAt":"then"})"}},
  };
  for (const auto& [path, all] : bodies) {
    for (const std::string& body : all) {
      const HttpReply reply = HttpCall("POST", Url(path), kJson, body);
      EXPECT_EQ(reply.status, path == "/mcp" ? 200 : 400) << path << body.substr(0, 100);
      EXPECT_TRUE(reply.Json().is_object()) << path << body.substr(0, 100);
    }
  }
  EXPECT_EQ(Get("/healthz").status, 200);
}

TEST_F(HttpTest, APageElsewhereGetsNothing) {
  EXPECT_EQ(HttpCall("GET", Url("/v1/customers"), {"Origin: https://elsewhere.example"}).status,
            403);
  EXPECT_EQ(HttpCall("GET", Url("/v1/customers"), {"Host: elsewhere.example"}).status, 403);
}

// Every operation of the document answers, and not with "no such path".
TEST_F(HttpTest, TheDocumentTellsOfWhatIsServed) {
  const json document = Get("/openapi.json").Json();
  ASSERT_EQ(document["openapi"], "3.1.0");
  for (const auto& [path, methods] : document["paths"].items()) {
    for (const auto& [method, operation] : methods.items()) {
      std::string url = path;
      for (size_t open = url.find('{'); open != std::string::npos; open = url.find('{')) {
        url.replace(open, url.find('}') - open + 1, "x");
      }
      std::string verb = method;
      for (char& c : verb) c = static_cast<char>(toupper(c));
      const HttpReply reply = HttpCall(verb, Url(url), kJson, verb == "POST" ? "{}" : "");
      EXPECT_NE(reply.status, 0) << path;
      EXPECT_NE(reply.status, 405) << path;
      EXPECT_LT(reply.status, 600) << path;
      EXPECT_NE(reply.status, 500) << path << reply.body;
      EXPECT_THAT(reply.body, Not(HasSubstr("no such path"))) << path;
    }
  }
  // References lead somewhere.
  for (const auto& [name, schema] : document["components"]["schemas"].items()) {
    for (const auto& [field, type] : schema["properties"].items()) {
      const json& named = type.contains("items") ? type["items"] : type;
      if (!named.contains("$ref")) continue;
      const std::string target = named["$ref"];
      EXPECT_TRUE(document["components"]["schemas"].contains(target.substr(target.rfind('/') + 1)))
          << name << "." << field << " names " << target;
    }
  }
}

TEST(HttpKeysTest, AKeySpeaksForItsTenantOnly) {
  const TempDirectory directory;
  const auto make = [](const std::string& id, const std::string& scopes) {
    return RunCommand({BinaryPath("throughline"), "keys", "--id", id, "--tenant", id, "--scopes",
                       scopes, "--json"})
        .Json()
        .at(0);
  };
  const json acme = make("acme", "read,write");
  const json globex = make("globex", "read");
  const std::string file =
      directory.Write("keys.yaml", absl::StrCat("keys:\n", acme["fileEntry"].get<std::string>(),
                                                globex["fileEntry"].get<std::string>()));
  auto started = Deployment::Start({.serve_flags = {"--api-keys", file}});
  ASSERT_OK(started.status());
  const Deployment& system = **started;
  const auto as = [](const json& key) {
    return std::vector<std::string>{
        "Content-Type: application/json",
        absl::StrCat("Authorization: Bearer ", key["key"].get<std::string>())};
  };
  const std::string calls = absl::StrCat(system.http(), "/v1/calls");
  const std::string body =
      json{{"customerId", "meridian"}, {"transcript", ReadFile(CallFile(1))}}.dump();

  EXPECT_EQ(HttpCall("POST", calls, kJson, body).status, 401);
  EXPECT_EQ(HttpCall("POST", calls, {"Authorization: Bearer tl.acme.wrong"}, body).status, 401);
  EXPECT_EQ(HttpCall("POST", calls, as(globex), body).status, 403) << "it may only read";
  EXPECT_EQ(HttpCall("POST", calls, as(acme), body).status, 200);
  const std::string deal = absl::StrCat(system.http(), "/v1/deals/meridian");
  EXPECT_EQ(HttpCall("GET", deal, as(acme)).status, 200);
  EXPECT_EQ(HttpCall("GET", deal, as(globex)).status, 404) << "another tenant's customer";
  EXPECT_EQ(HttpCall("GET", absl::StrCat(system.http(), "/healthz")).status, 200);

  const auto keys = [&](std::vector<std::string> words) {
    std::vector<std::string> command = {BinaryPath("throughline"), "keys"};
    command.insert(command.end(), words.begin(), words.end());
    command.push_back("--json");
    return RunCommand(command).Json();
  };
  EXPECT_EQ(keys({"list", file}).size(), 2u);
  EXPECT_EQ(keys({"list", file}).at(1)["scopes"], "read");
  EXPECT_EQ(keys({"revoke", file, "globex"}).at(0)["revoked"], "globex");
  EXPECT_EQ(keys({"list", file}).size(), 1u);
  EXPECT_THAT(system.Log(), Not(HasSubstr(acme["key"].get<std::string>())));
}

}  // namespace
}  // namespace throughline::e2e
