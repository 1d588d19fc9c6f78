#include "services/router/domain/extractive/analysis/follow_up.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "services/router/domain/extractive/language/dates.h"

namespace throughline::router::extractive {
namespace {

using transcript::Side;

constexpr double kAsked = 3;       // the customer's own words
constexpr double kRestated = 3.1;  // the seller repeated who gets it by when
constexpr double kPromised = 1.2;  // the seller said "to you"
constexpr double kRaisedPrimary = 1.5;
constexpr double kChampion = 1;
constexpr double kSpokeLast = 0.5;

constexpr double kHasASay = 0.1;
constexpr double kSigns = 0.15;  // where nobody knows who spoke
constexpr double kNamed = 0.01;  // each time the call names them
constexpr int kMostNamed = 30;
constexpr double kUnheard = 0.4;  // of what was said of a name that nobody on the call bears
constexpr size_t kLeastShortName = 3;
constexpr size_t kDirectionSentences = 2;  // of a question for whom, and of its answer
constexpr size_t kAnswerTokens = 4;        // in which "me" answers for whom something is

struct Candidate {
  size_t person = kNobody;
  double weight = 0;
  std::string reason;
  std::optional<deal::Evidence> evidence;
};

class Director {
 public:
  Director(CallView& call, const Authority& authority, const Entry* primary)
      : call_(call), authority_(authority), primary_(primary) {}

  deal::FollowUp Run() {
    for (size_t i = 0; i < call_.lines.size(); ++i) {
      if (call_.lines[i].side == Side::kCustomer) {
        ReadCustomer(i);
      } else {
        ReadSeller(i);
      }
    }
    AddFallbacks();
    return Choose();
  }

 private:
  void ReadCustomer(size_t index) {
    if (AsksWhoGetsIt(index)) ReadAnswer(index);
    const std::vector<CueMatch> matches = call_.lines[index].matches;
    for (const CueMatch& match : matches) {
      const Line& line = call_.lines[index];
      const Guards& guards = GuardsAt(line, match.first_token);
      if (guards.question || guards.anecdote || guards.third_party) continue;
      const absl::string_view kind = match.cue->kind;
      const size_t speaker = VoiceAt(line, match.first_token);
      const bool negated = NegatedBefore(line.reading, match.first_token, 2);
      // "She said, have them send it to me": that is not the speaker.
      if (SpeaksOfSelf(line.reading, match) && IsReported(line, match.first_token)) continue;
      if (kind == "send.me" && !negated) {
        Propose(speaker, kAsked * match.cue->weight, "asked for it", index, match);
      } else if (kind == "send.other" && !negated && !BeginsAnew(line.reading, match)) {
        const size_t person = ResolveWho(call_, index, match.who_first, match.who_last, true);
        // A single word may be a place or a firm; a person on the call is the safer reader.
        const bool doubtful = person != kNobody && !IsPresent(person) &&
                              !absl::StrContains(call_.people.at(person).name, " ");
        Propose(person, (doubtful ? kUnheard : 1) * kAsked * match.cue->weight,
                "was named as the one to write to", index, match);
      } else if (kind == "send.not") {
        Exclude(index, match);
      } else if (kind == "send.notme") {
        WithdrawWeak(speaker);
      } else if (kind == "copy") {
        Copy(index, match);
      }
    }
    last_customer_ = call_.lines[index].speaker;
  }

  static bool SpeaksOfSelf(const Reading& reading, const CueMatch& match) {
    if (match.cue->kind == "send.me") return true;
    return match.who_last == match.who_first + 1 && reading.tokens[match.who_first].text == "me";
  }

  // Whether the sentence has passed on somebody's words by then.
  static bool IsReported(const Line& line, size_t token) {
    const Span& sentence = line.reading.sentences[SentenceOf(line.reading, token)].span;
    for (size_t i = sentence.first_token; i <= token; ++i) {
      if (GuardsAt(line, i).reported) return true;
    }
    return false;
  }

