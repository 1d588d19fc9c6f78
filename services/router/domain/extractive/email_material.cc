#include "services/router/domain/extractive/email_material.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/deal/names.h"
#include "re2/re2.h"
#include "services/router/domain/extractive/analysis/agreed_days.h"
#include "services/router/domain/extractive/email_checks.h"
#include "services/router/domain/extractive/email_cues.h"
#include "services/router/domain/extractive/email_habits.h"
#include "services/router/domain/extractive/email_items.h"
#include "services/router/domain/extractive/email_quotes.h"
#include "services/router/domain/extractive/email_words.h"
#include "services/router/domain/extractive/facts.h"
#include "services/router/domain/extractive/facts_atoms.h"
#include "services/router/domain/extractive/facts_statements.h"
#include "services/router/domain/extractive/language/dates.h"
#include "services/router/domain/extractive/language/perspective.h"
#include "services/router/domain/extractive/language/text.h"
#include "services/router/domain/extractive/language/tokens.h"

namespace throughline::router::extractive {
namespace {

using deal::Blocker;
using deal::BlockerCategory;
using transcript::Side;

constexpr size_t kMaxCandidates = 3;  // of each kind
constexpr size_t kMaxLineWords = 34;  // a longer sentence is no line of an e-mail
constexpr double kMinWorth = 2.0;
constexpr double kMinTelling = 1.2;
constexpr size_t kMostMatterWords = 24;
constexpr size_t kMostPhraseWords = 12;
constexpr size_t kLongCondition = 20;
constexpr double kUnlinkedHandicap = 1.0;  // a refusal may belong to another matter
constexpr double kPointsAtWhatIsLeft = 1.5;
constexpr double kOver = 1.0;  // what was, is not what is missing
constexpr double kTellingStems = 4;
constexpr size_t kTellingScrap = 3;
constexpr double kHandsOver = 2.0;  // the seller's own last word on what is sent to whom and when

// A candidate sentence of the call with what it is worth to the reader.
struct Candidate {
  const Statement* statement = nullptr;
  std::string clean;
  double worth = 0;
};

class Gatherer {
 public:
  Gatherer(Tier tier, const EmailInput& input, const Cast& cast)
      : tier_(tier),
        input_(input),
        cast_(cast),
        agreed_(AgreedDaysOf(input.call, cast.patience())),
        reader_{input.analysis.follow_up.recipient,
                absl::ToCivilDay(input.call.occurred_at, absl::UTCTimeZone())},
        statements_(FindStatements(Tier::kDeep, input.call, cast)) {
    const std::optional<Blocker>& primary = input.analysis.primary_blocker;
    money_ = primary && IsMoney(primary->category);
    for (const Blocker& open : input.analysis.open_blockers) {
      money_ = money_ || IsMoney(open.category);
    }
    std::string subject;
    if (primary) {
      absl::StrAppend(&subject, primary->object, " ", primary->clearing_condition, " ");
      for (const deal::BlockerTransition& transition : primary->history) {
        if (transition.evidence.call_id != input.call.call_id) continue;
        absl::StrAppend(&subject, transition.evidence.quote, " ");
        said_.push_back(transition.evidence.quote);
      }
      if (!primary->clearing_condition.empty()) said_.push_back(primary->clearing_condition);
    }
    if (input.analysis.next_step) absl::StrAppend(&subject, input.analysis.next_step->description);
    subject_ = ContentStems(subject);
    EraseSuspicious(input.analysis.suspicious_content, input.call.transcript, statements_);
    for (const Statement& statement : statements_) {
      const absl::string_view verb =
          absl::string_view(statement.clean).substr(0, statement.clean.find(' '));
      const bool asks =
          statement.Has("need") || statement.Has("preference") || IsDirectiveVerb(verb);
      if (asks && statement.side != Side::kSeller) wish_turns_.insert(statement.turn->index);
    }
    for (const auto* blockers :
         {&input.analysis.open_blockers, &input.analysis.resolved_blockers}) {
      for (const Blocker& blocker : *blockers) {
        const bool named = !blocker.object.empty() && absl::ascii_isupper(blocker.object.front());
        if (blocker.category == BlockerCategory::kCompetition && named) {
          rivals_.push_back(blocker.object);
        }
      }
    }
    for (const transcript::Turn& turn : input.call.transcript.turns) {
      last_turn_ = std::max(last_turn_, turn.index);
    }
  }

