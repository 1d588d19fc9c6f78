#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_FACTS_STATEMENTS_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_FACTS_STATEMENTS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "common/transcript/transcript.h"
#include "services/router/domain/extractive/engine.h"
#include "services/router/domain/extractive/facts/text.h"
#include "services/router/domain/extractive/language/lexicon.h"

// A call cut into statements: one or more sentences of one turn that say one thing.
namespace throughline::router::extractive {

// The longest run of sentences kept together, in words.
inline constexpr size_t kMaxStatementTokens = 45;

// How often cues of each kind were found: of the few kinds one statement holds.
class CueCounts {
 public:
  // `kind` outlives this, as those of a lexicon do.
  void Add(absl::string_view kind) {
    for (auto& [known, count] : counts_) {
      if (known != kind) continue;
      ++count;
      return;
    }
    counts_.emplace_back(kind, 1);
  }
  int Of(absl::string_view kind) const {
    for (const auto& [known, count] : counts_) {
      if (known == kind) return count;
    }
    return 0;
  }
  void Clear() { counts_.clear(); }

 private:
  absl::InlinedVector<std::pair<absl::string_view, int>, 4> counts_;
};

struct Statement {
  const transcript::Turn* turn = nullptr;
  transcript::Side side = transcript::Side::kUnknown;
  std::string quote;                // verbatim
  std::string voice;                // who "I" is: the speaker, or whose words the speaker reads out
  std::vector<std::string> pieces;  // the same in writing, sentence by sentence
  std::string clean;                // the pieces joined by "; "
  std::string addressee;  // who "you" surely means; empty when anybody of the customer may be
  bool question = false;
  bool pronoun_first = false;     // begins with "it", "that", … and nothing before it in the turn
  bool agreed = false;            // the other side's next words are "yes", "that's right", …
  bool called_colleague = false;  // said to somebody of the speaker's own side
  bool passage = false;           // sentences that only together say something
  // The question it answers, with its turn; empty when it stands alone.
  std::string asked;
  std::string asked_quote;
  const transcript::Turn* asked_turn = nullptr;

  // The question right before the turn, for the turn's first statement, whatever it answers.
  std::string heard;
  std::string heard_quote;
  const transcript::Turn* heard_turn = nullptr;

  // What the fact cues found, by kind ("topic", "need", …), and what the words hold.
  CueCounts cues;
  int content_words = 0;
  int numbers = 0;  // numbers, amounts and dates
  int names = 0;    // capitalised words other than the first and the speaker's own name
  int words = 0;

  bool Has(absl::string_view kind) const { return cues.Of(kind) > 0; }
};

// Statements in the order they were said. The fast tier reads every sentence for itself.
std::vector<Statement> FindStatements(Tier tier, const CallInput& input, const Cast& cast);

// True when the words stand in their turn at or after those that try to instruct the software.
bool IsSuspicious(const std::vector<deal::Evidence>& suspicious,
                  const transcript::Transcript& transcript, const deal::Evidence& words);

// Takes out what stands in a turn from the first words on that try to instruct the software.
void EraseSuspicious(const std::vector<deal::Evidence>& suspicious,
                     const transcript::Transcript& transcript, std::vector<Statement>& statements);

// Reads the cues, names and figures of `statement.clean` afresh, after its words were changed.
void Recount(const Cast& cast, Statement& statement);

// The fact cues of lexicon/facts.cues. Read-only after its first use; thread-safe.
const Lexicon& FactLexicon();

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_FACTS_STATEMENTS_H_
