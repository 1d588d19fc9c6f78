#include "services/router/domain/extractive/analysis/judgement.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace throughline::router::extractive {
namespace {

std::string Zeros(size_t count) {
  std::string row;
  for (size_t i = 0; i < count; ++i) absl::StrAppend(&row, "0 ");
  return row;
}

// A model in which nothing weighs anything but the bias of the first subject.
std::string Text() {
  std::string text;
  for (const char* name : {"open", "settled", "primary"}) {
    absl::StrAppend(&text, name, ".bias\t2 ", Zeros(kSubjects - 1), "\n", name, ".weights\t",
                    Zeros(kSubjectFeatures), "\n");
  }
  absl::StrAppend(&text, "nothing.bias\t1\nnothing.largest\t", Zeros(kSubjectFeatures),
                  "\nnothing.mean\t", Zeros(kSubjectFeatures), "\n");
  absl::StrAppend(&text, "decides.bias\t-1\ndecides.weights\t1 ", Zeros(kPersonFeatures - 1),
                  "\nbeside.bias\t0\nbeside.weights\t1 0 0 -2 ", Zeros(7),
                  "\nopen.least\t0.6\ndecides.least\t0.7\n");
  return text;
}

TEST(JudgementModel, WeighsFeaturesPerSubjectAndPerson) {
  const auto model = JudgementModel::Parse(Text());
  ASSERT_TRUE(model.ok()) << model.status();
  const auto judged = model->Judge({});
  EXPECT_GT(judged.subjects[0].open, model->least_open());
  EXPECT_FLOAT_EQ(judged.subjects[1].open, 0.5F);
  EXPECT_EQ(judged.First(), 0U);
  EXPECT_FALSE(judged.NothingIsOpen()) << "its bias is smaller than that of the first subject";
}

// In this model each other who is likely to decide speaks against a person.
TEST(JudgementModel, WhoDecidesIsWeighedBesideTheOthers) {
  const auto model = JudgementModel::Parse(Text());
  ASSERT_TRUE(model.ok()) << model.status();
  const PersonFeatures silent{};
  PersonFeatures signs{}, proposes{};
  signs[0] = 5;
  proposes[0] = 2;
  EXPECT_GT(model->Decide({&proposes})[0], model->least_decides());
  const std::vector<float> decide = model->Decide({&silent, &signs, &proposes});
  EXPECT_LT(decide[0], model->least_decides());
  EXPECT_GT(decide[1], model->least_decides());
  EXPECT_LT(decide[2], model->least_decides());
}

TEST(JudgementModel, TreesCorrectWhatFeaturesSayTogether) {
  // Whoever has more than 1 of feature 2 and at most 0.5 of feature 3 does not decide.
  const char kTree[] = "decides.tree.00\t2 1 1 2 -1 0 0 0 3 0.5 3 4 -1 -9 0 0 -1 0 0 0\n";
  const auto model = JudgementModel::Parse(absl::StrCat(Text(), kTree));
  ASSERT_TRUE(model.ok()) << model.status();
  PersonFeatures person{};
  person[0] = 5;
  EXPECT_GT(model->Decide({&person})[0], model->least_decides());
  person[2] = 2;
  EXPECT_LT(model->Decide({&person})[0], model->least_decides());
  person[3] = 1;
  EXPECT_GT(model->Decide({&person})[0], model->least_decides());
  for (const char* broken : {"9999 1 1 2 -1 0 0 0 -1 0 0 0", "2 1 0 1 -1 0 0 0", "2 1 1", ""}) {
    const auto refused = JudgementModel::Parse(absl::StrCat(Text(), "decides.tree.00\t", broken));
    EXPECT_FALSE(refused.ok()) << broken;
  }
}

TEST(JudgementModel, AMissingRowIsNamed) {
  const auto model = JudgementModel::Parse("open.bias\t1 2 3\n");
  ASSERT_FALSE(model.ok());
  EXPECT_NE(model.status().message().find("open.bias"), absl::string_view::npos);
}

TEST(JudgementModel, SubjectsAndCategoriesMatch) {
  for (size_t s = 0; s < kSubjects; ++s) EXPECT_EQ(SubjectOf(CategoryOf(s)), s);
  EXPECT_EQ(SubjectOf(deal::BlockerCategory::kNone), kSubjects);
}

TEST(ReconcileDeciders, AClaimThatIsNotBorneOutIsNoRoleToRemember) {
  CallInput input;
  input.transcript.participants = {{"Ada Lind", "", "Buyer", "", transcript::Side::kCustomer}};
  const CallView call = ReadCall(Tier::kDeep, input);
  const deal::Stakeholder claims{.name = "Ada Lind", .role = deal::StakeholderRole::kEconomicBuyer};
  Authority authority{.decision_makers = {claims}, .everybody = {claims}};
  const auto model = JudgementModel::Parse(Text());
  ASSERT_TRUE(model.ok()) << model.status();
  ReconcileDeciders(call, {}, {}, {PersonFeatures{}}, *model, authority);
  EXPECT_TRUE(authority.decision_makers.empty());
  ASSERT_EQ(authority.everybody.size(), 1u);
  EXPECT_EQ(authority.everybody[0].role, deal::StakeholderRole::kInfluencer);
}

TEST(ReconcileDeciders, ABodyDecidesByWhatIsSaidOfIt) {
  CallInput input;
  input.transcript.participants = {{"Ada Lind", "", "Buyer", "", transcript::Side::kCustomer}};
  input.transcript.turns = {
      {.index = 0, .speaker = "Ada Lind", .text = "Over fifty it's the council. They vote on it."}};
  const CallView call = ReadCall(Tier::kDeep, input);
  ScoredSentence votes{.line = 0, .sentence = 1, .customer = true};
  votes.scores.act[static_cast<size_t>(Act::kSignOther)] = 1;
  ScoredSentence names{.line = 0, .sentence = 0, .customer = true};
  std::vector<PersonFeatures> features(call.people.all().size(), PersonFeatures{});
  ASSERT_TRUE(call.people.all().back().body);
  features.back()[0] = 3;
  Authority authority;
  const auto model = JudgementModel::Parse(Text());
  ASSERT_TRUE(model.ok()) << model.status();
  const std::vector<ScoredSentence> said = {names, votes};
  ReconcileDeciders(call, said, WhomSentencesMean(call, said), features, *model, authority);
  ASSERT_EQ(authority.decision_makers.size(), 1u);
  EXPECT_EQ(authority.decision_makers[0].name, "council");
  EXPECT_EQ(authority.decision_makers[0].authority_evidence.front().quote, "They vote on it.");
}

TEST(PutFirst, TheSubjectJudgedFirstLeads) {
  Entry price;
  price.blocker.category = deal::BlockerCategory::kPrice;
  Entry legal;
  legal.blocker.category = deal::BlockerCategory::kLegal;
  std::vector<const Entry*> open = {&price, &legal};
  CallJudgement judged;
  judged.subjects[SubjectOf(deal::BlockerCategory::kLegal)].primary = 0.9F;
  PutFirst(judged, open);
  EXPECT_EQ(open.front(), &legal);
}

}  // namespace
}  // namespace throughline::router::extractive
