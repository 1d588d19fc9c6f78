#include "common/grounding/instructed_words.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace throughline::grounding {
namespace {

bool BelongsToWord(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '\'' || c == '@' || c == '.' ||
         static_cast<unsigned char>(c) >= 0x80;
}

// Lower-cased words; those with an "@" keep their dots, the others lose the full stop.
std::vector<std::string> WordsOf(absl::string_view text) {
  std::vector<std::string> words;
  for (size_t i = 0; i < text.size();) {
    if (!BelongsToWord(text[i])) {
      ++i;
      continue;
    }
    const size_t begin = i;
    while (i < text.size() && BelongsToWord(text[i])) ++i;
    absl::string_view word = text.substr(begin, i - begin);
    while (!word.empty() && (word.back() == '.' || word.back() == '\'')) word.remove_suffix(1);
    while (!word.empty() && (word.front() == '.' || word.front() == '\'')) word.remove_prefix(1);
    if (!word.empty()) words.push_back(absl::AsciiStrToLower(word));
  }
  return words;
}

std::vector<std::string> RunsOf(const std::vector<std::string>& words, size_t length) {
  std::vector<std::string> runs;
  for (size_t i = 0; i + length <= words.size(); ++i) {
    const auto begin = words.begin() + static_cast<std::ptrdiff_t>(i);
    runs.push_back(absl::StrJoin(begin, begin + static_cast<std::ptrdiff_t>(length), " "));
  }
  return runs;
}

}  // namespace

InstructedWords::InstructedWords(const CallContext& context,
                                 const std::vector<deal::Evidence>& instructions) {
  const std::vector<transcript::Turn>& turns = context.transcript.turns;
  for (const deal::Evidence& instruction : instructions) {
    if (instruction.turn < 0 || static_cast<size_t>(instruction.turn) >= turns.size()) continue;
    const size_t at = turns[static_cast<size_t>(instruction.turn)].text.find(instruction.quote);
    if (at == std::string::npos) continue;
    const auto [entry, is_new] = from_.emplace(instruction.turn, at);
    if (!is_new) entry->second = std::min(entry->second, at);
  }
  for (const auto& [turn, begin] : from_) {
    const std::vector<std::string> words =
        WordsOf(absl::string_view(turns[static_cast<size_t>(turn)].text).substr(begin));
    for (std::string& run : RunsOf(words, kRepeatedWords)) runs_.insert(std::move(run));
    for (const std::string& word : words) {
      if (absl::StrContains(word, '@')) addresses_.insert(word);
    }
  }
}

size_t InstructedWords::BeginIn(int32_t turn) const {
  const auto found = from_.find(turn);
  return found == from_.end() ? std::string::npos : found->second;
}

bool InstructedWords::AreRepeatedIn(absl::string_view text) const {
  if (empty()) return false;
  const std::vector<std::string> words = WordsOf(text);
  const std::vector<std::string> runs = RunsOf(words, kRepeatedWords);
  return std::any_of(runs.begin(), runs.end(),
                     [this](const std::string& run) { return runs_.contains(run); }) ||
         std::any_of(words.begin(), words.end(),
                     [this](const std::string& word) { return addresses_.contains(word); });
}

}  // namespace throughline::grounding
