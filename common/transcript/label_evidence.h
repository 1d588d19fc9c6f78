#ifndef THROUGHLINE_COMMON_TRANSCRIPT_LABEL_EVIDENCE_H_
#define THROUGHLINE_COMMON_TRANSCRIPT_LABEL_EVIDENCE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "common/transcript/draft.h"
#include "common/transcript/label_line.h"

namespace throughline::transcript {

// Decides which labels of a call are speakers and which only look so ("Note: …", "Monday: …"):
// by how often and where they stand, by the header's names, by their shape.
class LabelEvidence {
 public:
  // Reads all of `text` once; it must outlive this object.
  explicit LabelEvidence(absl::string_view text);

  // Before Decide: whether the line's label recurs and is no common word.
  bool IsFrequent(const LabelLine& line) const;
  // Before or after Decide: whether somebody of this name or first name labels a line.
  bool Speaks(absl::string_view name) const;

  // Weighs everything, given who the header lists.
  void Decide(const std::vector<PersonNote>& listed);

  // After Decide: whether this line starts a turn.
  bool IsSpeaker(const LabelLine& line, bool after_blank) const;
  // The draft's index of an accepted label.
  int32_t SpeakerIndex(absl::string_view label, Draft* draft);
  // Whether turns carry leading times or bracketed titles.
  bool UsesBrackets() const { return uses_brackets_; }

 private:
  struct Stats {
    uint32_t count = 0;
    uint32_t after_blank = 0;
    uint32_t timed = 0;
    uint32_t bracketed = 0;
    bool accepted = false;
    std::optional<int32_t> speaker;
  };

  bool Accept(absl::string_view label, const Stats& stats,
              const absl::flat_hash_set<std::string>& listed_names) const;
  void DecideLayout();

  absl::flat_hash_map<absl::string_view, Stats> labels_;
  absl::flat_hash_set<std::string> first_names_;
  bool times_lead_turns_ = false;
  bool blank_lines_part_turns_ = false;
  bool full_names_recur_ = false;
  bool uses_brackets_ = false;
};

}  // namespace throughline::transcript

#endif  // THROUGHLINE_COMMON_TRANSCRIPT_LABEL_EVIDENCE_H_
