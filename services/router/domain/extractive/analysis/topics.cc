#include "services/router/domain/extractive/analysis/topics.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "common/deal/names.h"
#include "services/router/domain/extractive/language/money.h"
#include "services/router/domain/extractive/language/numbers.h"
#include "services/router/domain/extractive/language/people_words.h"
#include "services/router/domain/extractive/language/word_lists.h"

namespace throughline::router::extractive {
namespace {

using deal::BlockerCategory;
using transcript::Side;

constexpr size_t kMaxPhraseLeft = 3;
constexpr size_t kMaxPhraseRight = 3;
constexpr double kMoneyWeight = 0.7;
constexpr double kCompetitorWeight = 1.2;
constexpr double kKnownObjectWeight = 0.9;
constexpr size_t kCompetitorMentions = 2;
constexpr size_t kCompetitorCueDistance = 3;

// Nouns that complete a phrase to the right: "data residency guarantee".
bool IsDocumentNoun(absl::string_view word) {
  static const WordSet& listed = WordList("document");
  return listed.contains(word);
}

// Capitalised words that open a clause, and calendar words.
bool NamesNoVendor(absl::string_view word) {
  static const WordSet& listed = WordList("names no vendor");
  return listed.contains(word);
}

// Words that end a phrase to the left although they are no stop words.
bool IsVerbish(absl::string_view word) {
  static const WordSet& listed = WordList("verbish");
  return listed.contains(word);
}

std::vector<std::pair<BlockerCategory, std::vector<std::string>>> KnownObjects(
    const CallView& call) {
  std::vector<std::pair<BlockerCategory, std::vector<std::string>>> known;
  if (!call.deep()) return known;
  for (const deal::Blocker& blocker : call.input->known.blockers) {
    std::vector<std::string> words;
    for (const Token& token : Tokenize(blocker.object)) {
      const bool telling = token.capital && !IsStopWord(token.text) && token.text.size() > 2;
      if (telling) words.push_back(token.text);
    }
    if (!words.empty()) known.emplace_back(blocker.category, std::move(words));
  }
  return known;
}

// Names that are neither people nor the parties, heard often and near talk of other vendors.
absl::flat_hash_set<std::string> Competitors(const CallView& call) {
  std::map<std::string, std::pair<size_t, bool>> names;  // count, near a competition cue
  absl::flat_hash_set<std::string> parties;
  for (const std::string* party : {&call.input->customer_name, &call.input->seller_name}) {
    for (const Token& token : Tokenize(*party)) parties.insert(token.text);
  }
  for (const Person& person : call.people.all()) {
    for (const Token& token : Tokenize(person.name)) parties.insert(token.text);
    for (const Token& token : Tokenize(person.organization)) parties.insert(token.text);
  }
  std::vector<size_t> cue_lines;
  for (size_t i = 0; i < call.lines.size(); ++i) {
    const bool cue = std::any_of(call.lines[i].matches.begin(), call.lines[i].matches.end(),
                                 [](const CueMatch& match) {
                                   return match.cue->category == "competition" &&
                                          match.cue->kind != "topic" && match.cue->weight >= 1;
                                 });
    if (cue) cue_lines.push_back(i);
  }
  if (cue_lines.empty()) return {};
  for (size_t i = 0; i < call.lines.size(); ++i) {
    const auto next = std::lower_bound(cue_lines.begin(), cue_lines.end(), i);
    const bool near = (next != cue_lines.end() && *next - i <= kCompetitorCueDistance) ||
                      (next != cue_lines.begin() && i - *(next - 1) <= kCompetitorCueDistance);
    for (const Token& token : call.lines[i].reading.tokens) {
      if (!token.capital || IsStopWord(token.text) || parties.contains(token.text)) continue;
      if (IsTitleWord(token.text) || token.text.size() < 4 || NamesNoVendor(token.text)) continue;
      auto& [count, seen_near] = names[token.text];
      // A word that opens a sentence may be capitalised for that reason alone.
      if (token.before != '.' && token.before != '?' && token.before != 0) continue;
      ++count;
      seen_near |= near;
    }
  }
  // A word also written small is no name.
  for (const Line& line : call.lines) {
    for (const Token& token : line.reading.tokens) {
      if (!token.capital) names.erase(token.text);
    }
  }
  absl::flat_hash_set<std::string> competitors;
  for (const auto& [name, seen] : names) {
    if (seen.first >= kCompetitorMentions && seen.second) competitors.insert(name);
  }
  return competitors;
}

// Words between "or else" and what it speaks of, and what that weighs beside other topics.
constexpr size_t kAlternativeReach = 8;
constexpr double kAlternative = 0.5;

class TopicFinder {
 public:
  explicit TopicFinder(const CallView& call)
      : call_(call), known_(KnownObjects(call)), competitors_(Competitors(call)) {}

