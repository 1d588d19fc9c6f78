#include "services/router/domain/extractive/analysis/judgement.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <numeric>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/types/span.h"
#include "common/base/status_macros.h"
#include "services/router/domain/extractive/language/embedded_lexicon.h"

namespace throughline::router::extractive {
namespace {

using deal::BlockerCategory;
using deal::BlockerStatus;
using deal::Stakeholder;
using deal::StakeholderRole;

using Rows = std::map<std::string, std::vector<float>>;

constexpr float kClearlyDenied = 0.4F;
// Below this, who examines what others buy is taken to approve it.
constexpr float kClearlySigns = 0.5F;
constexpr float kFullTokens = 8;
// From here on all that is said together outweighs one sentence against it.
constexpr float kClearlyDecides = 0.5F;
constexpr float kClearlyKnown = 0.8F;

// Each is looked at for each person.
constexpr size_t kMaxTrees = 100;

// What the log-odds of nobody are.
constexpr float kNobodyElse = -6;

// How a person stands beside the others.
enum BesideFeature : size_t {
  kAlone,         // the log-odds by themselves
  kMostOfOthers,  // the most of the others
  kOthersDecide,  // how many of the others are to be expected to decide
  kOthersLikely,  // how many of them more likely do than not
  kMoreThanOthers,
  kBesideBody,  // and of themselves
  kBesideSpeaks,
  kBesideNothingHeard,
  kBesideByWords,
  kBesideKnownOdds,
  kBesideKnownBuyer,
  kBesideFeatures,
};

float Logistic(float z) { return 1 / (1 + std::exp(-z)); }

absl::StatusOr<Rows> ReadRows(absl::string_view text) {
  Rows rows;
  for (const absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    if (line[0] == '#') continue;
    const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(line, '\t');
    std::vector<float>& row = rows[std::string(parts.first)];
    for (const absl::string_view number : absl::StrSplit(parts.second, ' ', absl::SkipEmpty())) {
      float value = 0;
      if (!absl::SimpleAtof(number, &value)) {
        return absl::InvalidArgumentError(
            absl::StrCat("judgement.model row ", parts.first, ": expected numbers, got ", number,
                         "; fit the file again with services/router/tools/fit_reading.py"));
      }
      row.push_back(value);
    }
  }
  return rows;
}

absl::Status Copy(const Rows& rows, const std::string& name, float* to, size_t count) {
  const auto row = rows.find(name);
  if (row == rows.end() || row->second.size() != count) {
    return absl::InvalidArgumentError(
        absl::StrCat("judgement.model row ", name, ": expected ", count,
                     " numbers; fit the file again with services/router/tools/fit_reading.py"));
  }
  std::copy(row->second.begin(), row->second.end(), to);
  return absl::OkStatus();
}

// Rows NAME.bias, NAME.weights and NAME.tree.00 and so on.
absl::StatusOr<CorrectedLine> ReadLine(const Rows& rows, const std::string& name, size_t features) {
  CorrectedLine line;
  line.weights.resize(features);
  RETURN_IF_ERROR(Copy(rows, name + ".bias", &line.bias, 1));
  RETURN_IF_ERROR(Copy(rows, name + ".weights", line.weights.data(), features));
  const std::string trees = name + ".tree.";
  for (auto row = rows.lower_bound(trees); row != rows.end() && absl::StartsWith(row->first, trees);
       ++row) {
    ASSIGN_OR_RETURN(DecisionTree tree, DecisionTree::Parse(row->first, row->second, features));
    line.trees.push_back(std::move(tree));
  }
  if (line.trees.size() > kMaxTrees) {
    return absl::InvalidArgumentError(
        absl::StrCat("judgement.model rows ", trees, "*: expected at most ", kMaxTrees,
                     "; fit the file again with services/router/tools/fit_reading.py"));
  }
  return line;
}

// How person `i` stands beside the others, by the log-odds of each alone.
std::array<float, kBesideFeatures> FeaturesBeside(const PersonFeatures& own,
                                                  const std::vector<float>& alone, size_t i) {
  std::array<float, kBesideFeatures> row{};
  float most = kNobodyElse;
  for (size_t j = 0; j < alone.size(); ++j) {
    if (j == i) continue;
    most = std::max(most, alone[j]);
    row[kOthersDecide] += Logistic(alone[j]);
    row[kOthersLikely] += alone[j] > 0 ? 1 : 0;
  }
  row[kAlone] = alone[i];
  row[kMostOfOthers] = most;
  row[kMoreThanOthers] = alone[i] - most;
  row[kBesideBody] = own[kIsBody];
  row[kBesideSpeaks] = own[kSpeaks];
  row[kBesideNothingHeard] = own[kNothingHeard];
  row[kBesideByWords] = own[kByWords];
  row[kBesideKnownOdds] = own[kKnownOdds];
  row[kBesideKnownBuyer] = own[kKnownBuyer];
  return row;
}

// The sentence of a customer that says most strongly what `weigh` asks; nullptr when none does.
template <typename Weigh>
const ScoredSentence* Strongest(const std::vector<ScoredSentence>& sentences, Weigh weigh) {
  const ScoredSentence* best = nullptr;
  float most = 0;
  for (const ScoredSentence& one : sentences) {
    if (!one.customer) continue;
    const float weight = weigh(one);
    if (weight <= most) continue;
    most = weight;
    best = &one;
  }
  return best;
}

// Others say that this person only seems to decide, and nobody says it as clearly the other way.
bool IsDenied(const PersonFeatures& row) {
  const float denied = row[kSaidToBeNominal];
  return denied >= kClearlyDenied && denied > row[kSaidToSign];
}

// Later calls remember roles: a claim that is not borne out must not come back as one.
void Demote(const std::string& name, Authority& authority) {
  for (Stakeholder& one : authority.everybody) {
    const bool signs =
        one.role == StakeholderRole::kEconomicBuyer || one.role == StakeholderRole::kCoSigner;
    if (one.name == name && signs) one.role = StakeholderRole::kInfluencer;
  }
}

// Per person, the sentence of a customer that says most strongly that this person decides; nullptr
// for whom none does.
std::vector<const ScoredSentence*> SentencesOfDeciding(const CallView& call,
                                                       const std::vector<ScoredSentence>& sentences,
                                                       const std::vector<SpokenOf>& spoken_of) {
  std::vector<const ScoredSentence*> best(call.people.all().size(), nullptr);
  std::vector<float> most(best.size(), 0);
  for (size_t i = 0; i < sentences.size(); ++i) {
    const ScoredSentence& one = sentences[i];
    if (!one.customer) continue;
    const auto take = [&](size_t person, Act sign) {
      const float weight = one.counts * (one.scores.Of(sign) + one.scores.Of(Act::kSignVeto));
      if (weight <= most[person]) return;
      most[person] = weight;
      best[person] = &one;
    };
    const Line& line = call.lines[one.line];
    const size_t voice = line.voice.empty() ? line.speaker : line.voice[one.sentence];
    if (voice != kNobody) take(voice, Act::kSignSelf);
    for (const size_t person : spoken_of[i].People()) {
      if (person != voice) take(person, Act::kSignOther);
    }
  }
  return best;
}

// Who was clearly known to sign and of whom this call says nothing of it signs still.
bool SignsStill(const PersonFeatures& row) {
  return row[kKnownBuyer] > 0 && row[kNothingHeard] > 0 && row[kLikeAPerson] > 0 &&
         row[kKnownDecides] >= kClearlyKnown;
}

class Reconciler {
 public:
  Reconciler(const CallView& call, const std::vector<ScoredSentence>& sentences,
             const std::vector<std::vector<Topic>>& topics, std::vector<Entry>& entries)
      : call_(call), sentences_(sentences), topics_(topics), entries_(entries) {}