  // Whether the line before is the seller's and ends by asking who gets it.
  bool AsksWhoGetsIt(size_t index) const {
    if (index == 0 || call_.lines[index - 1].side != Side::kSeller) return false;
    const Line& line = call_.lines[index - 1];
    return std::any_of(line.matches.begin(), line.matches.end(), [&](const CueMatch& match) {
      const size_t sentence = SentenceOf(line.reading, match.first_token);
      return match.cue->kind == "send.ask" && line.reading.sentences[sentence].question &&
             sentence + kDirectionSentences >= line.reading.sentences.size();
    });
  }

  // "Who's it for?" - "Pippa, she's got the keys." - "For me, yes."
  void ReadAnswer(size_t index) {
    const Line& line = call_.lines[index];
    for (size_t s = 0; s < line.reading.sentences.size() && s < kDirectionSentences; ++s) {
      const Sentence& sentence = line.reading.sentences[s];
      if (sentence.question) return;
      for (size_t i = sentence.span.first_token; i < sentence.span.last_token; ++i) {
        if (NegatedBefore(line.reading, i, 2) || GuardsAt(line, i).reported) continue;
        const auto named =
            std::find_if(line.mentions.begin(), line.mentions.end(),
                         [i](const PersonMention& mention) { return mention.first_token == i; });
        if (named != line.mentions.end()) {
          return Propose(named->person, kAsked, "was named as the one it goes to", index, i);
        }
        const bool self =
            i < sentence.span.first_token + kAnswerTokens &&
            (line.reading.tokens[i].text == "me" || line.reading.tokens[i].text == "mine");
        if (self) return Propose(VoiceAt(line, i), kAsked, "asked for it", index, i);
      }
    }
  }

  // "To my own address, Patrick will give it to you": what follows the pause is another clause.
  static bool BeginsAnew(const Reading& reading, const CueMatch& match) {
    if (match.who_last >= reading.tokens.size() || match.who_first == match.who_last) return false;
    const absl::string_view next = reading.tokens[match.who_last].text;
    const absl::string_view last = reading.tokens[match.who_last - 1].text;
    return reading.tokens[match.who_last - 1].before == ',' && last != "and" &&
           (next == "will" || next == "can" || next == "has" || next == "is");
  }

  void ReadSeller(size_t index) {
    const Line& line = call_.lines[index];
    for (const CueMatch& match : line.matches) {
      if (match.cue->kind == "copy") Copy(index, match);
      if (match.cue->kind != "promise") continue;
      const Span& sentence =
          line.reading.sentences[SentenceOf(line.reading, match.first_token)].span;
      bool to_you = false;
      for (size_t i = sentence.first_token; i < sentence.last_token; ++i) {
        to_you |= line.reading.tokens[i].text == "you" || line.reading.tokens[i].text == "your";
      }
      size_t addressee = last_customer_;
      for (const PersonMention& mention : line.mentions) {
        const bool here = mention.first_token + 8 >= sentence.first_token &&
                          mention.first_token < sentence.last_token;
        const bool present =
            call_.people.at(mention.person).presence == transcript::Presence::kPresent;
        if (here && present && call_.people.at(mention.person).side != Side::kSeller) {
          addressee = mention.person;
        }
      }
      if (to_you) Propose(addressee, kPromised, "was promised it", index, match);
    }
    ReadRestatement(index);
  }

  // "To Graça", "to you then, Graça".
  static bool IsGivenTo(const Reading& reading, const PersonMention& mention) {
    size_t token = mention.first_token;
    const auto before = [&](absl::string_view word) {
      return token > 0 && reading.tokens[token - 1].text == word;
    };
    if (before("then") || before("directly")) --token;
    if (before("you")) --token;
    return before("to");
  }

