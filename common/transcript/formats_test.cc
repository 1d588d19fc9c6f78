// One invented call in each format, read from bytes to people.
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "common/transcript/parse.h"
#include "common/transcript/samples_for_test.h"
#include "common/transcript/spoken_for_test.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace throughline::transcript {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Transcript Parsed(absl::string_view text) {
  absl::StatusOr<Transcript> transcript = Parse(text, ParseOptions());
  EXPECT_TRUE(transcript.ok()) << transcript.status();
  return transcript.ok() ? *std::move(transcript) : Transcript();
}

// "Name/title/organization/side/presence" of every participant.
std::vector<std::string> Who(const Transcript& transcript) {
  constexpr const char* kSides[] = {"?", "seller", "customer"};
  constexpr const char* kPresences[] = {"?", "present", "invited", "mentioned"};
  std::vector<std::string> people;
  for (const Participant& person : transcript.participants) {
    people.push_back(person.name + "/" + person.title + "/" + person.organization + "/" +
                     kSides[static_cast<int>(person.side)] + "/" +
                     kPresences[static_cast<int>(person.presence)]);
  }
  return people;
}

absl::Time Day(int year, int month, int day) {
  return absl::FromCivil(absl::CivilDay(year, month, day), absl::UTCTimeZone());
}

TEST(FormatsTest, PlainTextHasItsHeaderAndKeepsAsidesInsideTurns) {
  const Transcript call = Parsed(samples::kPlain);
  EXPECT_EQ(call.format, Format::kPlain);
  EXPECT_EQ(call.title, "Brightkiln for Osprey Dairy - kickoff");
  EXPECT_EQ(call.occurred_at, Day(2026, 3, 3));
  EXPECT_THAT(
      Spoken(call),
      ElementsAre("Wes Lindqvist: Morning Nadia. Is Tom coming?",
                  "Nadia Volkov: He's not. Two things, then. Note: the second one is about "
                  "money. We start at 10:30 sharp on the line, so let's be quick.",
                  "Wes Lindqvist: Go ahead.", "Nadia Volkov: The quote is above what I can sign."));
  EXPECT_THAT(Who(call),
              ElementsAre("Nadia Volkov/Operations Director/Osprey Dairy/customer/present",
                          "Tom Akers/Plant Controller/Osprey Dairy/customer/invited",
                          "Wes Lindqvist/Account Executive/Brightkiln/seller/present"));
}

TEST(FormatsTest, BracketsGiveTimesTitlesAndTheSeller) {
  const Transcript call = Parsed(samples::kBracketed);
  EXPECT_EQ(call.format, Format::kBracketed);
  EXPECT_EQ(call.title, "Lanternfield and Corvid Press");
  EXPECT_EQ(call.occurred_at, Day(2026, 2, 11));
  EXPECT_THAT(Spoken(call), ElementsAre("Mei Tanaka: Can you see my screen?",
                                        "Oscar Bright: Yes. Question: who owns the data?",
                                        "Mei Tanaka: You do."));
  EXPECT_EQ(call.turns[2].start, absl::Seconds(62));
  EXPECT_THAT(Who(call), ElementsAre("Mei Tanaka/Sales Engineer/Lanternfield/seller/present",
                                     "Oscar Bright/Production Manager//customer/present"));
}

TEST(FormatsTest, ZoomCuesOfOneSpeakerAreOneTurn) {
  const Transcript call = Parsed(samples::kZoom);
  EXPECT_EQ(call.format, Format::kWebVtt);
  EXPECT_THAT(Spoken(call), ElementsAre("Priya Raman: So the pilot ended, and we liked it.",
                                        "Glen Foster: Good to hear & thanks."));
  EXPECT_EQ(call.turns[0].start, absl::Seconds(1));
  EXPECT_EQ(call.turns[0].end, absl::Milliseconds(5500));
}

TEST(FormatsTest, TeamsNamesAreTurnedAroundAndGuestsStripped) {
  const Transcript call = Parsed(samples::kTeams);
  EXPECT_EQ(call.format, Format::kWebVtt);
  EXPECT_THAT(Spoken(call), ElementsAre("Ana Rivera: We need legal to look at clause nine.",
                                        "Kit Boyd: Which clause?"));
}

TEST(FormatsTest, SubtitlesWithoutANameGoOnWithTheLastSpeaker) {
  const Transcript call = Parsed(samples::kSrt);
  EXPECT_EQ(call.format, Format::kSrt);
  EXPECT_THAT(Spoken(call),
              ElementsAre("Ida Holm: I'm Ida Holm, from Tidewater. How many sites do you have?",
                          "Rex Okafor: Nine. I'm head of facilities."));
  EXPECT_EQ(call.participants[0].organization, "Tidewater");
  EXPECT_EQ(call.participants[1].title, "head of facilities");
}

