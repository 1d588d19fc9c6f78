#include "common/transcript/sides.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "common/transcript/person.h"
#include "common/transcript/speech.h"
#include "common/transcript/text.h"
#include "common/transcript/title_words.h"

namespace throughline::transcript {
namespace {

// A selling score (see speech.h) that hardly a customer reaches.
constexpr int kClearlySelling = 3;

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

bool AnyOn(Side side, const std::vector<Participant>& people) {
  return std::any_of(people.begin(), people.end(),
                     [&](const Participant& person) { return person.side == side; });
}

// Companies that a header, the title or the caller names.
void AssignByOrganization(const Draft& draft, const ParseOptions& options, People* people) {
  Organization seller, customer;
  for (absl::string_view name : absl::StrSplit(options.seller_organization, ',')) {
    seller.Add(Trimmed(name));
  }
  seller.Add(draft.seller_organization);
  customer.Add(draft.customer_organization);
  ReadTitle(draft.title, &seller, &customer);
  Assign(seller, Side::kSeller, people);
  Assign(customer, Side::kCustomer, people);
}

void AssignByTitle(People* people) {
  for (Participant& person : people->participants()) {
    if (person.side == Side::kUnknown && IsSellingTitle(person.title)) person.side = Side::kSeller;
  }
}

// Sellers send the invitation, and they name their product first: both together make a seller.
void AssignByInvitation(const Draft& draft, People* people) {
  const absl::string_view domain = DomainOf(draft.organizer_email);
  if (domain.empty() || IsPublicDomain(domain)) return;
  Organization organizer;
  organizer.AddDomain(domain);
  Organization first_named;
  first_named.Add(absl::string_view(draft.title).substr(0, draft.title.find(' ')));
  Participant organizer_itself;
  organizer_itself.email = draft.organizer_email;
  if (!first_named.Includes(organizer_itself)) return;
  Assign(organizer, Side::kSeller, people);
}

// Exactly one person who clearly talks like a seller, among people who do not.
void AssignBySpeech(const std::vector<int>& scores, People* people) {
  constexpr int kClearlyBuying = -2;
  constexpr int kLead = 3;
  if (scores.size() < 2) return;
  const auto best = std::max_element(scores.begin(), scores.end());
  int second = *std::min_element(scores.begin(), scores.end());
  for (auto score = scores.begin(); score != scores.end(); ++score) {
    if (score != best) second = std::max(second, *score);
  }
  Participant& person = people->participants()[static_cast<size_t>(best - scores.begin())];
  // A clear buyer makes a faint seller credible.
  const int lowest = *std::min_element(scores.begin(), scores.end());
  const bool clear = *best >= kClearlySelling && *best - second >= kLead;
  const bool against_buyer = *best > 0 && second <= 0 && lowest <= kClearlyBuying;
  if ((clear || against_buyer) && person.side == Side::kUnknown) person.side = Side::kSeller;
}

// With the seller known, colleagues are who shares the company; whoever works elsewhere or does
// not talk like a seller is the customer.
void AssignTheRest(std::vector<int> scores, const Draft& draft, People* people) {
  std::vector<Participant>& everybody = people->participants();
  Organization seller, customer;
  LearnFrom(everybody, Side::kSeller, &seller);
  Assign(seller, Side::kSeller, people);
  LearnFrom(everybody, Side::kCustomer, &customer);
  Assign(customer, Side::kCustomer, people);
  for (size_t i = 0; i < everybody.size(); ++i) {
    Participant& person = everybody[i];
    if (person.side != Side::kUnknown || IsAnonymousLabel(person.name)) continue;
    if (scores.empty()) scores = SellingScores(draft, *people);
    const bool elsewhere = HasEmployer(person) && !seller.empty();
    const bool titled = !person.title.empty();  // titles of sellers have been dealt with
    if (elsewhere || titled || scores[i] < kClearlySelling) person.side = Side::kCustomer;
  }
}

}  // namespace

void InferSides(const Draft& draft, const ParseOptions& options, People* people) {
  std::vector<Participant>& everybody = people->participants();
  AssignByOrganization(draft, options, people);
  AssignByTitle(people);
  if (!AnyOn(Side::kSeller, everybody)) AssignByInvitation(draft, people);
  std::vector<int> scores;  // reading speech is dear: done once, and only when needed
  if (!AnyOn(Side::kSeller, everybody)) {
    scores = SellingScores(draft, *people);
    AssignBySpeech(scores, people);
  }
  if (AnyOn(Side::kSeller, everybody)) AssignTheRest(std::move(scores), draft, people);
}

}  // namespace throughline::transcript
