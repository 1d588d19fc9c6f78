#include "common/transcript/meeting_json.h"

#include <cmath>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/transcript/parse.h"
#include "common/transcript/text.h"

namespace throughline::transcript {
namespace {

constexpr double kLongestCallSeconds = 7 * 24 * 3600.0;
constexpr double kMillisecondsPerSecond = 1000;

std::optional<double> Scaled(std::optional<double> value, double divisor) {
  if (value.has_value()) *value /= divisor;
  return value;
}

void ListEmail(absl::string_view emails, Draft* draft) {
  for (absl::string_view email : absl::StrSplit(emails, ',', absl::SkipEmpty())) {
    PersonNote note = ParseAttendee(Trimmed(email));
    if (note.person.name.empty()) continue;
    note.person.presence = Presence::kInvited;
    draft->listed.push_back(std::move(note));
  }
}

void ListAttendee(const Json& attendee, Draft* draft) {
  if (attendee.is_string()) {
    ListEmail(attendee.get_ref<const std::string&>(), draft);
    return;
  }
  const std::string email =
      Lowered(TextMember(attendee, {"email", "emailAddress", "email_address"}));
  std::string name = TextMember(attendee, {"displayName", "name", "full_name", "fullName"});
  if (name.empty()) name = email;
  if (name.empty()) return;
  PersonNote note = ParseAttendee(name);
  if (note.person.name.empty()) return;
  note.person.email = email;
  note.person.presence = Presence::kInvited;
  const std::string title = TextMember(attendee, {"title", "jobTitle", "job_title", "role"});
  if (!title.empty()) note.person.title = Folded(title);
  const std::string company = TextMember(attendee, {"company", "organization"});
  if (!company.empty()) note.person.organization = Folded(company);
  const std::string affiliation =
      Lowered(TextMember(attendee, {"affiliation", "scope", "participant_type"}));
  if (affiliation == "internal") note.person.side = Side::kSeller;
  if (affiliation == "external") note.person.side = Side::kCustomer;
  draft->listed.push_back(std::move(note));
}

// speakerId → speaker of the draft, from Gong's parties; who is no party is "Speaker <id>".
class GongSpeakers {
 public:
  GongSpeakers(const Json* parties, Draft* draft) : draft_(draft) {
    if (parties == nullptr) return;
    for (const Json& party : *parties) {
      ListAttendee(party, draft);
      const std::string id = TextMember(party, {"speakerId"});
      std::string name = TextMember(party, {"name", "emailAddress"});
      if (!id.empty() && !name.empty()) names_.emplace(id, std::move(name));
    }
  }

  int32_t Find(const std::string& id) {
    const auto named = names_.find(id);
    if (named != names_.end()) return draft_->Speaker(named->second);
    if (id.empty()) return -1;
    const auto [entry, inserted] = numbers_.emplace(id, numbers_.size() + 1);
    return draft_->Speaker(absl::StrCat("Speaker ", entry->second));
  }

