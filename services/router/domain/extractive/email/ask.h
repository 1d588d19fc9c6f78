#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_ASK_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_ASK_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "services/router/domain/extractive/email/context.h"

namespace throughline::router::extractive {

// What an e-mail asks of its reader: one thing, with its day.
class Asking {
 public:
  // Borrows `context`.
  explicit Asking(const EmailContext& context) : context_(context) {}

  // The day the ask names: the delivery, unless the next conversation comes right after it.
  std::optional<EmailDay> Day() const;
  // The ask is to confirm the next conversation.
  bool IsForMeeting() const;
  // The day with the hour the reader asked for, when it is that of the next conversation; `after`
  // closes the insertion.
  std::string DateOf(absl::CivilDay day, absl::string_view after = "") const;

  // One question. A day that the paragraph `said` names already is not named again: the next
  // conversation dates the ask then, or "that day".
  std::string Question(absl::string_view said) const;
  std::string Subject() const;

 private:
  std::string FirstItem() const;

  const EmailContext& context_;
};

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_ASK_H_