  EmailMaterial Run() {
    EmailMaterial material;
    for (const Statement& statement : statements_) {
      if (IsWithheld(statement)) material.withheld.push_back(EvidenceOf(statement));
    }
    if (agreed_.delivery) {
      material.promised = EmailDay{agreed_.delivery->day, agreed_.delivery->evidence};
    }
    for (const AgreedDay& other : agreed_.others) {
      EmailDay day{other.day, other.evidence, MatterOf(other)};
      if (day.matter.empty()) day.phrase = PhraseOf(other);
      material.other_days.push_back(std::move(day));
    }
    std::sort(material.other_days.begin(), material.other_days.end(),
              [](const EmailDay& a, const EmailDay& b) { return a.day < b.day; });
    material.items = OpenItems(input_, cast_);
    GatherPromises(material);
    Condition(material);
    Meeting(material);
    NextStepDay(material);
    FindHabits(statements_, reader_.name, material);
    KnownHabits(material);
    if (tier_ == Tier::kDeep) {
      Recaps(material);
      material.needs = FindNeeds(Statements(), input_.call.call_id, reader_, cast_,
                                 [this](const Statement& statement, absl::string_view piece) {
                                   return Presentable(statement, piece, true);
                                 });
      Agreed(material);
      Deadline(material);
      Later(material);
    }
    return material;
  }

 private:
  // What was said; nothing more once nobody waits for it.
  const std::vector<Statement>& Statements() const {
    static const auto* const kNone = new std::vector<Statement>;
    return cast_.patience().Check().ok() ? statements_ : *kNone;
  }

  static bool IsWithheld(const Statement& statement) {
    return statement.Has("instruction") || statement.Has("health") || statement.Has("personal") ||
           statement.Has("anecdote") || statement.Has("smalltalk");
  }

  // Fit to be read by the customer, and nobody else's business.
  bool Presentable(const Statement& statement, absl::string_view clean,
                   bool answers = false) const {
    const bool confirmed = statement.agreed && statement.side == Side::kSeller;
    if ((statement.question && !confirmed && !answers) || IsWithheld(statement) ||
        statement.Has("hypothetical") || statement.called_colleague) {
      return false;
    }
    if (clean.empty() || WordCount(clean) > kMaxLineWords) return false;
    // Half of a quotation.
    if (std::count(clean.begin(), clean.end(), '"') % 2 != 0) return false;
    if (!IsCivil(clean) || IsPrivate(clean) || StaysOut(clean) || NamesARival(clean)) return false;
    if (SpeaksOfAnotherVendor(clean) || TellsWhereabouts(clean)) return false;
    return money_ || !SpeaksOfMoney(clean);
  }

  // Another vendor by name has no place in an e-mail of ours.
  bool NamesARival(absl::string_view clean) const {
    return std::any_of(rivals_.begin(), rivals_.end(),
                       [&](const std::string& rival) { return absl::StrContains(clean, rival); });
  }

  double Relevance(const Statement& statement, absl::string_view clean) const {
    // A word or two overlap by chance.
    const std::vector<std::string> stems = ContentStems(clean);
    const double length = std::min(1.0, static_cast<double>(stems.size()) / kTellingStems);
    double worth = 2.5 * length * StemOverlap(stems, subject_);
    worth += std::min(statement.numbers, 2) * 0.6 + std::min(statement.names, 2) * 0.3;
    if (last_turn_ > 0) worth += static_cast<double>(statement.turn->index) / last_turn_;
    if (DayIn(clean, reader_.today)) worth += 1.0;
    if (statement.agreed) worth += 0.4;
    worth += NearPromise(statement);
    if (statement.Has("hedge")) worth -= 1.2;
    return worth;
  }

  bool SharesNothing(const std::vector<std::string>& stems) const {
    return StemOverlap(stems, subject_) == 0;
  }

  // What the customer says right before a promise is what was promised; the words around it
  // belong to it more often than not.
  double NearPromise(const Statement& statement) const {
    const int32_t turn = statement.turn->index;
    if (statement.side != Side::kSeller && promise_turns_.contains(turn + 1)) return 1.5;
    if (agreed_.delivery && std::abs(turn - agreed_.delivery->evidence.turn) <= 2) return 1.2;
    for (int32_t distance = -2; distance <= 2; ++distance) {
      if (promise_turns_.contains(turn + distance)) return 0.8;
    }
    return 0;
  }

