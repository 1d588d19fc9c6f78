#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_REDACTION_PERSONAL_DATA_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_REDACTION_PERSONAL_DATA_H_

#include <array>
#include <cstddef>
#include <optional>
#include <vector>

#include "absl/strings/string_view.h"

namespace throughline::router {

// What can be kept from a provider.
enum class PersonalData { kEmail, kPhone, kCard, kIban };
inline constexpr std::array<PersonalData, 4> kEveryPersonalData = {
    PersonalData::kEmail, PersonalData::kPhone, PersonalData::kCard, PersonalData::kIban};

// "email": as the configuration writes it.
absl::string_view Name(PersonalData kind);
// Unset for a name that is none.
std::optional<PersonalData> FindPersonalData(absl::string_view name);

// A place in a text.
struct PersonalSpan {
  PersonalData kind;
  size_t begin = 0;  // in bytes
  size_t end = 0;
};

// The places in `text` that hold data of `kinds`, in order, not overlapping. A card number counts
// with a right Luhn digit only, an IBAN with right check digits only, a phone number when it is
// written as one: after a plus, or in groups that begin with an area code. Dates, amounts and ids
// are none. Linear in the text; pure.
std::vector<PersonalSpan> FindPersonalSpans(absl::string_view text,
                                            const std::vector<PersonalData>& kinds);

}  // namespace throughline::router

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_REDACTION_PERSONAL_DATA_H_
