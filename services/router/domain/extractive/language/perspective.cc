#include "services/router/domain/extractive/language/perspective.h"

#include <cstddef>
#include <initializer_list>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "services/router/domain/extractive/language/word_lists.h"

namespace throughline::router::extractive {
namespace {

// A word with the punctuation around it.
struct Piece {
  std::string before;
  std::string word;
  std::string after;
};

bool IsWordByte(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || (c & 0x80) != 0;
}

Piece MakePiece(absl::string_view text) {
  size_t begin = 0;
  while (begin < text.size() && !IsWordByte(text[begin])) ++begin;
  size_t end = text.size();
  while (end > begin && !IsWordByte(text[end - 1])) --end;
  return {std::string(text.substr(0, begin)), std::string(text.substr(begin, end - begin)),
          std::string(text.substr(end))};
}

std::vector<Piece> Pieces(absl::string_view sentence) {
  const std::string straight = absl::StrReplaceAll(sentence, {{"\u2019", "'"}, {"\u2018", "'"}});
  std::vector<Piece> pieces;
  for (const absl::string_view piece : absl::StrSplit(straight, ' ', absl::SkipEmpty())) {
    pieces.push_back(MakePiece(piece));
  }
  return pieces;
}

std::string Lower(const Piece& piece) { return absl::AsciiStrToLower(piece.word); }

// Adverbs that may stand between a subject and its verb.
bool IsAdverb(absl::string_view word) {
  static const WordSet& adverbs = WordList("adverb");
  return adverbs.contains(word) || (word.size() > 4 && absl::EndsWith(word, "ly"));
}

// After these a pronoun is an object: "to you", "send you".
bool TakesObject(absl::string_view word) {
  static const WordSet& words = WordList("takes object");
  return words.contains(word) || (word.size() > 5 && absl::EndsWith(word, "ing"));
}

// Past participles that tell "I'd seen" (had) from "I'd see" (would).
bool IsParticiple(absl::string_view word) {
  static const WordSet& words = WordList("participle");
  return words.contains(word) ||
         (word.size() > 4 && absl::EndsWith(word, "ed") && !absl::EndsWith(word, "eed"));
}

const WordSet& FirstPersonSingular() {
  static const WordSet& listed = WordList("first person singular");
  return listed;
}

const WordSet& FirstPersonPlural() {
  static const WordSet& listed = WordList("first person plural");
  return listed;
}

const WordSet& SecondPerson() {
  static const WordSet& listed = WordList("second person");
  return listed;
}

const Referent* Whose(const Perspective& perspective, absl::string_view root) {
  if (FirstPersonSingular().contains(root)) return &perspective.first_singular;
  if (FirstPersonPlural().contains(root)) return &perspective.first_plural;
  if (SecondPerson().contains(root)) return &perspective.second;
  return nullptr;
}

// "have" for you and we, "has" for a name, "am" for I.
std::string Auxiliary(absl::string_view contraction, Agreement agreement, bool had) {
  const bool third = agreement == Agreement::kThirdSingular;
  if (contraction == "m" || contraction == "re") {
    if (agreement == Agreement::kFirstSingular) return "am";
    return third ? "is" : "are";
  }
  if (contraction == "ve") return third ? "has" : "have";
  if (contraction == "ll") return "will";
  if (contraction == "d") return had ? "had" : "would";
  return std::string(contraction);
}

// The finite verb right after a replaced subject, in its new form.
std::string Conjugate(const std::string& verb, Agreement agreement, bool was_first_singular) {
  static const auto& third =
      *new absl::flat_hash_map<std::string, std::string>({{"am", "is"},
                                                          {"are", "is"},
                                                          {"were", "was"},
                                                          {"have", "has"},
                                                          {"do", "does"},
                                                          {"don't", "does not"},
                                                          {"haven't", "has not"},
                                                          {"aren't", "is not"},
                                                          {"weren't", "was not"},
                                                          {"won't", "will not"},
                                                          {"can't", "cannot"},
                                                          {"didn't", "did not"},
                                                          {"wouldn't", "would not"}});
  static const auto& plural = *new absl::flat_hash_map<std::string, std::string>(
      {{"am", "are"}, {"was", "were"}, {"wasn't", "weren't"}});
  static const auto& first =
      *new absl::flat_hash_map<std::string, std::string>({{"are", "am"}, {"were", "was"}});
  if (agreement == Agreement::kThirdSingular) {
    if (const auto it = third.find(verb); it != third.end()) return it->second;
    return IsBaseVerb(verb) ? ThirdPerson(verb) : verb;
  }
  if (agreement == Agreement::kFirstSingular) {
    const auto it = first.find(verb);
    return it == first.end() ? verb : it->second;
  }
  if (!was_first_singular) return verb;
  const auto it = plural.find(verb);
  return it == plural.end() ? verb : it->second;
}

class Rewriter {
 public:
  Rewriter(std::vector<Piece> pieces, const Perspective& perspective)
      : pieces_(std::move(pieces)), perspective_(perspective) {}

