#include "services/router/domain/extractive/email.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/civil_time.h"
#include "common/base/patience.h"
#include "common/base/status_macros.h"
#include "common/transcript/person.h"
#include "re2/re2.h"
#include "services/router/domain/extractive/email_address.h"
#include "services/router/domain/extractive/email_checks.h"
#include "services/router/domain/extractive/email_cues.h"
#include "services/router/domain/extractive/email_material.h"
#include "services/router/domain/extractive/email_phrases.h"
#include "services/router/domain/extractive/email_quotes.h"
#include "services/router/domain/extractive/email_words.h"
#include "services/router/domain/extractive/engine.h"
#include "services/router/domain/extractive/facts_text.h"
#include "services/router/domain/extractive/language/dates.h"
#include "services/router/domain/extractive/language/perspective.h"
#include "services/router/domain/extractive/language/text.h"
#include "services/router/domain/extractive/language/tokens.h"
#include "services/router/domain/extractive/short_turns.h"

namespace throughline::router::extractive {
namespace {

using deal::Email;
using deal::JourneyStage;

// How many optional sentences of each kind a body may carry, room permitting.
constexpr size_t kMaxPromises = 3;
constexpr size_t kMaxRecaps = 3;
// Most lists of what they need.
constexpr size_t kMaxLists = 2;
// Most people whom an e-mail to somebody else names as spoken with.
constexpr size_t kMaxNames = 3;
// Two sentences that share more than this say the same.
constexpr double kSameSentence = 0.75;

std::string Joined(const std::vector<EmailLine>& items) {
  std::vector<std::string> names;
  for (const EmailLine& item : items) names.push_back(item.text);
  if (names.size() < 2) return names.empty() ? "" : names.front();
  const std::string last = names.back();
  names.pop_back();
  return absl::StrCat(absl::StrJoin(names, ", "), " and ", last);
}

class Composer {
 public:
  Composer(Tier tier, const EmailInput& input, Patience& patience)
      : tier_(tier),
        input_(input),
        cast_(input.call, patience),
        material_(GatherMaterial(tier, input, cast_)),
        quotes_(tier == Tier::kFast ? EmailQuotes{}
                                    : FindQuotes(input, material_.withheld, patience)),
        tone_(Brisk()                                          ? "brisk"
              : input.analysis.stage == JourneyStage::kStalled ? "patient"
                                                               : "warm"),
        seed_(input.call.customer_name.empty() ? input.call.call_id : input.call.customer_name),
        turn_(CallsBefore(input.call.known) + static_cast<size_t>(input.variation)) {}

  Email Run() {
    Email email;
    Address(email);
    email.subject = Capitalized(Subject());
    const std::string sender = SenderOf(input_, cast_);
    std::vector<std::string> opening = {Opener()};
    std::vector<std::string> action, needs;
    if (!Lost()) Needs(needs, email);
    Settled(opening, email);
    Agreed(opening, email);
    Open(opening, email);
    Act(needs, action, email);
    std::string ask = Ask(absl::StrJoin(action, " "));
    const std::string greeting =
        Toned("greeting", {{"name", FirstName(input_.analysis.follow_up.recipient)}});
    const std::string closing = absl::StrCat(
        Toned("closing", {}), sender.empty() ? "" : "\n", sender.empty() ? "" : FirstName(sender),
        cast_.seller() == "the seller" ? "" : absl::StrCat("\n", cast_.seller()));
    const size_t fixed = CountWords(greeting) + CountWords(closing) + CountWords(ask);
    Shorten(fixed, opening, action, email);
    action.push_back(std::move(ask));
    email.body = absl::StrCat(greeting, "\n", absl::StrJoin(opening, " "), "\n\n",
                              absl::StrJoin(action, " "), "\n\n", closing);
    return email;
  }

 private:
  bool Brisk() const {
    const JourneyStage stage = input_.analysis.stage;
    return stage == JourneyStage::kNegotiation || stage == JourneyStage::kProcurement ||
           stage == JourneyStage::kCommit || stage == JourneyStage::kClosedWon || material_.brief;
  }

  // Of the customer, as far as memory tells: no two calls in a row open with the same words.
  static size_t CallsBefore(const deal::DealState& known) {
    return known.timeline.empty() ? static_cast<size_t>(known.version) : known.timeline.size();
  }