  void Open(size_t subject) {
    for (const Entry& entry : entries_) {
      if (IsOf(entry, subject) && deal::IsOpen(entry.blocker.status)) return;
    }
    for (Entry& entry : entries_) {
      if (!IsOf(entry, subject)) continue;
      if (ClosedNow(entry)) {
        entry.blocker.status = Before(entry);
        entry.blocker.history.pop_back();
        return;
      }
    }
    const ScoredSentence* said = Strongest(sentences_, [&](const ScoredSentence& one) {
      return (one.Against() + 0.1F) * one.subject[subject] * (0.7F + 0.6F * one.place) *
             Fullness(one);
    });
    if (said == nullptr) return;
    for (Entry& entry : entries_) {
      if (IsOf(entry, subject)) return Raise(entry, BlockerStatus::kReopened, *said);
    }
    Entry entry;
    entry.blocker.category = CategoryOf(subject);
    NameObject(entry, *said);
    const size_t speaker = SpeakerOf(*said);
    if (speaker != kNobody) entry.raiser = call_.people.at(speaker).name;
    Raise(entry, BlockerStatus::kRaised, *said);
    entries_.push_back(std::move(entry));
  }

  // What earlier calls left open is settled now; what only this call spoke of was nothing.
  void Close(size_t subject, bool settled) {
    const ScoredSentence* said = Strongest(sentences_, [&](const ScoredSentence& one) {
      return (one.Closing() + 0.02F) * one.subject[subject];
    });
    for (Entry& entry : entries_) {
      if (!IsOf(entry, subject) || !deal::IsOpen(entry.blocker.status)) continue;
      if ((!entry.known && !settled) || said == nullptr) continue;
      entry.mentioned = true;
      entry.strength = 0;
      entry.blocker.status = BlockerStatus::kResolved;
      entry.blocker.history.push_back(
          {BlockerStatus::kResolved, call_.input->occurred_at, EvidenceFor(*said)});
    }
    entries_.erase(std::remove_if(entries_.begin(), entries_.end(),
                                  [&](const Entry& entry) {
                                    const bool open = deal::IsOpen(entry.blocker.status);
                                    return IsOf(entry, subject) && !entry.known &&
                                           (open || !settled);
                                  }),
                   entries_.end());
  }