 private:
  Draft* draft_;
  absl::flat_hash_map<std::string, std::string> names_;
  absl::flat_hash_map<std::string, size_t> numbers_;
};

size_t AddGongMonologues(const Json& monologues, GongSpeakers* speakers, Draft* draft) {
  size_t skipped = 0;
  for (const Json& monologue : monologues) {
    const Json* sentences = ArrayMember(monologue, {"sentences"});
    if (sentences == nullptr) {
      ++skipped;
      continue;
    }
    const int32_t speaker = speakers->Find(TextMember(monologue, {"speakerId"}));
    for (const Json& sentence : *sentences) {
      const std::string text = TextMember(sentence, {"text"});
      skipped += text.empty();
      if (draft->turns.size() > kMaxTurns || text.empty()) continue;
      draft->AddPiece(speaker, text,
                      CallOffset(Scaled(NumberMember(sentence, {"start"}), kMillisecondsPerSecond)),
                      CallOffset(Scaled(NumberMember(sentence, {"end"}), kMillisecondsPerSecond)));
    }
  }
  return skipped;
}

std::string FirefliesSpeaker(const Json& sentence,
                             const absl::flat_hash_map<std::string, std::string>& names) {
  std::string name = TextMember(sentence, {"speaker_name", "speakerName"});
  if (!name.empty()) return name;
  const std::string id = TextMember(sentence, {"speaker_id", "speakerId"});
  const auto found = names.find(id);
  if (found != names.end()) return found->second;
  return id.empty() ? "" : absl::StrCat("Speaker ", id);
}

}  // namespace

std::optional<absl::Duration> CallOffset(std::optional<double> seconds) {
  if (!seconds.has_value() || *seconds < 0 || *seconds > kLongestCallSeconds) return std::nullopt;
  return absl::Milliseconds(std::llround(*seconds * kMillisecondsPerSecond));
}

void WarnSkipped(size_t skipped, Draft* draft) {
  if (skipped == 0) return;
  draft->Warn(absl::StrCat(skipped,
                           " entries of the transcript have no text or the wrong type; "
                           "they were skipped"));
}

void ReadMeeting(const Json& meeting, Draft* draft) {
  const Json* details = Member(meeting, {"metaData", "metadata"});
  for (const Json* source : {&meeting, details}) {
    if (source == nullptr) continue;
    if (draft->title.empty()) {
      draft->title = Folded(TextMember(*source, {"title", "meeting_title", "name", "subject"}));
    }
    if (!draft->occurred_at.has_value()) {
      draft->occurred_at =
          TimeMember(*source, {"dateString", "date", "started", "start_datetime", "start_time",
                               "scheduled", "created_at", "occurred_at"});
    }
  }
  draft->organizer_email = Lowered(TextMember(meeting, {"organizer_email", "host_email"}));
  for (absl::string_view name : {"meeting_attendees", "attendees", "participants", "people"}) {
    const Json* list = ArrayMember(meeting, {name});
    if (list == nullptr) continue;
    for (const Json& attendee : *list) ListAttendee(attendee, draft);
  }
}

std::optional<Draft> ReadGong(const Json& root) {
  const Json* owner = FindOwner(root, "callTranscripts");
  if (owner == nullptr) return std::nullopt;
  Draft draft(Format::kGong);
  const Json* call = FindOwner(root, "parties");
  if (call != nullptr) {
    // The parties are people of the call; as attendees of a meeting they would count twice.
    Json meeting = Json::object();
    for (absl::string_view name : {"title", "started", "metaData", "scheduled"}) {
      if (const Json* member = Member(*call, {name})) meeting[std::string(name)] = *member;
    }
    ReadMeeting(meeting, &draft);
  }
  GongSpeakers speakers(call == nullptr ? nullptr : ArrayMember(*call, {"parties"}), &draft);
  size_t skipped = 0;
  for (const Json& call_transcript : *ArrayMember(*owner, {"callTranscripts"})) {
    const Json* monologues = ArrayMember(call_transcript, {"transcript"});
    if (monologues == nullptr) {
      ++skipped;
    } else {
      skipped += AddGongMonologues(*monologues, &speakers, &draft);
    }
  }
  WarnSkipped(skipped, &draft);
  return draft;
}

std::optional<Draft> ReadFireflies(const Json& root) {
  const Json* meeting = FindOwner(root, "sentences");
  if (meeting == nullptr) return std::nullopt;
  Draft draft(Format::kFireflies);
  ReadMeeting(*meeting, &draft);
  absl::flat_hash_map<std::string, std::string> names;
  if (const Json* speakers = ArrayMember(*meeting, {"speakers"})) {
    for (const Json& speaker : *speakers) {
      const std::string name = TextMember(speaker, {"name"});
      if (!name.empty()) names.emplace(TextMember(speaker, {"id"}), name);
    }
  }
  size_t skipped = 0;
  for (const Json& sentence : *ArrayMember(*meeting, {"sentences"})) {
    const std::string text = TextMember(sentence, {"raw_text", "text"});
    skipped += text.empty();
    if (draft.turns.size() > kMaxTurns || text.empty()) continue;
    draft.AddPiece(draft.Speaker(FirefliesSpeaker(sentence, names)), text,
                   CallOffset(NumberMember(sentence, {"start_time"})),
                   CallOffset(NumberMember(sentence, {"end_time"})));
  }
  WarnSkipped(skipped, &draft);
  return draft;
}

}  // namespace throughline::transcript