  // First names of those who spoke for the customer while the reader was not there; empty when the
  // reader was, or when nobody can tell.
  std::vector<EmailLine> SpokenWith() const {
    std::vector<EmailLine> names;
    for (const transcript::Turn& turn : input_.call.transcript.turns) {
      const std::string& voice = cast_.VoiceOf(turn);
      if (cast_.SideOf(voice) == transcript::Side::kSeller) continue;
      const bool named =
          !voice.empty() && transcript::SideOfRole(voice) == transcript::Side::kUnknown;
      if (!named || voice == input_.analysis.follow_up.recipient) return {};
      const std::string name = FirstName(voice);
      const bool known = std::any_of(names.begin(), names.end(),
                                     [&](const EmailLine& other) { return other.text == name; });
      if (!known) names.push_back({name, {}});
    }
    return names;
  }

  std::string Opener() const {
    const std::vector<EmailLine> spoken_with = SpokenWith();
    if (spoken_with.empty() || spoken_with.size() > kMaxNames) return Toned("opener", {});
    return Say("opener.absent", {{"names", Joined(spoken_with)}});
  }

  bool Lost() const { return input_.analysis.stage == JourneyStage::kClosedLost; }
  bool Won() const { return input_.analysis.stage == JourneyStage::kClosedWon; }

  std::string Say(absl::string_view section, const Phrases::Slots& slots, size_t turn = 0) const {
    return EnglishPhrases().Say(section, seed_, slots, turn_ + turn);
  }
  std::string Toned(absl::string_view section, const Phrases::Slots& slots) const {
    return Say(absl::StrCat(section, ".", tone_), slots);
  }

  void Address(Email& email) const {
    const std::string& recipient = input_.analysis.follow_up.recipient;
    email.to.push_back({recipient, AddressOf(recipient, input_)});
    for (const std::string& name : input_.analysis.follow_up.copy) {
      if (name != recipient) email.copy.push_back({name, AddressOf(name, input_)});
    }
  }

  // The day the ask names: the delivery, unless the next conversation comes right after it.
  std::optional<EmailDay> AskDay() const {
    const bool soon = material_.promised && material_.promised->day <= Today() + 1;
    if (material_.promised && !(soon && material_.meeting)) return material_.promised;
    return material_.meeting;
  }

  bool AsksForMeeting() const {
    const std::optional<EmailDay> day = AskDay();
    return day && material_.meeting && day->day == material_.meeting->day &&
           !(material_.promised && material_.promised->day == day->day);
  }

  std::string FirstItem() const {
    return material_.items.empty() ? "" : material_.items.front().text;
  }

  std::string Subject() const {
    const std::optional<EmailDay> day = AskDay();
    if (Won() || Lost() || material_.items.empty()) {
      const std::string end = Won() ? "won" : Lost() ? "lost" : "nothing";
      if (day && !Lost()) {
        return Say(absl::StrCat("subject.", end, ".dated"), {{"date", FormatDay(day->day)}});
      }
      if (cast_.seller() == "the seller") return Say(absl::StrCat("subject.", end), {});
      return Say(absl::StrCat("subject.", end, ".named"), {{"seller", cast_.seller()}});
    }
    std::string item = FirstItem();
    if (absl::StartsWith(item, "the ")) item = item.substr(4);
    if (!day) return Say("subject.undated", {{"item", item}, {"named", FirstItem()}});
    return Say(AsksForMeeting() ? "subject.meeting" : "subject.deliver",
               {{"item", item}, {"named", FirstItem()}, {"date", FormatDay(day->day)}});
  }

  void Claim(Email& email, std::vector<std::string>& paragraph, std::string sentence,
             const deal::Evidence& evidence) const {
    email.claims.push_back({sentence, {}});
    if (!evidence.quote.empty()) email.claims.back().evidence.push_back(evidence);
    paragraph.push_back(std::move(sentence));
  }

