#include "common/transcript/header.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/transcript/dates.h"
#include "common/transcript/label_line.h"
#include "common/transcript/text.h"

namespace throughline::transcript {
namespace {

constexpr absl::string_view kTitleKeys[] = {
    "call", "call title", "event", "meeting", "meeting title", "re", "subject", "title", "topic"};
constexpr absl::string_view kDateKeys[] = {"call date", "date",        "date/time",  "meeting date",
                                           "recorded",  "recorded on", "start time", "started",
                                           "time",      "when"};
constexpr absl::string_view kPresentKeys[] = {
    "attendees", "attending", "in attendance",        "on the call", "participants", "people",
    "present",   "speakers",  "meeting participants", "attended",    "who"};
constexpr absl::string_view kInvitedKeys[] = {"absent",      "apologies", "invited", "invitees",
                                              "not present", "optional",  "regrets"};
constexpr absl::string_view kCustomerKeys[] = {
    "account",       "buyer",         "client",
    "company",       "customer",      "customer attendees",
    "customer side", "customer team", "customers",
    "prospect",      "prospect team", "external"};
constexpr absl::string_view kSellerKeys[] = {
    "account executive", "ae",     "host",        "internal",    "our team", "rep",
    "sales rep",         "seller", "seller side", "seller team", "sellers",  "vendor",
    "vendor team"};
constexpr absl::string_view kOtherKeys[] = {
    "agenda",       "call id",        "call type", "crm",       "deal",
    "deal size",    "dial-in",        "duration",  "file",      "id",
    "language",     "length",         "link",      "location",  "meeting id",
    "meeting link", "meeting url",    "medium",    "next call", "notes",
    "opportunity",  "organizer",      "owner",     "platform",  "product",
    "recording",    "recording link", "session",   "source",    "stage",
    "status",       "summary",        "tags",      "timezone",  "tool",
    "transcript",   "type",           "url",       "zoom"};
// Words that start a remark, not a turn; each between spaces.
constexpr absl::string_view kAsideWords =
    " a action actions also and answer at attachment background because bottom budget but"
    " caveat challenge comment concern concerns context correction cost december decision"
    " detail details disclaimer edit editor example fact february first follow for fourth"
    " friday from fwd goal great here how however http https i idea if important in issue it"
    " item items january july just like list look march meaning monday my namely next no note"
    " november now number objection october ok okay on one option options or our p.s. plan"
    " plus point points price problem ps q question questions quick quote reason remember"
    " reminder result results right risk saturday scope second see sent september side so step"
    " steps still subtotal summary sunday sure task tasks that the then there these things"
    " third this three thursday timeline tip to today todo tomorrow total translation tuesday"
    " two update warning we wednesday well what when where which who why yeah yes yesterday"
    " you"
    " ";

template <size_t N>
bool Contains(const absl::string_view (&list)[N], absl::string_view word) {
  return std::find(std::begin(list), std::end(list), word) != std::end(list);
}

bool IsBullet(absl::string_view line) {
  return absl::StartsWith(line, "- ") || absl::StartsWith(line, "* ") ||
         absl::StartsWith(line, "\xE2\x80\xA2");
}

absl::string_view WithoutBullet(absl::string_view line) {
  if (!absl::ConsumePrefix(&line, "- ") && !absl::ConsumePrefix(&line, "* ")) {
    absl::ConsumePrefix(&line, "\xE2\x80\xA2");
  }
  return Trimmed(line);
}

}  // namespace

bool HeaderReader::Read(absl::string_view line) {
  if (IsBoilerplate(line)) return true;
  if (line[0] == '#') return ReadMarkdownTitle(line);
  if (IsBullet(line) && (in_people_list_ || line.find('(') != absl::string_view::npos)) {
    AddPeople(WithoutBullet(line));
    return true;
  }
  const LabelLine parts = ReadLabelLine(line);
  if (parts.label.empty() || parts.time.has_value()) {
    // A list without bullets: "Sarah Chen (IT Lead, Acme)".
    if (in_people_list_ && line.size() < 160 && (line.back() == ')' || Words(line).size() <= 4)) {
      AddPeople(line);
      return true;
    }
    return false;
  }
  return ReadField(Lowered(parts.label), parts.text);
}

void HeaderReader::ReadLooseDate(absl::string_view line) {
  if (const auto date = ParseDate(line); date.has_value()) draft_->occurred_at = date;
}

bool HeaderReader::ReadMarkdownTitle(absl::string_view line) {
  while (absl::ConsumePrefix(&line, "#")) {
  }
  line = Trimmed(line);
  const LabelLine parts = ReadLabelLine(line);
  if (!parts.label.empty() && ReadField(Lowered(parts.label), parts.text)) return true;
  if (const auto date = ParseDate(line); date.has_value() && line.size() < 40) {
    draft_->occurred_at = date;
  } else if (Contains(kPresentKeys, Lowered(line)) || Contains(kInvitedKeys, Lowered(line))) {
    ReadField(Lowered(line), "");
  } else if (draft_->title.empty()) {
    draft_->title = Folded(line);
  }
  return true;
}

bool HeaderReader::ReadField(absl::string_view key, absl::string_view value) {
  in_people_list_ = false;
  if (Contains(kTitleKeys, key)) {
    if (draft_->title.empty()) draft_->title = Folded(value);
    return true;
  }
  if (Contains(kDateKeys, key)) {
    if (const auto date = ParseDate(value); date.has_value()) {
      draft_->occurred_at = date;
    } else if (key != "time" && !draft_->occurred_at.has_value()) {
      draft_->Warn("the call's date could not be read with certainty; pass it with the call");
    }
    return true;
  }
  const bool present = Contains(kPresentKeys, key);
  if (present || Contains(kInvitedKeys, key)) {
    list_presence_ = present ? Presence::kPresent : Presence::kInvited;
    list_side_ = Side::kUnknown;
    in_people_list_ = value.empty();
    AddPeople(value);
    return true;
  }
  if (Contains(kCustomerKeys, key)) return ReadParty(key, Side::kCustomer, value);
  if (Contains(kSellerKeys, key)) return ReadParty(key, Side::kSeller, value);
  return Contains(kOtherKeys, key);
}

// "Customer: Meridian Logistics" names a company, "Rep: Jordan Ellis" a person. A role that speaks
// ("Customer: We use spreadsheets today.") is no header.
bool HeaderReader::ReadParty(absl::string_view key, Side side, absl::string_view value) {
  if (speaks_(key) || value.size() > 300 || absl::EndsWith(value, ".") ||
      absl::EndsWith(value, "?") || absl::EndsWith(value, "!")) {
    return false;
  }
  // "Customer: Hello there" is somebody speaking.
  if (!value.empty() && !IsCapitalizedName(value.substr(0, value.find('(')))) return false;
  list_presence_ = Presence::kPresent;
  list_side_ = side;
  in_people_list_ = value.empty();
  if (value.empty()) return true;
  const std::vector<PersonNote> people = ParseAttendeeList(value);
  const bool names_people =
      value.find('(') != absl::string_view::npos || key == "rep" || key == "ae" || key == "host" ||
      std::any_of(people.begin(), people.end(),
                  [&](const PersonNote& note) { return speaks_(note.person.name); });
  if (names_people) {
    AddPeople(value);
  } else {
    (side == Side::kSeller ? draft_->seller_organization : draft_->customer_organization) =
        Folded(value);
  }
  return true;
}

void HeaderReader::AddPeople(absl::string_view list) {
  for (PersonNote& note : ParseAttendeeList(list)) {
    if (note.person.presence == Presence::kUnknown) note.person.presence = list_presence_;
    if (note.person.side == Side::kUnknown) note.person.side = list_side_;
    draft_->listed.push_back(std::move(note));
  }
}

bool IsBoilerplate(absl::string_view line) {
  constexpr absl::string_view kNotices[] = {
      "Transcribed by http",   "Transcription ended",     "This editable transcript was",
      "Meeting ended after",   "Transcription started",   "started transcription",
      "stopped transcription", "Transcript generated by", "People can also edit"};
  for (absl::string_view notice : kNotices) {
    if (absl::StartsWith(line, notice) || (line.size() < 80 && absl::EndsWith(line, notice))) {
      return true;
    }
  }
  constexpr absl::string_view kOpenBook = "\xF0\x9F\x93\x96";
  return absl::StartsWith(line, kOpenBook) || line == "---" || line == "***" || line == "===";
}

bool IsCommonWordLabel(absl::string_view label) {
  const std::string lowered = Lowered(label);
  if (Contains(kTitleKeys, lowered) || Contains(kDateKeys, lowered) ||
      Contains(kPresentKeys, lowered) || Contains(kInvitedKeys, lowered) ||
      Contains(kOtherKeys, lowered)) {
    return true;
  }
  const std::vector<absl::string_view> words = Words(lowered);
  return std::any_of(words.begin(), words.end(), [](absl::string_view word) {
    return absl::StrContains(kAsideWords, absl::StrCat(" ", word, " "));
  });
}

}  // namespace throughline::transcript
