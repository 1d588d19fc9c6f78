#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_WORDS_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_WORDS_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "common/deal/types.h"
#include "services/router/domain/extractive/facts/statements.h"
#include "services/router/domain/extractive/facts/text.h"

// Words of a call turned to the reader of an e-mail.
namespace throughline::router::extractive {

// For whom and when a sentence is worded.
struct Reader {
  std::string name;
  absl::CivilDay today;
};

// The seller's words, said to the reader: "you" is the reader, days are spelled out. Empty when
// they speak about the reader in a way that cannot be turned.
std::string SellerToReader(absl::string_view clean, const Statement& statement,
                           const Reader& reader, const Cast& cast);

// The customer's words, said to the reader: "you need …" when the reader said them, "Tadeo needs
// …" when somebody else did.
std::string CustomerToReader(absl::string_view clean, const Statement& statement,
                             const Reader& reader, const Cast& cast);

// What the customer listed in key words, as part of a sentence to the reader; empty when it cannot
// be turned.
std::string ListedToReader(absl::string_view clean, const Statement& statement,
                           const Reader& reader, const Cast& cast);

// A request retold: with `asks`, what follows "asked us to"; otherwise sentences of their own
// ("You need the report by …"). Ends with its closing mark. Empty when its words have to stay as
// they are.
struct RetoldRequest {
  std::string words;
  bool asks = false;
};
RetoldRequest Retold(absl::string_view request, const std::string& speaker, const Reader& reader,
                     const Cast& cast);

// "And so he signs": without what ties it to the words before.
std::string WithoutTies(absl::string_view sentence);

// Days as "Friday, January 16", spelled numbers as digits.
std::string SpellOut(absl::string_view text, absl::CivilDay today);

// The first exact day in the words; nullopt when they name none or look back.
std::optional<absl::CivilDay> DayIn(absl::string_view text, absl::CivilDay today);

// No subject and no finite verb: a summary in key words.
bool IsVerbless(absl::string_view clean);

// The open matter's name in a sentence: "the EU data residency guarantee".
std::string WithArticle(absl::string_view object, const Cast& cast);

// What a matter is called that has no name of its own: "the technical side".
std::string CommonName(deal::BlockerCategory category);

// The same for one that is settled; empty for what is better not brought up again.
std::string SettledName(deal::BlockerCategory category);

// True when words speak of money: they have no place where something else is open.
bool SpeaksOfMoney(absl::string_view text);

// True for the categories that speak of money.
bool IsMoney(deal::BlockerCategory category);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_WORDS_H_
