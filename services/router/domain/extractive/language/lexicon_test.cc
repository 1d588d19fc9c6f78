#include "services/router/domain/extractive/language/lexicon.h"

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/router/domain/extractive/language/embedded_lexicon.h"

namespace throughline::router::extractive {
namespace {

using ::testing::HasSubstr;

std::string Slot(const std::string& pattern, const std::string& text) {
  const absl::StatusOr<Lexicon> lexicon = Lexicon::Parse({{"t.cues", "[k]\n" + pattern}});
  if (!lexicon.ok()) return std::string(lexicon.status().message());
  const Reading reading = ReadTurn(text);
  for (const CueMatch& match : lexicon->Match(reading)) {
    if (match.slot_last > match.slot_first) {
      return Quote(text, TokenSpan(reading, match.slot_first, match.slot_last));
    }
    return "match";
  }
  return "none";
}

TEST(Lexicon, MatchesWordsAlternativesPrefixesAndGaps) {
  EXPECT_EQ(Slot("can't move/go forward", "We can not really go forward."), "match");
  EXPECT_EQ(Slot("approv~ *2 budget", "They approved all of budget."), "match");
  EXPECT_EQ(Slot("approv~ * budget", "They approved all of the budget."), "none");
  EXPECT_EQ(Slot("^ done $", "Done."), "match");
  EXPECT_EQ(Slot("^ done $", "We are done."), "none");
}

TEST(Lexicon, CapturesTheObject) {
  EXPECT_EQ(Slot("we need <X> before", "We need the signed annex before anything."),
            "the signed annex");
  EXPECT_EQ(Slot("worried about <X>", "I'm worried about cold starts, honestly."), "cold starts");
}

TEST(Lexicon, NeverCrossesASentence) {
  EXPECT_EQ(Slot("not ready", "Certainly not. Ready when you are."), "none");
}

TEST(Lexicon, NamesTheLineThatDoesNotParse) {
  const auto message = [](const std::string& text) {
    return std::string(Lexicon::Parse({{"x.cues", text}}).status().message());
  };
  EXPECT_THAT(message("alone"), HasSubstr("x.cues:1: pattern before any [section]"));
  EXPECT_THAT(message("[k]\nab~"), HasSubstr("under three letters"));
  EXPECT_THAT(message("[k]\nword | colour=red"), HasSubstr("unknown attribute"));
  EXPECT_THAT(message("[k]\n<X> is late"), HasSubstr("begins with a word"));
}

TEST(BuiltinLexicon, ParsesAndRepeatsNoPatternWithinAKind) {
  ASSERT_TRUE(Lexicon::Parse(EmbeddedLexiconFiles()).ok())
      << Lexicon::Parse(EmbeddedLexiconFiles()).status();
  std::set<std::string> seen;
  for (const Cue& cue : BuiltinLexicon().cues()) {
    EXPECT_TRUE(seen.insert(absl::StrCat(cue.kind, ": ", cue.pattern)).second)
        << cue.source << " repeats \"" << cue.pattern << "\"";
  }
}

}  // namespace
}  // namespace throughline::router::extractive
