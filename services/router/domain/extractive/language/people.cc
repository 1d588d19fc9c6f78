#include "services/router/domain/extractive/language/people.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "services/router/domain/extractive/language/given_names.h"
#include "services/router/domain/extractive/language/people_words.h"
#include "services/router/domain/extractive/language/word_lists.h"

namespace throughline::router::extractive {
namespace {

constexpr size_t kMaxPeople = 600;
constexpr size_t kMaxTitleTokens = 9;
constexpr size_t kMaxNameTokens = 3;
constexpr size_t kMaxApposition = 4;
constexpr int kHeardOften = 2;
constexpr size_t kMaxBodyWords = 2;
constexpr size_t kMaxParticles = 2;

using transcript::Presence;
using transcript::Side;

// "Joost de Raedt", "Ilse van der Rooyen".
bool IsParticle(absl::string_view word) {
  static const WordSet& listed = WordList("particle");
  return listed.contains(word);
}

// End of the run of capitalised words that begins at `first`, particles between them counted in.
size_t NameEnd(const Reading& reading, size_t first, size_t last) {
  size_t end = first;
  size_t words = 0;
  while (end < last && words < kMaxNameTokens &&
         (end == first || reading.tokens[end].before == 0)) {
    size_t next = end;
    while (next > first && next + 1 < last && next < end + kMaxParticles &&
           IsParticle(reading.tokens[next].text) && reading.tokens[next + 1].before == 0) {
      ++next;
    }
    if (!IsCapitalisedName(reading.tokens[next])) break;
    end = next + 1;
    ++words;
  }
  return end;
}

// End of a title that begins at `first` ("VP for finance and administration"); `first` when the
// words are no title.
size_t TitleEnd(const Reading& reading, size_t first, size_t last) {
  bool title = false;
  size_t end = first;
  while (end < last && end - first < kMaxTitleTokens) {
    const Token& token = reading.tokens[end];
    if (end > first && token.before != 0) break;
    const bool verb = token.text == "is" || token.text == "has" || token.text == "who" ||
                      token.text == "signs" || token.text == "will" || token.text == "was" ||
                      token.text == "and" || token.text == "so" || token.text == "to" ||
                      token.text == "does" || token.text == "says" || token.text == "said";
    const bool joins = token.text == "and" && title && end + 1 < last && end > first + 2;
    if (verb && !joins) break;
    if (title && IsTitleWord(reading.tokens[end - 1].text) && token.text != "of" &&
        token.text != "for" && token.text != "over" && token.text != "in" &&
        !IsTitleWord(token.text) && reading.tokens[end - 1].text != "vp" &&
        reading.tokens[end - 1].text != "president" && reading.tokens[end - 1].text != "chief") {
      break;
    }
    title |= IsTitleWord(token.text);
    ++end;
  }
  return title ? end : first;
}

std::string Words(absl::string_view text, const Reading& reading, size_t first, size_t last) {
  return Quote(text, TokenSpan(reading, first, last));
}

// "Leif, the harbour master, he …": the words from `first` to a comma, then the person again.
bool ClosesApposition(const Reading& reading, size_t first, size_t last) {
  for (size_t i = first + 1; i < last && i <= first + kMaxApposition; ++i) {
    if (reading.tokens[i].before != ',') continue;
    const std::string& word = reading.tokens[i].text;
    return word == "he" || word == "she" || word == "who";
  }
  return false;
}

// "Annelise Thorup, she audits us", "Pirkko Alatalo who opens the line", "over that it's Burak,
// he's our VP": after a name, tokens first to next.
bool GoesOnAboutPerson(const Reading& reading, size_t first, size_t next, size_t last) {
  if (next >= last) return false;
  if (!MayNamePerson(reading.tokens[first]) || !MayNamePerson(reading.tokens[next - 1]))
    return false;
  const std::string& word = reading.tokens[next].text;
  if (reading.tokens[next].before == ',' && (word == "he" || word == "she")) return true;
  return word == "who" && next >= first + 2;
}

// "Trent'll", "Curt's": the name alone.
absl::string_view WithoutEnding(absl::string_view name) {
  for (const absl::string_view mark : {"'", "\u2019"}) {
    for (const absl::string_view ending : {"s", "ll", "d"}) {
      absl::string_view rest = name;
      if (absl::ConsumeSuffix(&rest, ending) && absl::ConsumeSuffix(&rest, mark)) return rest;
    }
  }
  return name;
}

// Lower-case words of a name without its form of address.
std::vector<std::string> NameWords(absl::string_view name) {
  std::vector<std::string> words;
  for (const Token& token : Tokenize(name)) {
    if (token.text != "'s" && !IsHonorific(token.text)) words.push_back(token.text);
  }
  return words;
}

bool NamesBody(absl::string_view name) {
  const std::vector<std::string> words = NameWords(name);
  return !words.empty() && IsBodyWord(words.back());
}

bool NamesOffice(absl::string_view name) {
  const std::vector<std::string> words = NameWords(name);
  return std::any_of(words.begin(), words.end(),
                     [](const std::string& word) { return IsTitleWord(word); });
}

bool IsPossessive(absl::string_view word) {
  return word == "our" || word == "my" || word == "the" || word == "their";
}

// The first word of the name that ends with the body word at `at`: "our finance committee" without
// its article, "City Council".
size_t BodyStart(const Reading& reading, size_t at) {
  size_t first = at;
  while (first > 0 && at - first < kMaxBodyWords && reading.tokens[first].before == 0 &&
         !IsStopWord(reading.tokens[first - 1].text) &&
         !SaysWhichOne(reading.tokens[first - 1].text)) {
    --first;
  }
  const bool article =
      first > 0 && reading.tokens[first].before == 0 &&
      (IsPossessive(reading.tokens[first - 1].text) || reading.tokens[first - 1].text == "a");
  return article || (reading.tokens[first].capital && reading.tokens[at].capital) ? first : at;
}

}  // namespace

People::People(const transcript::Transcript& transcript,
               const std::vector<deal::Stakeholder>& known) {
  for (const transcript::Participant& participant : transcript.participants) {
    if (people_.size() >= kMaxPeople) break;
    Add({participant.name, participant.title, participant.organization, participant.email,
         participant.side, participant.presence});
  }
  for (const deal::Stakeholder& stakeholder : known) {
    const std::optional<size_t> present = Find(stakeholder.name);
    if (!present) {
      if (people_.size() >= kMaxPeople) break;
      if (NamesBody(stakeholder.name)) {
        people_.push_back(
            {stakeholder.name, "", "", "", Side::kCustomer, Presence::kMentioned, true});
        AddBody(people_.size() - 1);
        continue;
      }
      Add({stakeholder.name, stakeholder.title, stakeholder.organization, stakeholder.email,
           Side::kCustomer, Presence::kMentioned});
      continue;
    }
    Person& person = people_[*present];
    // "Herr Doktor Meier" says less of who it is than "Irma Meier"; "the chief risk officer" is
    // more words and no name.
    if (NameWords(person.name).size() < NameWords(stakeholder.name).size() &&
        !NamesOffice(stakeholder.name)) {
      person.name = stakeholder.name;
      Index(*present);
    }
    if (person.title.empty()) person.title = stakeholder.title;
    if (person.email.empty()) person.email = stakeholder.email;
  }
}

size_t People::Add(Person person) {
  people_.push_back(std::move(person));
  Index(people_.size() - 1);
  return people_.size() - 1;
}

void People::Index(size_t person) {
  for (const std::string& word : NameWords(people_[person].name)) {
    std::vector<size_t>& entries = by_word_[word];
    if (std::find(entries.begin(), entries.end(), person) == entries.end()) {
      entries.push_back(person);
    }
  }
}

std::optional<size_t> People::Find(absl::string_view spoken) const {
  const std::vector<Token> tokens = Tokenize(spoken);
  if (!bodies_.empty() && !tokens.empty() && IsBodyWord(tokens.back().text)) {
    const auto body = bodies_.find(
        absl::StrCat(tokens.size() > 1 ? tokens.front().text : "", " ", tokens.back().text));
    if (body != bodies_.end() && body->second.count == 1) return body->second.person;
  }
  std::optional<std::vector<size_t>> fitting;
  for (const Token& token : tokens) {
    if (token.text == "'s" || (tokens.size() > 1 && IsHonorific(token.text))) continue;
    const auto found = by_word_.find(token.text);
    // What stands before a known full name is a form of address or an office.
    const bool before_name = &token == &tokens.front() && tokens.size() > 2;
    if (found == by_word_.end() && before_name) continue;
    if (found == by_word_.end()) {
      fitting.reset();
      break;
    }
    if (!fitting) {
      fitting = found->second;
      continue;
    }
    std::vector<size_t> both;
    for (const size_t person : *fitting) {
      const auto& other = found->second;
      if (std::find(other.begin(), other.end(), person) != other.end()) both.push_back(person);
    }
    fitting = both;
  }
  if (fitting && fitting->size() == 1) return fitting->front();
  if (fitting && fitting->size() > 1) return std::nullopt;
  // "the CFO": the only person with all the words of that title.
  const bool titled = std::any_of(tokens.begin(), tokens.end(),
                                  [](const Token& token) { return IsTitleWord(token.text); });
  if (!titled) return std::nullopt;
  std::optional<size_t> only;
  for (size_t i = 0; i < people_.size(); ++i) {
    const std::vector<Token> title = Tokenize(people_[i].title);
    const bool all = std::all_of(tokens.begin(), tokens.end(), [&](const Token& token) {
      return IsStopWord(token.text) ||
             std::any_of(title.begin(), title.end(),
                         [&](const Token& word) { return word.text == token.text; });
    });
    if (!all) continue;
    if (only) return std::nullopt;
    only = i;
  }
  return only;
}

size_t People::FindOrAdd(absl::string_view spoken) {
  spoken = WithoutEnding(spoken);
  const std::optional<size_t> found = Find(spoken);
  if (found && spoken.size() <= people_[*found].name.size()) return *found;
  if (const std::optional<size_t> part = FindPart(spoken)) {
    people_[*part].name = std::string(spoken);
    Index(*part);
    return *part;
  }
  if (found) return *found;
  if (people_.size() >= kMaxPeople) return people_.size() - 1;
  const size_t person =
      Add({std::string(spoken), "", "", "", Side::kCustomer, Presence::kMentioned});
  CompleteName(person);
  return person;
}

// "Mr Devereaux" or "Antoine", once "Antoine Devereaux" is said.
std::optional<size_t> People::FindPart(absl::string_view spoken) const {
  const std::vector<std::string> words = NameWords(spoken);
  if (words.size() < 2) return std::nullopt;
  for (const std::string& word : {words.back(), words.front()}) {
    const auto found = by_word_.find(word);
    if (found == by_word_.end() || found->second.size() != 1) continue;
    const Person& person = people_[found->second.front()];
    const std::vector<std::string> part = NameWords(person.name);
    // "Mrs Van Rooyen"; but "Irma Meier" is the whole of "Deaconess Irma Meier".
    const bool surname =
        part.size() == 1 || (!part.empty() && IsHonorific(Tokenize(person.name).front().text));
    const bool ends = surname && part.size() < words.size() &&
                      std::equal(part.rbegin(), part.rend(), words.rbegin());
    const bool begins = part.size() == 1 && part.front() == words.front();
    if ((ends || begins) && person.presence == Presence::kMentioned) return found->second.front();
  }
  return std::nullopt;
}

size_t People::Identify(size_t label, const std::string& name) {
  const std::optional<size_t> known = Find(name);
  if (!known || *known == label) {
    people_[label].name = name;
    Index(label);
    return label;
  }
  Person& person = people_[*known];
  const Person& labelled = people_[label];
  person.presence = labelled.presence;
  person.side = labelled.side == Side::kUnknown ? person.side : labelled.side;
  if (person.title.empty()) person.title = labelled.title;
  if (person.email.empty()) person.email = labelled.email;
  for (const Token& token : Tokenize(labelled.name)) by_word_[token.text] = {*known};
  people_[label].name.clear();
  return *known;
}

// "Deborah" and an invitation to dkline@…: Deborah Kline.
void People::CompleteName(size_t person) {
  const std::string first = absl::AsciiStrToLower(people_[person].name);
  if (first.empty() || first.find(' ') != std::string::npos) return;
  for (size_t i = 0; i < people_.size(); ++i) {
    Person& other = people_[i];
    if (i == person || other.email.empty()) continue;
    const std::string local(
        absl::AsciiStrToLower(absl::string_view(other.email).substr(0, other.email.find('@'))));
    const bool unnamed = other.name.empty() || absl::AsciiStrToLower(other.name) == local ||
                         absl::AsciiStrToLower(other.name) == absl::AsciiStrToLower(other.email);
    if (!unnamed || local.size() < 4 || local[0] != first[0]) continue;
    if (local == first) {  // the address tells no more than the name
      people_[person].email = other.email;
      return;
    }
    std::string last = local.substr(1);
    const size_t dot = local.find_first_of("._");
    if (dot != std::string::npos) {
      if (local.substr(0, dot) != first && dot > 1) continue;
      last = local.substr(dot + 1);
    }
    if (last.empty()) continue;
    last[0] = absl::ascii_toupper(static_cast<unsigned char>(last[0]));
    people_[person].email = other.email;
    people_[person].presence = other.presence;
    people_[person].name = absl::StrCat(people_[person].name, " ", last);
    Index(person);
    return;
  }
}

std::vector<PersonMention> People::Mentions(const Reading& reading) const {
  std::vector<PersonMention> mentions;
  for (size_t i = 0; i < reading.tokens.size(); ++i) {
    if (!reading.tokens[i].capital) continue;
    const auto first = by_word_.find(reading.tokens[i].text);
    if (first == by_word_.end()) continue;
    size_t end = i + 1;
    std::vector<size_t> fitting = first->second;
    while (end < reading.tokens.size() && reading.tokens[end].capital &&
           reading.tokens[end].before == 0) {
      const auto next = by_word_.find(reading.tokens[end].text);
      if (next == by_word_.end()) break;
      std::vector<size_t> both;
      for (const size_t person : fitting) {
        if (std::find(next->second.begin(), next->second.end(), person) != next->second.end()) {
          both.push_back(person);
        }
      }
      if (both.empty()) break;
      fitting = both;
      ++end;
    }
    if (fitting.size() == 1) mentions.push_back({fitting.front(), i, end});
    i = end - 1;
  }
  return mentions;
}

void People::Learn(absl::string_view speaker, Side side, absl::string_view text,
                   const Reading& reading) {
  for (const Sentence& sentence : reading.sentences) {
    LearnIntroduction(reading, sentence.span.first_token, sentence.span.last_token, text);
  }
  if (side != Side::kSeller) {
    LearnBeforePronouns(reading, text);
    LearnBodies(reading, text);
  }
  LearnGivenNames(reading, text, side != Side::kSeller);
  for (const std::string& name : full_names_.Hear(text, reading)) {
    if (!by_word_.contains(NameWords(name).front())) FindOrAdd(name);
  }
  const std::optional<size_t> self = speaker.empty() ? std::nullopt : Find(speaker);
  std::optional<size_t> last_named;
  const std::vector<PersonMention> mentions = Mentions(reading);
  for (const Sentence& sentence : reading.sentences) {
    const size_t first = sentence.span.first_token;
    const size_t last = sentence.span.last_token;
    for (size_t i = first; i + 2 < last; ++i) {
      const bool am = reading.tokens[i].text == "i" && reading.tokens[i + 1].text == "am";
      const bool is = (reading.tokens[i].text == "he" || reading.tokens[i].text == "she") &&
                      reading.tokens[i + 1].text == "is";
      if (!am && !is) continue;
      size_t start = i + 2;
      if (reading.tokens[start].text == "a" || reading.tokens[start].text == "an" ||
          reading.tokens[start].text == "the" || IsPossessive(reading.tokens[start].text)) {
        ++start;
      }
      const size_t end = TitleEnd(reading, start, last);
      if (end == start) continue;
      for (const PersonMention& mention : mentions) {
        if (mention.first_token < i && mention.person != self) last_named = mention.person;
      }
      const std::optional<size_t> who = am ? self : last_named;
      if (who && people_[*who].title.empty())
        people_[*who].title = Words(text, reading, start, end);
    }
  }
  if (self && side == Side::kCustomer && people_[*self].side == Side::kUnknown) {
    people_[*self].side = side;
  }
}

// "Mr. Devereaux", "Frau Doktor Meier". False when no name follows.
bool People::LearnHonorific(const Reading& reading, size_t first, size_t last,
                            absl::string_view text) {
  size_t name = first + 1;
  while (name < last && IsHonorific(reading.tokens[name].text)) ++name;
  const size_t end = NameEnd(reading, name, last);
  if (end == name) return false;
  const auto known = by_word_.find(reading.tokens[end - 1].text);
  if (known == by_word_.end()) FindOrAdd(Words(text, reading, first, end));
  return true;
}

// "It goes to Royce Templeman. He says yes or no": a full name that ends a sentence, and the person
// begins the next.
void People::LearnBeforePronouns(const Reading& reading, absl::string_view text) {
  for (size_t k = 0; k + 1 < reading.sentences.size(); ++k) {
    const Span& span = reading.sentences[k].span;
    const Span& next = reading.sentences[k + 1].span;
    if (next.first_token >= next.last_token) continue;
    const absl::string_view begins = reading.tokens[next.first_token].text;
    if (begins != "he" && begins != "she") continue;
    size_t name = span.last_token;
    while (name > span.first_token && span.last_token - name < kMaxNameTokens &&
           IsCapitalisedName(reading.tokens[name - 1]) &&
           (name == span.last_token || reading.tokens[name].before == 0)) {
      --name;
    }
    const size_t length = span.last_token - name;
    const bool given = length == 1 && name > span.first_token &&
                       IsGivenName(reading.tokens[name].text) &&
                       !by_word_.contains(reading.tokens[name].text);
    if (length >= 2 || given) FindOrAdd(Words(text, reading, name, span.last_token));
  }
}

// "Me and Shane": a given name alone is somebody once it is said again, by whichever side.
void People::LearnGivenNames(const Reading& reading, absl::string_view text, bool customer) {
  const std::vector<Token>& tokens = reading.tokens;
  for (const Sentence& sentence : reading.sentences) {
    const size_t first = sentence.span.first_token;
    const size_t last = sentence.span.last_token;
    for (size_t i = first; i < last; ++i) {
      if (!tokens[i].capital || !IsGivenName(tokens[i].text)) continue;
      if ((i > first && tokens[i - 1].capital) || (i + 1 < last && tokens[i + 1].capital)) continue;
      // "Any day will do, Tess": spoken to, by whichever side.
      if (i + 1 == last && tokens[i].before == ',') continue;
      HearGivenName(reading, i, text, customer, i == first);
    }
  }
}

void People::HearGivenName(const Reading& reading, size_t token, absl::string_view text,
                           bool customer, bool begins) {
  const std::string& name = reading.tokens[token].text;
  if (by_word_.contains(name) || heard_.size() >= kMaxPeople) return;
  Heard& heard = heard_[name];
  heard.customer |= customer;
  // The first word of a sentence is written like a name.
  heard.within |= !begins;
  ++heard.times;
  if (heard.customer && heard.within && heard.times >= kHeardOften) {
    FindOrAdd(Words(text, reading, token, token + 1));
  }
}

// "Our finance committee", "City Council", "the board": bodies decide as people do.
void People::LearnBodies(const Reading& reading, absl::string_view text) {
  for (size_t i = 0; i < reading.tokens.size(); ++i) {
    if (!IsBodyWord(reading.tokens[i].text) || people_.size() >= kMaxPeople) continue;
    const Bodies known = FittingBodies(reading, i);
    if (known.count > 1) continue;
    const std::string name(WithoutEnding(Words(text, reading, BodyStart(reading, i), i + 1)));
    if (known.count == 0) {
      people_.push_back({name, "", "", "", Side::kCustomer, Presence::kMentioned, true});
      AddBody(people_.size() - 1);
    } else if (name.size() > people_[known.person].name.size()) {
      people_[known.person].name = name;
      bodies_.erase(absl::StrCat(" ", reading.tokens[i].text));
      AddBody(known.person);
    }
  }
}

void People::AddBody(size_t person) {
  const std::vector<std::string> words = NameWords(people_[person].name);
  if (words.empty()) return;
  const std::string& last = words.back();
  for (const std::string& key :
       {last, absl::StrCat(words.size() > 1 ? words.front() : "", " ", last)}) {
    Bodies& bodies = bodies_[key];
    if (bodies.count > 0 && bodies.person == person) continue;
    ++bodies.count;
    bodies.person = person;
  }
}

// "The committee" is any; "the audit committee" is not "the finance committee".
People::Bodies People::FittingBodies(const Reading& reading, size_t at) const {
  const std::string& last = reading.tokens[at].text;
  const auto of = [&](absl::string_view key) {
    const auto found = bodies_.find(key);
    return found == bodies_.end() ? Bodies{} : found->second;
  };
  const Bodies any = of(last);
  if (any.count == 0) return any;
  const size_t first = BodyStart(reading, at);
  if (first == at) return any;
  const Bodies named = of(absl::StrCat(reading.tokens[first].text, " ", last));
  const Bodies unnamed = of(absl::StrCat(" ", last));
  return {named.count + unnamed.count, named.count > 0 ? named.person : unnamed.person};
}

std::optional<size_t> People::FindBody(const Reading& reading, size_t at) const {
  if (bodies_.empty() || !IsBodyWord(reading.tokens[at].text)) return std::nullopt;
  const Bodies fitting = FittingBodies(reading, at);
  return fitting.count == 1 ? std::optional<size_t>(fitting.person) : std::nullopt;
}

// "Jill Sorensen, our CFO", "our CIO, Raj Bhatt", "her name's Winnie Kao".
void People::LearnIntroduction(const Reading& reading, size_t first, size_t last,
                               absl::string_view text) {
  const auto meet = [&](size_t name_first, size_t name_last, size_t title_first,
                        size_t title_last) {
    const size_t person = FindOrAdd(Words(text, reading, name_first, name_last));
    if (title_last > title_first && people_[person].title.empty()) {
      people_[person].title = Words(text, reading, title_first, title_last);
    }
  };
  for (size_t i = first; i < last; ++i) {
    if (IsHonorific(reading.tokens[i].text) && LearnHonorific(reading, i, last, text)) continue;
    // "Ask Peter Ammann": the first word of a sentence is written like a name.
    const bool only_first = i == first && i + 1 < last && !IsGivenName(reading.tokens[i].text) &&
                            IsGivenName(reading.tokens[i + 1].text);
    if (only_first) continue;
    if (IsCapitalisedName(reading.tokens[i])) {
      const size_t end = NameEnd(reading, i, last);
      // "Mr. Vexley, Zoltrun Vexley": the full name of somebody known by a part of it.
      const bool completes = end >= i + 2 && MayNamePerson(reading.tokens[i]) &&
                             FindPart(Words(text, reading, i, end)).has_value();
      const bool full_name = completes || (end > i + 1 && IsGivenName(reading.tokens[i].text) &&
                                           !IsGivenName(reading.tokens[i + 1].text));
      if (full_name || GoesOnAboutPerson(reading, i, end, last)) meet(i, end, 0, 0);
      size_t title = end;
      while (title < last &&
             (reading.tokens[title].text == "he" || reading.tokens[title].text == "she" ||
              reading.tokens[title].text == "is")) {
        ++title;
      }
      const bool apposition = title < last && (reading.tokens[end].before == ',' || title > end);
      const size_t article = title;
      if (title < last &&
          (IsPossessive(reading.tokens[title].text) || reading.tokens[title].text == "a" ||
           reading.tokens[title].text == "an")) {
        ++title;
      }
      const bool bare_title = end > i + 1;
      if (apposition && (title > article || bare_title)) {
        const size_t title_last = TitleEnd(reading, title, last);
        if (title_last > title) {
          meet(i, end, title, title_last);
        } else if (title > article && ClosesApposition(reading, title, last)) {
          meet(i, end, 0, 0);
        }
      }
      i = end - 1;
      continue;
    }
    if (IsPossessive(reading.tokens[i].text) && i + 1 < last) {
      const bool kin = IsRelation(reading.tokens[i + 1].text);
      const size_t title_last = kin ? i + 2 : TitleEnd(reading, i + 1, last);
      const bool name_follows =
          title_last > i + 1 && title_last < last && IsCapitalisedName(reading.tokens[title_last]);
      if (name_follows) {
        meet(title_last, NameEnd(reading, title_last, last), i + 1, kin ? i + 1 : title_last);
      }
    }
    if (reading.tokens[i].text == "name" && i + 2 < last &&
        (reading.tokens[i + 1].text == "is" || reading.tokens[i + 1].text == "'s") &&
        IsCapitalisedName(reading.tokens[i + 2])) {
      meet(i + 2, NameEnd(reading, i + 2, last), 0, 0);
    }
  }
}

}  // namespace throughline::router::extractive
