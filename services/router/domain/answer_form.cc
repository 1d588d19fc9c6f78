#include "services/router/domain/answer_form.h"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "services/router/domain/text/any_of_finder.h"
#include "services/router/domain/text/bytes.h"
#include "services/router/domain/text/fold.h"
#include "services/router/domain/text/words.h"

namespace throughline::router {
namespace {

constexpr size_t kMostItems = 50;
constexpr size_t kMostWordsOfALimit = 2000;
constexpr size_t kMaxChoices = 10;
constexpr size_t kMarginBytes = 1;
constexpr size_t kShortWords = 12;
constexpr absl::string_view kFence = "```";

constexpr text::Phrase kCodeVerbs[] = {
    " write ",    " implement ", " create ",   " code ",  " develop ", " fix ",    " complete ",
    " refactor ", " generate ",  " schreibe ", " écris ", " escribe ", " program "};
constexpr text::Phrase kCodeObjects[] = {" function ",
                                         " python ",
                                         " javascript ",
                                         " typescript ",
                                         " java ",
                                         " c++ ",
                                         " rust ",
                                         " golang ",
                                         " sql query ",
                                         " sql ",
                                         " script ",
                                         " regex ",
                                         " regular expression ",
                                         " bash ",
                                         " html ",
                                         " css ",
                                         " unit test ",
                                         " c program ",
                                         " program that ",
                                         " funktion ",
                                         " fonction ",
                                         " función "};
constexpr absl::string_view kCodeSigns[] = {"```",     "def ",   "function ", "return ", "=>",
                                            "();",     "{",      "SELECT",    "select ", "#include",
                                            "import ", "print(", "<html",     "class ",  "fn ",
                                            "func ",   "$(",     "\\d",       "[a-z",    "=="};
constexpr absl::string_view kCodeGaps[] = {
    "your code here", "rest of the code",  "implementation here", "// TODO",
    "# TODO",         "... existing code", "add code here"};
constexpr text::Phrase kJsonCues[] = {
    " as json ",           " in json ",     " json object ", " json format ", " json array ",
    " valid json ",        " only json ",   " return json ", " als json ",    " json only ",
    " respond with json ", " output json ", " a json "};
constexpr text::Phrase kYesNoCues[] = {" yes or no ",  " answer yes ", " ja oder nein ",
                                       " oui ou non ", " sí o no ",    " true or false "};
constexpr text::Phrase kYesNoAnswers[] = {" yes ",  " no ",  " true ", " false ", " ja ",
                                          " nein ", " oui ", " non ",  " sí ",    " neither "};
constexpr text::Phrase kTranslationCues[] = {
    " translate ",   " translation ", " in french ",     " in german ",  " in spanish ",
    " in english ",  " in italian ",  " into english ",  " übersetze ",  " traduis ",
    " traduce ",     " auf deutsch ", " auf englisch ",  " en español ", " en français ",
    " in japanese ", " in chinese ",  " in portuguese ", " in dutch ",   " in russian ",
    " in latin "};
constexpr absl::string_view kItemVerbs[] = {"list",    "give",  "name",  "suggest", "provide",
                                            "mention", "write", "nenne", "cite",    "enumera"};
struct NumberWord {
  absl::string_view word;
  size_t value;
};
constexpr NumberWord kNumberWords[] = {
    {"one", 1},   {"two", 2},   {"three", 3}, {"four", 4}, {"five", 5},   {"six", 6},
    {"seven", 7}, {"eight", 8}, {"nine", 9},  {"ten", 10}, {"single", 1}, {"drei", 3},
    {"fünf", 5},  {"trois", 3}, {"cinq", 5},  {"tres", 3}, {"cinco", 5}};

size_t SmallNumber(absl::string_view word) {
  size_t value = 0;
  if (absl::SimpleAtoi(word, &value)) return value;
  for (const NumberWord& number : kNumberWords) {
    if (number.word == word) return number.value;
  }
  return 0;
}

bool IsItemVerb(absl::string_view word) {
  return std::find(std::begin(kItemVerbs), std::end(kItemVerbs), word) != std::end(kItemVerbs);
}

// Whether a count can stand before or behind the word.
bool IsCounted(absl::string_view word) {
  static constexpr absl::string_view kOthers[] = {"word", "words", "sentence", "sentences", "me"};
  static constexpr text::WordShapes kShapes = [] {
    text::WordShapes shapes;
    for (const absl::string_view other : kOthers) shapes.Add(other);
    for (const absl::string_view verb : kItemVerbs) shapes.Add(verb);
    return shapes;
  }();
  return kShapes.MayHold(word) &&
         (IsItemVerb(word) ||
          std::find(std::begin(kOthers), std::end(kOthers), word) != std::end(kOthers));
}

// Limits as they are worded: "list five", "in two sentences", "under 100 words". A word with the
// two before it.
void ReadCount(absl::string_view before_last, absl::string_view last, absl::string_view word,
               WantedForm& wanted) {
  const bool counts_words = word == "words" || word == "word";
  const bool counts_sentences = word == "sentence" || word == "sentences";
  const size_t number = counts_words || counts_sentences ? SmallNumber(last) : 0;
  if (number > 0 && counts_words && number <= kMostWordsOfALimit) {
    const bool at_least = before_last == "least" || before_last == "than" || before_last == "over";
    if (!at_least || before_last == "than") wanted.most_words = number;
  }
  if (number > 0 && counts_sentences && number <= kMostItems && before_last != "least") {
    wanted.most_sentences = number;
  }
  const bool asks = IsItemVerb(last) || (last == "me" && before_last == "give");
  const size_t items = asks ? SmallNumber(word) : 0;
  if (items >= 2 && items <= kMostItems) wanted.items = items;
}

void ReadCounts(const text::WordList& words, WantedForm& wanted) {
  bool was_counted = false;
  for (size_t i = 0; i < words.size(); ++i) {
    const bool is_counted = IsCounted(words[i]);
    if (is_counted || was_counted) {
      ReadCount(i >= 2 ? words[i - 2] : "", i >= 1 ? words[i - 1] : "", words[i], wanted);
    }
    was_counted = is_counted;
  }
}

// The letters before the choices, each at the start of a line or in parentheses: "A.", "B)", "(C)".
std::string ReadChoices(absl::string_view prompt) {
  if (prompt.empty()) return "";
  std::string letters;
  const auto next = [&](size_t begin) {
    return prompt.find(static_cast<char>('A' + letters.size()), begin);
  };
  for (size_t i = next(0); i < prompt.size() - 1 && letters.size() < kMaxChoices; i = next(i + 1)) {
    const bool line_start = i == 0 || prompt[i - 1] == '\n';
    const bool listed =
        line_start && (prompt[i + 1] == '.' || prompt[i + 1] == ')' || prompt[i + 1] == ':');
    const bool enclosed = i > 0 && prompt[i - 1] == '(' && prompt[i + 1] == ')';
    if (listed || enclosed) letters.push_back(prompt[i]);
  }
  return letters.size() >= 2 ? letters : "";
}

bool NamesChoice(absl::string_view draft, absl::string_view choices) {
  for (size_t i = 0; i < draft.size(); ++i) {
    if (!absl::StrContains(choices, draft[i])) continue;
    const bool begins = i == 0 || !absl::ascii_isalnum(draft[i - 1]);
    const bool ends = i + 1 == draft.size() || !absl::ascii_isalnum(draft[i + 1]);
    if (begins && ends) return true;
  }
  return false;
}

size_t CountListItems(absl::string_view draft) {
  size_t items = 0;
  for (size_t begin = 0; begin < draft.size();) {
    const size_t end = std::min(draft.find('\n', begin), draft.size());
    const absl::string_view whole = draft.substr(begin, end - begin);
    const absl::string_view line = absl::StripLeadingAsciiWhitespace(whole);
    begin = end + 1;
    if (whole.size() - line.size() > kMarginBytes) continue;  // a point under an item
    size_t digits = 0;
    while (digits < line.size() && absl::ascii_isdigit(line[digits])) ++digits;
    const bool numbered = digits > 0 && digits <= 2 && digits < line.size() &&
                          (line[digits] == '.' || line[digits] == ')');
    const bool bullet =
        absl::StartsWith(line, "- ") || absl::StartsWith(line, "* ") || absl::StartsWith(line, "•");
    if (numbered || bullet) ++items;
  }
  return items;
}

size_t CountSentences(absl::string_view text) {
  size_t sentences = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool mark = text[i] == '.' || text[i] == '?' || text[i] == '!';
    const bool after_word =
        i > 1 && absl::ascii_isalpha(text[i - 1]) && absl::ascii_isalpha(text[i - 2]);
    if (mark && after_word && (i + 1 == text.size() || absl::ascii_isspace(text[i + 1])))
      ++sentences;
  }
  return sentences;
}

// The text inside the first fence, or all of it.
absl::string_view Unfenced(absl::string_view draft) {
  const size_t open = draft.find(kFence);
  if (open == absl::string_view::npos) return absl::StripAsciiWhitespace(draft);
  const size_t line_end = draft.find('\n', open);
  if (line_end == absl::string_view::npos) return draft.substr(open);
  const size_t close = draft.find(kFence, line_end);
  const size_t end = close == absl::string_view::npos ? draft.size() : close;
  return absl::StripAsciiWhitespace(draft.substr(line_end, end - line_end));
}

// Whether brackets outside of quotation marks close what was opened.
bool BracketsBalance(absl::string_view code) {
  long depth[3] = {0, 0, 0};
  char quote = 0;
  for (size_t i = 0; i < code.size(); ++i) {
    const char c = code[i];
    if (c == '\\') {
      ++i;
    } else if (quote != 0) {
      if (c == quote || c == '\n') quote = 0;
    } else if (c == '"') {
      quote = c;
    } else {
      constexpr absl::string_view kOpen = "([{";
      constexpr absl::string_view kClose = ")]}";
      if (const size_t at = kOpen.find(c); at != absl::string_view::npos) ++depth[at];
      if (const size_t at = kClose.find(c); at != absl::string_view::npos) --depth[at];
    }
  }
  return depth[0] == 0 && depth[1] == 0 && depth[2] == 0;
}

size_t CountFences(absl::string_view draft) {
  size_t fences = 0;
  for (size_t at = draft.find(kFence); at != absl::string_view::npos;
       at = draft.find(kFence, at + kFence.size())) {
    ++fences;
  }
  return fences;
}

std::string CodeDefect(absl::string_view draft) {
  static constexpr text::AnyOfFinder kSigns(kCodeSigns);
  static constexpr text::AnyOfFinder kGaps(kCodeGaps);
  if (!kSigns.In(draft)) return "code was asked for and there is none";
  if (kGaps.In(draft)) return "the code leaves a part to be written";
  const absl::string_view code = Unfenced(draft);
  const bool fenced = absl::StrContains(draft, kFence);
  if (fenced && !BracketsBalance(code)) return "the code's brackets do not close";
  return "";
}

std::string CountDefect(const WantedForm& wanted, absl::string_view draft, size_t words) {
  // A word or two more than asked is no defect worth a dearer model.
  if (wanted.most_words > 0 && words > wanted.most_words + wanted.most_words / 5 + 1) {
    return absl::StrCat(words, " words where ", wanted.most_words, " were asked for");
  }
  const size_t sentences = wanted.most_sentences > 0 ? CountSentences(draft) : 0;
  if (sentences > wanted.most_sentences) {
    return absl::StrCat(sentences, " sentences where ", wanted.most_sentences, " were asked for");
  }
  const size_t items = wanted.items > 0 ? CountListItems(draft) : 0;
  if (items > 1 && items != wanted.items) {
    return absl::StrCat(items, " items where ", wanted.items, " were asked for");
  }
  return "";
}

}  // namespace