  static void KeepBest(std::vector<Candidate>& candidates) {
    std::stable_sort(candidates.begin(), candidates.end(),
                     [](const Candidate& a, const Candidate& b) { return a.worth > b.worth; });
    if (candidates.size() > kMaxCandidates) candidates.resize(kMaxCandidates);
  }

  deal::Evidence EvidenceOf(const Statement& statement) const {
    return {input_.call.call_id, statement.turn->index, statement.turn->speaker, statement.quote};
  }

  // How well a sentence says what the objector needs: conditions and refusals in full words.
  double Telling(const Statement& statement, const std::string& piece) const {
    double worth = std::min<double>(static_cast<double>(ContentStems(piece).size()), 6) / 3;
    if (Says(piece, "condition")) worth += 1.5;
    if (Says(piece, "points")) worth -= 2.0;
    if (!StandsAlone(piece, cast_)) worth -= 0.7;
    if (Says(piece, "refusal")) worth += 0.7;
    if (WordCount(piece) > kLongCondition) worth -= 0.8;
    if (statement.voice == reader_.name) worth += 0.3;
    return worth;
  }

  bool SaidOfPrimary(const Statement& statement) const {
    return std::any_of(said_.begin(), said_.end(), [&](const std::string& quote) {
      return absl::StrContains(statement.quote, quote) || absl::StrContains(quote, statement.quote);
    });
  }

  std::string ToReader(const Candidate& candidate) const {
    if (candidate.statement->side == Side::kSeller) {
      return SellerToReader(candidate.clean, *candidate.statement, reader_, cast_);
    }
    std::string clean = WithoutRemarks(candidate.clean);
    if (absl::StrContains(clean, "…")) clean = candidate.clean;
    if (absl::EndsWith(clean, ".")) clean.pop_back();
    return WithCurrency(CustomerToReader(clean, *candidate.statement, reader_, cast_), cast_);
  }

  // What was said of the primary matter in this call, the most telling sentence of it.
  void Condition(EmailMaterial& material) const {
    if (!input_.analysis.primary_blocker) return;
    Candidate best;
    best.worth = kMinTelling;
    for (const Statement& statement : Statements()) {
      const bool seller = statement.side == Side::kSeller;
      if (statement.question || (seller && !statement.agreed)) continue;
      const bool said = SaidOfPrimary(statement);
      for (const std::string& piece : statement.pieces) {
        const bool points = PointsAtWhatIsLeft(piece);
        if (!points && (seller || (!said && !statement.Has("objection")))) continue;
        if (IsVerbless(piece) || !Presentable(statement, piece) || Says(piece, "loose")) continue;
        if (RefusesUs(piece)) continue;
        double worth = Telling(statement, piece);
        if (!said) worth += StemOverlap(ContentStems(piece), subject_) - kUnlinkedHandicap;
        if (points) worth += kPointsAtWhatIsLeft;
        if (LooksBack(piece)) worth -= kOver;
        if (worth > best.worth) best = {&statement, piece, worth};
      }
    }
    if (best.statement == nullptr) return;
    std::string text = ToReader(best);
    if (text.empty()) return;
    material.condition = EmailLine{std::move(text), EvidenceOf(*best.statement)};
    material.condition_names_item = PointsAtWhatIsLeft(best.clean);
  }

  // "Two paragraphs. I can do that by Monday": the key words before say what "that" is.
  static std::string WithObject(const Candidate& candidate) {
    static const RE2& bare = *new RE2("(?i)\\b(do|send|have|get|draft|put) (that|it)\\b");
    const std::vector<std::string>& pieces = candidate.statement->pieces;
    const auto at = std::find(pieces.begin(), pieces.end(), candidate.clean);
    if (at == pieces.begin() || at == pieces.end() || !Matches(candidate.clean, bare)) {
      return candidate.clean;
    }
    const std::string& before = *(at - 1);
    if (!IsVerbless(before) || ContentStems(before).size() < 2) return candidate.clean;
    return absl::StrCat(before, ": ", candidate.clean);
  }

  // "I'll have a signed one to you": the one thing left, by its name.
  std::string Named(std::string promise) const {
    const deal::Analysis& analysis = input_.analysis;
    static const RE2& one = *new RE2("(?i)\\b(a|the) (\\w+ed|new|clean|final|written) one\\b");
    if (analysis.open_blockers.size() == 1 && !analysis.open_blockers.front().object.empty()) {
      std::string name = WithArticle(analysis.open_blockers.front().object, cast_);
      absl::string_view bare(name);
      absl::ConsumePrefix(&bare, "the ");
      RE2::Replace(&promise, one, absl::StrCat("\\1 \\2 ", bare));
    }
    return promise;
  }