  // One line on what this call settled. Money that is settled is not brought up by name.
  void Settled(std::vector<std::string>& opening, Email& email) const {
    if (Won() || Lost() || tier_ == Tier::kFast) return;
    const deal::Blocker* latest = nullptr;
    for (const deal::Blocker& settled : input_.analysis.resolved_blockers) {
      if (settled.history.empty() || SettledName(settled.category).empty()) continue;
      const deal::Evidence& words = settled.history.back().evidence;
      const auto& open = input_.analysis.open_blockers;
      const bool goes_on = std::any_of(open.begin(), open.end(), [&](const deal::Blocker& other) {
        return other.category == settled.category;
      });
      if (words.call_id != input_.call.call_id || goes_on) continue;
      if (latest == nullptr || latest->history.back().evidence.turn < words.turn) latest = &settled;
    }
    if (latest == nullptr) return;
    Claim(email, opening, Say("settled", {{"item", SettledName(latest->category)}}),
          latest->history.back().evidence);
  }

  void Agreed(std::vector<std::string>& opening, Email& email) const {
    if (Won() || Lost()) return;
    if (material_.agreed) AddLine(opening, email, *material_.agreed);
  }

  void Open(std::vector<std::string>& opening, Email& email) const {
    if (Won() || Lost()) {
      opening = {Say(Won() ? "won" : "lost", {})};
      return;
    }
    if (material_.items.empty()) {
      opening.push_back(Say("nothing.open", {}));
      return;
    }
    const bool many = material_.items.size() > 1;
    if (!material_.condition_names_item) {
      Claim(email, opening,
            Toned(many ? "open.many" : "open.one",
                  {{many ? "items" : "item", Joined(material_.items)}}),
            material_.items.front().evidence);
    }
    const auto& condition = material_.condition;
    if (condition && !IsSaid(email, condition->text) && !IsPartOfRequest(condition->evidence)) {
      Claim(email, opening, absl::StrCat(condition->text, "."), condition->evidence);
    }
    if (tier_ == Tier::kFast) return;
    Telling(opening, email);
  }

  bool IsPartOfRequest(const deal::Evidence& words) const {
    return std::any_of(
        quotes_.requests.begin(), quotes_.requests.end(), [&](const deal::Evidence& request) {
          return request.turn == words.turn && absl::StrContains(request.quote, words.quote);
        });
  }

  // Their own words on the open matter, introduced by whose they are: "quote.own", "quote.other",
  // "quote". What one person said stands behind one introduction.
  void Telling(std::vector<std::string>& paragraph, Email& email) const {
    std::vector<std::vector<deal::Evidence>> groups;
    for (const deal::Evidence& words : quotes_.telling) {
      if (IsSaid(email, words.quote) || SpeaksOfReader(words) || SaysLittle(words)) continue;
      if (groups.empty() || groups.back().front().speaker != words.speaker) groups.emplace_back();
      groups.back().push_back(words);
    }
    for (size_t i = 0; i < groups.size(); ++i) {
      std::string words;
      for (const deal::Evidence& one : groups[i]) {
        if (!words.empty()) words = absl::StrCat(WithoutFullStop(words), "\", and \"");
        absl::StrAppend(&words, Capitalized(WithoutTies(WithoutRemarks(one.quote))));
      }
      const deal::Evidence& first = groups[i].front();
      Claim(email, paragraph,
            Say(absl::StrCat("quote", Whose(first)),
                {{"words", words}, {"name", FirstName(first.speaker)}}, i),
            first);
      for (size_t j = 1; j < groups[i].size(); ++j) {
        email.claims.back().evidence.push_back(groups[i][j]);
      }
    }
  }

  // "That's what's missing, as I see it": nothing to quote beside words that say what it is.
  bool SaysLittle(const deal::Evidence& words) const {
    constexpr size_t kFewStems = 3;
    return quotes_.telling.size() > 1 && Says(WithoutTies(words.quote), "says.little") &&
           ContentStems(words.quote).size() < kFewStems;
  }

  static std::string WithoutFullStop(std::string words) {
    if (absl::EndsWith(words, ".")) words.pop_back();
    return words;
  }

  // The reader is not quoted what others say of them.
  bool SpeaksOfReader(const deal::Evidence& words) const {
    const std::string& reader = input_.analysis.follow_up.recipient;
    return words.speaker != reader && absl::StrContains(words.quote, FirstName(reader));
  }

  // The ending of a section's name: whose the words are.
  std::string Whose(const deal::Evidence& words) const {
    if (words.speaker == input_.analysis.follow_up.recipient) return ".own";
    const bool named = !words.speaker.empty() &&
                       transcript::SideOfRole(words.speaker) == transcript::Side::kUnknown;
    return named ? ".other" : "";
  }