  std::vector<Topic> InLine(size_t index) const {
    const Line& line = call_.lines[index];
    std::vector<Topic> found;
    for (const CueMatch& match : line.matches) {
      if (match.cue->kind != "topic") continue;
      if (match.who_last > match.who_first) {
        PushSystem(line, index, match, found);
        continue;
      }
      const double share = IsAlternative(line.reading, match.first_token) ? kAlternative : 1;
      Push(index, CategoryFromName(match.cue->category), share * match.cue->weight,
           match.first_token, match.last_token, found);
      found.back().family = match.cue->object;
    }
    for (size_t i = 0; i < line.reading.tokens.size(); ++i) {
      const Token& token = line.reading.tokens[i];
      if (!token.capital) continue;
      if (competitors_.contains(token.text)) {
        Push(index, BlockerCategory::kCompetition, kCompetitorWeight, i, i + 1, found);
      }
      for (const auto& [category, words] : known_) {
        if (std::find(words.begin(), words.end(), token.text) == words.end()) continue;
        Push(index, category, kKnownObjectWeight, i, i + 1, found);
      }
    }
    const size_t end = line.reading.tokens.size();
    for (const MoneyMention& money : FindMoney(line.reading, 0, end)) {
      Push(index, BlockerCategory::kPrice, kMoneyWeight, money.first_token, money.last_token,
           found);
    }
    return Merge(index, std::move(found));
  }

 private:
  // "Or else I go out to tender": what happens otherwise is not what it is about.
  static bool IsAlternative(const Reading& reading, size_t token) {
    for (size_t back = 1; back <= kAlternativeReach && back <= token; ++back) {
      const Token& word = reading.tokens[token - back];
      if (word.text == "else" || word.text == "otherwise") return true;
      if (reading.tokens[token - back + 1].before == '.') return false;
    }
    return false;
  }

  // "It has to talk to Orion": the named system is the object, unless the name is a person's.
  void PushSystem(const Line& line, size_t index, const CueMatch& match,
                  std::vector<Topic>& found) const {
    const Token& first = line.reading.tokens[match.who_first];
    const std::string name =
        Quote(line.turn->text, TokenSpan(line.reading, match.who_first, match.who_last));
    if (!first.capital || IsStopWord(first.text) || call_.people.Find(name)) return;
    Push(index, CategoryFromName(match.cue->category), match.cue->weight, match.who_first,
         match.who_last, found);
  }

  static void Push(size_t line, BlockerCategory category, double weight, size_t first, size_t last,
                   std::vector<Topic>& found) {
    found.push_back({category, weight, line, first, last, "", {}, ""});
  }

  // Heavier topics swallow lighter ones they overlap, then each grows to its noun phrase.
  std::vector<Topic> Merge(size_t index, std::vector<Topic> found) const {
    std::stable_sort(found.begin(), found.end(), [](const Topic& a, const Topic& b) {
      if (a.weight != b.weight) return a.weight > b.weight;
      return a.last_token - a.first_token > b.last_token - b.first_token;
    });
    const Line& line = call_.lines[index];
    std::vector<Topic> kept;
    for (Topic& topic : found) {
      const Span& clause = line.reading.clauses[ClauseOf(line.reading, topic.first_token)].span;
      const Span phrase = PhraseAround(line, topic.first_token, topic.last_token,
                                       clause.first_token, clause.last_token);
      const bool taken = std::any_of(kept.begin(), kept.end(), [&](const Topic& other) {
        return topic.first_token < other.last_token && other.first_token < topic.last_token;
      });
      if (taken) continue;
      topic.first_token = phrase.first_token;
      topic.last_token = phrase.last_token;
      topic.phrase = Quote(line.turn->text, phrase);
      topic.stems = ContentStems(topic.phrase);
      kept.push_back(std::move(topic));
    }
    std::sort(kept.begin(), kept.end(),
              [](const Topic& a, const Topic& b) { return a.first_token < b.first_token; });
    return kept;
  }

