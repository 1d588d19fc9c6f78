#include "services/router/domain/extractive/email.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/civil_time.h"
#include "services/router/domain/extractive/email_address.h"
#include "services/router/domain/extractive/email_material.h"
#include "services/router/domain/extractive/email_phrases.h"
#include "services/router/domain/extractive/engine.h"
#include "services/router/domain/extractive/facts_text.h"
#include "services/router/domain/extractive/language/dates.h"
#include "services/router/domain/extractive/language/tokens.h"

namespace throughline::router::extractive {
namespace {

using deal::Email;
using deal::JourneyStage;

// How many optional sentences of each kind a body may carry, room permitting.
constexpr size_t kMaxPromises = 2;
constexpr size_t kMaxRecaps = 3;
constexpr size_t kMaxWishes = 2;
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

// The seller who speaks most signs.
std::string SenderOf(const EmailInput& input, const Cast& cast) {
  std::vector<std::pair<size_t, std::string>> sellers;
  for (const std::string& name : cast.People(transcript::Side::kSeller)) {
    const size_t turns = static_cast<size_t>(
        std::count_if(input.call.transcript.turns.begin(), input.call.transcript.turns.end(),
                      [&](const transcript::Turn& turn) { return turn.speaker == name; }));
    sellers.emplace_back(turns, name);
  }
  const auto best =
      std::max_element(sellers.begin(), sellers.end(),
                       [](const auto& a, const auto& b) { return a.first < b.first; });
  return best == sellers.end() ? "" : best->second;
}

class Composer {
 public:
  Composer(Tier tier, const EmailInput& input)
      : tier_(tier),
        input_(input),
        cast_(input.call),
        material_(GatherMaterial(tier, input, cast_)),
        tone_(Brisk() ? "brisk" : "warm") {
    seed_ = absl::StrCat(input.call.call_id, "/", static_cast<int>(Category()));
  }

  Email Run() {
    Email email;
    Address(email);
    email.subject = Capitalized(Subject());
    const std::string sender = SenderOf(input_, cast_);
    std::vector<std::string> opening = {Toned("opener", {})};
    std::vector<std::string> action;
    Settled(opening, email);
    Open(opening, email);
    Act(action, email);
    std::string ask = Ask();
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
           stage == JourneyStage::kCommit || stage == JourneyStage::kClosedWon;
  }

  deal::BlockerCategory Category() const {
    return input_.analysis.primary_blocker ? input_.analysis.primary_blocker->category
                                           : deal::BlockerCategory::kNone;
  }

  bool Lost() const { return input_.analysis.stage == JourneyStage::kClosedLost; }
  bool Won() const { return input_.analysis.stage == JourneyStage::kClosedWon; }

  std::string Say(absl::string_view section, const Phrases::Slots& slots) const {
    return EnglishPhrases().Say(section, seed_, slots);
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
    const absl::CivilDay today = absl::ToCivilDay(input_.call.occurred_at, absl::UTCTimeZone());
    const bool soon = material_.promised && material_.promised->day <= today + 1;
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
    if (Won()) return Say("subject.won", {});
    if (Lost()) return Say("subject.lost", {});
    if (material_.items.empty()) return Say("subject.nothing", {});
    std::string item = FirstItem();
    if (absl::StartsWith(item, "the ")) item = item.substr(4);
    const std::optional<EmailDay> day = AskDay();
    if (!day) return Say("subject.undated", {{"item", item}});
    return Say(AsksForMeeting() ? "subject.meeting" : "subject.deliver",
               {{"item", item}, {"date", FormatDay(day->day)}});
  }

  void Claim(Email& email, std::vector<std::string>& paragraph, std::string sentence,
             const deal::Evidence& evidence) const {
    email.claims.push_back({sentence, {}});
    if (!evidence.quote.empty()) email.claims.back().evidence.push_back(evidence);
    paragraph.push_back(std::move(sentence));
  }

