#include "services/router/domain/extractive/analysis/authority.h"
#include "services/router/domain/extractive/language/people_words.h"
#include "services/router/domain/extractive/language/word_lists.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace throughline::router::extractive {
namespace {

using deal::Stakeholder;
using deal::StakeholderRole;
using transcript::Side;

// A weaker hint alone does not make a decision-maker.
constexpr double kEnough = 0.7;
// From here on a statement contradicts somebody else's mere claim.
constexpr double kFirm = 1.0;
constexpr size_t kAnswerSentences = 3;
constexpr size_t kNegationTokens = 4;
constexpr size_t kPronounReachLines = 16;
constexpr size_t kCoSignReachLines = 4;
// What is kept of why somebody has a role.
constexpr size_t kMaxEvidence = 8;

struct Standing {
  double signs = 0;
  bool claim_only = true;  // all the evidence is the person's own word
  bool approves = false;
  bool veto_now = false;  // spoken of in this call
  bool champion = false;
  bool gone = false;
  bool money = false;  // owns or releases it
  bool known_buyer = false;
  bool known_approver = false;
  StakeholderRole known_role = StakeholderRole::kUnspecified;
  std::vector<deal::Evidence> evidence;
  std::string nominal_reason;
};

// Functions that examine what others buy: their signature is an approval.
bool Examines(absl::string_view title) {
  static const WordSet& listed = WordList("examiner");
  const std::vector<Token> words = Tokenize(title);
  return std::any_of(words.begin(), words.end(),
                     [](const Token& word) { return listed.contains(word.text); });
}

// "I own the budget", "she releases the money".
bool IsOfMoney(const Cue& cue) {
  for (const absl::string_view word : {"budget", "money", "fund", "check", "cheque", "purse",
                                       "spend", "pays", "own the place", "owner"}) {
    if (absl::StrContains(cue.pattern, word)) return true;
  }
  return false;
}

class AuthorityFinder {
 public:
  AuthorityFinder(CallView& call, const std::vector<Entry>& entries)
      : call_(call), entries_(entries) {}

  Authority Run() {
    Carry();
    for (size_t i = 0; i < call_.lines.size() && !call_.Ended(i); ++i) {
      if (call_.lines[i].side == Side::kCustomer) ReadLine(i);
    }
    ReadGates();
    return Collect();
  }

 private:
  Standing& At(size_t person) {
    if (standings_.size() <= person) standings_.resize(person + 1);
    return standings_[person];
  }

  void Carry() {
    if (!call_.deep()) return;
    for (const Stakeholder& known : call_.input->known.stakeholders) {
      const std::optional<size_t> person = call_.people.Find(known.name);
      if (!person) continue;
      Standing& standing = At(*person);
      standing.known_role = known.role;
      standing.known_buyer =
          known.role == StakeholderRole::kEconomicBuyer || known.role == StakeholderRole::kCoSigner;
      standing.known_approver = known.role == StakeholderRole::kApprover;
      standing.money = known.role == StakeholderRole::kEconomicBuyer;
      standing.champion = known.role == StakeholderRole::kChampion;
      // Who signs off as an approver holds that signature in later calls as well.
      standing.known_buyer |= standing.known_approver && ShowsSignature(known);
      standing.evidence = known.authority_evidence;
      if (known.nominal) standing.nominal_reason = known.nominal_reason;
      if (standing.known_buyer && !known.nominal) standing.signs = kEnough;
      standing.claim_only = std::all_of(
          known.authority_evidence.begin(), known.authority_evidence.end(),
          [&](const deal::Evidence& evidence) { return evidence.speaker == known.name; });
    }
  }

  static bool ShowsSignature(const Stakeholder& known) {
    for (const deal::Evidence& evidence : known.authority_evidence) {
      for (const CueMatch& match : BuiltinLexicon().Match(ReadTurn(evidence.quote))) {
        const bool signs = HasKind(match, "sign.") && match.cue->weight >= kFirm;
        if (signs && absl::StrContains(match.cue->pattern, "sign")) return true;
      }
    }
    return false;
  }

