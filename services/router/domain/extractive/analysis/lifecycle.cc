#include "services/router/domain/extractive/analysis/lifecycle.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/deal/names.h"

namespace throughline::router::extractive {
namespace {

// "Forty-eight hundred a month" -> "price of forty-eight hundred a month"; what already names the
// price stays.
std::string PriceObject(std::string object) {
  if (!object.empty()) {
    object[0] = absl::ascii_tolower(static_cast<unsigned char>(object[0]));
  }
  for (const char* word :
       {"price", "pricing", "fee", "cost", "rate", "quote", "number", "figure"}) {
    if (absl::StrContains(object, word)) return object;
  }
  return absl::StrCat("price of ", object);
}

using deal::BlockerCategory;
using deal::BlockerStatus;

constexpr double kSameObject = 0.5;
// Below this a cue says little by itself: it confirms an object, it does not re-open one.
constexpr double kFirmWeight = 0.9;
// A requirement opens a blocker only when its words surely belong to a category.
constexpr double kFirmTopic = 0.9;
// Words that only hint at a category open nothing.
constexpr double kFaintTopic = 0.5;
// Words so sure of their category that a raise need not name the object itself.
constexpr double kSureTopic = 0.8;
// Below this "it's the …" points at something without saying that it is all.
constexpr double kFirmClosing = 0.8;
constexpr size_t kGoesOnLines = 3;

double Strength(const BlockerStatement& statement) {
  switch (statement.move) {
    case Move::kAsk:
      return 1;
    case Move::kNeed:
      return 1.5;
    case Move::kRaise:
    case Move::kReopen:
      return 2;
    case Move::kFix:
      return 2.5;
    case Move::kGate:
      return 3;
    case Move::kPointer:
      return statement.only ? 4.5 : 4;
    default:
      return 0;
  }
}

class Ledger {
 public:
  explicit Ledger(const CallView& call) : call_(call) {
    if (!call.deep()) return;
    for (const deal::Blocker& blocker : call.input->known.blockers) {
      Entry entry;
      entry.blocker = blocker;
      entry.stems = ContentStems(blocker.object);
      entry.family = FamilyOf(blocker.object);
      entry.known = true;
      if (!blocker.history.empty()) entry.raiser = blocker.history.front().evidence.speaker;
      entries_.push_back(std::move(entry));
    }
  }

  void Apply(const BlockerStatement& statement) {
    ++order_;
    if (statement.move == Move::kSettle || statement.move == Move::kWithdraw) {
      Close(statement);
    } else if (statement.move == Move::kProgress) {
      Progress(statement);
    } else {
      Open(statement);
    }
  }

  // "That's the only thing left": what else was open is dropped with these words.
  // `left` are the things the same words name as left.
  void DropOthers(const BlockerStatement& closing, const std::vector<BlockerStatement>& left) {
    for (Entry& entry : entries_) {
      if (!deal::IsOpen(entry.blocker.status)) continue;
      const bool named = std::any_of(left.begin(), left.end(), [&](const BlockerStatement& one) {
        return one.line == closing.line && one.move == Move::kPointer &&
               Fits(entry, one) >= kSameObject;
      });
      if (named) continue;
      if (entry.order > closing_order_) continue;  // named again afterwards
      const bool part_of_it =
          !entry.known && AreCompatible(entry.blocker.category, closing.category);
      if (part_of_it) continue;
      const std::string speaker = NameOf(closing.speaker);
      const bool others_and_present = !entry.known && entry.raiser != speaker;
      if (others_and_present) continue;
      MoveTo(entry, BlockerStatus::kWithdrawn, closing.evidence);
    }
  }
  void MarkClosing() { closing_order_ = order_; }
  // True when the statement is about something that is open now.
  bool IsAboutOpen(const BlockerStatement& statement) { return Best(statement, true) != nullptr; }

  // The customer has signed: nothing is in the way any more.
  void CloseEverything(const deal::Evidence& evidence) {
    for (Entry& entry : entries_) {
      if (!deal::IsOpen(entry.blocker.status)) continue;
      entry.mentioned = true;
      entry.strength = 0;
      MoveTo(entry, BlockerStatus::kResolved, evidence);
    }
  }

  std::vector<Entry> Take() { return std::move(entries_); }

