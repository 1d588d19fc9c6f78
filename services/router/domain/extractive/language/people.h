#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_PEOPLE_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_PEOPLE_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "common/deal/types.h"
#include "common/transcript/transcript.h"
#include "services/router/domain/extractive/language/clause.h"
#include "services/router/domain/extractive/language/full_names.h"

namespace throughline::router::extractive {

struct Person {
  std::string name;
  std::string title;
  std::string organization;
  std::string email;
  transcript::Side side = transcript::Side::kUnknown;
  transcript::Presence presence = transcript::Presence::kMentioned;
  bool body = false;  // a board, a committee: decides, is never written to
};

struct PersonMention {
  size_t person = 0;  // index into People::all()
  size_t first_token = 0;
  size_t last_token = 0;
};

// Who is who in one call: participants, people known from earlier calls, and people named in
// speech: by title ("Jill Sorensen, our CFO", "our CIO, Raj Bhatt"), form of address ("Mr Ammann"),
// full name with a known given name ("Michael Dunne"), or "her name's Winnie Kao".
// One customer's people only. Not thread-safe while it is filled; reading is.
class People {
 public:
  People(const transcript::Transcript& transcript, const std::vector<deal::Stakeholder>& known);

  // Adds the people that one turn introduces and the titles it tells. `speaker` may be empty.
  void Learn(absl::string_view speaker, transcript::Side side, absl::string_view text,
             const Reading& reading);

  // The person a spoken name means: full name, first or last name, or "the CFO" by title.
  // nullopt when nobody or several fit.
  std::optional<size_t> Find(absl::string_view spoken) const;

  // Find, else a new person of the customer's side by that name.
  size_t FindOrAdd(absl::string_view spoken);

  // The body of people that ends at token `at` of `reading` ("our finance committee"), if the
  // customer's side spoke of it; nullopt for other words.
  std::optional<size_t> FindBody(const Reading& reading, size_t at) const;

  // Person `label` ("Prospect") turns out to be called `name`: the person of that name, present,
  // who from now on answers to the label as well.
  size_t Identify(size_t label, const std::string& name);

  // Says which side somebody turned out to be on.
  void SetSide(size_t person, transcript::Side side) { people_[person].side = side; }

  // Named people in the turn, in order.
  std::vector<PersonMention> Mentions(const Reading& reading) const;

  const std::vector<Person>& all() const { return people_; }
  const Person& at(size_t person) const { return people_[person]; }

 private:
  size_t Add(Person person);
  void Index(size_t person);
  void LearnIntroduction(const Reading& reading, size_t first, size_t last, absl::string_view text);
  void LearnGivenNames(const Reading& reading, absl::string_view text, bool customer);
  void LearnBeforePronouns(const Reading& reading, absl::string_view text);
  bool LearnHonorific(const Reading& reading, size_t first, size_t last, absl::string_view text);
  void LearnBodies(const Reading& reading, absl::string_view text);
  void HearGivenName(const Reading& reading, size_t token, absl::string_view text, bool customer,
                     bool begins);
  void CompleteName(size_t person);
  std::optional<size_t> FindPart(absl::string_view spoken) const;

  std::vector<Person> people_;
  absl::flat_hash_map<std::string, std::vector<size_t>> by_word_;  // lower-case name parts
  // Bodies of one name: "council" for all councils, "city council" and " council" for those of that
  // first word and of no other word.
  struct Bodies {
    int count = 0;
    size_t person = 0;  // one of them
  };
  absl::flat_hash_map<std::string, Bodies> bodies_;
  void AddBody(size_t person);
  Bodies FittingBodies(const Reading& reading, size_t at) const;
  FullNames full_names_;
  // Given names of nobody known: how often both sides said them, and whether the customer's did.
  struct Heard {
    int times = 0;
    bool customer = false;
    bool within = false;  // a sentence, where not every word is written like a name
  };
  absl::flat_hash_map<std::string, Heard> heard_;
};

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_PEOPLE_H_