  bool WasOpen(size_t subject) const {
    return std::any_of(call_.known().blockers.begin(), call_.known().blockers.end(),
                       [&](const deal::Blocker& blocker) {
                         return SubjectOf(blocker.category) == subject &&
                                deal::IsOpen(blocker.status);
                       });
  }

 private:
  static bool IsOf(const Entry& entry, size_t subject) {
    return SubjectOf(entry.blocker.category) == subject;
  }
  bool ClosedNow(const Entry& entry) const {
    return !entry.blocker.history.empty() && entry.blocker.history.size() > 1 &&
           !deal::IsOpen(entry.blocker.status) &&
           entry.blocker.history.back().evidence.call_id == call_.input->call_id;
  }
  static BlockerStatus Before(const Entry& entry) {
    return entry.blocker.history[entry.blocker.history.size() - 2].status;
  }
  // "First that" says less of what is open than a whole sentence.
  float Fullness(const ScoredSentence& one) const {
    const Span& span = call_.lines[one.line].reading.sentences[one.sentence].span;
    return std::min(1.0F, static_cast<float>(span.last_token - span.first_token) / kFullTokens);
  }
  size_t SpeakerOf(const ScoredSentence& said) const {
    const Line& line = call_.lines[said.line];
    return line.voice.empty() ? line.speaker : line.voice[said.sentence];
  }
  deal::Evidence EvidenceFor(const ScoredSentence& said) const {
    return EvidenceAround(call_, said.line,
                          call_.lines[said.line].reading.sentences[said.sentence].span.first_token);
  }

  void Raise(Entry& entry, BlockerStatus status, const ScoredSentence& said) {
    entry.mentioned = true;
    entry.line = said.line;
    entry.strongest = Move::kRaise;
    entry.strength = 2;
    entry.why = EvidenceFor(said);
    entry.blocker.status = status;
    entry.blocker.history.push_back({status, call_.input->occurred_at, entry.why});
  }

  // The words of the sentence that belong to the category, else what such blockers are called.
  void NameObject(Entry& entry, const ScoredSentence& said) const {
    const Span& span = call_.lines[said.line].reading.sentences[said.sentence].span;
    const Topic* best = nullptr;
    for (const Topic& topic : topics_[said.line]) {
      const bool here =
          topic.first_token >= span.first_token && topic.first_token < span.last_token;
      if (!here || topic.category != entry.blocker.category) continue;
      if (best == nullptr || topic.weight > best->weight) best = &topic;
    }
    if (best == nullptr || IsSingleton(entry.blocker.category)) {
      entry.blocker.object = DefaultObject(entry.blocker.category);
      return;
    }
    entry.blocker.object = best->phrase;
    entry.stems = best->stems;
    entry.family = best->family;
    entry.topic_weight = best->weight;
  }

