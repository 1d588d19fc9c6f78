// Who is who, and what happens with input that nobody should have sent.
#include "common/transcript/parse.h"

#include <random>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/transcript/samples_for_test.h"
#include "common/transcript/text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace throughline::transcript {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

absl::StatusOr<Transcript> ParseText(absl::string_view text) { return Parse(text, ParseOptions()); }

std::string ErrorOf(absl::string_view text) {
  const absl::StatusOr<Transcript> result = ParseText(text);
  EXPECT_EQ(result.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(result.status().message());
}

Side SideOf(const absl::StatusOr<Transcript>& call, const std::string& name) {
  const Participant* person = call.ok() ? FindParticipant(*call, name) : nullptr;
  EXPECT_NE(person, nullptr) << name << " " << call.status();
  return person == nullptr ? Side::kUnknown : person->side;
}

TEST(WhoIsWhoTest, FirstNamesInTheDialogueFindTheHeadersFullNames) {
  const auto call = ParseText(
      "Participants:\n- Dana Wolfe (CFO, Pelican Foods)\n- Eli Roth (AE, Cinderbox)\n\n"
      "Dana: We pay too much.\nEli: For what?\nDana: Everything.\n");
  ASSERT_TRUE(call.ok()) << call.status();
  EXPECT_THAT(call->participants, SizeIs(2));
  EXPECT_EQ(call->turns[0].speaker, "Dana Wolfe");
  EXPECT_EQ(call->turns[1].speaker, "Eli Roth");
  EXPECT_EQ(SideOf(call, "Dana Wolfe"), Side::kCustomer);
}

TEST(WhoIsWhoTest, SharedFirstNamesAreNotGuessed) {
  const auto call = ParseText(
      "Attendees: Sam Hill (CFO, Alder); Sam Wu (AE, Brant)\n\nSam: Hello.\nSam Wu: Hi.\n");
  ASSERT_TRUE(call.ok());
  EXPECT_EQ(call->turns[0].speaker, "Sam");
  EXPECT_EQ(call->turns[1].speaker, "Sam Wu");
}

TEST(WhoIsWhoTest, ARoleThatNamesItsPersonOnceKeepsThePerson) {
  const auto call = ParseText(
      "[00:05] Prospect (Priya \xE2\x80\x93 RevOps Director): We have a tool.\n"
      "[00:09] Rep: Which one?\n[00:12] Prospect: A bad one.\n");
  ASSERT_TRUE(call.ok());
  EXPECT_EQ(call->turns[2].speaker, "Priya");
  EXPECT_EQ(FindParticipant(*call, "Priya")->title, "RevOps Director");
  EXPECT_EQ(SideOf(call, "Priya"), Side::kCustomer);
  EXPECT_EQ(SideOf(call, "Rep"), Side::kSeller);
}

TEST(WhoIsWhoTest, TheCallersKnowledgeSettlesSides) {
  constexpr absl::string_view kText =
      "Ada Finch (Northgate): Hello.\nBo Lind (Harrow Mills): Hi.\nAda Finch (Northgate): Ready?\n";
  ParseOptions options;
  options.seller_organization = "Northgate Inc., northgate.example";
  const auto call = Parse(kText, options);
  EXPECT_EQ(SideOf(call, "Ada Finch"), Side::kSeller);
  EXPECT_EQ(SideOf(call, "Bo Lind"), Side::kCustomer);
  EXPECT_EQ(SideOf(ParseText(kText), "Ada Finch"), Side::kUnknown) << "unknown beats wrong";
}

TEST(WhoIsWhoTest, PeopleOfEarlierCallsKeepSideAndTitle) {
  ParseOptions options;
  options.known_people = {{"Ada Finch", "CIO", "Harrow Mills", "ada@harrow.example",
                           Side::kCustomer, Presence::kPresent}};
  const auto call = Parse("Ada Finch: Hello.\nBo Lind: Hi.\nAda Finch: Ready?\n", options);
  EXPECT_EQ(SideOf(call, "Ada Finch"), Side::kCustomer);
  EXPECT_EQ(FindParticipant(*call, "Ada Finch")->title, "CIO");
}

TEST(WhoIsWhoTest, SpeechTellsTheSellerWhereNothingElseDoes) {
  const auto call = ParseText(
      "Ida Holm: Thanks for making time. How do you handle returns today?\n"
      "Rex Shaw: By hand. Our budget is thin and your price is steep.\n"
      "Ida Holm: I can get you a draft. I'll send it over to you both.\n"
      "Rex Shaw: Send me the quote.\n");
  EXPECT_EQ(SideOf(call, "Ida Holm"), Side::kSeller);
  EXPECT_EQ(SideOf(call, "Rex Shaw"), Side::kCustomer);
}

TEST(WhoIsWhoTest, TitlesAreTakenFromIntroductionsAsSaid) {
  const auto call = ParseText(
      "Uma Reyes: Uma Reyes here, plant manager. With me is Pat, our maintenance supervisor.\n"
      "Pat Lowell: Hi.\nGil Moss: I'm happy to lead today.\nUma Reyes: Good.\n");
  ASSERT_TRUE(call.ok());
  EXPECT_EQ(FindParticipant(*call, "Uma Reyes")->title, "plant manager");
  EXPECT_EQ(FindParticipant(*call, "Pat Lowell")->title, "maintenance supervisor");
  EXPECT_EQ(FindParticipant(*call, "Gil Moss")->title, "");
}

TEST(LabelTest, OnlySpeakersStartTurns) {
  const auto call = ParseText(
      "Kim Ito: Three things.\nPrice: too high.\nTimeline: too short.\nhttps://a.example/x\n"
      "Re: your mail, no.\nMonday: nothing.\nLars Beck: Noted.\nKim Ito: Thanks.\nLars Beck: "
      "Bye.\n");
  ASSERT_TRUE(call.ok());
  ASSERT_THAT(call->turns, SizeIs(4));
  EXPECT_EQ(call->turns[0].text,
            "Three things. Price: too high. Timeline: too short. https://a.example/x "
            "Re: your mail, no. Monday: nothing.");
}

TEST(LabelTest, MarkdownAndRolesAreRead) {
  const auto call = ParseText("**Customer:** We wait.\n\n**Sales Rep:** For what?\n");
  ASSERT_TRUE(call.ok()) << call.status();
  EXPECT_EQ(call->turns[0].text, "We wait.");
  EXPECT_EQ(SideOf(call, "Customer"), Side::kCustomer);
  EXPECT_EQ(SideOf(call, "Sales Rep"), Side::kSeller);
}

TEST(LabelTest, LabelsInCapitalsAreNamesAsPeopleWriteThem) {
  const auto call = ParseText(
      "NINA O'BRIEN: We pay too much.\nTOM VAN LEER: For what?\nCFO: Everything.\n"
      "NINA O'BRIEN: Quite.\nCFO: Yes.\n");
  ASSERT_TRUE(call.ok()) << call.status();
  EXPECT_EQ(call->turns[0].speaker, "Nina O'Brien");
  EXPECT_EQ(call->turns[1].speaker, "Tom Van Leer");
  EXPECT_EQ(call->turns[2].speaker, "CFO");
}

TEST(LabelTest, LettersTakeTurns) {
  const auto call = ParseText("A: Ready?\nB: No.\nA: Why?\nB: Money.\n");
  ASSERT_TRUE(call.ok());
  EXPECT_THAT(call->turns, SizeIs(4));
  EXPECT_EQ(call->turns[3].speaker, "B");
}

TEST(LabelTest, OneLineIsACall) {
  const auto call = ParseText("Ana: Hi.");
  ASSERT_TRUE(call.ok());
  EXPECT_EQ(call->turns[0].speaker, "Ana");
  EXPECT_THAT(ErrorOf("Hello"), HasSubstr("expected speakers"));
}

TEST(LabelTest, NamesInOtherScriptsAndEmojiAreNames) {
  const auto call = ParseText(
      "\xE2\x80\x8F\xD7\x93\xD7\xA0\xD7\x94 \xD7\x9B\xD7\x94\xD7\x9F: "
      "\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D\n"
      "\xF0\x9F\x8C\x9F Mia: Hi \xF0\x9F\x91\x8B\n"
      "\xE7\x8E\x8B\xE8\x8A\xB3\xEF\xBC\x9A\xE4\xBD\xA0\xE5\xA5\xBD\n");
  ASSERT_TRUE(call.ok()) << call.status();
  ASSERT_THAT(call->turns, SizeIs(3));
  EXPECT_EQ(call->turns[0].speaker, "\xD7\x93\xD7\xA0\xD7\x94 \xD7\x9B\xD7\x94\xD7\x9F");
  EXPECT_EQ(call->turns[1].text, "Hi \xF0\x9F\x91\x8B");
  EXPECT_EQ(call->turns[2].speaker, "\xE7\x8E\x8B\xE8\x8A\xB3");
}

TEST(BadInputTest, NothingIsAnError) {
  EXPECT_THAT(ErrorOf(""), HasSubstr("transcript: expected the text of a call, found nothing"));
  EXPECT_THAT(ErrorOf(" \n\t\xEF\xBB\xBF\n"), HasSubstr("found nothing"));
}

TEST(BadInputTest, TooLargeNamesBothSizes) {
  EXPECT_THAT(ErrorOf(std::string(kMaxTranscriptBytes + 1, 'a')),
              HasSubstr("expected at most 8388608 bytes, found 8388609; split the call"));
}

TEST(BadInputTest, BinaryIsAnError) {
  EXPECT_THAT(ErrorOf(absl::string_view("Ana: Hi\0there", 13)), HasSubstr("found binary data"));
  EXPECT_THAT(ErrorOf(std::string(200, '\x01')), HasSubstr("found binary data"));
  EXPECT_THAT(ErrorOf(std::string(200, '\x81')), HasSubstr("found binary data"));
}

TEST(BadInputTest, HeadersWithoutWordsAreAnError) {
  EXPECT_THAT(ErrorOf("Ana Li:\nBo Ek:\nAna Li:\n"), HasSubstr("expected spoken words"));
  EXPECT_THAT(ErrorOf("WEBVTT\n\n1\n00:00:01.000 --> 00:00:02.000\n"),
              HasSubstr("expected spoken words"));
}

TEST(BadInputTest, TurnsAreLimited) {
  std::string text;
  for (size_t i = 0; i < kMaxTurns; ++i)
    absl::StrAppend(&text, i % 2 == 0 ? "Ana: a\n" : "Bo: b\n");
  const auto call = ParseText(text);
  ASSERT_TRUE(call.ok()) << call.status();
  EXPECT_THAT(call->turns, SizeIs(kMaxTurns));
  text += "Ana: one more\n";
  EXPECT_THAT(ErrorOf(text), HasSubstr("expected at most 100000 turns"));
}

TEST(BadInputTest, ParticipantsAreLimitedWithAWarning) {
  std::string text;
  for (size_t i = 0; i < kMaxParticipants + 20; ++i) {
    absl::StrAppend(&text, "Ana N", i, ": Hello.\nAna N", i, ": Again.\n");
  }
  const auto call = ParseText(text);
  ASSERT_TRUE(call.ok());
  EXPECT_THAT(call->participants, SizeIs(kMaxParticipants));
  EXPECT_THAT(call->warnings, Contains(HasSubstr("more than 500 people")));
}

TEST(BadInputTest, EndlessAttendeeListsAreCut) {
  std::string text = "Attendees: ";
  for (int i = 0; i < 100'000; ++i) absl::StrAppend(&text, "Ana N", i, ", ");
  const auto call = ParseText(text + "\n\nBo Ek: Hello.\nAna N7: Hi.\nBo Ek: Well.\n");
  ASSERT_TRUE(call.ok());
  EXPECT_THAT(call->turns, SizeIs(3));
  EXPECT_THAT(call->participants, SizeIs(kMaxParticipants));
}

TEST(BadInputTest, EncodingsAreReadWithAWarning) {
  const auto latin = ParseText("Jos\xE9: Caf\xE9 \x93ok\x94.\nAna: Bien \xC3\xA9.\n");
  ASSERT_TRUE(latin.ok()) << latin.status();
  EXPECT_EQ(latin->turns[0].speaker, "Jos\xC3\xA9");
  EXPECT_EQ(latin->turns[0].text, "Caf\xC3\xA9 \xE2\x80\x9Cok\xE2\x80\x9D.");
  EXPECT_EQ(latin->turns[1].text, "Bien \xC3\xA9.") << "what was UTF-8 stays";
  EXPECT_THAT(latin->warnings, Contains(HasSubstr("Latin-1")));

  const auto marked = ParseText(
      "\xEF\xBB\xBF"
      "Ana: Hi.\r\nBo: Yes.\r\n");
  ASSERT_TRUE(marked.ok());
  EXPECT_EQ(marked->turns[0].speaker, "Ana");
  EXPECT_THAT(marked->warnings, IsEmpty());

  const auto wide =
      ParseText(absl::string_view("\xFF\xFE"
                                  "A\0l\0:\0 \0H\0i\0\n\0",
                                  16));
  ASSERT_TRUE(wide.ok()) << wide.status();
  EXPECT_EQ(wide->turns[0].text, "Hi");
  EXPECT_EQ(ParseText("Ana: Hi.\rBo: Yes.\r")->turns.size(), 2u);
}

TEST(BadInputTest, BrokenJsonNamesTheByte) {
  EXPECT_THAT(ErrorOf("{\"sentences\": [{\"text\": \"a\""), HasSubstr("found an error at byte 27"));
  EXPECT_THAT(ErrorOf(std::string(100, '[') + "{"), HasSubstr("expected"));
  EXPECT_THAT(ErrorOf("[" + std::string(70, '[') + "]"), HasSubstr("nested at most 64"));
  EXPECT_THAT(ErrorOf(R"({"sentences": "none", "speakers": 4})"),
              HasSubstr("found an object of sentences (string), speakers (number)"));
}

TEST(BadInputTest, WrongTypesInsideJsonAreSkippedWithAWarning) {
  const auto call = ParseText(R"({"title": 4, "date": [], "participants": [7, null, {}],
      "speakers": [1, {"id": {}, "name": "X"}],
      "sentences": [{"speaker_name": 5, "text": "Hello."}, {"speaker_name": "Al", "text": {}}, 3,
                    {"speaker_name": "Al", "text": "Yes.", "start_time": "x", "end_time": -1}]})");
  ASSERT_TRUE(call.ok()) << call.status();
  EXPECT_THAT(call->turns, SizeIs(2));
  EXPECT_FALSE(call->turns[1].start.has_value());
  EXPECT_THAT(call->warnings, Contains(HasSubstr("2 entries of the transcript have no text")));
}

TEST(BadInputTest, CueTimesThatRunBackwardsAreDropped) {
  const auto call = ParseText(
      "WEBVTT\n\n00:00:09.000 --> 00:00:02.000\nAna Li: First.\n\n"
      "00:00:01.000 --> 00:00:12.000\nBo Ek: Second.\n\n00:00:02.000 --> 00:00:13.000\nAna Li: "
      "Third.\n");
  ASSERT_TRUE(call.ok());
  EXPECT_THAT(call->turns, SizeIs(3));
  EXPECT_FALSE(call->turns[0].end.has_value());
  EXPECT_THAT(call->warnings, Contains(HasSubstr("1 cues end before they start")));
}

TEST(BadInputTest, RollingCaptionsAreSaidOnce) {
  const auto call = ParseText(
      "WEBVTT\n\n00:00:01.000 --> 00:00:03.000\nwe looked at all the offers\n\n"
      "00:00:03.000 --> 00:00:05.000\nwe looked at all the offers\nand yours is the best\n");
  ASSERT_TRUE(call.ok());
  EXPECT_EQ(call->turns[0].text, "we looked at all the offers and yours is the best");
}

TEST(BadInputTest, TwoFormatsInOneFileLoseNothing) {
  const auto call = ParseText(absl::StrCat(samples::kZoom, "\nPriya Raman: One more thing.\n"));
  ASSERT_TRUE(call.ok());
  EXPECT_EQ(call->turns.back().text, "One more thing.");
  EXPECT_EQ(call->turns.back().speaker, "Priya Raman");
}

TEST(BadInputTest, EmptyNamesAndTitlesAsNamesAreKept) {
  const auto call =
      ParseText(": Hello?\nPlant Manager: Yes.\nAna Li: Who is it?\nPlant Manager: Me.\n");
  ASSERT_TRUE(call.ok());
  EXPECT_EQ(call->turns[0].speaker, "Plant Manager");
}

// Whatever the bytes, every turn is numbered, folded, and spoken by a participant or nobody.
void CheckSound(absl::string_view bytes) {
  const absl::StatusOr<Transcript> call = ParseText(bytes);
  if (!call.ok()) {
    ASSERT_EQ(call.status().code(), absl::StatusCode::kInvalidArgument);
    ASSERT_THAT(std::string(call.status().message()), HasSubstr("transcript: "));
    return;
  }
  ASSERT_FALSE(call->turns.empty());
  std::set<std::string> names = {""};
  for (const Participant& person : call->participants) {
    ASSERT_FALSE(person.name.empty());
    names.insert(person.name);
  }
  for (size_t i = 0; i < call->turns.size(); ++i) {
    const Turn& turn = call->turns[i];
    ASSERT_EQ(turn.index, static_cast<int32_t>(i));
    ASSERT_TRUE(names.contains(turn.speaker)) << turn.speaker;
    ASSERT_EQ(turn.text, Folded(turn.text));
    ASSERT_FALSE(turn.text.empty());
  }
}

TEST(AnyBytesTest, EveryTruncationOfEverySampleIsSound) {
  for (absl::string_view sample : samples::kAll) {
    for (size_t size = 0; size <= sample.size(); ++size) {
      CheckSound(sample.substr(0, size));
      if (HasFatalFailure()) FAIL() << sample.substr(0, size);
    }
  }
}

TEST(AnyBytesTest, EveryDamagedSampleIsSound) {
  std::mt19937 random(20260114);
  for (absl::string_view sample : samples::kAll) {
    for (int round = 0; round < 400; ++round) {
      std::string bytes(sample);
      for (int flips = 1 + static_cast<int>(random() % 8); flips > 0; --flips) {
        bytes[random() % bytes.size()] = static_cast<char>(random() % 256);
      }
      CheckSound(bytes);
      if (HasFatalFailure()) FAIL() << bytes;
    }
  }
}

}  // namespace
}  // namespace throughline::transcript
