#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_VOICES_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_VOICES_H_

#include "services/router/domain/extractive/analysis/call.h"

// Who speaks where the transcript does not say it, or says only "Prospect".
namespace throughline::router::extractive {

// Gives a speaker who is labelled by role the name they introduce themselves with, or the one the
// seller greets them by when an earlier call knows it. Lines must have their readings.
void NameRoleSpeakers(CallView& call);

// "Tess Holloway here, from Fieldnote", in turns without a speaker: whoever introduces themselves
// with the seller's name sells. Lines must have their readings.
void FindSellerByFirm(CallView& call);

// For turns without a speaker: sentences after "X, who signs?" are X's, as are "X here" and what
// follows "I'm X". Lines must have their mentions and voices.
void AttributeVoices(CallView& call);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_ANALYSIS_VOICES_H_
