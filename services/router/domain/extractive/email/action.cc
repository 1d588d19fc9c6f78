#include "services/router/domain/extractive/email/action.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/router/domain/extractive/email/checks.h"
#include "services/router/domain/extractive/email/words.h"
#include "services/router/domain/extractive/language/dates.h"
#include "services/router/domain/extractive/language/perspective.h"
#include "services/router/domain/extractive/language/tokens.h"

namespace throughline::router::extractive {
namespace {

// How many optional sentences of each kind a body may carry, room permitting.
constexpr size_t kMaxPromises = 3;
constexpr size_t kMaxRecaps = 3;
// Most lists of what they need.
constexpr size_t kMaxLists = 2;
// A line that shares more with a request than this says what it says.
constexpr double kSameRequest = 0.75;

class ActionWriter {
 public:
  ActionWriter(const EmailContext& context, const Asking& asking, Draft& draft)
      : context_(context),
        cast_(context.cast),
        material_(context.material),
        quotes_(context.quotes),
        voice_(context.voice),
        asking_(asking),
        draft_(draft) {}

  void Run(const Paragraph& needs) {
    Requests();
    draft_.action.insert(draft_.action.end(), needs.begin(), needs.end());
    if (context_.Lost()) {
      if (material_.later) draft_.AddLine(draft_.action, *material_.later);
      return;
    }
    for (size_t i = 0; i < std::min(kMaxPromises, material_.promises.size()); ++i) {
      EmailLine promise = material_.promises[i];
      if (i == 0) promise.text = InTheirForm(promise.text);
      draft_.Claim(draft_.action, absl::StrCat(promise.text, "."), promise.evidence);
    }
    Recap();
    if (material_.deadline && !IsRequested(*material_.deadline)) {
      draft_.AddLine(draft_.action, *material_.deadline);
    }
    std::string said = absl::StrJoin(draft_.action, " ");
    absl::StrAppend(&said, " ", asking_.Question(said));
    if (material_.meeting && !absl::StrContains(said, FormatDay(material_.meeting->day))) {
      const std::string date = asking_.DateOf(material_.meeting->day);
      const std::string& with = material_.meeting_with;
      draft_.Claim(draft_.action,
                   with.empty() ? voice_.Say("meeting", {{"date", date}})
                                : voice_.Say("meeting.with", {{"date", date}, {"name", with}}),
                   material_.meeting->evidence);
      absl::StrAppend(&said, " ", draft_.action.back());
    }
    if (context_.tier != Tier::kFast) OtherDays(said);
  }

 private:
  // What they want done: retold where the words allow it, else word for word.
  void Requests() const {
    const Reader reader{context_.Recipient(), context_.Today()};
    size_t turn = 0;
    for (const deal::Evidence& request : quotes_.requests) {
      if (draft_.IsSaid(request.quote)) continue;
      const std::string words = WithoutRemarks(request.quote, context_.asides);
      const RetoldRequest retold = Retold(words, request.speaker, reader, cast_);
      const std::string own = WithoutTies(words);
      if (context_.Lost() && !retold.asks && !IsDirectiveVerb(own.substr(0, own.find(' '))))
        continue;
      const std::string whose = voice_.Whose(request);
      const Phrases::Slots slots = {{"words", retold.words.empty() ? words : retold.words},
                                    {"name", FirstName(request.speaker)}};
      draft_.Claim(draft_.action,
                   retold.words.empty() || whose.empty()
                       ? voice_.Say(absl::StrCat("request", whose), slots, turn)
                   : retold.asks ? voice_.Say(absl::StrCat("asked", whose), slots, turn)
                                 : retold.words,
                   request);
      ++turn;
    }
  }

  // "…, as a PDF by email, as you asked": for what is sent, when the words do not say it already.
  std::string InTheirForm(const std::string& promise) const {
    static constexpr absl::string_view kSending[] = {"send", "have", "get", "write", "share"};
    const bool sends = std::any_of(std::begin(kSending), std::end(kSending), [&](auto verb) {
      return absl::StrContains(promise, absl::StrCat(" ", verb, " "));
    });
    if (material_.form.empty() || !sends || absl::StrContains(promise, "PDF")) return promise;
    return absl::StrCat(promise, ", ", material_.form, ", as you asked");
  }

  // What was agreed in key words, in one sentence.
  void Recap() const {
    EmailLine all;
    for (size_t i = 0; i < std::min(kMaxRecaps, material_.recaps.size()); ++i) {
      const EmailLine& recap = material_.recaps[i];
      if (IsRequested(recap) || draft_.IsSaid(recap.text) || NamesTheAskedDay(recap)) continue;
      if (WordsBesidesDates(recap.text) < 2 && !DayNamed(recap.text)) continue;
      if (all.text.empty()) all.evidence = recap.evidence;
      absl::StrAppend(&all.text, all.text.empty() ? "" : "; ", Uncapitalized(recap.text, cast_));
    }
    if (!all.text.empty()) {
      draft_.Claim(draft_.action, voice_.Say("recap", {{"words", all.text}}), all.evidence);
    }
  }

