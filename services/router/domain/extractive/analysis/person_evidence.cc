#include "services/router/domain/extractive/analysis/person_evidence.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "services/router/domain/extractive/language/given_names.h"
#include "services/router/domain/extractive/language/people_words.h"
#include "services/router/domain/extractive/language/word_lists.h"

namespace throughline::router::extractive {
namespace {

using transcript::Side;

// What a role known from earlier calls counts beside what this call says.
constexpr float kKnownStrength = 0.5F;

// More certainty than this of an earlier call says no more.
constexpr float kMostKnownOdds = 3;
constexpr float kLeastOdds = 1e-4F;

// What the person model makes of nobody.
constexpr float kFewWords = -5;

// Not a kind: titles that carry money or a company.
constexpr size_t kHighTitle = kTitleKinds;

constexpr unsigned Bit(size_t kind) { return 1U << kind; }

// Places from kTitles on, and kHighTitle.
unsigned KindsOfWord(absl::string_view word) {
  static const auto* const kLists = new std::array<const WordSet*, kTitleKinds + 1>{
      &WordList("money title"),   &WordList("company title"),  &WordList("examining title"),
      &WordList("manager title"), &WordList("director title"), &WordList("office title"),
      &WordList("board title"),   &WordList("high title")};
  unsigned kinds = 0;
  for (size_t kind = 0; kind < kLists->size(); ++kind) {
    if ((*kLists)[kind]->contains(word)) kinds |= Bit(kind);
  }
  return kinds;
}

unsigned KindsOfTitle(absl::string_view title) {
  unsigned kinds = 0;
  if (title.empty()) return kinds;
  for (const Token& word : Tokenize(title)) kinds |= KindsOfWord(word.text);
  return kinds;
}

void Raise(float& most, float value) { most = std::max(most, value); }

void AddLate(const ScoredSentence& one, float* late) {
  const float counts = one.counts * one.place;
  late[0] += counts * one.scores.Of(Act::kSignSelf);
  late[1] += counts * one.scores.Of(Act::kSignOther);
  late[2] += counts * one.scores.Of(Act::kSignVeto);
  late[3] += counts * one.scores.Of(Act::kSignNominal);
}

void AddSaying(const ScoredSentence& one, PersonFeatures& own) {
  const auto of = [&](Act act) { return one.counts * one.scores.Of(act); };
  own[kSignsSum] += of(Act::kSignSelf);
  Raise(own[kSaysToSign], of(Act::kSignSelf));
  own[kStopsSum] += of(Act::kSignVeto);
  Raise(own[kSaysToStop], of(Act::kSignVeto));
  Raise(own[kSaysToBeNominal], of(Act::kSignNominal));
  own[kRaisesSum] += of(Act::kRaise);
  Raise(own[kSaysOthersSign], of(Act::kSignOther));
  AddLate(one, &own[kSaysLate]);
}

void AddSaid(const ScoredSentence& one, bool continued, PersonFeatures& about) {
  const auto of = [&](Act act) { return one.counts * one.scores.Of(act); };
  about[kSaidToSignSum] += of(Act::kSignOther);
  Raise(about[kSaidToSign], of(Act::kSignOther));
  Raise(about[kSaidToStop], of(Act::kSignVeto));
  Raise(about[kSaidToBeNominal], of(Act::kSignNominal));
  Raise(about[kSaidBySigner], of(Act::kSignSelf));
  AddLate(one, &about[kSaidLate]);
  about[continued ? kTimesContinued : kTimesNamed] += 1;
}

void AddKnown(float probability, PersonFeatures& row) {
  const float odds =
      std::log(std::max(probability, kLeastOdds) / std::max(1 - probability, kLeastOdds));
  row[kKnownJudged] = 1;
  row[kKnownOdds] = std::clamp(odds, -kMostKnownOdds, kMostKnownOdds);
  row[kKnownDecides] = probability;
}

// What earlier calls know of each person, by place: under the same name or another.
std::vector<std::vector<const deal::Stakeholder*>> KnownOf(const CallView& call) {
  absl::flat_hash_map<absl::string_view, std::vector<size_t>> named;
  for (size_t i = 0; i < call.people.all().size(); ++i) named[call.people.at(i).name].push_back(i);
  std::vector<std::vector<const deal::Stakeholder*>> known_of(call.people.all().size());
  for (const deal::Stakeholder& known : call.known().stakeholders) {
    const auto same = named.find(known.name);
    if (same != named.end()) {
      for (const size_t person : same->second) known_of[person].push_back(&known);
    }
    const std::optional<size_t> found = call.people.Find(known.name);
    if (found && call.people.at(*found).name != known.name) known_of[*found].push_back(&known);
  }
  return known_of;
}

void AddRoles(const CallView& call, const std::vector<Entry>& entries, const Authority& authority,
              const std::vector<const deal::Stakeholder*>& known_of_person, size_t person,
              PersonFeatures& row) {
  using deal::StakeholderRole;
  const std::string& name = call.people.at(person).name;
  const auto lists = [&](const std::vector<deal::Stakeholder>& list) {
    return std::any_of(list.begin(), list.end(),
                       [&](const deal::Stakeholder& one) { return one.name == name; });
  };
  row[kCuesDecide] = lists(authority.decision_makers) ? 1 : 0;
  row[kCuesNominal] = lists(authority.nominal) ? 1 : 0;
  for (const deal::Stakeholder* const one : known_of_person) {
    const deal::Stakeholder& known = *one;
    const bool buyer =
        known.role == StakeholderRole::kEconomicBuyer || known.role == StakeholderRole::kCoSigner;
    Raise(row[kKnownBuyer], buyer ? 1 : 0);
    Raise(row[kKnownApprover], known.role == StakeholderRole::kApprover ? 1 : 0);
    Raise(row[kKnownNominal], known.nominal ? 1 : 0);
    const auto from_others = std::count_if(
        known.authority_evidence.begin(), known.authority_evidence.end(),
        [&](const deal::Evidence& evidence) { return evidence.speaker != known.name; });
    Raise(row[kKnownEvidence], std::log1p(static_cast<float>(known.authority_evidence.size())));
    Raise(row[kKnownFromOthers], std::log1p(static_cast<float>(from_others)));
    if (known.decides_probability) AddKnown(static_cast<float>(*known.decides_probability), row);
  }
  for (const Entry& entry : entries) {
    if (entry.raiser != name && entry.blocker.owner != name) continue;
    row[deal::IsOpen(entry.blocker.status) ? kHoldsOpen : kHeldSettled] = 1;
  }
  row[kGone] = std::count(authority.gone.begin(), authority.gone.end(), person) > 0 ? 1 : 0;
  row[kCuesNameNobody] = authority.decision_makers.empty() ? 1 : 0;
}

void AddSigning(const SaidOfSigning& heard, float* row) {
  for (const auto* const part : {&heard.most, &heard.sum, &heard.late}) {
    row = std::copy(part->begin(), part->end(), row);
  }
}

// "Marseille signs": a place is no person, though it may be said to sign.
bool IsNamedLikeAPerson(absl::string_view name) {
  const std::vector<Token> words = Tokenize(name);
  return !words.empty() &&
         (IsGivenName(words[0].text) || IsHonorific(words[0].text) || IsRelation(words[0].text));
}

void AddTitle(absl::string_view title, PersonFeatures& row) {
  const unsigned kinds = KindsOfTitle(title);
  row[kHasTitle] = title.empty() ? 0 : 1;
  row[kHighOffice] = (kinds & Bit(kHighTitle)) != 0 ? 1 : 0;
  for (size_t kind = 0; kind < kTitleKinds; ++kind) {
    row[kTitles + kind] = (kinds & Bit(kind)) != 0 ? 1 : 0;
  }
}

float SignStrength(const PersonFeatures& row) {
  return std::max({row[kSaysToSign], row[kSaidToSign], kKnownStrength * row[kKnownBuyer]});
}

float StopStrength(const PersonFeatures& row) {
  return std::max({row[kSaysToStop], row[kSaidToStop], kKnownStrength * row[kKnownApprover]});
}

// What only several features together say.
void AddPairs(PersonFeatures& row) {
  const float examiner = row[kExaminerTitle];
  row[kExaminerHoldsOpen] = examiner * row[kHoldsOpen];
  row[kExaminerStops] = examiner * std::max(row[kSaysToStop], row[kSaidToStop]);
  row[kHighOfficeSpeaks] = row[kHighOffice] * row[kSpeaks];
  row[kHighOfficeSigns] = row[kHighOffice] * std::max(row[kSaysToSign], row[kSaidToSign]);
  row[kKnownBuyerNominal] =
      row[kKnownBuyer] * std::max(row[kSaysToBeNominal], row[kSaidToBeNominal]);
  row[kKnownBuyerHoldsOpen] = row[kKnownBuyer] * row[kHoldsOpen];
  row[kKnownApproverHoldsOpen] = row[kKnownApprover] * row[kHoldsOpen];
  row[kKnownApproverHeldSettled] = row[kKnownApprover] * row[kHeldSettled];
  row[kKnownBuyerUnheard] = row[kKnownBuyer] * row[kNothingHeard];
  row[kKnownApproverUnheard] = row[kKnownApprover] * row[kNothingHeard];
  row[kKnownBuyerByWords] = row[kKnownBuyer] * row[kByWords];
  row[kKnownOddsUnheard] = row[kKnownOdds] * row[kNothingHeard];
  row[kKnownDecidesUnheard] = row[kKnownDecides] * row[kNothingHeard];
  row[kKnownDecidesUnheardPerson] = row[kKnownDecidesUnheard] * row[kLikeAPerson];
  row[kKnownOddsByWords] = row[kKnownOdds] * row[kByWords];
  row[kKnownBuyerAbsent] = row[kKnownBuyer] * (1 - row[kSpeaks]);
}

// One signs because the others do not: what is said of them counts against a person.
void AddOthers(const CallView& call, std::vector<PersonFeatures>& features) {
  std::vector<size_t> customers;
  for (size_t i = 0; i < features.size(); ++i) {
    const Person& person = call.people.at(i);
    if (person.side != Side::kSeller && !person.name.empty()) customers.push_back(i);
  }
  for (const size_t i : customers) {
    PersonFeatures& row = features[i];
    row[kOthersByWords] = kFewWords;
    for (const size_t j : customers) {
      if (j == i) continue;
      Raise(row[kOthersSign], SignStrength(features[j]));
      Raise(row[kOthersStop], StopStrength(features[j]));
      Raise(row[kOtherKnownBuyer], features[j][kKnownBuyer]);
      Raise(row[kOthersByWords], features[j][kByWords]);
    }
    row[kOthers] = static_cast<float>(customers.size() - 1);
    row[kSignsMostOfAll] = std::max(0.0F, SignStrength(row) - row[kOthersSign]);
    row[kOnlyOthersKnown] = row[kOtherKnownBuyer] * (1 - row[kKnownBuyer]);
  }
}

}  // namespace

std::vector<PersonFeatures> FeaturesOfPeople(const CallView& call, const PersonModel& model,
                                             const std::vector<ScoredSentence>& sentences,
                                             const std::vector<SpokenOf>& spoken_of,
                                             const std::vector<Entry>& entries,
                                             const Authority& authority) {
  std::vector<PersonFeatures> features(call.people.all().size(), PersonFeatures{});
  const std::vector<PersonScore> by_words = model.Score(call, sentences, spoken_of);
  std::vector<float> spoken(features.size(), 0);
  for (size_t i = 0; i < sentences.size(); ++i) {
    const ScoredSentence& one = sentences[i];
    if (!one.customer) continue;
    const Line& line = call.lines[one.line];
    const size_t voice = line.voice.empty() ? line.speaker : line.voice[one.sentence];
    if (voice != kNobody) {
      AddSaying(one, features[voice]);
      spoken[voice] += 1;
    }
    for (const size_t person : spoken_of[i].People()) {
      AddSaid(one, spoken_of[i].continued, features[person]);
    }
  }
  const std::vector<std::vector<const deal::Stakeholder*>> known_of = KnownOf(call);
  const float most = spoken.empty() ? 0 : *std::max_element(spoken.begin(), spoken.end());
  for (size_t i = 0; i < features.size(); ++i) {
    PersonFeatures& row = features[i];
    for (size_t f = kSaysLate; f < kTitles; ++f) row[f] = std::log1p(row[f]);
    row[kTimesNamed] = std::log1p(row[kTimesNamed]);
    row[kTimesContinued] = std::log1p(row[kTimesContinued]);
    row[kSpeaks] = spoken[i] > 0 ? 1 : 0;
    row[kShareOfSpeech] = most > 0 ? spoken[i] / most : 0;
    const Person& person = call.people.at(i);
    AddTitle(person.body ? person.name : person.title, row);
    row[kByWords] = by_words[i].log_odds;
    row[kNothingHeard] = by_words[i].heard ? 0 : 1;
    AddSigning(by_words[i].says, &row[kSaysOfSigning]);
    AddSigning(by_words[i].said, &row[kSaidOfSigning]);
    row[kIsBody] = person.body ? 1 : 0;
    AddRoles(call, entries, authority, known_of[i], i, row);
    const bool like = row[kSpeaks] > 0 || row[kHasTitle] > 0 || IsNamedLikeAPerson(person.name);
    row[kLikeAPerson] = like ? 1 : 0;
    AddPairs(row);
  }
  AddOthers(call, features);
  return features;
}

}  // namespace throughline::router::extractive
