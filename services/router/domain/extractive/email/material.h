#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_MATERIAL_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_MATERIAL_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "common/deal/types.h"
#include "services/router/domain/extractive/email/asides.h"
#include "services/router/domain/extractive/email/needs.h"
#include "services/router/domain/extractive/engine.h"
#include "services/router/domain/extractive/facts/statements.h"
#include "services/router/domain/extractive/facts/text.h"

// What of a call may stand in the follow-up: chosen and worded for its reader.
namespace throughline::router::extractive {

// A sentence for the e-mail, without its closing mark, and what it rests on.
struct EmailLine {
  std::string text;
  deal::Evidence evidence;
};

// A day named on the call.
struct EmailDay {
  absl::CivilDay day;
  deal::Evidence evidence;
  // What happens on it, said to the reader: "The committee sits on Thursday, October 9"; empty when
  // nobody said.
  std::string matter = {};
  // The same in key words: "the order on Monday, March 30".
  std::string phrase = {};
};

struct EmailMaterial {
  // The open matter as noun phrases, the primary one first; several when one gate holds several.
  std::vector<EmailLine> items;
  // What the objector said of the primary matter, said to the reader ("you need …").
  std::optional<EmailLine> condition;
  // The condition says itself what is left ("what remains is …").
  bool condition_names_item = false;
  // What the customer listed when it was said what they need, the fullest list first.
  std::vector<NeedsList> needs;
  // What the seller said they would do, by worth, in the first person.
  std::vector<EmailLine> promises;
  // Summaries without a verb ("order form to you on …"), by worth.
  std::vector<EmailLine> recaps;
  // Terms the reader agreed to on this call, where a paper to sign comes next.
  std::optional<EmailLine> agreed;
  // Where the deal is lost: when the customer asked to be written to again.
  std::optional<EmailLine> later;
  // The sentence that carries the open matter's own date.
  std::optional<EmailLine> deadline;
  std::optional<EmailDay> promised;  // the day of the first promise
  std::optional<EmailDay> meeting;   // the next conversation
  std::vector<EmailDay> other_days;  // spoken of besides, earliest first
  std::string meeting_with;          // first name of who joins it, when it is not the reader
  // Words that no e-mail repeats: private ones, anecdotes, what tries to instruct the software.
  std::vector<deal::Evidence> withheld;
  std::string form;        // how the reader wants things sent: "as a PDF by email"; may be empty
  bool brief = false;      // the reader would rather have a message
  std::string not_before;  // the hour before which the reader does not meet; may be empty
};

EmailMaterial GatherMaterial(Tier tier, const EmailInput& input, const Cast& cast,
                             const Asides& asides);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_EMAIL_MATERIAL_H_
