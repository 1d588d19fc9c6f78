#include "services/router/domain/extractive/analysis/voices.h"
#include "services/router/domain/extractive/language/people_words.h"
#include "services/router/domain/extractive/language/word_lists.h"

#include <algorithm>
#include <optional>
#include <string>

namespace throughline::router::extractive {
namespace {

using transcript::Side;

// People introduce themselves early.
constexpr size_t kIntroductionLines = 12;
constexpr size_t kMaxNameTokens = 3;
constexpr size_t kMaxOfficeTokens = 4;
// An answer goes on for so many sentences at most.
constexpr size_t kAnswerSentences = 6;

bool IsRoleLabel(absl::string_view name) {
  static const WordSet& labels = WordList("role label");
  const std::vector<Token> words = Tokenize(name);
  return !words.empty() && words.size() <= 2 && labels.contains(words.front().text);
}

// The capitalised words from `first` on; empty when there are none.
Span NameAt(const Reading& reading, size_t first, size_t last) {
  size_t end = first;
  while (end < last && end - first < kMaxNameTokens && reading.tokens[end].capital &&
         !IsStopWord(reading.tokens[end].text) && !IsTitleWord(reading.tokens[end].text) &&
         (end == first || reading.tokens[end].before == 0)) {
    ++end;
  }
  if (end == first) return {};
  return TokenSpan(reading, first, end);
}

// "…, parking services manager at the city": what follows a name is an office.
bool BeginsWithTitle(const Reading& reading, const Span& name, size_t last) {
  for (size_t i = name.last_token; i < last && i < name.last_token + kMaxOfficeTokens; ++i) {
    if (i > name.last_token && reading.tokens[i].before != 0) return false;
    if (IsTitleWord(reading.tokens[i].text)) return true;
  }
  return false;
}

// "I'm Ana Ruiz", "this is Ana", "Ana Ruiz here", "Ana Ruiz, head of …": the name, when the
// sentence introduces its speaker.
std::optional<Span> SelfIntroduction(const Reading& reading, const Span& sentence) {
  const size_t first = sentence.first_token, last = sentence.last_token;
  const auto word = [&](size_t i) -> absl::string_view {
    return i < last ? absl::string_view(reading.tokens[i].text) : absl::string_view();
  };
  for (size_t i = first; i + 2 < last + 1 && i < last; ++i) {
    const bool am = (word(i) == "i" && word(i + 1) == "am") ||
                    (word(i) == "this" && word(i + 1) == "is") ||
                    (word(i) == "name" && (word(i + 1) == "is" || word(i + 1) == "'s"));
    if (!am || i + 2 >= last) continue;
    const Span name = NameAt(reading, i + 2, last);
    if (name.last_token > name.first_token) return name;
  }
  const size_t start = word(first) == "and" || word(first) == "it" ? first + 1 : first;
  const size_t at = word(start) == "is" ? start + 1 : start;
  if (at >= last) return std::nullopt;
  const Span name = NameAt(reading, at, last);
  const size_t length = name.last_token - name.first_token;
  if (length == 0) return std::nullopt;
  const bool here = word(name.last_token) == "here";
  const bool titled = length >= 2 && name.last_token < last &&
                      reading.tokens[name.last_token].before == ',' &&
                      (word(name.last_token) == "i" || BeginsWithTitle(reading, name, last));
  if (here || titled) return name;
  return std::nullopt;
}

// The name behind a role label: introduced, or greeted by the seller and known from before.
std::string NameBehind(const CallView& call, size_t person) {
  for (size_t i = 0; i < call.lines.size() && i < kIntroductionLines; ++i) {
    const Line& line = call.lines[i];
    if (line.speaker == person) {
      for (const Sentence& sentence : line.reading.sentences) {
        const std::optional<Span> name = SelfIntroduction(line.reading, sentence.span);
        if (name) return Quote(line.turn->text, *name);
      }
    } else if (call.deep()) {
      for (const Token& token : line.reading.tokens) {
        if (!token.capital) continue;
        for (const deal::Stakeholder& known : call.input->known.stakeholders) {
          const std::vector<Token> words = Tokenize(known.name);
          if (!words.empty() && words.front().text == token.text) return known.name;
        }
      }
    }
  }
  return "";
}

// The person a question is put to: named at its beginning or end, set off by a comma.
size_t Addressee(const Line& line, const Span& sentence) {
  for (const PersonMention& mention : line.mentions) {
    if (mention.first_token < sentence.first_token || mention.last_token > sentence.last_token) {
      continue;
    }
    const bool at_end = mention.last_token == sentence.last_token &&
                        line.reading.tokens[mention.first_token].before == ',';
    const bool followed = mention.last_token < sentence.last_token &&
                          line.reading.tokens[mention.last_token].before == ',';
    if (at_end || (followed && mention.first_token <= sentence.first_token + 2)) {
      return mention.person;
    }
  }
  return kNobody;
}

void AttributeLine(const CallView& call, Line& line) {
  size_t current = kNobody;
  size_t left = 0;
  for (size_t i = 0; i < line.reading.sentences.size(); ++i) {
    const Sentence& sentence = line.reading.sentences[i];
    const std::optional<Span> name = SelfIntroduction(line.reading, sentence.span);
    const std::optional<size_t> self =
        name ? call.people.Find(Quote(line.turn->text, *name)) : std::nullopt;
    if (self) {
      current = *self;
      left = 2;
    }
    const size_t asked = sentence.question ? Addressee(line, sentence.span) : kNobody;
    if (sentence.question && !self) {
      current = asked;
      left = asked == kNobody ? 0 : kAnswerSentences;
      continue;
    }
    if (left == 0) continue;
    --left;
    line.voice[i] = current;
  }
}

}  // namespace

void NameRoleSpeakers(CallView& call) {
  for (size_t i = 0; i < call.people.all().size(); ++i) {
    if (!IsRoleLabel(call.people.at(i).name) || call.people.at(i).side == Side::kSeller) continue;
    const std::string name = NameBehind(call, i);
    if (name.empty()) continue;
    const size_t person = call.people.Identify(i, name);
    for (Line& line : call.lines) {
      if (line.speaker == i) line.speaker = person;
    }
  }
}

void FindSellerByFirm(CallView& call) {
  const std::vector<Token> firm = Tokenize(call.input->seller_name);
  if (firm.empty()) return;
  for (size_t i = 0; i < call.lines.size() && i < kIntroductionLines; ++i) {
    const Line& line = call.lines[i];
    if (!line.turn->speaker.empty()) continue;
    for (const Sentence& sentence : line.reading.sentences) {
      const std::optional<Span> name = SelfIntroduction(line.reading, sentence.span);
      if (!name) continue;
      const std::optional<size_t> self = call.people.Find(Quote(line.turn->text, *name));
      bool ours = false;
      for (size_t t = name->last_token; t < sentence.span.last_token; ++t) {
        ours |= line.reading.tokens[t].capital && line.reading.tokens[t].text == firm.front().text;
      }
      if (self && ours) call.people.SetSide(*self, Side::kSeller);
    }
  }
}

void AttributeVoices(CallView& call) {
  for (Line& line : call.lines) {
    if (line.speaker == kNobody && line.turn->speaker.empty()) AttributeLine(call, line);
  }
}

}  // namespace throughline::router::extractive
