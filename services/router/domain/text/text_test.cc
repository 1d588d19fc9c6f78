#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/router/domain/text/any_of_finder.h"
#include "services/router/domain/text/bytes.h"
#include "services/router/domain/text/dates.h"
#include "services/router/domain/text/equations.h"
#include "services/router/domain/text/fold.h"
#include "services/router/domain/text/language.h"
#include "services/router/domain/text/numbers.h"
#include "services/router/domain/text/words.h"

namespace throughline::router::text {
namespace {

using ::testing::DoubleEq;
using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<double> Values(absl::string_view text) {
  std::vector<double> values;
  for (const NumberMention& number : FindNumbers(text)) values.push_back(number.value);
  return values;
}

std::string Language(absl::string_view text) {
  const std::string folded = Fold(text);
  return GuessLanguage(WordList(folded));
}

TEST(Fold, KeepsWordsAndNothingElse) {
  EXPECT_EQ(Fold("We NEED it — “by Friday”!"), " we need it by friday ");
  EXPECT_EQ(Fold("don’t, can't"), " dont cant ");
  EXPECT_EQ(Fold("Grüße"), " grüße ");
  EXPECT_EQ(Fold(" …! "), "");
}

// Texts are gone over in blocks: where in one a word lies makes no difference.
TEST(Blocks, WhatATextHoldsDoesNotDependOnWhereItLies) {
  const std::string text =
      absl::StrCat("Don't 'quote' two hundred and five, .5 or 1,234.5% of it -- «Grüße» d’Or; ",
                   std::string(70, 'w'), " 12k THE\tEnd");
  const std::string folded = Fold(text);
  EXPECT_EQ(folded, absl::StrCat(" dont quote two hundred and five 5 or 1 234 5 of it grüße dor ",
                                 std::string(70, 'w'), " 12k the end "));
  EXPECT_EQ(CountWords(text), 17);
  EXPECT_THAT(Values(text), ElementsAre(205, 0.5, DoubleNear(1234.5, 1e-9), 12'000));
  for (size_t before = 1; before < 2 * kBlockBytes; ++before) {
    const std::string shifted = absl::StrCat(std::string(before, ' '), text);
    EXPECT_EQ(Fold(shifted), folded) << before;
    EXPECT_EQ(CountWords(shifted), 17) << before;
    EXPECT_EQ(CountWords(shifted, 5), 5) << before;
    EXPECT_EQ(Values(shifted), Values(text)) << before;
    EXPECT_EQ(FindNumbers(shifted).front().begin, before + text.find("two")) << before;
    EXPECT_EQ(CountByte(shifted, 'w'), 71) << before;
  }
}

// Character by character.
std::string FoldSlowly(absl::string_view text) {
  std::string folded;
  bool in_word = false;
  for (const char c : text) {
    if (c == '\'') continue;
    if (absl::ascii_isalnum(static_cast<unsigned char>(c))) {
      if (!std::exchange(in_word, true)) folded += ' ';
      folded += absl::ascii_tolower(static_cast<unsigned char>(c));
    } else {
      in_word = false;
    }
  }
  return folded.empty() ? folded : folded + ' ';
}

TEST(Fold, BlocksAreFoldedAsCharactersAre) {
  std::minstd_rand random(7);
  constexpr absl::string_view kOthers = " ',.\n";
  for (int i = 0; i < 20000; ++i) {
    // Some texts have spaces alone between words, some single ones.
    const size_t kinds = 1 + random() % kOthers.size();
    std::string text;
    for (size_t length = random() % 400; length > 0; --length) {
      const bool is_word = random() % 5 > 0 || (i % 2 == 0 && absl::EndsWith(text, " "));
      text += is_word ? "aZ9"[random() % 3] : kOthers[random() % kinds];
    }
    ASSERT_EQ(Fold(text), FoldSlowly(text)) << text;
  }
}

TEST(Fold, PhrasesMatchWholeWordsOnly) {
  EXPECT_TRUE(ContainsPhrase(Fold("the price is high"), Fold("Price is")));
  EXPECT_FALSE(ContainsPhrase(Fold("the prices is high"), Fold("price is")));
  EXPECT_FALSE(ContainsPhrase(Fold("anything"), Fold("…")));
}

TEST(WordList, FindsWhatReadingEveryWordWould) {
  const std::string text =
      Fold("Explain, step by step, why twenty-one internationalized trains are late.");
  const WordList words(text);
  static constexpr Phrase kPhrases[] = {" step by step ",
                                        " late ",
                                        " explain ",
                                        " twenty one ",
                                        " one internationalized trains ",
                                        " internationalized ",
                                        " internationalised ",
                                        " step by stop ",
                                        " trains late ",
                                        " train ",
                                        " zwanzig ",
                                        ""};
  for (const Phrase& phrase : kPhrases) {
    EXPECT_EQ(words.Contains(phrase), ContainsPhrase(text, phrase.folded())) << phrase.folded();
    EXPECT_FALSE(WordList("").Contains(phrase)) << phrase.folded();
  }
}

TEST(WordList, KnowsTheWordsOfAnother) {
  const std::string asked = Fold("Trains of extraordinary length run late, trains of none do not.");
  const std::string answered = Fold("No extraordinarily late train of extraordinary length.");
  const WordList of_asked(asked);
  const WordList of_answered(answered);
  const std::vector<absl::string_view> words = FoldedWords(answered);
  ASSERT_EQ(of_answered.size(), words.size());
  for (size_t i = 0; i < words.size(); ++i) {
    EXPECT_EQ(of_answered[i], words[i]);
    const bool is_known = absl::StrContains(asked, absl::StrCat(" ", words[i], " "));
    EXPECT_EQ(of_asked.Contains(of_answered.words()[i]), is_known) << words[i];
    EXPECT_EQ(of_asked.ContainsWord(words[i]), is_known) << words[i];
  }
  EXPECT_FALSE(of_asked.ContainsWord(""));
}

TEST(AnyOfFinder, FindsSignsOfAnyLengthAnywhere) {
  static constexpr absl::string_view kSigns[] = {"^", "\\frac", "∫", "f(x"};
  static constexpr AnyOfFinder kFinder(kSigns);
  for (const char* text : {"a^", "^a", "the \\frac12", "∫", "let f(x) be"}) {
    EXPECT_TRUE(kFinder.In(text)) << text;
  }
  for (const char* text : {"", "f(y)", "\\fra", "f(", "plain words"}) {
    EXPECT_FALSE(kFinder.In(text)) << text;
  }
}

TEST(Fold, CountsWordsAsAReaderDoes) { EXPECT_EQ(CountWords("Hi — it's 5 o'clock ."), 4u); }

TEST(Fold, CountsNoFurtherThanIsAsked) {
  EXPECT_EQ(CountWords("one two three", 2), 2u);
  EXPECT_EQ(CountWords("one two three", 9), 3u);
}

TEST(Bytes, AreFoundWhereverTheyStand) {
  // Beside bytes that differ from them in one bit, at every place of texts of every length.
  for (const char filling : {'\x2E', '\x2D', '\xAF', '\x00'}) {
    for (size_t length = 1; length <= 20; ++length) {
      for (size_t place = 0; place < length; ++place) {
        std::string text(length, filling);
        text[place] = '/';
        std::vector<size_t> places;
        ForEachByte(text, '/', [&](size_t at) { places.push_back(at); });
        ASSERT_THAT(places, ElementsAre(place));
        ASSERT_EQ(CountByte(text, '/'), 1u);
        ASSERT_EQ(CountHighBytes(text), filling == '\xAF' ? length - 1 : 0);
        ASSERT_EQ(FindLast(text, "/"), place);
      }
    }
  }
  EXPECT_EQ(FindLast("a####b####c", "####"), 6u);
  EXPECT_EQ(FindLast("no mark", "####"), absl::string_view::npos);
}

TEST(Bytes, ShapesRuleOutOtherWords) {
  constexpr WordShapes kShapes = [] {
    WordShapes shapes;
    shapes.Add("two");
    shapes.Add("three");
    return shapes;
  }();
  EXPECT_TRUE(kShapes.MayHold("two") && kShapes.MayHold("three"));
  EXPECT_FALSE(kShapes.MayHold("four") || kShapes.MayHold("twenty"));
  EXPECT_FALSE(kShapes.MayHold(std::string(99, 't')));
}

TEST(Fold, OneEditIsOneLetter) {
  EXPECT_TRUE(WithinOneEdit("nair", "nair"));
  EXPECT_TRUE(WithinOneEdit("nair", "nayr"));
  EXPECT_TRUE(WithinOneEdit("nair", "nairs"));
  EXPECT_FALSE(WithinOneEdit("nair", "narsi"));
}

TEST(Numbers, AreReadHoweverTheyAreWritten) {
  EXPECT_THAT(Values("$1,234.50 and 12k and $1.2 million and 60%"),
              ElementsAre(1234.5, 12000, 1200000, 60));
  EXPECT_THAT(Values("two hundred and twenty-five loaves, a dozen eggs"), ElementsAre(225, 12));
  EXPECT_THAT(Values("forty two thousand"), ElementsAre(42000));
  EXPECT_THAT(Values("one two"), ElementsAre(1, 2));
  EXPECT_THAT(Values("the 29th of May"), ElementsAre(29));
  EXPECT_THAT(Values("version 1.2.3"), ElementsAre(DoubleEq(1.2), DoubleNear(.3, 1e-9)));
  EXPECT_THAT(Values("thousands of words, and so on"), IsEmpty());
}

TEST(Numbers, MetresAreNotMillions) { EXPECT_THAT(Values("60m and $60m"), ElementsAre(60, 60e6)); }

TEST(Numbers, AnIdentifierIsNoQuantity) { EXPECT_THAT(Values("12345678901234567890"), IsEmpty()); }

TEST(Dates, AreReadHoweverTheyAreWritten) {
  for (const char* text : {"2026-01-29", "January 29, 2026", "29 Jan 2026",
                           "the 29th of January 2026", "Jan. 29th, 2026"}) {
    const std::vector<DateMention> dates = FindDates(text);
    ASSERT_EQ(dates.size(), 1u) << text;
    EXPECT_EQ(dates[0].day, absl::CivilDay(2026, 1, 29)) << text;
    EXPECT_TRUE(dates[0].has_year) << text;
  }
  EXPECT_THAT(FindDates("February 31 and 2026-13-01"), IsEmpty());
  ASSERT_THAT(FindDates("We close on Sunday, April the twelfth"), SizeIs(1));
  EXPECT_EQ(FindDates("we close on April the Twenty-First").at(0).day, absl::CivilDay(0, 4, 21));
  EXPECT_THAT(FindDates("In April the other twelve"), IsEmpty());
}

bool Means(absl::string_view said, absl::CivilDay said_on, absl::string_view date) {
  DaySet days;
  days.AddFrom(said, said_on);
  return days.Contains(FindDates(date).at(0));
}

TEST(Dates, RelativeOnesResolveAgainstTheDayTheyWereSaid) {
  const absl::CivilDay wednesday(2026, 3, 4);
  EXPECT_TRUE(Means("by Friday", wednesday, "2026-03-06"));
  EXPECT_TRUE(Means("next Friday", wednesday, "2026-03-13"));
  EXPECT_FALSE(Means("by Friday", wednesday, "2026-03-07"));
  EXPECT_TRUE(Means("on the 29th", wednesday, "March 29"));
  EXPECT_TRUE(Means("Friday the twenty-seventh", wednesday, "2026-03-27"));
  EXPECT_TRUE(Means("by Tuesday, May twentieth", wednesday, "May 20"));
  EXPECT_TRUE(Means("the twenty-fourth of September", wednesday, "2026-09-24"));
  EXPECT_TRUE(Means("tomorrow", wednesday, "2026-03-05"));
  EXPECT_TRUE(Means("end of the month", wednesday, "2026-03-31"));
  EXPECT_TRUE(Means("by the end of the quarter", wednesday, "2026-03-31"));
  EXPECT_TRUE(Means("March 9", wednesday, "2026-03-09"));
  EXPECT_FALSE(Means("nothing about time", wednesday, "2026-03-05"));
}

TEST(Equations, AreWorkedAgain) {
  const auto only = [](absl::string_view text) {
    const std::vector<Equation> equations = FindEquations(text);
    EXPECT_EQ(equations.size(), 1u) << text;
    return equations.empty() ? false : equations[0].holds;
  };
  EXPECT_TRUE(only("so 3 sprints x 60 meters = 180 meters"));
  EXPECT_TRUE(only("<<3*60=180>>"));
  EXPECT_TRUE(only("(2 + 3) × 4 = $20"));
  EXPECT_TRUE(only("8 * 5 * 60% = 24"));
  EXPECT_TRUE(only("10 / 3 = 3.33"));
  EXPECT_TRUE(only("2 - 5 = -3"));
  EXPECT_FALSE(only("17 + 25 = 5042"));
  EXPECT_FALSE(only("7 * 8 = 54"));
}

TEST(Equations, WhatIsNoSumIsNone) {
  EXPECT_THAT(FindEquations("x = 5"), IsEmpty());
  EXPECT_THAT(FindEquations("a == b, 5 = five, 1/0 = 3"), IsEmpty());
}

TEST(Language, IsToldByCommonWords) {
  EXPECT_EQ(Language("We have the offer for you and it is ready."), "en");
  EXPECT_EQ(Language("Wir haben das Angebot für Sie und es ist nicht zu teuer."), "de");
  EXPECT_EQ(Language("Paris."), "");
}

TEST(Equations, VariablesRootsAndTailsOfSumsAreLeftAlone) {
  for (const char* text : {"x + 3 = 7", "3x + 2 = 11", "sqrt(9) + 1 = 4", "x - 3 + 5 = 9",
                           "one-fourth of the 40 chairs = 10", "f(2) + 1 = 8"}) {
    EXPECT_THAT(FindEquations(text), ::testing::IsEmpty()) << text;
  }
}

TEST(Equations, PowersFractionsAndTexAreWorkedOut) {
  for (const char* text : {"10^2 + 5 = 105", "1/2 + 1/4 = 3/4", "2 * (3 + 4) = 2 * 7 = 14",
                           "-3 + 5 = 2", "- 3 + 4 = 7", "\\frac{1}{2} \\times 4 = 2",
                           "20% of 50 = 10", "1,350 + 6 * 350 = 1,350 + 2,100"}) {
    const std::vector<Equation> equations = FindEquations(text);
    ASSERT_FALSE(equations.empty()) << text;
    for (const Equation& equation : equations) {
      EXPECT_TRUE(equation.holds) << text << ": " << equation.computed << ", " << equation.stated;
    }
  }
  EXPECT_FALSE(FindEquations("1/2 + 1/3 = 2/5").at(0).holds);
}

TEST(Equations, TheSumAQuestionAsksForIsWorkedOut) {
  EXPECT_EQ(FindAskedSum("What is 17 * 24?"), 408);
  EXPECT_EQ(FindAskedSum("Calculate (3 + 4) x 2."), 14);
  EXPECT_EQ(FindAskedSum("What happened on 2026-01-05, on pages 5-10?"), std::nullopt);
}

TEST(Language, ScriptsAreToldApart) {
  EXPECT_EQ(GuessScript("Дважды два будет четыре"), Script::kCyrillic);
  EXPECT_EQ(GuessScript("法国的首都是哪里呢请说"), Script::kHan);
  EXPECT_EQ(GuessScript("Two times two"), Script::kLatin);
  EXPECT_EQ(GuessScript("42"), Script::kUnknown);
  // Words of two languages that happen to be written alike.
  EXPECT_EQ(Language("as many as that as as"), "");
}

}  // namespace
}  // namespace throughline::router::text