  // "And who signs?" "Me." or "That would be Dana."
  void ReadAnswer(size_t index) {
    if (index == 0 || call_.lines[index - 1].side == Side::kCustomer) return;
    const Line& question = call_.lines[index - 1];
    const bool asked =
        std::any_of(question.matches.begin(), question.matches.end(), [&](const CueMatch& match) {
          return match.cue->kind == "ask.authority" &&
                 GuardsAt(question, match.first_token).question;
        });
    if (!asked) return;
    if (ReadBodyInAnswer(index)) return;
    const std::vector<CueMatch> matches = call_.lines[index].matches;
    for (const CueMatch& match : matches) {
      if (SentenceOf(call_.lines[index].reading, match.first_token) > 0) return;
      const bool self = match.cue->kind == "answer.self";
      if (!self && match.cue->kind != "answer.other") continue;
      const size_t person =
          self ? VoiceAt(call_.lines[index], match.first_token) : Who(index, match, true);
      if (!OnCustomerSide(person)) continue;
      Standing& standing = At(person);
      standing.signs += match.cue->weight;
      standing.claim_only &= self;
      AddEvidence(standing, EvidenceAround(call_, index, match.first_token), true);
      return;
    }
  }

  // "Not me. We're a charity, so it's the trustees": the body that ends a clause at the beginning
  // of the answer. "I do, the board hires me" names none.
  bool ReadBodyInAnswer(size_t index) {
    const Line& line = call_.lines[index];
    const std::vector<Token>& tokens = line.reading.tokens;
    for (size_t s = 0; s < line.reading.sentences.size() && s < kAnswerSentences; ++s) {
      const Sentence& sentence = line.reading.sentences[s];
      if (sentence.question || SentenceHas(line, s, "answer.self") ||
          SentenceHas(line, s, "sign.self")) {
        return false;
      }
      for (size_t i = sentence.span.first_token; i < sentence.span.last_token; ++i) {
        const bool ends = i + 1 == sentence.span.last_token || tokens[i + 1].before != 0;
        const std::optional<size_t> body =
            ends ? call_.people.FindBody(line.reading, i) : std::nullopt;
        const Guards& guards = GuardsAt(line, i);
        if (!body || !OnCustomerSide(*body) || guards.hedged || guards.hypothetical) continue;
        if (NegatedBefore(line.reading, i, kNegationTokens)) continue;
        Standing& standing = At(*body);
        standing.signs += kFirm;
        standing.claim_only = false;
        AddEvidence(standing, EvidenceAround(call_, index, i), true);
        return true;
      }
    }
    return false;
  }

  void ReadLine(size_t index) {
    ReadAnswer(index);
    // Copy: resolving people may not touch lines, but keeps the loop independent of it.
    const std::vector<CueMatch> matches = call_.lines[index].matches;
    for (const CueMatch& match : matches) {
      const Line& line = call_.lines[index];
      const Guards& guards = GuardsAt(line, match.first_token);
      if (guards.question || (call_.deep() && (guards.anecdote || guards.third_party))) continue;
      if (HasKind(match, "sign.")) {
        Sign(index, match);
      } else if (match.cue->kind == "approve.self") {
        Veto(VoiceAt(line, match.first_token), index, match);
      } else if (match.cue->kind == "veto.other") {
        Veto(Who(index, match, true), index, match);
      } else if (HasKind(match, "nominal.")) {
        // "If she doesn't sign" gives her a veto, it does not take the signature away.
        if (!guards.hypothetical) Nominal(index, match);
      } else if (match.cue->kind == "champion" && !guards.hedged) {
        const size_t speaker = VoiceAt(line, match.first_token);
        if (speaker != kNobody) At(speaker).champion = true;
      } else if (match.cue->kind == "leaves" && match.cue->weight >= kEnough) {
        Leaves(index, match);
      }
    }
  }

  // "Until I have it I can't release the contract": who examines and says so in the first person
  // holds the veto.
  void ReadGates() {
    for (const Entry& entry : entries_) {
      const bool open = deal::IsOpen(entry.blocker.status) && entry.mentioned;
      const bool gate = entry.strongest == Move::kGate || entry.strongest == Move::kPointer;
      if (!open || !gate || !IsExamined(entry.blocker.category)) continue;
      const std::optional<size_t> person =
          entry.why.speaker.empty() ? std::nullopt : call_.people.Find(entry.why.speaker);
      if (!person || !Examines(call_.people.at(*person).title)) continue;
      const std::vector<Token> words = Tokenize(entry.why.quote);
      const bool own = std::any_of(words.begin(), words.end(), [](const Token& word) {
        return word.text == "i" || word.text == "my";
      });
      if (!own || !OnCustomerSide(*person)) continue;
      Standing& standing = At(*person);
      standing.approves = true;
      standing.veto_now = true;
      AddEvidence(standing, entry.why, true);
    }
  }

