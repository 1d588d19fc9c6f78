#include "common/wire/call_work.h"

#include <gmock/gmock.h>

#include "common/testing/status_matchers.h"
#include "throughline/deal/v1/deal.pb.h"

namespace throughline::wire {
namespace {

using ::testing::HasSubstr;

namespace router_v1 = throughline::router::v1;

grounding::CallContext SmallCall() {
  grounding::CallContext call{.customer_id = "acme", .call_id = "call-1"};
  call.transcript.turns = {{.index = 0, .speaker = "Ana", .text = "Too expensive."}};
  call.transcript.occurred_at = absl::UnixEpoch();
  call.customer_name = "Acme";
  call.known.facts = {{.id = "f1", .text = "They have four sites."}};
  return call;
}

TEST(CallWorkTest, AContextSurvivesTheRoundTripWithItsFacts) {
  ASSERT_OK_AND_ASSIGN(const grounding::CallContext read,
                       ReadCallContext(ToProto(SmallCall()), "context"));
  EXPECT_EQ(read.customer_id, "acme");
  EXPECT_EQ(read.transcript.turns.at(0).text, "Too expensive.");
  EXPECT_EQ(read.known.facts.at(0).id, "f1");
}

TEST(CallWorkTest, WhatIsMissingIsNamed) {
  const auto refused = [](auto change) {
    auto proto = ToProto(SmallCall());
    change(proto);
    return ReadCallContext(proto, "context").status();
  };
  EXPECT_THAT(refused([](auto& p) { p.clear_customer_id(); }),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("context.customer_id")));
  EXPECT_THAT(refused([](auto& p) { p.clear_call_id(); }),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("context.call_id")));
  EXPECT_THAT(refused([](auto& p) { p.mutable_transcript()->clear_turns(); }),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("transcript.turns")));
  EXPECT_THAT(refused([](auto& p) { p.mutable_transcript()->mutable_turns(0)->set_index(4); }),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("turns[0].index")));
  EXPECT_THAT(refused([](auto& p) { p.mutable_transcript()->clear_occurred_at(); }),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("occurred_at")));
}

std::string KeyFor(absl::string_view tenant, const grounding::CallContext& call,
                   router_v1::TaskKind task, absl::string_view addition = "") {
  router_v1::CompleteRequest request = MakeCompleteRequest(task, call, {});
  *request.mutable_call() = ToCallInput(call);
  Seal(tenant, addition, request);
  return request.idempotency_key();
}

TEST(CallWorkTest, TheKeyIsThatOfTheWorkAndOfNoOther) {
  const auto analyze = router_v1::TASK_KIND_ANALYZE_CALL;
  const std::string key = KeyFor("t", SmallCall(), analyze);
  EXPECT_LE(key.size(), 200u);
  EXPECT_EQ(key, KeyFor("t", SmallCall(), analyze));
  EXPECT_NE(key, KeyFor("other", SmallCall(), analyze));
  EXPECT_NE(key, KeyFor("t", SmallCall(), analyze, "An earlier draft was too long."));
  EXPECT_NE(key, KeyFor("t", SmallCall(), router_v1::TASK_KIND_EXTRACT_FACTS));
  grounding::CallContext other_words = SmallCall();
  other_words.transcript.turns[0].text = "Cheap enough.";
  EXPECT_NE(key, KeyFor("t", other_words, analyze));
}

TEST(CallWorkTest, AnAnswerWithAFieldTheTypeDoesNotKnowIsRefused) {
  throughline::deal::v1::Analysis analysis;
  EXPECT_OK(
      ParseAnswer(R"({"primaryReason": "because", "stage": "JOURNEY_STAGE_PILOT"})", &analysis));
  EXPECT_EQ(analysis.stage(), throughline::deal::v1::JOURNEY_STAGE_PILOT);
  EXPECT_THAT(ParseAnswer(R"({"mood": "great"})", &analysis),
              StatusIs(absl::StatusCode::kInternal, HasSubstr("throughline.deal.v1.Analysis")));
  EXPECT_THAT(ParseAnswer("Sure! Here is the JSON", &analysis),
              StatusIs(absl::StatusCode::kInternal));
}

TEST(CallWorkTest, AnAnswerIsReadFromItsTextOnlyWhereItIsNotThereAsAMessage) {
  router_v1::CompleteResponse response;
  response.set_text(R"({"subject": "Residency"})");
  throughline::deal::v1::Email email;
  ASSERT_OK(TakeAnswer(response, &email));
  EXPECT_EQ(email.subject(), "Residency");
  response.mutable_email()->set_subject("As it was made");
  ASSERT_OK(TakeAnswer(response, &email));
  EXPECT_EQ(email.subject(), "As it was made");
  // The answer to another question is none to this one.
  response.set_text("not JSON");
  throughline::deal::v1::Analysis analysis;
  EXPECT_THAT(TakeAnswer(response, &analysis), StatusIs(absl::StatusCode::kInternal));
}

}  // namespace
}  // namespace throughline::wire
