#ifndef THROUGHLINE_SERVICES_MEMORY_DOMAIN_PERSON_NAME_H_
#define THROUGHLINE_SERVICES_MEMORY_DOMAIN_PERSON_NAME_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace throughline::memory {

// A name taken apart for comparing: lower case, without titles ("Dr."), generational suffixes and
// bracketed remarks; "Chen, Sarah" turned round.
struct PersonName {
  std::vector<std::string> given;  // first and middle names or initials; may be empty
  std::string family;              // empty when only one name is known
};

PersonName ParsePersonName(absl::string_view name);

enum class NameMatch {
  kDifferent,
  kPossible,  // agrees, but one side lacks the family name: right only when nobody else fits
  kSame,
};

// Compares two names as people of one customer write them: nicknames and initials agree with the
// names they stand for; different family names or different full first names never do.
NameMatch Compare(const PersonName& a, const PersonName& b);

// The people that are known, each name taken apart once. Not thread-safe.
class KnownPeople {
 public:
  explicit KnownPeople(const std::vector<std::string>& names = {});

  // The place of the person meant by `name`, or -1: the one that is the same, else the only
  // possible one. A name that could be two people is nobody.
  int Find(absl::string_view name) const;

  // Appends a person.
  void Add(absl::string_view name);
  // Another spelling of who stands at `place`.
  void Rename(size_t place, absl::string_view name);

 private:
  struct Known {
    std::string folded;
    PersonName name;
  };
  static Known Take(absl::string_view name);

  std::vector<Known> people_;
  absl::flat_hash_map<std::string, size_t> first_by_folded_;
};

}  // namespace throughline::memory

#endif  // THROUGHLINE_SERVICES_MEMORY_DOMAIN_PERSON_NAME_H_