  std::string Run() {
    for (size_t i = 0; i < pieces_.size(); ++i) Rewrite(i);
    std::vector<std::string> words;
    for (const Piece& piece : pieces_) {
      std::string word = absl::StrCat(piece.before, piece.word, piece.after);
      if (!word.empty()) words.push_back(std::move(word));
    }
    return absl::StrJoin(words, " ");
  }

 private:
  void Rewrite(size_t i) {
    const std::string lower = Lower(pieces_[i]);
    const std::pair<std::string, std::string> parts =
        absl::StrSplit(lower, absl::MaxSplits('\'', 1));
    const std::string& root = parts.first;
    const Referent* who = Whose(perspective_, root);
    if (who == nullptr || who->subject.empty()) return;
    if (!parts.second.empty() && root != "i" && root != "we" && root != "you") return;
    if (root == "my" || root == "our" || root == "your") {
      pieces_[i].word = Possessive(*who);
    } else if (root == "mine" || root == "ours" || root == "yours") {
      pieces_[i].word = Owned(*who);
    } else if (absl::EndsWith(root, "self") || absl::EndsWith(root, "selves")) {
      if (who->subject == "you") pieces_[i].word = "yourself";
      if (who->agreement == Agreement::kThirdSingular) pieces_[i].word = "personally";
    } else if (IsObject(i, root, parts.second)) {
      const bool again = !who->again.empty() && mentioned_.contains(who->subject);
      pieces_[i].word =
          again && !who->object_again.empty() ? who->object_again : Mention(*who, who->object);
    } else {
      RewriteSubject(i, *who, root, parts.second);
    }
  }

  bool IsObject(size_t i, absl::string_view root, absl::string_view contraction) const {
    if (root == "me" || root == "us") return true;
    if (root != "you" || !contraction.empty()) return false;
    if (i == 0) return false;
    const bool joined = pieces_[i - 1].after.empty();
    return (joined && TakesObject(Lower(pieces_[i - 1]))) || i + 1 == pieces_.size() ||
           !pieces_[i].after.empty();
  }

  // The full name first, the short one afterwards.
  std::string Mention(const Referent& who, const std::string& full) {
    if (who.again.empty()) return full;
    const bool again = !mentioned_.insert(who.subject).second;
    return again ? who.again : full;
  }

  // What stands without its noun: "not buying yours".
  static std::string Owned(const Referent& who) {
    if (who.subject == "you") return "yours";
    if (who.subject == "we") return "ours";
    return who.subject == "I" ? "mine" : who.possessive;
  }

  std::string Possessive(const Referent& who) {
    const bool again = !who.possessive_again.empty() && !mentioned_.insert(who.subject).second;
    return again ? who.possessive_again : who.possessive;
  }