TEST(FormatsTest, OtterPutsSpeakerAndTimeAboveTheWords) {
  const Transcript call = Parsed(samples::kOtter);
  EXPECT_EQ(call.format, Format::kOtter);
  EXPECT_EQ(call.title, "Quarterly check-in");
  EXPECT_EQ(call.occurred_at, Day(2026, 1, 16));
  EXPECT_THAT(Spoken(call),
              ElementsAre("Lena Fuchs: We meet again. It starts at 10:30 for you, right?",
                          "Abe Stern: Right.", ": Hello?"));
  EXPECT_EQ(call.turns[1].start, absl::Seconds(12));
}

TEST(FormatsTest, TimeAndSpeakerMayStandTheOtherWayRound) {
  const Transcript call = Parsed(
      "0:00 - Inez Roa (Saltmarsh)\n  Thanks for joining.\n\n0:05 - Carl Dietz\n  Sure. "
      "Until 10:30.\n\n0:09 - Inez Roa (Saltmarsh)\n  Fine.\n");
  EXPECT_EQ(call.format, Format::kOtter);
  EXPECT_THAT(Spoken(call), ElementsAre("Inez Roa: Thanks for joining.",
                                        "Carl Dietz: Sure. Until 10:30.", "Inez Roa: Fine."));
  EXPECT_EQ(call.participants[0].organization, "Saltmarsh");
}

TEST(FormatsTest, CaptionsMayMarkSpeakersInTheirOwnWays) {
  const Transcript call = Parsed(
      "WEBVTT - Discovery\n\nNOTE\nDate: 2026-05-06\n\n00:01.000 --> 00:02.000\n- Hello.\n- Hi "
      "there.\n\n00:03.000 --> 00:04.000\n>> JO SMITH: We need it\nby June.\n\n"
      "00:05.000 --> 00:06.000\n(Laura Diaz)\nBy June it is. (laughter)\n");
  EXPECT_EQ(call.title, "Discovery");
  EXPECT_EQ(call.occurred_at, Day(2026, 5, 6));
  EXPECT_THAT(Spoken(call), ElementsAre(": Hello.", ": Hi there.", "Jo Smith: We need it by June.",
                                        "Laura Diaz: By June it is. (laughter)"));
}

TEST(FormatsTest, TextInsideJsonIsReadAsText) {
  const Transcript call =
      Parsed(R"({"title": "Sync", "date": "2026-01-02", "transcript": "Ana: Hi.\nBo: Yes."})");
  EXPECT_EQ(call.format, Format::kPlain);
  EXPECT_EQ(call.occurred_at, Day(2026, 1, 2));
  EXPECT_THAT(Spoken(call), ElementsAre("Ana: Hi.", "Bo: Yes."));
}

TEST(FormatsTest, MeetBurstsAreJoinedAroundTheInterjection) {
  const Transcript call = Parsed(samples::kMeet);
  EXPECT_EQ(call.format, Format::kGoogleMeet);
  EXPECT_THAT(Spoken(call), ElementsAre("Finn Doyle: so the price you gave us is fine",
                                        "Soo Park: yeah", "Soo Park: Great.", "Finn Doyle: Bye."));
  EXPECT_EQ(call.turns.back().start, absl::Minutes(5));
}

TEST(FormatsTest, GongPartiesGiveTitlesSidesAndWhoOnlyWasInvited) {
  const Transcript call = Parsed(samples::kGong);
  EXPECT_EQ(call.format, Format::kGong);
  EXPECT_EQ(call.title, "Quillmark review");
  EXPECT_EQ(call.occurred_at, Day(2026, 1, 9) + absl::Hours(15));
  EXPECT_THAT(Spoken(call), ElementsAre("Joel Marsh: Hello Petra. How is audit season?",
                                        "Petra Novak: Long.", "Speaker 1: Very."));
  EXPECT_EQ(call.turns[1].start, absl::Milliseconds(4200));
  EXPECT_THAT(Who(call), ElementsAre("Joel Marsh/AE//seller/present",
                                     "Petra Novak/Head of Audit//customer/present",
                                     "Ivo Kral///customer/invited", "Speaker 1///?/present"));
}