  // What they want done: retold where the words allow it, else word for word.
  void Requests(std::vector<std::string>& paragraph, Email& email) const {
    const Reader reader{input_.analysis.follow_up.recipient, Today()};
    size_t turn = 0;
    for (const deal::Evidence& request : quotes_.requests) {
      if (IsSaid(email, request.quote)) continue;
      const std::string words = WithoutRemarks(request.quote);
      const RetoldRequest retold = Retold(words, request.speaker, reader, cast_);
      const std::string own = WithoutTies(words);
      if (Lost() && !retold.asks && !IsDirectiveVerb(own.substr(0, own.find(' ')))) continue;
      const std::string whose = Whose(request);
      const Phrases::Slots slots = {{"words", retold.words.empty() ? words : retold.words},
                                    {"name", FirstName(request.speaker)}};
      Claim(email, paragraph,
            retold.words.empty() || whose.empty() ? Say(absl::StrCat("request", whose), slots, turn)
            : retold.asks                         ? Say(absl::StrCat("asked", whose), slots, turn)
                                                  : retold.words,
            request);
      ++turn;
    }
  }

  // What they listed, in their words: "needs.things" where all of it is to be handed over,
  // "needs.questions" where all is to be answered.
  void Needs(std::vector<std::string>& paragraph, Email& email) const {
    size_t said = 0;
    for (const NeedsList& list : material_.needs) {
      if (said == kMaxLists) return;
      std::vector<ListedNeed> needs;
      for (const ListedNeed& need : list.needs) {
        if (!IsPartOfRequest(need.evidence) && !IsSaid(email, need.words)) needs.push_back(need);
      }
      if (needs.empty()) continue;
      SayNeeds(needs, list.speaker, paragraph, email);
      ++said;
    }
  }

  void SayNeeds(const std::vector<ListedNeed>& needs, const std::string& speaker,
                std::vector<std::string>& paragraph, Email& email) const {
    const auto all = [&](NeedKind kind) {
      return std::all_of(needs.begin(), needs.end(),
                         [&](const ListedNeed& need) { return need.kind == kind; });
    };
    const bool long_items =
        needs.size() > 1 && std::any_of(needs.begin(), needs.end(), [](const ListedNeed& need) {
          return absl::StrContains(need.words, ",");
        });
    std::vector<EmailLine> lines;
    std::vector<std::string> words;
    for (const ListedNeed& need : needs) {
      lines.push_back({need.words, need.evidence});
      words.push_back(need.words);
    }
    const std::string whose = Whose(needs.front().evidence);
    const bool answers = std::all_of(needs.begin(), needs.end(), [](const ListedNeed& need) {
      return need.kind == NeedKind::kQuestion || need.kind == NeedKind::kAskedAloud;
    });
    const std::string kind = all(NeedKind::kThing)      ? ".things"
                             : all(NeedKind::kQuestion) ? ".questions"
                             : answers                  ? ".aloud"
                                                        : "";
    Claim(email, paragraph,
          Say(absl::StrCat("needs", kind, whose),
              {{"words", long_items ? absl::StrJoin(words, "; ") : Joined(lines)},
               {"name", FirstName(speaker)}}),
          needs.front().evidence);
    for (size_t i = 1; i < needs.size(); ++i) {
      email.claims.back().evidence.push_back(needs[i].evidence);
    }
  }

  absl::CivilDay Today() const {
    return absl::ToCivilDay(input_.call.occurred_at, absl::UTCTimeZone());
  }

  void Act(const std::vector<std::string>& needs, std::vector<std::string>& action,
           Email& email) const {
    Requests(action, email);
    action.insert(action.end(), needs.begin(), needs.end());
    if (Lost()) {
      if (material_.later) AddLine(action, email, *material_.later);
      return;
    }
    for (size_t i = 0; i < std::min(kMaxPromises, material_.promises.size()); ++i) {
      EmailLine promise = material_.promises[i];
      if (i == 0) promise.text = InTheirForm(promise.text);
      Claim(email, action, absl::StrCat(promise.text, "."), promise.evidence);
    }
    Recap(action, email);
    if (material_.deadline && !IsRequested(*material_.deadline)) {
      AddLine(action, email, *material_.deadline);
    }
    std::string said = absl::StrJoin(action, " ");
    absl::StrAppend(&said, " ", Ask(said));
    if (material_.meeting && !absl::StrContains(said, FormatDay(material_.meeting->day))) {
      const std::string date = MeetingDate(material_.meeting->day);
      const std::string& with = material_.meeting_with;
      Claim(email, action,
            with.empty() ? Say("meeting", {{"date", date}})
                         : Say("meeting.with", {{"date", date}, {"name", with}}),
            material_.meeting->evidence);
      absl::StrAppend(&said, " ", action.back());
    }
    if (tier_ != Tier::kFast) OtherDays(said, action, email);
  }

