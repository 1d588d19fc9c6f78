#include "common/transcript/introductions.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/transcript/header.h"
#include "common/transcript/text.h"
#include "common/transcript/title_words.h"

namespace throughline::transcript {
namespace {

// People introduce themselves at the start of a turn.
constexpr size_t kMaxIntroductionBytes = 500;
constexpr size_t kMaxOrganizationWords = 4;
// Words of the call searched for an invitee's name.
constexpr size_t kMaxSearchedTurns = 2000;
constexpr size_t kMaxInvitees = 20;
constexpr int kLeastMentionsOfFirstName = 2;

absl::string_view FirstName(absl::string_view name) { return name.substr(0, name.find(' ')); }

bool EndsPhrase(absl::string_view word) {
  return absl::string_view(",.;!?").find(word.back()) != absl::string_view::npos;
}

// The capitalised words that `text` opens with: "Northgate Foods, and" → "Northgate Foods".
absl::string_view TakeOrganization(absl::string_view text) {
  absl::ConsumePrefix(&text, "the ");
  size_t end = 0;
  size_t count = 0;
  for (absl::string_view word : Words(text.substr(0, 120))) {
    if (!StartsLikeName(word) || count == kMaxOrganizationWords) break;
    end = static_cast<size_t>(word.data() - text.data()) + word.size();
    ++count;
    if (EndsPhrase(word)) break;
  }
  absl::string_view organization = text.substr(0, end);
  while (!organization.empty() && EndsPhrase(organization)) organization.remove_suffix(1);
  return organization == "I" || IsCommonWordLabel(organization) ? "" : organization;
}

// What follows somebody's own name: ", plant manager", " here, plant manager", ". Plant manager.",
// " from Northgate".
void DescribeSelf(absl::string_view after_name, Participant* person) {
  absl::ConsumePrefix(&after_name, " here");
  const bool comma = absl::ConsumePrefix(&after_name, ",");
  if (comma || absl::ConsumePrefix(&after_name, ".")) {
    absl::ConsumePrefix(&after_name, " and");
    absl::ConsumePrefix(&after_name, " ");
    if (person->title.empty()) person->title = std::string(TakeTitle(after_name));
  } else {
    absl::ConsumePrefix(&after_name, " ");
  }
  for (absl::string_view preposition : {"from ", "with ", "over at ", "at "}) {
    if (!absl::ConsumePrefix(&after_name, preposition)) continue;
    const absl::string_view organization = TakeOrganization(after_name);
    if (organization.empty()) continue;
    if (IsTitle(organization)) {
      if (person->title.empty()) person->title = std::string(organization);
    } else if (person->organization.empty()) {
      person->organization = std::string(organization);
    }
    break;
  }
}

void ReadSelfIntroduction(absl::string_view text, Participant* person) {
  for (const std::string& name : {person->name, std::string(FirstName(person->name))}) {
    const size_t at = text.find(name);
    if (at == absl::string_view::npos) continue;
    // "Ana, plant manager" in Ana's mouth; "Thanks, Ana from Northgate" would be odd.
    DescribeSelf(text.substr(at + name.size()), person);
    break;
  }
  for (absl::string_view lead : {"I'm ", "I am ", "I\xE2\x80\x99m "}) {
    for (size_t at = text.find(lead); at != absl::string_view::npos; at = text.find(lead, at + 1)) {
      const absl::string_view title = TakeTitle(text.substr(at + lead.size()));
      if (person->title.empty()) person->title = std::string(title);
    }
  }
}

// "Ben, our CFO", "Ben, she's the plant manager", "our CFO, Ben", "our CFO Ben".
void ReadThirdPerson(absl::string_view text, absl::string_view first_name, Participant* person) {
  const std::string comma_name = absl::StrCat(first_name, ", ");
  for (size_t at = text.find(comma_name); at != absl::string_view::npos;
       at = text.find(comma_name, at + 1)) {
    absl::string_view after = text.substr(at + comma_name.size());
    for (absl::string_view link : {"she's ", "he's ", "they're ", "who's ", "she is ", "he is "}) {
      if (absl::ConsumePrefix(&after, link)) break;
    }
    const bool linked = absl::StartsWith(after, "our ") || absl::StartsWith(after, "the ") ||
                        absl::StartsWith(after, "my ");
    absl::ConsumePrefix(&after, "my ");
    if (linked) person->title = std::string(TakeTitle(after));
    if (!person->title.empty()) return;
  }
  const size_t name_at = text.find(first_name);
  if (name_at == absl::string_view::npos || name_at < 6) return;
  const absl::string_view before = text.substr(0, name_at);
  const size_t our = before.rfind("our ");
  if (our == absl::string_view::npos) return;
  const absl::string_view title = TakeTitle(before.substr(our));
  const absl::string_view between = before.substr(our + 4 + title.size());
  if (between == " " || between == ", ") person->title = std::string(title);
}

// First names that one person of the call bears, with that person.
std::map<std::string, size_t> UniqueFirstNames(const std::vector<Participant>& people) {
  std::map<std::string, size_t> owner;
  std::map<std::string, int> bearers;
  for (size_t i = 0; i < people.size(); ++i) {
    const std::string first(FirstName(people[i].name));
    ++bearers[first];
    owner[first] = i;
  }
  for (const auto& [first, count] : bearers) {
    if (count > 1 || !StartsLikeName(first)) owner.erase(first);
  }
  return owner;
}

// "Deborah Kline" in `text` for the surname "Kline" and the initial 'D'.
std::string FullNameIn(absl::string_view text, absl::string_view surname, char initial) {
  for (size_t at = text.find(surname); at != absl::string_view::npos;
       at = text.find(surname, at + 1)) {
    if (at < 3 || text[at - 1] != ' ') continue;
    const size_t start = text.rfind(' ', at - 2);
    const absl::string_view first =
        text.substr(start == absl::string_view::npos ? 0 : start + 1,
                    at - 1 - (start == absl::string_view::npos ? 0 : start + 1));
    if (first.size() > 1 && first[0] == initial && !EndsPhrase(first)) {
      return absl::StrCat(first, " ", surname);
    }
  }
  return "";
}

// The one first name with this initial that the call keeps mentioning inside sentences.
std::string RecurringFirstName(const Draft& draft, char initial) {
  std::map<std::string, int> mentions;
  const size_t limit = std::min(draft.turns.size(), kMaxSearchedTurns);
  for (size_t i = 0; i < limit; ++i) {
    bool sentence_start = true;
    for (absl::string_view word : Words(draft.turns[i].text)) {
      std::string bare(word.substr(0, word.find_first_of(",.;!?'\"")));
      const bool name_like = bare.size() > 2 && bare[0] == initial &&
                             std::all_of(bare.begin() + 1, bare.end(), absl::ascii_islower);
      if (name_like && !sentence_start && !IsCommonWordLabel(bare)) ++mentions[std::move(bare)];
      sentence_start = EndsPhrase(word) && word.back() != ',';
    }
  }
  if (mentions.size() != 1 || mentions.begin()->second < kLeastMentionsOfFirstName) return "";
  return mentions.begin()->first;
}

std::string Capitalized(absl::string_view word) {
  std::string capitalized(word);
  if (!capitalized.empty()) capitalized[0] = absl::ascii_toupper(capitalized[0]);
  return capitalized;
}

std::string NameOfMailbox(const Draft& draft, absl::string_view local) {
  const std::vector<std::string> parts =
      absl::StrSplit(local, absl::ByAnyChar("._-"), absl::SkipEmpty());
  const bool letters = std::all_of(local.begin(), local.end(), [](char c) {
    return absl::ascii_isalpha(c) || c == '.' || c == '_' || c == '-';
  });
  if (!letters || local.size() < 4) return "";
  if (parts.size() == 2 && parts[0].size() > 1) {
    return absl::StrCat(Capitalized(parts[0]), " ", Capitalized(parts[1]));
  }
  if (parts.size() != 1) return "";
  const char initial = absl::ascii_toupper(local[0]);
  const std::string surname = Capitalized(local.substr(1));
  const size_t limit = std::min(draft.turns.size(), kMaxSearchedTurns);
  for (size_t i = 0; i < limit; ++i) {
    std::string name = FullNameIn(draft.turns[i].text, surname, initial);
    if (!name.empty()) return name;
  }
  const std::string first = RecurringFirstName(draft, initial);
  if (absl::EqualsIgnoreCase(first, local)) return first;  // the mailbox tells no more
  return first.empty() ? "" : absl::StrCat(first, " ", surname);
}

}  // namespace

void ReadIntroductions(const Draft& draft, People* people) {
  std::vector<Participant>& everybody = people->participants();
  const std::map<std::string, size_t> first_names = UniqueFirstNames(everybody);
  const size_t limit = std::min(draft.turns.size(), kMaxIntroductionTurns);
  for (size_t i = 0; i < limit; ++i) {
    const absl::string_view text =
        absl::string_view(draft.turns[i].text).substr(0, kMaxIntroductionBytes);
    const int32_t speaker = people->OfSpeaker(draft.turns[i].speaker);
    if (speaker >= 0) ReadSelfIntroduction(text, &everybody[static_cast<size_t>(speaker)]);
    for (const auto& [first_name, index] : first_names) {
      const bool other = static_cast<int32_t>(index) != speaker;
      if (other && everybody[index].title.empty() && absl::StrContains(text, first_name)) {
        ReadThirdPerson(text, first_name, &everybody[index]);
      }
    }
  }
}

void NameInvitees(const Draft& draft, People* people) {
  size_t searched = 0;
  std::vector<Participant>& everybody = people->participants();
  for (Participant& person : everybody) {
    const bool nameless = !person.email.empty() && person.name == person.email;
    if (!nameless || ++searched > kMaxInvitees) continue;
    const std::string name =
        NameOfMailbox(draft, absl::string_view(person.email).substr(0, person.email.find('@')));
    const bool taken = std::any_of(everybody.begin(), everybody.end(),
                                   [&](const auto& other) { return other.name == name; });
    if (!name.empty() && !taken) person.name = name;
  }
}

}  // namespace throughline::transcript
