#include "services/writer/domain/alternatives.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "common/grounding/language.h"
#include "re2/re2.h"
#include "services/writer/domain/check_email.h"
#include "services/writer/domain/wording.h"

namespace throughline::writer {
namespace {

// The sentence that asks, without quotations that end in a question mark; nullopt when none does.
std::optional<size_t> FindAsk(const std::vector<std::string>& sentences) {
  const bool is_english = grounding::ReadsAsEnglish(absl::StrJoin(sentences, ""));
  for (size_t i = sentences.size(); i > 0; --i) {
    const std::string own = WithoutQuotations(sentences[i - 1]);
    if (Asks(own, is_english)) return i - 1;
  }
  return std::nullopt;
}

std::string AskOf(const deal::Email& email) {
  const std::vector<std::string> sentences = SplitSentences(email.body);
  const std::optional<size_t> ask = FindAsk(sentences);
  return ask ? std::string(absl::StripAsciiWhitespace(sentences[*ask])) : "";
}

// Asks for a meeting rather than for an answer.
bool AsksToMeet(const std::string& ask) {
  static const RE2& meets = *new RE2("(?i)\\b(?:works? for you|work on your side)\\b");
  return Matches(ask, meets);
}

// Nearly the same words.
bool SaysTheSame(absl::string_view a, absl::string_view b) {
  constexpr double kSameWords = 0.8;
  const ContentWords words = ContentWordsOf(a);
  const ContentWords others = ContentWordsOf(b);
  return static_cast<double>(SharedWords(words, others)) >=
         kSameWords * static_cast<double>(std::max(words.size(), others.size()));
}

// Two asks for the same meeting are one.
bool IsSameAsk(const std::string& a, const std::string& b) {
  return (AsksToMeet(a) && AsksToMeet(b)) || SaysTheSame(a, b);
}

// Whether a channel that the recipient named speaks against being rung.
bool PrefersWriting(const EmailTask& task) {
  static const RE2& written = *new RE2(
      "(?i)\\b(?:e-?mail|mail|text|sms|slack|whatsapp|chat|messag\\w*|teams|writing|letter)\\b");
  const std::string& recipient = task.analysis.follow_up.recipient;
  return std::any_of(task.profile.channel_preference.begin(), task.profile.channel_preference.end(),
                     [&](const auto& entry) {
                       return absl::StartsWith(entry.text, recipient) &&
                              Matches(entry.text.substr(recipient.size()), written);
                     });
}

// Its day stands in a sentence before it.
bool MeansTheSameDay(const std::string& ask) {
  static const RE2& same_day = *new RE2(
      "(?i)\\b(?:that|the same) day\\b|\\bon (?:mon|tues|wednes|thurs|fri|satur|sun)day "
      "whether\\b");
  return Matches(ask, same_day);
}

// " by Monday, March 9", as the ask or else the subject has it; empty when neither names a day.
std::string WhenOf(const std::string& ask, const std::string& subject) {
  static const RE2& before = *new RE2("(?i)\\bbefore (?:we speak|our call)\\b");
  std::string day = FirstDayIn(ask);
  if (day.empty() && MeansTheSameDay(ask)) day = FirstDayIn(subject);
  if (!day.empty()) return absl::StrCat(Matches(ask, before) ? " before " : " by ", day);
  return MeansTheSameDay(ask) ? " that day" : "";
}

// The least that answers the ask.
std::string SmallAsk(const std::string& ask, const std::string& subject) {
  return absl::StrCat("Would you send me one line", WhenOf(ask, subject),
                      ": settled, or what is missing?");
}

// The ask for an answer turned into one for a call, and the other way round, for the same day.
std::string OtherAsk(const EmailTask& task, const std::string& ask, const std::string& subject) {
  if (AsksToMeet(ask)) {
    return absl::StrCat("If you would rather not meet, could you send me a line in writing",
                        WhenOf(ask, subject), " instead?");
  }
  if (PrefersWriting(task)) return SmallAsk(ask, subject);
  return absl::StrCat("Could we take a few minutes on the phone", WhenOf(ask, subject),
                      " to go through what is still missing?");
}

// What follows a sentence: the white space that parts it from the next.
absl::string_view SpaceBehind(absl::string_view sentence) {
  return sentence.substr(absl::StripTrailingAsciiWhitespace(sentence).size());
}

void KeepClaimsOfBody(deal::Email& email) {
  std::erase_if(email.claims, [&](const deal::EmailClaim& claim) {
    return !absl::StrContains(email.body, claim.text);
  });
}

// The draft with `reworded` of its ask in the ask's place. What asks whether anything is open at
// all has no other way to be asked.
template <typename Reworded>
deal::Email WithAsk(const EmailTask& task, deal::Email draft, const Reworded& reworded) {
  std::vector<std::string> sentences = SplitSentences(draft.body);
  const std::optional<size_t> ask = FindAsk(sentences);
  if (!ask) return draft;
  std::string& sentence = sentences[*ask];
  if (!task.analysis.primary_blocker && !AsksToMeet(sentence)) return draft;
  sentence = absl::StrCat(reworded(sentence, draft.subject), SpaceBehind(sentence));
  draft.body = absl::StrJoin(sentences, "");
  KeepClaimsOfBody(draft);
  return draft;
}

// The sentence that names the open item, of those before the ask: the first that has words of it,
// else the first that claims something.
std::optional<size_t> FindItem(const EmailTask& task, const deal::Email& draft,
                               const std::vector<std::string>& sentences, size_t ask) {
  if (!task.analysis.primary_blocker) return std::nullopt;
  const ContentWords object = ContentWordsOf(task.analysis.primary_blocker->object);
  std::optional<size_t> claimed;
  for (size_t i = 1; i < ask; ++i) {
    if (SharedWords(object, ContentWordsOf(sentences[i])) > 0) return i;
    const absl::string_view words = absl::StripAsciiWhitespace(sentences[i]);
    const bool claims = std::any_of(draft.claims.begin(), draft.claims.end(),
                                    [&](const auto& claim) { return claim.text == words; });
    if (claims && !claimed) claimed = i;
  }
  return claimed;
}

// Of the sentences between the open item and the ask the first promise, with its day when the ask
// leans on that; empty when there is none.
std::string PromiseFor(const std::string& ask, absl::Span<const std::string> between) {
  const bool needs_day = MeansTheSameDay(ask);
  std::string dated;
  for (const std::string& sentence : between) {
    const bool has_day = !FirstDayIn(sentence).empty();
    if (Promises(sentence) && (has_day || !needs_day)) return sentence;
    if (needs_day && has_day && dated.empty()) dated = sentence;
  }
  return dated;
}

// The greeting, what is open, what was promised first, the ask, and the closing.
deal::Email Shortened(const EmailTask& task, deal::Email draft) {
  const std::vector<std::string> sentences = SplitSentences(draft.body);
  const std::optional<size_t> ask = FindAsk(sentences);
  if (!ask) return draft;
  const std::optional<size_t> item = FindItem(task, draft, sentences, *ask);
  if (!item) return draft;
  const auto between = absl::MakeSpan(sentences).subspan(*item + 1, *ask - *item - 1);
  std::string body = absl::StrCat(absl::StripTrailingAsciiWhitespace(sentences[0]), "\n");
  for (const std::string& kept : {sentences[*item], PromiseFor(sentences[*ask], between)}) {
    const absl::string_view words = absl::StripTrailingAsciiWhitespace(kept);
    if (!words.empty()) absl::StrAppend(&body, words, " ");
  }
  for (size_t i = *ask; i < sentences.size(); ++i) body += sentences[i];
  draft.body = std::move(body);
  KeepClaimsOfBody(draft);
  return draft;
}

}  // namespace

Manner MannerAfter(size_t earlier) {
  if (earlier <= 1) return Manner::kOtherAsk;
  return earlier == 2 ? Manner::kBrief : Manner::kOtherTone;
}

absl::string_view InstructionFor(Manner manner) {
  switch (manner) {
    case Manner::kOtherAsk:
      return "Ask otherwise than they do, for the same day: for a short call where they ask for an "
             "answer in writing, for an answer in writing where they ask for a call.";
    case Manner::kBrief:
      return "Make it brief: at most 60 words in one paragraph, without quotations.";
    case Manner::kOtherTone:
      return "Take another tone and other words throughout: warmer where they are brisk, brisker "
             "where they are warm.";
  }
  return "";
}

deal::Email InManner(const EmailTask& task, deal::Email draft, Manner manner) {
  switch (manner) {
    case Manner::kOtherAsk:
      return WithAsk(task, std::move(draft),
                     [&](const std::string& ask, const std::string& subject) {
                       return OtherAsk(task, ask, subject);
                     });
    case Manner::kBrief:
      return Shortened(task, std::move(draft));
    case Manner::kOtherTone:  // in the engine's other words
      return WithAsk(task, std::move(draft),
                     [](const std::string& ask, const std::string& subject) {
                       return AsksToMeet(ask) ? std::string(absl::StripAsciiWhitespace(ask))
                                              : SmallAsk(ask, subject);
                     });
  }
  return draft;
}

bool IsAnother(const deal::Email& draft, const std::vector<deal::Email>& earlier) {
  constexpr double kOtherLength = 0.75;
  const std::string ask = AskOf(draft);
  const double words = CountWords(draft.body);
  return std::all_of(earlier.begin(), earlier.end(), [&](const deal::Email& other) {
    const std::string others = AskOf(other);
    const double other_words = CountWords(other.body);
    const bool is_same = ask.empty() && others.empty() ? SaysTheSame(draft.body, other.body)
                                                       : IsSameAsk(ask, others);
    return !is_same || std::min(words, other_words) < kOtherLength * std::max(words, other_words);
  });
}

}  // namespace throughline::writer