  // Days that were spoken of and that `said` does not name.
  void OtherDays(absl::string_view said, std::vector<std::string>& action, Email& email) const {
    std::vector<EmailLine> days;
    for (const EmailDay& day : material_.other_days) {
      std::string date = FormatDay(day.day);
      const bool asked =
          material_.items.empty() && material_.promised && material_.promised->day == day.day;
      if (asked || absl::StrContains(said, date) || IsRepeated(email, day.evidence)) continue;
      if (absl::StrContains(absl::StrJoin(action, " "), date)) continue;
      if (!day.matter.empty() && !IsSaid(email, day.matter)) {
        AddLine(action, email, {day.matter, day.evidence});
      } else {
        const std::string named =
            day.phrase.empty() ? DayInWords(day.evidence.quote, date) : day.phrase;
        if (!named.empty()) days.push_back({named, day.evidence});
      }
    }
    if (days.empty()) return;
    Claim(email, action, Say("days", {{"dates", Joined(days)}}), days.front().evidence);
    for (size_t i = 1; i < days.size(); ++i) {
      email.claims.back().evidence.push_back(days[i].evidence);
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
  void Recap(std::vector<std::string>& action, Email& email) const {
    EmailLine all;
    for (size_t i = 0; i < std::min(kMaxRecaps, material_.recaps.size()); ++i) {
      const EmailLine& recap = material_.recaps[i];
      if (IsRequested(recap) || IsSaid(email, recap.text) || NamesTheAskedDay(recap)) continue;
      if (WordsBesidesDates(recap.text) < 2 && !DayNamed(recap.text)) continue;
      if (all.text.empty()) all.evidence = recap.evidence;
      absl::StrAppend(&all.text, all.text.empty() ? "" : "; ", Uncapitalized(recap.text, cast_));
    }
    if (!all.text.empty()) {
      Claim(email, action, Say("recap", {{"words", all.text}}), all.evidence);
    }
  }

  // True when a claim gives the very words.
  static bool IsRepeated(const Email& email, const deal::Evidence& words) {
    return std::any_of(
        email.claims.begin(), email.claims.end(), [&](const deal::EmailClaim& claim) {
          return std::any_of(claim.evidence.begin(), claim.evidence.end(), [&](const auto& held) {
            return held.turn == words.turn && absl::StrContains(claim.text, words.quote);
          });
        });
  }

  // Nothing but the day that the ask names.
  bool NamesTheAskedDay(const EmailLine& recap) const {
    const std::optional<EmailDay> day = AskDay();
    return day && WordsBesidesDates(recap.text) == 0 &&
           absl::StrContains(recap.text, FormatDay(day->day));
  }

  // True when a sentence of the body says the same already.
  static bool IsSaid(const Email& email, absl::string_view text) {
    return std::any_of(
        email.claims.begin(), email.claims.end(), [&](const deal::EmailClaim& claim) {
          return StemOverlap(ContentStems(claim.text), ContentStems(text)) > kSameSentence;
        });
  }

  // True when the words of a quoted request say it.
  bool IsRequested(const EmailLine& line) const {
    if (IsPartOfRequest(line.evidence)) return true;
    return !DayNamed(line.text) &&
           std::any_of(quotes_.requests.begin(), quotes_.requests.end(),
                       [&](const deal::Evidence& request) {
                         return StemOverlap(ContentStems(request.quote), ContentStems(line.text)) >
                                kSameSentence;
                       });
  }

  // Skips a line that repeats what the body says already.
  void AddLine(std::vector<std::string>& paragraph, Email& email, const EmailLine& line) const {
    if (!IsSaid(email, line.text)) {
      Claim(email, paragraph, absl::StrCat(line.text, "."), line.evidence);
    }
  }

  // The day of the meeting with the hour the reader asked for; `after` closes the insertion.
  std::string MeetingDate(absl::CivilDay day, absl::string_view after = "") const {
    const bool hour =
        !material_.not_before.empty() && material_.meeting && material_.meeting->day == day;
    return absl::StrCat(FormatDay(day), hour ? ", not before " : "",
                        hour ? material_.not_before : "", hour ? after : "");
  }

  // One question. A day that the paragraph `said` names already is not named again: the next
  // conversation dates the ask then, or "that day".
  std::string Ask(absl::string_view said) const {
    if (Lost()) return Say("ask.lost", {});
    const std::optional<EmailDay> day = AskDay();
    if (material_.items.empty()) {
      return day ? Say("ask.meeting", {{"date", MeetingDate(day->day, ",")}})
                 : Say("ask.nothing", {});
    }
    const std::string item = material_.items.size() > 1 ? "these points" : FirstItem();
    if (!day) return Say("ask.undated", {{"item", item}});
    if (!AsksForMeeting() && material_.promises.empty() && material_.recaps.empty()) {
      return Say("ask.open", {{"item", item}, {"date", FormatDay(day->day)}});
    }
    if (AsksForMeeting()) return Say("ask.meeting", {{"date", MeetingDate(day->day, ",")}});
    if (!absl::StrContains(said, FormatDay(day->day))) {
      return Say("ask.deliver", {{"item", item}, {"date", FormatDay(day->day)}});
    }
    if (material_.meeting && material_.meeting->day > day->day && material_.meeting_with.empty()) {
      return Say("ask.before.meeting",
                 {{"item", item}, {"date", MeetingDate(material_.meeting->day, ",")}});
    }
    return Say("ask.same.day", {{"item", item}, {"weekday", WeekdayOf(day->day)}});
  }

  static std::string WeekdayOf(absl::CivilDay day) {
    const std::string date = FormatDay(day);
    return date.substr(0, date.find(','));
  }

  // Drops the least needed sentences until the body is short enough: from the end of the second
  // paragraph first, never its first sentence, then from the first paragraph.
  void Shorten(size_t fixed, std::vector<std::string>& opening, std::vector<std::string>& action,
               Email& email) const {
    const size_t most = material_.brief ? kMaxMessageWords : kMaxEmailWords;
    const auto words = [&] {
      return fixed + CountWords(absl::StrJoin(opening, " ")) +
             CountWords(absl::StrJoin(action, " "));
    };
    const auto drop = [&](std::vector<std::string>& paragraph) {
      const std::string sentence = paragraph.back();
      paragraph.pop_back();
      email.claims.erase(
          std::remove_if(email.claims.begin(), email.claims.end(),
                         [&](const deal::EmailClaim& claim) { return claim.text == sentence; }),
          email.claims.end());
    };
    const size_t sentences = material_.brief ? 2 : 3;
    while (words() > most && opening.size() > sentences) drop(opening);
    while (words() > most && action.size() > 1) drop(action);
    while (words() > most && opening.size() > 2) drop(opening);
  }

  Tier tier_;
  const EmailInput& input_;
  const Cast cast_;
  const EmailMaterial material_;
  const EmailQuotes quotes_;
  const std::string tone_;
  const std::string seed_;
  const size_t turn_;
};

absl::StatusOr<Email> Compose(const Context& context, Tier tier, const EmailInput& input) {
  Patience patience(context);
  Composer composer(tier, input, patience);
  RETURN_IF_ERROR(patience.Check());
  return composer.Run();
}

}  // namespace

size_t CountWords(absl::string_view text) {
  const std::vector<absl::string_view> words =
      absl::StrSplit(text, absl::ByAnyChar(" \n"), absl::SkipEmpty());
  return words.size();
}

absl::StatusOr<Email> WriteEmail(const Context& context, Tier tier, const EmailInput& input) {
  if (input.analysis.follow_up.recipient.empty() || !input.analysis.is_sales_call) return Email{};
  const ShortTurns turns(input.call);
  if (&*turns == &input.call) return Compose(context, tier, input);
  EmailInput cut = input;
  cut.call = *turns;
  return Compose(context, tier, cut);
}

Email WriteEmail(Tier tier, const EmailInput& input) {
  return *WriteEmail(Context::Background(), tier, input);
}

}  // namespace throughline::router::extractive
