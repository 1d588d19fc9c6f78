#include "common/transcript/label_evidence.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "common/transcript/header.h"
#include "common/transcript/person.h"
#include "common/transcript/text.h"

namespace throughline::transcript {
namespace {

// Distinct labels weighed in one call; later ones are text.
constexpr size_t kMaxDistinctLabels = 20'000;
constexpr size_t kMaxLoneLabelWords = 4;

absl::string_view NamePart(absl::string_view label) {
  return Trimmed(label.substr(0, label.find_first_of("([<")));
}

}  // namespace

LabelEvidence::LabelEvidence(absl::string_view text) {
  LineReader lines(text);
  absl::string_view line;
  bool after_blank = true;
  while (lines.Next(&line)) {
    if (line.empty()) {
      after_blank = true;
      continue;
    }
    const LabelLine parts = ReadLabelLine(line);
    if (!parts.label.empty() &&
        (labels_.size() < kMaxDistinctLabels || labels_.contains(parts.label))) {
      Stats& stats = labels_[parts.label];
      ++stats.count;
      stats.after_blank += after_blank;
      stats.timed += parts.time_leads;
      stats.bracketed += parts.has_brackets;
    }
    after_blank = false;
  }
  for (const auto& [label, stats] : labels_) {
    const absl::string_view name = NamePart(label);
    first_names_.insert(Lowered(name));
    first_names_.insert(Lowered(name.substr(0, name.find(' '))));
  }
}

bool LabelEvidence::IsFrequent(const LabelLine& line) const {
  if (line.label.empty()) return false;
  if (line.time_leads) return true;
  const auto found = labels_.find(line.label);
  return found != labels_.end() && found->second.count > 1 && !IsCommonWordLabel(line.label);
}

bool LabelEvidence::Speaks(absl::string_view name) const {
  const auto found = labels_.find(name);
  if (found != labels_.end()) return found->second.count > 1;
  // The header's own line labels once; a speaker's name differs from its key in case or length.
  size_t uses = 0;
  for (const auto& [label, stats] : labels_) {
    if (absl::EqualsIgnoreCase(NamePart(label), name)) uses += stats.count;
  }
  return uses > 1 || (uses == 1 && name.find(' ') != absl::string_view::npos);
}

void LabelEvidence::Decide(const std::vector<PersonNote>& listed) {
  DecideLayout();
  absl::flat_hash_set<std::string> names;
  for (const PersonNote& note : listed) {
    const std::string name = Lowered(note.person.name);
    names.insert(name);
    names.insert(name.substr(0, name.find(' ')));
    const size_t last = name.rfind(' ');
    if (last != std::string::npos) names.insert(name.substr(last + 1));
  }
  for (auto& [label, stats] : labels_) stats.accepted = Accept(label, stats, names);
}

void LabelEvidence::DecideLayout() {
  size_t lines = 0, timed = 0, after_blank = 0, bracketed = 0;
  bool one_word_recurs = false;
  for (const auto& [label, stats] : labels_) {
    const bool likely = stats.count > 1 || stats.bracketed > 0 || stats.timed > 0;
    if (!likely || IsCommonWordLabel(label)) continue;
    lines += stats.count;
    const bool one_word = NamePart(label).find(' ') == absl::string_view::npos;
    one_word_recurs = one_word_recurs || (one_word && stats.count > 1);
    full_names_recur_ = full_names_recur_ || (!one_word && stats.count > 1);
    timed += stats.timed;
    after_blank += stats.after_blank;
    bracketed += stats.bracketed;
  }
  full_names_recur_ = full_names_recur_ && !one_word_recurs;
  times_lead_turns_ = timed > 0 && timed * 10 >= lines * 8;
  blank_lines_part_turns_ = lines >= 3 && after_blank * 10 >= lines * 8;
  uses_brackets_ = times_lead_turns_ || (lines > 0 && bracketed * 2 > lines);
}

bool LabelEvidence::Accept(absl::string_view label, const Stats& stats,
                           const absl::flat_hash_set<std::string>& listed_names) const {
  const std::string name = Lowered(NamePart(label));
  if (listed_names.contains(name)) return true;
  if (SideOfRole(name) != Side::kUnknown || IsAnonymousLabel(name)) return true;
  if (times_lead_turns_ && stats.timed > 0) return true;
  // "A: …" and "B: …" take turns; one "A:" alone is an article.
  if (stats.count > 1 && name.size() == 1 && absl::ascii_isupper(label[0])) return true;
  if (IsCommonWordLabel(NamePart(label))) return false;
  if (stats.bracketed > 0 && IsCapitalizedName(NamePart(label))) return true;
  const size_t words = Words(NamePart(label)).size();
  if (stats.count > 1) return IsCapitalizedName(NamePart(label)) || words == 1;
  if (!IsCapitalizedName(NamePart(label)) || words > kMaxLoneLabelWords) return false;
  if (blank_lines_part_turns_) return stats.after_blank > 0;
  // A single word seen once is a speaker only where neither a header nor recurring full names show
  // how speakers are written.
  return words > 1 || (listed_names.empty() && !full_names_recur_);
}

bool LabelEvidence::IsSpeaker(const LabelLine& line, bool after_blank) const {
  if (line.label.empty() || (times_lead_turns_ && !line.time_leads)) return false;
  const auto found = labels_.find(line.label);
  if (found == labels_.end() || !found->second.accepted) return false;
  return after_blank || !blank_lines_part_turns_ || found->second.after_blank > 0;
}

int32_t LabelEvidence::SpeakerIndex(absl::string_view label, Draft* draft) {
  Stats& stats = labels_[label];
  if (!stats.speaker.has_value()) stats.speaker = draft->Speaker(label);
  return *stats.speaker;
}

}  // namespace throughline::transcript
