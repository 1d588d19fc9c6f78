#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "services/router/domain/extractive/language/perspective.h"
#include "services/router/domain/extractive/language/word_map.h"

namespace throughline::router::extractive {
namespace {

// Plain forms that differ from their own past tense, so that adding -s is always right.
constexpr absl::string_view kBaseVerbs =
    "accept add address adopt agree aim allow announce answer appreciate approve argue arrive ask "
    "assume attend audit avoid back balance be bear begin believe belong block book bowl bring "
    "budget build buy call care carry catch chair change charge chase check choose claim clear "
    "close coach code collect come commit compare complain compute confirm connect consider "
    "contact contain continue control coordinate cope copy count cover create cross deal decide "
    "decline defer deliver depend describe design detect develop dislike doubt draft drive drop "
    "earn eat email employ enjoy ensure enter escalate evaluate exclude exist expand expect "
    "expire explain export extend face fail fall fear feel figure file fill find finish fix fly "
    "focus follow forget forward fund gather get give go govern grab grow guarantee guess handle "
    "hang happen hate have head hear help hire hold hope host implement import improve include "
    "inform inherit insist install integrate intend introduce invest invite invoice involve issue "
    "join justify keep know lack last launch lead learn leave lend like limit listen live load "
    "lock look lose love make manage market matter mean measure meet mention migrate mind miss "
    "monitor move need negotiate notice notify object offer open operate oppose order outsource "
    "oversee own park pass pay persuade pick pilot plan play prefer prepare present process "
    "procure produce promise propose protect prove provide publish pull purchase push qualify "
    "raise reach realize receive reckon recommend record reduce refer refuse regret reject "
    "release rely remain remember remind remove renew rent replace reply report represent request "
    "require resolve respond retain retire return review revise ride roll run save say schedule "
    "see seek select sell send serve settle share ship show sign sit skip sleep sound speak spend "
    "sponsor stand start state stay stop store struggle submit suggest supply support suppose "
    "surprise suspect swap swim switch take talk teach tell tend test text thank think throw "
    "touch track trade train transfer travel treat trust try turn type understand update upgrade "
    "use visit vote wait walk want watch wear weigh welcome wish wonder work worry write";

// Verbs with which a customer tells the seller what to do.
constexpr absl::string_view kDirectiveVerbs =
    "send bring give get put copy cc call email write address leave make keep come fix show text "
    "ping include add remove drop hold ship split forward confirm check ask tell talk loop skip "
    "use wait come schedule book quote invoice share resend attach mail phone stop avoid remember "
    "start draft prepare move take sign set schedule deliver provide submit update revise reach";

WordSet Words(absl::string_view list) {
  const auto words = absl::StrSplit(list, absl::ByAnyChar(" \n"), absl::SkipEmpty());
  return WordSet(words.begin(), words.end());
}

}  // namespace

bool IsBaseVerb(absl::string_view word) {
  static const WordSet& verbs = *new WordSet(Words(kBaseVerbs));
  return verbs.contains(absl::AsciiStrToLower(word));
}

bool IsDirectiveVerb(absl::string_view word) {
  static const WordSet& verbs = *new WordSet(Words(kDirectiveVerbs));
  return verbs.contains(absl::AsciiStrToLower(word));
}

std::string ThirdPerson(absl::string_view base_verb) {
  if (base_verb == "have") return "has";
  if (base_verb == "be") return "is";
  if (base_verb.empty()) return "";
  static constexpr std::array<absl::string_view, 6> kSibilants = {"s", "x", "z", "ch", "sh", "o"};
  for (const absl::string_view ending : kSibilants) {
    if (absl::EndsWith(base_verb, ending)) return absl::StrCat(base_verb, "es");
  }
  const bool vowel_before_y =
      base_verb.size() > 1 && absl::StrContains("aeiou", base_verb.substr(base_verb.size() - 2, 1));
  if (absl::EndsWith(base_verb, "y") && !vowel_before_y) {
    return absl::StrCat(base_verb.substr(0, base_verb.size() - 1), "ies");
  }
  return absl::StrCat(base_verb, "s");
}

}  // namespace throughline::router::extractive
