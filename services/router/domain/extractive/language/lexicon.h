#ifndef THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_LEXICON_H_
#define THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_LEXICON_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/router/domain/extractive/language/clause.h"
#include "services/router/domain/extractive/language/word_map.h"

// Cue lexicons: what people say when they raise, settle, sign, defer. Data files in lexicon/
// (format: lexicon/README.md), embedded at build time, matched word by word and linear in the
// input. The logic that gives a cue its meaning is code elsewhere.
namespace throughline::router::extractive {

// The most elements one pattern may have, and the widest gap or slot, in words.
inline constexpr size_t kMaxPatternElements = 24;
inline constexpr size_t kMaxSlotTokens = 14;

struct Cue {
  std::string kind;      // section name: "settle", "gate", "topic", …
  std::string category;  // blocker category name, or another value that the kind defines; or empty
  std::string object;    // topics: what the words are one name of ("accessibility"); may be empty
  double weight = 1;
  std::string pattern;  // as written
  std::string source;   // "file:line"
};

struct CueMatch {
  const Cue* cue = nullptr;
  size_t first_token = 0;
  size_t last_token = 0;  // exclusive
  // <X>: the object of the cue; <who>: a person. Empty (first == last) when the pattern has none.
  size_t slot_first = 0;
  size_t slot_last = 0;
  size_t who_first = 0;
  size_t who_last = 0;
};

class Lexicon {
 public:
  struct File {
    std::string name;
    std::string text;
  };

  // INVALID_ARGUMENT naming file and line when a line does not follow the format.
  static absl::StatusOr<Lexicon> Parse(const std::vector<File>& files);

  Lexicon(Lexicon&&) = default;
  Lexicon& operator=(Lexicon&&) = default;

  // Every cue found in `reading`, by first token. Matches never cross a sentence. The pointers
  // live as long as the lexicon. Thread-safe.
  std::vector<CueMatch> Match(const Reading& reading) const;

  const std::vector<Cue>& cues() const { return cues_; }

 private:
  enum class Type : uint8_t { kWord, kPrefix, kGap, kSlot, kWho, kNumber, kStart, kEnd };
  struct Element {
    Type type = Type::kWord;
    bool optional = false;
    size_t width = 0;                // kGap: most words skipped
    std::vector<std::string> words;  // alternatives
    std::vector<uint32_t> ids;       // kWord: of `words`
  };
  // A token as the patterns see it.
  struct Seen {
    uint32_t id = 0;  // kNoWord: stands in no pattern
    bool is_skippable = false;
    bool is_pronoun = false;
    bool is_possessive = false;
    bool is_number = false;
  };
  static constexpr uint32_t kNoWord = 0;
  // Words of a text or of an element, as bits that several words share.
  using WordBits = uint64_t;
  static constexpr WordBits kAnyWord = WordBits{1} << 63;
  static WordBits BitOf(uint32_t word) { return WordBits{1} << word % 63; }
  static constexpr size_t kMostNeeded = 3;
  struct Pattern {
    std::vector<Element> elements;
    // Of each of these, a match has a word: what spares most patterns any other look.
    std::array<WordBits, kMostNeeded> needed;
    bool second_is_word = false;  // the words after the first can rule the pattern out
  };
  struct Cursor;  // state of one attempt
  // Patterns with one first element, by the word that has to come second where there is just one
  // place for it.
  struct Bucket {
    absl::flat_hash_map<uint32_t, std::vector<size_t>> by_second;
    std::vector<size_t> rest;
  };

  Lexicon() = default;
  absl::Status AddLine(absl::string_view line, const Cue& defaults);
  uint32_t IdOf(absl::string_view word);  // a new one for a word that has none
  void Index(size_t pattern);
  static void FindNeeded(Pattern& pattern);
  std::vector<Seen> See(const Reading& reading) const;
  // By token: the words from there to the end of its sentence.
  static std::vector<WordBits> WordsAhead(const Reading& reading, const std::vector<Seen>& seen);
  static bool SecondWordFits(const Cursor& cursor, const std::vector<Element>& elements,
                             size_t token);
  static bool IsOneOf(const Cursor& cursor, const Element& wanted, size_t token);
  bool Try(const Cursor& cursor, size_t element, size_t token, CueMatch& match) const;
  bool TrySlot(const Cursor& cursor, size_t element, size_t token, CueMatch& match) const;
  bool TryWho(const Cursor& cursor, size_t element, size_t token, CueMatch& match) const;
  void MatchAt(const Cursor& cursor, const std::vector<size_t>& patterns, size_t token,
               std::vector<CueMatch>& matches) const;
  void MatchBucket(const Cursor& cursor, const Bucket& bucket, size_t reach, size_t token,
                   std::vector<CueMatch>& matches) const;
  void AddTo(Bucket& bucket, size_t pattern) const;

  std::vector<Cue> cues_;
  std::vector<Pattern> patterns_;  // parallel to cues_
  WordMap<uint32_t> ids_;
  std::vector<Seen> words_;                 // by id
  std::vector<Bucket> by_word_;             // by id
  WordMap<std::vector<size_t>> by_prefix_;  // first three letters
  std::vector<size_t> by_number_;
  Bucket by_who_;
};

// The lexicon embedded in the binary. Read-only after its first use; thread-safe.
const Lexicon& BuiltinLexicon();

}  // namespace throughline::router::extractive

#endif  // THROUGHLINE_SERVICES_ROUTER_DOMAIN_EXTRACTIVE_LANGUAGE_LEXICON_H_
