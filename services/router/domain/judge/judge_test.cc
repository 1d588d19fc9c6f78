#include "services/router/domain/judge/judge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/testing/status_matchers.h"
#include "services/router/domain/testing.h"

namespace throughline::router {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

// An analysis of SmallCall that stands up to every check.
Json GoodAnalysis() {
  return Json::parse(R"json({
    "primaryBlocker": {"id": "price:quote", "category": "BLOCKER_CATEGORY_PRICE",
      "object": "quote", "status": "BLOCKER_STATUS_RAISED",
      "history": [{"status": "BLOCKER_STATUS_RAISED",
        "evidence": {"callId": "call-2", "turn": 1, "quote": "The price is too high"}}]},
    "openBlockers": [{"id": "price:quote", "category": "BLOCKER_CATEGORY_PRICE",
      "object": "quote", "status": "BLOCKER_STATUS_RAISED",
      "history": [{"status": "BLOCKER_STATUS_RAISED",
        "evidence": {"callId": "call-2", "turn": 1, "quote": "The price is too high"}}]}],
    "decisionMakers": [{"name": "Priya Nair", "authorityEvidence": [
      {"callId": "call-2", "turn": 3, "quote": "Priya Nair signs off on anything above $20,000"}]}],
    "stakeholders": [{"name": "Dana Wells"}, {"name": "Priya Nair"}],
    "nextStep": {"description": "send a revised quote", "owner": "Sam Ortiz",
      "dueDate": "2026-03-06",
      "evidence": {"callId": "call-2", "turn": 2, "quote": "a revised quote by Friday"}},
    "followUp": {"recipient": "Dana Wells"},
    "budget": "$42,000 is over budget",
    "confidence": 0.9
  })json");
}

class JudgeTest : public ::testing::Test {
 protected:
  Verdict Judged(const Request& request, const std::string& text) {
    return judge_.Assess(request, Sources(request), Reply(text), 0.72);
  }
  Verdict Judged(const Json& analysis) { return Judged(request_, analysis.dump()); }

  Request request_ = AnalyzeRequest();
  Judge judge_;
};

TEST_F(JudgeTest, AnAnalysisWithEvidenceForEverythingPasses) {
  const Verdict verdict = Judged(GoodAnalysis());
  EXPECT_EQ(verdict.reason, DecisionReason::kChecksPassed) << verdict.explanation;
  ASSERT_EQ(verdict.checks.size(), std::size(kCheckNames));
  for (size_t i = 0; i < verdict.checks.size(); ++i) {
    EXPECT_EQ(verdict.checks[i].name, kCheckNames[i]);
  }
}

TEST_F(JudgeTest, RequestsThatShareACallAreJudgedAsIfEachReadItAlone) {
  Json invented = GoodAnalysis();
  invented["primaryBlocker"]["history"][0]["evidence"]["quote"] = "The price is a joke";
  request_.call_sources = std::make_shared<const CallSources>();
  for (int request = 0; request < 2; ++request) {
    EXPECT_EQ(Judged(GoodAnalysis()).reason, DecisionReason::kChecksPassed);
    EXPECT_EQ(Judged(invented).reason, DecisionReason::kUngroundedQuote);
  }
  // What one of them brings itself stays its own.
  Request other = request_;
  other.contract.sources = {"The price is a joke, they wrote."};
  EXPECT_EQ(Judged(other, invented.dump()).reason, DecisionReason::kChecksPassed);
  EXPECT_EQ(Judged(invented).reason, DecisionReason::kUngroundedQuote);
}

