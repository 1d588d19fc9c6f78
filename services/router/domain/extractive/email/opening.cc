#include "services/router/domain/extractive/email/opening.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/transcript/person.h"
#include "services/router/domain/extractive/email/cues.h"
#include "services/router/domain/extractive/email/email.h"
#include "services/router/domain/extractive/email/words.h"
#include "services/router/domain/extractive/facts/facts.h"
#include "services/router/domain/extractive/language/tokens.h"

namespace throughline::router::extractive {
namespace {

// Most people whom an e-mail to somebody else names as spoken with.
constexpr size_t kMaxNames = 3;
// What is only repeated because there is room has to say something.
constexpr size_t kSpareStems = 4;

class OpeningWriter {
 public:
  OpeningWriter(const EmailContext& context, Draft& draft)
      : context_(context),
        input_(context.input),
        cast_(context.cast),
        material_(context.material),
        quotes_(context.quotes),
        voice_(context.voice),
        draft_(draft) {}

  void Run() {
    draft_.opening = {Opener()};
    Settled();
    Agreed();
    Open();
  }

  void UseRoom(size_t room) {
    const auto& spare = quotes_.spare;
    if (context_.Won() || context_.Lost() || !spare || !IsNews(*spare)) return;
    if (draft_.IsRepeated(*spare) || Says(WithoutTies(spare->quote), "points") ||
        ContentStems(spare->quote).size() < kSpareStems) {
      return;
    }
    std::string sentence = Introduced(Cut(*spare), *spare, kMaxEmailQuotes);
    if (CountWords(sentence) > room) return;
    draft_.Claim(draft_.opening, std::move(sentence), *spare);
  }

 private:
  // First names of those who spoke for the customer while the reader was not there; empty when the
  // reader was, or when nobody can tell.
  std::vector<std::string> SpokenWith() const {
    std::vector<std::string> names;
    for (const transcript::Turn& turn : input_.call.transcript.turns) {
      const std::string& voice = cast_.VoiceOf(turn);
      if (cast_.SideOf(voice) == transcript::Side::kSeller) continue;
      const bool named =
          !voice.empty() && transcript::SideOfRole(voice) == transcript::Side::kUnknown;
      if (!named || voice == context_.Recipient()) return {};
      const std::string name = FirstName(voice);
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
    return names;
  }

  std::string Opener() const {
    const std::vector<std::string> spoken_with = SpokenWith();
    if (spoken_with.empty() || spoken_with.size() > kMaxNames) return voice_.Toned("opener", {});
    return voice_.Say("opener.absent", {{"names", Joined(spoken_with)}});
  }

  std::string Cut(const deal::Evidence& words) const {
    return Capitalized(WithoutTies(WithoutRemarks(words.quote, context_.asides)));
  }

  std::string Introduced(const std::string& words, const deal::Evidence& by, size_t turn) const {
    return voice_.Say(absl::StrCat("quote", voice_.Whose(by)),
                      {{"words", words}, {"name", FirstName(by.speaker)}}, turn);
  }

  // One line on what this call settled. Money that is settled is not brought up by name.
  void Settled() const {
    if (context_.Won() || context_.Lost() || context_.tier == Tier::kFast) return;
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
    draft_.Claim(draft_.opening, voice_.Say("settled", {{"item", SettledName(latest->category)}}),
                 latest->history.back().evidence);
  }

  void Agreed() const {
    if (context_.Won() || context_.Lost()) return;
    if (material_.agreed) draft_.AddLine(draft_.opening, *material_.agreed);
  }

  void Open() const {
    if (context_.Won() || context_.Lost()) {
      draft_.opening = {voice_.Say(context_.Won() ? "won" : "lost", {})};
      return;
    }
    if (material_.items.empty()) {
      draft_.opening.push_back(voice_.Say("nothing.open", {}));
      return;
    }
    const bool many = material_.items.size() > 1;
    if (!material_.condition_names_item) {
      draft_.Claim(draft_.opening,
                   voice_.Toned(many ? "open.many" : "open.one",
                                {{many ? "items" : "item", Joined(ItemNames())}}),
                   material_.items.front().evidence);
    }
    const auto& condition = material_.condition;
    if (condition && !draft_.IsSaid(condition->text) &&
        quotes_.Request(condition->evidence) == nullptr) {
      draft_.Claim(draft_.opening, absl::StrCat(condition->text, "."), condition->evidence);
    }
    if (context_.tier == Tier::kFast) return;
    Telling();
  }

  std::vector<std::string> ItemNames() const {
    std::vector<std::string> names;
    for (const EmailLine& item : material_.items) names.push_back(item.text);
    return names;
  }

  // Their own words on the open matter, introduced by whose they are: "quote.own", "quote.other",
  // "quote". What one person said stands behind one introduction.
  void Telling() const {
    std::vector<std::vector<deal::Evidence>> groups;
    for (const deal::Evidence& words : quotes_.telling) {
      if (!IsNews(words)) continue;
      if (groups.empty() || groups.back().front().speaker != words.speaker) groups.emplace_back();
      groups.back().push_back(words);
    }
    for (size_t i = 0; i < groups.size(); ++i) {
      std::string words;
      for (const deal::Evidence& one : groups[i]) {
        if (!words.empty()) words = absl::StrCat(WithoutFullStop(words), "\", and \"");
        absl::StrAppend(&words, Cut(one));
      }
      const deal::Evidence& first = groups[i].front();
      draft_.Claim(draft_.opening, Introduced(words, first, i), first);
      for (size_t j = 1; j < groups[i].size(); ++j) {
        draft_.AlsoRestsOn(groups[i][j]);
      }
    }
  }

  bool IsNews(const deal::Evidence& words) const {
    return !draft_.IsSaid(words.quote) && !draft_.IsSaid(WithDigits(words.quote)) &&
           !SpeaksOfReader(words) && !SaysLittle(words);
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
    const std::string& reader = context_.Recipient();
    return words.speaker != reader && absl::StrContains(words.quote, FirstName(reader));
  }

  const EmailContext& context_;
  const EmailInput& input_;
  const Cast& cast_;
  const EmailMaterial& material_;
  const EmailQuotes& quotes_;
  const Voice& voice_;
  Draft& draft_;
};

}  // namespace

void WriteOpening(const EmailContext& context, Draft& draft) {
  OpeningWriter(context, draft).Run();
}

void UseRoom(const EmailContext& context, size_t room, Draft& draft) {
  OpeningWriter(context, draft).UseRoom(room);
}

}  // namespace throughline::router::extractive