 private:
  std::string NameOf(size_t person) const {
    return person == kNobody ? std::string() : call_.people.at(person).name;
  }

  // How well a statement's object fits an entry, 0 to 1.
  static double Fits(const Entry& entry, const BlockerStatement& statement) {
    const BlockerCategory category = entry.blocker.category;
    if (category == statement.category && IsSingleton(category)) return 1;
    if (!AreCompatible(category, statement.category)) return 0;
    if (!entry.family.empty() && !statement.family.empty()) {
      return entry.family == statement.family ? 1 : 0;
    }
    if (entry.stems.empty() || statement.stems.empty()) {
      return category == statement.category ? kSameObject : 0;
    }
    // "If security doesn't pass": the bare word for the category is any object of it.
    if (category == statement.category && (IsGeneric(entry.stems) || IsGeneric(statement.stems))) {
      return kSameObject;
    }
    const double overlap = StemOverlap(entry.stems, statement.stems);
    return category == statement.category ? overlap : overlap * 0.9;
  }

  static bool IsGeneric(const std::vector<std::string>& stems) {
    static const auto* const kBare = new absl::flat_hash_set<std::string>(
        {Stem("security"), Stem("compliance"), Stem("legal"), Stem("technical"), Stem("contract"),
         Stem("procurement"), Stem("purchasing"), Stem("integration"), Stem("regulatory"),
         Stem("privacy"), Stem("review"), Stem("team"), Stem("agreement"), Stem("document"),
         Stem("paper"), Stem("letter"), Stem("infosec")});
    return std::all_of(stems.begin(), stems.end(),
                       [](const std::string& stem) { return kBare->contains(stem); });
  }

  Entry* Best(const BlockerStatement& statement, bool open_only) {
    Entry* best = nullptr;
    double best_fit = 0;
    for (Entry& entry : entries_) {
      const bool open = deal::IsOpen(entry.blocker.status);
      if (open_only && !open) continue;
      double fit = Fits(entry, statement);
      if (fit < kSameObject && GoesOn(entry, statement)) fit = kSameObject;
      fit += (open ? 0.05 : 0) + (entry.mentioned ? 0.02 : 0);
      if (fit >= kSameObject && fit > best_fit) {
        best_fit = fit;
        best = &entry;
      }
    }
    return best;
  }

  // The same speaker, within a few turns, in the same category: other words for the same thing,
  // unless both have a name of their own or are items of a list.
  bool GoesOn(const Entry& entry, const BlockerStatement& statement) const {
    const bool both_named = !entry.family.empty() && !statement.family.empty();
    const bool list = statement.move == Move::kNeed || statement.move == Move::kAsk;
    return !both_named && !list && entry.mentioned && !entry.known &&
           entry.blocker.category == statement.category &&
           entry.raiser == NameOf(statement.speaker) && statement.line <= entry.line + kGoesOnLines;
  }

  void MoveTo(Entry& entry, BlockerStatus status, const deal::Evidence& evidence) {
    if (entry.blocker.status == status) return;
    entry.blocker.status = status;
    entry.blocker.history.push_back({status, call_.input->occurred_at, evidence});
  }

  void Touch(Entry& entry, const BlockerStatement& statement) {
    entry.mentioned = true;
    entry.order = order_;
    entry.line = statement.line;
    const double strength = Strength(statement) * (statement.weight < 0.7 ? 0.8 : 1);
    if (strength >= entry.strength) {
      entry.strength = strength;
      entry.strongest = statement.move;
      entry.why = statement.evidence;
    }
    const bool surer = statement.topic_weight > entry.topic_weight && !entry.known;
    const bool fuller = statement.stems.size() > entry.stems.size() &&
                        StemOverlap(entry.stems, statement.stems) == 1;
    // Who points at it says in their own words what it is.
    const bool pointed = statement.move == Move::kPointer && !statement.family.empty() &&
                         statement.family == entry.family &&
                         statement.stems.size() >= entry.stems.size();
    if ((surer || fuller || pointed) && statement.named && !IsGeneric(statement.stems) &&
        !IsSingleton(entry.blocker.category)) {
      Rename(entry, statement);
    }
    if (!statement.condition.empty()) entry.blocker.clearing_condition = statement.condition;
    if (statement.actor != kNobody) entry.blocker.owner = NameOf(statement.actor);
  }

