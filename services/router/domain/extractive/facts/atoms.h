#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_FACTS_ATOMS_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_FACTS_ATOMS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "common/deal/types.h"
#include "services/router/domain/extractive/facts/statements.h"
#include "services/router/domain/extractive/facts/text.h"

// Statements cut to single facts: each says one thing and can be read without the rest of the call.
namespace throughline::router::extractive {

// What "it" and "that" surely mean where the analysis saw a known matter move.
struct Antecedent {
  int32_t turn = 0;
  std::string quote;
  std::string phrase;  // "the EU data residency guarantee"
};

// The open and settled matters of `analysis` that moved in call `call_id`.
std::vector<Antecedent> AntecedentsOf(const deal::Analysis& analysis, const std::string& call_id,
                                      const Cast& cast);

class ReadWords;

// Cuts the statements of one call, given in order. Not thread-safe.
class AtomReader {
 public:
  // `only_open` is the one matter left open after the call, what "a signed one" means; may be
  // empty.
  AtomReader(std::vector<Antecedent> antecedents, std::string only_open, const Cast& cast)
      : antecedents_(std::move(antecedents)), only_open_(std::move(only_open)), cast_(cast) {}

  // Adds the statement's atoms: compounds split where each half has its own subject, pronouns
  // resolved where what they mean is certain, fragments joined to the sentence they elaborate.
  // Everything else that cannot stand alone is left out; an answer keeps its first words however
  // short they are.
  void Add(const Statement& statement);

  const std::vector<Statement>& atoms() const { return atoms_; }

 private:
  void AddClause(const Statement& statement, const std::string& clause, bool opens);
  bool JoinToLast(const Statement& statement, const ReadWords& clause);
  bool TellsEnough(const Statement& statement, const ReadWords& clause) const;
  bool LastStandsAlone();
  void Append(const Statement& statement, absl::string_view clean, bool opens);
  std::string WithReferents(const Statement& statement, std::string clause) const;
  const Antecedent* AntecedentAt(const Statement& statement, absl::string_view clean) const;

  const std::vector<Antecedent> antecedents_;
  const std::string only_open_;
  const Cast& cast_;
  std::vector<Statement> atoms_;
  bool joinable_ = false;                  // the last atom ends right before what comes next
  std::optional<bool> last_stands_alone_;  // of the last atom, once somebody asked
};

// The parts of a compound whose second half begins a statement of its own: "email is fine, I read
// it at five" gives two, "I'd call IT, but they don't drive it" one. Each keeps its conjunction.
std::vector<std::string> SplitCompound(absl::string_view clean);

// True when the words have a verb, and no pronoun in them needs an earlier sentence.
bool StandsAlone(absl::string_view clean, const Cast& cast);

// True when some word is a finite verb.
bool HasVerb(absl::string_view clean);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_FACTS_ATOMS_H_
