#include "services/router/domain/extractive/analysis/person_model.h"

#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/router/domain/extractive/analysis/spoken_of.h"

namespace throughline::router::extractive {
namespace {

using transcript::Side;

class PersonModelTest : public testing::Test {
 protected:
  explicit PersonModelTest(std::string text =
                               "It is signed by our chief risk officer, Rita Maas, "
                               "and Ben checks it. She signs on Mondays.") {
    input_.transcript.participants = {
        {"Ada Lind", "", "Buyer", "", Side::kCustomer},
        {"Ben Osei", "", "Buyer", "", Side::kCustomer, transcript::Presence::kPresent}};
    input_.transcript.turns = {{.index = 0, .speaker = "Ada Lind", .text = std::move(text)}};
  }

  // The words of sentence `sentence` about somebody.
  std::set<std::string> WordsAbout(const CallView& call, size_t sentence, absl::string_view name) {
    SpokenOfFinder finder(call);
    SpokenOf spoken;
    for (size_t i = 0; i <= sentence; ++i) spoken = finder.Of(0, i);
    std::set<std::string> words;
    ForEachWordAbout(call, 0, sentence, spoken, *call.people.Find(name),
                     [&](absl::string_view word) { words.emplace(word); });
    return words;
  }

  CallInput input_;
};

TEST_F(PersonModelTest, ReadsTheNameBehindAnOffice) {
  const CallView call = ReadCall(Tier::kDeep, input_);
  EXPECT_THAT(WordsAbout(call, 0, "Rita"), testing::IsSupersetOf({"olb:signed_by", "orb:and_@o"}));
  EXPECT_THAT(WordsAbout(call, 0, "Ben"), testing::Contains("orb:checks_it"));
}

TEST_F(PersonModelTest, APronounContinuesThePersonNamedLast) {
  input_.transcript.turns[0].text = "It goes to Rita Maas, our controller. She signs on Mondays.";
  const CallView call = ReadCall(Tier::kDeep, input_);
  EXPECT_THAT(WordsAbout(call, 1, "Rita"), testing::Contains("or1:signs"));
}

TEST_F(PersonModelTest, TheyMeansTheBoardNamedLast) {
  input_.transcript.turns[0].text = "Over that it's the board. They sign on Mondays.";
  const CallView call = ReadCall(Tier::kDeep, input_);
  ASSERT_TRUE(call.people.all().back().body);
  SpokenOfFinder finder(call);
  finder.Of(0, 0);
  EXPECT_EQ(finder.Of(0, 1).People(), std::vector<size_t>{call.people.all().size() - 1});
  EXPECT_TRUE(SpokenOfFinder(call).Of(0, 1).places.empty()) << "nobody was named";
}

TEST_F(PersonModelTest, AnOfficeMeansTheOnlyOneWhoHasIt) {
  input_.transcript.participants.push_back(
      {"Kari Fosse", "General Manager", "Buyer", "", Side::kCustomer});
  input_.transcript.turns[0].text = "Over ten thousand it stops at the general manager. She signs.";
  const CallView call = ReadCall(Tier::kDeep, input_);
  EXPECT_THAT(WordsAbout(call, 0, "Kari"), testing::Contains("ol1:the"));
  EXPECT_THAT(WordsAbout(call, 1, "Kari"), testing::Contains("or1:signs"));
  input_.transcript.participants.push_back(
      {"Rolf Berg", "General Manager, North", "Buyer", "", Side::kCustomer});
  const CallView several = ReadCall(Tier::kDeep, input_);
  EXPECT_TRUE(SpokenOfFinder(several).Of(0, 0).places.empty());
}

TEST_F(PersonModelTest, ACommitteeIsItsWholeName) {
  input_.transcript.turns[0].text = "It is decided by the investment committee.";
  const CallView call = ReadCall(Tier::kDeep, input_);
  EXPECT_THAT(WordsAbout(call, 0, "investment committee"), testing::Contains("ol2:by"));
}

TEST_F(PersonModelTest, WhoIsSpokenToIsNotSpokenOf) {
  input_.transcript.turns[0].text = "She signs it on Monday, Ben.";
  const CallView call = ReadCall(Tier::kDeep, input_);
  EXPECT_TRUE(SpokenOfFinder(call).Of(0, 0).places.empty());
}

TEST_F(PersonModelTest, WeighsTheWordsOfEachPerson) {
  const auto model = PersonModel::Parse("bias\t0:-40\nolb:signed_by\t0:200\n");
  ASSERT_TRUE(model.ok()) << model.status();
  const CallView call = ReadCall(Tier::kDeep, input_);
  ScoredSentence signs{.line = 0, .sentence = 0, .customer = true};
  signs.scores.act[static_cast<size_t>(Act::kSignOther)] = 1;
  const std::vector<PersonScore> scores =
      model->Score(call, {signs}, WhomSentencesMean(call, {signs}));
  EXPECT_GT(scores[*call.people.Find("Rita")].log_odds, 0);
  EXPECT_TRUE(scores[*call.people.Find("Rita")].heard);
  EXPECT_FLOAT_EQ(scores[*call.people.Find("Ben")].log_odds, -1);
  EXPECT_FALSE(scores[*call.people.Find("Ben")].heard);
}

TEST_F(PersonModelTest, APronounMeansWhomItFits) {
  input_.transcript.turns[0].text =
      "Mrs Berg reads it, and Mr Moe presents it to the board as his. But she signs.";
  const CallView call = ReadCall(Tier::kDeep, input_);
  SpokenOfFinder finder(call);
  finder.Of(0, 0);
  EXPECT_EQ(finder.Of(0, 1).People(), std::vector<size_t>{*call.people.Find("Berg")});
}

TEST_F(PersonModelTest, APronounTeachesWhoIsMeantLater) {
  input_.transcript.turns[0].text =
      "Robin Maas reads it before she signs. Ben Osei pays it when he can. Then it is hers.";
  const CallView call = ReadCall(Tier::kDeep, input_);
  SpokenOfFinder finder(call);
  finder.Of(0, 0);
  finder.Of(0, 1);
  EXPECT_EQ(finder.Of(0, 2).People(), std::vector<size_t>{*call.people.Find("Robin")});
}

TEST_F(PersonModelTest, TellsWhatASentenceSaysOfEach) {
  const auto model = PersonModel::Parse("bias\t4:80\nolb:signed_by\t1:400\norb:checks_it\t2:400\n");
  ASSERT_TRUE(model.ok()) << model.status();
  const CallView call = ReadCall(Tier::kDeep, input_);
  ScoredSentence signs{.line = 0, .sentence = 0, .customer = true, .place = 0.5F};
  signs.scores.act[static_cast<size_t>(Act::kSignOther)] = 1;
  const std::vector<PersonScore> scores =
      model->Score(call, {signs}, WhomSentencesMean(call, {signs}));
  const SaidOfSigning& rita = scores[*call.people.Find("Rita")].said;
  const SaidOfSigning& ben = scores[*call.people.Find("Ben")].said;
  EXPECT_GT(rita.most[0], 0.9F);
  EXPECT_LT(rita.most[1], 0.1F);
  EXPECT_GT(ben.most[1], 0.9F);
  EXPECT_LT(ben.most[0], 0.1F);
  EXPECT_GT(rita.sum[0], rita.late[0]);
  EXPECT_EQ(scores[*call.people.Find("Ada")].said.most[0], 0) << "she only says it";
}

TEST_F(PersonModelTest, TheAnswerToWhoDecidesTellsOfIt) {
  input_.transcript.participants.push_back({"Sam Hill", "", "Seller", "", Side::kSeller});
  input_.transcript.turns = {
      {.index = 0, .speaker = "Sam Hill", .text = "And who makes the final decision, Ada?"},
      {.index = 1, .speaker = "Ada Lind", .text = "Rita Maas."}};
  const CallView call = ReadCall(Tier::kDeep, input_);
  const ScoredSentence answer{.line = 1, .sentence = 0, .customer = true};
  EXPECT_EQ(SayingsOfPeople(call, {answer}, WhomSentencesMean(call, {answer})).size(), 2);
  input_.transcript.turns[0].text = "And who is that, Ada?";
  const CallView other = ReadCall(Tier::kDeep, input_);
  EXPECT_TRUE(SayingsOfPeople(other, {answer}, WhomSentencesMean(other, {answer})).empty());
}

TEST_F(PersonModelTest, TheBuiltInWeightsFollowTheFormat) { BuiltinPersonModel(); }

}  // namespace
}  // namespace throughline::router::extractive
