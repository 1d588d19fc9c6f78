#include "common/transcript/people.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/transcript/parse.h"
#include "common/transcript/person.h"
#include "common/transcript/text.h"

namespace throughline::transcript {
namespace {

constexpr int32_t kNoPerson = -1;
constexpr int32_t kAmbiguous = -2;

void FillBlank(const std::string& value, std::string* field) {
  if (field->empty()) *field = value;
}

bool IsOneWord(absl::string_view name) { return name.find(' ') == absl::string_view::npos; }

// The letters of an e-mail address's local part: "sarah.chen2@acme" → "sarahchen".
std::string LocalLetters(absl::string_view email) {
  std::string letters;
  for (char c : email.substr(0, email.find('@'))) {
    if (absl::ascii_isalpha(c)) letters.push_back(absl::ascii_tolower(c));
  }
  return letters;
}

// The letters of U+00C0 to U+017F as addresses have them.
constexpr absl::string_view kPlainLetters =
    "aaaaaaaceeeeiiiidnooooo ouuuuytsaaaaaaaceeeeiiiidnooooo ouuuuyty"
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkkllllllllll"
    "nnnnnnnnnoooooooorrrrrrsssssssstttttt"
    "uuuuuuuuuuuuwwyyyzzzzzzs";
static_assert(kPlainLetters.size() == 0x180 - 0xC0);

// "rodrigo peña": "rodrigo pena".
std::string WithoutAccents(absl::string_view lowered) {
  std::string plain;
  for (size_t i = 0; i < lowered.size(); ++i) {
    const auto byte = static_cast<unsigned char>(lowered[i]);
    const bool accented = byte >= 0xC3 && byte <= 0xC5 && i + 1 < lowered.size();
    if (accented) {
      const auto next = static_cast<unsigned char>(lowered[++i]);
      plain.push_back(kPlainLetters[(byte - 0xC3U) * 0x40 + (next & 0x3FU)]);
    } else {
      plain.push_back(lowered[i]);
    }
  }
  return plain;
}

// Whether a mailbox of these letters is the usual one for the name: sarahchen, schen, sarahc,
// chens, sarah, icalloway.
bool MailboxFits(absl::string_view letters, absl::string_view name) {
  const std::string lowered = WithoutAccents(Lowered(name));
  const std::vector<absl::string_view> words = Words(lowered);
  if (words.empty() || letters.size() < 3) return false;
  const std::string first(words.front());
  const std::string last(words.back());
  if (words.size() == 1) return letters == first;
  return letters == absl::StrCat(first, last) || letters == absl::StrCat(last, first) ||
         letters == absl::StrCat(first.substr(0, 1), last) ||
         letters == absl::StrCat(first, last.substr(0, 1)) ||
         letters == absl::StrCat(last, first.substr(0, 1)) || letters == first || letters == last;
}

}  // namespace

People::People(const Draft& draft) : of_speaker_(draft.speakers.size(), kNoPerson) {
  // Full names first, so that a later "Ana" finds "Ana Rivera" wherever either stands.
  for (const PersonNote& note : draft.listed) {
    if (note.person.name != note.person.email) MergeOrAdd(note, false);
  }
  for (const bool one_word : {false, true}) {
    for (size_t i = 0; i < draft.speakers.size(); ++i) {
      const PersonNote& note = draft.speakers[i];
      if (IsOneWord(note.person.name) == one_word) of_speaker_[i] = MergeOrAdd(note, true);
    }
  }
  // Bare e-mail addresses last: most belong to somebody already known.
  for (const PersonNote& note : draft.listed) {
    if (note.person.name == note.person.email) MergeOrAdd(note, false);
  }
}

int32_t People::OfSpeaker(int32_t speaker) const {
  return speaker < 0 ? kNoPerson : of_speaker_[static_cast<size_t>(speaker)];
}

void People::FillFrom(const std::vector<Participant>& known) {
  for (const Participant& earlier : known) {
    auto found = by_key_.find(Lowered(earlier.name));
    if (found == by_key_.end()) found = by_key_.find(Lowered(earlier.email));
    if (found == by_key_.end()) continue;
    Participant& person = participants_[static_cast<size_t>(found->second)];
    if (person.name == person.email && !earlier.name.empty()) person.name = earlier.name;
    FillBlank(earlier.title, &person.title);
    FillBlank(earlier.organization, &person.organization);
    FillBlank(earlier.email, &person.email);
    if (person.side == Side::kUnknown) person.side = earlier.side;
  }
}

int32_t People::Find(const PersonNote& note) const {
  for (const std::string& key : {note.person.email, note.person.name, note.alias}) {
    if (key.empty()) continue;
    const auto found = by_key_.find(Lowered(key));
    if (found != by_key_.end()) return found->second;
  }
  // Looks at everybody, so not once there are too many people anyway.
  if (!note.person.email.empty() && !overflowed_) {
    const int32_t found = FindByEmailName(note.person.email);
    if (found != kNoPerson) return found;
  }
  return FindByPartOfName(note.person.name);
}

// "Mike" or "Reynolds" for "Mike Reynolds"; "Mike Reynolds" for a listed "Mike"; "MR" by initials.
int32_t People::FindByPartOfName(absl::string_view name) const {
  if (IsOneWord(name)) {
    const auto found = by_part_.find(Lowered(name));
    return found == by_part_.end() || found->second < 0 ? kNoPerson : found->second;
  }
  const auto found = by_key_.find(Lowered(name.substr(0, name.find(' '))));
  if (found == by_key_.end()) return kNoPerson;
  const Participant& person = participants_[static_cast<size_t>(found->second)];
  return IsOneWord(person.name) &&
                 absl::EqualsIgnoreCase(person.name, name.substr(0, person.name.size()))
             ? found->second
             : kNoPerson;
}

int32_t People::FindByEmailName(absl::string_view email) const {
  const std::string letters = LocalLetters(email);
  int32_t match = kNoPerson;
  for (size_t i = 0; i < participants_.size(); ++i) {
    const Participant& person = participants_[i];
    if (!person.email.empty() || !MailboxFits(letters, person.name)) continue;
    if (match != kNoPerson) return kNoPerson;
    match = static_cast<int32_t>(i);
  }
  return match;
}

int32_t People::MergeOrAdd(const PersonNote& note, bool spoke) {
  int32_t index = Find(note);
  if (index == kNoPerson) {
    if (participants_.size() >= kMaxParticipants) {
      overflowed_ = true;
      return kNoPerson;
    }
    index = static_cast<int32_t>(participants_.size());
    participants_.emplace_back();
    participants_.back().name = note.person.name;
    guests_.push_back(false);
  }
  Merge(note, spoke, index);
  Index(index, note);
  return index;
}

void People::Merge(const PersonNote& note, bool spoke, int32_t index) {
  Participant& person = participants_[static_cast<size_t>(index)];
  if (IsOneWord(person.name) && !IsOneWord(note.person.name)) person.name = note.person.name;
  FillBlank(note.person.title, &person.title);
  FillBlank(note.person.organization, &person.organization);
  FillBlank(note.person.email, &person.email);
  if (person.side == Side::kUnknown) person.side = note.person.side;
  const Presence presence = spoke ? Presence::kPresent : note.person.presence;
  // Who speaks is there, whatever a list says; who is on the list of attendees beats an invitation.
  const bool stronger = person.presence == Presence::kUnknown || presence == Presence::kPresent;
  if (presence != Presence::kUnknown && stronger) person.presence = presence;
  if (note.guest) guests_[static_cast<size_t>(index)] = true;
}

void People::Index(int32_t index, const PersonNote& note) {
  for (const std::string& key : {note.person.name, note.alias, note.person.email}) {
    if (!key.empty()) by_key_.emplace(Lowered(key), index);
  }
  const std::string name = Lowered(note.person.name);
  if (IsOneWord(name)) return;
  std::string initials;
  for (absl::string_view word : Words(name)) initials.push_back(word[0]);
  for (const std::string& part :
       {name.substr(0, name.find(' ')), name.substr(name.rfind(' ') + 1), initials}) {
    const auto [entry, inserted] = by_part_.emplace(part, index);
    if (!inserted && entry->second != index) entry->second = kAmbiguous;
  }
}

}  // namespace throughline::transcript
