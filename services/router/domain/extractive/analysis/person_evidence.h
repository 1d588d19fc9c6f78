#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_PERSON_EVIDENCE_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_PERSON_EVIDENCE_H_

#include <array>
#include <cstddef>
#include <vector>

#include "services/router/domain/extractive/analysis/authority.h"
#include "services/router/domain/extractive/analysis/call.h"
#include "services/router/domain/extractive/analysis/evidence.h"
#include "services/router/domain/extractive/analysis/lifecycle.h"
#include "services/router/domain/extractive/analysis/person_model.h"

// All that a call says for and against a person deciding, as numbers. What they weigh is
// judgement.cc's business.
namespace throughline::router::extractive {

// How many kinds of titles are told apart.
inline constexpr size_t kTitleKinds = 7;

// "Says": in the person's own sentences. "Said": in sentences of others of the customer's side
// about the person. "Most" is the strongest sentence, "late" the sum in which later ones count
// more.
enum PersonFeature : size_t {
  kSignsSum,
  kSaysToSign,  // most
  kStopsSum,
  kSaysToStop,       // most
  kSaysToBeNominal,  // most
  kRaisesSum,
  kSaysOthersSign,  // most
  kSaidToSignSum,
  kSaidToSign,       // most
  kSaidToStop,       // most
  kSaidToBeNominal,  // most
  kSaidBySigner,     // most
  kSpeaks,
  kShareOfSpeech,
  kHighOffice,
  kHasTitle,
  kCuesDecide,
  kCuesNominal,
  kKnownBuyer,
  kKnownApprover,
  kHoldsOpen,    // raised or owns what is open
  kHeldSettled,  // raised or owned what is settled
  kGone,
  kCuesNameNobody,
  kSaysLate,                     // self, other, veto, nominal
  kSaidLate = kSaysLate + 4,     // the same of others about the person
  kTitles = kSaidLate + 4,       // one for each kind of title
  kExaminerTitle = kTitles + 2,  // examines what others buy: security, legal, quality …
  kExaminerHoldsOpen = kTitles + kTitleKinds,
  kExaminerStops,
  kHighOfficeSpeaks,
  kHighOfficeSigns,
  kKnownBuyerNominal,
  kKnownBuyerHoldsOpen,
  kKnownApproverHoldsOpen,
  kKnownApproverHeldSettled,
  kKnownBuyerAbsent,
  kTimesNamed,
  kTimesContinued,  // by a pronoun
  kOthersSign,      // how strongly the strongest of the others is said to
  kOthersStop,
  kOthers,          // how many
  kSignsMostOfAll,  // by how much more than the strongest of the others
  kOtherKnownBuyer,
  kOnlyOthersKnown,  // somebody else is a known buyer and this person is none
  kByWords,          // what the person model makes of all that is said of signing
  kOthersByWords,    // the most of the others
  kIsBody,           // a board or committee
  kKnownNominal,
  kKnownEvidence,    // how much earlier calls showed
  kKnownFromOthers,  // of it, what others said
  kNothingHeard,     // nothing in this call tells of this person signing or not
  kKnownBuyerUnheard,
  kKnownApproverUnheard,
  kKnownBuyerByWords,
  kKnownJudged,  // an earlier call was judged
  kKnownOdds,    // how that call judged them, as log-odds; 0 when none did
  kKnownOddsUnheard,
  kKnownDecides,  // the same as a probability
  kKnownDecidesUnheard,
  kKnownOddsByWords,
  kLikeAPerson,  // a known given name, a form of address, a title, or a voice
  kKnownDecidesUnheardPerson,
  // What the person model hears in each sentence, as SaidOfSigning has it.
  kSaysOfSigning,
  kSaidOfSigning = kSaysOfSigning + 3 * kSigningActs,
  kPersonFeatures = kSaidOfSigning + 3 * kSigningActs,
};
using PersonFeatures = std::array<float, kPersonFeatures>;

// Per person of the call, in the order of CallView::people. `spoken_of`: whom each sentence means.
std::vector<PersonFeatures> FeaturesOfPeople(const CallView& call, const PersonModel& model,
                                             const std::vector<ScoredSentence>& sentences,
                                             const std::vector<SpokenOf>& spoken_of,
                                             const std::vector<Entry>& entries,
                                             const Authority& authority);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_PERSON_EVIDENCE_H_