  // Days that were spoken of and that `said` does not name.
  void OtherDays(absl::string_view said) const {
    std::vector<deal::Evidence> words;
    std::vector<std::string> days;
    for (const EmailDay& day : material_.other_days) {
      std::string date = FormatDay(day.day);
      const bool asked =
          material_.items.empty() && material_.promised && material_.promised->day == day.day;
      if (asked || absl::StrContains(said, date) || draft_.IsRepeated(day.evidence)) continue;
      if (absl::StrContains(absl::StrJoin(draft_.action, " "), date)) continue;
      if (!day.matter.empty() && !draft_.IsSaid(day.matter)) {
        draft_.AddLine(draft_.action, {day.matter, day.evidence});
      } else {
        const std::string named =
            day.phrase.empty() ? DayInWords(day.evidence.quote, date) : day.phrase;
        if (!named.empty()) {
          days.push_back(named);
          words.push_back(day.evidence);
        }
      }
    }
    if (days.empty()) return;
    draft_.Claim(draft_.action, voice_.Say("days", {{"dates", Joined(days)}}), words.front());
    for (size_t i = 1; i < days.size(); ++i) {
      draft_.AlsoRestsOn(words[i]);
    }
  }

  // Nothing but the day that the ask names.
  bool NamesTheAskedDay(const EmailLine& recap) const {
    const std::optional<EmailDay> day = asking_.Day();
    return day && WordsBesidesDates(recap.text) == 0 &&
           absl::StrContains(recap.text, FormatDay(day->day));
  }

  // True when the words of a quoted request say it.
  bool IsRequested(const EmailLine& line) const {
    if (quotes_.Request(line.evidence) != nullptr) return true;
    return !DayNamed(line.text) &&
           std::any_of(quotes_.requests.begin(), quotes_.requests.end(),
                       [&](const deal::Evidence& request) {
                         return StemOverlap(ContentStems(request.quote), ContentStems(line.text)) >
                                kSameRequest;
                       });
  }

  const EmailContext& context_;
  const Cast& cast_;
  const EmailMaterial& material_;
  const EmailQuotes& quotes_;
  const Voice& voice_;
  const Asking& asking_;
  Draft& draft_;
};

// "needs.things" where all of it is to be handed over, "needs.questions" where all is to be
// answered.
void SayNeeds(const EmailContext& context, const std::vector<ListedNeed>& needs,
              const std::string& speaker, Paragraph& paragraph, Draft& draft) {
  const auto all = [&](NeedKind kind) {
    return std::all_of(needs.begin(), needs.end(),
                       [&](const ListedNeed& need) { return need.kind == kind; });
  };
  const bool long_items =
      needs.size() > 1 && std::any_of(needs.begin(), needs.end(), [](const ListedNeed& need) {
        return absl::StrContains(need.words, ",");
      });
  std::vector<std::string> words;
  for (const ListedNeed& need : needs) words.push_back(need.words);
  const std::string whose = context.voice.Whose(needs.front().evidence);
  const bool answers = std::all_of(needs.begin(), needs.end(), [](const ListedNeed& need) {
    return need.kind == NeedKind::kQuestion || need.kind == NeedKind::kAskedAloud;
  });
  const std::string kind = all(NeedKind::kThing)      ? ".things"
                           : all(NeedKind::kQuestion) ? ".questions"
                           : answers                  ? ".aloud"
                                                      : "";
  draft.Claim(paragraph,
              context.voice.Say(absl::StrCat("needs", kind, whose),
                                {{"words", long_items ? absl::StrJoin(words, "; ") : Joined(words)},
                                 {"name", FirstName(speaker)}}),
              needs.front().evidence);
  for (size_t i = 1; i < needs.size(); ++i) {
    draft.AlsoRestsOn(needs[i].evidence);
  }
}

}  // namespace

Paragraph WriteNeeds(const EmailContext& context, Draft& draft) {
  Paragraph paragraph;
  for (const NeedsList& list : context.material.needs) {
    if (paragraph.size() == kMaxLists) break;
    std::vector<ListedNeed> needs;
    for (const ListedNeed& need : list.needs) {
      if (context.quotes.Request(need.evidence) == nullptr && !draft.IsSaid(need.words)) {
        needs.push_back(need);
      }
    }
    if (!needs.empty()) SayNeeds(context, needs, list.speaker, paragraph, draft);
  }
  return paragraph;
}

void WriteAction(const EmailContext& context, const Asking& asking, const Paragraph& needs,
                 Draft& draft) {
  ActionWriter(context, asking, draft).Run(needs);
}

}  // namespace throughline::router::extractive