  static void Rename(Entry& entry, const BlockerStatement& statement) {
    if (statement.object.empty() || statement.category != entry.blocker.category) return;
    entry.blocker.object = statement.object;
    entry.stems = statement.stems;
    entry.family = statement.family;
    entry.topic_weight = statement.topic_weight;
  }

  void Open(const BlockerStatement& statement) {
    if (statement.category == BlockerCategory::kUnspecified) {
      if (statement.move == Move::kReopen) ReopenLast(statement);
      return;
    }
    Entry* entry = Best(statement, false);
    if (entry == nullptr) {
      if (statement.move == Move::kReopen || !MayCreate(statement)) return;
      Create(statement);
      return;
    }
    if (deal::IsOpen(entry->blocker.status)) {
      if (statement.named) entry->in_review = false;
      Touch(*entry, statement);
      return;
    }
    const bool adverse = statement.move == Move::kReopen ||
                         (statement.named && statement.weight >= kFirmWeight &&
                          (statement.move == Move::kRaise || statement.move == Move::kGate));
    if (!adverse) return;
    MoveTo(*entry, BlockerStatus::kReopened, statement.evidence);
    entry->strength = 0;
    Touch(*entry, statement);
  }

  // "Back to square one" without naming the thing: the one settled last.
  void ReopenLast(const BlockerStatement& statement) {
    Entry* latest = nullptr;
    for (Entry& entry : entries_) {
      if (entry.blocker.status == BlockerStatus::kResolved) latest = &entry;
    }
    if (latest == nullptr) return;
    MoveTo(*latest, BlockerStatus::kReopened, statement.evidence);
    Touch(*latest, statement);
  }

  static bool MayCreate(const BlockerStatement& statement) {
    const bool soft = statement.move == Move::kNeed || statement.move == Move::kAsk;
    if (soft && statement.topic_weight < kFirmTopic) return false;
    const bool faint = statement.topic_weight > 0 && statement.topic_weight < kFaintTopic;
    if (faint && !statement.object.empty() && statement.move != Move::kPointer) return false;
    const bool sure = statement.move == Move::kRaise && statement.topic_weight >= kSureTopic;
    return statement.move == Move::kGate || statement.move == Move::kPointer || sure ||
           statement.named;
  }

  void Create(const BlockerStatement& statement) {
    Entry entry;
    entry.blocker.category = statement.category;
    const bool generic =
        statement.object.empty() ||
        (IsSingleton(statement.category) && statement.category != BlockerCategory::kCompetition &&
         statement.category != BlockerCategory::kTiming);
    // All that is said of the price is one blocker; it is still called by the customer's words.
    const bool informative = statement.named && statement.stems.size() > 1 &&
                             statement.category == BlockerCategory::kPrice;
    entry.blocker.object = informative ? PriceObject(statement.object)
                           : generic   ? DefaultObject(statement.category)
                                       : statement.object;
    entry.stems = generic ? std::vector<std::string>{} : statement.stems;
    entry.family = generic ? std::string() : statement.family;
    entry.topic_weight = statement.topic_weight;
    entry.raiser = NameOf(statement.speaker);
    MoveTo(entry, BlockerStatus::kRaised, statement.evidence);
    Touch(entry, statement);
    entries_.push_back(std::move(entry));
  }

  void Progress(const BlockerStatement& statement) {
    if (statement.category == BlockerCategory::kUnspecified) return;
    Entry* entry = Best(statement, true);
    if (entry == nullptr) return;
    entry->mentioned = true;
    entry->order = order_;
    entry->in_review = true;
    if (statement.actor != kNobody) entry->blocker.owner = NameOf(statement.actor);
    MoveTo(*entry, BlockerStatus::kBeingAddressed, statement.evidence);
  }

  void Close(const BlockerStatement& statement) {
    const BlockerStatus status =
        statement.move == Move::kWithdraw ? BlockerStatus::kWithdrawn : BlockerStatus::kResolved;
    Entry* entry = nullptr;
    if (statement.category != BlockerCategory::kUnspecified) entry = Best(statement, true);
    if (entry == nullptr && statement.actor != kNobody) entry = OwnedBy(statement.actor);
    const bool silent = statement.category == BlockerCategory::kUnspecified;
    if (entry == nullptr && silent && statement.weight >= 1) {
      CloseAllOf(statement, status);
      return;
    }
    if (entry == nullptr || !MayClose(*entry, statement)) return;
    CloseEntry(*entry, statement, status);
  }

