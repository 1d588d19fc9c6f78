// What recalls let through, asked for over the wire.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/wire/time.h"
#include "services/memory/memory_server_for_tests.h"

namespace throughline::memory {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using Stub = MemoryServer::Stub;

absl::Time Day(int month, int day) {
  return absl::FromCivil(absl::CivilDay(2026, month, day), absl::UTCTimeZone());
}

class RecallServiceTest : public ::testing::Test {
 protected:
  // A row whose id is its text's last word.
  void Say(const std::string& id, std::vector<std::string> tags, const std::string& call = "",
           absl::Time at = Day(3, 3)) {
    v1::RetainRequest request;
    request.set_customer_id("acme");
    v1::VerbatimText* text = request.add_texts();
    text->set_id(id);
    text->set_text(absl::StrCat("Ann: the dock is ", id));
    text->set_call_id(call);
    *text->mutable_at() = wire::ToTimestamp(at);
    for (std::string& tag : tags) text->add_tags(std::move(tag));
    ASSERT_OK(server_.Call(&Stub::Retain, request).status());
  }
  // A single-valued fact of a call.
  void Price(const std::string& value, const std::string& call, absl::Time at) {
    v1::RetainRequest request;
    request.set_customer_id("acme");
    request.mutable_call()->set_call_id(call);
    *request.mutable_call()->mutable_occurred_at() = wire::ToTimestamp(at);
    throughline::deal::v1::Fact* fact = request.add_facts();
    fact->set_kind(throughline::deal::v1::FACT_KIND_BUDGET);
    fact->set_text(absl::StrCat("The dock costs ", value));
    fact->set_attribute("price");
    fact->set_value(value);
    auto* evidence = fact->add_evidence();
    evidence->set_call_id(call);
    evidence->set_quote(value);
    ASSERT_OK(server_.Call(&Stub::Retain, request).status());
  }
  static v1::RecallRequest Ask() {
    v1::RecallRequest request;
    request.set_customer_id("acme");
    request.set_query("dock");
    return request;
  }
  // The last words of what was found.
  std::vector<std::string> Found(const v1::RecallRequest& request) {
    const absl::StatusOr<v1::RecallResponse> response = server_.Call(&Stub::Recall, request);
    EXPECT_OK(response.status());
    std::vector<std::string> words;
    if (!response.ok()) return words;
    for (const v1::ScoredFact& result : response->results()) {
      const std::string& text = result.fact().text();
      words.push_back(text.substr(text.rfind(' ') + 1));
    }
    return words;
  }
  std::vector<std::string> WithTags(v1::TagsMatch match, std::vector<std::string> tags) {
    v1::RecallRequest request = Ask();
    request.mutable_filter()->set_tags_match(match);
    for (std::string& tag : tags) request.mutable_filter()->add_tags(std::move(tag));
    return Found(request);
  }

  MemoryServer server_;
};

TEST_F(RecallServiceTest, TheFiveTagModes) {
  Say("bare", {});
  Say("north", {"n"});
  Say("south", {"s"});
  Say("both", {"n", "s"});
  EXPECT_THAT(WithTags(v1::TAGS_MATCH_ANY, {"n"}), UnorderedElementsAre("bare", "north", "both"));
  EXPECT_THAT(WithTags(v1::TAGS_MATCH_ANY, {}), SizeIs(4));
  EXPECT_THAT(WithTags(v1::TAGS_MATCH_ALL, {"n", "s"}), UnorderedElementsAre("bare", "both"));
  EXPECT_THAT(WithTags(v1::TAGS_MATCH_ALL, {}), SizeIs(4));
  EXPECT_THAT(WithTags(v1::TAGS_MATCH_ANY_STRICT, {"n"}), UnorderedElementsAre("north", "both"));
  EXPECT_THAT(WithTags(v1::TAGS_MATCH_ALL_STRICT, {"n", "s"}), ElementsAre("both"));
  EXPECT_THAT(WithTags(v1::TAGS_MATCH_EXACT, {"n"}), ElementsAre("north"));
  EXPECT_THAT(WithTags(v1::TAGS_MATCH_EXACT, {"s", "n"}), ElementsAre("both"));
  EXPECT_THAT(WithTags(v1::TAGS_MATCH_EXACT, {}), ElementsAre("bare"));
  EXPECT_THAT(WithTags(v1::TAGS_MATCH_ANY_STRICT, {"nowhere"}), IsEmpty());
}

TEST_F(RecallServiceTest, StrictModesWithoutTagsAreRefused) {
  Say("bare", {});
  for (const v1::TagsMatch match : {v1::TAGS_MATCH_ANY_STRICT, v1::TAGS_MATCH_ALL_STRICT}) {
    v1::RecallRequest request = Ask();
    request.mutable_filter()->set_tags_match(match);
    EXPECT_THAT(server_.Call(&Stub::Recall, request).status(),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("filter.tags")));
  }
}

