#include "common/transcript/title_words.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/transcript/text.h"

namespace throughline::transcript {
namespace {

// Words that stand only in job titles, each between spaces.
constexpr absl::string_view kRankWords =
    " accountant administrator advisor ae agent analyst architect assistant associate attorney"
    " auditor bdr biologist bookkeeper brewer bursar buyer captain cco cdo ceo cfo chair"
    " chairman champion chef chemist chief chro cio ciso clerk cmo co-founder coach cofounder"
    " concierge consultant controller coo coordinator counsel cpo cro csm cso cto curator dean"
    " deputy designer developer director dispatcher doctor economist editor engineer estimator"
    " evp executive foreman founder geologist gm head hygienist inspector intern keeper lawyer"
    " lead librarian manager mayor md merchandiser nurse officer operator owner paralegal"
    " partner pharmacist photographer physician pilot planner pm practitioner president"
    " principal producer professor programmer provost recruiter rector registrar rep"
    " representative researcher scientist sdr se secretary sommelier specialist steward"
    " strategist superintendent supervisor surgeon svp teacher technician treasurer trustee"
    " underwriter veterinarian vp winemaker"
    " ";
// Departments and what else may stand beside those words.
constexpr absl::string_view kFieldWords =
    " academic accessibility account accounting accounts acting admin admissions advising"
    " aftermarket agency americas analytics and apac application applications area assembly"
    " assurance audit backend branch brand business buying campus capital care casting"
    " category catering change claims clinical cloud co commercial communication"
    " communications community compliance construction content contract contracts corporate"
    " country credit customer cyber cybersecurity dairy data delivery demand department deputy"
    " design desk development devops digital distribution district donor east editorial"
    " education electrical emea enablement energy engineering enterprise environment estate"
    " estates events experience facilities farm field finance financial fleet food for"
    " founding foundry fraud frontend fulfillment fundraising general global governance grants"
    " group growth guest health hospitality hotel hotels housekeeping hr human imaging"
    " implementation in industrial information infrastructure innovation inside insights"
    " insurance intake integration interim international inventory it junior key lab labor"
    " laboratory learning legal lending loan logistics machine maintenance managed managing"
    " manufacturing marketing materials mechanical medical melt membership merchandising mid-"
    " market mill mine mobile mortgage municipal national network north nursing of office"
    " online operating operations ops partnerships payments payroll people performance"
    " pharmacy planning plant platform policy practice press pricing print privacy process"
    " procurement product production program programs project projects property public"
    " purchasing quality radiology rd records regional regulatory relations relationship"
    " reliability rentals research reservations resources restaurant retail revenue revops"
    " risk rooms safety sales scheduling school science security senior service services shift"
    " shop site software solution solutions sourcing south spa special staff store stores"
    " strategic strategy student studio success supply support surgical sustainability systems"
    " talent tax team technical technology territory test the ticketing tooling tour trade"
    " training transformation transport transportation treasury underwriting utilities vendor"
    " veterinary vice warehouse web west workplace yard"
    " ";

// A title has at most this many words.
constexpr size_t kMaxTitleWords = 9;

std::string BareWord(absl::string_view word) {
  std::string bare;
  for (char c : word) {
    if (c != '.' && c != ',' && c != '&' && c != '/' && c != '(' && c != ')') {
      bare.push_back(absl::ascii_tolower(c));
    }
  }
  return bare;
}

bool Lists(absl::string_view words, absl::string_view word) {
  return absl::StrContains(words, absl::StrCat(" ", word, " "));
}

bool IsConnective(absl::string_view word) {
  return word == "and" || word == "of" || word == "for" || word == "in" || word == "the";
}

bool EndsPhrase(absl::string_view word) {
  return absl::string_view(",.;!?").find(word.back()) != absl::string_view::npos;
}

}  // namespace

bool IsTitle(absl::string_view text) {
  const std::vector<absl::string_view> words = Words(text);
  return !words.empty() && std::all_of(words.begin(), words.end(), [](absl::string_view word) {
    const std::string bare = BareWord(word);
    return bare.empty() || Lists(kFieldWords, bare) || Lists(kRankWords, bare);
  });
}

bool HasTitleWord(absl::string_view text) {
  const std::vector<absl::string_view> words = Words(text);
  return std::any_of(words.begin(), words.end(),
                     [](absl::string_view word) { return Lists(kRankWords, BareWord(word)); });
}

bool IsSellingTitle(absl::string_view title) {
  const std::string lowered = Lowered(title);
  constexpr absl::string_view kSellingTitles[] = {
      "account exec",         "account manager",
      "account rep",          "business development rep",
      "customer success",     "inside sales",
      "sales consultant",     "sales development",
      "sales engineer",       "sales rep",
      "solution consultant",  "solution engineer",
      "solutions consultant", "solutions engineer"};
  for (absl::string_view selling : kSellingTitles) {
    if (absl::StrContains(lowered, selling)) return true;
  }
  return lowered == "ae" || lowered == "sdr" || lowered == "bdr" || lowered == "csm" ||
         lowered == "se";
}

absl::string_view TakeTitle(absl::string_view text) {
  const size_t limit = std::min<size_t>(text.size(), 200);
  size_t at = 0, end = 0, words = 0, begin = 0;
  bool ranked = false;
  while (at < limit && words < kMaxTitleWords) {
    const size_t stop = std::min(limit, text.find(' ', at));
    const absl::string_view word = text.substr(at, stop - at);
    if (word.empty()) break;
    const std::string bare = BareWord(word);
    const bool rank = Lists(kRankWords, bare);
    if (words == 0 && (bare == "a" || bare == "an" || bare == "the" || bare == "your" ||
                       bare == "our" || bare == "also")) {
      begin = end = at = stop + 1;
      continue;
    }
    if (!rank && (!Lists(kFieldWords, bare) || (words == 0 && IsConnective(bare)))) break;
    ranked = ranked || rank;
    ++words;
    if (!IsConnective(bare)) end = stop;
    if (EndsPhrase(word)) break;
    at = stop + 1;
  }
  if (!ranked || end <= begin) return "";
  absl::string_view title = text.substr(begin, end - begin);
  while (!title.empty() && EndsPhrase(title)) title.remove_suffix(1);
  return title;
}

}  // namespace throughline::transcript