  void RewriteSubject(size_t i, const Referent& who, absl::string_view root,
                      absl::string_view contraction) {
    const bool again = !who.again.empty() && mentioned_.contains(who.subject);
    const Agreement agreement = again ? who.again_agreement : who.agreement;
    const std::string subject = Mention(who, who.subject);
    if (contraction.empty()) {
      pieces_[i].word = subject;
      AgreeVerb(i + 1, agreement, root == "i");
      return;
    }
    const std::string next = i + 1 < pieces_.size() ? Lower(pieces_[i + 1]) : "";
    const bool had = contraction == "d" && IsParticiple(next);
    if (contraction == "ve" && next == "got" && pieces_[i].after.empty()) {
      pieces_[i + 1].word.clear();
      pieces_[i + 1].before.clear();
    }
    pieces_[i].word = absl::StrCat(subject, " ", Auxiliary(contraction, agreement, had));
  }

  void AgreeVerb(size_t i, Agreement agreement, bool was_first_singular) {
    while (i < pieces_.size() && IsAdverb(Lower(pieces_[i]))) ++i;
    if (i >= pieces_.size()) return;
    const std::string verb = Lower(pieces_[i]);
    std::string changed = Conjugate(verb, agreement, was_first_singular);
    const bool simple = agreement == Agreement::kThirdSingular && IsBaseVerb(verb);
    if (verb == "read" && agreement == Agreement::kThirdSingular && IsHabit()) changed = "reads";
    if (changed != verb) pieces_[i].word = std::move(changed);
    if (simple) AgreeSecondVerb(i + 1);
  }

  // "we sign and pay the invoice": the verb after "and" has the same subject.
  void AgreeSecondVerb(size_t i) {
    for (; i + 1 < pieces_.size() && pieces_[i - 1].after.empty(); ++i) {
      const std::string word = Lower(pieces_[i]);
      if (word != "and" && word != "or") continue;
      const std::string verb = Lower(pieces_[i + 1]);
      const bool object = i + 2 < pieces_.size() && StartsObject(Lower(pieces_[i + 2]));
      if (!IsBaseVerb(verb) || !object || !pieces_[i + 1].after.empty()) return;
      pieces_[i + 1].word = ThirdPerson(verb);
      return;
    }
  }

  static bool StartsObject(absl::string_view word) {
    static const WordSet& words = WordList("starts object");
    return words.contains(word);
  }

  // Words about what is always so: "every", "in the morning".
  bool IsHabit() const {
    static const WordSet& always = WordList("habit");
    for (const Piece& piece : pieces_) {
      if (always.contains(Lower(piece))) return true;
    }
    return false;
  }

  std::vector<Piece> pieces_;
  const Perspective& perspective_;
  absl::flat_hash_set<std::string> mentioned_;
};

bool HasAny(absl::string_view sentence, std::initializer_list<const WordSet*> lists) {
  for (const Piece& piece : Pieces(sentence)) {
    const std::string lower = Lower(piece);
    const absl::string_view root = absl::string_view(lower).substr(0, lower.find('\''));
    for (const WordSet* const list : lists) {
      if (list->contains(root)) return true;
    }
  }
  return false;
}

}  // namespace

Referent Named(absl::string_view name, absl::string_view again) {
  if (name.empty()) return {};
  const absl::string_view ending = absl::EndsWith(name, "s") ? "'" : "'s";
  return {std::string(name), std::string(name), absl::StrCat(name, ending), std::string(again),
          Agreement::kThirdSingular};
}

Referent ReaderYou() { return {"you", "you", "your", "", Agreement::kPlural}; }
Referent WriterWe() { return {"we", "us", "our", "", Agreement::kPlural}; }
Referent WriterI() { return {"I", "me", "my", "", Agreement::kFirstSingular}; }

std::string Rephrase(absl::string_view sentence, const Perspective& perspective) {
  return Rewriter(Pieces(sentence), perspective).Run();
}

bool HasFirstPerson(absl::string_view sentence) {
  return HasAny(sentence, {&FirstPersonSingular(), &FirstPersonPlural()});
}

bool HasSecondPerson(absl::string_view sentence) { return HasAny(sentence, {&SecondPerson()}); }

}  // namespace throughline::router::extractive