  // "Drawing and plan to Col, by Friday the thirteenth.": the seller repeats where it goes.
  void ReadRestatement(size_t index) {
    const Line& line = call_.lines[index];
    const bool answered = index > 0 && AsksWhoGetsIt(index - 1);
    if (!answered && 2 * index < call_.lines.size()) return;
    for (const PersonMention& mention : line.mentions) {
      if (!IsGivenTo(line.reading, mention)) continue;
      const Span& sentence =
          line.reading.sentences[SentenceOf(line.reading, mention.first_token)].span;
      const bool dated =
          !FindDates(line.reading, sentence.first_token, sentence.last_token, call_.today).empty();
      const Guards& guards = GuardsAt(line, mention.first_token);
      if ((!dated && !answered) || guards.anecdote || guards.third_party) continue;
      if (NegatedBefore(line.reading, mention.first_token, 4)) continue;
      Propose(mention.person, kRestated, "was named as the one it goes to", index,
              mention.first_token);
    }
  }

  void Propose(size_t person, double weight, absl::string_view what, size_t line,
               const CueMatch& match) {
    Propose(person, weight, what, line, match.first_token);
  }

  void Propose(size_t person, double weight, absl::string_view what, size_t line, size_t token) {
    if (person == kNobody || call_.people.at(person).side == Side::kSeller ||
        call_.people.at(person).body) {
      return;
    }
    // Asking for it anew lifts an earlier "not to me".
    if (weight >= kAsked) {
      excluded_.erase(std::remove(excluded_.begin(), excluded_.end(), person), excluded_.end());
    }
    const deal::Evidence evidence = EvidenceAround(call_, line, token);
    candidates_.push_back(
        {person, weight,
         absl::StrCat(call_.people.at(person).name, " ", what, ": \"", evidence.quote, "\""),
         evidence});
  }

  // "Don't send me the details": what was only "send me …" before no longer directs anything.
  void WithdrawWeak(size_t person) {
    candidates_.erase(std::remove_if(candidates_.begin(), candidates_.end(),
                                     [person](const Candidate& candidate) {
                                       return candidate.person == person &&
                                              candidate.weight < kAsked &&
                                              candidate.weight > kPromised;
                                     }),
                      candidates_.end());
  }

  void Exclude(size_t index, const CueMatch& match) {
    if (match.who_last > match.who_first) {
      const size_t person = ResolveWho(call_, index, match.who_first, match.who_last, false);
      if (person != kNobody) excluded_.push_back(person);
      return;
    }
    // "No, please don't", after "Should I write to her?".
    if (index == 0 || call_.lines[index - 1].side != Side::kSeller) return;
    const Line& question = call_.lines[index - 1];
    for (size_t i = 0; i < question.reading.tokens.size(); ++i) {
      const absl::string_view word = question.reading.tokens[i].text;
      if (word != "her" && word != "him" && word != "them") continue;
      const size_t person = ResolveWho(call_, index - 1, i, i + 1, false);
      if (person != kNobody) excluded_.push_back(person);
    }
  }

  void Copy(size_t index, const CueMatch& match) {
    const size_t person = ResolveWho(call_, index, match.who_first, match.who_last, true);
    if (person == kNobody || call_.people.at(person).side == Side::kSeller) return;
    if (std::find(copies_.begin(), copies_.end(), person) == copies_.end()) {
      copies_.push_back(person);
    }
  }

  bool IsPresent(size_t person) const {
    return call_.people.at(person).presence == transcript::Presence::kPresent;
  }

  void AddFallbacks() {
    if (primary_ != nullptr) {
      for (const std::string* name : {&primary_->why.speaker, &primary_->raiser}) {
        const std::optional<size_t> raiser =
            name->empty() ? std::nullopt : call_.people.Find(*name);
        if (raiser && IsPresent(*raiser)) {
          Fallback(*raiser, kRaisedPrimary, "raised what is in the way now");
        }
      }
    }
    for (const deal::Stakeholder& stakeholder : authority_.everybody) {
      if (stakeholder.role != deal::StakeholderRole::kChampion) continue;
      const std::optional<size_t> person = call_.people.Find(stakeholder.name);
      if (person && IsPresent(*person)) Fallback(*person, kChampion, "carries it inside");
    }
    if (last_customer_ != kNobody) Fallback(last_customer_, kSpokeLast, "closed the call");
    // A transcript without speakers: whoever is known to have a say.
    for (const deal::Stakeholder& stakeholder : authority_.everybody) {
      const std::optional<size_t> person = call_.people.Find(stakeholder.name);
      if (!person) continue;
      const bool signs = last_customer_ == kNobody && Signs(stakeholder.name);
      Fallback(*person, kHasASay + (signs ? kSigns : 0) + kNamed * Named(*person),
               "has a say in it");
    }
  }

