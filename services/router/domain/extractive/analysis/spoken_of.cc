#include "services/router/domain/extractive/analysis/spoken_of.h"

#include <algorithm>
#include <optional>

#include "services/router/domain/extractive/language/people_words.h"
#include "services/router/domain/extractive/language/word_lists.h"

namespace throughline::router::extractive {
namespace {

using transcript::Side;

// How many lines after a name "he" and "she" still mean it.
constexpr size_t kPronounLines = 2;
constexpr size_t kMostMeant = 8;  // of those named last, as to whom they can mean
constexpr size_t kMaxTitleTokens = 7;
// What tells whether somebody is "he" or "she", by how sure it is.
constexpr int kGenderOfWord = 4;
constexpr int kGenderOfPronoun = 2;
constexpr size_t kShortName = 3;
// "The director": as long as one person alone has such an office.
constexpr size_t kMaxOffices = 100;

bool IsOwnPronoun(absl::string_view word) {
  static const WordSet& words = WordList("first person singular");
  return words.contains(word);
}

// Below 0 for words of men, above 0 for those of women.
int GenderOfPronoun(absl::string_view word) {
  if (word == "he" || word == "him" || word == "his") return -1;
  return word == "she" || word == "her" || word == "hers" ? 1 : 0;
}

int GenderOfWord(absl::string_view word) {
  static const WordSet& men = WordList("of a man");
  static const WordSet& women = WordList("of a woman");
  return men.contains(word) ? -1 : women.contains(word) ? 1 : 0;
}

// By forms of address and kin; names on "a" are mostly women's.
int GenderOfPerson(const Person& person) {
  int gender = 0;
  const std::vector<Token> name = Tokenize(person.name);
  for (const Token& word : name) gender += kGenderOfWord * GenderOfWord(word.text);
  for (const Token& word : Tokenize(person.title)) {
    gender += kGenderOfWord * GenderOfWord(word.text);
  }
  const bool ends_on_a =
      !name.empty() && name[0].text.size() > kShortName && name[0].text.back() == 'a';
  return gender == 0 && ends_on_a ? 1 : gender;
}

bool IsPronounOfMany(absl::string_view word) {
  return word == "they" || word == "them" || word == "their" || word == "theirs";
}

// "Ben, who signs it?", "who signs it, Ben?": somebody on the call, set off at an end.
bool IsSpokenTo(const Reading& reading, const Span& sentence, const PersonMention& mention,
                const Person& person) {
  if (person.presence != transcript::Presence::kPresent) return false;
  if (mention.last_token - mention.first_token > 1) return false;
  const bool begins = mention.first_token == sentence.first_token;
  const bool ends = mention.last_token == sentence.last_token;
  if (begins == ends) return false;
  // "To our director, Ben": the name of an office.
  if (ends && IsTitleWord(reading.tokens[mention.first_token - 1].text)) return false;
  return reading.tokens[begins ? mention.last_token : mention.first_token].before == ',';
}

bool BeginsOffice(absl::string_view word) {
  static const WordSet& words = WordList("begins an office");
  return words.contains(word);
}

// Offices said without an article.
bool IsAcronym(absl::string_view word) {
  return word == "ceo" || word == "cfo" || word == "coo" || word == "cto" || word == "cio" ||
         word == "ciso" || word == "cro" || word == "cmo" || word == "cpo" || word == "dpo" ||
         word == "gm" || word == "vp";
}

// First token of the name that ends with the body word at `at`: "the investment committee".
size_t BodyBegins(const Reading& reading, const Span& span, size_t at, const Person& body) {
  const std::vector<Token> name = Tokenize(body.name);
  size_t first = at;
  for (size_t back = 2; back <= name.size() && first > span.first_token; ++back) {
    if (reading.tokens[first - 1].text != name[name.size() - back].text) break;
    --first;
  }
  return first;
}

// A sentence with the people in it replaced by marks and their offices left out: "is signed by our
// chief risk officer, Duarte" is "is signed by @t".
class MarkedSentence {
 public:
  MarkedSentence(const CallView& call, size_t line, size_t sentence, const SpokenOf& spoken,
                 size_t person)
      : line_(call.lines[line]), spoken_(spoken), person_(person) {
    own_ = person == (line_.voice.empty() ? line_.speaker : line_.voice[sentence]);
    const Span& span = line_.reading.sentences[sentence].span;
    size_t next = 0;
    for (size_t i = span.first_token; i < span.last_token;) {
      while (next < spoken.places.size() && spoken.places[next].first_token < i) ++next;
      if (next < spoken.places.size() && spoken.places[next].first_token == i) {
        const Place& place = spoken.places[next];
        DropOfficeBefore(i);
        Mark(place.person == person && !own_ ? "@t" : "@o");
        i = OfficeEnd(place.last_token, span.last_token);
        continue;
      }
      const absl::string_view word = line_.reading.tokens[i].text;
      if (own_ && IsOwnPronoun(word)) targets_.push_back(words_.size());
      words_.push_back(word);
      ++i;
    }
  }

