#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_PERSPECTIVE_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_PERSPECTIVE_H_

#include <string>

#include "absl/strings/string_view.h"

// Turns what somebody said about themselves into a sentence about them, or to them:
// "we've got four sites" becomes "Meridian Logistics has four sites" or "you have four sites".
// Pure and thread-safe.
namespace throughline::router::extractive {

// How a verb agrees with its subject.
enum class Agreement {
  kThirdSingular,  // she has, is, signs
  kPlural,         // you, we, they have, are, sign
  kFirstSingular,  // I have, am, sign
};

// What a pronoun stands for once it is replaced.
struct Referent {
  std::string subject;     // "Sarah Chen", "you"; empty: the pronoun stays
  std::string object;      // "Sarah Chen", "you", "us"
  std::string possessive;  // "Sarah Chen's", "your"
  std::string again;       // a shorter subject and object from the second mention on; may be empty
  Agreement agreement = Agreement::kThirdSingular;
  std::string possessive_again = {};  // "her", "their"; empty: the possessive again
  std::string object_again = {};      // "them"; empty: `again`
  // How verbs agree with `again`: "Northwind lost a day because they were late".
  Agreement again_agreement = Agreement::kThirdSingular;
};

// A person or organisation by name; `again` (a first name) is used from the second mention on.
Referent Named(absl::string_view name, absl::string_view again = "");
// The reader, and the writer's company.
Referent ReaderYou();
Referent WriterWe();
Referent WriterI();

// Whose mouth the sentence came from, and how each of its pronouns reads from outside.
struct Perspective {
  Referent first_singular;  // I, me, my
  Referent first_plural;    // we, us, our
  Referent second;          // you, your
};

// Rewrites pronouns, contractions and the verbs that agree with them; other words are kept as
// they stand. Linear in the sentence.
std::string Rephrase(absl::string_view sentence, const Perspective& perspective);

// True when a first-person or second-person pronoun is left in the sentence.
bool HasFirstPerson(absl::string_view sentence);
bool HasSecondPerson(absl::string_view sentence);

// True for the plain form of a common verb: "send", "need".
bool IsBaseVerb(absl::string_view word);
// True for verbs with which one asks another to act: "send", "bring", "copy".
bool IsDirectiveVerb(absl::string_view word);
// "sends", "has", "does"; the verb itself when it has no regular form.
std::string ThirdPerson(absl::string_view base_verb);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_PERSPECTIVE_H_