TEST(FormatsTest, FirefliesEmailsFindTheirSpeakersAndInvitees) {
  const Transcript call = Parsed(samples::kFireflies);
  EXPECT_EQ(call.format, Format::kFireflies);
  EXPECT_EQ(call.occurred_at, Day(2026, 1, 1));
  EXPECT_THAT(Spoken(call),
              ElementsAre("Max Ode: Hi Rita.", "Rita Lowe: Hi. Helen Grant decides this."));
  EXPECT_THAT(Who(call), ElementsAre("Max Ode///seller/present", "Rita Lowe///customer/present",
                                     "Helen Grant///customer/invited"));
  EXPECT_EQ(call.participants[1].email, "rlowe@fernhill.example");
}

TEST(FormatsTest, AMailboxHasNoAccentsAndMayBeAFirstName) {
  const Transcript call = Parsed(R"({"data":{"transcript":{"title":"x",
      "participants":["rodrigo.pena@oja.example","valentina@oja.example"],
      "sentences":[{"index":0,"speaker_name":"Rodrigo Peña","text":"Hi. Valentina is away."},
                   {"index":1,"speaker_name":"Rodrigo Peña","text":"And so Valentina signs, and Valentina pays."}]}}})");
  EXPECT_THAT(Who(call),
              ElementsAre(testing::StartsWith("Rodrigo Peña/"), testing::StartsWith("Valentina/")));
}

TEST(FormatsTest, GrainCountsInMilliseconds) {
  const Transcript call = Parsed(samples::kGrain);
  EXPECT_EQ(call.format, Format::kGrain);
  EXPECT_EQ(call.occurred_at, Day(2026, 4, 2));
  EXPECT_THAT(Spoken(call), ElementsAre("Ugo Bassi: Shall we?", "Kay Lunn: Yes."));
  EXPECT_EQ(call.turns[1].start, absl::Seconds(200));
}

TEST(FormatsTest, GranolaKnowsOnlyMeAndThem) {
  const Transcript call = Parsed(samples::kGranola);
  EXPECT_EQ(call.format, Format::kGranola);
  EXPECT_EQ(call.title, "Harbor intro");
  EXPECT_FALSE(call.occurred_at.has_value()) << "a date without a year is no date";
  EXPECT_THAT(Spoken(call), ElementsAre("Them: We run on spreadsheets.",
                                        "Me: How many people touch them?", "Them: Forty."));
  EXPECT_EQ(FindParticipant(call, "Them")->side, Side::kCustomer);
  EXPECT_EQ(FindParticipant(call, "Me")->side, Side::kSeller);
}

TEST(FormatsTest, WhisperHasNoSpeakers) {
  const Transcript call = Parsed(samples::kWhisper);
  EXPECT_EQ(call.format, Format::kWhisper);
  EXPECT_THAT(Spoken(call), ElementsAre(": Hello there.", ": We should talk price."));
  EXPECT_THAT(call.participants, IsEmpty());
  EXPECT_THAT(call.warnings, ElementsAre(HasSubstr("nobody is named")));
}

TEST(FormatsTest, ChatRolesAreSidesAndInstructionsAreNotSpoken) {
  const Transcript call = Parsed(samples::kChat);
  EXPECT_EQ(call.format, Format::kChat);
  EXPECT_THAT(Spoken(call), ElementsAre("User: Our budget is frozen.", "Assistant: Until when?"));
  EXPECT_EQ(FindParticipant(call, "User")->side, Side::kCustomer);
  EXPECT_THAT(call.warnings, ElementsAre(HasSubstr("1 system")));
}

TEST(FormatsTest, ProseWithoutSpeakersIsReadOnRequestOnly) {
  EXPECT_THAT(std::string(Parse(samples::kProse, {}).status().message()),
              HasSubstr("transcript: expected speakers as in \"Name: text\""));
  ParseOptions options;
  options.format = Format::kUnattributed;
  const absl::StatusOr<Transcript> parsed = Parse(samples::kProse, options);
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  const Transcript& call = *parsed;
  EXPECT_EQ(call.format, Format::kUnattributed);
  EXPECT_THAT(Spoken(call),
              ElementsAre(": They talked about the rollout for a while. It went well.",
                          ": Then the budget came up."));
}

TEST(FormatsTest, EveryFormatCanBeAskedForByItsName) {
  ParseOptions options;
  options.format = Format::kSrt;
  EXPECT_TRUE(Parse(samples::kSrt, options).ok());
  EXPECT_THAT(std::string(Parse(samples::kPlain, options).status().message()),
              HasSubstr("expected srt"));
  options.format = Format::kGong;
  EXPECT_THAT(std::string(Parse(samples::kFireflies, options).status().message()),
              HasSubstr("expected the JSON of gong"));
}

}  // namespace
}  // namespace throughline::transcript