  // The seller's turn right after the customer asked for something, late in the call.
  bool AnswersAWish(const Statement& statement) const {
    return tier_ == Tier::kDeep && 2 * statement.turn->index > last_turn_ &&
           wish_turns_.contains(statement.turn->index - 1);
  }

  // "The technician is Oona Salmi": names, figures or a day, in a full sentence.
  bool TellsSomething(const Statement& statement, const std::string& piece) const {
    const bool telling = statement.names > 0 || statement.numbers > 0;
    return telling && !IsVerbless(piece) && !Says(piece, "leans.on.others") &&
           WordsBesidesDates(piece) >= 3;
  }

  void GatherPromises(EmailMaterial& material) {
    std::vector<Candidate> candidates;
    for (const Statement& statement : Statements()) {
      if (statement.side != Side::kSeller) continue;
      const bool answers = AnswersAWish(statement);
      for (const std::string& piece : statement.pieces) {
        if ((!Promises(piece) && !(answers && TellsSomething(statement, piece))) ||
            !Presentable(statement, piece))
          continue;
        const bool late = 2 * statement.turn->index > last_turn_;
        const bool full = late && ContentStems(piece).size() > 2;
        if (!full && SharesNothing(ContentStems(piece)) && !Says(piece, "to.reader") &&
            !DayIn(statement.turn->text, reader_.today)) {
          continue;
        }
        double worth = Relevance(statement, piece);
        if (Says(piece, "delivers")) worth += 1.0;
        if (Says(piece, "offhand")) worth -= 1.0;
        if (worth >= kMinWorth) candidates.push_back({&statement, piece, worth});
      }
    }
    KeepBest(candidates);
    for (const Candidate& candidate : candidates) {
      std::string text =
          SellerToReader(Named(WithObject(candidate)), *candidate.statement, reader_, cast_);
      if (text.empty()) continue;
      const auto day = DayIn(candidate.clean, reader_.today);
      if (day && !material.promised) {
        material.promised = EmailDay{*day, EvidenceOf(*candidate.statement)};
      }
      material.promises.push_back({std::move(text), EvidenceOf(*candidate.statement)});
      promise_turns_.insert(candidate.statement->turn->index);
    }
  }

  // The day the analysis gives the next step, unless it is the next conversation.
  void NextStepDay(EmailMaterial& material) const {
    const std::optional<deal::NextStep>& next = input_.analysis.next_step;
    if (material.promised || !next || !next->due_date) return;
    if (material.meeting && material.meeting->day == *next->due_date) return;
    material.promised = EmailDay{*next->due_date, next->evidence};
  }

  // "They sit on the ninth of October": what the day is for, said to the reader.
  std::string MatterOf(const AgreedDay& other) const {
    const std::string date = FormatDay(other.day);
    for (const Statement& statement : Statements()) {
      const bool says = statement.turn->index == other.evidence.turn &&
                        (absl::StrContains(statement.quote, other.evidence.quote) ||
                         absl::StrContains(other.evidence.quote, statement.quote));
      if (!says || statement.question) continue;
      for (const std::string& piece : statement.pieces) {
        if (WordCount(piece) > kMostMatterWords || WordsBesidesDates(piece) == 0) continue;
        if (!absl::StrContains(SpellOut(piece, reader_.today), date)) continue;
        if (IsVerbless(piece) || !Presentable(statement, piece)) continue;
        const std::string own = WithoutTies(piece);
        if (!TellsOfDay(own) || LooksBack(own)) continue;
        std::string text = ToReader({&statement, own, 0});
        if (absl::StrContains(text, date)) return text;
      }
    }
    return "";
  }

