#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_CALL_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_CALL_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "services/router/domain/extractive/analysis/agreed_days.h"
#include "services/router/domain/extractive/email/asides.h"
#include "services/router/domain/extractive/email/words.h"
#include "services/router/domain/extractive/engine.h"
#include "services/router/domain/extractive/facts/statements.h"
#include "services/router/domain/extractive/facts/text.h"

namespace throughline::router::extractive {

// One call as the writer of its follow-up reads it: what was said, and what of it may be repeated
// to the reader. Borrows what it is made of. Not thread-safe.
class EmailCall {
 public:
  EmailCall(Tier tier, const EmailInput& input, const Cast& cast, const Asides& asides);

  Tier tier() const { return tier_; }
  const EmailInput& input() const { return input_; }
  const Cast& cast() const { return cast_; }
  const AgreedDays& agreed() const { return agreed_; }
  const Reader& reader() const { return reader_; }
  int32_t last_turn() const { return last_turn_; }

  // What was said; nothing more once nobody waits for it.
  const std::vector<Statement>& Statements() const;
  deal::Evidence EvidenceOf(const Statement& statement) const;

  // Private words, anecdotes, what tries to instruct the software: no e-mail repeats them.
  static bool IsWithheld(const Statement& statement);
  // Fit to be read by the customer, and nobody else's business. `answers`: a question will do.
  bool Presentable(const Statement& statement, absl::string_view clean, bool answers = false) const;

  // What a sentence is worth to the reader.
  double Relevance(const Statement& statement, absl::string_view clean) const;
  // How much of the words speaks of the primary matter, 0 to 1.
  double SpeaksOfPrimary(absl::string_view clean) const;
  // The words were said of the primary matter in this call.
  bool SaidOfPrimary(const Statement& statement) const;
  // The customer asked for something in the turn.
  bool IsWish(int32_t turn) const { return wish_turns_.contains(turn); }
  // What stands beside the promises that the e-mail repeats is worth more.
  void RememberPromise(int32_t turn) { promise_turns_.insert(turn); }

  // A sentence of the statement said to the reader; empty when it cannot be.
  std::string ToReader(const Statement& statement, const std::string& clean) const;

 private:
  // What the analysis says of the matters that are open: words of the primary one, money, rivals.
  void LearnMatter();
  bool NamesARival(absl::string_view clean) const;
  double NearPromise(const Statement& statement) const;

  const Tier tier_;
  const EmailInput& input_;
  const Cast& cast_;
  const Asides& asides_;
  const AgreedDays agreed_;
  const Reader reader_;
  std::vector<Statement> statements_;
  std::vector<std::string> subject_;  // stems of what is said of the primary matter
  std::vector<std::string> rivals_;   // other vendors by name
  std::vector<std::string> said_;     // this call's words on the primary matter
  absl::flat_hash_set<int32_t> promise_turns_;
  absl::flat_hash_set<int32_t> wish_turns_;
  bool money_ = false;  // money is open
  int32_t last_turn_ = 0;
};

// What a sentence has to be worth to stand in an e-mail.
inline constexpr double kLeastEmailWorth = 2.0;

// A sentence of the call with what it is worth to the reader.
struct Candidate {
  const Statement* statement = nullptr;
  std::string clean;
  double worth = 0;
};

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_CALL_H_