TEST_F(RecallServiceTest, KindsCallsAndTimesEachSelect) {
  Say("old", {}, "c1", Day(3, 3));
  Say("new", {}, "c2", Day(4, 3));
  Price("$9", "c1", Day(3, 3));
  v1::RecallRequest request = Ask();
  request.mutable_filter()->add_kinds(throughline::deal::v1::FACT_KIND_BUDGET);
  EXPECT_THAT(Found(request), ElementsAre("$9"));
  request = Ask();
  request.mutable_filter()->set_call_id("c1");
  EXPECT_THAT(Found(request), UnorderedElementsAre("old", "$9"));
  request = Ask();
  *request.mutable_filter()->mutable_since() = wire::ToTimestamp(Day(4, 3));
  EXPECT_THAT(Found(request), ElementsAre("new"));
  request = Ask();
  *request.mutable_filter()->mutable_until() = wire::ToTimestamp(Day(4, 3));
  EXPECT_THAT(Found(request), UnorderedElementsAre("old", "$9"));
}

TEST_F(RecallServiceTest, AsOfShowsWhatHeldThenAndClosedRowsComeOnRequest) {
  Price("$9", "c1", Day(3, 3));
  Price("$7", "c2", Day(4, 3));
  EXPECT_THAT(Found(Ask()), ElementsAre("$7"));
  v1::RecallRequest request = Ask();
  *request.mutable_filter()->mutable_as_of() = wire::ToTimestamp(Day(3, 20));
  EXPECT_THAT(Found(request), ElementsAre("$9"));
  request.mutable_filter()->set_include_closed(true);
  EXPECT_THAT(Found(request), ElementsAre("$9")) << "nothing from after that day";
  request = Ask();
  request.mutable_filter()->set_include_closed(true);
  EXPECT_THAT(Found(request), UnorderedElementsAre("$7", "$9"));
}

TEST_F(RecallServiceTest, PagesHoldEachRowOnceAndEndWithAChange) {
  for (int i = 0; i < 7; ++i) Say(absl::StrCat("number-", i), {});
  v1::RecallRequest request = Ask();
  request.set_limit(3);
  std::multiset<std::string> seen;
  std::string second_page;
  for (int pages = 0; pages < 3; ++pages) {
    ASSERT_OK_AND_ASSIGN(const v1::RecallResponse page, server_.Call(&Stub::Recall, request));
    for (const v1::ScoredFact& result : page.results()) seen.insert(result.fact().id());
    request.set_page_token(page.next_page_token());
    if (pages == 0) second_page = page.next_page_token();
  }
  EXPECT_EQ(request.page_token(), "");
  EXPECT_THAT(seen, SizeIs(7));
  EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 7u);
  Say("late", {});
  request.set_page_token(second_page);
  EXPECT_THAT(server_.Call(&Stub::Recall, request).status(),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("page_token")));
}

TEST_F(RecallServiceTest, ExplanationsAddUpToTheScoreAndComeOnRequestOnly) {
  Say("red", {});
  v1::RecallRequest request = Ask();
  ASSERT_OK_AND_ASSIGN(const v1::RecallResponse plain, server_.Call(&Stub::Recall, request));
  EXPECT_EQ(plain.results(0).explanation_size(), 0);
  request.set_explain(true);
  ASSERT_OK_AND_ASSIGN(const v1::RecallResponse explained, server_.Call(&Stub::Recall, request));
  double sum = 0;
  std::vector<std::string> names;
  for (const v1::ScoreComponent& part : explained.results(0).explanation()) {
    sum += part.value();
    names.push_back(part.name());
  }
  EXPECT_NEAR(sum, explained.results(0).score(), 1e-4);
  EXPECT_THAT(names, Contains("words"));
}

TEST_F(RecallServiceTest, ALowBudgetLooksAtWordsAloneAndMoreAtTheirSurroundings) {
  v1::RetainRequest request;
  request.set_customer_id("acme");
  for (const char* line : {"Bob: which database runs there?", "Ann: Oracle, since forever."}) {
    v1::VerbatimText* text = request.add_texts();
    text->set_text(line);
    text->set_call_id("c1");
    text->set_turn(request.texts_size());
  }
  ASSERT_OK(server_.Call(&Stub::Retain, request).status());
  v1::RecallRequest ask;
  ask.set_customer_id("acme");
  ask.set_query("which database");
  ask.set_budget(v1::RECALL_BUDGET_LOW);
  EXPECT_THAT(Found(ask), ElementsAre("there?"));
  ask.set_budget(v1::RECALL_BUDGET_MID);
  EXPECT_THAT(Found(ask), UnorderedElementsAre("there?", "forever."));
  ask.set_budget(v1::RECALL_BUDGET_HIGH);
  EXPECT_THAT(Found(ask), UnorderedElementsAre("there?", "forever."));
}

TEST_F(RecallServiceTest, ABatchKeepsEachQuestionsFilters) {
  Say("north", {"n"});
  Say("south", {"s"});
  v1::BatchRecallRequest batch;
  for (const char* tag : {"s", "n", "w"}) {
    *batch.add_requests() = Ask();
    v1::RowFilter* filter = batch.mutable_requests()->rbegin()->mutable_filter();
    filter->set_tags_match(v1::TAGS_MATCH_ANY_STRICT);
    filter->add_tags(tag);
  }
  ASSERT_OK_AND_ASSIGN(const v1::BatchRecallResponse answers,
                       server_.Call(&Stub::BatchRecall, batch));
  ASSERT_EQ(answers.responses_size(), 3);
  EXPECT_EQ(answers.responses(0).results(0).fact().id(), "south");
  EXPECT_EQ(answers.responses(1).results(0).fact().id(), "north");
  EXPECT_EQ(answers.responses(2).results_size(), 0);
}

}  // namespace
}  // namespace throughline::memory
