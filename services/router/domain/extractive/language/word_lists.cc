#include "services/router/domain/extractive/language/word_lists.h"

#include <cstdio>
#include <cstdlib>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "services/router/domain/extractive/language/embedded_lexicon.h"

namespace throughline::router::extractive {
namespace {

absl::Status LineError(int line, absl::string_view problem) {
  return absl::InvalidArgumentError(
      absl::StrCat("words.lists:", line, ": ", problem, "; see lexicon/README.md for the format"));
}

[[noreturn]] void Stop(const std::string& problem) {
  std::fprintf(stderr, "%s\n", problem.c_str());
  std::abort();
}

const WordLists& BuiltinWordLists() {
  static const WordLists* const kLists = [] {
    absl::StatusOr<WordLists> parsed = ParseWordLists(EmbeddedWordFiles().front().text);
    // A broken file is a build defect; word_lists_test names it first.
    if (!parsed.ok()) Stop(std::string(parsed.status().message()));
    return new WordLists(*std::move(parsed));
  }();
  return *kLists;
}

}  // namespace

absl::StatusOr<WordLists> ParseWordLists(absl::string_view text) {
  WordLists lists;
  WordSet* list = nullptr;
  int number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    line = absl::StripAsciiWhitespace(line);
    if (line.empty() || line[0] == '#') continue;
    if (absl::ConsumePrefix(&line, "[")) {
      if (!absl::ConsumeSuffix(&line, "]")) return LineError(number, "list without a closing ]");
      const auto [place, is_new] = lists.try_emplace(std::string(line));
      if (!is_new) return LineError(number, absl::StrCat("a second list [", line, "]"));
      list = &place->second;
      continue;
    }
    if (list == nullptr) return LineError(number, "words before any [list]");
    for (const absl::string_view word : absl::StrSplit(line, ' ', absl::SkipEmpty())) {
      if (list->contains(word)) return LineError(number, absl::StrCat("a second \"", word, "\""));
      list->Add(word);
    }
  }
  return lists;
}

const WordSet& WordList(absl::string_view name) {
  const auto found = BuiltinWordLists().find(name);
  if (found == BuiltinWordLists().end()) Stop(absl::StrCat("words.lists: no list [", name, "]"));
  return found->second;
}

}  // namespace throughline::router::extractive