  void CloseEntry(Entry& entry, const BlockerStatement& statement, BlockerStatus status) {
    entry.mentioned = true;
    entry.order = order_;
    entry.strength = 0;
    MoveTo(entry, status, statement.evidence);
  }

  Entry* OwnedBy(size_t person) {
    const std::string name = NameOf(person);
    for (Entry& entry : entries_) {
      if (deal::IsOpen(entry.blocker.status) && entry.blocker.owner == name) return &entry;
    }
    return nullptr;
  }

  // "It passes", by somebody who had raised things of one category only.
  void CloseAllOf(const BlockerStatement& statement, BlockerStatus status) {
    const std::string name = NameOf(statement.speaker);
    if (name.empty()) return;
    std::vector<Entry*> theirs;
    for (Entry& entry : entries_) {
      if (!deal::IsOpen(entry.blocker.status) || entry.raiser != name) continue;
      const bool other_kind = !theirs.empty() && !AreCompatible(theirs.front()->blocker.category,
                                                                entry.blocker.category);
      const bool distinct = !theirs.empty() && !theirs.front()->family.empty() &&
                            theirs.front()->family != entry.family;
      if (other_kind || distinct) return;
      theirs.push_back(&entry);
    }
    for (Entry* entry : theirs) CloseEntry(*entry, statement, status);
  }

  // The objector settles, or somebody reports it settled; another person's opinion does not while
  // the objector is there to speak.
  bool MayClose(const Entry& entry, const BlockerStatement& statement) const {
    if (entry.raiser.empty() || statement.speaker == kNobody) return true;
    if (NameOf(statement.speaker) == entry.raiser || statement.weight >= 1) return true;
    const transcript::Participant* raiser =
        transcript::FindParticipant(call_.input->transcript, entry.raiser);
    return raiser == nullptr || raiser->presence != transcript::Presence::kPresent;
  }

  const CallView& call_;
  std::vector<Entry> entries_;
  size_t order_ = 0;
  size_t closing_order_ = 0;
};

// Where the customer says that the deal is signed.
std::optional<deal::Evidence> Signed(const CallView& call) {
  std::optional<deal::Evidence> signature;
  for (size_t i = 0; i < call.lines.size(); ++i) {
    const Line& line = call.lines[i];
    if (line.side != transcript::Side::kCustomer) continue;
    if (FindCue(line, "lost") != nullptr) return std::nullopt;
    for (const CueMatch& match : line.matches) {
      const Guards& guards = GuardsAt(line, match.first_token);
      const bool said = match.cue->kind == "won" && guards.Plain() && !guards.reported &&
                        !NegatedBefore(line.reading, match.first_token, 3);
      if (said) signature = EvidenceAround(call, i, match.first_token);
    }
  }
  return signature;
}

}  // namespace

std::string DefaultObject(BlockerCategory category) {
  switch (category) {
    case BlockerCategory::kChangeManagement:
      return "adoption by the team";
    case BlockerCategory::kCompetition:
      return "competing offer";
    case BlockerCategory::kAuthority:
      return "approval";
    default:
      return std::string(deal::Name(category));
  }
}

std::vector<Entry> ApplyStatements(const CallView& call,
                                   const std::vector<BlockerStatement>& statements) {
  Ledger ledger(call);
  const BlockerStatement* closing = nullptr;
  for (const BlockerStatement& statement : statements) {
    ledger.Apply(statement);
    const bool closes =
        statement.move == Move::kPointer && statement.only && statement.weight >= kFirmClosing;
    if (closes && statement.category != BlockerCategory::kUnspecified &&
        ledger.IsAboutOpen(statement)) {
      closing = &statement;
      ledger.MarkClosing();
    }
  }
  if (closing != nullptr && call.deep()) ledger.DropOthers(*closing, statements);
  if (const std::optional<deal::Evidence> signature = Signed(call)) {
    ledger.CloseEverything(*signature);
  }
  return ledger.Take();
}

}  // namespace throughline::router::extractive
