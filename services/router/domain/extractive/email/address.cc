#include "services/router/domain/extractive/email/address.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "common/transcript/person.h"
#include "re2/re2.h"

namespace throughline::router::extractive {
namespace {

// The local part carries the last name, or is the first name.
bool Belongs(absl::string_view address, absl::string_view name) {
  const std::string local = absl::AsciiStrToLower(address.substr(0, address.find('@')));
  const std::vector<std::string> words =
      absl::StrSplit(absl::AsciiStrToLower(name), ' ', absl::SkipEmpty());
  if (words.empty()) return false;
  if (words.size() > 1 && absl::StrContains(local, words.back())) return true;
  const std::string first = absl::AsciiStrToLower(FirstName(name));
  return local == first || absl::StartsWith(local, absl::StrCat(first, "."));
}

// "sarah.chen at meridian dot com" and "O Marchand at Westmere dot edu", put together.
std::vector<std::string> SpelledAddresses(const std::string& text) {
  static const RE2& written = *new RE2("([A-Za-z0-9][\\w.+-]*@[A-Za-z0-9-]+(?:\\.[A-Za-z0-9-]+)+)");
  static const RE2& spelled = *new RE2(
      "(?i)((?:\\b[a-z] )?\\b[a-z][\\w-]*(?:(?: dot | underscore |\\.)[a-z][\\w-]*)?) at "
      "([a-z0-9-]+(?:(?: dot |\\.)[a-z0-9-]+)* (?:dot )[a-z]{2,})\\b");
  std::vector<std::string> addresses;
  re2::StringPiece rest(text);
  std::string address;
  if (absl::StrContains(text, '@')) {
    while (RE2::FindAndConsume(&rest, written, &address)) addresses.push_back(address);
  }
  rest = text;
  std::string local;
  std::string domain;
  while (RE2::FindAndConsume(&rest, spelled, &local, &domain)) {
    const auto joined = [](absl::string_view part) {
      return absl::AsciiStrToLower(absl::StrReplaceAll(
          part, {{" dot ", "."}, {" Dot ", "."}, {" underscore ", "_"}, {" ", ""}}));
    };
    addresses.push_back(absl::StrCat(joined(local), "@", joined(domain)));
  }
  return addresses;
}

}  // namespace

std::string AddressOf(absl::string_view name, const EmailInput& input) {
  for (const transcript::Participant& participant : input.call.transcript.participants) {
    if (participant.name == name && !participant.email.empty()) return participant.email;
  }
  const auto known = [&](const std::vector<deal::Stakeholder>& people) -> std::string {
    for (const deal::Stakeholder& person : people) {
      if (person.name == name && !person.email.empty()) return person.email;
    }
    return "";
  };
  std::string address = known(input.analysis.stakeholders);
  if (address.empty()) address = known(input.call.known.stakeholders);
  if (!address.empty()) return address;
  const auto spelled = [&](const std::string& text) -> std::string {
    for (const std::string& candidate : SpelledAddresses(text)) {
      if (Belongs(candidate, name)) return candidate;
    }
    return "";
  };
  for (const transcript::Turn& turn : input.call.transcript.turns) {
    address = spelled(turn.text);
    if (!address.empty()) return address;
  }
  for (const deal::Fact& fact : input.call.known.facts) {
    for (const deal::Evidence& evidence : fact.evidence) {
      address = spelled(evidence.quote);
      if (!address.empty()) return address;
    }
  }
  return "";
}

std::string SenderOf(const EmailInput& input, const Cast& cast) {
  std::vector<std::pair<size_t, std::string>> sellers;
  for (const std::string& name : cast.People(transcript::Side::kSeller)) {
    const size_t turns = static_cast<size_t>(
        std::count_if(input.call.transcript.turns.begin(), input.call.transcript.turns.end(),
                      [&](const transcript::Turn& turn) { return turn.speaker == name; }));
    sellers.emplace_back(turns, name);
  }
  const auto best =
      std::max_element(sellers.begin(), sellers.end(),
                       [](const auto& a, const auto& b) { return a.first < b.first; });
  // "Me" and "Rep" are labels, no names to sign with.
  if (best == sellers.end() || transcript::SideOfRole(best->second) != transcript::Side::kUnknown) {
    return "";
  }
  return best->second;
}

}  // namespace throughline::router::extractive
