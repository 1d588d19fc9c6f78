#include "services/memory/clients/openai_embedder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "common/base/clock.h"
#include "common/testing/http_imposter.h"
#include "common/testing/status_matchers.h"
#include "common/testing/temp_directory.h"
#include "services/memory/domain/memory.h"
#include "services/memory/store/embedding_cache.h"
#include "services/memory/store/in_memory_store.h"

namespace throughline::memory {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// The answer of an embedding server, one vector a text.
HttpImposter::Answer Vectors(const std::vector<std::string>& vectors) {
  std::vector<std::string> items;
  for (size_t i = 0; i < vectors.size(); ++i) {
    items.push_back(absl::StrCat(R"({"index": )", i, R"(, "embedding": )", vectors[i], "}"));
  }
  return {.body = absl::StrCat(R"({"data": [)", absl::StrJoin(items, ","), "]}")};
}

class OpenAiEmbedderTest : public ::testing::Test {
 protected:
  static constexpr absl::Duration kTimeout = absl::Milliseconds(200);

  absl::StatusOr<std::vector<Vector>> Embed(const std::vector<std::string>& texts) {
    return embedder_.Embed(context_, {"default", "acme"}, texts);
  }

  const Context context_ = Context::Background();
  HttpImposter server_;
  http::Client client_;
  OpenAiEmbedder embedder_{{.base_url = absl::StrCat(server_.url(), "/v1"),
                            .model = "small",
                            .api_key = "secret",
                            .timeout = kTimeout},
                           client_};
};

TEST_F(OpenAiEmbedderTest, TextsBecomeVectorsOfLengthOne) {
  server_.Say({Vectors({"[3, 4]", "[0, -2]"})});
  ASSERT_OK_AND_ASSIGN(const std::vector<Vector> vectors, Embed({"one", "two"}));
  EXPECT_THAT(vectors, ElementsAre(ElementsAre(FloatNear(0.6F, 1e-6F), FloatNear(0.8F, 1e-6F)),
                                   ElementsAre(0, -1)));
  const std::vector<HttpImposter::Seen> seen = server_.seen();
  ASSERT_THAT(seen, SizeIs(1));
  EXPECT_EQ(seen[0].target, "/v1/embeddings");
  EXPECT_THAT(seen[0].headers, HasSubstr("Bearer secret"));
  const auto body = nlohmann::json::parse(seen[0].body);
  EXPECT_EQ(body["model"], "small");
  EXPECT_EQ(body["input"], (std::vector<std::string>{"one", "two"}));
}

TEST_F(OpenAiEmbedderTest, ManyTextsGoInBatches) {
  constexpr size_t kLast = 6;
  const std::vector<std::string> full(OpenAiEmbedder::kMaxTextsPerRequest, "[1]");
  server_.Say({Vectors(full), Vectors(std::vector<std::string>(kLast, "[1]"))});
  ASSERT_OK_AND_ASSIGN(const std::vector<Vector> vectors,
                       Embed(std::vector<std::string>(full.size() + kLast, "text")));
  EXPECT_THAT(vectors, SizeIs(full.size() + kLast));
  EXPECT_THAT(server_.seen(), SizeIs(2));
}

TEST_F(OpenAiEmbedderTest, WhatIsNoAnswerIsUnavailable) {
  const std::vector<HttpImposter::Answer> bad = {
      {.status = 503, .body = "{}"},
      {.body = "no json"},
      {.body = "[]"},
      {.body = R"({"data": 7})"},
      {.body = R"({"data": [7]})"},
      Vectors({}),
      Vectors({"[1]", "[1]"}),
      Vectors({"[]"}),
      Vectors({"[0, 0]"}),
      Vectors({R"(["a"])"}),
      Vectors({"[1e300]"}),
      {.body = R"({"data": [{"index": 5, "embedding": [1]}]})"},
      {.body = "{", .missing_bytes = 10}};
  for (const HttpImposter::Answer& answer : bad) {
    server_.Say({answer});
    EXPECT_THAT(Embed({"text"}).status(), StatusIs(absl::StatusCode::kUnavailable)) << answer.body;
  }
  server_.Say({Vectors({"[1, 2]", "[1]"})});
  EXPECT_THAT(Embed({"a", "b"}).status(), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(OpenAiEmbedderTest, AStalledServerCostsItsTimeout) {
  server_.Say({{.stall = true}});
  const absl::Time started = absl::Now();
  EXPECT_FALSE(Embed({"text"}).ok());
  EXPECT_LT(absl::Now() - started, kTimeout + absl::Seconds(5));
}

TEST_F(OpenAiEmbedderTest, NoTextOfACustomerIsSentTwiceUntilItIsForgotten) {
  const TempDirectory directory;
  const std::string path = directory.File("embeddings.db");
  const CustomerKey acme = {"default", "acme"};
  const std::vector<std::string> texts = {"one", "two"};
  server_.Say({Vectors({"[1, 0]", "[0, 1]"})});
  {
    ASSERT_OK_AND_ASSIGN(const auto cache, store::EmbeddingCache::Open(path, "small", embedder_));
    ASSERT_OK(cache->Embed(context_, acme, texts).status());
  }
  ASSERT_OK_AND_ASSIGN(const auto cache, store::EmbeddingCache::Open(path, "small", embedder_));
  server_.Say({Vectors({"[1, 1]"})});
  ASSERT_OK_AND_ASSIGN(const std::vector<Vector> vectors,
                       cache->Embed(context_, acme, {"two", "new", "one"}));
  EXPECT_THAT(vectors[0], ElementsAre(0, 1));
  EXPECT_THAT(vectors[2], ElementsAre(1, 0));
  ASSERT_THAT(server_.seen(), SizeIs(2));
  EXPECT_EQ(nlohmann::json::parse(server_.seen()[1].body)["input"],
            std::vector<std::string>{"new"});
  ASSERT_OK(cache->Embed(context_, {"default", "globex"}, {"one"}).status());
  EXPECT_THAT(server_.seen(), SizeIs(3)) << "another customer's texts are its own";
  ASSERT_OK(cache->Forget(context_, acme));
  ASSERT_OK(cache->Embed(context_, acme, {"one"}).status());
  EXPECT_THAT(server_.seen(), SizeIs(4));
}

TEST_F(OpenAiEmbedderTest, VectorsMadeBeforeAFailureAreNotAskedForAgain) {
  const TempDirectory directory;
  ASSERT_OK_AND_ASSIGN(const auto cache, store::EmbeddingCache::Open(
                                             directory.File("embeddings.db"), "small", embedder_));
  std::vector<std::string> texts;
  for (size_t i = 0; i <= OpenAiEmbedder::kMaxTextsPerRequest; ++i) {
    texts.push_back(absl::StrCat("text ", i));
  }
  const std::vector<std::string> first(OpenAiEmbedder::kMaxTextsPerRequest, "[1, 0]");
  server_.Say({Vectors(first), {.status = 500}});
  EXPECT_FALSE(cache->Embed(context_, {"default", "acme"}, texts).ok());
  server_.Say({Vectors({"[0, 1]"})});
  ASSERT_OK_AND_ASSIGN(const std::vector<Vector> vectors,
                       cache->Embed(context_, {"default", "acme"}, texts));
  EXPECT_THAT(vectors, SizeIs(texts.size()));
  EXPECT_EQ(nlohmann::json::parse(server_.seen().back().body)["input"],
            std::vector<std::string>{texts.back()});
}

// A memory whose three rows point in three directions.
class MeaningTest : public OpenAiEmbedderTest {
 protected:
  MeaningTest() : memory_(store_, Clock::Real(), {.embedder = &embedder_}) {
    RetainCommand command;
    for (const char* text : {"The roof leaks.", "Our vendor is Oracle.", "Lunch was late."}) {
      command.texts.push_back({.id = text, .text = text});
    }
    EXPECT_OK(memory_.Retain(context_, "acme", command).status());
  }
  absl::StatusOr<Recollection> Recall(RecallBudget budget = RecallBudget::kHigh) {
    return memory_.Recall(context_, "acme", {.query = "database supplier", .budget = budget});
  }

  store::InMemoryStore store_;
  Memory memory_;
};

TEST_F(MeaningTest, ARowWithoutAWordInCommonIsFoundByItsMeaning) {
  // Whatever is sent together with the question, the second of the rows lies where it lies.
  RetainCommand more;
  for (int i = 0; i < 12; ++i) {
    more.texts.push_back({.id = absl::StrCat("t", i), .text = absl::StrCat("Filler ", i)});
  }
  ASSERT_OK(memory_.Retain(context_, "acme", more).status());
  server_.Say({{.status = 500}});
  ASSERT_OK_AND_ASSIGN(const Recollection words, Recall());
  EXPECT_EQ(words.meaning, MeaningUse::kMissing);
  EXPECT_THAT(words.results, SizeIs(0)) << "no word in common";
  const auto asked = nlohmann::json::parse(server_.seen().back().body)["input"];
  std::vector<std::string> vectors;
  for (const auto& text : asked) {
    const bool near = text == "database supplier" || text == "Our vendor is Oracle.";
    vectors.push_back(near ? "[1, 0.1]" : "[0.1, 1]");
  }
  server_.Say({Vectors(vectors)});
  ASSERT_OK_AND_ASSIGN(const Recollection meant, Recall());
  EXPECT_EQ(meant.meaning, MeaningUse::kUsed);
  ASSERT_THAT(meant.results, SizeIs(1));
  EXPECT_EQ(meant.results[0].fact->text, "Our vendor is Oracle.");
  EXPECT_GT(meant.results[0].parts.meaning, 0);
}

TEST_F(MeaningTest, SmallerBudgetsAskNobody) {
  ASSERT_OK_AND_ASSIGN(const Recollection found, Recall(RecallBudget::kMid));
  EXPECT_EQ(found.meaning, MeaningUse::kNotAsked);
  EXPECT_THAT(server_.seen(), SizeIs(0));
}

}  // namespace
}  // namespace throughline::memory