WantedForm ReadWantedForm(const ReadText& prompt) {
  WantedForm wanted;
  wanted.code = prompt.HasAny(kCodeVerbs) && prompt.HasAny(kCodeObjects);
  wanted.json = !wanted.code && prompt.HasAny(kJsonCues);
  wanted.choices = ReadChoices(prompt.text);
  if (!wanted.choices.empty()) wanted.folded_choices = prompt.folded;
  wanted.yes_or_no = wanted.choices.empty() && prompt.HasAny(kYesNoCues);
  wanted.translation = prompt.HasAny(kTranslationCues);
  ReadCounts(prompt.folded_words, wanted);
  return wanted;
}

std::string FindFormDefect(const WantedForm& wanted, const ReadText& answer) {
  const absl::string_view draft = answer.text;
  if (CountFences(draft) % 2 == 1) return "a block of code does not end";
  if (wanted.json && !nlohmann::json::accept(Unfenced(draft))) {
    return "JSON was asked for and this is none";
  }
  if (wanted.code) {
    std::string defect = CodeDefect(draft);
    if (!defect.empty()) return defect;
  }
  if (!wanted.choices.empty() && answer.words < kShortWords &&
      !NamesChoice(draft, wanted.choices) &&
      !text::ContainsPhrase(wanted.folded_choices, answer.folded)) {
    return "none of the choices is named";
  }
  if (wanted.yes_or_no && !answer.HasAny(kYesNoAnswers)) return "neither yes nor no is said";
  return CountDefect(wanted, draft, answer.words);
}

}  // namespace throughline::router
