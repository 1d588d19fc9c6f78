#include "common/grounding/language.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/grounding/words.h"

namespace throughline::grounding {
namespace {

// So much of a call tells its language; less than the least does not.
constexpr size_t kTellingBytes = 2000;
constexpr size_t kLeastTellingBytes = 600;
constexpr int kLeastEnglishWords = 3;
// Other languages have some of English's words by chance, but seldom.
constexpr int kMostWordsPerEnglishOne = 25;
// A language's commonest words are at least one in so many; neighbours share some of them.
constexpr int kMostWordsPerCommonOne = 12;
constexpr double kClearlyMore = 1.2;
// A text in letters of its own has some names and figures in others.
constexpr double kMostlyOwnLetters = 0.3;

// Words that make up much of what people say in a language and little in its neighbours.
constexpr std::pair<absl::string_view, absl::string_view> kCommonWords[] = {
    {"Czech", "je se na že to jsem ale jak by jsou nebo jsme máme"},
    {"Danish", "det er og ikke at jeg vi har til af også hvad skal noget"},
    {"Dutch", "de het een van dat niet wij ik zijn voor ook maar met wat"},
    {"Finnish", "on ja ei se että olen meillä mutta niin tämä ovat kun mitä"},
    {"French", "le la les et est que nous vous pas pour des une dans avec"},
    {"German", "der die das und ist nicht wir ich sie ein für auch mit wenn"},
    {"Hungarian", "a az és hogy nem van egy ez mi akkor meg csak vagy kell"},
    {"Indonesian", "yang dan itu ini kami untuk tidak dengan ada saya kita bisa sudah"},
    {"Italian", "il che di non per una sono della anche noi più è abbiamo ma"},
    {"Norwegian", "det er og ikke vi jeg har til av også hva skal noe på"},
    {"Polish", "nie to jest się na że do jak ale mamy czy tak po już"},
    {"Portuguese", "o que não de para com uma nós os mas isso está você são"},
    {"Romanian", "și nu este că să de la pe cu pentru avem sunt dar mai"},
    {"Russian", "и не что на это мы как но вы у нас я да если"},
    {"Spanish", "el que no de la los es una por con para pero está nos"},
    {"Swedish", "det är och inte att jag vi har till av också vad ska något"},
    {"Turkish", "bir ve bu için de da ama çok biz var ne daha mi olarak"},
    {"Ukrainian", "і не що на це ми як але ви у нас я та якщо"},
};

// Letters of one language, or of one that most who write so speak.
struct Letters {
  char32_t first, last;
  absl::string_view language;
};
constexpr Letters kLetters[] = {
    {0x0370, 0x03FF, "Greek"},   {0x0590, 0x05FF, "Hebrew"}, {0x0600, 0x06FF, "Arabic"},
    {0x0900, 0x097F, "Hindi"},   {0x0E00, 0x0E7F, "Thai"},   {0x3040, 0x30FF, "Japanese"},
    {0x4E00, 0x9FFF, "Chinese"}, {0xAC00, 0xD7AF, "Korean"},
};
constexpr size_t kJapanese = 5, kChinese = 6;

// Calls `use` with each code point above ASCII; what is no UTF-8 is passed over.
template <typename Use>
void ForEachLetterAboveAscii(absl::string_view text, const Use& use) {
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    if (bytes > 1 && i + bytes <= text.size()) {
      char32_t letter = lead & (0x7FU >> bytes);
      for (size_t k = 1; k < bytes; ++k) letter = letter << 6 | (text[i + k] & 0x3F);
      use(letter);
    }
    i += bytes;
  }
}

// By letters that no other language here has.
absl::string_view LanguageOfLetters(absl::string_view text) {
  std::array<size_t, std::size(kLetters)> found{};
  ForEachLetterAboveAscii(text, [&](char32_t letter) {
    for (size_t i = 0; i < found.size(); ++i) {
      if (letter >= kLetters[i].first && letter <= kLetters[i].last) ++found[i];
    }
  });
  const auto ascii = std::count_if(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalpha(static_cast<unsigned char>(c));
  });
  // Japanese is written with Chinese letters, too.
  if (found[kJapanese] > 0) found[kJapanese] += std::exchange(found[kChinese], 0);
  const size_t most = std::max_element(found.begin(), found.end()) - found.begin();
  const auto all = static_cast<double>(ascii) + static_cast<double>(found[most]);
  return static_cast<double>(found[most]) > kMostlyOwnLetters * all ? kLetters[most].language : "";
}

