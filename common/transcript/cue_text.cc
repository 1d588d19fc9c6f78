#include "common/transcript/cue_text.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "common/transcript/header.h"
#include "common/transcript/label_line.h"
#include "common/transcript/text.h"

namespace throughline::transcript {
namespace {

constexpr size_t kMaxTagBytes = 200;

// Decodes the entity at the front of `text` into `out`; bytes used, 0 when there is none.
size_t DecodeEntity(absl::string_view text, std::string* out) {
  constexpr std::pair<absl::string_view, absl::string_view> kEntities[] = {
      {"&amp;", "&"}, {"&lt;", "<"},   {"&gt;", ">"},   {"&quot;", "\""}, {"&apos;", "'"},
      {"&#39;", "'"}, {"&#34;", "\""}, {"&nbsp;", " "}, {"&lrm;", ""},    {"&rlm;", ""}};
  for (const auto& [entity, character] : kEntities) {
    if (!absl::StartsWith(text, entity)) continue;
    out->append(character.data(), character.size());
    return entity.size();
  }
  return 0;
}

// Bytes of the tag at the front of `text`, 0 when "<" is only a character.
size_t TagLength(absl::string_view text) {
  if (text.size() < 3 || !(absl::ascii_isalnum(text[1]) || text[1] == '/')) return 0;
  const size_t end = text.substr(0, kMaxTagBytes).find('>');
  return end == absl::string_view::npos ? 0 : end + 1;
}

// The name in "<v Rivera, Ana>" or "<v.loud Ana>"; empty for other tags.
absl::string_view VoiceOf(absl::string_view tag) {
  tag = tag.substr(1, tag.size() - 2);
  if (!absl::ConsumePrefix(&tag, "v") || tag.empty() || (tag[0] != ' ' && tag[0] != '.')) return "";
  const size_t space = tag.find(' ');
  return space == absl::string_view::npos ? "" : Trimmed(tag.substr(space));
}

}  // namespace

std::vector<CuePiece> SplitCueLine(absl::string_view line) {
  std::vector<CuePiece> pieces(1);
  if (absl::ConsumePrefix(&line, ">>")) {
    while (absl::ConsumePrefix(&line, ">")) {
    }
    pieces.back().changes_speaker = true;
  } else if (absl::ConsumePrefix(&line, "- ")) {
    pieces.back().changes_speaker = true;
  }
  std::string raw;
  const auto finish = [&] { pieces.back().text = Folded(std::exchange(raw, std::string())); };
  while (!line.empty()) {
    size_t used = 0;
    if (line[0] == '<') {
      used = TagLength(line);
      const absl::string_view voice = used > 0 ? VoiceOf(line.substr(0, used)) : "";
      if (!voice.empty()) {
        finish();
        pieces.emplace_back();
        size_t skip = 0;
        std::string name;
        for (absl::string_view rest = voice; !rest.empty(); rest.remove_prefix(skip)) {
          skip = rest[0] == '&' ? DecodeEntity(rest, &name) : 0;
          if (skip > 0) continue;
          name.push_back(rest[0]);
          skip = 1;
        }
        pieces.back().voice = Folded(name);
      }
    } else if (line[0] == '&') {
      used = DecodeEntity(line, &raw);
    }
    if (used == 0) {
      used = std::min(line.size(), line.find_first_of("<&", 1));
      raw.append(line.data(), used);
    }
    line.remove_prefix(used);
  }
  finish();
  return pieces;
}

absl::string_view BracketedName(absl::string_view text) {
  if (text.size() < 5 || text.front() != '(' || text.back() != ')') return "";
  const absl::string_view name = text.substr(1, text.size() - 2);
  const std::vector<absl::string_view> words = Words(name);
  const bool is_name = words.size() >= 2 && words.size() <= 4 && IsLabelShaped(name) &&
                       !IsCommonWordLabel(name) &&
                       std::all_of(words.begin(), words.end(), StartsLikeName);
  return is_name ? name : "";
}

}  // namespace throughline::transcript