  bool Signs(const std::string& name) const {
    return std::any_of(authority_.decision_makers.begin(), authority_.decision_makers.end(),
                       [&](const deal::Stakeholder& one) {
                         return one.name == name &&
                                one.role == deal::StakeholderRole::kEconomicBuyer;
                       });
  }

  // How often the call names them, as far as it matters.
  double Named(size_t person) const {
    int named = 0;
    for (const Line& line : call_.lines) {
      named += static_cast<int>(
          std::count_if(line.mentions.begin(), line.mentions.end(),
                        [&](const PersonMention& mention) { return mention.person == person; }));
    }
    return std::min(named, kMostNamed);
  }

  void Fallback(size_t person, double weight, absl::string_view why) {
    if (call_.people.at(person).side == Side::kSeller || call_.people.at(person).body) return;
    candidates_.push_back(
        {person, weight, absl::StrCat(call_.people.at(person).name, " ", why, "."), {}});
  }

  static bool Holds(const std::vector<size_t>& people, size_t person) {
    return std::find(people.begin(), people.end(), person) != people.end();
  }

  const Candidate* Best(bool heed_refusals) const {
    const Candidate* best = nullptr;
    for (const Candidate& candidate : candidates_) {
      if (Holds(authority_.gone, candidate.person)) continue;
      if (heed_refusals && Holds(excluded_, candidate.person)) continue;
      if (best == nullptr || candidate.weight > best->weight ||
          (candidate.weight == best->weight && candidate.evidence)) {
        best = &candidate;
      }
    }
    return best;
  }

  deal::FollowUp Choose() const {
    const Candidate* best = Best(/*heed_refusals=*/true);
    // "Not to me" was said of something else when nobody else is there to be written to.
    if (best == nullptr) best = Best(/*heed_refusals=*/false);
    deal::FollowUp follow_up;
    if (best == nullptr) return follow_up;
    follow_up.recipient = FullName(best->person);
    follow_up.reason = best->reason;
    if (best->evidence) follow_up.evidence.push_back(*best->evidence);
    for (const size_t person : copies_) {
      if (person != best->person) follow_up.copy.push_back(call_.people.at(person).name);
    }
    return follow_up;
  }

  // "Monsieur Sqalli", "Xio": the one person on the call whom the short form can mean, in full.
  std::string FullName(size_t person) const {
    const std::string& name = call_.people.at(person).name;
    const absl::string_view last = absl::string_view(name).substr(name.rfind(' ') + 1);
    if (IsPresent(person) || last.size() < kLeastShortName) return name;
    const std::string* full = nullptr;
    for (size_t i = 0; i < call_.people.all().size(); ++i) {
      const std::string& other = call_.people.at(i).name;
      if (i == person || !IsPresent(i) || call_.people.at(i).side == Side::kSeller) continue;
      const bool meant = absl::EndsWith(other, absl::StrCat(" ", last)) ||
                         (last == name && absl::StartsWith(other, last)) ||
                         absl::StartsWith(other, absl::StrCat(last, " "));
      if (!meant) continue;
      if (full != nullptr) return name;
      full = &other;
    }
    return full == nullptr ? name : *full;
  }

  CallView& call_;
  const Authority& authority_;
  const Entry* primary_;
  std::vector<Candidate> candidates_;
  std::vector<size_t> excluded_;
  std::vector<size_t> copies_;
  size_t last_customer_ = kNobody;
};

}  // namespace

deal::FollowUp FindFollowUp(CallView& call, const Authority& authority, const Entry* primary) {
  return Director(call, authority, primary).Run();
}

}  // namespace throughline::router::extractive
