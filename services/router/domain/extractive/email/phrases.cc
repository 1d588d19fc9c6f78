#include "services/router/domain/extractive/email/phrases.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "services/router/domain/extractive/language/embedded_lexicon.h"

namespace throughline::router::extractive {
namespace {

// FNV-1a: the same choice on every machine and in every release.
uint64_t StableHash(absl::string_view text) {
  uint64_t hash = 14695981039346656037ull;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 1099511628211ull;
  }
  return hash ^ (hash >> 29);
}

absl::Status LineError(int line, absl::string_view problem) {
  return absl::InvalidArgumentError(absl::StrCat("e-mail phrases: line ", line, ": ", problem,
                                                 "; the file's head describes the format"));
}

}  // namespace

absl::StatusOr<Phrases> Phrases::Parse(absl::string_view text) {
  Phrases phrases;
  std::vector<std::string>* section = nullptr;
  int number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    line = absl::StripAsciiWhitespace(line);
    if (line.empty() || line.front() == '#') continue;
    if (line.front() == '[' && line.back() == ']') {
      const auto [at, added] =
          phrases.sections_.try_emplace(std::string(line.substr(1, line.size() - 2)));
      if (!added) return LineError(number, "this section was there before");
      section = &at->second;
      continue;
    }
    if (section == nullptr) return LineError(number, "expected a [section] first");
    if (std::any_of(line.begin(), line.end(), absl::ascii_isdigit)) {
      return LineError(number, "a phrasing holds no figures");
    }
    section->emplace_back(line);
  }
  return phrases;
}

std::string Phrases::Say(absl::string_view section, absl::string_view seed, const Slots& slots,
                         size_t turn) const {
  const auto found = sections_.find(section);
  if (found == sections_.end() || found->second.empty()) return "";
  const std::vector<std::string>& lines = found->second;
  const std::string& chosen =
      lines[(StableHash(absl::StrCat(seed, "/", section)) + turn) % lines.size()];
  std::vector<std::pair<std::string, std::string>> replacements;
  for (const auto& [slot, value] : slots) {
    replacements.emplace_back(absl::StrCat("{", slot, "}"), value);
  }
  std::string said = absl::StrReplaceAll(chosen, replacements);
  if (!said.empty()) said[0] = absl::ascii_toupper(static_cast<unsigned char>(said[0]));
  return said;
}

const Phrases& EnglishPhrases() {
  static const Phrases* const kPhrases = [] {
    std::string text;
    for (const Lexicon::File& file : EmbeddedPhraseFiles()) absl::StrAppend(&text, file.text, "\n");
    absl::StatusOr<Phrases> parsed = Phrases::Parse(text);
    if (!parsed.ok()) {  // a broken file is a build defect; email_test names it first
      std::fprintf(stderr, "%s\n", std::string(parsed.status().message()).c_str());
      std::abort();
    }
    return new Phrases(*std::move(parsed));
  }();
  return *kPhrases;
}

}  // namespace throughline::router::extractive
