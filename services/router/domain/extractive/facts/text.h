#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_FACTS_TEXT_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_FACTS_TEXT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "common/base/patience.h"
#include "common/transcript/transcript.h"
#include "services/router/domain/extractive/clean_sentences.h"
#include "services/router/domain/extractive/engine.h"
#include "services/router/domain/extractive/language/perspective.h"

// Spoken sentences put into writing: without fillers, and seen from outside the speaker.
namespace throughline::router::extractive {

// Who is who on a call, as far as wording needs it.
class Cast {
 public:
  // Borrows both. Half a cast where `patience` ends.
  explicit Cast(const CallInput& input, Patience& patience = Patience::Forever());

  // Unknown speakers count as the customer's unless the transcript names a seller among others.
  transcript::Side SideOf(const std::string& speaker) const;
  // Who speaks in the turn: "Curtis Boateng" where a label such as "Prospect" turned out to be him.
  const std::string& VoiceOf(const transcript::Turn& turn) const;
  // "Meridian Logistics", or "the customer" when nobody says.
  const std::string& customer() const { return customer_; }
  // "FlowTrack", or "the seller".
  const std::string& seller() const { return seller_; }
  std::string OrganizationOf(const std::string& speaker) const;
  std::string TitleOf(const std::string& speaker) const;
  // First names of everybody known, lower case.
  const absl::flat_hash_set<std::string>& first_names() const { return first_names_; }
  // True when the call spells the word with a small letter somewhere: it is no name.
  bool IsOrdinary(absl::string_view lower_word) const;
  // Full name of the person whose first or full name is `word`; empty when none or several.
  std::string Resolve(absl::string_view word) const;
  // The one person of the customer who speaks on this call; empty when several do.
  const std::string& only_customer() const { return only_customer_; }
  // "she" or "he" when the call uses it of the person; empty when it does not say.
  absl::string_view PronounOf(const std::string& name) const;
  // "$", "€" or "£" when the call gives `amount` ("4,800") with that sign, or knows no other sign.
  absl::string_view SignOf(absl::string_view amount) const;
  // Everybody known on a side.
  std::vector<std::string> People(transcript::Side side) const;
  // What others have cleaned of this call's sentences; null where nobody shares.
  const CleanSentences* clean_sentences() const { return input_.clean_sentences.get(); }
  // For how long what is found with this cast is waited for.
  Patience& patience() const { return patience_; }

 private:
  const transcript::Participant* ParticipantOf(const std::string& speaker) const;
  void Add(const std::string& name);
  void LearnSides();
  void LearnPronouns();
  void LearnSigns();

  const CallInput& input_;
  Patience& patience_;
  std::string customer_;
  std::string seller_;
  bool sides_known_ = false;
  absl::flat_hash_map<absl::string_view, const transcript::Participant*> participants_;
  std::vector<std::string> names_;
  absl::flat_hash_set<std::string> known_names_;  // the same
  // By first name, lower case; empty where several have it.
  absl::flat_hash_map<std::string, std::string> by_first_name_;
  absl::flat_hash_set<std::string> first_names_;
  absl::flat_hash_set<std::string> small_words_;
  std::string only_customer_;
  // For transcripts that do not say who sells: what the call's own words say.
  absl::flat_hash_map<std::string, transcript::Side> sides_;
  absl::flat_hash_map<int32_t, std::string> names_by_turn_;  // where a label stands for somebody
  absl::flat_hash_map<std::string, std::string> pronouns_;   // by full name
  absl::flat_hash_map<std::string, std::string> signs_;      // by amount
  std::string only_sign_;
};

// How a person or an organisation is named in a sentence: the full name once, then the first name
// or "they", with the call's own pronoun for what belongs to a person.
Referent NamedPerson(const std::string& name, const Cast& cast);
Referent NamedOrganization(const std::string& name);

// "Sarah" of "Sarah Chen"; titles of address ("Dr.") are skipped.
std::string FirstName(absl::string_view name);

// Drops openers ("So, okay,"), fillers ("you know,") and names called ("Jordan, …").
CleanSentence Clean(absl::string_view sentence, const Cast& cast);

// Somebody else's words passed on as they were spoken: "Ana said, I'll retire". The "I" in them is
// not the speaker.
bool HasDirectSpeech(absl::string_view clean);

// Interjections that say nothing alone: "good", "noted".
bool IsInterjection(absl::string_view clean);

// The sentence as a statement about its speaker, closing full stop included. `addressee` is who
// "you" is for a seller's sentence; empty: the customer's company. Empty when the words are
// nothing that can be told of somebody ("let me see").
std::string AsStatement(absl::string_view clean, const std::string& speaker,
                        const std::string& addressee, const Cast& cast);

// The same words told of their speaker, who is named before them: first name from the start.
std::string RetoldWords(absl::string_view clean, const std::string& speaker,
                        const std::string& addressee, const Cast& cast);

// First letter changed; other letters kept.
std::string Capitalized(absl::string_view text);
// Lower-cases the first letter unless the word is a name, an acronym or "I".
std::string Uncapitalized(absl::string_view text, const Cast& cast);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_FACTS_TEXT_H_
