#include "services/memory/domain/person_name.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "services/memory/domain/text.h"
#include "services/memory/domain/word_tables.h"

namespace throughline::memory {
namespace {

bool IsOneOf(absl::string_view word, absl::Span<const absl::string_view> set) {
  return std::find(set.begin(), set.end(), word) != set.end();
}

bool IsTitle(absl::string_view word) {
  static constexpr std::array<absl::string_view, 12> kTitles = {
      "mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "sir", "madam", "herr", "frau"};
  return IsOneOf(word, kTitles);
}

bool IsSuffix(absl::string_view word) {
  static constexpr std::array<absl::string_view, 8> kSuffixes = {"jr", "sr",  "ii", "iii",
                                                                 "iv", "phd", "md", "mba"};
  return IsOneOf(word, kSuffixes);
}

std::vector<std::string> NameWords(absl::string_view text) {
  std::vector<std::string> words;
  for (const absl::string_view piece : absl::StrSplit(text, absl::ByAnyChar(" ."))) {
    if (!piece.empty() && !IsTitle(piece) && !IsSuffix(piece)) words.emplace_back(piece);
  }
  return words;
}

absl::string_view WithoutRemark(absl::string_view name) {
  return name.substr(0, name.find_first_of("(["));
}

bool GivenAgree(absl::string_view a, absl::string_view b) {
  if (a == b) return true;
  if (a.size() == 1 || b.size() == 1) return a[0] == b[0];
  const auto& nicknames = Nicknames();
  const auto formal = [&nicknames](absl::string_view name) {
    const auto it = nicknames.find(name);
    return it == nicknames.end() ? name : it->second;
  };
  return formal(a) == formal(b);
}

// Family names may be double or hyphenated; an initial stands for any name it begins.
bool FamilyAgree(absl::string_view a, absl::string_view b) {
  if (a == b) return true;
  if (a.size() == 1 || b.size() == 1) return a[0] == b[0];
  return false;
}

}  // namespace

PersonName ParsePersonName(absl::string_view name) {
  const std::string folded = Fold(WithoutRemark(name));
  std::vector<std::string> words;
  const std::vector<absl::string_view> halves = absl::StrSplit(folded, absl::MaxSplits(',', 1));
  if (halves.size() == 2 && !NameWords(halves[1]).empty()) {
    words = NameWords(halves[1]);
    for (std::string& word : NameWords(halves[0])) words.push_back(std::move(word));
  } else {
    words = NameWords(halves[0]);
  }
  PersonName parsed;
  if (words.size() >= 2) {
    parsed.family = words.back();
    words.pop_back();
  }
  parsed.given = std::move(words);
  return parsed;
}

NameMatch Compare(const PersonName& a, const PersonName& b) {
  if (a.given.empty() || b.given.empty()) return NameMatch::kDifferent;
  if (a.family.empty() || b.family.empty()) {
    const PersonName& single = a.family.empty() ? a : b;
    const PersonName& other = a.family.empty() ? b : a;
    if (other.family.empty() && single.given[0] == other.given[0]) return NameMatch::kSame;
    // "Chen" alone may be the family name, as in "Ms. Chen".
    const bool agree = GivenAgree(single.given[0], other.given[0]) ||
                       (!other.family.empty() && single.given[0] == other.family);
    return agree ? NameMatch::kPossible : NameMatch::kDifferent;
  }
  if (!FamilyAgree(a.family, b.family) || !GivenAgree(a.given[0], b.given[0])) {
    return NameMatch::kDifferent;
  }
  const size_t middle = std::min(a.given.size(), b.given.size());
  for (size_t i = 1; i < middle; ++i) {
    if (!GivenAgree(a.given[i], b.given[i])) return NameMatch::kDifferent;
  }
  const bool initial = a.family.size() == 1 || b.family.size() == 1 || a.given[0].size() == 1 ||
                       b.given[0].size() == 1;
  return initial ? NameMatch::kPossible : NameMatch::kSame;
}

KnownPeople::Known KnownPeople::Take(absl::string_view name) {
  return {.folded = Fold(name), .name = ParsePersonName(name)};
}

KnownPeople::KnownPeople(const std::vector<std::string>& names) {
  for (const std::string& name : names) Add(name);
}

int KnownPeople::Find(absl::string_view name) const {
  const Known wanted = Take(name);
  const auto same = first_by_folded_.find(wanted.folded);
  if (same != first_by_folded_.end()) return static_cast<int>(same->second);
  int possible = -1;
  int possibilities = 0;
  for (size_t i = 0; i < people_.size(); ++i) {
    const NameMatch match = Compare(people_[i].name, wanted.name);
    if (match == NameMatch::kSame) return static_cast<int>(i);
    if (match == NameMatch::kPossible) {
      possible = static_cast<int>(i);
      ++possibilities;
    }
  }
  return possibilities == 1 ? possible : -1;
}

void KnownPeople::Add(absl::string_view name) {
  people_.push_back(Take(name));
  first_by_folded_.emplace(people_.back().folded, people_.size() - 1);
}

void KnownPeople::Rename(size_t place, absl::string_view name) {
  people_[place] = Take(name);
  first_by_folded_.clear();
  for (size_t i = 0; i < people_.size(); ++i) first_by_folded_.emplace(people_[i].folded, i);
}

}  // namespace throughline::memory