  const std::vector<absl::string_view>& words() const { return words_; }
  const std::vector<size_t>& targets() const { return targets_; }
  bool own() const { return own_; }

 private:
  void Mark(absl::string_view mark) {
    if (mark == "@t") targets_.push_back(words_.size());
    words_.push_back(mark);
  }

  void DropOfficeBefore(size_t token) {
    bool title = false;
    for (size_t back = 1; back <= kMaxTitleTokens && back <= words_.size(); ++back) {
      const absl::string_view word = words_[words_.size() - back];
      if (word[0] == '@' || line_.reading.tokens[token - back].before == '.') return;
      title |= IsTitleWord(word);
      if (!BeginsOffice(word)) continue;
      if (title) words_.resize(words_.size() - back);
      return;
    }
  }

  size_t OfficeEnd(size_t token, size_t last) const {
    if (token + 1 >= last || line_.reading.tokens[token].before != ',') return token;
    if (!BeginsOffice(line_.reading.tokens[token].text)) return token;
    bool title = false;
    for (size_t i = token; i < last && i < token + kMaxTitleTokens; ++i) {
      if (i > token && line_.reading.tokens[i].before != 0) return title ? i : token;
      title |= IsTitleWord(line_.reading.tokens[i].text);
      if (i + 1 == last) return title ? last : token;
    }
    return token;
  }