  // What the day is for in key words, where they or the words they answer say so: "the order on
  // Monday, March 30", "a call on Thursday, April 2".
  std::string PhraseOf(const AgreedDay& other) const {
    const std::string date = FormatDay(other.day);
    std::string call;
    for (const Statement& statement : Statements()) {
      const int32_t distance = other.evidence.turn - statement.turn->index;
      if (distance < 0 || distance > 1) continue;
      for (const std::string& piece : statement.pieces) {
        if (!absl::StrContains(SpellOut(piece, reader_.today), date)) continue;
        if (Says(piece, "talk") && !Says(piece, "talk.of.others")) {
          call = absl::StrCat("a call on ", date);
        }
        const bool says = distance == 0 && !statement.question && IsVerbless(piece) &&
                          WordsBesidesDates(piece) > 0 && WordCount(piece) <= kMostPhraseWords;
        if (!says || !Presentable(statement, piece) || !ReadsAsRecap(piece)) continue;
        const std::string own = WithoutTies(piece);
        const std::string text =
            statement.side == Side::kSeller
                ? Uncapitalized(SellerToReader(own, statement, reader_, cast_), cast_)
                : ListedToReader(own, statement, reader_, cast_);
        static const RE2& loose = *new RE2(
            "(?i)^(?:january|february|march|april|may|june|july|august|september|october|november|"
            "december|\\w+day|say|yes|no)\\b|, (?:yes|no|okay|right)\\b");
        if (absl::StrContains(text, date) && !Matches(text, loose)) return text;
      }
    }
    return call;
  }

  // What earlier calls told of how to reach the reader.
  void KnownHabits(EmailMaterial& material) const {
    for (const deal::ProfileEntry& entry : input_.profile.channel_preference) {
      absl::string_view channel = entry.text;
      if (absl::ConsumePrefix(&channel, reader_.name) && IsMessageChannel(channel)) {
        material.brief = true;
      }
    }
  }

  // A customer's list of what is open is not said twice.
  static bool NamesAnItem(const EmailMaterial& material, absl::string_view clean) {
    return std::any_of(material.items.begin(), material.items.end(), [&](const EmailLine& item) {
      const std::vector<std::string> stems = ContentStems(item.text);
      return stems.size() > 1 && StemOverlap(stems, ContentStems(clean)) >= 1 && !DayNamed(clean);
    });
  }

  void Recaps(EmailMaterial& material) const {
    std::vector<Candidate> candidates;
    for (const Statement& statement : Statements()) {
      const bool answers_wish =
          statement.side == Side::kSeller && wish_turns_.contains(statement.turn->index - 1);
      for (const std::string& piece : statement.pieces) {
        if (!IsVerbless(piece) || IsInterjection(piece)) continue;
        const bool hands_over = statement.side == Side::kSeller && HandsOver(piece);
        if (statement.asked_turn != nullptr && !answers_wish && !hands_over) continue;
        const size_t telling = WordsBesidesDates(piece);
        const bool due = statement.side == Side::kSeller && DayNamed(piece);
        if (telling < (due ? 1 : 2) || !ReadsAsRecap(piece)) continue;
        const bool asks = absl::EndsWith(statement.quote, "?");
        if (!Presentable(statement, piece, hands_over && !asks)) continue;
        if (!hands_over && NamesAnItem(material, piece)) continue;
        const bool linked = DayNamed(piece) || !SharesNothing(ContentStems(piece)) || telling >= 3;
        if (!linked) continue;
        double worth = Relevance(statement, piece) - 0.4;
        if (statement.side == Side::kSeller) worth += 0.3;
        if (answers_wish) worth += 1.2;
        if (hands_over) worth += kHandsOver;
        if (worth >= kMinWorth) candidates.push_back({&statement, piece, worth});
      }
    }
    // Beside what the seller said goes out when, scraps say nothing.
    const auto hands_over = [](const Candidate& candidate) {
      return candidate.statement->side == Side::kSeller && HandsOver(candidate.clean);
    };
    if (std::any_of(candidates.begin(), candidates.end(), hands_over)) {
      std::erase_if(candidates, [&](const Candidate& candidate) {
        return !hands_over(candidate) && !DayNamed(candidate.clean) &&
               WordsBesidesDates(candidate.clean) < kTellingScrap;
      });
    }
    KeepBest(candidates);
    for (const Candidate& candidate : candidates) {
      const bool seller = candidate.statement->side == Side::kSeller;
      std::string text =
          seller ? SellerToReader(candidate.clean, *candidate.statement, reader_, cast_)
                 : ListedToReader(candidate.clean, *candidate.statement, reader_, cast_);
      if (!text.empty()) {
        const auto day = DayIn(candidate.clean, reader_.today);
        if (day && !material.promised && candidate.statement->side == Side::kSeller) {
          material.promised = EmailDay{*day, EvidenceOf(*candidate.statement)};
        }
        material.recaps.push_back({std::move(text), EvidenceOf(*candidate.statement)});
      }
    }
  }

