#include "services/router/domain/extractive/facts/passages.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "services/router/domain/extractive/facts/atoms.h"
#include "services/router/domain/extractive/facts/facts.h"
#include "services/router/domain/extractive/facts/wording.h"
#include "services/router/domain/extractive/language/text.h"
#include "services/router/domain/extractive/language/tokens.h"

namespace throughline::router::extractive {
namespace {

using transcript::Side;

// A sentence whose content words stand in what was kept already is said.
constexpr double kSaid = 0.75;
constexpr size_t kMinTellingStems = 2;
constexpr size_t kMaxAskedWords = 16;

// One sentence of a turn.
struct Piece {
  const Statement* statement = nullptr;
  const std::string* words = nullptr;
  bool fit = false;   // may be told
  bool open = false;  // tells something that no fact says
};

class Finder {
 public:
  Finder(const std::vector<Statement>& kept, const Cast& cast) : cast_(cast) {
    for (const Statement& atom : kept) {
      absl::flat_hash_set<std::string>& stems = said_[atom.turn];
      for (std::string& stem : ContentStems(atom.clean)) stems.insert(std::move(stem));
    }
  }

  std::vector<Statement> Run(const std::vector<Statement>& statements) {
    std::vector<Piece> pieces;
    for (const Statement& statement : statements) {
      if (cast_.patience().Ended(statement.quote.size())) return {};
      if (!pieces.empty() && pieces.front().statement->turn != statement.turn) {
        ReadTurnOf(std::exchange(pieces, {}));
      }
      for (const std::string& words : statement.pieces) {
        pieces.push_back(PieceOf(statement, words));
      }
    }
    if (!pieces.empty()) ReadTurnOf(pieces);
    return std::move(passages_);
  }

 private:
  Piece PieceOf(const Statement& statement, const std::string& words) const {
    Piece piece{&statement, &words, false, false};
    const bool name_only = words == statement.voice || words == FirstName(statement.voice);
    piece.fit = !name_only && !statement.question && !statement.called_colleague &&
                !IsInterjection(words) && !statement.Has("instruction") &&
                !statement.Has("health") && !statement.Has("anecdote") &&
                !statement.Has("hypothetical") && !statement.voice.empty();
    piece.open = piece.fit && !IsSaid(*statement.turn, words);
    return piece;
  }

  bool IsSaid(const transcript::Turn& turn, const std::string& words) const {
    const std::vector<std::string> stems = ContentStems(words);
    if (stems.empty()) return true;
    const auto said = said_.find(&turn);
    if (said == said_.end()) return false;
    const auto shared = std::count_if(stems.begin(), stems.end(), [&](const std::string& stem) {
      return said->second.contains(stem);
    });
    return static_cast<double>(shared) >= kSaid * static_cast<double>(stems.size());
  }

  // Cuts one turn: a passage begins with the first sentence that is still to be told, or with the
  // one before it where that one gives it its meaning, and goes on while there is room.
  void ReadTurnOf(const std::vector<Piece>& pieces) {
    size_t next = 0;
    for (size_t i = 0; i < pieces.size(); ++i) {
      if (!pieces[i].open) continue;
      size_t first = i;
      size_t words = WordCount(*pieces[i].words);
      const bool back = i > next && pieces[i - 1].fit && !StandsAlone(*pieces[i].words, cast_) &&
                        words + WordCount(*pieces[i - 1].words) <= kMaxPassageWords;
      if (back) words += WordCount(*pieces[--first].words);
      size_t last = i + 1;
      while (last < pieces.size() && pieces[last].open &&
             words + WordCount(*pieces[last].words) <= kMaxPassageWords) {
        words += WordCount(*pieces[last++].words);
      }
      Append(pieces, first, last);
      next = last;
      i = last - 1;
    }
  }

  void Append(const std::vector<Piece>& pieces, size_t first, size_t last) {
    Statement passage = *pieces[first].statement;
    passage.passage = true;
    passage.pieces.clear();
    for (size_t i = first; i < last; ++i) passage.pieces.push_back(*pieces[i].words);
    passage.clean = absl::StrJoin(passage.pieces, "; ");
    if (ContentStems(passage.clean).size() < kMinTellingStems && passage.numbers == 0) return;
    const std::string& text = passage.turn->text;
    const size_t begin = text.find(passage.quote);
    const std::string& tail = pieces[last - 1].statement->quote;
    const size_t end = begin == std::string::npos ? begin : text.find(tail, begin);
    if (end == std::string::npos) return;
    passage.quote = text.substr(begin, end + tail.size() - begin);
    passage.agreed = pieces[last - 1].statement->agreed;
    passage.asked = passage.heard;
    passage.asked_quote = passage.heard_quote;
    passage.asked_turn = passage.heard_turn;
    if (first > 0 || StandsAlone(passage.pieces.front(), cast_)) {
      passage.asked.clear();
      passage.asked_quote.clear();
      passage.asked_turn = nullptr;
    }
    Recount(cast_, passage);
    passages_.push_back(std::move(passage));
  }

  const Cast& cast_;
  absl::flat_hash_map<const transcript::Turn*, absl::flat_hash_set<std::string>> said_;
  std::vector<Statement> passages_;
};

}  // namespace

std::vector<Statement> FindPassages(const std::vector<Statement>& statements,
                                    const std::vector<Statement>& kept, const Cast& cast) {
  return Finder(kept, cast).Run(statements);
}

std::string PassageSentence(const Statement& passage, const Cast& cast) {
  const std::string who =
      passage.voice.empty() ? cast.OrganizationOf(passage.voice) : passage.voice;
  std::vector<std::string> sentences;
  for (const std::string& piece : passage.pieces) {
    sentences.push_back(HasDirectSpeech(piece)
                            ? absl::StrCat("\"", piece, "\"")
                            : RetoldWords(piece, passage.voice, passage.addressee, cast));
  }
  const std::string told = absl::StrJoin(sentences, "; ");
  if (told.empty()) return "";
  std::string asked;
  if (passage.asked_turn != nullptr && WordCount(passage.asked) <= kMaxAskedWords) {
    asked = IndirectQuestion(passage.asked, cast.VoiceOf(*passage.asked_turn), cast);
    if (asked.empty()) asked = absl::StrCat("\"", passage.asked, "?\"");
  }
  return absl::StrCat(asked.empty() ? "" : "Asked ", asked, asked.empty() ? "" : ", ",
                      asked.empty() ? Capitalized(who) : who, " said: ", told, ".");
}

}  // namespace throughline::router::extractive
