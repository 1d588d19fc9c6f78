#include "services/router/domain/extractive/email/cues.h"

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/hash/hash.h"
#include "services/router/domain/extractive/language/clause.h"
#include "services/router/domain/extractive/language/embedded_lexicon.h"
#include "services/router/domain/extractive/language/word_map.h"

namespace throughline::router::extractive {
namespace {

constexpr size_t kMostKinds = 128;
using Kinds = std::bitset<kMostKinds>;

[[noreturn]] void Stop(absl::string_view problem) {
  std::fprintf(stderr, "email.cues: %s\n", std::string(problem).c_str());
  std::abort();
}

// Every kind by name: its place in what is found.
const WordMap<size_t>& Places() {
  static const auto* const kPlaces = [] {
    auto* places = new WordMap<size_t>;
    for (const Cue& cue : EmailLexicon().cues()) places->Add(cue.kind, places->size());
    if (places->size() > kMostKinds) Stop("more kinds than kMostKinds");
    return places;
  }();
  return *kPlaces;
}

Kinds Read(absl::string_view words) {
  Kinds found;
  for (const CueMatch& match : EmailLexicon().Match(ReadTurn(words))) {
    found.set(*Places().Find(match.cue->kind));
  }
  return found;
}

// A sentence is asked about dozens of times, once for each kind: it is read once. Of the words
// themselves nothing is kept.
struct Remembered {
  size_t hash = 0;
  bool filled = false;
  Kinds found;
};
constexpr size_t kMostRemembered = 256;

}  // namespace

bool Says(absl::string_view words, absl::string_view kind) {
  const size_t* const place = Places().Find(kind);
  if (place == nullptr) Stop(kind);
  thread_local std::array<Remembered, kMostRemembered> memory;
  const size_t hash = absl::HashOf(words);
  Remembered& remembered = memory[hash % kMostRemembered];
  if (!remembered.filled || remembered.hash != hash) remembered = {hash, true, Read(words)};
  return remembered.found[*place];
}

const Lexicon& EmailLexicon() {
  static const Lexicon* const kLexicon = [] {
    absl::StatusOr<Lexicon> parsed = Lexicon::Parse(EmbeddedEmailFiles());
    // A broken file is a build defect; email_test names it first.
    if (!parsed.ok()) Stop(parsed.status().message());
    return new Lexicon(*std::move(parsed));
  }();
  return *kLexicon;
}

}  // namespace throughline::router::extractive