  void Meeting(EmailMaterial& material) const {
    if (!agreed_.meeting) return;
    material.meeting = EmailDay{agreed_.meeting->day, agreed_.meeting->evidence};
    const std::string& quote = material.meeting->evidence.quote;
    static const RE2& with =
        *new RE2("(?i)\\b(?:call|meeting|talk|sit down|session) with ([A-Z][\\w'-]+)");
    std::string name;
    if (!RE2::PartialMatch(quote, with, &name)) return;
    const std::string person = cast_.Resolve(name);
    if (person != reader_.name && cast_.SideOf(person) == Side::kCustomer) {
      material.meeting_with = name;
    }
  }

  // The customer's own date on the open matter: "they need it by …", "the window shuts on …".
  void Deadline(EmailMaterial& material) const {
    Candidate best;
    for (const Statement& statement : Statements()) {
      if (statement.question) continue;
      for (const std::string& piece : statement.pieces) {
        if (!Says(piece, "limit") || !Presentable(statement, piece) || IsVerbless(piece)) continue;
        if (LooksBack(piece) && !Says(piece, "has.got")) continue;
        const auto day = DayIn(piece, reader_.today);
        const bool other_day = day && (!material.promised || *day != material.promised->day) &&
                               (!material.meeting || *day != material.meeting->day);
        if (!other_day || IsSomebodysOwnDay(piece)) continue;
        const double worth =
            Relevance(statement, piece) + (statement.side == Side::kSeller ? 0 : 0.6);
        if (worth > std::max(best.worth, kMinWorth)) best = {&statement, piece, worth};
      }
    }
    if (best.statement == nullptr) return;
    std::string text = ToReader(best);
    if (!text.empty()) material.deadline = EmailLine{std::move(text), EvidenceOf(*best.statement)};
  }

  // "Give us a shout in January": the last such words of the customer.
  void Later(EmailMaterial& material) const {
    for (const Statement& statement : Statements()) {
      if (statement.voice != reader_.name || statement.question) continue;
      for (const std::string& piece : statement.pieces) {
        if (!Says(piece, "write.again") || !Presentable(statement, piece)) continue;
        std::string text = CustomerToReader(piece, statement, reader_, cast_);
        if (!text.empty()) material.later = EmailLine{std::move(text), EvidenceOf(statement)};
      }
    }
  }

  // "I'm good with four sixty on twenty-four months": the figures of the paper to be signed. Only
  // where the paper is what is open; elsewhere settled figures stay out.
  void Agreed(EmailMaterial& material) const {
    const std::optional<Blocker>& primary = input_.analysis.primary_blocker;
    const bool paper = primary && (primary->category == BlockerCategory::kLegal ||
                                   primary->category == BlockerCategory::kProcurement ||
                                   primary->category == BlockerCategory::kTiming);
    if (!paper) return;
    for (const Statement& statement : Statements()) {
      if (statement.side == Side::kSeller || statement.question || statement.numbers == 0) continue;
      for (const std::string& piece : statement.pieces) {
        if (!Says(piece, "accepts") || ContentStems(piece).size() < 3) continue;
        if (!Presentable(statement, piece)) continue;
        std::string text = WithCurrency(CustomerToReader(piece, statement, reader_, cast_), cast_);
        if (!text.empty()) material.agreed = EmailLine{std::move(text), EvidenceOf(statement)};
      }
    }
  }

  Tier tier_;
  const EmailInput& input_;
  const Cast& cast_;
  const AgreedDays agreed_;
  const Reader reader_;
  std::vector<Statement> statements_;
  std::vector<std::string> subject_;
  std::vector<std::string> rivals_;  // other vendors by name
  std::vector<std::string> said_;    // this call's words on the primary matter
  // Turns in which the seller promised what the e-mail repeats.
  absl::flat_hash_set<int32_t> promise_turns_;
  // Turns in which the customer asked for something.
  absl::flat_hash_set<int32_t> wish_turns_;
  bool money_ = false;
  int32_t last_turn_ = 0;
};

}  // namespace

EmailMaterial GatherMaterial(Tier tier, const EmailInput& input, const Cast& cast) {
  return Gatherer(tier, input, cast).Run();
}

}  // namespace throughline::router::extractive
