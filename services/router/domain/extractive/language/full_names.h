#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_FULL_NAMES_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_FULL_NAMES_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "services/router/domain/extractive/language/clause.h"

namespace throughline::router::extractive {

// People whose given names no list has. Who is said in full once ("Torbjørn Vik signs those") and
// by one name elsewhere ("so Torbjørn after the test") is a person: firms and places are rarely
// spoken of in both ways, and not where somebody signs, says or is asked. One call's speech; not
// thread-safe.
class FullNames {
 public:
  // Takes note of a turn. The full names that are certain by now, each returned once.
  std::vector<std::string> Hear(absl::string_view text, const Reading& reading);

 private:
  absl::flat_hash_map<std::string, std::string> full_;  // by lower-case first word
  absl::flat_hash_set<std::string> alone_;              // first words said alone
};

// A capitalised word that may be part of a name.
bool IsCapitalisedName(const Token& token);

// The same, and no word of firms, places, feasts and days.
bool MayNamePerson(const Token& token);

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_FULL_NAMES_H_