  static bool IsExamined(deal::BlockerCategory category) {
    return category == deal::BlockerCategory::kSecurity ||
           category == deal::BlockerCategory::kCompliance ||
           category == deal::BlockerCategory::kLegal ||
           category == deal::BlockerCategory::kProcurement;
  }

  // The person a cue speaks of; groups such as the board become people of that name.
  size_t Who(size_t index, const CueMatch& match, bool add) {
    if (match.who_last == match.who_first) return kNobody;
    const size_t absent = HasKind(match, "sign.") ? AbsentDecider(index, match) : kNobody;
    if (absent != kNobody) return absent;
    const size_t person = ResolveWho(call_, index, match.who_first, match.who_last, add);
    if (person != kNobody || !add) return person;
    const Reading& reading = call_.lines[index].reading;
    // "Our managing director, Mr Vexley": the name, not the office.
    for (const PersonMention& mention : call_.lines[index].mentions) {
      const bool within =
          mention.first_token > match.who_first && mention.first_token < match.who_last;
      if (within && OnCustomerSide(mention.person)) return mention.person;
    }
    for (size_t i = match.who_first; i < match.who_last; ++i) {
      if (const std::optional<size_t> body = call_.people.FindBody(reading, i)) {
        // "The chair of the supervisory board": somebody, not the board.
        const bool office = match.who_first > 0 && reading.tokens[match.who_first - 1].text == "of";
        return office ? kNobody : *body;
      }
      if (!IsTitleWord(reading.tokens[i].text)) continue;
      const size_t end = OfficeEnds(reading, i + 1, match.who_last);
      return call_.people.FindOrAdd(
          Quote(call_.lines[index].turn->text, TokenSpan(reading, i, end)));
    }
    return kNobody;
  }

  // "The head of IT thinks": the office is "head of IT".
  static size_t OfficeEnds(const Reading& reading, size_t first, size_t last) {
    size_t end = first;
    for (size_t i = first; i < last && reading.tokens[i].before == 0; ++i) {
      const absl::string_view word = reading.tokens[i].text;
      const bool joins = word == "of" || word == "for";
      if (joins && i + 1 < last) continue;
      if (!joins && !IsTitleWord(word) && reading.tokens[i - 1].text != "of" &&
          reading.tokens[i - 1].text != "for") {
        break;
      }
      end = i + 1;
    }
    return end;
  }

  // "It's her call": somebody spoken of who is not on the line, before anybody who is.
  size_t AbsentDecider(size_t index, const CueMatch& match) {
    const Line& line = call_.lines[index];
    if (match.who_last - match.who_first != 1) return kNobody;
    if (!IsPersonalPronoun(line.reading.tokens[match.who_first].text)) return kNobody;
    for (size_t back = 0; back <= kPronounReachLines && back <= index; ++back) {
      const Line& earlier = call_.lines[index - back];
      for (size_t i = earlier.mentions.size(); i-- > 0;) {
        const PersonMention& mention = earlier.mentions[i];
        if (back == 0 && mention.first_token >= match.who_first) continue;
        const bool present =
            call_.people.at(mention.person).presence == transcript::Presence::kPresent;
        if (!present && OnCustomerSide(mention.person) && At(mention.person).signs >= kEnough) {
          return mention.person;
        }
      }
    }
    return OnlyAbsentDecider();
  }

  size_t OnlyAbsentDecider() const {
    size_t only = kNobody;
    for (size_t i = 0; i < standings_.size(); ++i) {
      const bool present = call_.people.at(i).presence == transcript::Presence::kPresent;
      if (present || standings_[i].signs < kEnough || !OnCustomerSide(i)) continue;
      if (only != kNobody) return kNobody;
      only = i;
    }
    return only;
  }

  bool OnCustomerSide(size_t person) const {
    return person != kNobody && call_.people.at(person).side != Side::kSeller;
  }