using LanguagesOfWords = std::map<absl::string_view, std::vector<size_t>>;

const LanguagesOfWords& CommonWords() {
  static const LanguagesOfWords& words = *[] {
    auto* all = new LanguagesOfWords;
    for (size_t i = 0; i < std::size(kCommonWords); ++i) {
      for (const absl::string_view word : absl::StrSplit(kCommonWords[i].second, ' ')) {
        (*all)[word].push_back(i);
      }
    }
    return all;
  }();
  return words;
}

absl::string_view LanguageOfWords(absl::string_view text) {
  std::array<int, std::size(kCommonWords)> found{};
  int words = 0;
  ForEachWord(text, [&](absl::string_view word) {
    ++words;
    const auto languages = CommonWords().find(absl::AsciiStrToLower(word));
    if (languages == CommonWords().end()) return;
    for (const size_t i : languages->second) ++found[i];
  });
  const size_t first = std::max_element(found.begin(), found.end()) - found.begin();
  const int most = std::exchange(found[first], 0);
  const int next = *std::max_element(found.begin(), found.end());
  const bool clear = most * kMostWordsPerCommonOne > words && most > kClearlyMore * next;
  return clear ? kCommonWords[first].first : "";
}

std::string OpeningOf(const CallContext& call) {
  std::string opening;
  for (const transcript::Turn& turn : call.transcript.turns) {
    if (opening.size() >= kTellingBytes) break;
    absl::StrAppend(&opening, turn.text, "\n");
  }
  return opening;
}

}  // namespace

bool ReadsAsEnglish(absl::string_view text) {
  static const std::set<absl::string_view>& common = *new std::set<absl::string_view>(
      {"the", "and", "you", "your", "for", "with", "that", "this", "will", "have", "from", "are"});
  int words = 0;
  int found = 0;
  std::string first;
  bool is_first_alone = true;  // German has "will", too
  bool is_english = false;
  ForEachWord(text, [&](absl::string_view word) {
    if (is_english) return;
    ++words;
    if (word.size() < 3 || word.size() > 4) return;
    std::string lower = absl::AsciiStrToLower(word);
    if (!common.contains(lower)) return;
    if (++found == 1)
      first = std::move(lower);
    else if (lower != first)
      is_first_alone = false;
    is_english =
        !is_first_alone && found >= kLeastEnglishWords && found * kMostWordsPerEnglishOne >= words;
  });
  return is_english;
}

std::string LanguageOf(absl::string_view text) {
  const absl::string_view by_letters = LanguageOfLetters(text);
  return std::string(by_letters.empty() ? LanguageOfWords(text) : by_letters);
}

bool IsEnglish(const CallContext& call) { return ReadsAsEnglish(OpeningOf(call)); }

bool IsForeign(const CallContext& call) {
  const std::string opening = OpeningOf(call);
  return opening.size() >= kLeastTellingBytes && !ReadsAsEnglish(opening);
}

std::string WhyUnread(const CallContext& call, absl::string_view purpose) {
  const std::string language = LanguageOf(OpeningOf(call));
  return absl::StrCat("the call is ", language.empty() ? "" : absl::StrCat("in ", language, ", "),
                      "not in English, the only language that the built-in engine reads; configure "
                      "a model for ",
                      purpose);
}

}  // namespace throughline::grounding