  const CallView& call_;
  const std::vector<std::pair<BlockerCategory, std::vector<std::string>>> known_;
  const absl::flat_hash_set<std::string> competitors_;
};

}  // namespace

BlockerCategory CategoryFromName(absl::string_view name) {
  for (int i = 1; i <= static_cast<int>(BlockerCategory::kNone); ++i) {
    const auto category = static_cast<BlockerCategory>(i);
    if (deal::Name(category) == name) return category;
  }
  return BlockerCategory::kUnspecified;
}

std::string FamilyOf(absl::string_view phrase) {
  const Reading reading = ReadTurn(phrase);
  const CueMatch* best = nullptr;
  const std::vector<CueMatch> matches = BuiltinLexicon().Match(reading);
  for (const CueMatch& match : matches) {
    if (match.cue->kind != "topic" || match.cue->object.empty()) continue;
    if (best == nullptr || match.cue->weight > best->cue->weight) best = &match;
  }
  return best == nullptr ? std::string() : best->cue->object;
}

bool IsSingleton(BlockerCategory category) {
  return category == BlockerCategory::kPrice || category == BlockerCategory::kBudget ||
         category == BlockerCategory::kTiming || category == BlockerCategory::kCompetition ||
         category == BlockerCategory::kNeed || category == BlockerCategory::kAuthority ||
         category == BlockerCategory::kChangeManagement;
}

bool CountsAsRequirement(BlockerCategory category) {
  switch (category) {
    case BlockerCategory::kSecurity:
    case BlockerCategory::kCompliance:
    case BlockerCategory::kLegal:
    case BlockerCategory::kIntegration:
    case BlockerCategory::kProcurement:
      return true;
    default:
      return false;
  }
}

bool AreCompatible(BlockerCategory a, BlockerCategory b) {
  if (a == b || a == BlockerCategory::kUnspecified || b == BlockerCategory::kUnspecified) {
    return true;
  }
  const auto pair = [a, b](BlockerCategory x, BlockerCategory y) {
    return (a == x && b == y) || (a == y && b == x);
  };
  return pair(BlockerCategory::kSecurity, BlockerCategory::kCompliance) ||
         pair(BlockerCategory::kCompliance, BlockerCategory::kLegal) ||
         pair(BlockerCategory::kTechnical, BlockerCategory::kIntegration) ||
         pair(BlockerCategory::kLegal, BlockerCategory::kProcurement) ||
         pair(BlockerCategory::kSecurity, BlockerCategory::kTechnical);
}

Span PhraseAround(const Line& line, size_t first, size_t last, size_t low, size_t high) {
  const std::vector<Token>& tokens = line.reading.tokens;
  for (size_t grown = 0; first > low && grown < kMaxPhraseLeft; ++grown) {
    if (tokens[first].before != 0) break;
    const Token& left = tokens[first - 1];
    const bool short_ending = absl::EndsWith(left.text, "ly") || left.text == "'s";
    if (IsStopWord(left.text) || IsVerbish(left.text) || short_ending) break;
    --first;
  }
  for (size_t grown = 0; last < high && grown < kMaxPhraseRight; ++grown) {
    if (tokens[last].before != 0 || !IsDocumentNoun(tokens[last].text)) break;
    ++last;
  }
  return TokenSpan(line.reading, first, last);
}

std::vector<std::vector<Topic>> FindTopics(const CallView& call) {
  const TopicFinder finder(call);
  std::vector<std::vector<Topic>> topics;
  topics.reserve(call.lines.size());
  for (size_t i = 0; i < call.lines.size() && !call.Ended(i); ++i) {
    topics.push_back(finder.InLine(i));
  }
  return topics;
}

}  // namespace throughline::router::extractive