  const CallView& call_;
  const std::vector<ScoredSentence>& sentences_;
  const std::vector<std::vector<Topic>>& topics_;
  std::vector<Entry>& entries_;
};

}  // namespace

absl::StatusOr<JudgementModel> JudgementModel::Parse(absl::string_view text) {
  ASSIGN_OR_RETURN(const Rows rows, ReadRows(text));
  JudgementModel model;
  const std::array<std::pair<std::string, SubjectWeights*>, 3> targets = {
      {{"open", &model.open_}, {"settled", &model.settled_}, {"primary", &model.primary_}}};
  for (const auto& [name, weights] : targets) {
    RETURN_IF_ERROR(Copy(rows, name + ".bias", weights->bias.data(), kSubjects));
    RETURN_IF_ERROR(Copy(rows, name + ".weights", weights->weights.data(), kSubjectFeatures));
  }
  RETURN_IF_ERROR(Copy(rows, "nothing.bias", &model.nothing_bias_, 1));
  RETURN_IF_ERROR(Copy(rows, "nothing.largest", model.nothing_largest_.data(), kSubjectFeatures));
  RETURN_IF_ERROR(Copy(rows, "nothing.mean", model.nothing_mean_.data(), kSubjectFeatures));
  ASSIGN_OR_RETURN(model.decides_, ReadLine(rows, "decides", kPersonFeatures));
  ASSIGN_OR_RETURN(model.beside_, ReadLine(rows, "beside", kBesideFeatures));
  RETURN_IF_ERROR(Copy(rows, "open.least", &model.least_open_, 1));
  RETURN_IF_ERROR(Copy(rows, "decides.least", &model.least_decides_, 1));
  return model;
}

CallJudgement JudgementModel::Judge(const std::array<SubjectFeatures, kSubjects>& features) const {
  CallJudgement judged;
  std::array<float, kSubjects + 1> choice{};
  SubjectFeatures largest = features[0];
  SubjectFeatures sum{};
  for (size_t s = 0; s < kSubjects; ++s) {
    const auto weigh = [&](const SubjectWeights& weights) {
      return std::inner_product(features[s].begin(), features[s].end(), weights.weights.begin(),
                                weights.bias[s]);
    };
    judged.subjects[s].open = Logistic(weigh(open_));
    judged.subjects[s].settled = Logistic(weigh(settled_));
    choice[s] = weigh(primary_);
    for (size_t f = 0; f < kSubjectFeatures; ++f) {
      largest[f] = std::max(largest[f], features[s][f]);
      sum[f] += features[s][f];
    }
  }
  choice[kSubjects] = nothing_bias_;
  for (size_t f = 0; f < kSubjectFeatures; ++f) {
    choice[kSubjects] += nothing_largest_[f] * largest[f] + nothing_mean_[f] * sum[f] / kSubjects;
  }
  Softmax(absl::MakeSpan(choice));
  for (size_t s = 0; s < kSubjects; ++s) judged.subjects[s].primary = choice[s];
  judged.nothing = choice[kSubjects];
  return judged;
}

size_t CallJudgement::First() const {
  return std::max_element(subjects.begin(), subjects.end(),
                          [](const SubjectJudgement& a, const SubjectJudgement& b) {
                            return a.primary < b.primary;
                          }) -
         subjects.begin();
}

bool CallJudgement::NothingIsOpen() const { return nothing > subjects[First()].primary; }

std::vector<float> JudgementModel::Decide(const std::vector<const PersonFeatures*>& people) const {
  std::vector<float> alone;
  for (const PersonFeatures* const row : people) alone.push_back(decides_.Odds(*row));
  std::vector<float> decide;
  for (size_t i = 0; i < people.size(); ++i) {
    decide.push_back(Logistic(beside_.Odds(FeaturesBeside(*people[i], alone, i))));
  }
  return decide;
}

const JudgementModel& BuiltinJudgementModel() {
  static const JudgementModel* const kModel = [] {
    absl::StatusOr<JudgementModel> parsed = JudgementModel::Parse(EmbeddedModelFiles()[3].text);
    if (!parsed.ok()) {  // a broken file is a build defect; judgement_test names it first
      std::fprintf(stderr, "%s\n", std::string(parsed.status().message()).c_str());
      std::abort();
    }
    return new JudgementModel(*std::move(parsed));
  }();
  return *kModel;
}

void Reconcile(const CallView& call, const std::vector<ScoredSentence>& sentences,
               const std::vector<std::vector<Topic>>& topics, const CallJudgement& judged,
               float least_open, std::vector<Entry>& entries) {
  Reconciler reconciler(call, sentences, topics, entries);
  for (size_t s = 0; s < kSubjects; ++s) {
    const SubjectJudgement& one = judged.subjects[s];
    const bool was_open = reconciler.WasOpen(s);
    // What was open is open until it is settled: there is no third way.
    const bool open = was_open ? one.open >= one.settled : one.open >= least_open;
    if (!judged.NothingIsOpen() && (open || s == judged.First())) {
      reconciler.Open(s);
    } else {
      reconciler.Close(s, was_open || one.settled >= 0.5F);
    }
  }
}

void PutFirst(const CallJudgement& judged, std::vector<const Entry*>& open) {
  const auto weight = [&](const Entry* entry) {
    const size_t s = SubjectOf(entry->blocker.category);
    return s == kSubjects ? 0.0F : judged.subjects[s].primary;
  };
  std::stable_sort(open.begin(), open.end(),
                   [&](const Entry* a, const Entry* b) { return weight(a) > weight(b); });
}

void ReconcileDeciders(const CallView& call, const std::vector<ScoredSentence>& sentences,
                       const std::vector<SpokenOf>& spoken_of,
                       const std::vector<PersonFeatures>& features, const JudgementModel& model,
                       Authority& authority) {
  const std::vector<const ScoredSentence*> telling =
      SentencesOfDeciding(call, sentences, spoken_of);
  std::vector<size_t> customers;
  std::vector<const PersonFeatures*> rows;
  for (size_t i = 0; i < features.size(); ++i) {
    const Person& person = call.people.at(i);
    if (person.side == transcript::Side::kSeller || person.name.empty()) continue;
    customers.push_back(i);
    rows.push_back(&features[i]);
  }
  const std::vector<float> probabilities = model.Decide(rows);
  for (size_t c = 0; c < customers.size(); ++c) {
    const size_t i = customers[c];
    const Person& person = call.people.at(i);
    const auto is_person = [&](const Stakeholder& one) { return one.name == person.name; };
    std::vector<Stakeholder>& deciders = authority.decision_makers;
    const auto listed = std::find_if(deciders.begin(), deciders.end(), is_person);
    const float probability = SignsStill(features[i])
                                  ? std::max(probabilities[c], features[i][kKnownDecides])
                                  : probabilities[c];
    for (Stakeholder& one : authority.everybody) {
      if (is_person(one)) one.decides_probability = probability;
    }
    const bool clear = probability >= kClearlyDecides;
    // Bodies are few in what the model learned from: that they decide must be said in clear words.
    const bool said_of_body =
        person.body && listed != deciders.end() && listed->role == StakeholderRole::kEconomicBuyer;
    const bool decides =
        said_of_body || (probability >= model.least_decides() && (clear || !IsDenied(features[i])));
    if (!decides && listed != deciders.end()) {
      deciders.erase(listed);
      // Of whom nothing was said, nothing new is known: what earlier calls showed stays.
      const bool remembered = features[i][kNothingHeard] > 0 && features[i][kKnownBuyer] > 0;
      if (!remembered) Demote(person.name, authority);
    }
    // Who clearly decides is nominal in no single sentence's opinion.
    if (clear) std::erase_if(authority.nominal, is_person);
    const bool nominal = std::any_of(authority.nominal.begin(), authority.nominal.end(), is_person);
    const bool gone = std::count(authority.gone.begin(), authority.gone.end(), i) > 0;
    if (!decides || nominal || gone || std::any_of(deciders.begin(), deciders.end(), is_person)) {
      continue;
    }
    const PersonFeatures& row = features[i];
    const float sign = std::max(row[kSaysToSign], row[kSaidToSign]);
    const bool examines = row[kExaminerTitle] > 0 && sign < kClearlySigns;
    const bool signs = !examines && sign >= std::max(row[kSaysToStop], row[kSaidToStop]);
    Stakeholder decider{person.name,
                        person.title,
                        person.organization,
                        person.email,
                        signs ? StakeholderRole::kEconomicBuyer : StakeholderRole::kApprover,
                        {},
                        false,
                        "",
                        probability};
    const auto known =
        std::find_if(authority.everybody.begin(), authority.everybody.end(), is_person);
    if (known != authority.everybody.end()) {
      decider.authority_evidence = known->authority_evidence;
      known->role = decider.role;
    }
    const ScoredSentence* const said = telling[i];
    if (said != nullptr) {
      const Span& span = call.lines[said->line].reading.sentences[said->sentence].span;
      decider.authority_evidence.insert(decider.authority_evidence.begin(),
                                        EvidenceAround(call, said->line, span.first_token));
    }
    if (decider.authority_evidence.empty()) continue;  // a claim without words is none
    if (known != authority.everybody.end()) {
      known->authority_evidence = decider.authority_evidence;
    } else {
      authority.everybody.push_back(decider);
    }
    deciders.push_back(std::move(decider));
  }
}

}  // namespace throughline::router::extractive