  const Line& line_;
  const SpokenOf& spoken_;
  const size_t person_;
  bool own_ = false;
  std::vector<absl::string_view> words_;
  std::vector<size_t> targets_;
};

}  // namespace

std::vector<size_t> SpokenOf::People() const {
  std::vector<size_t> people;
  for (const Place& place : places) {
    if (std::find(people.begin(), people.end(), place.person) == people.end()) {
      people.push_back(place.person);
    }
  }
  return people;
}

SpokenOfFinder::SpokenOfFinder(const CallView& call)
    : call_(call),
      has_bodies_(std::any_of(call.people.all().begin(), call.people.all().end(),
                              [](const Person& person) { return person.body; })) {
  LearnOffices();
  LearnGenders();
}

void SpokenOfFinder::LearnGenders() {
  for (const Person& person : call_.people.all()) {
    genders_.push_back(person.body ? 0 : GenderOfPerson(person));
  }
  for (const Line& line : call_.lines) {
    const std::vector<Token>& tokens = line.reading.tokens;
    for (size_t m = 0; m < line.mentions.size(); ++m) {
      const PersonMention& mention = line.mentions[m];
      if (mention.first_token > 0) {
        genders_[mention.person] +=
            kGenderOfWord * GenderOfWord(tokens[mention.first_token - 1].text);
      }
      // "Rita reads it before she signs", where nobody else is named.
      const Span& span = line.reading.sentences[SentenceOf(line.reading, mention.first_token)].span;
      const bool alone =
          (m == 0 || line.mentions[m - 1].first_token < span.first_token) &&
          (m + 1 == line.mentions.size() || line.mentions[m + 1].first_token >= span.last_token);
      for (size_t i = mention.last_token; alone && i < span.last_token; ++i) {
        const int gender = GenderOfPronoun(tokens[i].text);
        genders_[mention.person] += kGenderOfPronoun * gender;
        if (gender != 0) break;
      }
    }
  }
}

void SpokenOfFinder::Remember(size_t person, size_t line) {
  if (recent_.empty() || recent_.back().person != person) recent_.push_back({person, line});
  recent_.back().line = line;
}

size_t SpokenOfFinder::Meant(size_t index, int gender, size_t speaker) const {
  for (size_t back = 1; back <= kMostMeant && back <= recent_.size(); ++back) {
    const Named& named = recent_[recent_.size() - back];
    if (named.line + kPronounLines < index) break;
    if (named.person != speaker && genders_[named.person] * gender >= 0) return named.person;
  }
  return kNobody;
}

void SpokenOfFinder::LearnOffices() {
  for (size_t i = 0; i < call_.people.all().size() && offices_.size() < kMaxOffices; ++i) {
    const Person& person = call_.people.at(i);
    if (person.side == Side::kSeller || person.title.empty() || person.name.empty()) continue;
    Office office{i, {}};
    for (Token& word : Tokenize(person.title)) office.words.push_back(std::move(word.text));
    for (const std::string& word : office.words) {
      if (!IsTitleWord(word)) continue;
      std::vector<size_t>& places = by_title_word_[word];
      if (places.empty() || places.back() != offices_.size()) places.push_back(offices_.size());
    }
    offices_.push_back(std::move(office));
  }
}

// The office that has its title word at token `at`, with its words on both sides; the longest, and
// no place when several people have it or nothing says that it is theirs.
Place SpokenOfFinder::OfficeAt(const Reading& reading, const Span& span, size_t at) const {
  Place best{kNobody, at, at};
  const auto found = by_title_word_.find(reading.tokens[at].text);
  if (found == by_title_word_.end()) return best;
  bool several = false;  // people of that office
  for (const size_t place : found->second) {
    const Office& office = offices_[place];
    const auto is_of_office = [&](size_t token) {
      return std::find(office.words.begin(), office.words.end(), reading.tokens[token].text) !=
             office.words.end();
    };
    size_t first = at;
    while (first > span.first_token && reading.tokens[first].before == 0 &&
           is_of_office(first - 1)) {
      --first;
    }
    size_t last = at + 1;
    while (last < span.last_token && reading.tokens[last].before == 0 && is_of_office(last)) ++last;
    const size_t longest = best.last_token - best.first_token;
    if (last - first < longest) continue;
    several = last - first == longest;
    best = {office.person, first, last};
  }
  const bool article = best.first_token > span.first_token &&
                       reading.tokens[best.first_token].before == 0 &&
                       BeginsOffice(reading.tokens[best.first_token - 1].text);
  const bool said = article || IsAcronym(reading.tokens[at].text);
  return said && !several ? best : Place{kNobody, at, at};
}

bool SpokenOfFinder::AddOffices(size_t index, const Span& span, SpokenOf& spoken) {
  if (offices_.empty()) return false;
  const Line& line = call_.lines[index];
  bool any = false;
  for (size_t i = span.first_token; i < span.last_token; ++i) {
    const Place office = OfficeAt(line.reading, span, i);
    if (office.person == kNobody || office.person == line.speaker) continue;
    i = office.last_token - 1;
    // "Our controller, Rita Maas": the name is there.
    const bool named =
        std::any_of(spoken.places.begin(), spoken.places.end(), [&](const Place& one) {
          return one.first_token <= office.last_token && office.first_token <= one.last_token + 2;
        });
    if (named) continue;
    spoken.places.push_back(office);
    Remember(office.person, index);
    any = true;
  }
  return any;
}

SpokenOf SpokenOfFinder::Of(size_t index, size_t sentence) {
  const Line& line = call_.lines[index];
  const Span& span = line.reading.sentences[sentence].span;
  SpokenOf spoken;
  for (const PersonMention& mention : line.mentions) {
    const bool here =
        mention.first_token >= span.first_token && mention.first_token < span.last_token;
    if (!here || mention.person == line.speaker) continue;
    const Person& person = call_.people.at(mention.person);
    if (person.side == Side::kSeller || IsSpokenTo(line.reading, span, mention, person)) continue;
    spoken.places.push_back({mention.person, mention.first_token, mention.last_token});
    Remember(mention.person, index);
  }
  const bool by_office = AddOffices(index, span, spoken);
  const bool named = by_office || !spoken.places.empty();
  AddBodies(index, span, spoken);
  const bool by_body = !named && !spoken.places.empty();
  const auto continues = [&](size_t person, size_t token) {
    if (person == kNobody) return;
    spoken.places.push_back({person, token, token + 1});
    spoken.continued = !by_body;
  };
  const bool body_was_named = last_body_ != kNobody && last_body_ != line.speaker &&
                              index <= last_body_line_ + kPronounLines;
  for (size_t i = span.first_token; !named && i < span.last_token; ++i) {
    const absl::string_view word = line.reading.tokens[i].text;
    const int gender = GenderOfPronoun(word);
    if (gender != 0) continues(Meant(index, gender, line.speaker), i);
    if (!by_body && body_was_named && IsPronounOfMany(word)) continues(last_body_, i);
  }
  std::sort(spoken.places.begin(), spoken.places.end(),
            [](const Place& a, const Place& b) { return a.first_token < b.first_token; });
  return spoken;
}

void SpokenOfFinder::AddBodies(size_t index, const Span& span, SpokenOf& spoken) {
  if (!has_bodies_) return;
  const Reading& reading = call_.lines[index].reading;
  for (size_t i = span.first_token; i < span.last_token; ++i) {
    const std::optional<size_t> body = call_.people.FindBody(reading, i);
    if (!body) continue;
    spoken.places.push_back({*body, BodyBegins(reading, span, i, call_.people.at(*body)), i + 1});
    last_body_ = *body;
    last_body_line_ = index;
  }
}

std::vector<SpokenOf> WhomSentencesMean(const CallView& call,
                                        const std::vector<ScoredSentence>& sentences) {
  std::vector<SpokenOf> spoken;
  spoken.reserve(sentences.size());
  SpokenOfFinder finder(call);
  for (const ScoredSentence& one : sentences) spoken.push_back(finder.Of(one.line, one.sentence));
  return spoken;
}

void ForEachWordAbout(const CallView& call, size_t line, size_t sentence, const SpokenOf& spoken,
                      size_t person, absl::FunctionRef<void(absl::string_view)> take) {
  const MarkedSentence marked(call, line, sentence, spoken, person);
  const std::vector<absl::string_view>& words = marked.words();
  const auto word = [&](size_t target, ptrdiff_t offset) -> absl::string_view {
    const ptrdiff_t place = static_cast<ptrdiff_t>(target) + offset;
    if (place < 0) return "<";
    return place < static_cast<ptrdiff_t>(words.size()) ? words[place] : ">";
  };
  std::string feature;
  const char* const whose = marked.own() ? "i" : "o";
  const auto emit = [&](absl::string_view name, absl::string_view a, absl::string_view b = {}) {
    feature.assign(whose).append(name.data(), name.size()).append(a.data(), a.size());
    if (!b.empty()) feature.append("_").append(b.data(), b.size());
    take(feature);
  };
  for (size_t i = 0; i < words.size(); ++i) {
    emit("w:", words[i]);
    if (i + 1 < words.size()) emit("b:", words[i], words[i + 1]);
  }
  for (const size_t target : marked.targets()) {
    emit("l1:", word(target, -1));
    emit("l2:", word(target, -2));
    emit("r1:", word(target, 1));
    emit("r2:", word(target, 2));
    emit("lb:", word(target, -2), word(target, -1));
    emit("rb:", word(target, 1), word(target, 2));
  }
  if (marked.targets().empty()) emit("none:", "");
  if (spoken.continued) emit("c:", "");
  if (call.lines[line].reading.sentences[sentence].question) emit("q:", "");
}

}  // namespace throughline::router::extractive