  void Sign(size_t index, const CueMatch& match) {
    const bool self = match.cue->kind == "sign.self";
    const size_t person =
        self ? VoiceAt(call_.lines[index], match.first_token) : Who(index, match, true);
    if (!OnCustomerSide(person)) return;
    const Line& line = call_.lines[index];
    if (NegatedBefore(line.reading, match.first_token, 2)) return;
    if (!self && GuardsAt(line, match.first_token).hypothetical && match.cue->weight < kFirm)
      return;
    if (self && absl::StrContains(match.cue->pattern, "both")) CoSign(index, match);
    Standing& standing = At(person);
    standing.signs += match.cue->weight;
    standing.money |= IsOfMoney(*match.cue);
    const bool by_other = VoiceAt(line, match.first_token) != person;
    standing.claim_only &= !by_other;
    standing.nominal_reason.clear();
    AddEvidence(standing, EvidenceAround(call_, index, match.first_token),
                match.cue->weight >= kFirm);
    const absl::string_view pattern = match.cue->pattern;
    const bool exclusive = by_other || absl::StrContains(pattern, "the one") ||
                           absl::StrContains(pattern, "sign") ||
                           absl::StrContains(pattern, "final");
    if (match.cue->weight >= kFirm && exclusive) ContradictClaims(person, index, match);
  }

  static bool HasCondition(const Line& line, const CueMatch& match) {
    if (match.last_token >= line.reading.tokens.size()) return false;
    const absl::string_view next = line.reading.tokens[match.last_token].text;
    return next == "without" || next == "until" || next == "unless" || next == "before" ||
           next == "till";
  }

  // "My sister and I, we both sign": whoever of the customer's side the last turns name as well,
  // the nearest turn that names anybody.
  void CoSign(size_t index, const CueMatch& match) {
    const size_t speaker = VoiceAt(call_.lines[index], match.first_token);
    for (size_t back = 0; back <= kCoSignReachLines && back <= index; ++back) {
      const Line& line = call_.lines[index - back];
      if (line.side == Side::kSeller) continue;
      bool found = false;
      for (const PersonMention& mention : line.mentions) {
        if (!OnCustomerSide(mention.person) || mention.person == speaker) continue;
        if (back == 0 && mention.first_token > match.last_token) continue;
        found = true;
        Standing& standing = At(mention.person);
        standing.signs += match.cue->weight;
        standing.claim_only = false;
        AddEvidence(standing, EvidenceAround(call_, index, match.first_token), true);
      }
      if (found) return;
    }
  }

  // Somebody signs: others who only claimed to decide in earlier calls decide in name only.
  void ContradictClaims(size_t signer, size_t index, const CueMatch& match) {
    for (size_t i = 0; i < standings_.size(); ++i) {
      Standing& other = standings_[i];
      if (i == signer || other.signs < kEnough || !other.claim_only || other.evidence.empty()) {
        continue;
      }
      other.signs = 0;
      other.nominal_reason =
          absl::StrCat(call_.people.at(signer).name, " signs off: \"",
                       EvidenceAround(call_, index, match.first_token).quote, "\"");
    }
  }

  void Veto(size_t person, size_t index, const CueMatch& match) {
    if (!OnCustomerSide(person)) return;
    Standing& standing = At(person);
    standing.approves = true;
    standing.veto_now = true;
    AddEvidence(standing, EvidenceAround(call_, index, match.first_token), true);
  }

  void Nominal(size_t index, const CueMatch& match) {
    const bool self = match.cue->kind == "nominal.self";
    const Line& line = call_.lines[index];
    const size_t person = self ? VoiceAt(line, match.first_token) : Who(index, match, false);
    if (!OnCustomerSide(person) || (!self && IsFarPronoun(line, match, person))) return;
    // "Until then I can't sign" is a gate, "he doesn't sign without my stamp" a condition: neither
    // is a lack of authority.
    if (!self && (person == VoiceAt(line, match.first_token) || HasCondition(line, match))) return;
    Standing& standing = At(person);
    // "I pick, she signs" is no pretence; only a decider by claim or name can be nominal.
    if (self && standing.signs < kEnough && !standing.known_buyer) return;
    standing.signs = 0;
    standing.nominal_reason =
        absl::StrCat("\"", EvidenceAround(call_, index, match.first_token).quote, "\"");
    AddEvidence(standing, EvidenceAround(call_, index, match.first_token), true);
  }

  // "He can't stop anything", when nobody by that name is spoken of in the turn: it may be anybody.
  static bool IsFarPronoun(const Line& line, const CueMatch& match, size_t person) {
    if (!IsPersonalPronoun(line.reading.tokens[match.who_first].text)) return false;
    return std::none_of(line.mentions.begin(), line.mentions.end(),
                        [&](const PersonMention& mention) {
                          return mention.person == person && mention.first_token < match.who_first;
                        });
  }

