#ifndef THROUGHLINE_COMMON_TRANSCRIPT_PEOPLE_H_
#define THROUGHLINE_COMMON_TRANSCRIPT_PEOPLE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "common/transcript/draft.h"
#include "common/transcript/transcript.h"

namespace throughline::transcript {

// The people of one call, merged from everywhere the call names them. Names are matched within the
// call only, and a first name alone only when one person bears it.
class People {
 public:
  // Merges the draft's listed people and speakers.
  explicit People(const Draft& draft);

  std::vector<Participant>& participants() { return participants_; }
  size_t size() const { return participants_.size(); }
  // The participant who is Draft::speakers[speaker]; -1 for -1 and for people beyond the limit.
  int32_t OfSpeaker(int32_t speaker) const;
  // Fills blanks of whoever is also in `known`, by full name or e-mail.
  void FillFrom(const std::vector<Participant>& known);
  // Whether a tool marked the participant as a guest of the meeting's organisation.
  bool IsGuest(size_t participant) const { return guests_[participant]; }
  // Whether people were left out because the call names more than kMaxParticipants.
  bool Overflowed() const { return overflowed_; }

 private:
  int32_t Find(const PersonNote& note) const;
  int32_t FindByPartOfName(absl::string_view name) const;
  int32_t FindByEmailName(absl::string_view email) const;
  int32_t MergeOrAdd(const PersonNote& note, bool spoke);
  void Merge(const PersonNote& note, bool spoke, int32_t index);
  void Index(int32_t index, const PersonNote& note);

  std::vector<Participant> participants_;
  std::vector<bool> guests_;
  std::vector<int32_t> of_speaker_;
  absl::flat_hash_map<std::string, int32_t> by_key_;  // lower-case name, alias or e-mail
  // Lower-case first or last name → participant; kAmbiguous when two bear it.
  absl::flat_hash_map<std::string, int32_t> by_part_;
  bool overflowed_ = false;
};

}  // namespace throughline::transcript

#endif  // THROUGHLINE_COMMON_TRANSCRIPT_PEOPLE_H_