  void Settled(std::vector<std::string>& opening, Email& email) const {
    if (Won() || Lost()) return;
    if (material_.agreed) return AddLine(opening, email, *material_.agreed, "");
    if (!material_.settled) return;
    Claim(email, opening, Say("settled", {{"item", material_.settled->text}}),
          material_.settled->evidence);
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
    Claim(email, opening,
          Toned(many ? "open.many" : "open.one",
                {{many ? "items" : "item", Joined(material_.items)}}),
          material_.items.front().evidence);
    if (material_.condition) {
      Claim(email, opening, absl::StrCat(material_.condition->text, "."),
            material_.condition->evidence);
    }
    if (tier_ == Tier::kFast) return;
    for (size_t i = 0; i < std::min(kMaxWishes, material_.wishes.size()); ++i) {
      AddLine(opening, email, material_.wishes[i], "");
    }
  }

  void Act(std::vector<std::string>& action, Email& email) const {
    if (Lost()) return;
    for (size_t i = 0; i < std::min(kMaxPromises, material_.promises.size()); ++i) {
      AddLine(action, email, material_.promises[i], "");
    }
    for (size_t i = 0; i < std::min(kMaxRecaps, material_.recaps.size()); ++i) {
      AddLine(action, email, material_.recaps[i], "recap");
    }
    if (material_.deadline) AddLine(action, email, *material_.deadline, "");
    const std::string said = absl::StrCat(absl::StrJoin(action, " "), " ", Ask());
    if (material_.meeting && !absl::StrContains(said, FormatDay(material_.meeting->day))) {
      const std::string date = FormatDay(material_.meeting->day);
      const std::string& with = material_.meeting_with;
      Claim(email, action,
            with.empty() ? Say("meeting", {{"date", date}})
                         : Say("meeting.with", {{"date", date}, {"name", with}}),
            material_.meeting->evidence);
    }
  }

  // Skips a line that repeats what the body says already.
  void AddLine(std::vector<std::string>& paragraph, Email& email, const EmailLine& line,
               absl::string_view section) const {
    for (const deal::EmailClaim& claim : email.claims) {
      if (StemOverlap(ContentStems(claim.text), ContentStems(line.text)) > kSameSentence) return;
    }
    std::string sentence = absl::StrCat(line.text, ".");
    if (section == "recap") {
      // Two summaries in one e-mail are not introduced with the same words.
      sentence = EnglishPhrases().Say(section, seed_, {{"words", Uncapitalized(line.text, cast_)}},
                                      paragraph.size());
    }
    Claim(email, paragraph, std::move(sentence), line.evidence);
  }

  std::string Ask() const {
    if (Lost()) return Say("ask.lost", {});
    const std::optional<EmailDay> day = AskDay();
    if (material_.items.empty()) {
      return day ? Say("ask.meeting", {{"date", FormatDay(day->day)}}) : Say("ask.nothing", {});
    }
    const std::string item = material_.items.size() > 1 ? "these points" : FirstItem();
    if (!day) return Say("ask.undated", {{"item", item}});
    if (AsksForMeeting()) {
      return Say("ask.meeting", {{"date", FormatDay(day->day)}});
    }
    return Say("ask.deliver", {{"item", item}, {"date", FormatDay(day->day)}});
  }

  // Drops the least needed sentences until the body is short enough: from the end of the second
  // paragraph first, never its first sentence, then from the first paragraph.
  static void Shorten(size_t fixed, std::vector<std::string>& opening,
                      std::vector<std::string>& action, Email& email) {
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
    while (words() > kMaxEmailWords && opening.size() > 3) drop(opening);
    while (words() > kMaxEmailWords && action.size() > 1) drop(action);
    while (words() > kMaxEmailWords && opening.size() > 2) drop(opening);
  }

  Tier tier_;
  const EmailInput& input_;
  const Cast cast_;
  const EmailMaterial material_;
  std::string tone_;
  std::string seed_;
};

}  // namespace

size_t CountWords(absl::string_view text) {
  const std::vector<absl::string_view> words =
      absl::StrSplit(text, absl::ByAnyChar(" \n"), absl::SkipEmpty());
  return words.size();
}

Email WriteEmail(Tier tier, const EmailInput& input) {
  if (input.analysis.follow_up.recipient.empty() || !input.analysis.is_sales_call) return {};
  return Composer(tier, input).Run();
}

}  // namespace throughline::router::extractive