TEST_F(JudgeTest, WhatIsNotAnAnswerFailsIntegrity) {
  const Request general = GeneralRequest("Name a colour.");
  EXPECT_EQ(Judged(general, "  \n ").reason, DecisionReason::kEmptyOutput);
  EXPECT_EQ(Judged(general, "I'm sorry, but I can't help with that.").reason,
            DecisionReason::kRefusal);
  EXPECT_EQ(Judged(general, "As an AI language model, I cannot provide colours.").reason,
            DecisionReason::kRefusal);

  ModelReply cut = Reply("Blu");
  cut.finish = FinishReason::kLength;
  EXPECT_EQ(judge_.Assess(general, Sources(general), cut, 0).reason, DecisionReason::kTruncated);
  ModelReply thinking = Reply("");
  thinking.unclosed_reasoning = true;
  EXPECT_EQ(judge_.Assess(general, Sources(general), thinking, 0).reason,
            DecisionReason::kEmptyOutput);
}

TEST_F(JudgeTest, AnApologyInsideAnAnswerIsNoRefusal) {
  const Verdict verdict = Judged(GeneralRequest("Write an apology to a customer."),
                                 "Dear Jo, we are sorry for the delay. Your parcel left our depot "
                                 "this morning and I cannot thank you enough for your patience.");
  EXPECT_NE(verdict.reason, DecisionReason::kRefusal);
}

TEST_F(JudgeTest, BrokenJsonAndWrongShapesFailTheSchema) {
  EXPECT_EQ(Judged(request_, "The deal is blocked by price.").reason,
            DecisionReason::kSchemaViolation);
  request_.contract.json_schema =
      R"({"type":"object","required":["confidence"],"properties":{"confidence":{"type":"number"}}})";
  EXPECT_EQ(Judged(GoodAnalysis()).reason, DecisionReason::kChecksPassed);
  Json wrong = GoodAnalysis();
  wrong["confidence"] = "high";
  const Verdict verdict = Judged(wrong);
  EXPECT_EQ(verdict.reason, DecisionReason::kSchemaViolation);
  EXPECT_THAT(verdict.explanation, HasSubstr("confidence"));
}

