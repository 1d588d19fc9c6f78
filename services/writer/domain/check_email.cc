#include "services/writer/domain/check_email.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/grounding/language.h"
#include "re2/re2.h"
#include "services/writer/domain/prompts.h"
#include "services/writer/domain/quantities.h"
#include "services/writer/domain/wording.h"

namespace throughline::writer {
namespace {

constexpr int kMaxParagraphs = 3;
// A request and the sentence that dates it are one ask.
constexpr int kMaxAskingSentences = 2;
// Fewer words are a greeting or a farewell, no paragraph.
constexpr int kLeastParagraphWords = 8;
// Fewer words may lack the commonest ones in any language.
constexpr int kTellingWords = 25;

bool NamesDay(absl::string_view body) {
  static const RE2& near = *new RE2("(?i)\\b(?:today|tomorrow|tonight)\\b|\\d{1,2}[./]\\d{1,2}\\b");
  const Quantities said = QuantitiesClaimed(body);
  const bool named = std::any_of(said.begin(), said.end(), [](const std::string& quantity) {
    return absl::StartsWith(quantity, "weekday") || absl::StartsWith(quantity, "month");
  });
  return named || Matches(body, near);
}

int CountParagraphs(absl::string_view body) {
  int paragraphs = 0;
  for (const absl::string_view block : absl::StrSplit(body, "\n\n")) {
    if (CountWords(block) >= kLeastParagraphWords) ++paragraphs;
  }
  return paragraphs;
}

bool IsClosed(deal::JourneyStage stage) {
  return stage == deal::JourneyStage::kClosedWon || stage == deal::JourneyStage::kClosedLost;
}

class Check {
 public:
  Check(const EmailTask& task, const deal::Email& email)
      : task_(task),
        email_(email),
        sentences_(SplitSentences(email.body)),
        is_english_(grounding::ReadsAsEnglish(email.body)) {}

  std::vector<std::string> Run() {
    CheckForm();
    if (task_.analysis.follow_up.recipient.empty()) return std::move(problems_);
    CheckGreeting();
    const bool is_foreign = !is_english_ && CountWords(email_.body) >= kTellingWords;
    if (is_english_ ? grounding::IsForeign(task_.call)
                    : is_foreign && grounding::IsEnglish(task_.call)) {
      problems_.push_back("is not in the language of the call");
    }
    if (email_.subject.empty()) problems_.push_back("has no subject");
    if (!IsClosed(task_.analysis.stage)) {
      if (task_.analysis.primary_blocker) CheckOpenItem(*task_.analysis.primary_blocker);
      CheckAsk();
    }
    CheckSettled();
    return std::move(problems_);
  }

 private:
  void CheckForm() {
    static const RE2& placeholder = *new RE2(
        "\\[[A-Za-z][A-Za-z '/]*\\]|\\{\\{|<(?:[A-Za-z]+ "
        ")?(?:[Nn]ame|[Dd]ate|[Cc]ompany)>|\\bTBD\\b|"
        "\\bX{3,}\\b");
    if (const int words = CountWords(email_.body); words > kMaxBodyWords) {
      problems_.push_back(
          absl::StrCat("has ", words, " words where ", kMaxBodyWords, " are allowed"));
    }
    if (CountParagraphs(email_.body) > kMaxParagraphs) {
      problems_.push_back(absl::StrCat("has more than ", kMaxParagraphs, " paragraphs"));
    }
    if (Matches(email_.body, placeholder) || Matches(email_.subject, placeholder)) {
      problems_.push_back("leaves a placeholder to fill in");
    }
  }

  void CheckGreeting() {
    const absl::string_view first_line =
        absl::string_view(email_.body).substr(0, email_.body.find('\n'));
    const std::vector<std::string> names =
        absl::StrSplit(task_.analysis.follow_up.recipient, ' ', absl::SkipEmpty());
    const bool greets = std::any_of(names.begin(), names.end(), [&](const std::string& name) {
      return ContainsWord(first_line, name);
    });
    if (!greets) problems_.push_back("does not greet its recipient by name in the first line");
  }

  void CheckOpenItem(const deal::Blocker& blocker) {
    ContentWords theirs = ContentWordsOf(blocker.object);
    theirs.merge(ContentWordsOf(blocker.clearing_condition));
    for (const deal::BlockerTransition& step : blocker.history) {
      theirs.merge(ContentWordsOf(step.evidence.quote));
    }
    if (theirs.empty()) return;
    if (SharedWords(theirs, ContentWordsOf(email_.body)) == 0) {
      problems_.push_back("does not name the open item in the customer's words");
    }
    if (task_.analysis.next_step) {
      theirs.merge(ContentWordsOf(task_.analysis.next_step->description));
    }
    if (!email_.subject.empty() && SharedWords(theirs, ContentWordsOf(email_.subject)) == 0) {
      problems_.push_back("has a subject that says nothing of the open item");
    }
    if (email_.claims.empty()) {
      problems_.push_back("gives no sentence of its body in claims with words that were said");
    }
  }

  void CheckAsk() {
    const auto asking =
        std::count_if(sentences_.begin(), sentences_.end(),
                      [this](const std::string& sentence) { return Asks(sentence, is_english_); });
    if (asking == 0 && is_english_) problems_.push_back("asks for nothing");
    if (asking > kMaxAskingSentences) problems_.push_back("asks for more than one thing");
    const std::optional<deal::NextStep>& step = task_.analysis.next_step;
    if (step && step->due_date && !NamesDay(email_.body)) {
      problems_.push_back("names no day for its ask");
    }
  }

  void CheckSettled() {
    const ContentWords open = task_.analysis.primary_blocker
                                  ? ContentWordsOf(task_.analysis.primary_blocker->object)
                                  : ContentWords();
    std::vector<ContentWords> settled;
    for (const deal::Blocker& blocker : task_.analysis.resolved_blockers) {
      ContentWords words = ContentWordsOf(blocker.object);
      if (!words.empty() && SharedWords(words, open) < words.size()) {
        settled.push_back(std::move(words));
      }
    }
    const auto lines =
        std::count_if(sentences_.begin(), sentences_.end(), [&](const std::string& sentence) {
          const ContentWords words = ContentWordsOf(sentence);
          return std::any_of(settled.begin(), settled.end(), [&](const ContentWords& object) {
            return SharedWords(object, words) == object.size();
          });
        });
    if (lines > 1) problems_.push_back("spends more than one line on what was settled");
  }

  const EmailTask& task_;
  const deal::Email& email_;
  const std::vector<std::string> sentences_;
  const bool is_english_;
  std::vector<std::string> problems_;
};

}  // namespace

std::vector<std::string> ProblemsOf(const EmailTask& task, const deal::Email& email) {
  return Check(task, email).Run();
}

int CountWords(absl::string_view text) {
  int words = 0;
  bool inside = false;
  for (const char c : text) {
    if (!inside && !IsSpace(c)) ++words;
    inside = !IsSpace(c);
  }
  return words;
}

}  // namespace throughline::writer
