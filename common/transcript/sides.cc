#include "common/transcript/sides.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "common/transcript/person.h"
#include "common/transcript/text.h"

namespace throughline::transcript {
namespace {

// An organisation or domain in comparable form: "Meridian Logistics, Inc." and
// "meridianlogistics.com" both give "meridianlogistics".
std::string OrganizationKey(absl::string_view organization) {
  std::string key;
  for (absl::string_view word : Words(organization)) {
    std::string letters;
    for (char c : word.substr(0, word.find('.', 1))) {
      if (absl::ascii_isalnum(c) || static_cast<unsigned char>(c) >= 0x80) {
        letters.push_back(absl::ascii_tolower(c));
      }
    }
    const bool legal_form = letters == "inc" || letters == "ltd" || letters == "llc" ||
                            letters == "gmbh" || letters == "corp" || letters == "co";
    if (!key.empty() && legal_form) continue;
    key += letters;
  }
  return key;
}

absl::string_view DomainOf(absl::string_view email) {
  const size_t at = email.find('@');
  return at == absl::string_view::npos ? absl::string_view() : email.substr(at + 1);
}

// Mailboxes that say nothing about an employer.
bool IsPublicDomain(absl::string_view domain) {
  constexpr absl::string_view kPublicDomains[] = {"aol.com",     "gmail.com",  "gmx.de",
                                                  "hotmail.com", "icloud.com", "live.com",
                                                  "outlook.com", "proton.me",  "yahoo.com"};
  return std::find(std::begin(kPublicDomains), std::end(kPublicDomains), domain) !=
         std::end(kPublicDomains);
}

// One company's names and domains.
class Organization {
 public:
  void Add(absl::string_view name) {
    std::string key = OrganizationKey(name);
    if (key.size() >= 2) keys_.insert(std::move(key));
  }

  void AddDomain(absl::string_view domain) {
    if (!domain.empty() && !IsPublicDomain(domain)) Add(domain);
  }

  bool Includes(const Participant& person) const {
    if (!person.organization.empty() && Matches(person.organization)) return true;
    const absl::string_view domain = DomainOf(person.email);
    return !domain.empty() && !IsPublicDomain(domain) && Matches(domain);
  }

  bool empty() const { return keys_.empty(); }

 private:
  // "westmere" and "westmereuniversity" are one company: a name may be cut short.
  bool Matches(absl::string_view name) const {
    const std::string key = OrganizationKey(name);
    if (key.size() < 2) return false;
    return std::any_of(keys_.begin(), keys_.end(), [&](const std::string& known) {
      return key == known || (key.size() >= 4 && absl::StartsWith(known, key)) ||
             (known.size() >= 4 && absl::StartsWith(key, known));
    });
  }

  absl::flat_hash_set<std::string> keys_;
};

// "FlowTrack for Meridian Logistics - first conversation" → seller, customer.
void ReadTitle(absl::string_view title, Organization* seller, Organization* customer) {
  const size_t at = title.find(" for ");
  if (at == absl::string_view::npos || Words(title.substr(0, at)).size() > 3) return;
  absl::string_view buyer = title.substr(at + 5);
  for (absl::string_view end : {" - ", " \xE2\x80\x93 ", " \xE2\x80\x94 ", ": ", " | ", ", "}) {
    buyer = buyer.substr(0, buyer.find(end));
  }
  if (buyer.empty() || !StartsLikeName(title) || !StartsLikeName(buyer)) return;
  seller->Add(title.substr(0, at));
  customer->Add(buyer);
}

void Assign(const Organization& organization, Side side, People* people) {
  for (Participant& person : people->participants()) {
    if (person.side == Side::kUnknown && organization.Includes(person)) person.side = side;
  }
}

void LearnFrom(const std::vector<Participant>& people, Side side, Organization* organization) {
  for (const Participant& person : people) {
    if (person.side != side) continue;
    organization->Add(person.organization);
    organization->AddDomain(DomainOf(person.email));
  }
}

bool HasEmployer(const Participant& person) {
  const absl::string_view domain = DomainOf(person.email);
  return !person.organization.empty() || (!domain.empty() && !IsPublicDomain(domain));
}

}  // namespace

void InferSides(const Draft& draft, const ParseOptions& options, People* people) {
  std::vector<Participant>& everybody = people->participants();
  Organization seller, customer;
  for (absl::string_view name : absl::StrSplit(options.seller_organization, ',')) {
    seller.Add(Trimmed(name));
  }
  seller.Add(draft.seller_organization);
  customer.Add(draft.customer_organization);
  ReadTitle(draft.title, &seller, &customer);
  Assign(seller, Side::kSeller, people);
  Assign(customer, Side::kCustomer, people);
  for (Participant& person : everybody) {
    if (person.side == Side::kUnknown && IsSellingTitle(person.title) &&
        !customer.Includes(person)) {
      person.side = Side::kSeller;
    }
  }
  LearnFrom(everybody, Side::kSeller, &seller);
  Assign(seller, Side::kSeller, people);
  // With the seller's company known, whoever works elsewhere, or is given no company where the
  // seller's people are, is the customer.
  const bool seller_known = std::any_of(everybody.begin(), everybody.end(), [](const auto& person) {
    return person.side == Side::kSeller;
  });
  if (!seller_known) return;
  for (Participant& person : everybody) {
    if (person.side != Side::kUnknown) continue;
    if (HasEmployer(person) || !person.title.empty()) person.side = Side::kCustomer;
  }
}

}  // namespace throughline::transcript
