#include "common/transcript/person.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/transcript/text.h"
#include "common/transcript/title_words.h"

namespace throughline::transcript {
namespace {

// A list of attendees longer than this is cut at an entry.
constexpr size_t kMaxAttendeeListBytes = 32 * 1024;

constexpr absl::string_view kCustomerRoles[] = {"buyer", "client",   "customer", "lead",
                                                "them",  "prospect", "user"};
constexpr absl::string_view kSellerRoles[] = {"account executive",
                                              "account manager",
                                              "ae",
                                              "agent",
                                              "ai",
                                              "assistant",
                                              "bdr",
                                              "csm",
                                              "me",
                                              "rep",
                                              "sales",
                                              "sales engineer",
                                              "sales rep",
                                              "salesperson",
                                              "sdr",
                                              "se",
                                              "seller",
                                              "solutions engineer",
                                              "vendor"};
constexpr absl::string_view kNobody[] = {
    "-",    "?",   "inaudible", "n/a", "unknown", "??", "unknown speaker", "unidentified speaker",
    "null", "none"};
constexpr absl::string_view kAbsentMarks[] = {
    "absent",   "cc",      "declined",  "did not attend",       "did not join",
    "invited",  "no show", "no-show",   "not attending",        "not present",
    "optional", "regrets", "tentative", "invited, did not join"};
constexpr absl::string_view kNeutralMarks[] = {"attended",  "host",      "joined",  "me",
                                               "organiser", "organizer", "present", "you"};
constexpr absl::string_view kGuestMarks[] = {"external", "gast", "guest", "unverified"};

template <size_t N>
bool Contains(const absl::string_view (&list)[N], absl::string_view word) {
  return std::find(std::begin(list), std::end(list), word) != std::end(list);
}

bool LooksLikeEmail(absl::string_view text) {
  const size_t at = text.find('@');
  return at != absl::string_view::npos && at > 0 && at + 1 < text.size() &&
         text.find('.', at) != absl::string_view::npos && text.find(' ') == absl::string_view::npos;
}

// "Sarah Chen – IT Lead" → "Sarah Chen", "IT Lead". Separators stand between spaces.
bool SplitAtDash(absl::string_view text, absl::string_view* before, absl::string_view* after) {
  for (absl::string_view dash : {" - ", " \xE2\x80\x93 ", " \xE2\x80\x94 ", " | "}) {
    const size_t at = text.find(dash);
    if (at == absl::string_view::npos || at == 0) continue;
    *before = Trimmed(text.substr(0, at));
    *after = Trimmed(text.substr(at + dash.size()));
    return true;
  }
  return false;
}

std::vector<absl::string_view> SplitOutsideBrackets(absl::string_view text, char separator) {
  std::vector<absl::string_view> parts;
  int depth = 0;
  size_t start = 0;
  for (size_t i = 0; i <= text.size(); ++i) {
    const bool ends = i == text.size();
    if (!ends && (text[i] == '(' || text[i] == '[' || text[i] == '<')) ++depth;
    if (!ends && (text[i] == ')' || text[i] == ']' || text[i] == '>') && depth > 0) --depth;
    if (!ends && (text[i] != separator || depth > 0)) continue;
    const absl::string_view part = Trimmed(text.substr(start, i - start));
    if (!part.empty()) parts.push_back(part);
    start = i + 1;
  }
  return parts;
}

// Takes marks ("invited", "Guest") and e-mail addresses out of a comma-separated description.
std::vector<absl::string_view> TakeMarks(absl::string_view description, PersonNote* note) {
  std::vector<absl::string_view> rest;
  for (absl::string_view part : SplitOutsideBrackets(description, ',')) {
    const std::string lowered = Lowered(part);
    if (Contains(kAbsentMarks, lowered)) {
      note->person.presence = Presence::kInvited;
    } else if (Contains(kGuestMarks, lowered)) {
      note->guest = true;
    } else if (LooksLikeEmail(part)) {
      note->person.email = Lowered(part);
    } else if (!Contains(kNeutralMarks, lowered)) {
      rest.push_back(part);
    }
  }
  return rest;
}

// Reads "Title", "Title, Organization", "Organization" or "Title @ Organization".
void Describe(absl::string_view description, PersonNote* note) {
  std::vector<absl::string_view> parts = TakeMarks(description, note);
  if (parts.empty()) return;
  for (absl::string_view at_word : {" @ ", " at "}) {
    const size_t at = parts.back().find(at_word);
    if (at == absl::string_view::npos) continue;
    const absl::string_view organization = Trimmed(parts.back().substr(at + at_word.size()));
    parts.back() = Trimmed(parts.back().substr(0, at));
    parts.push_back(organization);
    break;
  }
  const bool last_is_organization =
      parts.size() > 1 ? !IsTitle(parts.back()) : !HasTitleWord(parts.back()) && !IsTitle(parts[0]);
  if (last_is_organization) {
    note->person.organization = Folded(parts.back());
    parts.pop_back();
  }
  for (absl::string_view part : parts) {
    absl::StrAppend(&note->person.title, note->person.title.empty() ? "" : ", ", Folded(part));
  }
}

// "Rivera, Ana" → "Ana Rivera"; other names are only folded.
std::string NameInOrder(absl::string_view name) {
  const std::vector<absl::string_view> parts = SplitOutsideBrackets(name, ',');
  if (parts.size() == 2 && Words(parts[0]).size() <= 3 && Words(parts[1]).size() <= 2 &&
      !IsTitle(parts[1])) {
    return Folded(absl::StrCat(parts[1], " ", parts[0]));
  }
  return Folded(name);
}

// "NINA O'BRIEN" → "Nina O'Brien": who writes labels in capitals does not write to people so. Short
// single words may be letters of a role ("CFO").
std::string WithoutShouting(std::string name) {
  constexpr size_t kMostRoleLetters = 3;
  const bool shouts = std::none_of(name.begin(), name.end(), [](char c) {
    return absl::ascii_islower(c) || static_cast<unsigned char>(c) >= 0x80;
  });
  if (!shouts || name.size() <= kMostRoleLetters || HasTitleWord(name)) return name;
  for (size_t i = 1; i < name.size(); ++i) {
    if (absl::ascii_isalpha(name[i - 1])) name[i] = absl::ascii_tolower(name[i]);
  }
  return name;
}

void SetName(absl::string_view name, PersonNote* note) {
  if (LooksLikeEmail(name)) {
    note->person.email = Lowered(name);
    note->person.name = note->person.email;
    return;
  }
  note->person.name = WithoutShouting(NameInOrder(name));
  if (Contains(kNobody, Lowered(note->person.name))) note->person.name.clear();
}

// Moves "<a@b>" and a final "(…)" or "[…]" out of `label`; the bracket's content is returned.
std::string TakeBrackets(absl::string_view* label, PersonNote* note) {
  std::string description;
  for (int rounds = 0; rounds < 4; ++rounds) {
    *label = Trimmed(*label);
    if (label->size() < 3) break;
    const char close = label->back();
    const char open = close == ')' ? '(' : close == ']' ? '[' : close == '>' ? '<' : '\0';
    if (open == '\0') break;
    int depth = 0;
    size_t at = label->size();
    while (at > 0) {
      --at;
      if ((*label)[at] == close) ++depth;
      if ((*label)[at] == open && --depth == 0) break;
    }
    if (depth != 0 || at == 0) break;
    const absl::string_view inside = Trimmed(label->substr(at + 1, label->size() - at - 2));
    *label = label->substr(0, at);
    if (LooksLikeEmail(inside)) {
      note->person.email = Lowered(inside);
    } else if (!WholeTime(inside).has_value()) {
      description =
          description.empty() ? std::string(inside) : absl::StrCat(inside, ", ", description);
    }
  }
  return description;
}

// "Prospect (Priya – RevOps Director)": the bracket names the person behind the role.
void NameBehindRole(absl::string_view role, absl::string_view description, PersonNote* note) {
  absl::string_view name = description, rest;
  if (!SplitAtDash(description, &name, &rest)) {
    const size_t comma = description.find(',');
    if (comma != absl::string_view::npos) {
      name = Trimmed(description.substr(0, comma));
      rest = Trimmed(description.substr(comma + 1));
    }
  }
  note->alias = Folded(role);
  if (HasTitleWord(name) || !StartsLikeName(name)) {
    SetName(role, note);
    Describe(description, note);
    return;
  }
  SetName(name, note);
  Describe(rest, note);
}

}  // namespace

PersonNote ParsePersonLabel(absl::string_view label) {
  PersonNote note;
  const std::string description = TakeBrackets(&label, &note);
  label = Trimmed(label);
  note.person.side = SideOfRole(label);
  if (note.person.side != Side::kUnknown && !description.empty()) {
    NameBehindRole(label, description, &note);
    return note;
  }
  absl::string_view name = label, rest;
  if (SplitAtDash(label, &name, &rest)) {
    if (note.person.side == Side::kUnknown) note.person.side = SideOfRole(name);
    if (note.person.side != Side::kUnknown) {
      NameBehindRole(name, rest, &note);
      return note;
    }
    Describe(rest, &note);
  }
  SetName(name, &note);
  Describe(description, &note);
  return note;
}

PersonNote ParseAttendee(absl::string_view entry) {
  PersonNote note;
  const std::string description = TakeBrackets(&entry, &note);
  absl::string_view name = Trimmed(entry), rest;
  if (!SplitAtDash(entry, &name, &rest)) {
    const size_t comma = entry.find(',');
    if (comma != absl::string_view::npos) {
      name = Trimmed(entry.substr(0, comma));
      rest = Trimmed(entry.substr(comma + 1));
    }
  }
  SetName(name, &note);
  Describe(rest, &note);
  Describe(description, &note);
  return note;
}

std::vector<PersonNote> ParseAttendeeList(absl::string_view list) {
  std::vector<PersonNote> notes;
  if (list.size() > kMaxAttendeeListBytes) {
    list = list.substr(0, kMaxAttendeeListBytes);
    list = list.substr(0, list.find_last_of(";,"));
  }
  std::vector<absl::string_view> entries = SplitOutsideBrackets(list, ';');
  const bool commas_separate = entries.size() == 1;
  if (commas_separate) entries = SplitOutsideBrackets(list, ',');
  for (absl::string_view entry : entries) {
    absl::ConsumePrefix(&entry, "and ");
    const size_t conjunction = commas_separate ? entry.find(" and ") : absl::string_view::npos;
    const absl::string_view first = entry.substr(0, conjunction);
    // "Sarah Chen, IT Security Lead": what follows a comma may describe instead of naming.
    if (commas_separate && !notes.empty() && first.find('(') == absl::string_view::npos &&
        HasTitleWord(first)) {
      absl::StrAppend(&notes.back().person.title, notes.back().person.title.empty() ? "" : ", ",
                      Folded(first));
      continue;
    }
    notes.push_back(ParseAttendee(first));
    if (conjunction != absl::string_view::npos) {
      notes.push_back(ParseAttendee(entry.substr(conjunction + 5)));
    }
  }
  notes.erase(std::remove_if(notes.begin(), notes.end(),
                             [](const PersonNote& note) { return note.person.name.empty(); }),
              notes.end());
  return notes;
}

Side SideOfRole(absl::string_view label) {
  std::string role = Lowered(Trimmed(label));
  while (!role.empty() && (absl::ascii_isdigit(role.back()) || role.back() == ' ')) {
    role.pop_back();
  }
  if (Contains(kCustomerRoles, role)) return Side::kCustomer;
  if (Contains(kSellerRoles, role)) return Side::kSeller;
  return Side::kUnknown;
}

bool IsAnonymousLabel(absl::string_view label) {
  const std::vector<absl::string_view> words = Words(label);
  if (words.size() > 2 || words.empty()) return false;
  const std::string kind = Lowered(words[0]);
  const bool voice = absl::StartsWith(kind, "speaker") || kind == "participant" ||
                     kind == "voice" || kind == "caller" || kind == "attendee" || kind == "guest";
  if (!voice) return false;
  if (words.size() == 1) return true;
  return words[1].size() <= 3 && (absl::ascii_isdigit(words[1][0]) || words[1].size() == 1);
}

}  // namespace throughline::transcript
