#include "services/orchestrator/domain/wording.h"

#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/deal/names.h"

namespace throughline::orchestrator {
namespace {

// At most `bytes` of `text`, never half a character.
absl::string_view Clip(absl::string_view text, size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) --bytes;
  return text.substr(0, bytes);
}

std::string Count(size_t count, absl::string_view one, absl::string_view many) {
  return absl::StrCat(count, " ", count == 1 ? one : many);
}

std::string Names(const std::vector<deal::Stakeholder>& people) {
  return absl::StrJoin(people, ", ", [](std::string* out, const deal::Stakeholder& person) {
    absl::StrAppend(out, person.name);
  });
}

std::string Blocks(const deal::Analysis& analysis) {
  if (!analysis.primary_blocker) {
    return analysis.confidence > 0 ? "nothing blocks the deal"
                                   : "what blocks the deal is not known";
  }
  return absl::StrCat(analysis.primary_blocker->object, " (",
                      deal::Name(analysis.primary_blocker->category), ") blocks the deal");
}

}  // namespace

std::string RecallQuery(const AcceptedCall& call) {
  constexpr size_t kEdgeTurns = 8;
  constexpr size_t kMaxPeopleBytes = 1024;
  constexpr size_t kMaxTurnBytes = 300;
  std::string query = absl::StrCat(Clip(call.transcript.title, kMaxTurnBytes), "\n");
  for (const transcript::Participant& person : call.transcript.participants) {
    if (query.size() > kMaxPeopleBytes) break;
    absl::StrAppend(&query, Clip(person.name, kMaxTurnBytes), " ",
                    Clip(person.title, kMaxTurnBytes), "\n");
  }
  const std::vector<transcript::Turn>& turns = call.transcript.turns;
  for (size_t i = 0; i < turns.size(); ++i) {
    if (i >= kEdgeTurns && i + kEdgeTurns < turns.size()) continue;
    absl::StrAppend(&query, Clip(turns[i].text, kMaxTurnBytes), "\n");
  }
  return std::string(Clip(query, kMaxQueryBytes));
}

std::string ParseSummary(const AcceptedCall& call) {
  std::set<std::string> speakers;
  for (const transcript::Turn& turn : call.transcript.turns) {
    if (!turn.speaker.empty()) speakers.insert(turn.speaker);
  }
  return absl::StrCat(Count(call.transcript.turns.size(), "turn", "turns"), " by ",
                      speakers.empty() ? std::string("unnamed speakers")
                                       : Count(speakers.size(), "speaker", "speakers"));
}

std::string RecallSummary(const Recollection& recollection) {
  if (recollection.known.version == 0) return "nothing is known of this customer yet";
  return absl::StrCat(Count(recollection.known.facts.size(), "fact", "facts"), " and ",
                      Count(recollection.known.blockers.size(), "blocker", "blockers"), " recalled",
                      recollection.cache_hit ? " from the cache" : "");
}

std::string AnalysisSummary(const deal::Analysis& analysis, size_t facts) {
  if (!analysis.is_sales_call) return "this is no sales call";
  return absl::StrCat(Blocks(analysis), "; ",
                      analysis.decision_makers.empty()
                          ? "nobody was shown to decide"
                          : absl::StrCat(Names(analysis.decision_makers), " decides"),
                      "; ", Count(facts, "fact", "facts"), " found");
}

std::string EmailSummary(const deal::Email& email) {
  return absl::StrCat(
      email.to.empty() ? "to nobody in particular" : absl::StrCat("to ", email.to[0].name), ": ",
      email.subject);
}

std::string SaveSummary(const Retained& retained) {
  return absl::StrCat(Count(retained.added, "fact", "facts"), " added, ", retained.updated,
                      " updated, ", retained.superseded, " superseded");
}

std::string CallSentence(const deal::Analysis& analysis) {
  if (!analysis.is_sales_call) return "No sales call.";
  std::string sentence = Blocks(analysis);
  if (!analysis.decision_makers.empty()) {
    absl::StrAppend(&sentence, "; ", Names(analysis.decision_makers), " decides");
  }
  if (analysis.next_step) absl::StrAppend(&sentence, "; next: ", analysis.next_step->description);
  constexpr size_t kMaxSentenceBytes = 1000;
  return absl::StrCat(Clip(sentence, kMaxSentenceBytes), ".");
}

}  // namespace throughline::orchestrator
