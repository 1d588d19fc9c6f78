#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_CALL_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_CALL_H_

#include <algorithm>
#include <cstddef>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/types/span.h"
#include "common/base/patience.h"
#include "common/deal/types.h"
#include "services/router/domain/extractive/engine.h"
#include "services/router/domain/extractive/language/clause.h"
#include "services/router/domain/extractive/language/guards.h"
#include "services/router/domain/extractive/language/lexicon.h"
#include "services/router/domain/extractive/language/people.h"
#include "services/router/domain/extractive/language/turn_readings.h"

// One call prepared for analysis: every turn read once, with its cues, guards, and who speaks.
namespace throughline::router::extractive {

inline constexpr size_t kNobody = static_cast<size_t>(-1);

// A turn, read. Cues of sentences that must not count are already gone.
struct Line {
  const transcript::Turn* turn;
  const Reading& reading;
  std::vector<CueMatch> matches;  // by first token
  std::vector<Guards> guards;     // one per clause
  std::vector<PersonMention> mentions;
  transcript::Side side = transcript::Side::kUnknown;
  size_t speaker = kNobody;  // index into CallView::people
  // Whose words each sentence is: the speaker's, or the author's of a letter read aloud.
  std::vector<size_t> voice;
  // From this token on, the words instruct software, or come after such words: they say nothing.
  size_t silent_from = std::numeric_limits<size_t>::max();
};

// Whether the sentence has words, and none that instruct software or come after such.
inline bool IsHeard(const Line& line, const Sentence& sentence) {
  return sentence.span.first_token < std::min(sentence.span.last_token, line.silent_from);
}

struct CallView {
  const CallInput* input = nullptr;
  std::shared_ptr<const TurnReadings> readings;  // what `lines` refer to
  Tier tier = Tier::kDeep;
  absl::CivilDay today;
  People people;
  std::vector<Line> lines;
  bool sides_known = false;  // somebody is known to sell; else the sides are guessed from speech
  std::vector<deal::Evidence> suspicious;
  Patience* patience = nullptr;

  // True when nobody waits any more for what would be read of `line` next.
  bool Ended(size_t line) const { return patience->Ended(lines[line].turn->text.size()); }
  bool deep() const { return tier == Tier::kDeep; }
  // What earlier calls told; fast reading knows of none.
  const deal::DealState& known() const;
};

// The input's own readings, or new ones.
std::shared_ptr<const TurnReadings> ReadingsOf(const CallInput& input);

// Borrows both. Without lines where `patience` ends.
CallView ReadCall(Tier tier, const CallInput& input, Patience& patience = Patience::Forever());

// Verbatim evidence of `span` of line `line`.
deal::Evidence EvidenceOf(const CallView& call, size_t line, const Span& span);
// The whole sentence around `token`; cut to its clause when it is long.
deal::Evidence EvidenceAround(const CallView& call, size_t line, size_t token);

// Whose words token `token` of `line` is; kNobody when unknown.
size_t VoiceAt(const Line& line, size_t token);

// The person that tokens [first, last) of `line` mean: a name, a title, or a pronoun resolved
// against what was said before. kNobody when unclear. `add` allows a new name to become a person.
size_t ResolveWho(CallView& call, size_t line, size_t first, size_t last, bool add);

// True when the match's clause asks, supposes, or tells of another time or company.
bool IsPlain(const Line& line, const CueMatch& match);
const Guards& GuardsAt(const Line& line, size_t token);

// True for cues that start with `kind` ("sign" takes "sign.self").
bool HasKind(const CueMatch& match, absl::string_view kind);
// The first cue of exactly that kind in the line; nullptr when there is none.
const CueMatch* FindCue(const Line& line, absl::string_view kind);
// The cues that begin in tokens [first, last) of the line.
absl::Span<const CueMatch> MatchesIn(const Line& line, size_t first, size_t last);
// True when a cue of that kind begins in sentence `sentence`.
bool SentenceHas(const Line& line, size_t sentence, absl::string_view kind);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_CALL_H_
