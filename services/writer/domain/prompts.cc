#include "services/writer/domain/prompts.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "common/deal/names.h"
#include "common/grounding/prompt_text.h"
#include "re2/re2.h"
#include "services/writer/domain/alternatives.h"
#include "services/writer/domain/wording.h"

namespace throughline::writer {
namespace {

using grounding::FieldRule;

// The router counts subject and body together.
constexpr int kMaxSubjectWords = 20;

constexpr char kTask[] =
    "You write the follow-up e-mail after a sales call, in the seller's name, ready for a person "
    "to check and send.\n"
    "\n"
    "Rules:\n"
    "- Write to the recipient given below and to nobody else; greet them by first name, spelled as "
    "given.\n"
    "- Name one open item, the primary blocker, in the customer's own words. Do not argue settled "
    "points again; at most one line on what was settled.\n"
    "- Make exactly one ask, with its owner and its day.\n"
    "- Every number and date must have been said in a call; use the latest value. Promise nothing "
    "the seller did not promise.\n"
    "- Nothing private, nothing internal, nothing of other customers, no placeholders.\n"
    "- At most 150 words in at most three paragraphs; plain text, paragraphs separated by an empty "
    "line.\n"
    "- The subject names the open item, so that the reader knows what it is about before opening "
    "it.\n"
    "- Write as somebody who was on the call writes to one person: begin with the matter, no "
    "phrase that would fit any other call, no two sentences that begin alike.\n"
    "- List each sentence that claims something in claims, with evidence: the call's id, the "
    "turn's number, the speaker, and words copied verbatim from that turn.\n"
    "- Write in the language the customer speaks in the call.\n"
    "- Put into cc only people given as Copy below.\n"
    "- When no recipient is given, leave `to` empty and write a note that could go to the customer "
    "as a whole, or nothing.\n";

constexpr char kSchema[] =
    R"({"$schema":"http://json-schema.org/draft-07/schema#","type":"object",)"
    R"("additionalProperties":false,"properties":{)"
    R"("to":{"type":"array","items":{"$ref":"#/definitions/person"}},)"
    R"("cc":{"type":"array","items":{"$ref":"#/definitions/person"}},)"
    R"("subject":{"type":"string","maxLength":200},)"
    R"("body":{"type":"string"},)"
    R"("claims":{"type":"array","items":{"type":"object","additionalProperties":false,)"
    R"("required":["text"],"properties":{"text":{"type":"string"},)"
    R"("evidence":{"type":"array","items":{"$ref":"#/definitions/evidence"}}}}}},)"
    R"("definitions":{)"
    R"("person":{"type":"object","additionalProperties":false,"required":["name"],)"
    R"("properties":{"name":{"type":"string"},"address":{"type":"string"}}},)"
    R"("evidence":{"type":"object","additionalProperties":false,"properties":{)"
    R"("callId":{"type":"string"},"turn":{"type":"integer","minimum":0},)"
    R"("speaker":{"type":"string"},"quote":{"type":"string"}}}}})";

// With somebody to write to, there is something to write.
std::string SchemaFor(bool has_recipient) {
  if (!has_recipient) return kSchema;
  std::string schema = kSchema;
  schema.pop_back();
  return absl::StrCat(schema, R"(,"required":["subject","body"]})");
}

std::string SpelledDay(absl::CivilDay day) {
  return absl::FormatTime("%Y-%m-%d (%A, %B %e, %Y)", absl::FromCivil(day, absl::UTCTimeZone()),
                          absl::UTCTimeZone());
}

// What the analysis found, in the words it found it in.
std::string RenderAnalysis(const deal::Analysis& analysis) {
  std::string text;
  if (!analysis.follow_up.recipient.empty()) {
    absl::StrAppend(&text, "Recipient: ", analysis.follow_up.recipient, "\n");
  }
  if (!analysis.follow_up.copy.empty()) {
    absl::StrAppend(&text, "Copy: ", absl::StrJoin(analysis.follow_up.copy, ", "), "\n");
  }
  if (analysis.primary_blocker) {
    const deal::Blocker& blocker = *analysis.primary_blocker;
    absl::StrAppend(&text, "Primary blocker: ", blocker.object, " (", deal::Name(blocker.category),
                    "). ", blocker.description, " ", analysis.primary_reason, "\n");
    if (!blocker.clearing_condition.empty()) {
      absl::StrAppend(&text, "It clears when: ", blocker.clearing_condition, "\n");
    }
    for (const deal::BlockerTransition& step : blocker.history) {
      absl::StrAppend(&text, "  - ", deal::Name(step.status), ": call ", step.evidence.call_id,
                      ", turn ", step.evidence.turn, ", ", step.evidence.speaker, ": \"",
                      step.evidence.quote, "\"\n");
    }
  }
  for (const deal::Blocker& blocker : analysis.resolved_blockers) {
    absl::StrAppend(&text, "Settled: ", blocker.object, "\n");
  }
  if (analysis.next_step) {
    absl::StrAppend(&text, "Next step: ", analysis.next_step->description,
                    "; owner: ", analysis.next_step->owner);
    if (analysis.next_step->due_date) {
      absl::StrAppend(&text, "; due: ", SpelledDay(*analysis.next_step->due_date));
    }
    absl::StrAppend(&text, "\n");
  }
  return text;
}

std::string RenderPreferences(const deal::CustomerProfile& profile) {
  std::string text;
  for (const deal::ProfileEntry& entry : profile.preferences) {
    absl::StrAppend(&text, "Preference: ", entry.text, "\n");
  }
  for (const deal::ProfileEntry& entry : profile.channel_preference) {
    absl::StrAppend(&text, "How to reach: ", entry.text, "\n");
  }
  return text;
}

// How it should sound. Said in our words only: the entry itself is the customer's.
std::string RenderTone(const EmailTask& task) {
  using deal::JourneyStage;
  std::string tone = "Tone: warm and plain.";
  switch (task.analysis.stage) {
    case JourneyStage::kNegotiation:
    case JourneyStage::kProcurement:
    case JourneyStage::kCommit:
      tone = "Tone: brisk and exact; the reader wants to be done with it.";
      break;
    case JourneyStage::kClosedWon:
      tone = "Tone: glad and short. The deal is won: thank them and say what comes next.";
      break;
    case JourneyStage::kClosedLost:
      tone =
          "Tone: gracious and short. The deal is lost: thank them, ask for nothing, argue nothing.";
      break;
    case JourneyStage::kStalled:
      tone = "Tone: patient. Make the next step small.";
      break;
    default:
      break;
  }
  static const RE2& brief = *new RE2("(?i)\\b(?:text|sms|slack|whatsapp|chat|messag|teams|phone)");
  const std::string& recipient = task.analysis.follow_up.recipient;
  for (const deal::ProfileEntry& entry : task.profile.channel_preference) {
    if (recipient.empty() || !absl::StartsWith(entry.text, recipient)) continue;
    if (!RE2::PartialMatch(entry.text.substr(recipient.size()), brief)) continue;
    absl::StrAppend(&tone, " They would rather have a message: at most 80 words, one paragraph.");
    break;
  }
  return absl::StrCat(tone, "\n");
}

grounding::OutputContract EmailContract(const EmailTask& task, const std::string& analysis) {
  grounding::OutputContract contract;
  contract.json_schema = SchemaFor(!task.analysis.follow_up.recipient.empty());
  contract.sources = {analysis};
  contract.fields = {{"to[].name", FieldRule::kName},
                     {"cc[].name", FieldRule::kName},
                     {"subject", FieldRule::kNumber},
                     {"body", FieldRule::kNumber},
                     {"claims[].evidence[].quote", FieldRule::kQuote}};
  contract.forbidden_phrases = {"[Name]",         "[Your Name]", "[Company]",  "[Date]",
                                "[Your Company]", "TBD",         "Lorem ipsum"};
  contract.max_words = kMaxBodyWords + kMaxSubjectWords;
  if (!task.analysis.follow_up.recipient.empty()) {
    contract.required_phrases = {FirstName(task.analysis.follow_up.recipient)};
  }
  return contract;
}

// Asks for an e-mail; `addition` stands behind what every prompt says.
grounding::ModelPrompt MakePrompt(const EmailTask& task, const std::string& addition) {
  const std::string analysis = RenderAnalysis(task.analysis);
  grounding::OutputContract contract = EmailContract(task, analysis);
  const auto words = [&task, addition, analysis, schema = contract.json_schema] {
    const std::string known = absl::StrCat(
        grounding::RenderCallHeader(task.call), "\nWhat the call means:\n", analysis,
        RenderPreferences(task.profile), "\nWhat is known from before:\n",
        grounding::RenderKnown(task.call), "\n", grounding::RenderTranscript(task.call));
    return grounding::PromptWords{
        .system = absl::StrCat(kTask, "\n", grounding::kUntrustedDataRule,
                               "\n\nAnswer with one JSON object of this schema and nothing else:\n",
                               schema),
        .user = absl::StrCat(grounding::Fenced(known), RenderTone(task), addition)};
  };
  return {.words = words, .addition = addition, .contract = std::move(contract)};
}

}  // namespace

grounding::ModelPrompt EmailPrompt(const EmailTask& task) { return MakePrompt(task, ""); }

grounding::ModelPrompt AlternativePrompt(const EmailTask& task,
                                         const std::vector<deal::Email>& earlier) {
  std::vector<absl::string_view> bodies;
  for (const deal::Email& email : earlier) bodies.push_back(email.body);
  return MakePrompt(task, absl::StrCat("\nWrite another version than these, of the same content:\n",
                                       grounding::Fenced(absl::StrJoin(bodies, "\n---\n")), "\n",
                                       InstructionFor(MannerAfter(earlier.size())), "\n"));
}

grounding::ModelPrompt RevisedPrompt(const EmailTask& task,
                                     const std::vector<std::string>& problems) {
  return MakePrompt(
      task, absl::StrCat("\nAn earlier draft cannot be sent: it ", absl::StrJoin(problems, "; it "),
                         ". Write one that keeps every rule.\n"));
}

}  // namespace throughline::writer
