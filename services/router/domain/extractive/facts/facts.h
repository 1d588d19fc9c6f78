#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_FACTS_FACTS_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_FACTS_FACTS_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "common/deal/types.h"
#include "services/router/domain/extractive/facts/statements.h"
#include "services/router/domain/extractive/facts/text.h"
#include "services/router/domain/extractive/language/tokens.h"

// The parts of ExtractFacts: which statements are worth keeping, of what kind, in which words.
namespace throughline::router::extractive {

// The most facts one call yields; the most useful ones stay.
inline constexpr size_t kMaxFactsPerCall = 200;
inline constexpr size_t kMaxFastFactsPerCall = 40;

// How much a statement is worth keeping; below kWorthKeeping it is dropped.
double Usefulness(const Statement& statement);
inline constexpr double kWorthKeeping = 1.3;

// The same for a passage, whose sentences count together.
double PassageUsefulness(const Statement& passage);

deal::FactKind KindOf(const Statement& statement);

// A single-valued property the statement sets, if it says so plainly.
struct Property {
  std::string subject;  // a person or organisation; empty for the customer
  std::string attribute;
  std::string value;
};
std::optional<Property> PropertyOf(const Statement& statement, deal::FactKind kind,
                                   const Cast& cast, absl::CivilDay today);

// 0 to 1: plain statements of the customer highest, hedged and conditional ones lower.
double Confidence(const Statement& statement);

// Numbers spelled in several words become digits: "three hundred and twenty" -> "320"; amounts
// said with a currency become "$4,800". Numbers whose grouping is open ("three ten") stay.
std::string WithDigits(absl::string_view text);
// `tokens` are the text's.
std::string WithDigits(absl::string_view text, const std::vector<Token>& tokens);

// Amounts named with their period ("4,800 a month") get the sign the call writes them with.
std::string WithCurrency(absl::string_view text, const Cast& cast);

// A relative day gets its date: "by Friday" -> "by Friday (January 16)". Days that name their
// month stay as they are.
std::string WithDates(absl::string_view text, absl::CivilDay today);

// True for words about the past, where "Monday" is not the coming one.
bool LooksBack(absl::string_view text);

// Facts that say the same: same content words but for a few, same numbers.
class SameFacts {
 public:
  // False when a fact that says the same was added before.
  bool Add(absl::string_view text);

 private:
  struct Key {
    std::vector<std::string> stems;
    std::vector<std::string> numbers;
  };
  std::vector<Key> keys_;
  std::vector<size_t> shared_;  // by key: stems it has in common with the fact being added
  absl::flat_hash_map<std::string, std::vector<size_t>> by_stem_;
};

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_FACTS_FACTS_H_