TEST_F(JudgeTest, DeeplyNestedJsonIsRefusedNotFollowed) {
  const std::string deep = absl::StrCat(std::string(100'000, '['), std::string(100'000, ']'));
  EXPECT_EQ(Judged(request_, deep).reason, DecisionReason::kSchemaViolation);
}

TEST_F(JudgeTest, AnInventedQuoteFails) {
  Json invented = GoodAnalysis();
  invented["openBlockers"][0]["history"][0]["evidence"]["quote"] = "We will never pay that price";
  const Verdict verdict = Judged(invented);
  EXPECT_EQ(verdict.reason, DecisionReason::kUngroundedQuote);
  EXPECT_THAT(verdict.explanation, HasSubstr("openBlockers[0].history[0].evidence.quote"));
}

TEST_F(JudgeTest, CaseAndPunctuationDoNotMakeAQuoteInvented) {
  Json folded = GoodAnalysis();
  folded["openBlockers"][0]["history"][0]["evidence"]["quote"] = "the PRICE is too high…";
  EXPECT_EQ(Judged(folded).reason, DecisionReason::kChecksPassed);
}

TEST_F(JudgeTest, WordsGluedTogetherFromTwoTurnsAreNoQuote) {
  Json glued = GoodAnalysis();
  glued["openBlockers"][0]["history"][0]["evidence"]["quote"] = "over our budget. I'll send you";
  EXPECT_EQ(Judged(glued).reason, DecisionReason::kUngroundedQuote);
}

TEST_F(JudgeTest, NumbersMustBeInTheSourcesHoweverTheyAreWritten) {
  Json analysis = GoodAnalysis();
  analysis["budget"] = "about 42K";  // said as "forty two thousand"
  EXPECT_EQ(Judged(analysis).reason, DecisionReason::kChecksPassed);
  analysis["budget"] = "$45,000";
  EXPECT_EQ(Judged(analysis).reason, DecisionReason::kUngroundedNumber);
}

TEST_F(JudgeTest, DatesMustFollowFromWhatWasSaid) {
  Json analysis = GoodAnalysis();
  analysis["nextStep"]["dueDate"] = "2026-03-06";  // "by Friday", said on Wednesday
  EXPECT_EQ(Judged(analysis).reason, DecisionReason::kChecksPassed);
  analysis["nextStep"]["dueDate"] = "2026-05-19";
  EXPECT_EQ(Judged(analysis).reason, DecisionReason::kUngroundedNumber);
}

TEST_F(JudgeTest, PeopleMustBeInTheCallOrKnown) {
  Json analysis = GoodAnalysis();
  analysis["decisionMakers"][0]["name"] = "Robert Hale";
  EXPECT_EQ(Judged(analysis).reason, DecisionReason::kUngroundedName);
  request_.call->known.stakeholders.push_back({.name = "Robert Hale"});
  EXPECT_EQ(Judged(analysis).reason, DecisionReason::kChecksPassed);
}

TEST_F(JudgeTest, AnOpenBlockerOfMemoryMustBeAccountedFor) {
  deal::Blocker residency{.id = "compliance:data-residency",
                          .category = deal::BlockerCategory::kCompliance,
                          .object = "data residency",
                          .status = deal::BlockerStatus::kRaised};
  residency.history = {{.status = deal::BlockerStatus::kRaised,
                        .at = kCallTime - absl::Hours(200),
                        .evidence = {.call_id = "call-1", .quote = "It has to stay in the EU"}}};
  request_.call->known.blockers = {residency};

  const Verdict forgotten = Judged(GoodAnalysis());
  EXPECT_EQ(forgotten.reason, DecisionReason::kKnownStateConflict);
  EXPECT_THAT(forgotten.explanation, HasSubstr("data residency"));

  Json carried = GoodAnalysis();
  carried["openBlockers"].push_back({{"id", "compliance:data-residency"},
                                     {"object", "data residency"},
                                     {"status", "BLOCKER_STATUS_RAISED"}});
  EXPECT_EQ(Judged(carried).reason, DecisionReason::kChecksPassed);

  Json settled = GoodAnalysis();
  settled["resolvedBlockers"] = {{{"id", "compliance:data-residency"},
                                  {"object", "data residency"},
                                  {"status", "BLOCKER_STATUS_RESOLVED"}}};
  EXPECT_EQ(Judged(settled).reason, DecisionReason::kKnownStateConflict);  // without words
  settled["resolvedBlockers"][0]["history"] = {
      {{"status", "BLOCKER_STATUS_RESOLVED"}, {"evidence", {{"turn", 3}, {"quote", "Okay."}}}}};
  EXPECT_EQ(Judged(settled).reason, DecisionReason::kChecksPassed);
}

TEST_F(JudgeTest, ASettledBlockerComesBackOnlyByWordsThatReopenIt) {
  request_.call->known.blockers = {{.id = "price:quote",
                                    .category = deal::BlockerCategory::kPrice,
                                    .object = "quote",
                                    .status = deal::BlockerStatus::kResolved}};
  EXPECT_EQ(Judged(GoodAnalysis()).reason, DecisionReason::kKnownStateConflict);
  Json reopened = GoodAnalysis();
  reopened["openBlockers"][0]["history"].push_back(
      {{"status", "BLOCKER_STATUS_REOPENED"},
       {"evidence", {{"turn", 1}, {"quote", "The price is too high"}}}});
  EXPECT_EQ(Judged(reopened).reason, DecisionReason::kChecksPassed);
}

TEST_F(JudgeTest, KnownDecidersMayNotVanish) {
  request_.call->known.stakeholders = {
      {.name = "Omar Haddad", .role = deal::StakeholderRole::kApprover}};
  const Verdict verdict = Judged(GoodAnalysis());
  EXPECT_EQ(verdict.reason, DecisionReason::kKnownStateConflict);
  EXPECT_THAT(verdict.explanation, HasSubstr("Omar Haddad"));
  Json kept = GoodAnalysis();
  kept["stakeholders"].push_back({{"name", "Omar Haddad"}});
  EXPECT_EQ(Judged(kept).reason, DecisionReason::kChecksPassed);
  request_.call->known.stakeholders[0].name = "Miss Dana";  // the call has her as Dana Wells
  EXPECT_EQ(Judged(GoodAnalysis()).reason, DecisionReason::kChecksPassed);
}

TEST_F(JudgeTest, LeakedReasoningFails) {
  const Request general = GeneralRequest("Name a colour.");
  for (const char* leak : {"Blue.</think>", "<think>the sky</think> Blue", "Blue<|channel|>final",
                           "Okay, the user wants a colour. Blue.", "assistantfinal Blue"}) {
    EXPECT_EQ(Judged(general, leak).reason, DecisionReason::kLeakedReasoning) << leak;
  }
}

TEST_F(JudgeTest, AnEchoOfTheInstructionsFails) {
  Request general = GeneralRequest("Name a colour.");
  const std::string instructions =
      "You are a terse assistant of Birch Foods and you never mention prices or discounts to "
      "anybody.";
  general.messages.insert(general.messages.begin(),
                          {.role = Role::kSystem, .content = instructions});
  EXPECT_EQ(Judged(general, absl::StrCat("Blue. ", instructions)).reason,
            DecisionReason::kLeakedReasoning);
}

TEST_F(JudgeTest, StyleRulesAreKept) {
  Request general = GeneralRequest("Write to Dana.");
  general.contract.forbidden_phrases = {"discount", "[Name]"};
  general.contract.required_phrases = {"Dana|Ms Wells"};
  general.contract.max_words = 8;
  EXPECT_EQ(Judged(general, "Dana, a discount is possible.").reason,
            DecisionReason::kStyleViolation);
  EXPECT_EQ(Judged(general, "Dear [name], Dana.").reason, DecisionReason::kStyleViolation);
  EXPECT_EQ(Judged(general, "Hello there.").reason, DecisionReason::kStyleViolation);
  EXPECT_EQ(Judged(general, "Dana, one two three four five six seven eight.").reason,
            DecisionReason::kStyleViolation);
  // The bare word is not the placeholder.
  EXPECT_NE(Judged(general, "Ms Wells, your name is noted.").reason,
            DecisionReason::kStyleViolation);
}

TEST_F(JudgeTest, LoremIpsumIsAPlaceholderUnlessItIsSpokenOf) {
  Json analysis = GoodAnalysis();
  analysis["nextStep"]["description"] = "replace the lorem ipsum";
  EXPECT_EQ(Judged(analysis).reason, DecisionReason::kStyleViolation);
  request_.call->transcript.turns[2].text += " And replace the lorem ipsum, and [Name].";
  EXPECT_NE(Judged(analysis).reason, DecisionReason::kStyleViolation);
  analysis["nextStep"]["description"] = "replace the lorem ipsum and [Name]";
  EXPECT_EQ(Judged(analysis).reason, DecisionReason::kStyleViolation);
}

TEST_F(JudgeTest, AnotherLanguageThanTheContractsFails) {
  Request general = GeneralRequest("Write to Dana.");
  general.contract.language = "en";
  EXPECT_EQ(Judged(general, "Wir haben das Angebot für Sie und die Preise sind nicht hoch.").reason,
            DecisionReason::kStyleViolation);
}

TEST_F(JudgeTest, AnAnswerThatLeavesOutWhatTheCallSpeaksOfScoresLow) {
  const Verdict verdict = Judged(Json{{"confidence", 0.4}});
  EXPECT_TRUE(verdict.gates_passed);
  EXPECT_EQ(verdict.reason, DecisionReason::kLowScore);
}

TEST_F(JudgeTest, ContractsThatCannotBeCheckedAreRefusedByField) {
  const auto refusal = [&](const char* schema) { return judge_.Validate({.json_schema = schema}); };
  EXPECT_THAT(refusal("{"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("contract.json_schema")));
  EXPECT_THAT(refusal("[]"), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(refusal(R"({"$ref":"http://example.com/x"})"),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(refusal(R"({"allOf":[{"$ref":"#"}]})"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("cycle")));
  EXPECT_THAT(refusal(R"({"$ref":"#/definitions/none"})"),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(refusal(R"({"properties":{"a":{"pattern":"(a+)+\\1"}}})"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("RE2")));
  EXPECT_OK(refusal(R"({"properties":{"child":{"$ref":"#"}}})"));
}

TEST_F(JudgeTest, PatternsAreMatchedInLinearTime) {
  Request general = GeneralRequest("Answer in JSON.");
  general.contract.json_schema =
      R"({"type":"object","properties":{"a":{"type":"string","pattern":"^(x+)+$"},)"
      R"("list":{"type":"array","items":{"$ref":"#/definitions/day"}}},)"
      R"("definitions":{"day":{"type":"string","pattern":"^[0-9]{4}-[0-9]{2}$"}}})";
  EXPECT_NE(Judged(general, R"({"a":"xxx","list":["2026-03"]})").reason,
            DecisionReason::kSchemaViolation);
  EXPECT_EQ(Judged(general, R"({"a":"xxx","list":["March"]})").reason,
            DecisionReason::kSchemaViolation);
  const std::string hostile = Json{{"a", std::string(50'000, 'x') + "!"}}.dump();
  EXPECT_EQ(Judged(general, hostile).reason, DecisionReason::kSchemaViolation);
}

TEST_F(JudgeTest, ContractFieldsHoldForAnyJsonAnswer) {
  Request general = GeneralRequest("Extract the buyer.");
  general.contract.sources = {"Ana Ruiz of Contoso bought 3 pumps."};
  general.contract.fields = {{.path = "people[].name", .rule = FieldRule::kName},
                             {.path = "quote", .rule = FieldRule::kQuote}};
  EXPECT_NE(Judged(general, R"({"people":[{"name":"Ana Ruiz"}],"quote":"bought 3 pumps"})").reason,
            DecisionReason::kUngroundedName);
  EXPECT_EQ(Judged(general, R"({"people":[{"name":"Ana Ruiz"},{"name":"Bob"}]})").reason,
            DecisionReason::kUngroundedName);
  EXPECT_EQ(Judged(general, R"({"quote":"sold 3 pumps"})").reason,
            DecisionReason::kUngroundedQuote);
}

TEST_F(JudgeTest, ANameThatOnlyOwnsSomethingIsAName) {
  Request general = GeneralRequest("Extract the buyer.");
  general.contract.fields = {{.path = "name", .rule = FieldRule::kName}};
  for (const char* source : {"Aunt Win's back on the 20th.", "It is (Win\xE2\x80\x99s) cheque."}) {
    general.contract.sources = {source};
    EXPECT_NE(Judged(general, R"({"name":"Win"})").reason, DecisionReason::kUngroundedName)
        << source;
  }
  general.contract.sources = {"She wins it, that's sure; the wins' day."};
  EXPECT_EQ(Judged(general, R"({"name":"Win"})").reason, DecisionReason::kUngroundedName);
}

TEST_F(JudgeTest, PlainTextNumbersAreGroundedOnRequest) {
  Request general = GeneralRequest("How many pumps?");
  general.contract.sources = {"They bought three pumps for $1,200 on March 5."};
  general.contract.ground_numbers = true;
  EXPECT_NE(Judged(general, "3 pumps for 1200 dollars on March 5.").reason,
            DecisionReason::kUngroundedNumber);
  EXPECT_EQ(Judged(general, "They paid 1300 dollars.").reason, DecisionReason::kUngroundedNumber);
}

}  // namespace
}  // namespace throughline::router
