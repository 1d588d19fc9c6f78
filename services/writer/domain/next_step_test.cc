#include "services/writer/domain/next_step.h"

#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"

namespace throughline::writer {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kPromise[] = "So you'll have a letter, the certificates and the price in shillings.";

EmailTask LetterTask() {
  EmailTask task;
  task.call.call_id = "call-2";
  task.call.transcript.turns = {
      {.index = 0, .speaker = "Faith Mutua", .text = "I need three things."},
      {.index = 1, .speaker = "Lukas Brandl", .text = kPromise},
      {.index = 2, .speaker = "Wanjiru Kamau", .text = "Good."}};
  task.call.transcript.participants = {{.name = "Faith Mutua", .side = transcript::Side::kCustomer},
                                       {.name = "Wanjiru Kamau"},
                                       {.name = "Lukas Brandl", .side = transcript::Side::kSeller}};
  task.analysis.follow_up.recipient = "Faith Mutua";
  task.analysis.next_step = deal::NextStep{
      .evidence = {.call_id = "call-2", .turn = 1, .speaker = "Lukas Brandl", .quote = kPromise}};
  return task;
}

deal::Email Draft(std::string action = "Could you confirm by Friday?") {
  return {.to = {{.name = "Faith Mutua"}},
          .body = absl::StrCat("Hi Faith,\nWhat is left is the order.\n\n", action,
                               "\n\nBest,\nLukas")};
}

TEST(WithNextStepTest, APromiseTheDraftForgotIsKeptInItsWords) {
  const deal::Email email = WithNextStep(LetterTask(), Draft());
  EXPECT_EQ(
      email.body,
      "Hi Faith,\nWhat is left is the order.\n\nAs I said on the call: \"you'll have a letter, "
      "the certificates and the price in shillings.\" Could you confirm by Friday?\n\n"
      "Best,\nLukas");
  ASSERT_THAT(email.claims, SizeIs(1));
  EXPECT_EQ(email.claims[0].evidence[0].turn, 1);
}

TEST(WithNextStepTest, WhatTheBodySaysIsNotSaidAgain) {
  const deal::Email draft = Draft("You get a letter, certificates and the price in shillings.");
  EXPECT_EQ(WithNextStep(LetterTask(), draft).body, draft.body);
  deal::Email claimed = Draft();
  claimed.claims = {
      {.text = "Hi Faith,", .evidence = {{.turn = 1, .quote = "you'll have a letter"}}}};
  EXPECT_EQ(WithNextStep(LetterTask(), claimed).body, claimed.body);
}

TEST(WithNextStepTest, WhatWasSaidToAnotherStaysOut) {
  EmailTask task = LetterTask();
  task.analysis.follow_up.recipient = "Wanjiru Kamau";
  EXPECT_THAT(WithNextStep(task, Draft()).claims, SizeIs(1)) << "who answers it was spoken to";
  task.call.transcript.turns[2].speaker = "Faith Mutua";
  EXPECT_THAT(WithNextStep(task, Draft()).claims, IsEmpty());
  task = LetterTask();
  task.analysis.next_step->evidence.quote =
      "I'll send you the letter and the certificates, Wanjiru, tonight.";
  EXPECT_THAT(WithNextStep(task, Draft()).claims, IsEmpty());
}

TEST(WithNextStepTest, OnlyAPromiseOfTheSellersSideThatSaysSomethingCounts) {
  for (const char* words :
       {"You'll have it by Friday.", "Shall I send you the letter and the price?",
        "A letter, certificates and the price."}) {
    EmailTask task = LetterTask();
    task.analysis.next_step->evidence.quote = words;
    EXPECT_THAT(WithNextStep(task, Draft()).claims, IsEmpty()) << words;
  }
  EmailTask customers = LetterTask();
  customers.call.transcript.participants[2].side = transcript::Side::kCustomer;
  EXPECT_THAT(WithNextStep(customers, Draft()).claims, IsEmpty());
}

TEST(WithNextStepTest, AFullBodyStaysAsItIs) {
  std::string words;
  for (int i = 0; i < 130; ++i) absl::StrAppend(&words, "word ");
  EXPECT_THAT(WithNextStep(LetterTask(), Draft(words)).claims, IsEmpty());
}

}  // namespace
}  // namespace throughline::writer