  void Leaves(size_t index, const CueMatch& match) {
    const Line& line = call_.lines[index];
    // "They quit": many people, nobody in particular.
    if (match.who_last > match.who_first && (line.reading.tokens[match.who_first].text == "they" ||
                                             line.reading.tokens[match.who_first].text == "we" ||
                                             line.reading.tokens[match.who_first].text == "you")) {
      return;
    }
    const bool takes_over = absl::StrContains(match.cue->pattern, "over") ||
                            absl::StrContains(match.cue->pattern, "replac");
    size_t person = match.who_last > match.who_first
                        ? ResolveWho(call_, index, match.who_first, match.who_last, false)
                        : (takes_over ? kNobody : VoiceAt(line, match.first_token));
    if (!OnCustomerSide(person)) return;
    At(person).gone = true;
  }

  // The strongest and newest first.
  static void AddEvidence(Standing& standing, deal::Evidence evidence, bool firm) {
    const bool known =
        std::any_of(standing.evidence.begin(), standing.evidence.end(),
                    [&](const deal::Evidence& other) { return other.quote == evidence.quote; });
    if (known) return;
    standing.evidence.insert(firm ? standing.evidence.begin() : standing.evidence.end(),
                             std::move(evidence));
    if (standing.evidence.size() > kMaxEvidence) standing.evidence.pop_back();
  }

  bool HoldsOpenItem(const std::string& name) const {
    return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
      if (!deal::IsOpen(entry.blocker.status)) return false;
      if (!entry.blocker.owner.empty()) return entry.blocker.owner == name;
      return entry.raiser == name || entry.why.speaker == name;
    });
  }

  Stakeholder Describe(size_t person, StakeholderRole role) const {
    const Person& who = call_.people.at(person);
    const Standing& standing = standings_[person];
    return {who.name,
            who.title,
            who.organization,
            who.email,
            role,
            standing.evidence,
            !standing.nominal_reason.empty(),
            standing.nominal_reason,
            {}};
  }

  Authority Collect() {
    Authority authority;
    standings_.resize(std::max(standings_.size(), call_.people.all().size()));
    std::vector<Stakeholder> approvers;
    for (size_t i = 0; i < call_.people.all().size(); ++i) {
      const Person& person = call_.people.at(i);
      const Standing& standing = standings_[i];
      if (person.side == Side::kSeller || person.name.empty()) continue;
      StakeholderRole role = StakeholderRole::kUnspecified;
      const bool live_veto =
          (standing.approves || standing.known_approver) &&
          (HoldsOpenItem(person.name) || (standing.veto_now && !Settled(person)));
      if (!standing.gone && standing.nominal_reason.empty()) {
        if (standing.signs >= kEnough) {
          role = standing.money || !Examines(person.title) ? StakeholderRole::kEconomicBuyer
                                                           : StakeholderRole::kApprover;
          authority.decision_makers.push_back(Describe(i, role));
        } else if (standing.approves || standing.known_approver) {
          role = StakeholderRole::kApprover;
          if (live_veto) approvers.push_back(Describe(i, role));
        }
      }
      if (!standing.nominal_reason.empty()) {
        authority.nominal.push_back(Describe(i, StakeholderRole::kInfluencer));
        role = StakeholderRole::kInfluencer;
      }
      if (role == StakeholderRole::kUnspecified && standing.champion && !standing.gone) {
        role = StakeholderRole::kChampion;
      }
      if (role == StakeholderRole::kUnspecified && !standing.gone) role = standing.known_role;
      if (standing.gone) authority.gone.push_back(i);
      // Everybody speaks of boards; only one that has a say is worth remembering.
      if (person.body && role == StakeholderRole::kUnspecified) continue;
      if (person.side == Side::kCustomer) authority.everybody.push_back(Describe(i, role));
    }
    for (Stakeholder& approver : approvers) {
      authority.decision_makers.push_back(std::move(approver));
    }
    return authority;
  }

  // Everything this person raised or owns is out of the way.
  bool Settled(const Person& person) const {
    bool any = false;
    for (const Entry& entry : entries_) {
      const bool theirs = entry.raiser == person.name || entry.blocker.owner == person.name;
      if (!theirs) continue;
      if (deal::IsOpen(entry.blocker.status)) return false;
      any = true;
    }
    return any;
  }

  CallView& call_;
  const std::vector<Entry>& entries_;
  std::vector<Standing> standings_;
};

}  // namespace

Authority FindAuthority(CallView& call, const std::vector<Entry>& entries) {
  return AuthorityFinder(call, entries).Run();
}

}  // namespace throughline::router::extractive
